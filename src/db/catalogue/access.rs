//! Who there is: organizations, their users and settings.

use super::OnErase::{Code, Report};
use super::{Belongs, Table, Tenant, Text, Writes, json, text};

pub(super) const TABLES: &[Table] = &[
    Table {
        name: "organizations",
        about: "The tenants of a database.",
        tenant: Tenant::Everyone,
        writes: Writes::Editable { delete: false },
        key: &["id"],
        label: Some("slug"),
        belongs: Belongs::Nobody,
        texts: &[
            text("name", Report),
            text("slug", Report),
            text("default_region", Code),
            text("base_currency", Code),
            text("timezone", Code),
            text("description", Report),
            text("website", Report),
            text("industry", Report),
            text("size", Report),
            text("billing_email", Report),
            text("subscription_tier", Code),
            text("group_slug", Report),
        ],
    },
    Table {
        name: "users",
        about: "Who acts in an organization.",
        tenant: Tenant::Organization,
        writes: Writes::Editable { delete: false },
        key: &["id"],
        label: Some("email"),
        belongs: Belongs::Nobody,
        texts: &[
            text("email", Report),
            text("first_name", Report),
            text("last_name", Report),
            text("role", Code),
            text("timezone", Code),
            text("username", Report),
            Text { is_required: true, ..json("preferences", Report) },
            text("avatar_url", Report),
        ],
    },
    Table {
        name: "system_config",
        about: "Settings of an organization.",
        tenant: Tenant::Organization,
        writes: Writes::Editable { delete: false },
        key: &["config_key"],
        label: None,
        belongs: Belongs::Mentioned,
        texts: &[text("config_key", Report), text("config_value", Report)],
    },
];
