//! Who changes what, and when.

use super::OrgId;
use crate::domain::leads::status::Trigger;
use crate::domain::timestamp::Timestamp;

/// Who changes what, when and through which import: what every log row carries.
#[derive(Debug, Clone)]
pub struct Stamp {
    pub org: OrgId,
    /// The account and host, with the user's email when there is one.
    pub actor: String,
    pub changed_by: Option<i64>,
    /// From where, if that is known: the address of a remote shell, else the one that PostgreSQL sees.
    pub ip_address: Option<String>,
    pub import_id: Option<i64>,
    /// What makes first statuses: an import, or a person.
    pub trigger: Trigger,
    pub now: Timestamp,
}
