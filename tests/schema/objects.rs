//! What `crmctl doctor` compares a database of PostgreSQL with is what the migrations make: `UPDATE_DOCS=1 cargo test --test schema` writes
//! migrations/postgres-objects.ndjson.

use crmctl::db::health::objects::{Object, ObjectKind, POSTGRES_OBJECTS};

use crate::live::ask_postgres;

#[test]
fn the_objects_of_postgresql_are_those_that_doctor_knows() {
    // As the program asks.
    let asked = format!("SET search_path = public, pg_temp; {POSTGRES_OBJECTS}");
    let mut objects: Vec<Object> = ask_postgres(&asked)
        .into_iter()
        .map(|row| {
            let [kind, name, place, sql] = <[String; 4]>::try_from(row).unwrap();
            Object { kind: ObjectKind::from_word(&kind).unwrap(), name, place, sql }
        })
        .collect();
    assert!(objects.len() > 500, "only {} objects", objects.len());
    objects.sort_by(|a, b| (a.kind, &a.place, &a.name).cmp(&(b.kind, &b.place, &b.name)));
    let text: String = objects.iter().map(|object| serde_json::to_string(object).unwrap() + "\n").collect();
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/migrations/postgres-objects.ndjson");
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(path, &text).unwrap();
    }
    let known = std::fs::read_to_string(path).unwrap_or_default();
    assert!(known == text, "write it anew by UPDATE_DOCS=1 cargo test --test schema, and read the difference");
}
