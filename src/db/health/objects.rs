//! The objects of the schema: those that the database has, and those that the migrations of this program make.

use std::collections::BTreeMap;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::{Integer, Text};
use serde::{Deserialize, Serialize};

use crate::db::connection::functions;
use crate::db::{Db, DbError, migrate};
use crate::domain::doctor::definition::flattened;

vocabulary! {
    /// What an object of the schema is.
    ObjectKind {
        /// On PostgreSQL whether row-level security holds; its columns and constraints are objects of their own there.
        Table = "table",
        Column = "column",
        Constraint = "constraint",
        Function = "function",
        Index = "index",
        View = "view",
        Trigger = "trigger",
        /// On PostgreSQL: it makes another statement of one, and may do nothing instead.
        Rule = "rule",
        Policy = "policy",
    }
}

/// An object of the schema.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Object {
    pub kind: ObjectKind,
    pub name: String,
    /// The table that it belongs to.
    pub place: String,
    /// The statement that makes it; of a column of PostgreSQL its type.
    pub sql: String,
}

/// What is not as the migrations made it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Difference {
    Missing(Object),
    /// It is there, and was made by another statement. This is what it should be.
    Changed(Object),
    /// A trigger, a rule, a policy or a unique index on a table of crmctl that no migration made.
    Unexpected(Object),
}

impl Difference {
    /// What it is about.
    pub fn object(&self) -> &Object {
        match self {
            Difference::Missing(object) | Difference::Changed(object) | Difference::Unexpected(object) => object,
        }
    }

    /// Whether a statement puts it right without losing anything.
    pub fn can_be_repaired(&self, is_sqlite: bool) -> bool {
        let object = self.object();
        match (self, object.kind) {
            (Difference::Unexpected(_), _) | (_, ObjectKind::Column) => false,
            // Of a table that is gone, and of one with other columns, nothing is known.
            (Difference::Missing(_), ObjectKind::Table) => false,
            (Difference::Changed(_), ObjectKind::Table) => !is_sqlite,
            _ => true,
        }
    }
}

/// The differences that a statement cannot put right because the table is gone which the object stands on.
pub fn stand_on_missing_tables(differences: &[Difference]) -> Vec<&Difference> {
    let is_table = |it: &&Difference| matches!(it, Difference::Missing(it) if it.kind == ObjectKind::Table);
    let tables: Vec<&str> = differences.iter().filter(is_table).map(|it| it.object().name.as_str()).collect();
    let stands_on_one = |it: &&Difference| {
        let object = it.object();
        let is_word = |c: char| c.is_alphanumeric() || c == '_';
        let is_named = |table: &&str| object.sql.split(|c: char| !is_word(c)).any(|word| word == *table);
        match object.kind {
            ObjectKind::Table => false,
            ObjectKind::View => tables.iter().any(is_named),
            _ => tables.contains(&object.place.as_str()),
        }
    };
    differences.iter().filter(stands_on_one).collect()
}

/// The columns of a table of an embedded database that it lacks, and those that it has beside the ones which the migrations made.
///
/// # Errors
/// It cannot be read, or the statement that makes the table is none.
pub fn other_columns(conn: &mut Db, table: &Object) -> Result<(Vec<String>, Vec<String>), DbError> {
    let Db::Sqlite(live) = conn else { return Ok((Vec::new(), Vec::new())) };
    let mut memory = in_memory()?;
    memory.batch_execute(&table.sql)?;
    let columns = |conn: &mut SqliteConnection| -> QueryResult<Vec<String>> {
        let columns = "SELECT name FROM pragma_table_xinfo(?) ORDER BY cid";
        let names: Vec<Name> = diesel::sql_query(columns).bind::<Text, _>(&table.name).load(conn)?;
        Ok(names.into_iter().map(|it| it.name).collect())
    };
    let (mut lacking, mut surplus) = (columns(&mut memory)?, columns(live)?);
    let of_both: Vec<String> = lacking.iter().filter(|name| surplus.contains(name)).cloned().collect();
    lacking.retain(|name| !of_both.contains(name));
    surplus.retain(|name| !of_both.contains(name));
    Ok((lacking, surplus))
}

#[derive(QueryableByName)]
struct Name {
    #[diesel(sql_type = Text)]
    name: String,
}

/// An empty database with the functions that statements of the migrations call.
fn in_memory() -> Result<SqliteConnection, DbError> {
    let mut memory = SqliteConnection::establish(":memory:")
        .map_err(|e| DbError::Open { location: ":memory:".into(), reason: e.to_string() })?;
    functions::register(&mut memory)?;
    Ok(memory)
}

/// Reads each object of PostgreSQL's schema with the statement that makes it: four texts, in no order.
pub const POSTGRES_OBJECTS: &str = include_str!("postgres_objects.sql");

/// The objects that the migrations make on PostgreSQL, one a line, by the version of the server that `tests/schema` runs.
const OF_POSTGRES: &str = include_str!("../../../migrations/postgres-objects.ndjson");

/// The version of the server whose words [`OF_POSTGRES`] has for views and bodies of functions.
const WORDS_OF_VERSION: i32 = 15;

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    place: String,
    #[diesel(sql_type = Text)]
    sql: String,
}

impl Row {
    fn object(self) -> Option<Object> {
        let kind = ObjectKind::from_word(&self.kind)?;
        Some(Object { kind, name: self.name, place: self.place, sql: self.sql })
    }
}

/// What is not as the migrations made it, the gravest kinds in the order of [`ObjectKind`].
///
/// # Errors
/// The schema cannot be read.
pub fn differences(conn: &mut Db) -> Result<Vec<Difference>, DbError> {
    let has_other_words = match conn {
        Db::Sqlite(_) => false,
        Db::Postgres(pg) => {
            #[derive(QueryableByName)]
            struct Version {
                #[diesel(sql_type = Integer)]
                version: i32,
            }
            let version: Version =
                diesel::sql_query("SELECT current_setting('server_version_num')::integer / 10000 AS version")
                    .get_result(pg)?;
            version.version != WORDS_OF_VERSION
        }
    };
    Ok(compared(expected(conn)?, live(conn)?, has_other_words))
}

/// The objects that the database has.
fn live(conn: &mut Db) -> Result<Vec<Object>, DbError> {
    let rows: Vec<Row> = match conn {
        Db::Sqlite(sqlite) => diesel::sql_query(
            "SELECT type AS kind, name, tbl_name AS place, sql FROM sqlite_schema
             WHERE sql IS NOT NULL AND substr(name, 1, 7) <> 'sqlite_'",
        )
        .load(sqlite)?,
        Db::Postgres(pg) => diesel::sql_query(POSTGRES_OBJECTS).load(pg)?,
    };
    Ok(rows.into_iter().filter_map(Row::object).collect())
}

/// The objects that the migrations make.
fn expected(conn: &Db) -> Result<Vec<Object>, DbError> {
    match conn {
        Db::Sqlite(_) => {
            let mut memory = Db::Sqlite(in_memory()?);
            migrate::up(&mut memory)?;
            live(&mut memory)
        }
        Db::Postgres(_) => {
            let read = |line: &str| serde_json::from_str(line).map_err(|e| DbError::Migration(e.to_string()));
            OF_POSTGRES.lines().map(read).collect()
        }
    }
}

/// What differs. A server of another version writes views and functions in other words, so that of those only the names count.
fn compared(expected: Vec<Object>, live: Vec<Object>, has_other_words: bool) -> Vec<Difference> {
    let key = |object: &Object| (object.kind, object.name.clone());
    let mut live: BTreeMap<(ObjectKind, String), Object> =
        live.into_iter().map(|object| (key(&object), object)).collect();
    let tables: Vec<String> =
        expected.iter().filter(|object| object.kind == ObjectKind::Table).map(|object| object.name.clone()).collect();
    let mut expected = expected;
    expected.sort_by_key(key);
    let mut found = Vec::new();
    for object in expected {
        let is_wordy = matches!(object.kind, ObjectKind::View | ObjectKind::Function);
        match live.remove(&key(&object)) {
            None => found.push(Difference::Missing(object)),
            Some(other) if is_same(&other, &object) || has_other_words && is_wordy => {}
            Some(_) => found.push(Difference::Changed(object)),
        }
    }
    let of_ours = live.into_values().filter(|object| tables.contains(&object.place));
    let acts = |object: &Object| match object.kind {
        ObjectKind::Trigger | ObjectKind::Rule | ObjectKind::Policy => true,
        ObjectKind::Index => object.sql.starts_with("CREATE UNIQUE "),
        _ => false,
    };
    found.extend(of_ours.filter(acts).map(Difference::Unexpected));
    found
}

/// Whether two objects of a name are made by the same statement.
fn is_same(one: &Object, other: &Object) -> bool {
    one.sql == other.sql || one.kind == ObjectKind::Constraint && flattened(&one.sql) == flattened(&other.sql)
}

/// Puts right what a statement can put right, and returns what that was.
///
/// # Errors
/// The database refuses: on PostgreSQL only the owner of the schema may.
pub fn repair(conn: &mut Db) -> Result<Vec<String>, DbError> {
    let is_sqlite = matches!(conn, Db::Sqlite(_));
    let mut done = Vec::new();
    let differences = differences(conn)?;
    let unfounded = stand_on_missing_tables(&differences);
    for difference in differences.iter().filter(|it| it.can_be_repaired(is_sqlite) && !unfounded.contains(it)) {
        let Object { kind, name, place, sql } = difference.object();
        let bare = name.rsplit('.').next().unwrap_or(name);
        let first = match (difference, kind) {
            (Difference::Changed(_), ObjectKind::Index) => format!("DROP INDEX \"{bare}\"; "),
            (Difference::Changed(_), ObjectKind::Trigger) if is_sqlite => format!("DROP TRIGGER \"{bare}\"; "),
            (Difference::Changed(_), ObjectKind::View) if is_sqlite => format!("DROP VIEW \"{bare}\"; "),
            (Difference::Changed(_), ObjectKind::Trigger) => format!("DROP TRIGGER \"{bare}\" ON public.\"{place}\"; "),
            (Difference::Changed(_), ObjectKind::Policy) => format!("DROP POLICY \"{bare}\" ON public.\"{place}\"; "),
            (Difference::Changed(_), ObjectKind::Constraint) => {
                format!("ALTER TABLE public.\"{place}\" DROP CONSTRAINT \"{bare}\"; ")
            }
            _ => String::new(),
        };
        conn.batch_execute(&format!("{first}{sql}"))?;
        done.push(format!("{kind} {name}"));
    }
    Ok(done)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn object(kind: ObjectKind, name: &str, sql: &str) -> Object {
        Object { kind, name: name.into(), place: "leads".into(), sql: sql.into() }
    }

    #[test]
    fn what_is_missing_changed_or_acts_unbidden_is_found() {
        use ObjectKind::{Index, Rule, Table, Trigger, View};
        let table = object(Table, "leads", "CREATE TABLE leads (id)");
        let trigger = object(Trigger, "t", "CREATE TRIGGER t");
        let index = object(Index, "i", "CREATE INDEX i");
        let view = object(View, "v", "CREATE VIEW v");
        let expected = vec![table.clone(), trigger.clone(), index.clone(), view.clone()];
        assert_eq!(compared(expected.clone(), expected.clone(), false), []);
        let live = vec![
            table,
            object(Trigger, "t", "CREATE TRIGGER t WHEN false"),
            object(View, "v", "CREATE VIEW v -- in other words"),
            object(Trigger, "own", "CREATE TRIGGER own"),
            object(Index, "own", "CREATE INDEX own"),
            object(Index, "one", "CREATE UNIQUE INDEX one"),
            object(Rule, "own", "CREATE RULE own"),
            Object { place: "other".into(), ..object(Trigger, "other", "CREATE TRIGGER other") },
        ];
        let changed = compared(expected.clone(), live.clone(), false);
        let known = [
            Difference::Missing(index),
            Difference::Changed(view),
            Difference::Changed(trigger),
            Difference::Unexpected(live[5].clone()),
            Difference::Unexpected(live[3].clone()),
            Difference::Unexpected(live[6].clone()),
        ];
        assert_eq!(changed, known);
        assert!(!compared(expected, live, true).iter().any(|it| it.object().kind == View));
    }

    #[test]
    fn nothing_is_built_on_a_table_that_is_gone() {
        let mut memory = Db::Sqlite(in_memory().unwrap());
        migrate::up(&mut memory).unwrap();
        memory.batch_execute("PRAGMA foreign_keys = OFF; DROP VIEW lead_summary; DROP TABLE lead_notes").unwrap();
        memory.batch_execute("DROP INDEX leads_live_email").unwrap();
        let found = differences(&mut memory).unwrap();
        let unfounded = stand_on_missing_tables(&found);
        assert!(unfounded.iter().all(|it| it.object().place == "lead_notes" || it.object().name == "lead_summary"));
        assert!(unfounded.len() >= 2, "{unfounded:?}");
        assert_eq!(repair(&mut memory).unwrap(), ["index leads_live_email"]);
    }

    #[test]
    fn columns_that_are_not_of_the_migrations_are_named() {
        let mut memory = Db::Sqlite(in_memory().unwrap());
        migrate::up(&mut memory).unwrap();
        memory.batch_execute("ALTER TABLE lead_notes ADD COLUMN mine TEXT").unwrap();
        let found = differences(&mut memory).unwrap();
        let [Difference::Changed(table)] = found.as_slice() else { panic!("{found:?}") };
        assert_eq!(other_columns(&mut memory, table).unwrap(), (vec![], vec!["mine".to_owned()]));
        memory.batch_execute("ALTER TABLE lead_notes DROP COLUMN mine").unwrap();
        assert_eq!(differences(&mut memory).unwrap(), []);
    }

    #[test]
    fn a_new_database_is_as_it_should_be() {
        let mut memory = SqliteConnection::establish(":memory:").unwrap();
        functions::register(&mut memory).unwrap();
        let mut memory = Db::Sqlite(memory);
        migrate::up(&mut memory).unwrap();
        assert_eq!(differences(&mut memory).unwrap(), []);
        memory.batch_execute("DROP TRIGGER leads_touch; DROP INDEX leads_live_email").unwrap();
        assert_eq!(repair(&mut memory).unwrap(), ["index leads_live_email", "trigger leads_touch"]);
        assert_eq!(differences(&mut memory).unwrap(), []);
    }
}
