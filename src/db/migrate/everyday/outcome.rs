//! What the role may really do, as the server answers it: by itself, as everyone, and as each role that it can become.

use std::collections::BTreeMap;

use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::sql_types::{Array, Bool, Text};

use super::error::{Membership, RoleError};
use super::facts::{table_names, texts};
use crate::db::{DbError, catalogue};

/// Compares what the role may do with what the catalogue gives.
///
/// # Errors
/// It may do more by a membership, or anything else than it should.
pub(super) fn check(conn: &mut PgConnection, name: &str, quoted: &str) -> Result<(), RoleError> {
    let memberships = memberships(conn, name)?;
    if !memberships.is_empty() {
        return Err(RoleError::Memberships { role: quoted.to_owned(), memberships });
    }
    let differs =
        |right: &TableRight| catalogue::table(&right.name).is_some_and(|table| table.gives(&right.right) != right.has);
    let mut differences: Vec<String> = table_rights(conn, name)?
        .into_iter()
        .filter(differs)
        .map(|TableRight { name, right, has, .. }| {
            if has {
                format!("{right} on {name}, which is too much")
            } else {
                format!("no {right} on {name}, which it needs")
            }
        })
        .collect();
    differences.extend(texts(
        conn,
        "SELECT 'CREATE on ' || place || ', which is too much' AS text FROM (VALUES
             ('the schema public', has_schema_privilege($1, 'public', 'CREATE')),
             ('the database', has_database_privilege($1, current_database(), 'CREATE'))) AS it (place, has) WHERE has",
        name,
    )?);
    match differences.is_empty() {
        true => Ok(()),
        false => Err(RoleError::Differs { role: quoted.to_owned(), differences }),
    }
}

#[derive(QueryableByName)]
struct TableRight {
    /// Whose, as SQL writes it.
    #[diesel(sql_type = Text)]
    holder: String,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    right: String,
    #[diesel(sql_type = Bool)]
    has: bool,
}

/// Each right to each table of the catalogue, to all of it or to a column, of the roles for which `holders` holds.
fn rights_of(conn: &mut PgConnection, name: &str, holders: &str) -> Result<Vec<TableRight>, DbError> {
    let sql = format!(
        "SELECT quote_ident(r.rolname) AS holder, c.relname::text AS name, p.name AS right,
             CASE WHEN p.is_of_columns THEN has_any_column_privilege(r.oid, c.oid, p.name)
                 ELSE has_table_privilege(r.oid, c.oid, p.name) END AS has
         FROM pg_roles r, pg_class c, (VALUES ('SELECT', false), ('INSERT', true), ('UPDATE', true), ('DELETE', false),
             ('TRUNCATE', false), ('REFERENCES', true), ('TRIGGER', false)) AS p (name, is_of_columns)
         WHERE c.relnamespace = 'public'::regnamespace AND c.relname = ANY ($2) AND {holders} ORDER BY 1, 2, 3"
    );
    let query = diesel::sql_query(sql).bind::<Text, _>(name).bind::<Array<Text>, _>(table_names());
    Ok(query.load(conn)?)
}

fn table_rights(conn: &mut PgConnection, name: &str) -> Result<Vec<TableRight>, DbError> {
    rights_of(conn, name, "r.rolname = $1")
}

/// The roles that this one can become, whether it inherits their rights or not.
const REACHED: &str = "r.rolname <> $1 AND pg_has_role($1, r.oid, 'MEMBER')";

/// Roles of PostgreSQL's own that only let look at the server.
const HARMLESS: &str = "('pg_monitor', 'pg_read_all_settings', 'pg_read_all_stats', 'pg_stat_scan_tables')";

/// The roles that this one is a member of, each with what it may do besides.
fn memberships(conn: &mut PgConnection, name: &str) -> Result<Vec<Membership>, DbError> {
    let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
    #[derive(QueryableByName)]
    struct More {
        #[diesel(sql_type = Text)]
        holder: String,
        #[diesel(sql_type = Text)]
        more: String,
    }
    let attributes: Vec<More> = diesel::sql_query(format!(
        "SELECT quote_ident(r.rolname) AS holder, m.what AS more FROM pg_roles r, LATERAL (VALUES
             (r.rolsuper, 'is a superuser'), (r.rolbypassrls, 'bypasses row-level security'), (r.rolcreaterole, 'makes roles'),
             (r.rolcreatedb, 'makes databases'), (r.rolreplication, 'replicates'),
             (r.rolname LIKE 'pg\\_%' AND r.rolname NOT IN {HARMLESS}, 'is a role of the server''s administration'),
             (has_schema_privilege(r.oid, 'public', 'CREATE'), 'makes things in the schema public'),
             (has_database_privilege(r.oid, current_database(), 'CREATE'), 'makes schemas'),
             (EXISTS (SELECT 1 FROM pg_class c WHERE c.relowner = r.oid AND c.relname = ANY ($2)
                 AND c.relnamespace = 'public'::regnamespace), 'owns tables')) AS m (holds, what)
         WHERE m.holds AND {REACHED} ORDER BY 1"
    ))
    .bind::<Text, _>(name)
    .bind::<Array<Text>, _>(table_names())
    .load(conn)?;
    for More { holder, more } in attributes {
        found.entry(holder).or_default().push(more);
    }
    for right in rights_of(conn, name, REACHED)? {
        let is_more = right.has && catalogue::table(&right.name).is_some_and(|table| !table.gives(&right.right));
        if is_more {
            found.entry(right.holder).or_default().push(format!("{} on {}", right.right, right.name));
        }
    }
    let few = |(role, mut more): (String, Vec<String>)| {
        let others = more.len().saturating_sub(MOST_TOLD);
        more.truncate(MOST_TOLD);
        more.extend((others > 0).then(|| format!("{others} more")));
        Membership { role, more }
    };
    Ok(found.into_iter().map(few).collect())
}

/// How many rights of a role are told.
const MOST_TOLD: usize = 6;
