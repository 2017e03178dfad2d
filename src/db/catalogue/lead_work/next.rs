//! What is to be done about leads, and what became of recommendations.

use crate::db::catalogue::OnErase::{Blank, Code, Redact};
use crate::db::catalogue::{ACTOR, Belongs, Table, Tenant, Writes, json, text};

pub(in crate::db::catalogue) const TABLES: &[Table] = &[
    Table {
        name: "tasks",
        about: "What somebody is to do about a lead, and until when.",
        tenant: Tenant::Organization,
        writes: Writes::Editable { delete: true },
        key: &["id"],
        label: None,
        belongs: Belongs::PartOfLead,
        texts: &[text("kind", Code), text("note", Redact), text("origin", Code)],
    },
    Table {
        name: "lead_recommendations",
        about: "What became of recommendations to contact a lead, and those that are compared with each other.",
        tenant: Tenant::Organization,
        writes: Writes::AppendOnly,
        key: &["id"],
        label: None,
        belongs: Belongs::AboutLead,
        texts: &[
            text("action", Code),
            text("priority", Code),
            json("reasons", Blank),
            text("arm", Code),
            text("outcome", Code),
            text("note", Blank),
            text("actor", ACTOR),
        ],
    },
];
