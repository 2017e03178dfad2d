//! Which leads tell how they ended.

use crate::db::{OrgId, Statement};

/// Whether a row of `leads` counts where it is asked what was won and what lost: those that were merged or erased and those of undone
/// imports do not. What a counted one is, [`crate::domain::leads::status::Status::outcome`] says.
pub fn tells_an_outcome(org: OrgId) -> Statement {
    Statement::new(
        "leads.merged_into_id IS NULL AND NOT EXISTS (SELECT 1 FROM erasures e WHERE e.lead_id = leads.id AND e.organization_id = ",
    )
    .org(org)
    .sql(
        ") AND (leads.deleted_at IS NULL OR leads.import_id IS NULL OR leads.import_id NOT IN
             (SELECT i.id FROM imports i WHERE i.status = 'undone' AND i.organization_id = ",
    )
    .org(org)
    .sql("))")
}
