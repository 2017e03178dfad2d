//! Making organizations, the default one among them.

use crate::db::Stamp;
use crate::db::audited::Addable;
use crate::db::models::access::organizations::{self, NewOrganization, Organization};
use crate::db::types::Uid;
use crate::db::{Db, DbError, act_for};
use crate::domain::access::profile::FREE;
use crate::domain::leads::status::Trigger;
use crate::domain::timestamp::Timestamp;
use crate::error::{CommandError, Explain};
use crate::ops::audited;

/// The slug of the organization that an embedded database begins with.
pub const DEFAULT_SLUG: &str = "default";

/// Who makes an organization: nobody of its users, for it has none yet.
#[derive(Debug, Clone)]
pub struct Founder {
    /// The account and host, with the email of a user of another organization when there is one.
    pub actor: String,
    /// From where, if that is known: the address of a remote shell, else the one that PostgreSQL sees.
    pub ip_address: Option<String>,
    pub now: Timestamp,
}

/// Makes an organization. The transaction, which began outside any organization, goes on in the new one.
///
/// # Errors
/// The slug is taken, or the database refuses.
pub fn add(conn: &mut Db, new: &NewOrganization<'_>, founder: &Founder) -> Result<Organization, DbError> {
    let made = Organization::insert(conn, new)?;
    act_for(conn, made.org_id())?;
    let stamp = Stamp {
        org: made.org_id(),
        actor: founder.actor.clone(),
        changed_by: None,
        ip_address: founder.ip_address.clone(),
        import_id: None,
        trigger: Trigger::Manual,
        now: founder.now,
    };
    audited::record(conn, None, Some(&made), &stamp)?;
    Ok(made)
}

/// Makes the default organization unless another program did so meanwhile.
///
/// # Errors
/// The database refuses.
pub fn make_default(conn: &mut Db, region: &str, timezone: &str, founder: &Founder) -> Result<Organization, DbError> {
    if let Some(first) = organizations::all(conn)?.into_iter().next() {
        return Ok(first);
    }
    let new = NewOrganization {
        uid: Uid::new(),
        name: "Default organization",
        slug: DEFAULT_SLUG,
        default_region: region,
        base_currency: "USD",
        timezone,
        created_at: founder.now,
        updated_at: founder.now,
        description: None,
        website: None,
        industry: None,
        size: None,
        billing_email: None,
        subscription_tier: FREE,
    };
    add(conn, &new, founder)
}

/// The organization with this slug is disabled.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the organization `{0}` is disabled")]
pub struct Disabled(String);

impl Explain for Disabled {
    fn explain(&self) -> CommandError {
        CommandError::failed(self.to_string()).hint(format!("enable it: crmctl org edit {} --enable", self.0))
    }
}

/// Refuses what writes for an organization that is disabled.
///
/// # Errors
/// It is.
pub fn refuse_disabled(org: &Organization) -> Result<(), Disabled> {
    if org.is_active { Ok(()) } else { Err(Disabled(org.slug.clone())) }
}
