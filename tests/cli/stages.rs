//! Stages of other systems that crmctl has no status for: the nearest one, and the word in the history.

use serde_json::{Value, json};

use crate::support::{World, on_both_engines};

/// A stage as exports of HubSpot, Pipedrive, Zoho and Salesforce write it, and its status.
const STAGES: [(&str, &str); 8] = [
    ("PROPOSAL", "qualified"),
    ("Proposal Sent", "qualified"),
    ("Proposal/Price Quote", "qualified"),
    ("Proposal Made", "qualified"),
    ("NEGOTIATION", "hot"),
    ("Negotiation/Review", "hot"),
    ("Negotiations Started", "hot"),
    ("Contract sent", "hot"),
];

/// Each row of a lead's status history: from, to, why.
fn history(world: &World, lead: &str) -> Vec<[Value; 3]> {
    let shown = world.json(["lead", "show", lead]);
    let rows = shown["status_history"].as_array().unwrap().iter();
    rows.map(|row| ["from_status", "to_status", "reason"].map(|key| row[key].clone())).collect()
}

fn phone(n: usize) -> String {
    format!("+121255501{n:02}")
}

#[test]
fn an_import_of_leads_knows_them_and_keeps_the_word() {
    on_both_engines(|world| {
        let rows: String = STAGES.iter().enumerate().map(|(n, (stage, _))| format!("{},{stage}\n", phone(n))).collect();
        let summary =
            world.import(&world.file("a.csv", format!("Phone,Stage\n{rows}{},hot\n{},\n", phone(20), phone(21))), &[]);
        assert_eq!((&summary["created"], &summary["stages_mapped"]), (&json!(10), &json!(8)));
        let stages = summary["stages"].as_array().unwrap();
        assert_eq!((stages.len(), &stages[0]), (8, &json!("PROPOSAL → qualified (1)")), "{stages:?}");
        for (n, (stage, status)) in STAGES.iter().enumerate() {
            let expected = [Value::Null, json!(status), json!(format!("stage: {stage}"))];
            assert_eq!(history(world, &phone(n)), [expected], "{stage}");
        }
        // Other words say nothing that would be lost.
        assert_eq!(history(world, &phone(20)), [[Value::Null, json!("hot"), Value::Null]]);
        assert_eq!(history(world, &phone(21)), [[Value::Null, json!("new"), Value::Null]]);
        let each = "SELECT count(*), count(DISTINCT lead_id) FROM lead_status_history";
        assert_eq!(world.engine.sql(&world.url, each).unwrap(), ["10|10"], "one first status each");
        // A known lead is moved, as a policy says.
        let later =
            format!("Phone,Stage\n{},Contract Sent\n{},Negotiation\n{},Proposal\n", phone(0), phone(20), phone(21));
        let file = world.file("b.csv", later);
        let summary = world.import(&file, &["--on-duplicate", "fill"]);
        assert_eq!((&summary["updated"], &summary["stages_mapped"]), (&json!(0), &json!(3)));
        world.import(&file, &["--on-duplicate", "update"]);
        let moved = |from: &str, to: &str, stage: &str| [json!(from), json!(to), json!(format!("stage: {stage}"))];
        assert_eq!(history(world, &phone(0))[1], moved("qualified", "hot", "Contract Sent"));
        assert_eq!(history(world, &phone(21))[1], moved("new", "qualified", "Proposal"));
        assert_eq!(history(world, &phone(20)).len(), 1, "it had the status already");
    });
}

#[test]
fn what_a_person_says_of_a_word_comes_first() {
    on_both_engines(|world| {
        let file = world.file("a.csv", "Phone,Stage\n2125550101,Proposal Sent\n2125550102,Negotiation\n");
        let summary = world.import(&file, &["--status-map", "proposal sent=contacted"]);
        assert_eq!(summary["stages_mapped"], 2);
        assert_eq!(history(world, "+12125550101"), [[Value::Null, json!("contacted"), json!("stage: Proposal Sent")]]);
        assert_eq!(history(world, "+12125550102"), [[Value::Null, json!("hot"), json!("stage: Negotiation")]]);
        // A person who names a stage is understood, a filter asks for what is stored, and other words stay errors.
        world.ok(["lead", "add", "--phone", "2125550103", "--set", "status=Proposal"]);
        assert_eq!(history(world, "+12125550103"), [[Value::Null, json!("qualified"), json!("stage: Proposal")]]);
        assert_ne!(world.run(["lead", "list", "--where", "status = negotiation"]).code, Some(0));
        let file = world.file("b.csv", "Phone,Stage\n2125550104,Proposals Galore\n");
        assert_eq!(world.import(&file, &[])["rejected"], 1);
        // Everyday words are told, too; a status is itself.
        let text = "Phone,Stage\n2125550105,won\n2125550106,Closed Won\n2125550107,closed-won\n2125550108,HOT\n";
        let won = world.import(&world.file("c.csv", text), &[]);
        assert_eq!(
            (&won["stages_mapped"], &won["stages"]),
            (&json!(3), &json!(["won → recruited (1)", "Closed Won → recruited (2)"]))
        );
        let none = world.import(&world.file("d.csv", "Phone,Stage\n2125550109,hot\n"), &[]);
        assert_eq!((none.get("stages_mapped"), none.get("stages")), (None, None));
    });
}

#[test]
fn a_listed_lead_keeps_the_word_before_dnc() {
    on_both_engines(|world| {
        world.ok(["dnc", "add", "2125550101"]);
        world.import(&world.file("a.csv", "Phone,Stage\n2125550101,Negotiation\n"), &[]);
        let told = history(world, "+12125550101");
        assert_eq!(told[0], [Value::Null, json!("hot"), json!("stage: Negotiation")]);
        assert_eq!((told.len(), &told[1][1]), (2, &json!("dnc")));
    });
}

#[test]
fn an_import_of_events_knows_them_and_keeps_the_word() {
    on_both_engines(|world| {
        world.import(&world.file("a.csv", "Phone,Created\n2125550101,2026-01-01\n2125550102,2026-01-01\n"), &[]);
        let events = "Phone,Stage,Date,By,Comment\n\
            2125550101,Proposal Sent,2026-01-10,,\n\
            2125550101,Negotiation/Review,2026-01-20,Kim,on price\n\
            2125550102,contractsent,2026-01-15,Kim,\n\
            2125550102,won,2026-01-25,,\n";
        world.file("events.csv", events);
        let summary = world.json(["import", "history", "events.csv"]);
        assert_eq!((&summary["created"], &summary["stages_mapped"]), (&json!(4), &json!(4)));
        let stages = json!([
            "Proposal Sent → qualified (1)",
            "Negotiation/Review → hot (1)",
            "contractsent → hot (1)",
            "won → recruited (1)"
        ]);
        assert_eq!(summary["stages"], stages);
        let reasons = |lead: &str| -> Vec<(Value, Value)> {
            history(world, lead).into_iter().skip(1).map(|[_, to, reason]| (to, reason)).collect()
        };
        assert_eq!(
            reasons("+12125550101"),
            [
                (json!("qualified"), json!("stage: Proposal Sent")),
                (json!("hot"), json!("on price, stage: Negotiation/Review, by Kim")),
            ]
        );
        assert_eq!(
            reasons("+12125550102"),
            [(json!("hot"), json!("stage: contractsent, by Kim")), (json!("recruited"), Value::Null)]
        );
        // Told again, it is known.
        let again = world.json(["import", "history", "events.csv"]);
        assert_eq!((&again["unchanged"], again.get("stages_mapped")), (&json!(4), None));
        let page = world.ok(["import", "history", "events.csv", "--dry-run"]);
        assert!(!page.contains("stages"), "{page}");
    });
}
