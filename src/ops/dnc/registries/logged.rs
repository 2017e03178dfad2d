//! Loads and drops of registries in the log, each in that of the organization for which it was done.

use crate::db::models::audit::audit_log::{self, NewEntry};
use crate::db::models::dnc::registries::dnc_registries::Registry;
use crate::db::models::dnc::registries::dnc_registry_revisions::Revision;
use crate::db::{Db, DbError, Stamp};
use crate::domain::audit::AuditAction;
use crate::domain::audit::entity::Entity;

/// What answers for a registry, in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Answering {
    pub version: i32,
    pub as_of: String,
    pub number_count: Option<i64>,
}

impl Answering {
    pub fn of(revision: &Revision) -> Answering {
        let Revision { revision: version, as_of, number_count, .. } = revision;
        Answering { version: *version, as_of: as_of.0.to_string(), number_count: *number_count }
    }
}

/// Logs that something else answers for a registry now.
///
/// # Errors
/// The database refuses.
pub(super) fn log(
    conn: &mut Db,
    registry: &Registry,
    old: Option<&Answering>,
    new: Option<&Answering>,
    stamp: &Stamp,
) -> Result<(), DbError> {
    let action = match (old, new) {
        (None, _) => AuditAction::Create,
        (Some(_), Some(_)) => AuditAction::Update,
        (Some(_), None) => AuditAction::Delete,
    };
    let entry = |field: &str, value: &dyn Fn(&Answering) -> Option<String>| {
        let (old_value, new_value) = (old.and_then(value), new.and_then(value));
        (old_value != new_value).then(|| NewEntry {
            field_name: Some(field.to_owned()),
            old_value,
            new_value,
            ..NewEntry::new(stamp, Entity::DncRegistry, registry.id, action)
        })
    };
    let entries = [
        entry("version", &|it| Some(it.version.to_string())),
        entry("as_of", &|it| Some(it.as_of.clone())),
        entry("number_count", &|it| it.number_count.map(|count| count.to_string())),
    ];
    audit_log::append(conn, &entries.into_iter().flatten().collect::<Vec<_>>())
}
