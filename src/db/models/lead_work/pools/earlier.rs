//! Earlier leads of the same people: merged into a lead, or with its phone or email, live or deleted.

use std::collections::HashMap;

use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Integer};

use crate::db::models::IN_LIST;
use crate::db::{Cells, Db, DbError, OrgId, Statement};
use crate::domain::lead_work::pools::desk::Earlier;

/// The earlier leads of these leads that have an owner, the latest first.
///
/// # Errors
/// The database cannot be read.
pub fn earlier_with_owners(conn: &mut Db, org: OrgId, leads: &[i64]) -> Result<HashMap<i64, Vec<Earlier>>, DbError> {
    let mut found: HashMap<i64, Vec<Earlier>> = HashMap::new();
    let mut take = |lead: i64, earlier: i64, owner: i64| {
        found.entry(lead).or_default().push(Earlier { lead: earlier, owner });
    };
    match conn {
        Db::Postgres(pg) if !leads.is_empty() => {
            for row in of_all(pg, org, leads)? {
                take(row.lead, row.earlier, row.owner);
            }
        }
        Db::Postgres(_) => {}
        Db::Sqlite(_) => {
            let statements = leads.chunks(IN_LIST).flat_map(|ids| [of_the_same_keys(org, ids), merged_into(org, ids)]);
            for statement in statements {
                statement.each_row(conn, |cells: Cells| -> Result<(), DbError> {
                    let number = |place: usize| cells.at(place).number();
                    if let (Some(lead), Some(earlier), Some(owner)) = (number(0), number(1), number(2)) {
                        take(lead, earlier, owner);
                    }
                    Ok(())
                })?;
            }
        }
    }
    for earlier in found.values_mut() {
        earlier.sort_unstable_by_key(|one| std::cmp::Reverse(one.lead));
        earlier.dedup();
    }
    Ok(found)
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = BigInt)]
    lead: i64,
    #[diesel(sql_type = BigInt)]
    earlier: i64,
    #[diesel(sql_type = BigInt)]
    owner: i64,
}

/// All at once: asked for a thousand of many leads, PostgreSQL reads the whole table each time; of a few it uses the indexes.
fn of_all(conn: &mut PgConnection, org: OrgId, leads: &[i64]) -> Result<Vec<Row>, DbError> {
    Ok(diesel::sql_query(
        "WITH RECURSIVE c AS MATERIALIZED (
             SELECT l.id, l.phone_number, l.email FROM leads l WHERE l.organization_id = $1 AND l.id = ANY ($2)
         ), absorbed (survivor, id, owner_id) AS (
             SELECT l.merged_into_id, l.id, l.owner_id FROM leads l
             WHERE l.merged_into_id IS NOT NULL AND l.organization_id = $1 AND l.merged_into_id = ANY ($2)
             UNION ALL
             SELECT a.survivor, l.id, l.owner_id FROM absorbed a JOIN leads l ON l.merged_into_id = a.id
             WHERE l.merged_into_id IS NOT NULL AND l.organization_id = $1
         )
         SELECT c.id AS lead, e.id AS earlier, e.owner_id AS owner FROM c JOIN leads e ON e.phone_number = c.phone_number
         WHERE e.organization_id = $1 AND e.deleted_at IS NULL AND e.phone_number IS NOT NULL
           AND e.id < c.id AND e.owner_id IS NOT NULL
         UNION ALL
         SELECT c.id, e.id, e.owner_id FROM c JOIN leads e ON e.phone_number = c.phone_number
         WHERE e.organization_id = $1 AND e.deleted_at IS NOT NULL AND e.id < c.id AND e.owner_id IS NOT NULL
         UNION ALL
         SELECT c.id, e.id, e.owner_id FROM c JOIN leads e ON e.email = c.email
         WHERE e.organization_id = $1 AND e.deleted_at IS NULL AND e.email IS NOT NULL
           AND e.id < c.id AND e.owner_id IS NOT NULL
         UNION ALL
         SELECT c.id, e.id, e.owner_id FROM c JOIN leads e ON e.email = c.email
         WHERE e.organization_id = $1 AND e.deleted_at IS NOT NULL AND e.email IS NOT NULL
           AND e.id < c.id AND e.owner_id IS NOT NULL
         UNION ALL
         SELECT c.id, e.id, e.owner_id FROM c JOIN lead_phones p ON p.phone_number = c.phone_number
         JOIN leads e ON e.organization_id = p.organization_id AND e.id = p.lead_id
         WHERE p.organization_id = $1 AND e.id < c.id AND e.owner_id IS NOT NULL
         UNION ALL
         SELECT c.id, e.id, e.owner_id FROM c JOIN lead_emails p ON p.email = c.email
         JOIN leads e ON e.organization_id = p.organization_id AND e.id = p.lead_id
         WHERE p.organization_id = $1 AND e.id < c.id AND e.owner_id IS NOT NULL
         UNION ALL
         SELECT survivor, id, owner_id FROM absorbed WHERE owner_id IS NOT NULL",
    )
    .bind::<Integer, _>(org.0)
    .bind::<Array<BigInt>, _>(leads)
    .load(conn)?)
}

fn list(ids: &[i64]) -> Statement {
    Statement::new("(").joined(ids.iter().map(|id| Statement::default().number(*id)), ", ").sql(")")
}

/// Each way apart, so that SQLite looks it up by the index that is made for it.
fn of_the_same_keys(org: OrgId, ids: &[i64]) -> Statement {
    const SAME: [&str; 4] = [
        " AND e.phone_number = c.phone_number AND e.phone_number IS NOT NULL AND e.deleted_at IS NULL",
        " AND e.phone_number = c.phone_number AND e.deleted_at IS NOT NULL",
        " AND e.email = c.email AND e.email IS NOT NULL AND e.deleted_at IS NULL",
        " AND e.email = c.email AND e.email IS NOT NULL AND e.deleted_at IS NOT NULL",
    ];
    let of = |from: Statement| {
        // Sums, so that neither is taken for what the index is to be searched by.
        from.sql(" AND e.id + 0 < c.id AND e.owner_id + 0 IS NOT NULL AND c.organization_id = ")
            .org(org)
            .sql(" AND c.id IN ")
            .then(list(ids))
    };
    let same = SAME.map(|condition| {
        of(Statement::new(
            "SELECT c.id, e.id, e.owner_id FROM leads c CROSS JOIN leads e WHERE e.organization_id = c.organization_id",
        )
        .sql(condition))
    });
    let further = [
        of(Statement::new(
            "SELECT c.id, e.id, e.owner_id FROM leads c CROSS JOIN lead_phones p CROSS JOIN leads e
             WHERE p.organization_id = c.organization_id AND p.phone_number = c.phone_number
               AND e.organization_id = c.organization_id AND e.id = p.lead_id",
        )),
        of(Statement::new(
            "SELECT c.id, e.id, e.owner_id FROM leads c CROSS JOIN lead_emails p CROSS JOIN leads e
             WHERE p.organization_id = c.organization_id AND p.email = c.email
               AND e.organization_id = c.organization_id AND e.id = p.lead_id",
        )),
    ];
    Statement::default().joined(same.into_iter().chain(further), " UNION ALL ")
}

fn merged_into(org: OrgId, ids: &[i64]) -> Statement {
    Statement::new(
        "WITH RECURSIVE absorbed (survivor, id, owner_id) AS (
             SELECT l.merged_into_id, l.id, l.owner_id FROM leads l
             WHERE l.merged_into_id IS NOT NULL AND l.organization_id = ",
    )
    .org(org)
    .sql(" AND l.merged_into_id IN ")
    .then(list(ids))
    .sql(
        " UNION ALL
             SELECT a.survivor, l.id, l.owner_id FROM absorbed a CROSS JOIN leads l
             WHERE l.merged_into_id = a.id AND l.merged_into_id IS NOT NULL AND l.organization_id = ",
    )
    .org(org)
    .sql(") SELECT survivor, id, owner_id FROM absorbed WHERE owner_id IS NOT NULL")
}
