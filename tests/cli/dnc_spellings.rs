//! One subscriber in several spellings, what is only possible, and the same answers from the program and from the database.

use serde_json::{Value, json};

use crate::support::engine::{database_of, url_of};
use crate::support::{Engine, World, on_both_engines};

pub fn verdict(world: &World, number: &str) -> String {
    world.json(["dnc", "check", "--region", "US", number])[0]["verdict"].as_str().unwrap().to_owned()
}

/// Numbers that reach one subscriber: whichever is listed, each is blocked.
pub const ONE_SUBSCRIBER: &[&[&str]] = &[
    &["+5491123456789", "+541123456789"],
    &["+390669812345", "+39669812345"],
    &["+5511961234567", "+551161234567"],
    &["+576012345678", "+5712345678"],
    &["+84701234567", "+841201234567"],
    &["+2290190123456", "+22990123456"],
    &["+2250707123456", "+22507123456"],
    &["+525512345678", "+5215512345678"],
    &["+74951234567", "+84951234567"],
];

#[test]
fn every_spelling_of_a_listed_subscriber_is_blocked() {
    on_both_engines(|world| {
        for spellings in ONE_SUBSCRIBER {
            for listed in *spellings {
                world.ok(["dnc", "add", listed]);
                for asked in *spellings {
                    assert_eq!(verdict(world, asked), "blocked", "{asked} with {listed} listed");
                }
                let on = world.json(["dnc", "check", spellings[0]]);
                let listed_as = if *listed == spellings[0] { json!(null) } else { json!(listed) };
                assert_eq!(on[0]["reasons"][0]["listed_as"], listed_as, "{on}");
                // Each of its events is told, in whatever spelling it was asked for.
                let history = world.json(["dnc", "history", spellings[0]]);
                assert!(history.as_array().unwrap().iter().any(|event| event["number"] == **listed), "{history}");
                world.ok(["dnc", "remove", listed, "--reason", "x", "--yes"]);
                for asked in *spellings {
                    assert_ne!(verdict(world, asked), "blocked", "{asked} with nothing listed");
                }
            }
        }
    });
}

#[test]
fn leads_follow_a_listing_in_another_spelling() {
    on_both_engines(|world| {
        world.file("people.csv", "Phone,Work Phone\n+541123456789,\n+12125550101,+525512345678\n");
        world.ok(["import", "leads", "people.csv"]);
        world.ok(["dnc", "add", "+5491123456789", "+5215512345678"]);
        let statuses = |world: &World| world.leads().iter().map(|lead| lead["status"].clone()).collect::<Vec<Value>>();
        assert_eq!(statuses(world), ["dnc", "dnc"]);
        for (filter, count) in [("on_dnc = yes", 2), ("on_dnc = no", 0)] {
            assert_eq!(world.json(["lead", "list", "--where", filter]).as_array().unwrap().len(), count, "{filter}");
        }
        let view = "SELECT count(*) FROM lead_summary WHERE on_dnc_list";
        assert_eq!(world.engine.sql(&world.url, view).unwrap(), ["2"]);
        let blocked: Vec<Value> = world.leads().iter().map(|lead| lead["blocked"].clone()).collect();
        assert_eq!(blocked, [json!(["+541123456789"]), json!(["+525512345678"])]);
        // What comes in later, and what is exported.
        world.file("more.csv", "Phone\n+541123456788\n");
        world.ok(["dnc", "add", "+5491123456788"]);
        assert_eq!(world.json(["import", "leads", "more.csv"])["dnc_flagged"], 1);
        assert!(!world.ok(["lead", "export", "--format", "csv"]).contains("+54"));
        // An import that lists one spelling moves the leads with the other.
        world.ok(["lead", "add", "--phone", "+541123456787"]);
        world.file("flags.csv", "Phone,Do Not Call\n+5491123456787,yes\n");
        world.ok(["import", "leads", "flags.csv"]);
        assert_eq!(world.json(["lead", "show", "+541123456787"])["status"], "dnc");
        world.ok(["dnc", "remove", "+5491123456789", "--reason", "x", "--yes"]);
        assert_eq!(world.json(["lead", "show", "+541123456789"])["status"], "new");
    });
}

#[test]
fn removing_one_spelling_tells_of_the_other() {
    on_both_engines(|world| {
        world.ok(["dnc", "add", "+5491123456789", "+541123456789"]);
        let removed = world.json(["dnc", "remove", "+541123456789", "--reason", "x", "--yes"]);
        assert_eq!(removed["still_blocked_by"], json!(["+5491123456789"]));
        let refused = world.run(["dnc", "remove", "+541123456789", "--reason", "x", "--yes"]);
        assert_eq!(refused.code, Some(1));
        assert!(refused.stderr.contains("crmctl dnc remove +5491123456789"), "{}", refused.stderr);
        assert_eq!(verdict(world, "+541123456789"), "blocked");
    });
}

#[test]
fn what_is_possible_and_not_valid_is_unknown_and_can_be_listed() {
    on_both_engines(|world| {
        for number in ["+12125550142", "+442079460123", "+4915123456789", "+390669812345"] {
            assert_eq!(verdict(world, number), "clear", "{number}");
        }
        // An area code, a range and a length that no plan has; a plan as it was.
        for number in ["+19995550142", "+441079460123", "+49111234567", "+5712345678", "+22990123456"] {
            let answer = world.json(["dnc", "check", number]);
            assert_eq!(answer[0]["verdict"], "unknown", "{answer}");
            assert!(
                answer[0]["reasons"][0]["reason"].as_str().unwrap().contains("not a valid phone number"),
                "{answer}"
            );
            world.ok(["dnc", "add", number, "--source", "opt_out_text"]);
            assert_eq!(verdict(world, number), "blocked", "{number}");
        }
    });
}

#[test]
fn a_number_that_may_have_lost_its_plus_is_looked_up_as_both() {
    on_both_engines(|world| {
        let check = |world: &World| world.json(["dnc", "check", "4915123456789", "--region", "DE"])[0].clone();
        assert_eq!(check(world)["verdict"], "clear");
        world.ok(["dnc", "add", "+4915123456789"]);
        let answer = check(world);
        assert_eq!(
            (&answer["verdict"], &answer["reasons"][0]["listed_as"]),
            (&json!("blocked"), &json!(null)),
            "{answer}"
        );
        world.ok(["dnc", "remove", "+4915123456789", "--reason", "x", "--yes"]);
        // Who asks for it may be either.
        world.ok(["dnc", "add", "4915123456789", "--region", "DE"]);
        assert_eq!(world.json(["dnc", "list"]).as_array().unwrap().len(), 2);
        let remove = ["dnc", "remove", "4915123456789", "--region", "DE", "--reason", "x", "--yes"];
        let refused = world.run(remove);
        assert!(refused.stderr.contains("both listed") && refused.stderr.contains("with its +"), "{}", refused.stderr);
        world.ok(["dnc", "remove", "+494915123456789", "--reason", "x", "--yes"]);
        assert_eq!(world.json(remove)["removed"], 1);
        world.file("replies.csv", "Phone,Text\n4915123456789,STOP\n");
        world.ok(["dnc", "detect", "--replies", "replies.csv", "--region", "DE", "--apply"]);
        world.file("requests.csv", "Phone\n4915123456789\n");
        world.ok(["import", "dnc", "requests.csv", "--region", "DE"]);
        for number in ["+4915123456789", "+494915123456789"] {
            assert_eq!(verdict(world, number), "blocked", "{number}");
        }
    });
}

#[test]
fn an_import_takes_a_number_without_plus_for_the_listed_one() {
    on_both_engines(|world| {
        world.ok(["dnc", "add", "+4915123456789"]);
        world.file("people.csv", "Phone\n4915123456789\n4915123456780\n");
        let told = world.run(["import", "leads", "people.csv", "--region", "DE"]);
        assert!(told.stderr.contains("without +") && told.stderr.contains("+4915123456789"), "{}", told.stderr);
        let leads = world.leads();
        assert_eq!(leads[0]["status"], "dnc", "{leads:?}");
        assert_eq!(leads[1]["status"], "new", "{leads:?}");
    });
}

#[test]
fn entries_of_a_program_with_other_rules_get_their_spellings() {
    on_both_engines(|world| {
        world.ok(["dnc", "add", "+12125550142"]);
        let insert =
            "INSERT INTO dnc_list (organization_id, phone_number, source) VALUES (1, '+5491123456789', 'manual')";
        world.engine.sql(&world.url, insert).unwrap();
        // Whoever wrote it, a check knows.
        assert_eq!(verdict(world, "+541123456789"), "blocked");
        let spellings = "SELECT phone_number FROM dnc_spellings ORDER BY 1";
        assert!(world.engine.sql(&world.url, spellings).unwrap().is_empty());
        let rules = "UPDATE system_config SET config_value = '0' WHERE config_key = 'internal.dnc_spelling_rules'";
        world.engine.sql(&world.url, rules).unwrap();
        world.ok(["dnc", "expire"]);
        let written = world.engine.sql(&world.url, spellings).unwrap();
        assert!(written.contains(&"+541123456789".to_owned()), "{written:?}");
        // The program's own settings are none of the organization's.
        assert!(!world.ok(["org", "show", "acme"]).contains("internal."));
    });
}

#[test]
fn leads_of_an_earlier_version_follow_the_list_once_and_for_all() {
    on_both_engines(|world| {
        world.ok(["dnc", "add", "+5491123456789", "+12125550142"]);
        world.ok(["lead", "add", "--phone", "+541123456789"]);
        world.ok(["lead", "add", "--phone", "+12125550199", "--set", "further_phone=+12125550142"]);
        world.ok(["lead", "add", "--phone", "+12125550143"]);
        world.ok(["dnc", "add", "+12125550143"]);
        world.ok(["dnc", "remove", "+12125550143", "--reason", "asked again", "--yes"]);
        // As an earlier version left them, or a program that was killed between the list and its leads.
        let was = "UPDATE leads SET status = CASE id WHEN 3 THEN 'dnc' ELSE 'new' END";
        world.engine.sql(&world.url, was).unwrap();
        let statuses = |world: &World| world.leads().iter().map(|lead| lead["status"].clone()).collect::<Vec<Value>>();
        assert_eq!(statuses(world), ["new", "new", "dnc"]);
        assert_eq!(world.json(["dnc", "expire", "--dry-run"])["leads_settled"], 3);
        assert_eq!(world.json(["dnc", "expire"])["leads_settled"], 3);
        assert_eq!(statuses(world), ["dnc", "dnc", "new"]);
        // The first call of a program with other rules does it by itself.
        world.engine.sql(&world.url, was).unwrap();
        let rules = "UPDATE system_config SET config_value = '0' WHERE config_key = 'internal.dnc_spelling_rules'";
        world.engine.sql(&world.url, rules).unwrap();
        world.ok(["lead", "note", "3", "hello"]);
        // Who is blocked is so at once; who need not be is so when somebody asks.
        assert_eq!(statuses(world), ["dnc", "dnc", "dnc"]);
        world.ok(["dnc", "expire"]);
        assert_eq!(statuses(world), ["dnc", "dnc", "new"]);
        // Spellings survive the way down and up.
        for _ in 0..2 {
            let owner = match world.engine {
                Engine::Sqlite => world.url.clone(),
                Engine::Postgres => url_of("crmctl_owner", database_of(&world.url)),
            };
            world.ok(["migrate", "down", "--steps", "3", "--yes", "--database-url", &owner]);
            world.ok(["migrate", "up", "--database-url", &owner]);
            let spellings = "SELECT count(*) FROM dnc_spellings WHERE phone_number = '+541123456789'";
            assert_eq!(world.engine.sql(&world.url, spellings).unwrap(), ["1"]);
            // A table that was made anew wants its rights anew on PostgreSQL.
            if world.engine == Engine::Sqlite {
                world.ok(["lead", "note", "3", "hello again"]);
            }
        }
    });
}

#[test]
fn a_lead_with_a_lost_plus_follows_the_list_in_either_order() {
    on_both_engines(|world| {
        world.ok(["org", "edit", "acme", "--region", "DE"]);
        world.ok(["lead", "add", "--phone", "4917612345678"]);
        world.ok(["lead", "add", "--phone", "022112345678"]);
        world.ok(["dnc", "add", "+4917612345678"]);
        world.ok(["lead", "phone", "add", "2", "4917612345678"]);
        world.ok(["lead", "add", "--phone", "022112345679"]);
        world.ok(["lead", "edit", "3", "--set", "further_phone=4917612345678"]);
        let statuses: Vec<Value> = world.leads().iter().map(|lead| lead["status"].clone()).collect();
        assert_eq!(statuses, ["dnc", "dnc", "dnc"]);
        assert_eq!(world.json(["lead", "list", "--where", "on_dnc = no"]), json!([]));
    });
}

#[test]
fn an_undo_sees_further_numbers_and_lists_again_what_it_must() {
    on_both_engines(|world| {
        // By its further number the lead stays where it is.
        world.file("flag.csv", "Phone,Work Phone,Do Not Call\n+12125550101,+12125550109,\n+12125550102,,yes\n");
        world.ok(["import", "leads", "flag.csv"]);
        world.ok(["lead", "phone", "add", "2", "+12125550108"]);
        world.ok(["dnc", "add", "+12125550108"]);
        // It was edited since, so the lead stays.
        assert_eq!(world.run(["import", "undo", "1", "--with-dnc", "--yes"]).code, Some(3));
        assert_eq!(world.json(["lead", "show", "2"])["status"], "dnc");
        assert_eq!(verdict(world, "+12125550102"), "clear");
        // An entry that the import widened twice is listed again as it was.
        world.ok(["dnc", "add", "+12125550103", "--scope", "texts", "--reason", "by mail"]);
        let mut rows = String::from("Phone,Scope\n+12125550103,calls\n");
        (0..8100).for_each(|n| rows.push_str(&format!("+1212556{n:04},all\n")));
        rows.push_str("+12125550103,all\n");
        world.file("requests.csv", &rows);
        let import = world.json(["import", "dnc", "requests.csv"])["import_id"].to_string();
        assert_eq!(verdict(world, "+12125550103"), "blocked");
        world.ok(["import", "undo", &import, "--yes"]);
        let check = |channel| world.json(["dnc", "check", "+12125550103", "--channel", channel])[0]["verdict"].clone();
        assert_eq!((check("calls"), check("texts")), (json!("clear"), json!("blocked")));
        let list = world.json(["dnc", "list", "--limit", "0"]);
        let entry = list.as_array().unwrap().iter().find(|entry| entry["phone_number"] == "+12125550103").unwrap();
        assert_eq!((&entry["scope"], &entry["reason"]), (&json!("texts"), &json!("by mail")));
    });
}

#[test]
fn a_joined_entry_keeps_the_reason_that_it_had() {
    on_both_engines(|world| {
        world.ok(["dnc", "add", "+12125550142", "--scope", "calls", "--reason", "asked on the phone"]);
        world.ok(["dnc", "add", "+12125550142", "--scope", "texts"]);
        assert_eq!(world.json(["dnc", "list"])[0]["reason"], "asked on the phone");
    });
}

#[test]
fn a_flagged_number_is_not_dropped_and_not_taken_for_another_country() {
    on_both_engines(|world| {
        world.ok(["org", "edit", "acme", "--region", "DE"]);
        // The second number of a cell is of the country of the first.
        world.file("two.csv", "Phone\n\"+4520123456,30123456\"\n");
        world.ok(["import", "dnc", "two.csv"]);
        assert_eq!((verdict(world, "+4530123456"), verdict(world, "+4930123456")), ("blocked".into(), "clear".into()));
        // A number with an opt-out is rejected rather than dropped.
        world.file(
            "flag.csv",
            "Phone,Email,Do Not Call\n0221 123456 work,ada@example.com,yes\n0221 123456 work,ben@example.com,\n",
        );
        let ran = world.run(["import", "leads", "flag.csv", "--lenient", "--format", "json"]);
        let summary: Value = serde_json::from_str(&ran.stdout).unwrap();
        assert_eq!(
            (&summary["created"], &summary["rejected"], &summary["rejected_opt_outs"]),
            (&json!(1), &json!(1), &json!(1))
        );
    });
}

#[test]
fn a_lead_written_by_hand_has_the_listed_reading_too() {
    on_both_engines(|world| {
        world.ok(["org", "edit", "acme", "--region", "DE"]);
        world.ok(["dnc", "add", "+4915123456789"]);
        let number =
            |id: &str| -> Value { serde_json::from_str(&world.ok(["lead", "show", id, "--format", "json"])).unwrap() };
        // Without plus it is a landline number of Germany, too.
        world.ok(["lead", "add", "--phone", "4915123456789"]);
        for (id, email) in [("2", "ada@example.com"), ("3", "ben@example.com"), ("4", "eve@example.com")] {
            world.ok(["lead", "add", "--email", email]);
            let said = match id {
                "2" => world.run(["lead", "edit", id, "--set", "further_phone=4915123456789"]),
                "3" => world.run(["lead", "phone", "add", id, "49 151 23456789"]),
                _ => world.run(["lead", "edit", id, "--phone", "4917612345678"]),
            };
            assert_eq!(said.code, Some(0));
            assert!(
                said.stderr.contains("+4915123456789") || said.stderr.contains("+4917612345678"),
                "{}",
                said.stderr
            );
        }
        let statuses: Vec<Value> = ["1", "2", "3", "4"].map(|id| number(id)["status"].clone()).to_vec();
        assert_eq!(statuses, [json!("dnc"), json!("dnc"), json!("dnc"), json!("new")]);
        assert_eq!(number("4")["phone_number"], json!("+494917612345678"));
    });
}
