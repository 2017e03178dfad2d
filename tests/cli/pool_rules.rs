//! Who gets a lead of a pool, and who is passed over, by the strategies and what is known of users and leads.

use serde_json::{Value, json};

use crate::pool::{BOSS, asked, boss, leads, owners, pool, with_people};
use crate::support::{World, on_both_engines};

/// Who was passed over for a lead, by reason, as the log of assignments has it.
fn skipped(world: &World, lead: &str) -> Value {
    let shown = asked(world, &["lead", "show", lead]);
    let last = shown["assignments"].as_array().unwrap().last().unwrap().clone();
    serde_json::from_str::<Value>(last["context"].as_str().unwrap()).unwrap()["skipped"].clone()
}

/// Whether one user alone is passed over for that reason when leads are given to two.
fn passed_over(world: &World, reason: &str) {
    let run = asked(world, &["pool", "run"]);
    assert_eq!(run[0]["left"], 0, "{run}");
    let ann = run[0]["members"].as_array().unwrap().iter().find(|one| one["user"] == "ann@example.com").unwrap();
    assert_eq!((&ann["leads"], &ann["passed_over"]), (&json!(0), &json!(reason)));
    assert_eq!(owners(world), ["ben", "ben"]);
    assert_eq!(skipped(world, "1"), json!([{ "reason": reason, "users": [2] }]));
}

#[test]
fn absent_users_are_passed_over() {
    on_both_engines(|world| {
        with_people(world);
        leads(world, 2);
        pool(world, "p", &[], &[("ann", &[]), ("ben", &[])]);
        boss(
            world,
            &["user", "edit", "ann@example.com", "--absent-from", "2026-03-01", "--absent-until", "2026-03-05"],
        );
        let shown = asked(world, &["user", "show", "ann@example.com"]);
        assert_eq!(shown["absent_until"], "2026-03-05T00:00:00Z");
        passed_over(world, "absent");
        // The first day that is no absence any more.
        leads_more(world);
        world.now = "2026-03-05T00:00:00Z";
        boss(world, &["pool", "run"]);
        assert!(owners(world).contains(&"ann".to_owned()));
        let ran = world.run(["user", "edit", "ann@example.com", "--absent-from", "2026-04-01", "--as", BOSS]);
        assert!(ran.code == Some(2) && ran.stderr.contains("end before it begins"), "{}", ran.stderr);
        boss(world, &["user", "edit", "ann@example.com", "--clear", "absence"]);
        assert_eq!(asked(world, &["user", "show", "ann@example.com"])["absent_from"], Value::Null);
        let log = asked(world, &["audit", "list", "--entity", "user", "--columns", "field_name,old_value,new_value"]);
        let is_logged = log.as_array().unwrap().iter().any(|entry| {
            entry["field_name"] == "absent_until"
                && entry["old_value"] == "2026-03-05T00:00:00Z"
                && entry["new_value"].is_null()
        });
        assert!(is_logged, "{log}");
    });
}

fn leads_more(world: &World) {
    let file = world.file("more.csv", "Phone\n2125550198\n2125550199\n");
    boss(world, &["import", "leads", file.to_str().unwrap()]);
}

#[test]
fn disabled_users_and_members_are_passed_over() {
    on_both_engines(|world| {
        with_people(world);
        leads(world, 2);
        pool(world, "p", &[], &[("ann", &[]), ("ben", &[])]);
        boss(world, &["pool", "member", "edit", "p", "ann@example.com", "--disable"]);
        passed_over(world, "inactive");
        boss(world, &["pool", "member", "edit", "p", "ann@example.com", "--enable"]);
        boss(world, &["user", "disable", "ann@example.com"]);
        boss(world, &["lead", "assign", "--where", "id > 0", "--nobody", "--yes"]);
        boss(world, &["pool", "run", "--ignore-account"]);
        assert_eq!(owners(world), ["ben", "ben"]);
        let ran = world.run(["pool", "member", "add", "p", "ann@example.com", "--as", BOSS]);
        let next = "crmctl user edit ann@example.com --enable";
        assert!(ran.stderr.contains("is disabled") && ran.stderr.contains(next), "{}", ran.stderr);
    });
}

#[test]
fn viewers_are_passed_over() {
    on_both_engines(|world| {
        with_people(world);
        leads(world, 2);
        pool(world, "p", &[], &[("ann", &[]), ("ben", &[])]);
        boss(world, &["user", "edit", "ann@example.com", "--role", "viewer"]);
        passed_over(world, "viewer");
    });
}

#[test]
fn who_is_full_is_passed_over_whoever_gave_the_leads() {
    on_both_engines(|world| {
        with_people(world);
        leads(world, 2);
        boss(world, &["lead", "add", "--phone", "2125550177", "--owner", "ann@example.com"]);
        boss(world, &["lead", "add", "--phone", "2125550178", "--owner", "ann@example.com", "--status", "cold"]);
        pool(world, "p", &[], &[("ann", &["--capacity", "1"]), ("ben", &[])]);
        let run = asked(world, &["pool", "run"]);
        let ann = &run[0]["members"][0];
        assert_eq!(
            (&ann["open_before"], &ann["open_after"], &ann["passed_over"]),
            (&json!(1), &json!(1), &json!("full"))
        );
        // A closed lead makes room.
        boss(world, &["lead", "status", "2125550177", "cold", "--force", "--reason", "x"]);
        leads_more(world);
        boss(world, &["pool", "run"]);
        let ann = asked(world, &["lead", "list", "--where", "owner = ann@example.com and status = new"]);
        assert_eq!(ann.as_array().unwrap().len(), 1);
    });
}

#[test]
fn nobody_gets_back_what_was_theirs() {
    on_both_engines(|world| {
        with_people(world);
        leads(world, 2);
        boss(world, &["lead", "assign", "--where", "id > 0", "--to", "ann@example.com", "--yes"]);
        boss(world, &["lead", "assign", "--where", "id > 0", "--nobody", "--yes"]);
        pool(world, "p", &[], &[("ann", &[]), ("ben", &[])]);
        boss(world, &["pool", "run", "--not-back"]);
        assert_eq!(owners(world), ["ben", "ben"]);
        assert_eq!(skipped(world, "1"), json!([{ "reason": "previous_owner", "users": [2] }]));
        boss(world, &["lead", "assign", "--where", "id > 0", "--nobody", "--yes"]);
        boss(world, &["lead", "edit", "2", "--consent", "denied"]);
        let run = asked(world, &["pool", "run"]);
        assert_eq!(owners(world), ["ann", "ben"], "without --not-back anybody may");
        assert_eq!((&run[0]["changed"], &run[0]["consent_denied"]), (&json!(2), &json!(1)));
    });
}

#[test]
fn the_owner_of_an_earlier_lead_gets_the_next_one() {
    on_both_engines(|world| {
        with_people(world);
        pool(world, "p", &[], &[("ann", &[])]);
        let add = |phone: &str, email: &str, owner: &str| {
            let owner = format!("{owner}@example.com");
            boss(world, &["lead", "add", "--phone", phone, "--email", email, "--owner", &owner]);
        };
        add("2125550101", "one@example.com", "cleo");
        add("2125550102", "two@example.com", "cleo");
        add("2125550103", "three@example.com", "cleo");
        add("2125550104", "four@example.com", "ben");
        add("2125550105", "five@example.com", "cleo");
        boss(world, &["lead", "delete", "2125550101", "--yes"]);
        boss(world, &["lead", "delete", "2125550105", "--yes"]);
        boss(world, &["lead", "email", "add", "2125550103", "further@example.com"]);
        boss(world, &["user", "disable", "ben@example.com"]);
        // The phone of a deleted one, the email of a live one, a further email, that of a user who is gone, and nobody's.
        let file = world.file(
            "new.csv",
            "Phone,Email\n2125550101,\n2125550111,two@example.com\n2125550112,further@example.com\n2125550113,four@example.com\n2125550114,\n2125550115,\n2125550116,\n",
        );
        boss(world, &["import", "leads", file.to_str().unwrap()]);
        // Further ones of the new lead count, too.
        boss(world, &["lead", "phone", "add", "2125550115", "2125550105"]);
        boss(world, &["lead", "email", "add", "2125550116", "five@example.com"]);
        let run = asked(world, &["pool", "run"]);
        assert_eq!((&run[0]["changed"], &run[0]["to_earlier_owners"]), (&json!(7), &json!(5)));
        let cleo = run[0]["members"].as_array().unwrap().iter().find(|one| one["user"] == "cleo@example.com").unwrap();
        assert_eq!((&cleo["leads"], &cleo["weight"]), (&json!(5), &Value::Null), "who is no member, too");
        let owner = |phone: &str| asked(world, &["lead", "show", phone])["owner"].clone();
        let to = ["2125550101", "2125550111", "2125550112", "2125550113", "2125550114"].map(owner);
        let (ann, cleo) = (json!("ann@example.com"), json!("cleo@example.com"));
        assert_eq!(to, [cleo.clone(), cleo.clone(), cleo.clone(), ann.clone(), ann.clone()]);
        assert_eq!(["2125550115", "2125550116"].map(owner), [cleo.clone(), cleo]);
        let lead = asked(world, &["lead", "show", "2125550101"]);
        let given = lead["assignments"].as_array().unwrap().last().unwrap();
        assert_eq!(given["strategy"], "earlier_lead");
        let context: Value = serde_json::from_str(given["context"].as_str().unwrap()).unwrap();
        assert_eq!((&context["pool"], &context["lead"]), (&json!("p"), &json!(1)));
        // What a run gave goes back, and goes by the strategy when nobody looks at earlier leads.
        boss(world, &["pool", "undo", "1"]);
        boss(world, &["pool", "run", "--ignore-account"]);
        assert_eq!(owner("2125550101"), ann);
    });
}

/// A switchboard's number is shared by many: the extension tells who it is.
#[test]
fn other_extensions_are_other_people() {
    on_both_engines(|world| {
        with_people(world);
        pool(world, "p", &[], &[("ann", &[])]);
        for (phone, owner) in [("2125550101 ext. 12", "cleo"), ("2125550101 ext. 34", "ben"), ("2125550101", "boss")] {
            let owner = format!("{owner}@example.com");
            boss(world, &["lead", "add", "--phone", phone, "--owner", &owner]);
        }
        for lead in ["1", "2", "3"] {
            boss(world, &["lead", "delete", lead, "--yes"]);
        }
        let phones = ["2125550101 ext. 34", "2125550101 ext. 12", "2125550101", "2125550101 ext. 56"];
        let path = world.file("new.csv", format!("Phone\n{}\n", phones.join("\n")));
        boss(world, &["import", "leads", path.to_str().unwrap()]);
        boss(world, &["pool", "run"]);
        let rows = asked(world, &["lead", "list", "--sort", "id", "--columns", "id,owner"]);
        let owners: Vec<&Value> = rows.as_array().unwrap().iter().map(|lead| &lead["owner"]).collect();
        assert_eq!(owners, ["ben@example.com", "cleo@example.com", "boss@example.com", "ann@example.com"]);
    });
}

/// One email for everybody, beside one lead each: what is told is the latest earlier lead.
#[test]
fn a_placeholder_leads_to_the_latest_of_many() {
    on_both_engines(|world| {
        with_people(world);
        pool(world, "p", &[], &[("ann", &[])]);
        let rows = |from: usize, owner: &str| -> String {
            (from..from + 1500).map(|place| format!("213555{place:04},none@x.example,{owner}\n")).collect()
        };
        let file = format!("Phone,Email,Owner\n{}{}", rows(1000, "cleo@example.com"), rows(3000, "ben@example.com"));
        let path = world.file("owned.csv", file);
        boss(world, &["import", "leads", path.to_str().unwrap()]);
        let path = world.file("new.csv", format!("Phone,Email,Owner\n{}", rows(5000, "")));
        boss(world, &["import", "leads", path.to_str().unwrap()]);
        let run = asked(world, &["pool", "run"]);
        assert_eq!(
            (&run[0]["to_earlier_owners"], &run[0]["members"][1]["user"]),
            (&json!(1500), &json!("ben@example.com"))
        );
        let given = "SELECT DISTINCT context FROM lead_assignments WHERE strategy = 'earlier_lead'";
        let given = world.engine.sql(&world.url, given).unwrap();
        assert!(given.len() == 1 && given[0].replace(' ', "").contains("\"lead\":3000"), "{given:?}");
    });
}

/// What was won stays won, also when the lead is thrown away later.
#[test]
fn a_recruited_lead_that_is_deleted_was_won() {
    on_both_engines(|world| {
        with_people(world);
        let rows: String = (0..60)
            .map(|place| {
                format!("213555{:04},{}@example.com,recruited\n", 1000 + place, if place < 30 { "ann" } else { "ben" })
            })
            .collect();
        let path = world.file("old.csv", format!("Phone,Owner,Status\n{rows}"));
        boss(world, &["import", "leads", path.to_str().unwrap()]);
        // Of ben's two are lost; ann's are thrown away.
        boss(world, &["lead", "status", "59", "cold", "--force", "--reason", "x"]);
        boss(world, &["lead", "status", "60", "cold", "--force", "--reason", "x"]);
        for lead in 1..=3 {
            boss(world, &["lead", "delete", &lead.to_string(), "--yes"]);
        }
        pool(world, "p", &["--strategy", "score"], &[("ben", &[]), ("ann", &[])]);
        boss(world, &["lead", "add", "--phone", "2125550150"]);
        boss(world, &["pool", "run"]);
        assert_eq!(asked(world, &["lead", "show", "2125550150"])["owner"], "ann@example.com");
    });
}

#[test]
fn the_strategies_choose_by_what_they_say() {
    on_both_engines(|world| {
        with_people(world);
        leads(world, 4);
        // The least loaded one.
        for phone in ["2125550171", "2125550172"] {
            boss(world, &["lead", "add", "--phone", phone, "--owner", "ann@example.com", "--source", "held"]);
        }
        let members: [(&str, &[&str]); 2] = [("ann", &[]), ("ben", &[])];
        pool(world, "load", &["--strategy", "least_loaded"], &members);
        let run = asked(world, &["pool", "run", "load", "--order", "oldest"]);
        let spread = (&run[0]["spread_before"], &run[0]["spread_after"]);
        assert_eq!(spread, (&json!(2), &json!(0)), "{run}");
        let web = |world: &World| {
            let columns = ["--sort", "id", "--columns", "id,owner"];
            let leads = asked(world, &[&["lead", "list", "--where", "source = web"][..], &columns].concat());
            leads.as_array().unwrap().iter().map(|lead| lead["owner"].clone()).collect::<Vec<_>>()
        };
        let (ann, ben) = (json!("ann@example.com"), json!("ben@example.com"));
        assert_eq!(web(world), [ben.clone(), ann.clone(), ben.clone(), ben.clone()], "the oldest has the highest id");
        boss(world, &["pool", "undo", "1"]);
        // By skills: of the lead's tags those that the pool lists.
        boss(world, &["lead", "tag", "1", "german", "vip"]);
        boss(world, &["lead", "tag", "2", "polish"]);
        pool(
            world,
            "desks",
            &["--strategy", "skill", "--skill", "German", "--skill", "polish", "--where", "source = web"],
            &[("ann", &[]), ("ben", &["--skill", "german"])],
        );
        let ran = world.run(["pool", "run", "desks", "--as", BOSS, "--format", "json"]);
        assert_eq!(ran.code, Some(3));
        let run: Value = serde_json::from_str(&ran.stdout).unwrap();
        assert_eq!(run[0]["reasons"][0]["skipped"][0]["reason"], "lacks_skill");
        assert_eq!(web(world)[..2], [ben, Value::Null]);
    });
}

#[test]
fn a_territory_pool_gives_to_those_who_work_it() {
    on_both_engines(|world| {
        with_people(world);
        leads(world, 4);
        pool(world, "p", &["--strategy", "territory"], &[("ann", &[]), ("ben", &[])]);
        let sql = |sql: &str| world.engine.sql(&world.url, sql).unwrap();
        sql("INSERT INTO territories (organization_id, name, filter) VALUES (1, 'north', '{}')");
        sql("INSERT INTO territory_members (organization_id, territory_id, user_id, role) VALUES (1, 1, 3, 'member')");
        sql("INSERT INTO territories (organization_id, name, filter) VALUES (1, 'south', '{}')");
        sql("UPDATE leads SET territory_id = 1, territory_source = 'manual' WHERE id IN (1, 2)");
        sql("UPDATE leads SET territory_id = 2, territory_source = 'manual' WHERE id = 3");
        let run = asked(world, &["pool", "run"]);
        assert_eq!((&run[0]["changed"], &run[0]["left"]), (&json!(2), &json!(2)), "{run}");
        let reasons = run[0]["reasons"]
            .as_array()
            .unwrap()
            .iter()
            .map(|left| (&left["reason"], &left["territory"], &left["leads"]));
        let south = (&json!("no_member_there"), &json!("south"), &json!(1));
        assert_eq!(reasons.collect::<Vec<_>>(), [(&json!("no_territory"), &Value::Null, &json!(1)), south]);
        assert_eq!(asked(world, &["pool", "runs", "1"])["reasons"], run[0]["reasons"]);
        let page = boss(world, &["pool", "show", "p"]);
        assert!(page.contains("no_member_there") && page.contains("south"), "{page}");
        assert_eq!(owners(world), ["ben", "ben", "-", "-"]);
        assert_eq!(skipped(world, "1"), json!([{ "reason": "other_territory", "users": [2] }]));
    });
}

#[test]
fn the_best_leads_go_to_who_wins_most() {
    on_both_engines(|world| {
        with_people(world);
        // ann won 5 of 40, ben 30 of 40.
        let mut file = "Phone,Owner,Status,Source\n".to_owned();
        for place in 0..80 {
            let (owner, won) = if place < 40 { ("ann", 5) } else { ("ben", 30) };
            let status = if place % 40 < won { "recruited" } else { "cold" };
            file.push_str(&format!("21255502{place:02},{owner}@example.com,{status},web\n"));
        }
        let path = world.file("closed.csv", file.replace("2125550", "2125551"));
        boss(world, &["import", "leads", path.to_str().unwrap(), "--phone-check", "possible"]);
        leads(world, 12);
        pool(world, "p", &["--strategy", "score"], &[("ann", &[]), ("ben", &[])]);
        let run = asked(world, &["pool", "run"]);
        assert_eq!(run[0]["order"], "score");
        assert_eq!(run[0]["members"][0]["leads"], 6, "as many for each: {run}");
        let best = asked(world, &["lead", "list", "--where", "status = new", "--sort", "-score", "--columns", "owner"]);
        let owners: Vec<&str> =
            best.as_array().unwrap().iter().map(|lead| &lead["owner"].as_str().unwrap()[..3]).collect();
        assert_eq!(owners[..4], ["ben", "ann", "ben", "ann"], "{owners:?}");
        assert_eq!(asked(world, &["pool", "run", "--order", "newest"])[0]["order"], "newest");
    });
}

#[test]
fn of_two_pools_the_first_by_priority_takes_a_lead() {
    on_both_engines(|world| {
        with_people(world);
        leads(world, 4);
        boss(world, &["lead", "status", "4", "cold", "--force", "--reason", "x"]);
        pool(world, "all", &[], &[("ann", &[])]);
        pool(world, "best", &["--where", "score >= 1", "--priority", "1"], &[("ben", &["--capacity", "1"])]);
        // What the first one leaves the second one gives, and what is closed nobody takes.
        let ran = world.run(["pool", "run", "--as", BOSS, "--format", "json"]);
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        let runs: Value = serde_json::from_str(&ran.stdout).unwrap();
        assert_eq!((&runs[0]["pool"], &runs[1]["pool"]), (&json!("best"), &json!("all")));
        assert_eq!((&runs[0]["leads"], &runs[0]["left"]), (&json!(2), &json!(1)));
        assert_eq!((&runs[1]["leads"], &runs[1]["changed"]), (&json!(2), &json!(2)));
        assert_eq!(owners(world), ["ann", "ben", "ann", "-"]);
        let ran = world.run(["pool", "run", "all", "all", "--as", BOSS]);
        assert!(ran.code == Some(2) && ran.stderr.contains("named twice"), "{}", ran.stderr);
    });
}
