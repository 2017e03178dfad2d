//! Leads, what belongs to them, their logs, and the index of searches.

use super::OnErase::{Blank, Code, Identity, Redact, Report, Value};
use super::{ACTOR, Belongs, Table, Tenant, Text, Writes, text};
use crate::db::lead_fields::{FIELDS, Shape, StoredField};

/// The texts of leads, as `db/lead_fields` declares them.
const TEXTS_OF_LEADS: [Text; COUNT] = {
    let mut texts = [text("", Blank); COUNT];
    let (mut at, mut count) = (0, 0);
    while at < FIELDS.len() {
        let StoredField { name, shape, is_required, on_erase, .. } = FIELDS[at];
        if let Some(on_erase) = on_erase {
            texts[count] = Text { name, is_json: matches!(shape, Shape::Json), is_required, on_erase };
            count += 1;
        }
        at += 1;
    }
    texts
};

const COUNT: usize = {
    let (mut at, mut count) = (0, 0);
    while at < FIELDS.len() {
        count += FIELDS[at].on_erase.is_some() as usize;
        at += 1;
    }
    count
};

pub(super) const TABLES: &[Table] = &[
    Table {
        name: "leads",
        about: "People who may become customers.",
        tenant: Tenant::Organization,
        writes: Writes::Editable { delete: false },
        key: &["id"],
        label: None,
        belongs: Belongs::Lead,
        texts: &TEXTS_OF_LEADS,
    },
    Table {
        name: "lead_phones",
        about: "Further phone numbers of leads.",
        tenant: Tenant::Organization,
        writes: Writes::Editable { delete: true },
        key: &["id"],
        label: None,
        belongs: Belongs::PartOfLead,
        texts: &[text("phone_number", Identity), text("kind", Redact)],
    },
    Table {
        name: "lead_emails",
        about: "Further email addresses of leads.",
        tenant: Tenant::Organization,
        writes: Writes::Editable { delete: true },
        key: &["id"],
        label: None,
        belongs: Belongs::PartOfLead,
        texts: &[text("email", Identity), text("kind", Redact)],
    },
    Table {
        name: "lead_tags",
        about: "Tags of leads, in normal form.",
        tenant: Tenant::Organization,
        writes: Writes::Editable { delete: true },
        key: &["lead_id", "tag"],
        label: None,
        belongs: Belongs::PartOfLead,
        texts: &[text("tag", Report)],
    },
    Table {
        name: "lead_notes",
        about: "Notes on leads.",
        tenant: Tenant::Organization,
        writes: Writes::Editable { delete: true },
        key: &["id"],
        label: None,
        belongs: Belongs::PartOfLead,
        texts: &[text("body", Redact)],
    },
    Table {
        name: "lead_audit_log",
        about: "Every change of a lead, field by field.",
        tenant: Tenant::Organization,
        writes: Writes::AppendOnly,
        key: &["id"],
        label: None,
        belongs: Belongs::AboutLead,
        texts: &[
            text("action", Code),
            text("field_name", Code),
            text("old_value", Value),
            text("new_value", Value),
            text("actor", ACTOR),
            text("ip_address", ACTOR),
        ],
    },
    Table {
        name: "lead_status_history",
        about: "Each entry of a lead into a status.",
        tenant: Tenant::Organization,
        writes: Writes::AppendOnly,
        key: &["id"],
        label: None,
        belongs: Belongs::AboutLead,
        texts: &[text("from_status", Code), text("to_status", Code), text("trigger_type", Code), text("reason", Blank)],
    },
    Table {
        name: "lead_assignments",
        about: "Who was given which lead.",
        tenant: Tenant::Organization,
        writes: Writes::AppendOnly,
        key: &["id"],
        label: None,
        belongs: Belongs::AboutLead,
        texts: &[text("strategy", Code), text("context", Blank), text("actor", ACTOR)],
    },
    Table {
        name: "lead_search",
        about: "The index of searches: bitmaps of leads by trigram.",
        tenant: Tenant::Organization,
        writes: Writes::Editable { delete: false },
        key: &["trigram", "block"],
        label: None,
        belongs: Belongs::Mentioned,
        texts: &[],
    },
    Table {
        name: "lead_search_state",
        about: "Up to which audit entry the index of searches has seen the leads.",
        tenant: Tenant::Organization,
        writes: Writes::Editable { delete: false },
        key: &[],
        label: None,
        belongs: Belongs::Mentioned,
        texts: &[],
    },
];
