//! Further telephone numbers of leads.

use std::collections::HashMap;

use diesel::prelude::*;
use serde::Serialize;

use crate::db::models::IN_LIST;
use crate::db::schema::lead_phones;
use crate::db::{Db, DbError, OrgId};
use crate::domain::timestamp::Timestamp;

/// One further number of one lead.
#[derive(Debug, Clone, Insertable)]
#[diesel(table_name = lead_phones, treat_none_as_default_value = false)]
pub struct NewPhone {
    pub organization_id: i32,
    pub lead_id: i64,
    pub phone_number: String,
    pub kind: String,
    pub created_at: Timestamp,
}

/// One further number as printed.
#[derive(Debug, Clone, Serialize)]
pub struct FurtherPhone {
    pub phone_number: String,
    pub kind: String,
}

/// The further numbers of these leads, in the order in which they were added.
///
/// # Errors
/// The database cannot be read.
pub fn of_leads(conn: &mut Db, org: OrgId, leads: &[i64]) -> Result<HashMap<i64, Vec<FurtherPhone>>, DbError> {
    let mut phones: HashMap<i64, Vec<FurtherPhone>> = HashMap::new();
    for ids in leads.chunks(IN_LIST) {
        let rows: Vec<(i64, String, String)> = lead_phones::table
            .filter(lead_phones::organization_id.eq(org.0).and(lead_phones::lead_id.eq_any(ids.to_vec())))
            .order((lead_phones::lead_id, lead_phones::id))
            .select((lead_phones::lead_id, lead_phones::phone_number, lead_phones::kind))
            .load(conn)?;
        for (lead, phone_number, kind) in rows {
            phones.entry(lead).or_default().push(FurtherPhone { phone_number, kind });
        }
    }
    Ok(phones)
}

/// Calls `each` with every further number and its lead.
///
/// # Errors
/// The database cannot be read.
pub fn each(conn: &mut Db, org: OrgId, mut each: impl FnMut(i64, &str)) -> Result<(), DbError> {
    type Row = (i64, String);
    let rows = lead_phones::table
        .filter(lead_phones::organization_id.eq(org.0))
        .select((lead_phones::lead_id, lead_phones::phone_number));
    match conn {
        Db::Postgres(pg) => {
            for row in rows.load_iter::<Row, diesel::pg::PgRowByRowLoadingMode>(pg)? {
                let (lead, number) = row?;
                each(lead, &number);
            }
        }
        Db::Sqlite(sqlite) => {
            for row in rows.load_iter::<Row, diesel::connection::DefaultLoadingMode>(sqlite)? {
                let (lead, number) = row?;
                each(lead, &number);
            }
        }
    }
    Ok(())
}
