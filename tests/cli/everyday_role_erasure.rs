//! The function by which the everyday role of PostgreSQL erases a person: it does that and nothing else.

use serde_json::json;

use crate::support::filled::{everything, filled, refusals};
use crate::support::{Engine, World};

const ACTING: &str = "SET app.current_org_id = '1'; ";

/// A call of the function: leads, who, the user, and what is cut out of rows of others.
fn call(leads: &str, who: &str, user: &str, redactions: &serde_json::Value) -> String {
    format!(
        "SELECT public.record_erasure({leads}, 'asked', {user}, {who}, '2020-01-01', \
         coalesce((SELECT hash_key FROM public.erasure_keys), sha256('x')), ARRAY[sha256('ada')], '{redactions}')"
    )
}

fn cut(table: &str, row: i64, column: &str, spans: serde_json::Value) -> serde_json::Value {
    json!([{ "table": table, "row": row, "texts": [{ "column": column, "path": [], "stars": false, "spans": spans }] }])
}

#[test]
fn what_is_no_erasure_is_refused() {
    let world = filled(Engine::Postgres);
    let before = everything(&world);
    let none = json!([]);
    let admin = "(SELECT min(id) FROM public.users)";
    let ada = "ARRAY(SELECT id FROM public.leads WHERE first_name = 'Ada')";
    let logged: i64 = world
        .engine
        .sql(&world.url, "SELECT min(id) FROM lead_audit_log WHERE organization_id = 1 AND new_value IS NOT NULL")
        .unwrap()[0]
        .parse()
        .unwrap();
    let listed: i64 = world
        .engine
        .sql(&world.url, "SELECT id FROM dnc_list WHERE organization_id = 1 AND phone_number = '+12125550103'")
        .unwrap()[0]
        .parse()
        .unwrap();
    let calls = [
        // Of another organization, of nobody, twice.
        (call("ARRAY[(SELECT max(id) + 1 FROM public.leads)]", "'ada'", admin, &none), "leads of the organization"),
        (call("ARRAY[1000000]", "'ada'", admin, &none), "leads of the organization"),
        (call("'{}'", "'ada'", admin, &none), "whose, by whom"),
        (call(&format!("{ada} || {ada}"), "'ada'", admin, &none), "leads of the organization"),
        (call("ARRAY(SELECT lead_id FROM public.erasures)", "'ada'", admin, &none), "duplicate key"),
        // By nobody, or by somebody who may not.
        (call(ada, "''", admin, &none), "whose, by whom"),
        (call(ada, "NULL", admin, &none), "whose, by whom"),
        (call(ada, "'ada'", "NULL", &none), "an admin of the organization"),
        (call(ada, "'ada'", "1000000", &none), "an admin of the organization"),
        // Out of what an erasure does not change, or what is not the person.
        (call(ada, "'ada'", admin, &cut("lead_audit_log", logged, "actor", json!([[0, 3]]))), "does not change"),
        (call(ada, "'ada'", admin, &cut("leads", 1, "company", json!([[0, 3]]))), "does not change"),
        (call(ada, "'ada'", admin, &cut("pg_authid", 10, "rolname", json!([[0, 3]]))), "does not change"),
        (call(ada, "'ada'", admin, &cut("dnc_list", listed, "phone_number", json!([[0, 3]]))), "does not change"),
        (call(ada, "'ada'", admin, &cut("dnc_list", 1_000_000, "reason", json!([[0, 3]]))), "no such text"),
        (call(ada, "'ada'", admin, &cut("dnc_list", listed, "reason", json!([[0, 5]]))), "not the person"),
        (call(ada, "'ada'", admin, &cut("dnc_list", listed, "reason", json!([[3, 500]]))), "not in their order"),
        (call(ada, "'ada'", admin, &cut("dnc_list", listed, "reason", json!([[-1, 2]]))), "not in their order"),
        (call(ada, "'ada'", admin, &cut("dnc_list", listed, "reason", json!([[0, 0]]))), "not in their order"),
    ];
    let statements: Vec<String> = calls.iter().map(|(sql, _)| sql.clone()).collect();
    for ((sql, expected), refusal) in calls.iter().zip(refusals(&world.url, ACTING, &statements)) {
        assert!(refusal.contains(expected), "{sql}: {refusal}");
    }
    for refusal in refusals(&world.url, "", &[call("ARRAY[1]", "'ada'", "1", &none)]) {
        assert!(refusal.contains("no organization is set"), "{refusal}");
    }
    assert_eq!(everything(&world), before);
    world.finish();
}

/// Whatever it is called with, it records who, when and whose, and never before what was last written.
#[test]
fn an_erasure_by_hand_is_recorded_whole() {
    let world = filled(Engine::Postgres);
    let url = &world.url;
    let ada = "ARRAY(SELECT id FROM public.leads WHERE first_name = 'Ada')";
    let sql = call(ada, "'ada'", "(SELECT min(id) FROM public.users)", &json!([]));
    crate::support::engine::psql(url, &format!("{ACTING}{sql}"));
    let told = world
        .engine
        .sql(url, "SELECT actor, reason, erased_at >= '2026-03-04' FROM erasures WHERE organization_id = 1 ORDER BY id DESC LIMIT 1");
    assert_eq!(told.unwrap(), ["ada|asked|t"]);
    let left = "SELECT count(*) FROM leads WHERE organization_id = 1 AND first_name IS NOT NULL AND id IN (SELECT lead_id FROM erasures)";
    assert_eq!(world.engine.sql(url, left).unwrap(), ["0"]);
    let parts = "SELECT (SELECT count(*) FROM lead_notes WHERE organization_id = 1), (SELECT count(*) FROM lead_notes)";
    assert_eq!(world.engine.sql(url, parts).unwrap(), ["0|1"], "the other organization keeps its own");
    world.finish();
}

/// Names with accents, initials and other scripts, numbers in every form: what the program finds, the function accepts.
#[test]
fn the_function_takes_out_what_the_program_finds() {
    for (name, phone, text, expected) in [
        ("Ada Müller", "+12125550101", "ADA MULLER, tel 212-555-0101, asked", "[erased], tel [erased], asked"),
        ("Jörg Straße", "+49301234567", "Jörg M. STRASSE of +49 (0)30 1234567", "[erased] of [erased]"),
        ("小明 王", "+12125550102", "王小明来电", "王小明来电"),
        ("José Núñez", "+12125550103", "Nunez, Jose\u{301} (0012125550103)", "[erased] [erased])"),
        ("Żaneta Łoś", "+12125550104", "żaneta_łoś.pdf and ŻANETA ŁOŚ", "[erased].pdf and [erased]"),
    ] {
        let world = World::new(Engine::Postgres);
        world.ok(["lead", "add", "--phone", phone, "--name", name]);
        world.ok(["dnc", "add", "+12125550177", "--reason", text]);
        let ran = world.run(["lead", "erase", phone, "--yes", "--format", "json"]);
        assert!(matches!(ran.code, Some(0 | 3)), "{name}: {}{}", ran.stdout, ran.stderr);
        let told = world.engine.sql(&world.url, "SELECT DISTINCT reason FROM dnc_list").unwrap();
        assert_eq!(told, [expected], "{name}");
        world.finish();
    }
}
