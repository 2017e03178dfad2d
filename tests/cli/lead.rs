//! The verbs for single leads.

use serde_json::json;

use crate::assert_same_story;
use crate::support::on_both_engines;

#[test]
fn add_show_list_delete_restore() {
    assert_same_story!(|world| {
        world.tell(&[
            "lead",
            "add",
            "--phone",
            "(212) 555-0101",
            "--name",
            "Ada Lovelace",
            "--tag",
            "VIP",
            "--note",
            "met at the fair",
            "--status",
            "contacted",
            "--score",
            "70",
        ]);
        world.tell(&["lead", "add", "--phone", "+12125550101"]);
        world.tell(&["lead", "add", "--name", "Nobody"]);
        world.tell(&["lead", "add", "--phone", "12", "--email", "x", "--score", "101"]);
        world.tell(&["lead", "list"]);
        world.tell(&["lead", "delete", "1"]);
        world.tell(&["lead", "delete", "1", "--dry-run"]);
        world.tell(&["lead", "delete", "212 555 0101", "--yes"]);
        world.tell(&["lead", "delete", "1", "--yes"]);
        world.tell(&["lead", "show", "+12125550101"]);
        world.tell(&["lead", "list", "--deleted"]);
        world.tell(&["lead", "restore", "+12125550101"]);
        world.tell(&["lead", "restore", "1"]);
    });
}

#[test]
fn restore_is_refused_when_the_phone_is_taken_and_keeps_opt_outs() {
    on_both_engines(|world| {
        world.ok(["lead", "add", "--phone", "+12125550101", "--email", "a@example.com"]);
        world.ok(["lead", "delete", "1", "--yes"]);
        world.ok(["lead", "add", "--phone", "+12125550101"]);
        let refused = world.run(["lead", "restore", "1"]);
        assert_eq!(refused.code, Some(1));
        assert!(refused.stderr.contains("the live lead 2 has its phone number meanwhile"), "{}", refused.stderr);
        world.ok(["lead", "delete", "2", "--yes"]);
        // The person opts out of everything while the lead is deleted.
        let file = world.file("a.csv", "Phone,Email,Consent,DNC\n2125550101 x5,a@example.com,denied,yes\n");
        world.import(&file, &[]);
        world.ok(["lead", "restore", "1"]);
        let lead = world.json(["lead", "show", "1"]);
        let changed = lead["recent_changes"].as_array().unwrap().iter().any(|c| c["field_name"] == "consent_status");
        assert!(changed, "the inherited opt-out leaves a trace: {lead}");
        assert_eq!(
            (&lead["consent_status"], &lead["status"], &lead["deleted_at"]),
            (&json!("denied"), &json!("dnc"), &json!(null))
        );
    });
}

#[test]
fn delete_prints_the_lead_whole_and_restore_brings_it_back_as_it_was() {
    on_both_engines(|world| {
        world.ok(["lead", "add", "--phone", "+12125550101", "--status", "dnc", "--tag", "vip"]);
        let before = world.json(["lead", "show", "1"]);
        assert_eq!(world.json(["lead", "delete", "1", "--yes"])["tags"], json!(["vip"]));
        world.ok(["lead", "restore", "1"]);
        let after = world.json(["lead", "show", "1"]);
        for key in ["status", "consent_status", "consent_at", "email_opted_out_at", "tags", "deleted_at"] {
            assert_eq!(before[key], after[key], "{key}");
        }
    });
}

#[test]
fn a_phone_that_two_extensions_share() {
    on_both_engines(|world| {
        world.ok(["lead", "add", "--phone", "212 555 0101 x1", "--first-name", "Ada"]);
        world.ok(["lead", "add", "--phone", "212 555 0101 x2", "--first-name", "Ben"]);
        let ran = world.run(["lead", "show", "212 555 0101"]);
        assert_eq!(ran.code, Some(1));
        assert!(ran.stderr.contains("2 leads have") && ran.stderr.contains("Ada extension 1"), "{}", ran.stderr);
        assert_eq!(world.json(["lead", "show", "212 555 0101 ext 2"])["first_name"], "Ben");
        let unknown = world.run(["lead", "show", "12345"]);
        assert_eq!(unknown.code, Some(1));
    });
}

#[test]
fn lists_filter_sort_and_say_when_they_are_cut() {
    on_both_engines(|world| {
        let file = world.file(
            "a.csv",
            "Phone,Last Name,Status,Source,Tags,Score\n2125550101,Zeta,hot,Facebook Ads,vip,5\n2125550102,,cold,facebook-ads,,\n2125550103,Alpha,hot,Web,VIP;x,90\n",
        );
        world.import(&file, &[]);
        let phones = |args: &[&str]| -> Vec<String> {
            let list = world.json([&["lead", "list"], args].concat());
            list.as_array().unwrap().iter().map(|lead| lead["phone_number"].as_str().unwrap()[9..].to_owned()).collect()
        };
        assert_eq!(phones(&[]), ["103", "102", "101"]);
        assert_eq!(phones(&["--status", "hot"]), ["103", "101"]);
        assert_eq!(phones(&["--source", "FACEBOOK  ads"]), ["102", "101"]);
        assert_eq!(phones(&["--tag", "Vip"]), ["103", "101"]);
        assert_eq!(phones(&["--sort", "last_name"]), ["103", "101", "102"]);
        assert_eq!(phones(&["--sort", "-last_name"]), ["101", "103", "102"]);
        assert_eq!(phones(&["--sort", "-lead_score"]), ["103", "101", "102"]);
        assert_eq!(phones(&["--limit", "1", "--sort", "id"]), ["101"]);
        assert_eq!(phones(&["--import", "1"]).len(), 3);
        let cut = world.run(["lead", "list", "--limit", "2"]);
        assert!(
            cut.stderr.contains("the first 2 are shown; --after 2 shows the next, --limit 0 shows all"),
            "{}",
            cut.stderr
        );
        assert_eq!(world.run(["lead", "list", "--limit", "3"]).stderr, "");
    });
}
