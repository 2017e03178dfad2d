//! What the catalogues of PostgreSQL tell of a role.

use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::sql_types::{Array, Bool, Text};

use crate::db::DbError;
use crate::db::catalogue::{self, RECORD_ERASURE};

/// Who is connected.
pub(super) struct Connected {
    /// The current user, and who has logged in.
    pub names: [String; 2],
    pub may_create: bool,
}

pub(super) fn connected(conn: &mut PgConnection) -> Result<Connected, DbError> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Text)]
        current: String,
        #[diesel(sql_type = Text)]
        session: String,
        #[diesel(sql_type = Bool)]
        may_create: bool,
    }
    let row: Row = diesel::sql_query(
        "SELECT current_user::text AS current, session_user::text AS session, rolsuper OR rolcreaterole AS may_create
         FROM pg_roles WHERE rolname = current_user",
    )
    .get_result(conn)?;
    Ok(Connected { names: [row.current, row.session], may_create: row.may_create })
}

/// Texts of the column `text` of a query about the role with this name, or about whatever `$1` is.
pub(super) fn texts(conn: &mut PgConnection, sql: &str, name: &str) -> Result<Vec<String>, DbError> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Text)]
        text: String,
    }
    let rows: Vec<Row> = diesel::sql_query(sql).bind::<Text, _>(name).load(conn)?;
    Ok(rows.into_iter().map(|row| row.text).collect())
}

/// A name as SQL writes it.
pub(super) fn quoted(conn: &mut PgConnection, name: &str) -> Result<String, DbError> {
    Ok(texts(conn, "SELECT quote_ident($1) AS text", name)?.concat())
}

/// The attributes of a role.
#[derive(Debug, Default, QueryableByName)]
pub(super) struct Role {
    #[diesel(sql_type = Bool)]
    pub is_superuser: bool,
    #[diesel(sql_type = Bool)]
    pub may_log_in: bool,
    #[diesel(sql_type = Bool)]
    pub bypasses: bool,
    #[diesel(sql_type = Bool)]
    pub creates_databases: bool,
    #[diesel(sql_type = Bool)]
    pub creates_roles: bool,
    #[diesel(sql_type = Bool)]
    pub replicates: bool,
}

pub(super) fn role(conn: &mut PgConnection, name: &str) -> Result<Option<Role>, DbError> {
    let role = diesel::sql_query(
        "SELECT rolsuper AS is_superuser, rolcanlogin AS may_log_in, rolbypassrls AS bypasses, rolcreatedb AS creates_databases,
             rolcreaterole AS creates_roles, rolreplication AS replicates
         FROM pg_roles WHERE rolname = $1",
    )
    .bind::<Text, _>(name)
    .get_result(conn)
    .optional()?;
    Ok(role)
}

/// What a role owns in this database, and of what all databases share; temporary tables of its sessions are nobody's concern.
pub(super) fn owned(conn: &mut PgConnection, name: &str) -> Result<Vec<String>, DbError> {
    texts(
        conn,
        "SELECT pg_describe_object(d.classid, d.objid, d.objsubid) AS text
         FROM pg_shdepend d JOIN pg_roles r ON r.oid = d.refobjid
         LEFT JOIN pg_class c ON d.classid = 'pg_class'::regclass AND c.oid = d.objid
         WHERE r.rolname = $1 AND d.refclassid = 'pg_authid'::regclass AND d.deptype = 'o'
             AND d.dbid IN (0, (SELECT oid FROM pg_database WHERE datname = current_database()))
             AND c.relpersistence IS DISTINCT FROM 't'
         ORDER BY 1 LIMIT 10",
        name,
    )
}

/// Whose a right is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Grantee {
    /// Everyone's: of `PUBLIC`.
    Everyone,
    Role,
}

/// A right to a relation that somebody was granted.
#[derive(Debug)]
pub(super) struct Held {
    pub grantee: Grantee,
    pub right: String,
    pub may_pass_on: bool,
    /// To some columns only.
    pub is_of_columns: bool,
}

impl Held {
    pub(super) fn is_of(&self, grantee: Grantee, right: &str) -> bool {
        self.grantee == grantee && self.right == right
    }
}

/// A table, view or sequence of ours.
#[derive(Debug)]
pub(super) struct Relation {
    pub name: String,
    /// With its schema, as SQL writes it.
    pub quoted: String,
    pub is_sequence: bool,
    pub held: Vec<Held>,
}

/// A right to the schema, to the database, or to one of our functions.
#[derive(Debug)]
pub(super) struct Place {
    pub grantee: Grantee,
    pub right: String,
    /// What it is a right to, as statements name it.
    pub place: String,
}

impl Place {
    /// Whether everyday work does not need it: whoever may make things could put them in the way of ours.
    pub(super) fn is_too_much(&self) -> bool {
        match self.right.as_str() {
            "CREATE" => true,
            "EXECUTE" => self.grantee == Grantee::Everyone,
            _ => false,
        }
    }
}

/// What a role may do.
pub(super) struct Facts {
    pub relations: Vec<Relation>,
    pub places: Vec<Place>,
    /// Statements that take back what the role would get on relations that are made later.
    pub defaults: Vec<String>,
    /// The database, as statements name it.
    pub database: String,
    pub uses_schema: bool,
    pub connects: bool,
    pub has_temporary: bool,
    pub erases: bool,
}

/// Relations of ours: those of the catalogue, and what else the owner of the schema's tables has beside them. What came with an
/// extension, or is another owner's, is not ours.
const OURS: &str = "c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S') AND (c.relname = ANY ($2)
    OR c.relowner = (SELECT relowner FROM pg_class WHERE oid = 'public.organizations'::regclass)
        AND NOT EXISTS (SELECT 1 FROM pg_depend e WHERE e.classid = 'pg_class'::regclass AND e.objid = c.oid AND e.deptype = 'e'))";

#[derive(QueryableByName)]
struct HeldRow {
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    quoted: String,
    #[diesel(sql_type = Bool)]
    is_sequence: bool,
    #[diesel(sql_type = Text)]
    right: String,
    #[diesel(sql_type = Bool)]
    is_everyone: bool,
    #[diesel(sql_type = Bool)]
    may_pass_on: bool,
    #[diesel(sql_type = Bool)]
    is_of_columns: bool,
}

#[derive(QueryableByName)]
struct PlaceRow {
    #[diesel(sql_type = Text)]
    place: String,
    #[diesel(sql_type = Text)]
    right: String,
    #[diesel(sql_type = Bool)]
    is_everyone: bool,
}

#[derive(QueryableByName)]
struct OwnRow {
    #[diesel(sql_type = Text)]
    database: String,
    #[diesel(sql_type = Bool)]
    uses_schema: bool,
    #[diesel(sql_type = Bool)]
    connects: bool,
    #[diesel(sql_type = Bool)]
    has_temporary: bool,
    #[diesel(sql_type = Bool)]
    erases: bool,
}

fn grantee(is_everyone: bool) -> Grantee {
    if is_everyone { Grantee::Everyone } else { Grantee::Role }
}

/// The names of the catalogue's tables.
pub(super) fn table_names() -> Vec<&'static str> {
    catalogue::tables().map(|table| table.name).collect()
}

impl Facts {
    /// Reads what a role may do that exists.
    pub(super) fn read(conn: &mut PgConnection, name: &str) -> Result<Facts, DbError> {
        let places: Vec<PlaceRow> = diesel::sql_query(format!(
            "SELECT p.place, a.privilege_type AS right, a.grantee = 0 AS is_everyone FROM (
                 SELECT 'SCHEMA public' AS place, coalesce(nspacl, acldefault('n', nspowner)) AS acl
                 FROM pg_namespace WHERE nspname = 'public'
                 UNION ALL SELECT format('DATABASE %I', datname), coalesce(datacl, acldefault('d', datdba))
                 FROM pg_database WHERE datname = current_database()
                 UNION ALL SELECT 'FUNCTION public.{RECORD_ERASURE}', coalesce(proacl, acldefault('f', proowner))
                 FROM pg_proc WHERE oid = 'public.{RECORD_ERASURE}'::regprocedure) p, aclexplode(p.acl) a
             WHERE a.grantee IN (0, (SELECT oid FROM pg_roles WHERE rolname = $1)) ORDER BY 1, 2"
        ))
        .bind::<Text, _>(name)
        .load(conn)?;
        let own: OwnRow = diesel::sql_query(format!(
            "SELECT format('DATABASE %I', current_database()) AS database,
                 has_database_privilege($1, current_database(), 'CONNECT') AS connects,
                 has_database_privilege($1, current_database(), 'TEMPORARY') AS has_temporary,
                 EXISTS (SELECT 1 FROM pg_namespace n, aclexplode(n.nspacl) a WHERE n.nspname = 'public' AND a.privilege_type = 'USAGE'
                     AND a.grantee = (SELECT oid FROM pg_roles WHERE rolname = $1)) AS uses_schema,
                 EXISTS (SELECT 1 FROM pg_proc p, aclexplode(p.proacl) a WHERE p.oid = 'public.{RECORD_ERASURE}'::regprocedure
                     AND a.grantee = (SELECT oid FROM pg_roles WHERE rolname = $1)) AS erases"
        ))
        .bind::<Text, _>(name)
        .get_result(conn)?;
        let place = |row: PlaceRow| Place { grantee: grantee(row.is_everyone), right: row.right, place: row.place };
        Ok(Facts {
            relations: relations(conn, name)?,
            places: places.into_iter().map(place).collect(),
            defaults: defaults(conn, name)?,
            database: own.database,
            uses_schema: own.uses_schema,
            connects: own.connects,
            has_temporary: own.has_temporary,
            erases: own.erases,
        })
    }
}

/// Our relations, with the rights that the role and everyone were granted to them.
fn relations(conn: &mut PgConnection, name: &str) -> Result<Vec<Relation>, DbError> {
    let rows: Vec<HeldRow> = diesel::sql_query(format!(
        "SELECT c.relname::text AS name, format('public.%I', c.relname) AS quoted, c.relkind = 'S' AS is_sequence,
             coalesce(a.privilege_type, '') AS right, coalesce(a.grantee = 0, false) AS is_everyone,
             coalesce(a.is_grantable, false) AS may_pass_on, coalesce(a.is_of_columns, false) AS is_of_columns
         FROM pg_class c LEFT JOIN LATERAL (
             SELECT x.grantee, x.privilege_type, x.is_grantable, false AS is_of_columns FROM aclexplode(c.relacl) x
             UNION ALL SELECT x.grantee, x.privilege_type, x.is_grantable, true
             FROM pg_attribute t, aclexplode(t.attacl) x WHERE t.attrelid = c.oid AND NOT t.attisdropped) a
             ON a.grantee IN (0, (SELECT oid FROM pg_roles WHERE rolname = $1))
         WHERE {OURS} ORDER BY 1"
    ))
    .bind::<Text, _>(name)
    .bind::<Array<Text>, _>(table_names())
    .load(conn)?;
    let mut relations: Vec<Relation> = Vec::new();
    for row in rows {
        if relations.last().is_none_or(|last| last.name != row.name) {
            let HeldRow { name, quoted, is_sequence, .. } = &row;
            let (name, quoted) = (name.clone(), quoted.clone());
            relations.push(Relation { name, quoted, is_sequence: *is_sequence, held: Vec::new() });
        }
        if let (Some(relation), false) = (relations.last_mut(), row.right.is_empty()) {
            let HeldRow { is_everyone, right, may_pass_on, is_of_columns, .. } = row;
            relation.held.push(Held { grantee: grantee(is_everyone), right, may_pass_on, is_of_columns });
        }
    }
    Ok(relations)
}

/// What takes back rights to relations that will be made: reading tables and using sequences is given anyway.
fn defaults(conn: &mut PgConnection, name: &str) -> Result<Vec<String>, DbError> {
    texts(
        conn,
        "SELECT format('ALTER DEFAULT PRIVILEGES FOR ROLE %I%s REVOKE %s ON %s FROM %s', o.rolname,
             CASE WHEN d.defaclnamespace = 0 THEN '' ELSE ' IN SCHEMA public' END, a.privilege_type,
             CASE d.defaclobjtype WHEN 'S' THEN 'SEQUENCES' ELSE 'TABLES' END,
             CASE WHEN a.grantee = 0 THEN 'PUBLIC' ELSE quote_ident(r.rolname) END) AS text
         FROM pg_default_acl d JOIN pg_roles o ON o.oid = d.defaclrole JOIN pg_roles r ON r.rolname = $1, aclexplode(d.defaclacl) a
         WHERE d.defaclobjtype IN ('r', 'S') AND d.defaclnamespace IN (0, 'public'::regnamespace) AND a.grantee IN (0, r.oid)
             AND d.defaclrole = (SELECT relowner FROM pg_class WHERE oid = 'public.organizations'::regclass)
             AND NOT (a.grantee <> 0 AND (d.defaclobjtype, a.privilege_type) IN (('r', 'SELECT'), ('S', 'USAGE')))
         ORDER BY 1",
        name,
    )
}
