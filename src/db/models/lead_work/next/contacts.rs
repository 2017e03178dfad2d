//! What decides whether a lead may be contacted.

use diesel::prelude::*;

use crate::db::models::IN_LIST;
use crate::db::models::leads::Lead;
use crate::db::schema::leads;
use crate::db::types::Uid;
use crate::db::{Db, DbError, OrgId};
use crate::domain::leads::consent::Consent;
use crate::domain::leads::status::Status;
use crate::domain::timestamp::Timestamp;

/// A lead, as far as it decides.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = leads)]
pub struct Contact {
    pub id: i64,
    pub uid: Uid,
    pub status: Status,
    #[diesel(column_name = consent_status)]
    pub consent: Consent,
    pub phone_number: Option<String>,
    pub email: Option<String>,
    pub email_opted_out_at: Option<Timestamp>,
}

impl From<&Lead> for Contact {
    fn from(lead: &Lead) -> Contact {
        Contact {
            id: lead.id,
            uid: lead.uid,
            status: lead.status,
            consent: lead.consent_status,
            phone_number: lead.phone_number.clone(),
            email: lead.email.clone(),
            email_opted_out_at: lead.email_opted_out_at,
        }
    }
}

/// These leads, in no order.
///
/// # Errors
/// The database cannot be read.
pub fn of_ids(conn: &mut Db, org: OrgId, ids: &[i64]) -> Result<Vec<Contact>, DbError> {
    let mut found = Vec::with_capacity(ids.len());
    for some in ids.chunks(IN_LIST) {
        let rows = leads::table.filter(leads::organization_id.eq(org.0).and(leads::id.eq_any(some.to_vec())));
        found.extend(rows.select(Contact::as_select()).load::<Contact>(conn)?);
    }
    Ok(found)
}
