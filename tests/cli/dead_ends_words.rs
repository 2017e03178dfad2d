//! Words of a file that mean nothing here: they are told at once, with one line that imports their rows.

use serde_json::{Value, json};

use crate::support::{Ran, World, on_both_engines};

/// Imports a file of which rows are rejected.
fn rejected(world: &World, what: &str, name: &str, text: &str, options: &[&str]) -> Ran {
    world.file(name, text);
    let ran = world.run([&["import", what, name, "--region", "US"][..], options].concat());
    assert_eq!(ran.code, Some(3), "{name}: {}{}", ran.stdout, ran.stderr);
    ran
}

fn statuses(world: &World) -> Vec<Value> {
    world.leads().iter().map(|lead| lead["status"].clone()).collect()
}

#[test]
fn owners_are_known_by_their_full_names() {
    on_both_engines(|world| {
        let boss = ["--as", "boss@example.com"];
        world.ok(["user", "add", "boss@example.com", "--role", "admin"]);
        for (email, first, last) in
            [("ann@example.com", "Ann", "Roe"), ("bob@example.com", "Bob", "Low"), ("b2@example.com", "bob", "LOW")]
        {
            world.ok(["user", "add", email, "--first-name", first, "--last-name", last, "--as", "boss@example.com"]);
        }
        let text = "Phone,Owner\n2125550101,ANN  roe\n2125550102,\"Roe, Ann\"\n2125550103,Bob Low\n2125550104,Cy Dey\n2125550105,Cy Dey\n";
        let ran = rejected(world, "leads", "a.csv", text, &boss);
        assert!(
            ran.stderr.contains("words of `Owner` that mean nothing here: `Bob Low` (1), `Cy Dey` (2)"),
            "{}",
            ran.stderr
        );
        let (line, again) = world.as_told(&ran);
        assert_eq!(line, "crmctl import leads --region US --as boss@example.com a.csv.rejects.csv --keep Owner");
        assert_eq!(again.code, Some(0), "{}", again.stderr);
        let leads = world.json(["lead", "list", "--sort", "id", "--as", "boss@example.com"]);
        let owned = |n: usize| leads[n]["owner_id"].is_number();
        assert_eq!([0, 1, 2, 3, 4].map(owned), [true, true, false, false, false], "{leads}");
        assert_eq!(leads[3]["custom_fields"]["Owner"], "Cy Dey");
        // Without users, and dry.
        let ran = rejected(
            world,
            "leads",
            "b.csv",
            "Phone,Owner\n2125550106,Dee Fox\n",
            &["--as", "boss@example.com", "--dry-run"],
        );
        let (line, again) = world.as_told(&ran);
        assert_eq!(line, "crmctl import leads b.csv --region US --as boss@example.com --dry-run --keep Owner");
        assert_eq!(again.code, Some(0), "{}", again.stderr);
    });
}

#[test]
fn statuses_that_are_nearly_right_are_filled_in() {
    on_both_engines(|world| {
        let ran = rejected(
            world,
            "leads",
            "a.csv",
            "Phone,Status\n2125550101,Contactd\n2125550102,Qualifed\n2125550103,Contactd\n2125550104,hot\n",
            &[],
        );
        assert!(ran.stderr.contains("`Contactd` (2), `Qualifed` (1)"), "{}", ran.stderr);
        let (line, again) = world.as_told(&ran);
        assert!(
            line.ends_with("a.csv.rejects.csv --status-map Contactd=contacted --status-map Qualifed=qualified"),
            "{line}"
        );
        assert_eq!(again.code, Some(0), "{}", again.stderr);
        assert_eq!(statuses(world), ["hot", "contacted", "qualified", "contacted"]);
        let ran = rejected(world, "leads", "b.csv", "Phone,Status,Country\n2125550105,Nurtring,Atlantis\n", &[]);
        let (line, again) = world.as_told(&ran);
        assert!(line.ends_with("b.csv.rejects.csv --keep Country --status-map Nurtring=nurturing"), "{line}");
        assert_eq!(
            (again.code, &world.leads()[4]["custom_fields"]["Country"]),
            (Some(0), &json!("Atlantis")),
            "{}",
            again.stderr
        );
        // What was said before goes on to hold.
        let text = "Phone,Status\n2125550106,Zzz\n2125550107,Recruted\n";
        let ran = rejected(world, "leads", "c.csv", text, &["--status-map", "Zzz=cold", "--status-map", "Yyy=hot"]);
        let (line, again) = world.as_told(&ran);
        assert!(
            line.contains("--status-map Zzz=cold --status-map Yyy=hot") && line.contains("Recruted=recruited"),
            "{line}"
        );
        assert_eq!(again.code, Some(0), "{}", again.stderr);
    });
}

#[test]
fn a_line_with_places_to_fill_says_so() {
    on_both_engines(|world| {
        let text = "Phone,Status\n2125550101,Asleep\n2125550102,It's odd\n2125550103,Asleep\n2125550104,Qualifed\n";
        let ran = rejected(world, "leads", "a.csv", text, &[]);
        assert!(ran.stderr.contains("`Asleep` (2), `It's odd` (1), `Qualifed` (1)"), "{}", ran.stderr);
        assert!(
            ran.stderr.contains("put a status in place of each STATUS in this line, which does not run as it is"),
            "{}",
            ran.stderr
        );
        let (line, as_it_is) = world.as_told(&ran);
        assert_eq!(as_it_is.code, Some(2), "{}", as_it_is.stderr);
        let ran = world.shell(&line.replace("=STATUS", "=cold"));
        assert_eq!(ran.code, Some(0), "{line}: {}", ran.stderr);
        assert_eq!(statuses(world), ["cold", "cold", "cold", "qualified"]);
        // Of a history, too.
        let events = "Phone,Status,Changed at\n2125550101,Contactd,2026-01-05\n2125550102,Quallified,2026-01-06\n";
        let ran = rejected(world, "history", "h.csv", events, &[]);
        let (line, again) = world.as_told(&ran);
        assert!(
            line.ends_with("h.csv.rejects.csv --status-map Contactd=contacted --status-map Quallified=qualified"),
            "{line}"
        );
        assert_eq!(again.code, Some(0), "{}", again.stderr);
    });
}

#[test]
fn the_default_statuses_of_other_systems_are_known() {
    on_both_engines(|world| {
        let words = [
            ("Open - Not Contacted", "new"),
            ("Working - Contacted", "contacted"),
            ("Closed - Converted", "recruited"),
            ("Closed - Not Converted", "cold"),
            ("Unqualified", "cold"),
            ("IN_PROGRESS", "contacted"),
            ("OPEN_DEAL", "qualified"),
            ("ATTEMPTED_TO_CONTACT", "contacted"),
            ("CONNECTED", "contacted"),
            ("BAD_TIMING", "nurturing"),
        ];
        let rows: String = words.iter().enumerate().map(|(n, (word, _))| format!("21255501{n:02},{word}\n")).collect();
        let summary = world.import(&world.file("a.csv", format!("Phone,Lead Status\n{rows}")), &[]);
        assert_eq!(summary["created"], 10, "{summary}");
        assert_eq!(statuses(world), words.map(|(_, status)| status));
        let history = world.json(["lead", "timeline", "+12125550103"]).to_string();
        assert!(history.contains("stage: Closed - Not Converted"), "{history}");
    });
}
