//! `dnc scrub`: what its messages say to people whose sheets are not plain.

use serde_json::json;

use crate::dnc_scrub::{scrub, text};
use crate::support::on_both_engines;

#[test]
fn words_beside_numbers_hide_them_in_no_column() {
    on_both_engines(|world| {
        world.ok(["dnc", "add", "+12125550107"]);
        world.file("in.csv", "Phone,Note\n2125550107 (mobile),met\n2125550108 (mobile),good\n,2125550107 (mobile)\n");
        let answer = scrub(world, &[]);
        assert_eq!(answer["by_reason"], json!({"internal": 2, "unknown:no_number": 1}));
        assert_eq!(text(world, "clean.csv"), "Phone,Note\n2125550108 (mobile),good\n");
    });
}

#[test]
fn hints_are_those_of_a_scrub() {
    on_both_engines(|world| {
        let scrubbed = |text: &str, more: &[&str]| {
            world.file("in.csv", text);
            let args = ["dnc", "scrub", "in.csv", "--clean", "clean.csv", "--blocked", "blocked.csv", "--overwrite"];
            world.run([&args[..], more].concat())
        };
        let said = scrubbed("Campaign of March,,\nName,Phone,City\nAnn,2125550101,NY\n", &[]).stderr;
        assert!(said.contains("--header-row 2") && !said.contains("dnc add"), "{said}");
        let said = scrubbed("Name,City\nAnn,NY\n", &[]).stderr;
        assert!(said.contains("--no-header") && !said.contains("dnc add"), "{said}");
        // The column with most numbers is named as an option takes it.
        let sheet = "Code,Fon Nr\n2125550101,(212) 555-0102\n,(212) 555-0103\n,(212) 555-0104\n";
        let said = scrubbed(sheet, &[]).stderr;
        assert!(said.contains("--map 'phone=Fon Nr'"), "{said}");
        let sheet = "Contact alt,Mobile (private)\n2125550101,2125550102\n,2125550103\n,2125550104\n";
        let said = scrubbed(sheet, &[]).stderr;
        assert!(said.contains("Mobile (private)"), "{said}");
        let said = scrubbed("2125550101,NY\n2125550102,NY\n", &[]).stderr;
        assert!(said.contains("--no-header"), "{said}");
        // A country that is none is told as such.
        let said = scrubbed("Phone,Country\n2125550101,Atlantis\n", &[]).stderr;
        assert!(said.contains("Atlantis"), "{said}");
        let said = scrubbed("Phone\n2125550101\n", &["--calling-hours", "--at", "2020-03-02T15:00"]).stderr;
        assert!(said.contains("--at is past") && said.contains("addresses of the leads"), "{said}");
    });
}
