//! What was changed in anything but leads.

use super::OnErase::{Redact, Report};
use super::{ACTOR, Person, Table, Tenant, Writes, text};

pub(super) const TABLES: &[Table] = &[Table {
    name: "audit_log",
    about: "Every change of anything but leads, field by field.",
    tenant: Tenant::Organization,
    writes: Writes::AppendOnly,
    key: &["id"],
    label: None,
    person: Person::Mentioned,
    texts: &[
        text("entity", Report),
        text("action", Report),
        text("field_name", Report),
        text("old_value", Redact),
        text("new_value", Redact),
        text("actor", ACTOR),
        text("ip_address", ACTOR),
    ],
}];
