//! Assignments show how and by which filter they were made.

use serde_json::{Value, json};

use crate::support::{World, on_both_engines};

const ANN: [&str; 2] = ["--as", "ann@example.com"];

fn filled(world: &World) {
    world.ok(["user", "add", "ann@example.com", "--role", "admin"]);
    world.ok(["user", "add", "ben@example.com", "--as", "ann@example.com"]);
    world.file("a.csv", "Phone,Score\n2125550101,10\n2125550102,20\n2125550103,30\n");
    world.ok(["import", "leads", "a.csv", "--as", "ann@example.com"]);
    let assign = |args: &[&str]| world.ok([&["lead", "assign", "--yes"], args, &ANN].concat());
    assign(&["1", "--to", "ben@example.com"]);
    assign(&["--where", "score < 15", "--to", "ann@example.com"]);
    assign(&["--where", "score < 25", "--to", "ben@example.com", "--to", "ann@example.com"]);
    assign(&["3", "--to", "ann@example.com"]);
    assign(&["3", "--nobody"]);
}

/// From whom to whom, how, and by which filter.
fn told(rows: &Value, keys: [&str; 4]) -> Vec<[Value; 4]> {
    rows.as_array().unwrap().iter().map(|row| keys.map(|key| row[key].clone())).collect()
}

#[test]
fn a_lead_s_assignments_show_their_context() {
    on_both_engines(|world| {
        filled(world);
        let shown = |lead: &str| world.json(["lead", "show", lead, ANN[0], ANN[1]]);
        let keys = ["from_email", "to_email", "strategy", "context"];
        let (ann, ben) = (json!("ann@example.com"), json!("ben@example.com"));
        let (by_hand, in_turn) = (json!("manual"), json!("round_robin"));
        assert_eq!(
            told(&shown("1")["assignments"], keys),
            [
                [Value::Null, ben.clone(), by_hand.clone(), Value::Null],
                [ben.clone(), ann.clone(), by_hand.clone(), json!("score < 15")],
                [ann.clone(), ben.clone(), in_turn.clone(), json!("score < 25")],
            ]
        );
        assert_eq!(told(&shown("2")["assignments"], keys), [[Value::Null, ann.clone(), in_turn, json!("score < 25")]]);
        assert_eq!(
            told(&shown("3")["assignments"], keys),
            [[Value::Null, ann.clone(), by_hand.clone(), Value::Null], [ann, Value::Null, by_hand, Value::Null]]
        );
        let page = world.ok(["lead", "show", "1", ANN[0], ANN[1]]);
        assert!(page.contains("assignments") && page.contains("score < 25"), "{page}");
        let history = world.json(["lead", "history", "1", ANN[0], ANN[1]]);
        let changes: Vec<Value> =
            history.as_array().unwrap().iter().filter(|change| change["field"] == "owner_id").cloned().collect();
        assert_eq!(
            told(&json!(changes), ["old", "new", "strategy", "context"]),
            [
                [Value::Null, json!("2"), json!("manual"), Value::Null],
                [json!("2"), json!("1"), json!("manual"), json!("score < 15")],
                [json!("1"), json!("2"), json!("round_robin"), json!("score < 25")],
            ]
        );
        // People see the columns where there is anything to see.
        let header =
            |lead: &str| world.ok(["lead", "history", lead, ANN[0], ANN[1]]).lines().next().unwrap().to_owned();
        assert!(header("1").contains("context") && !header("3").contains("context"), "{}", header("3"));
        // For the person itself: to whom and how, but a filter may name others.
        let personal = world.json(["lead", "show", "1", "--export-personal", ANN[0], ANN[1]]);
        let given = &personal["leads"][0]["assignments"];
        assert_eq!((given[2]["strategy"].clone(), given[2].get("context")), (json!("round_robin"), None));
        assert!(!personal.to_string().contains("score <"), "{personal}");
        assert!(world.ok(["lead", "show", "2", ANN[0], ANN[1]]).contains("round_robin"));
    });
}
