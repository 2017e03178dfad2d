//! People who had themselves erased.

use super::OnErase::{Code, Report};
use super::{ACTOR, Belongs, Table, Tenant, Writes, text};

pub(super) const TABLES: &[Table] = &[
    Table {
        name: "erasures",
        about: "People who had themselves erased: the tombstones of their leads, who did it, when and why.",
        tenant: Tenant::Organization,
        writes: Writes::AppendOnly,
        key: &["id"],
        label: None,
        belongs: Belongs::Mentioned,
        texts: &[text("reason", Report), text("actor", ACTOR)],
    },
    Table {
        name: "erasure_hashes",
        about: "What the erased were known by, as keyed hashes (HMAC-SHA-256), so that a later import of one can be told.",
        tenant: Tenant::Organization,
        writes: Writes::AppendOnly,
        key: &["key_hash", "lead_id"],
        label: None,
        belongs: Belongs::Mentioned,
        texts: &[],
    },
    Table {
        name: "erasure_keys",
        about: "The key of those hashes, made at the first erasure.",
        tenant: Tenant::Organization,
        writes: Writes::AppendOnly,
        key: &[],
        label: None,
        belongs: Belongs::Mentioned,
        texts: &[],
    },
    Table {
        name: "erased_rows",
        about: "The rows of logs out of whose texts an erasure took a person.",
        tenant: Tenant::Organization,
        writes: Writes::AppendOnly,
        key: &["table_name", "row_id"],
        label: None,
        belongs: Belongs::Mentioned,
        texts: &[text("table_name", Code)],
    },
];
