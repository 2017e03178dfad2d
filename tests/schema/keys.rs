//! Primary, unique and foreign keys.

use std::collections::{BTreeMap, BTreeSet};

use crmctl::db::catalogue::{Tenant, table, tables};

use crate::columns::of_schema_rs;
use crate::live::{ask_postgres, ask_sqlite, assert_same};

/// Table → the columns of each of its primary and unique keys.
type Keys = BTreeMap<String, BTreeSet<Vec<String>>>;

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Foreign {
    pub table: String,
    pub columns: String,
    pub target: String,
    pub target_columns: String,
    /// What deleting and changing the target do.
    pub actions: String,
}

fn keys(rows: Vec<Vec<String>>) -> Keys {
    let mut keys = Keys::new();
    for row in rows {
        keys.entry(row[0].clone()).or_default().insert(row[1].split(',').map(str::to_owned).collect());
    }
    keys
}

pub fn unique_of_postgres() -> Keys {
    keys(constraints_of_postgres("contype IN ('p', 'u')"))
}

fn constraints_of_postgres(which: &str) -> Vec<Vec<String>> {
    ask_postgres(&format!(
        "SELECT conrelid::regclass, (SELECT string_agg(attname, ',' ORDER BY place) FROM unnest(conkey) WITH ORDINALITY AS k (attnum, place)
            JOIN pg_attribute a ON a.attrelid = conrelid AND a.attnum = k.attnum)
         FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND conrelid::regclass::text NOT LIKE '\\_\\_%' AND {which}"
    ))
}

pub fn foreign_of_postgres() -> Vec<Foreign> {
    let rows = ask_postgres(
        "SELECT conrelid::regclass,
            (SELECT string_agg(attname, ',' ORDER BY place) FROM unnest(conkey) WITH ORDINALITY AS k (attnum, place)
                JOIN pg_attribute a ON a.attrelid = conrelid AND a.attnum = k.attnum),
            confrelid::regclass,
            (SELECT string_agg(attname, ',' ORDER BY place) FROM unnest(confkey) WITH ORDINALITY AS k (attnum, place)
                JOIN pg_attribute a ON a.attrelid = confrelid AND a.attnum = k.attnum),
            confdeltype::text || confupdtype::text || confmatchtype::text || condeferrable::text
         FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND contype = 'f'",
    );
    foreign(rows)
}

fn foreign(rows: Vec<Vec<String>>) -> Vec<Foreign> {
    let mut keys: Vec<Foreign> = rows
        .into_iter()
        .map(|row| {
            let [table, columns, target, target_columns, actions] = row.try_into().unwrap();
            Foreign { table, columns, target, target_columns, actions }
        })
        .collect();
    keys.sort();
    keys
}

/// The keys of SQLite that are no indexes by name: those of PRIMARY KEY and UNIQUE.
fn unique_of_sqlite() -> Keys {
    let mut rows = ask_sqlite(
        "SELECT m.name, (SELECT group_concat(name) FROM (SELECT c.name FROM pragma_index_info(i.name) c ORDER BY c.seqno))
         FROM sqlite_schema m, pragma_index_list(m.name) i WHERE m.type = 'table' AND i.origin <> 'c'",
    );
    rows.extend(rowids());
    rows.retain(|row| !row[0].starts_with("__"));
    keys(rows)
}

/// The tables whose primary key is the rowid, which has no index of its own, with its column.
pub fn rowids() -> Vec<Vec<String>> {
    ask_sqlite(
        "SELECT m.name, c.name FROM sqlite_schema m, pragma_table_info(m.name) c WHERE m.type = 'table' AND c.pk
         AND NOT EXISTS (SELECT 1 FROM pragma_index_list(m.name) i WHERE i.origin = 'pk')",
    )
}

#[test]
fn schema_rs_has_postgresqls_primary_keys() {
    let primary: BTreeMap<String, Vec<String>> = constraints_of_postgres("contype = 'p'")
        .into_iter()
        .map(|row| (row[0].clone(), row[1].split(',').map(str::to_owned).collect()))
        .collect();
    assert_eq!(of_schema_rs().1, primary);
}

/// A distributed PostgreSQL can keep the rows of an organization together, and no key tells of another's rows.
#[test]
fn keys_of_organizations_begin_with_the_organization() {
    let first = ask_postgres(
        "SELECT i.indrelid::regclass, i.indexrelid::regclass, pg_get_indexdef(i.indexrelid, 1, true)
         FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid WHERE i.indisunique AND c.relnamespace = 'public'::regnamespace",
    );
    for table in tables().filter(|table| table.tenant == Tenant::Organization) {
        let mut unique = first.iter().filter(|row| row[0] == table.name).peekable();
        assert!(unique.peek().is_some(), "`{}` has no key", table.name);
        for row in unique {
            assert_eq!(row[2], "organization_id", "the key {} of `{}` begins with it", row[1], table.name);
        }
    }
}

/// The one difference: where PostgreSQL's primary key is (organization_id, id), SQLite's is the rowid `id` alone, which costs
/// nothing; there (organization_id, id) is a key besides only where another table refers to it.
#[test]
fn both_engines_have_the_same_keys() {
    let (sqlite, mut postgres) = (unique_of_sqlite(), unique_of_postgres());
    let referred: BTreeSet<String> = foreign_of_postgres().into_iter().map(|key| key.target).collect();
    let id = vec!["id".to_owned()];
    let with_organization = vec!["organization_id".to_owned(), "id".to_owned()];
    for (table, keys) in &mut postgres {
        if keys.contains(&with_organization) {
            keys.insert(id.clone());
            if !referred.contains(table) {
                keys.remove(&with_organization);
            }
        }
    }
    for (table, keys) in &postgres {
        assert_eq!(sqlite.get(table), Some(keys), "the keys of `{table}` on SQLite and on PostgreSQL");
    }
    assert_eq!(sqlite.len(), postgres.len());
}

#[test]
fn both_engines_have_the_same_foreign_keys() {
    let sqlite = foreign(ask_sqlite(
        "SELECT m.name, (SELECT group_concat(\"from\") FROM (SELECT \"from\" FROM pragma_foreign_key_list(m.name) WHERE id = f.id ORDER BY seq)),
            f.\"table\", (SELECT group_concat(\"to\") FROM (SELECT \"to\" FROM pragma_foreign_key_list(m.name) WHERE id = f.id ORDER BY seq)),
            CASE WHEN f.on_delete = 'NO ACTION' AND f.on_update = 'NO ACTION' AND f.match = 'NONE' AND m.sql NOT LIKE '%DEFERR%' THEN 'aasfalse' END
         FROM sqlite_schema m, pragma_foreign_key_list(m.name) f WHERE m.type = 'table' AND f.seq = 0",
    ));
    assert_same(sqlite, foreign_of_postgres());
}

/// A row of one organization cannot refer to one of another.
#[test]
fn foreign_keys_include_the_organization() {
    let is_of_everyone = |name: &str| table(name).is_some_and(|table| table.tenant == Tenant::Everyone);
    for key in foreign_of_postgres().iter().filter(|key| !is_of_everyone(&key.target)) {
        assert!(key.columns.starts_with("organization_id,"), "{key:?}");
        assert!(key.target_columns.starts_with("organization_id,"), "{key:?}");
    }
}
