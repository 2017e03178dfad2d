//! Filters with a name.

use super::OnErase::{Redact, Report};
use super::{Belongs, Table, Tenant, Writes, json, text};

pub(super) const TABLES: &[Table] = &[Table {
    name: "segments",
    about: "Filters with a name.",
    tenant: Tenant::Organization,
    writes: Writes::Editable { delete: true },
    key: &["id"],
    label: Some("name"),
    belongs: Belongs::Mentioned,
    texts: &[text("name", Report), text("description", Redact), json("filter", Report)],
}];
