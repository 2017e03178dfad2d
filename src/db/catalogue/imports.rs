//! Imports of files.

use super::OnErase::{Code, Redact};
use super::{ACTOR, Belongs, Table, Tenant, Writes, json, text};

pub(super) const TABLES: &[Table] = &[Table {
    name: "imports",
    about: "Each import of a file, and each undo of one.",
    tenant: Tenant::Organization,
    writes: Writes::Editable { delete: false },
    key: &["id"],
    label: None,
    belongs: Belongs::Mentioned,
    texts: &[
        text("kind", Code),
        text("file_name", Redact),
        text("file_sha256", Code),
        text("sheet", Redact),
        json("mapping", Redact),
        json("options", Redact),
        json("counts", Redact),
        text("status", Code),
        text("actor", ACTOR),
    ],
}];
