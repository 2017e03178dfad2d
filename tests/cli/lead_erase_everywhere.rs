//! `lead erase` in every text of every table: what the live schemas hold, not what a list says.

use std::collections::BTreeSet;

use crmctl::db::catalogue::{self, Belongs, OnErase, Table};
use serde_json::{Value, json};

use crate::support::engine::database_of;
use crate::support::{Engine, World, on_both_engines};

/// What a place may be told to hold, the longest that it takes.
const TOLD: [&str; 5] = [
    "Canary Featherstone canary@bird.example (212) 555-0177",
    "told by canary@bird.example",
    "canary@bird.example",
    "+12125550177",
    "5550177",
];

/// How each of them shows in a text, in lower case.
const SIGNS: [&str; 4] = ["featherstone", "canary@", "555-0177", "5550177"];

/// Runs statements that triggers would refuse.
fn past_triggers(world: &World, statements: &[String]) -> Vec<bool> {
    match world.engine {
        Engine::Sqlite => {
            let conn = rusqlite::Connection::open(&world.url).unwrap();
            let triggers: Vec<(String, String)> = conn
                .prepare("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
                .unwrap()
                .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))
                .unwrap()
                .map(Result::unwrap)
                .collect();
            conn.execute_batch("BEGIN IMMEDIATE").unwrap();
            triggers.iter().for_each(|(name, _)| conn.execute_batch(&format!("DROP TRIGGER {name}")).unwrap());
            let done = statements.iter().map(|sql| conn.execute(sql, []).is_ok_and(|rows| rows > 0)).collect();
            triggers.iter().for_each(|(_, sql)| conn.execute_batch(sql).unwrap());
            conn.execute_batch("COMMIT").unwrap();
            done
        }
        Engine::Postgres => {
            // One call for all: each statement answers for itself.
            let mut script = String::from("SET session_replication_role = replica;\n");
            for sql in statements {
                let quoted = sql.replace('\'', "''");
                script.push_str(&format!(
                    "DO $do$ DECLARE n bigint; BEGIN EXECUTE '{quoted}'; GET DIAGNOSTICS n = ROW_COUNT;
                     RAISE NOTICE 'told %', n > 0; EXCEPTION WHEN OTHERS THEN RAISE NOTICE 'told f'; END $do$;\n"
                ));
            }
            let url = crate::support::engine::url_of("postgres", database_of(&world.url));
            let file = world.file("told.sql", script);
            let programs = std::env::var("CRMCTL_POSTGRES_BIN").map(std::path::PathBuf::from).unwrap_or_default();
            let output = std::process::Command::new(programs.join("psql"))
                .args([&url, "-qXAt", "-f", file.to_str().unwrap()])
                .output()
                .unwrap();
            let told = String::from_utf8(output.stderr).unwrap();
            let done: Vec<bool> =
                told.lines().filter_map(|line| line.split_once("told ")).map(|(_, t)| t == "t").collect();
            assert_eq!(done.len(), statements.len(), "{told}");
            done
        }
    }
}

/// The columns of text and JSON that the database has.
fn live_texts(world: &World) -> Vec<(String, String, bool)> {
    let sql = match world.engine {
        Engine::Sqlite => {
            "SELECT m.name, c.name, instr(m.sql, 'json_valid(' || c.name || ')') > 0 FROM sqlite_master m, pragma_table_info(m.name) c
             WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite%' AND m.name NOT LIKE '\\_\\_%' ESCAPE '\\' AND c.type = 'TEXT'
               AND instr(m.sql, 'date(' || c.name || ')') = 0 ORDER BY 1, 2"
        }
        Engine::Postgres => {
            "SELECT c.relname, a.attname, (t.typname = 'jsonb')::int FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
             JOIN pg_type t ON t.oid = a.atttypid JOIN pg_namespace n ON n.oid = c.relnamespace
             WHERE c.relkind = 'r' AND n.nspname = 'public' AND a.attnum > 0 AND t.typname IN ('text', 'jsonb')
               AND c.relname NOT LIKE '\\_\\_%' ORDER BY 1, 2"
        }
    };
    let rows = world.engine.sql(&world.url, sql).unwrap();
    let column = |row: &String| {
        let cells: Vec<&str> = row.split('|').collect();
        (cells[0].to_owned(), cells[1].to_owned(), cells[2] == "1")
    };
    rows.iter().map(column).collect()
}

/// The condition that chooses one row of a table: of the lead, or of another.
fn one_row(table: &Table, lead: i64, is_theirs: bool) -> Option<String> {
    let (column, equals) = match (table.belongs, is_theirs) {
        (Belongs::Lead, _) => ("id", if is_theirs { "=" } else { "<>" }),
        (Belongs::PartOfLead | Belongs::AboutLead, _) => ("lead_id", if is_theirs { "=" } else { "<>" }),
        (_, true) => return None,
        (_, false) => ("1", "<>"),
    };
    let lead = if column == "1" { 0 } else { lead };
    let tenant = if table.tenant == catalogue::Tenant::Organization { "organization_id" } else { "id" };
    let keys = table.key.join(", ");
    let last: Vec<String> = table.key.iter().map(|key| format!("{key} DESC")).collect();
    Some(format!(
        "{tenant} = 1 AND ({keys}) = (SELECT {keys} FROM {} WHERE {column} {equals} {lead} AND {tenant} = 1 ORDER BY {} LIMIT 1)",
        table.name,
        last.join(", ")
    ))
}

/// Two organizations with a row in every table, and a person of the first one with rows of every kind; and their lead.
fn with_a_canary(engine: Engine) -> (World, i64) {
    let world = crate::support::filled::filled(engine);
    let run = |args: &[&str]| world.ok([args, &["--org", "acme", "--as", "acme@example.com"]].concat());
    run(&["user", "add", "rep@example.com", "--first-name", "Rep", "--last-name", "Resent"]);
    let name = ["--email", "canary@bird.example", "--name", "Canary Featherstone", "--note", "sings"];
    run(&[&["lead", "add", "--phone", "2125550177"][..], &name].concat());
    run(&["lead", "tag", "2125550177", "yellow"]);
    run(&["lead", "phone", "add", "2125550177", "2125550178"]);
    run(&["lead", "assign", "2125550177", "--to", "rep@example.com"]);
    let id = world.engine.sql(&world.url, "SELECT id FROM leads WHERE phone_number = '+12125550177'").unwrap();
    (world, id[0].parse().unwrap())
}

#[test]
fn a_person_is_gone_from_every_text_or_the_place_is_told() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let (world, lead) = with_a_canary(engine);
        let mut told = Vec::new();
        for (table, column, is_json) in live_texts(&world) {
            let entry = catalogue::table(&table).unwrap_or_else(|| panic!("{table} is not in the catalogue"));
            let on_erase = entry.text(&column).map(|text| text.on_erase);
            for is_theirs in [true, false] {
                let Some(row) = one_row(entry, lead, is_theirs) else { continue };
                // What the person is called decides what is looked for, and nobody else has the name: else it would stay.
                if is_theirs && on_erase == Some(OnErase::Identity) {
                    continue;
                }
                let first = if on_erase == Some(OnErase::Identity) { TOLD[1] } else { TOLD[0] };
                let statements = [first].into_iter().chain(TOLD.into_iter().skip(1)).map(|text| {
                    let value = if is_json { format!("{{\"a\": [\"{text}\"]}}") } else { text.to_owned() };
                    format!("UPDATE {table} SET {column} = '{value}' WHERE {row}")
                });
                told.push((table.clone(), column.clone(), statements.collect::<Vec<String>>()));
            }
        }
        // The longest that fits comes last, so that it stays.
        let statements: Vec<String> = told.iter().flat_map(|(.., all)| all.iter().rev().cloned()).collect();
        let done = past_triggers(&world, &statements);
        let held: Vec<bool> = done.chunks(TOLD.len()).map(|some| some.contains(&true)).collect();
        let count = held.iter().filter(|held| **held).count();
        assert!(count > 110, "{engine:?}: only {count} places took a text");
        let slug = world.engine.sql(&world.url, "SELECT slug FROM organizations WHERE id = 1").unwrap();
        let call = ["lead", "erase", &lead.to_string(), "--yes", "--org", &slug[0], "--as", "acme@example.com"];
        let erased = world.json(call);
        let left: BTreeSet<(&str, &str)> = erased["left"]
            .as_array()
            .unwrap_or_else(|| panic!("{erased}"))
            .iter()
            .map(|left| (left["table"].as_str().unwrap(), left["column"].as_str().unwrap()))
            .collect();
        let others = !erased["other_lead_ids"].as_array().unwrap().is_empty();
        for ((table, column, _), _) in told.iter().zip(&held).filter(|(_, held)| **held) {
            let cast = format!("SELECT CAST({column} AS text) FROM {table}");
            let texts = world.engine.sql(&world.url, &cast).unwrap().join("\n").to_lowercase();
            let entry = catalogue::table(table).unwrap();
            let on_erase = entry.text(column).unwrap().on_erase;
            // In what was asked and answered about their number, the number stays.
            let signs = if entry.belongs == Belongs::AboutNumber && on_erase.changes() { &SIGNS[..2] } else { &SIGNS };
            let speaks = signs.iter().any(|sign| texts.contains(sign));
            let is_told =
                left.contains(&(table, column)) || (others && matches!(on_erase, OnErase::Identity | OnErase::Value));
            assert!(!speaks || is_told, "{engine:?}: {table}.{column} holds {texts}, and nobody is told");
            let may_stay = !matches!(on_erase, OnErase::Blank | OnErase::Redact);
            assert!(!speaks || may_stay, "{engine:?}: {table}.{column} holds {texts}");
        }
        world.finish();
    }
}

/// A workbook with one sheet of this name.
fn workbook(world: &World, name: &str, sheet: &str, rows: &[&[&str]]) {
    let mut book = rust_xlsxwriter::Workbook::new();
    let page = book.add_worksheet().set_name(sheet).unwrap();
    for (row, cells) in rows.iter().enumerate() {
        for (column, cell) in cells.iter().enumerate() {
            page.write(row as u32, column as u16, *cell).unwrap();
        }
    }
    book.save(world.path(name)).unwrap();
}

/// The places that an erasure left, as `table.column row why`.
fn left(erased: &Value) -> Vec<String> {
    let text = |left: &Value, key: &str| left[key].as_str().unwrap().to_owned();
    let line = |left: &Value| {
        format!("{}.{} {} {}", text(left, "table"), text(left, "column"), text(left, "row"), text(left, "why"))
    };
    erased["left"].as_array().unwrap().iter().map(line).collect()
}

#[test]
fn names_leave_sheets_and_descriptions_but_not_filters() {
    on_both_engines(|world| {
        workbook(
            world,
            "leads.xlsx",
            "Ada Lovelace",
            &[&["Phone", "Name", "Note"], &["2125550101", "Ada Lovelace", "x"]],
        );
        world.ok(["import", "leads", "leads.xlsx"]);
        world.now = "2026-03-05T12:00:00Z";
        world.ok(["segment", "add", "gifts", "--where", "score > 5", "--description", "flowers for Ada Lovelace"]);
        world.ok(["segment", "add", "hers", "--where", "last_name = Lovelace", "--description", "Mrs Lovelace?"]);
        world.ok(["lead", "add", "--phone", "2125550102", "--name", "Ben Stone", "--note", "sent by Lovelace, Ada"]);
        world.ok(["lead", "edit", "2", "--company", "Lovelace-Ada & Sons"]);
        let before = world.json(["lead", "show", "2"]);
        world.now = "2026-03-06T12:00:00Z";
        let erased = world.json(["lead", "erase", "1", "--yes"]);
        let told = left(&erased);
        assert_eq!(
            told,
            ["segments.description hers surname_only", "segments.filter hers surname_only"],
            "{:?}: {erased}",
            world.engine
        );
        let sheets = world.engine.sql(&world.url, "SELECT sheet FROM imports").unwrap();
        assert_eq!(sheets, ["[erased]"]);
        assert_eq!(world.json(["segment", "show", "gifts"])["description"], "flowers for [erased]");
        let log = world.json(["audit", "list", "--entity", "segment", "--action", "redact"]);
        assert_eq!((&log[0]["field_name"], &log[0]["new_value"]), (&json!("description"), &Value::Null), "{log}");
        let ben = world.json(["lead", "show", "2"]);
        assert_eq!(ben["company"], "[erased] & Sons");
        assert_eq!(ben["version"].as_i64().unwrap(), before["version"].as_i64().unwrap() + 1);
        // The log says the same, so that what was can still be rebuilt.
        assert_eq!(world.json(["lead", "history", "2", "--as-of", "2026-03-05"])["company"], "[erased] & Sons");
        assert_eq!(world.json(["lead", "history", "2", "--as-of", "2026-03-05"])["version"], before["version"]);
        let notes = world.engine.sql(&world.url, "SELECT body FROM lead_notes").unwrap();
        assert_eq!(notes, ["sent by [erased]"]);
    });
}

#[test]
fn a_name_that_another_has_stays_and_is_told() {
    on_both_engines(|world| {
        for phone in ["2125550101", "2125550102"] {
            world.ok(["lead", "add", "--phone", phone, "--name", "John Smith"]);
        }
        world.ok(["lead", "edit", "1", "--email", "john@one.example"]);
        world.ok(["lead", "note", "2", "John Smith (john@one.example) is his cousin; call 212.555.0101"]);
        world.ok(["segment", "add", "smiths", "--where", "score > 5", "--description", "for John Smith"]);
        world.ok(["roi", "cost", "add", "web", "2026-03", "5", "--note", "bill of John Smith, john@one.example"]);
        world.now = "2026-03-05T12:00:00Z";
        let erased = world.json(["lead", "erase", "1", "--yes"]);
        let told = left(&erased);
        for place in [
            "lead_notes.body lead 2 ambiguous",
            "segments.description smiths ambiguous",
            "lead_source_costs.note 1 ambiguous",
        ] {
            assert!(told.contains(&place.to_owned()), "{:?}: {place}: {told:?}", world.engine);
        }
        assert_eq!(erased["other_lead_ids"], json!([]));
        let notes = world.engine.sql(&world.url, "SELECT body FROM lead_notes").unwrap();
        assert_eq!(notes, ["John Smith ([erased]) is his cousin; call [erased]"]);
        assert_eq!(world.json(["segment", "show", "smiths"])["description"], "for John Smith");
        let other = world.json(["lead", "show", "2"]);
        assert_eq!((&other["first_name"], &other["last_name"]), (&json!("John"), &json!("Smith")));
    });
}

#[test]
fn an_import_is_undone_though_somebody_was_taken_out_of_its_texts() {
    on_both_engines(|world| {
        world.ok(["lead", "add", "--phone", "2125550101", "--name", "Ada Lovelace", "--email", "ada@one.example"]);
        world.ok(["lead", "add", "--phone", "2125550102", "--company", "Stone"]);
        world.file("a.csv", "Phone,Company\n2125550102,Ada Lovelace & Sons\n2125550103,Ada Lovelace\n");
        world.now = "2026-03-05T12:00:00Z";
        world.ok(["import", "leads", "a.csv", "--on-duplicate", "update"]);
        world.now = "2026-03-06T12:00:00Z";
        world.json(["lead", "erase", "1", "--yes"]);
        assert_eq!(world.json(["lead", "show", "2"])["company"], "[erased] & Sons");
        world.now = "2026-03-07T12:00:00Z";
        let undone = world.json(["import", "undo", "1", "--yes"]);
        assert_eq!(
            (&undone["deleted"], &undone["restored"], &undone["kept"]),
            (&json!(1), &json!(1), &json!(0)),
            "{undone}"
        );
        assert_eq!(world.json(["lead", "show", "2"])["company"], "Stone");
    });
}

#[test]
fn two_people_who_mention_each_other_are_both_erased() {
    on_both_engines(|world| {
        world.ok(["lead", "add", "--phone", "2125550101", "--name", "Ada Lovelace", "--note", "friend of Ben Stone"]);
        world.ok(["lead", "add", "--phone", "2125550102", "--name", "Ben Stone", "--note", "friend of Ada Lovelace"]);
        world.ok(["user", "add", "ann@example.com", "--role", "admin"]);
        let ann = ["--as", "ann@example.com"];
        let assign =
            ["lead", "assign", "--where", "last_name in (Lovelace, Stone)", "--to", "ann@example.com", "--yes"];
        world.ok(assign.into_iter().chain(ann));
        world.now = "2026-03-05T12:00:00Z";
        for lead in ["1", "2"] {
            let erased = world.json(["lead", "erase", lead, "--yes"].into_iter().chain(ann));
            assert_eq!(erased["lead_ids"], json!([lead.parse::<i64>().unwrap()]), "{:?}: {erased}", world.engine);
        }
        let log = world
            .engine
            .sql(&world.url, "SELECT coalesce(old_value, '') || coalesce(new_value, '') FROM lead_audit_log");
        let log = log.unwrap().join("\n");
        assert!(!log.contains("Ada") && !log.contains("Stone"), "{log}");
    });
}

#[test]
fn names_in_json_with_line_breaks_and_in_keys_of_other_leads_are_found() {
    on_both_engines(|world| {
        world.ok(["lead", "add", "--phone", "2125550101", "--name", "Ada Müller", "--email", "ada@one.example"]);
        world.file("b.csv", "Phone,Memo\n2125550102,\"met\nAda Mu\u{308}ller\nby ada@one.example 212-555-0101 3/4\"\n");
        world.ok(["import", "leads", "b.csv"]);
        world.ok(["lead", "edit", "2", "--email", "ada.muller@new.example"]);
        world.now = "2026-03-05T12:00:00Z";
        let erased = world.json(["lead", "erase", "1", "--yes"]);
        let other = world.json(["lead", "show", "2"]);
        let memo = other["custom_fields"]["Memo"].as_str().unwrap_or_default().to_owned();
        assert_eq!(memo, "met\n[erased]\nby [erased] [erased] 3/4", "{:?}: {other}", world.engine);
        let told = left(&erased);
        assert!(told.contains(&"leads.email 2 not_changed".to_owned()), "{:?}: {told:?}", world.engine);
    });
}

#[test]
fn a_first_name_leaves_what_was_said_about_their_number() {
    on_both_engines(|world| {
        world.ok(["lead", "add", "--phone", "2125550101", "--name", "Ada Lovelace"]);
        world.ok(["dnc", "add", "+12125550101", "--reason", "Ada asked on the phone"]);
        world.ok(["dnc", "add", "+12125550102", "--reason", "Ada asked on the phone"]);
        world.now = "2026-03-05T12:00:00Z";
        world.json(["lead", "erase", "1", "--yes"]);
        for table in ["dnc_list", "dnc_requests"] {
            let sql = format!("SELECT reason FROM {table} ORDER BY phone_number");
            let reasons = world.engine.sql(&world.url, &sql).unwrap();
            assert_eq!(
                reasons,
                ["[erased] asked on the phone", "Ada asked on the phone"],
                "{:?} {table}",
                world.engine
            );
        }
    });
}
