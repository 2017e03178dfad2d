//! What a role of PostgreSQL may do with the schema of crmctl.

use diesel::prelude::*;
use diesel::sql_types::{Bool, Text};

use crate::db::catalogue::{RECORD_ERASURE, table};
use crate::db::{Db, DbError};

/// A role.
#[derive(Debug, Clone, QueryableByName)]
pub struct Role {
    #[diesel(sql_type = Text)]
    pub name: String,
    #[diesel(sql_type = Bool)]
    pub is_superuser: bool,
    #[diesel(sql_type = Bool)]
    pub bypasses_row_security: bool,
    /// Whether it owns tables of crmctl, or is a member of a role that does: it can change logs and switch triggers off.
    #[diesel(sql_type = Bool)]
    pub owns: bool,
    /// The role that owns the tables.
    #[diesel(sql_type = Text)]
    pub owner: String,
}

/// The role of this name, else the one that asks; `None` where there is none, and with an embedded database.
///
/// # Errors
/// The server cannot be asked.
pub fn role(conn: &mut Db, name: Option<&str>) -> Result<Option<Role>, DbError> {
    let Db::Postgres(pg) = conn else { return Ok(None) };
    let role = diesel::sql_query(
        "SELECT r.rolname::text AS name, r.rolsuper AS is_superuser, r.rolbypassrls AS bypasses_row_security,
                EXISTS (SELECT 1 FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
                        AND pg_has_role(r.oid, c.relowner, 'MEMBER')) AS owns,
                coalesce((SELECT pg_get_userbyid(relowner)::text FROM pg_class WHERE oid = to_regclass('public.leads')), '') AS owner
         FROM pg_roles r WHERE r.rolname = coalesce(nullif($1, ''), current_user)",
    )
    .bind::<Text, _>(name.unwrap_or_default())
    .get_result(pg)
    .optional()?;
    Ok(role)
}

/// A right that a role has and needs not, or needs and has not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Odd {
    /// `UPDATE ON leads`.
    pub right: String,
    pub is_missing: bool,
}

#[derive(QueryableByName)]
struct Held {
    #[diesel(sql_type = Text)]
    place: String,
    #[diesel(sql_type = Text)]
    right: String,
    #[diesel(sql_type = Bool)]
    has: bool,
}

/// The rights of a role that are others than those of everyday work.
///
/// # Errors
/// The server cannot be asked, or there is no such role.
pub fn odd(conn: &mut Db, role: &str) -> Result<Vec<Odd>, DbError> {
    let Db::Postgres(pg) = conn else { return Ok(Vec::new()) };
    let mut odd = Vec::new();
    let held: Vec<Held> = diesel::sql_query(
        "SELECT c.relname::text AS place, p AS right, has_table_privilege($1::name, c.oid, p) AS has
         FROM pg_class c CROSS JOIN unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER']) AS p
         WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v')
             AND (c.relkind <> 'v' OR p = 'SELECT') ORDER BY 1, 2",
    )
    .bind::<Text, _>(role)
    .load(pg)?;
    for Held { place, right, has } in held {
        // Of what is not in the catalogue, such as views, it reads the rows.
        let is_wanted = table(&place).map_or(right == "SELECT", |table| table.gives(&right));
        if is_wanted != has {
            odd.push(Odd { right: format!("{right} ON {place}"), is_missing: is_wanted });
        }
    }
    // What is granted on single columns goes beyond what is granted on the table.
    let others: Vec<Held> = diesel::sql_query(format!(
        "SELECT c.relname || '.' || a.attname AS place, g.privilege_type AS right, true AS has
         FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid, aclexplode(a.attacl) g
         WHERE c.relnamespace = 'public'::regnamespace AND (g.grantee = 0 OR pg_has_role($1::name, g.grantee, 'USAGE'))
         UNION ALL SELECT 'SCHEMA public', 'CREATE', true WHERE has_schema_privilege($1::name, 'public', 'CREATE')
         UNION ALL SELECT 'SCHEMA public', 'USAGE', false WHERE NOT has_schema_privilege($1::name, 'public', 'USAGE')
         UNION ALL SELECT 'SEQUENCE ' || c.relname, 'USAGE', false FROM pg_class c
             WHERE c.relnamespace = 'public'::regnamespace
                 AND CASE c.relkind WHEN 'S' THEN NOT has_sequence_privilege($1::name, c.oid, 'USAGE') ELSE false END
         UNION ALL SELECT 'FUNCTION record_erasure', 'EXECUTE', false
             WHERE NOT coalesce(has_function_privilege($1::name, to_regprocedure('public.{RECORD_ERASURE}'), 'EXECUTE'), true)
         ORDER BY 1, 2"
    ))
    .bind::<Text, _>(role)
    .load(pg)?;
    odd.extend(
        others.into_iter().map(|it| Odd { right: format!("{} ON {}", it.right, it.place), is_missing: !it.has }),
    );
    Ok(odd)
}
