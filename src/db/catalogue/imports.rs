//! Imports of files.

use super::OnErase::{Code, Redact, Report};
use super::{ACTOR, Belongs, Table, Tenant, Writes, json, text};

pub(super) const TABLES: &[Table] = &[IMPORTS, MAPPINGS];

const IMPORTS: Table = Table {
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
};

const MAPPINGS: Table = Table {
    name: "import_mappings",
    about: "How files of a form are read, under a name: each row a version of a mapping.",
    tenant: Tenant::Organization,
    writes: Writes::Editable { delete: false },
    key: &["id"],
    label: Some("name"),
    belongs: Belongs::Mentioned,
    texts: &[
        text("name", Report),
        text("kind", Code),
        json("options", Report),
        json("headers", Report),
        text("fingerprint", Code),
        text("actor", ACTOR),
    ],
};
