//! What was changed in anything but leads, and which calls are not made twice.

use super::OnErase::{Code, Redact, Report};
use super::{ACTOR, Belongs, Table, Tenant, Writes, text};

pub(super) const TABLES: &[Table] = &[AUDIT_LOG, IDEMPOTENCY_KEYS];

const AUDIT_LOG: Table = Table {
    name: "audit_log",
    about: "Every change of users, organizations, settings, segments, budget accounts and mappings, field by field.",
    tenant: Tenant::Organization,
    writes: Writes::AppendOnly,
    key: &["id"],
    label: None,
    belongs: Belongs::Nobody,
    texts: &[
        text("entity", Code),
        text("action", Code),
        text("field_name", Code),
        text("old_value", Redact),
        text("new_value", Redact),
        text("actor", ACTOR),
        text("ip_address", ACTOR),
    ],
};

const IDEMPOTENCY_KEYS: Table = Table {
    name: "idempotency_keys",
    about: "Calls that must not be made twice, by the key that the caller gave each.",
    tenant: Tenant::Organization,
    writes: Writes::AppendOnly,
    key: &["idempotency_key"],
    label: None,
    belongs: Belongs::Nobody,
    texts: &[text("idempotency_key", Report), text("verb", Code), text("actor", ACTOR)],
};
