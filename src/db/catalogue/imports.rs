//! Imports of files.

use super::OnErase::{Redact, Report};
use super::{ACTOR, Person, Table, Tenant, Writes, json, text};

pub(super) const TABLES: &[Table] = &[Table {
    name: "imports",
    about: "Each import of a file, and each undo of one.",
    tenant: Tenant::Organization,
    writes: Writes::Editable { delete: false },
    key: &["id"],
    label: None,
    person: Person::Mentioned,
    texts: &[
        text("kind", Report),
        text("file_name", Redact),
        text("file_sha256", Report),
        text("sheet", Redact),
        json("mapping", Redact),
        json("options", Redact),
        json("counts", Redact),
        text("status", Report),
        text("actor", ACTOR),
    ],
}];
