//! The do-not-call list, the requests that made it, and the answers that were given.

use super::OnErase::{Code, Kept, Redact, Report};
use super::{ACTOR, Belongs, Table, Tenant, Text, Writes, json, text};

/// A number stays listed whoever is erased, and what was asked and answered about it can be proven.
const NUMBER: Text =
    text("phone_number", Kept("a request not to be called is kept with the bare number (47 CFR 64.1200)"));

pub(super) const TABLES: &[Table] = &[
    Table {
        name: "dnc_list",
        about: "The organization's own do-not-call list: an entry is closed, never deleted.",
        tenant: Tenant::Organization,
        writes: Writes::Ratcheted,
        key: &["id"],
        label: None,
        belongs: Belongs::AboutNumber,
        texts: &[
            NUMBER,
            text("reason", Redact),
            text("source", Code),
            text("scope", Code),
            text("origin", Code),
            text("own_scope", Code),
            text("evidence", Redact),
            text("added_actor", ACTOR),
            text("removed_actor", ACTOR),
            text("removal_reason", Redact),
            text("removal_kind", Code),
        ],
    },
    Table {
        name: "dnc_spellings",
        about: "Other spellings that reach the subscriber of an entry, so that nobody is called by an older number.",
        tenant: Tenant::Organization,
        writes: Writes::AppendOnly,
        key: &["phone_number", "dnc_id"],
        label: None,
        belongs: Belongs::AboutNumber,
        texts: &[NUMBER],
    },
    Table {
        name: "dnc_requests",
        about: "Each request not to be contacted: written once and decided once.",
        tenant: Tenant::Organization,
        writes: Writes::DecidedOnce,
        key: &["id"],
        label: None,
        belongs: Belongs::AboutNumber,
        texts: &[
            NUMBER,
            text("source", Code),
            text("scope", Code),
            text("reason", Redact),
            text("text", Redact),
            text("class", Code),
            text("actor", ACTOR),
            text("decision", Code),
            text("decision_reason", Redact),
            text("decided_actor", ACTOR),
        ],
    },
    Table {
        name: "dnc_checks",
        about: "Recorded answers to whether a number may be contacted.",
        tenant: Tenant::Organization,
        writes: Writes::AppendOnly,
        key: &["id"],
        label: None,
        belongs: Belongs::AboutNumber,
        texts: &[
            text("input", Redact),
            NUMBER,
            text("channel", Code),
            text("verdict", Code),
            json("reasons", Redact),
            json("lists_checked", Report),
            text("actor", ACTOR),
        ],
    },
];
