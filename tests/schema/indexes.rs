//! Indexes: those of SQLite, made on PostgreSQL, are those of PostgreSQL.

use std::collections::BTreeMap;

use crate::live::{ask_postgres, ask_sqlite, assert_same, without_comments};

/// Indexes that differ on purpose: what each engine has, and why.
const DIFFERENT: [(&str, &str, &str, &str); 3] = [
    (
        "leads_live_status",
        "USING btree (organization_id, status, lead_score, deleted_at) WHERE (deleted_at IS NULL)",
        "USING btree (organization_id, status) WHERE (deleted_at IS NULL)",
        "SQLite counts by reading the index alone; PostgreSQL goes to the rows by a bitmap, and each column would slow imports",
    ),
    (
        "leads_live_created",
        "USING btree (organization_id, created_at, source, lead_score, deleted_at) WHERE (deleted_at IS NULL)",
        "USING brin (created_at) WITH (pages_per_range='32')",
        "SQLite counts by reading the index alone; on PostgreSQL leads lie in the order of their creation, so ranges of pages do",
    ),
    (
        "leads_open_score",
        "USING btree (organization_id, lead_score DESC) WHERE ((deleted_at IS NULL) AND (status <> 'recruited'::text) AND (status <> 'cold'::text))",
        "USING btree (organization_id, lead_score DESC NULLS LAST, id) WHERE ((deleted_at IS NULL) AND (status <> 'recruited'::text) AND (status <> 'cold'::text))",
        "SQLite's indexes end with the id by themselves, and empty values come last where it descends",
    ),
];

/// Index → its table, and its definition as PostgreSQL writes it.
type Indexes = BTreeMap<String, (String, String)>;

#[test]
fn both_engines_have_the_same_indexes() {
    let made = ask_sqlite("SELECT tbl_name, sql FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL");
    let mut script = String::from("BEGIN; CREATE SCHEMA scratch;");
    let mut tables: Vec<&str> = made.iter().map(|row| row[0].as_str()).collect();
    tables.sort_unstable();
    tables.dedup();
    for table in tables {
        script.push_str(&format!("CREATE TABLE scratch.{table} (LIKE public.{table});"));
    }
    for row in &made {
        let here = format!(" ON {} (", row[0]);
        assert!(row[1].contains(&here), "{}", row[1]);
        script.push_str(&without_comments(&row[1]).replace(&here, &format!(" ON scratch.{} (", row[0])));
        script.push(';');
    }
    script.push_str(
        "SELECT n.nspname, c.relname, t.relname, pg_get_indexdef(c.oid) FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
         JOIN pg_class t ON t.oid = i.indrelid JOIN pg_namespace n ON n.oid = c.relnamespace
         WHERE n.nspname IN ('scratch', 'public') AND NOT EXISTS (SELECT 1 FROM pg_constraint k WHERE k.conindid = c.oid AND k.contype IN ('p', 'u'));
         ROLLBACK",
    );
    let (mut sqlite, mut postgres) = (Indexes::new(), Indexes::new());
    for row in ask_postgres(&script) {
        let (head, definition) = row[3].split_once(" USING ").unwrap();
        let unique = if head.contains("UNIQUE") { "UNIQUE " } else { "" };
        let to = if row[0] == "scratch" { &mut sqlite } else { &mut postgres };
        to.insert(row[1].clone(), (row[2].clone(), format!("{unique}USING {definition}")));
    }
    assert!(postgres.len() > 20);
    for (name, of_sqlite, of_postgres, _) in DIFFERENT {
        let table = "leads".to_owned();
        assert_eq!(sqlite.remove(name), Some((table.clone(), of_sqlite.to_owned())), "{name}");
        assert_eq!(postgres.remove(name), Some((table, of_postgres.to_owned())), "{name}");
    }
    assert_same(sqlite.into_iter().collect(), postgres.into_iter().collect());
}
