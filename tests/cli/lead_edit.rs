//! `lead edit` and `lead status`: each change leaves its trace, and nothing is lost by accident.

use serde_json::json;

use crate::assert_same_story;
use crate::support::on_both_engines;

#[test]
fn fields_are_changed_and_emptied() {
    assert_same_story!(|world| {
        world.ok([
            "lead",
            "add",
            "--phone",
            "2125550101",
            "--name",
            "Ada Lovelace",
            "--set",
            "value=12.50",
            "--tag",
            "vip",
        ]);
        world.now = "2026-03-05T09:00:00Z";
        world.tell(&[
            "lead",
            "edit",
            "2125550101",
            "--company",
            "Difference Works",
            "--clear",
            "last_name",
            "--clear",
            "value_cents",
            "--tag",
            "vip",
            "--tag",
            "math",
            "--note",
            "met at the fair",
            "--set",
            "further_phone=2125550109",
        ]);
        world.tell(&["lead", "edit", "2125550101", "--if-version", "1", "--city", "Albany"]);
        world.tell(&["lead", "edit", "2125550101", "--city", "Albany", "--email", "nobody"]);
        world.tell(&["lead", "edit", "2125550101", "--clear", "phone_number"]);
        world.tell(&["lead", "edit", "2125550101", "--clear", "shoe_size"]);
        world.ok(["lead", "add", "--phone", "2125550102"]);
        world.now = "2026-03-06T09:00:00Z";
        world.tell(&["lead", "edit", "2125550102", "--phone", "(212) 555-0101"]);
        world.tell(&["lead", "edit", "2125550102", "--phone", "(212) 555-0101 x9", "--format", "csv"]);
        world.now = "2026-03-07T09:00:00Z";
        world.ok(["lead", "delete", "2", "--yes"]);
        world.tell(&["lead", "edit", "2", "--city", "Albany"]);
        world.tell(&["lead", "edit", "99", "--city", "Albany"]);
    });
}

#[test]
fn a_field_is_cleared_by_the_name_that_sets_it() {
    on_both_engines(|world| {
        world.ok(["lead", "add", "--email", "ada@example.com"]);
        let values = ["phone=2125550101", "value=12.50", "score=7", "name=Ada Roe", "city=Troy"];
        let keys = ["phone_number", "value_cents", "lead_score", "last_name", "city"];
        for (value, key) in values.into_iter().zip(keys) {
            let name = value.split_once('=').unwrap().0;
            for name in [name, key] {
                world.ok(["lead", "edit", "1", "--set", value]);
                assert!(!world.json(["lead", "show", "1"])[key].is_null(), "{value}");
                world.ok(["lead", "edit", "1", "--clear", name]);
                let lead = world.json(["lead", "show", "1"]);
                assert!(lead[key].is_null(), "{name}: {lead}");
            }
            let both = world.run(["lead", "edit", "1", "--set", value, "--clear", name]);
            assert!(both.code == Some(2) && both.stderr.contains("both set and cleared"), "{}", both.stderr);
        }
        let refused = world.run(["lead", "edit", "1", "--clear", "valeu"]);
        assert!(refused.stderr.contains("value, name") && !refused.stderr.contains("cents"), "{}", refused.stderr);
    });
}

#[test]
fn statuses_move_by_the_table() {
    assert_same_story!(|world| {
        world.ok(["lead", "add", "--phone", "2125550101"]);
        world.tell(&["lead", "status", "2125550101", "recruited"]);
        world.now = "2026-03-05T09:00:00Z";
        world.tell(&["lead", "status", "2125550101", "contacted", "--reason", "she called"]);
        world.tell(&["lead", "status", "2125550101", "new"]);
        world.tell(&["lead", "status", "2125550101", "new", "--force"]);
        world.now = "2026-03-06T09:00:00Z";
        world.ok(["lead", "status", "2125550101", "new", "--force", "--reason", "the wrong lead"]);
        world.now = "2026-03-07T09:00:00Z";
        world.ok(["lead", "status", "2125550101", "dnc", "--reason", "told the rep"]);
        world.tell(&["lead", "status", "2125550101", "hot", "--force", "--reason", "x"]);
        world.tell(&["lead", "status", "2125550101", "dnc", "--if-version", "2"]);
        world.tell(&["dnc", "history", "2125550101"]);
        world.tell(&["lead", "show", "2125550101"]);
    });
}

#[test]
fn an_edit_leaves_nothing_out_without_saying_so() {
    on_both_engines(|world| {
        world.ok(["lead", "add", "--phone", "2125550101", "--city", "Albany"]);
        let before = world.leads();
        for (more, said) in [
            (&["--set", "status=hot"][..], "crmctl lead status 1 STATUS"),
            (&["--set", "do_not_call=yes"], "crmctl lead status 1 dnc"),
            (&["--set", "opt_out=yes"], "crmctl lead status 1 dnc"),
            (&["--set", "created=2026-01-01"], "are not changed by an edit"),
            (&["--city", "Troy", "--clear", "city"], "`city` cannot be both set and cleared"),
        ] {
            let ran = world.run([&["lead", "edit", "2125550101"][..], more].concat());
            assert!(ran.code == Some(2) && ran.stderr.contains(said), "{more:?}: {}", ran.stderr);
        }
        assert_eq!(world.leads(), before);
        world.ok(["lead", "add", "--email", "out@example.com", "--consent", "denied"]);
        let ran = world.run(["lead", "edit", "2125550101", "--email", "out@example.com", "--consent", "granted"]);
        assert!(ran.stderr.contains("the opt-out is kept"), "{}", ran.stderr);
    });
}

#[test]
fn an_edit_that_says_nothing_new_changes_nothing() {
    on_both_engines(|world| {
        world.ok(["lead", "add", "--phone", "2125550101", "--city", "Albany", "--tag", "vip"]);
        let before = world.leads();
        world.ok(["lead", "edit", "2125550101", "--city", "Albany", "--tag", "vip", "--clear", "company"]);
        world.ok(["lead", "status", "2125550101", "new"]);
        assert_eq!(world.leads(), before);
    });
}

#[test]
fn who_takes_over_an_opted_out_person_s_keys_inherits_the_opt_out() {
    on_both_engines(|world| {
        world.ok(["lead", "add", "--email", "out@example.com", "--consent", "denied"]);
        world.ok(["lead", "add", "--phone", "2125550101", "--consent", "granted"]);
        world.ok(["lead", "edit", "2125550101", "--email", "out@example.com"]);
        assert_eq!(world.json(["lead", "show", "2125550101"])["consent_status"], "denied");
        // Nobody weakens it while the other lead says so; the lead's own denial a person may take back.
        world.ok(["lead", "edit", "2125550101", "--consent", "granted"]);
        assert_eq!(world.json(["lead", "show", "2125550101"])["consent_status"], "denied");
        world.ok(["lead", "edit", "2125550101", "--clear", "email", "--consent", "granted"]);
        assert_eq!(world.json(["lead", "show", "2125550101"])["consent_status"], json!("granted"));
    });
}

#[test]
fn custom_fields_are_set_and_emptied_by_hand() {
    on_both_engines(|world| {
        world.ok(["lead", "add", "--phone", "2125550101", "--set", "custom.Pet=cat", "--set", "CUSTOM.Budget=10"]);
        world.now = "2026-03-05T12:00:00Z";
        let edited = world.json([
            "lead",
            "edit",
            "1",
            "--set",
            "custom.Budget=20",
            "--set",
            "custom.a=b=c",
            "--clear",
            "custom.Pet",
        ]);
        assert_eq!(edited["custom_fields"], json!({ "Budget": "20", "a": "b=c" }));
        let log = world.json(["lead", "history", "1"]);
        let fields: Vec<&str> = log.as_array().unwrap().iter().filter_map(|entry| entry["field"].as_str()).collect();
        assert_eq!(fields, ["custom.Budget", "custom.a", "custom.Pet"]);
        let refused = world.run(["lead", "edit", "1", "--set", "custom.=x"]);
        assert_eq!(refused.code, Some(2));
        assert!(refused.stderr.contains("`custom.` names no custom field"), "{}", refused.stderr);
    });
}

#[test]
fn a_blank_value_is_refused_with_the_call_that_empties() {
    on_both_engines(|world| {
        world.ok(["lead", "add", "--phone", "2125550101", "--company", "Acme", "--set", "custom.My Budget=7"]);
        for (option, value, cleared) in [
            ("--company", "", "company"),
            ("--company", "  ", "company"),
            ("--set", "company=", "company"),
            ("--set", "custom.My Budget=", "'custom.My Budget'"),
        ] {
            let ran = world.run(["lead", "edit", "1", option, value]);
            assert_eq!(ran.code, Some(2), "{option} {value}: {}", ran.stderr);
            let call = format!("crmctl lead edit 1 --clear {cleared}");
            assert!(ran.stderr.contains(&call), "{option} {value}: {}", ran.stderr);
        }
        assert_eq!(world.run(["lead", "edit", "1", "--tag", ""]).code, Some(2));
        world.ok(["lead", "edit", "1", "--clear", "company", "--clear", "custom.My Budget"]);
        let lead = &world.leads()[0];
        assert_eq!((&lead["company"], &lead["custom_fields"]), (&json!(null), &json!({})));
    });
}

#[test]
fn a_status_is_said_in_the_words_that_imports_know() {
    on_both_engines(|world| {
        world.ok(["lead", "add", "--phone", "2125550101"]);
        let ran = world.ok(["lead", "status", "1", "Closed Lost"]);
        assert!(ran.contains("new → cold"), "{ran}");
        assert!(world.ok(["lead", "list", "--status", "lost"]).contains("+12125550101"));
        let ran = world.run(["lead", "list", "--status", "sleeping"]);
        assert_eq!(ran.code, Some(2));
        assert!(ran.stderr.contains("nurturing"), "{}", ran.stderr);
    });
}
