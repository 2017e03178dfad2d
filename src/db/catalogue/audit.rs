//! What was changed in anything but leads.

use super::OnErase::{Code, Redact};
use super::{ACTOR, Belongs, Table, Tenant, Writes, text};

pub(super) const TABLES: &[Table] = &[Table {
    name: "audit_log",
    about: "Every change of users, organizations, settings, segments and budget accounts, field by field.",
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
}];
