//! Which leads are still to be won, and which tell how they ended.

use crate::db::{OrgId, Statement};
use crate::domain::leads::status::Status;

/// Whether a row of `leads` is still to be won: what [`Status::is_open`] says.
pub fn is_open() -> Statement {
    let open = Status::ALL.iter().filter(|status| status.is_open());
    let words = open.map(|status| Statement::new("'").sql(status.as_str()).sql("'"));
    Statement::new("leads.status IN (").joined(words, ", ").sql(")")
}

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

#[cfg(test)]
mod tests {
    use diesel::{Connection, SqliteConnection};

    use super::*;
    use crate::db::Db;

    #[test]
    fn open_leads_are_those_without_an_outcome() {
        let mut conn = Db::Sqlite(SqliteConnection::establish(":memory:").unwrap());
        for status in Status::ALL {
            let asked =
                Statement::new("SELECT count(*) FROM (SELECT ").text(status.as_str()).sql(" AS status) leads WHERE ");
            let rows = asked.then(is_open()).rows(&mut conn).unwrap();
            let found = rows.first().and_then(|row| row.at(0).number());
            assert_eq!(found, Some(i64::from(status.outcome(false).is_none())), "{status}");
        }
    }
}
