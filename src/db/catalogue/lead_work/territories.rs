//! Parts of the market, and who works them.

use crate::db::catalogue::OnErase::{Code, Redact, Report};
use crate::db::catalogue::{Belongs, Table, Tenant, Writes, json, text};

pub(in crate::db::catalogue) const TABLES: &[Table] = &[
    Table {
        name: "territories",
        about: "Parts of the market, each inside another one or at the top.",
        tenant: Tenant::Organization,
        writes: Writes::Editable { delete: false },
        key: &["id"],
        label: Some("name"),
        belongs: Belongs::Mentioned,
        texts: &[text("name", Report), text("description", Redact), json("filter", Report)],
    },
    Table {
        name: "territory_members",
        about: "Who works a territory.",
        tenant: Tenant::Organization,
        writes: Writes::Editable { delete: true },
        key: &["id"],
        label: None,
        belongs: Belongs::Nobody,
        texts: &[text("role", Code)],
    },
];
