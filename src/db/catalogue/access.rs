//! Who there is: organizations, their users and settings.

use super::OnErase::Report;
use super::{Person, Table, Tenant, Writes, text};

pub(super) const TABLES: &[Table] = &[
    Table {
        name: "organizations",
        about: "The tenants of a database.",
        tenant: Tenant::Everyone,
        writes: Writes::Editable { delete: false },
        key: &["id"],
        label: Some("slug"),
        person: Person::Nobody,
        texts: &[
            text("name", Report),
            text("slug", Report),
            text("default_region", Report),
            text("base_currency", Report),
            text("timezone", Report),
        ],
    },
    Table {
        name: "users",
        about: "Who acts in an organization.",
        tenant: Tenant::Organization,
        writes: Writes::Editable { delete: false },
        key: &["id"],
        label: Some("email"),
        person: Person::Nobody,
        texts: &[
            text("email", Report),
            text("first_name", Report),
            text("last_name", Report),
            text("role", Report),
            text("timezone", Report),
        ],
    },
    Table {
        name: "system_config",
        about: "Settings of an organization.",
        tenant: Tenant::Organization,
        writes: Writes::Editable { delete: false },
        key: &["config_key"],
        label: None,
        person: Person::Mentioned,
        texts: &[text("config_key", Report), text("config_value", Report)],
    },
];
