//! Pools of users among whom leads are distributed, and what pools did.

use crate::db::catalogue::OnErase::{Code, Redact, Report};
use crate::db::catalogue::{ACTOR, Belongs, Table, Tenant, Writes, json, text};

pub(in crate::db::catalogue) const TABLES: &[Table] = &[
    Table {
        name: "assignment_pools",
        about: "Pools of users among whom leads without an owner are distributed.",
        tenant: Tenant::Organization,
        writes: Writes::Editable { delete: false },
        key: &["id"],
        label: Some("name"),
        belongs: Belongs::Mentioned,
        texts: &[
            text("name", Report),
            text("description", Redact),
            text("strategy", Code),
            json("filter", Report),
            json("skills", Report),
        ],
    },
    Table {
        name: "assignment_pool_members",
        about: "Who takes part in a pool.",
        tenant: Tenant::Organization,
        writes: Writes::Editable { delete: true },
        key: &["id"],
        label: None,
        belongs: Belongs::Nobody,
        texts: &[json("skills", Report)],
    },
    Table {
        name: "pool_runs",
        about: "What pools did: each distribution, reclaim and undo.",
        tenant: Tenant::Organization,
        writes: Writes::AppendOnly,
        key: &["id"],
        label: None,
        belongs: Belongs::Nobody,
        texts: &[
            text("kind", Code),
            text("strategy", Code),
            json("options", Code),
            json("members", Code),
            text("actor", ACTOR),
        ],
    },
    Table {
        name: "pool_run_leads",
        about: "Which leads a run of a pool gave to whom, and which it left: sets of ids.",
        tenant: Tenant::Organization,
        writes: Writes::AppendOnly,
        key: &["id"],
        label: None,
        belongs: Belongs::Nobody,
        texts: &[text("reason", Code), json("skipped", Code)],
    },
];
