//! The logs refuse every change, whoever asks.

use crmctl::db::catalogue::{Table, Writes, tables};

use crate::support::filled::{columns, everything, filled, refusals};
use crate::support::{Engine, World, on_both_engines};

/// The tables out of which no row may go.
fn guarded() -> impl Iterator<Item = &'static Table> {
    tables().filter(|table| !matches!(table.writes, Writes::Editable { .. }))
}

fn refusal_of(table: &Table) -> String {
    match table.writes {
        Writes::Kept | Writes::Ratcheted => format!("{} keeps its rows", table.name),
        _ => format!("{} is append-only", table.name),
    }
}

/// Tries each statement, takes back what it did, and returns what it was refused with; nothing when it was not.
fn refused(world: &World, statements: &[String]) -> Vec<String> {
    if world.engine == Engine::Postgres {
        let superuser = crate::support::engine::url_of("postgres", crate::support::engine::database_of(&world.url));
        return refusals(&superuser, "", statements);
    }
    // Another program's connection: without foreign keys.
    let conn = rusqlite::Connection::open(&world.url).unwrap();
    conn.pragma_update(None, "foreign_keys", false).unwrap();
    let attempt = |statement: &String| {
        conn.execute_batch("BEGIN").unwrap();
        let refusal = conn.execute_batch(statement).err().map(|e| e.to_string()).unwrap_or_default();
        conn.execute_batch("ROLLBACK").unwrap();
        refusal
    };
    statements.iter().map(attempt).collect()
}

/// Another value of a column, whatever it holds.
fn other_value(column: &str, kind: &str) -> String {
    match kind {
        "INTEGER" | "smallint" | "integer" | "bigint" => format!("coalesce({column}, 0) + 1"),
        "TEXT" | "text" => format!("coalesce({column}, '') || 'x'"),
        "timestamp with time zone" => format!("coalesce({column}, now()) + interval '1 second'"),
        "jsonb" => "'\"x\"'".to_owned(),
        "BLOB" => "x'00'".to_owned(),
        "bytea" => "'\\x00'".to_owned(),
        other => panic!("{column} has the type {other}"),
    }
}

/// Names every row of the logs as one that an erasure opens.
fn open_by_erasure(world: &World) {
    for table in guarded().filter(|table| table.opens_for_erasure() && table.erasable().next().is_some()) {
        let sql = format!(
            "INSERT INTO erased_rows (organization_id, table_name, row_id, lead_id)
             SELECT t.organization_id, '{0}', t.id, e.lead_id FROM {0} t JOIN erasures e ON e.organization_id = t.organization_id
             WHERE NOT EXISTS (SELECT 1 FROM erased_rows r WHERE r.organization_id = t.organization_id AND r.table_name = '{0}' AND r.row_id = t.id)",
            table.name
        );
        world.engine.sql(&world.url, &sql).unwrap();
    }
}

#[test]
fn rows_that_must_stay_refuse_every_change() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let world = filled(engine);
        let before = everything(&world);
        let (mut attempts, mut expected) = (Vec::new(), Vec::new());
        for table in guarded() {
            let name = table.name;
            let mut try_out = |sql: String, refusal: String| {
                attempts.push(sql);
                expected.push(refusal);
            };
            try_out(format!("DELETE FROM {name}"), refusal_of(table));
            match engine {
                Engine::Postgres => try_out(format!("TRUNCATE {name} CASCADE"), refusal_of(table)),
                Engine::Sqlite => {
                    try_out(format!("INSERT OR REPLACE INTO {name} SELECT * FROM {name}"), refusal_of(table));
                    let ratcheted = "only closed".to_owned();
                    try_out(
                        format!("UPDATE OR REPLACE {name} SET organization_id = 1 WHERE organization_id = 2"),
                        if table.writes == Writes::Ratcheted { ratcheted } else { refusal_of(table) },
                    );
                }
            }
            if table.is_log() {
                let columns = columns(&world, name);
                // Whatever is changed, for no erasure opens all rows.
                let same = columns.iter().map(|(column, _)| column);
                let same = same.map(|column| format!("UPDATE {name} SET {column} = {column}"));
                same.for_each(|sql| try_out(sql, refusal_of(table)));
                if engine == Engine::Sqlite && columns.iter().any(|(column, _)| column == "id") {
                    // The triggers pass over ids below 0, so there must be none that could be replaced.
                    let columns = columns.iter().map(|(column, _)| format!(", {column}")).collect::<String>();
                    let columns = columns.replacen(", id", "", 1);
                    // The row has another key, too, in these.
                    let has_other_key = ["erasures", "signing_keys", "dnc_scrubs"].contains(&name);
                    let negative = format!("INSERT INTO {name} (id{columns}) SELECT -id{columns} FROM {name}");
                    let by_key = if has_other_key { refusal_of(table) } else { String::new() };
                    try_out(
                        negative,
                        if by_key.is_empty() { "CHECK constraint failed: id > 0".to_owned() } else { by_key },
                    );
                }
            }
        }
        for ((attempt, expected), refusal) in attempts.iter().zip(expected).zip(refused(&world, &attempts)) {
            assert!(refusal.contains(&expected), "{engine:?}: {attempt}: {refusal}");
        }
        assert_eq!(everything(&world), before);
        world.finish();
    }
}

#[test]
fn rows_that_an_erasure_opens_change_in_their_texts_only() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let world = filled(engine);
        open_by_erasure(&world);
        let (mut attempts, mut expected) = (Vec::new(), Vec::new());
        for table in guarded().filter(|table| table.is_log()) {
            for (column, kind) in columns(&world, table.name) {
                let erasable = table.erasable().any(|text| text.name == column);
                let kind = if table.text(&column).is_some_and(|text| text.is_json) { "jsonb" } else { &kind };
                attempts.push(format!("UPDATE {} SET {column} = {}", table.name, other_value(&column, kind)));
                expected.push(if erasable { String::new() } else { refusal_of(table) });
            }
        }
        for ((attempt, expected), refusal) in attempts.iter().zip(expected).zip(refused(&world, &attempts)) {
            let as_expected = if expected.is_empty() { refusal.is_empty() } else { refusal.contains(&expected) };
            assert!(as_expected, "{engine:?}: {attempt}: {refusal}");
        }
        world.finish();
    }
}

/// INSERT OR REPLACE removes the row that has one of the keys already, and no trigger sees it go.
#[test]
fn no_row_is_replaced_by_any_of_its_keys() {
    let world = filled(Engine::Sqlite);
    let conn = rusqlite::Connection::open(&world.url).unwrap();
    for table in guarded() {
        let name = table.name;
        let columns: Vec<String> =
            columns(&world, name).into_iter().map(|(column, _)| column).filter(|column| column != "id").collect();
        let columns = columns.join(", ");
        conn.execute_batch(&format!("BEGIN; CREATE TEMP TABLE earlier AS SELECT * FROM {name}")).unwrap();
        // Refused or not: the rows are there afterwards.
        let _ = conn.execute_batch(&format!("INSERT OR REPLACE INTO {name} ({columns}) SELECT {columns} FROM earlier"));
        let gone = format!("SELECT count(*) FROM (SELECT * FROM earlier EXCEPT SELECT * FROM {name})");
        let gone: i64 = conn.query_row(&gone, [], |row| row.get(0)).unwrap();
        assert_eq!(gone, 0, "{name}");
        conn.execute_batch("ROLLBACK").unwrap();
    }
    world.finish();
}

#[test]
fn no_truncate_reaches_a_log() {
    let world = filled(Engine::Postgres);
    let before = everything(&world);
    let logs = guarded().map(|table| format!("('{}'::regclass)", table.name)).collect::<Vec<_>>().join(", ");
    let above = format!(
        "WITH RECURSIVE above (name) AS (
             VALUES {logs} UNION SELECT k.confrelid::regclass FROM pg_constraint k JOIN above a ON k.conrelid = a.name WHERE k.contype = 'f'
         ) SELECT name FROM above"
    );
    let above = world.engine.sql(&world.url, &above).unwrap();
    assert!(above.len() > guarded().count());
    let attempts: Vec<String> = above.iter().map(|name| format!("TRUNCATE {name} CASCADE")).collect();
    for (attempt, refusal) in attempts.iter().zip(refused(&world, &attempts)) {
        assert!(refusal.contains("is append-only") || refusal.contains("keeps its rows"), "{attempt}: {refusal}");
    }
    assert_eq!(everything(&world), before);
    world.finish();
}

#[test]
fn an_erasure_opens_the_logs_for_what_it_erases_only() {
    on_both_engines(|world| {
        world.ok(["lead", "add", "--phone", "+12125550101", "--name", "Ada"]);
        world.ok(["lead", "add", "--phone", "+12125550102", "--name", "Ben"]);
        world.now = "2026-03-05T12:00:00Z";
        world.ok(["lead", "edit", "1", "--city", "Troy"]);
        world.ok(["lead", "edit", "2", "--city", "Troy"]);
        world.ok(["dnc", "add", "+12125550101", "--reason", "Ada asked"]);
        world.ok(["dnc", "add", "+12125550102", "--reason", "Ben asked"]);
        world.ok(["lead", "erase", "1", "--yes"]);
        let refused = |sql: &str| world.engine.sql(&world.url, sql).unwrap_err().contains("append-only");
        for sql in [
            "UPDATE lead_audit_log SET new_value = NULL WHERE lead_id = 2",
            "UPDATE lead_audit_log SET actor = 'x' WHERE lead_id = 1",
            "UPDATE lead_audit_log SET old_value = 'x' WHERE lead_id = 1 AND action = 'create'",
            "UPDATE lead_status_history SET to_status = 'hot' WHERE lead_id = 1",
            "UPDATE dnc_requests SET text = 'x' WHERE phone_number = '+12125550102'",
            "UPDATE dnc_requests SET decision = 'dismiss' WHERE phone_number = '+12125550101'",
            "UPDATE dnc_requests SET phone_number = '+12125550109' WHERE phone_number = '+12125550101'",
            "DELETE FROM lead_audit_log WHERE lead_id = 1",
        ] {
            assert!(refused(sql), "{:?}: {sql}", world.engine);
        }
        // A request is decided once, still.
        assert_eq!(world.json(["dnc", "history", "+12125550101"])[0]["detail"], "[erased] asked");
    });
}

#[test]
fn the_database_checks_what_the_program_checks() {
    on_both_engines(|world| {
        world.ok(["lead", "add", "--phone", "+12125550101"]);
        for (column, bad) in [
            ("phone_number", "'2125550101'"),
            ("phone_number", "'+0125550101'"),
            ("status", "'asleep'"),
            ("lead_score", "101"),
            ("consent_status", "'perhaps'"),
            ("phone_extension", "'123456789012345678901'"),
            ("external_id", "'x'"),
            ("custom_fields", "'{'"),
        ] {
            assert!(
                world.engine.sql(&world.url, &format!("UPDATE leads SET {column} = {bad}")).is_err(),
                "{column} = {bad}"
            );
        }
        // A trigger sets updated_at only when an UPDATE leaves it alone.
        let updated_at =
            |world: &crate::support::World| world.json(["lead", "show", "+12125550101"])["updated_at"].clone();
        let before = updated_at(world);
        world.engine.sql(&world.url, "UPDATE leads SET city = 'Albany'").unwrap();
        assert_ne!(updated_at(world), before);
    });
}
