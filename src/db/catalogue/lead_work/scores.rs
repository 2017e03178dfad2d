//! Models that score leads, and what they gave.

use crate::db::catalogue::OnErase::{Blank, Code, Report};
use crate::db::catalogue::{ACTOR, Belongs, Table, Tenant, Writes, json, text};

pub(in crate::db::catalogue) const TABLES: &[Table] = &[
    Table {
        name: "score_models",
        about: "How leads are scored, under a name: each row a version of a model.",
        tenant: Tenant::Organization,
        writes: Writes::Editable { delete: false },
        key: &["id"],
        label: Some("name"),
        belongs: Belongs::Mentioned,
        texts: &[text("name", Report), text("kind", Code), json("definition", Report)],
    },
    Table {
        name: "lead_score_history",
        about: "Each score that a run of a model changed, with what the model read.",
        tenant: Tenant::Organization,
        writes: Writes::AppendOnly,
        key: &["id"],
        label: None,
        belongs: Belongs::AboutLead,
        texts: &[json("factors", Blank), json("inputs", Blank), text("actor", ACTOR)],
    },
];
