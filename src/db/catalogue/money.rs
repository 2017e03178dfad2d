//! Costs of sources, exchange rates, and the budget ledger.

use super::OnErase::{Code, Redact, Report};
use super::{ACTOR, Belongs, Table, Tenant, Writes, text};

pub(super) const TABLES: &[Table] = &[
    Table {
        name: "lead_source_costs",
        about: "What a source, or a campaign of it, cost in a month.",
        tenant: Tenant::Organization,
        writes: Writes::Editable { delete: false },
        key: &["id"],
        label: None,
        belongs: Belongs::Mentioned,
        texts: &[
            text("source", Report),
            text("campaign", Report),
            text("period", Code),
            text("currency", Code),
            text("note", Redact),
        ],
    },
    Table {
        name: "lead_source_cost_log",
        about: "Every change of a cost.",
        tenant: Tenant::Organization,
        writes: Writes::AppendOnly,
        key: &["id"],
        label: None,
        belongs: Belongs::Mentioned,
        texts: &[text("action", Code), text("reason", Redact), text("actor", ACTOR)],
    },
    Table {
        name: "exchange_rates",
        about: "What one unit of a currency was worth in a month; of several rows the latest counts.",
        tenant: Tenant::Organization,
        writes: Writes::AppendOnly,
        key: &["id"],
        label: None,
        belongs: Belongs::Mentioned,
        texts: &[
            text("currency", Code),
            text("base_currency", Code),
            text("period", Code),
            text("rate", Code),
            text("actor", ACTOR),
        ],
    },
    Table {
        name: "budget_accounts",
        about: "Money for campaigns, account by account: a writer locks the account's row.",
        tenant: Tenant::Organization,
        writes: Writes::Kept,
        key: &["id"],
        label: Some("name"),
        belongs: Belongs::Mentioned,
        texts: &[text("name", Report), text("currency", Code)],
    },
    Table {
        name: "budget_transactions",
        about: "The ledger: each row holds the hash of the one before and one over itself.",
        tenant: Tenant::Organization,
        writes: Writes::AppendOnly,
        key: &["account_id", "sequence"],
        label: None,
        belongs: Belongs::Mentioned,
        texts: &[
            text("transaction_type", Code),
            text("reference", Report),
            text("description", Report),
            text("source", Report),
            text("campaign", Report),
            text("period", Code),
            text("actor", ACTOR),
        ],
    },
];
