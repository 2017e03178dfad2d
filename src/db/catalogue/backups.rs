//! Backups of the database.

use super::OnErase::{Code, Report};
use super::{ACTOR, Belongs, Table, Tenant, Writes, text};

pub(super) const TABLES: &[Table] = &[Table {
    name: "backups",
    about: "Backups that were made of the whole database: where each file was put, its digest, and when it was last found sound.",
    tenant: Tenant::Everyone,
    writes: Writes::Editable { delete: true },
    key: &["id"],
    label: Some("path"),
    belongs: Belongs::Nobody,
    texts: &[text("path", Report), text("sha256", Code), text("schema_version", Code), text("made_by", ACTOR)],
}];
