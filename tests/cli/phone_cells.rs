//! Cells and arguments that hold more or less than one phone number: letters, second numbers, a lost plus.

use serde_json::{Value, json};

use crate::support::{World, on_both_engines};

const NUMBERS: &str = "SELECT phone_number FROM dnc_list WHERE removed_at IS NULL ORDER BY 1";

fn listed(world: &World) -> Vec<String> {
    world.engine.sql(&world.url, NUMBERS).unwrap()
}

fn verdict(world: &World, number: &str, region: &str) -> Value {
    world.json(["dnc", "check", number, "--region", region])[0]["verdict"].clone()
}

#[test]
fn letters_behind_a_number_are_no_digits() {
    on_both_engines(|world| {
        for (text, region) in [
            ("0221 123456 work", "DE"),
            ("030 1234567 (Axel)", "DE"),
            ("01 5123456 Firma", "AT"),
            ("0221 123456 NK", "DE"),
            ("212 555 0142 Bob", "US"),
        ] {
            assert_eq!(verdict(world, text, region), "unknown", "{text}");
            let ran = world.run(["dnc", "add", text, "--region", region]);
            assert_eq!(ran.code, Some(1), "{text}");
            assert!(ran.stderr.contains("has letters that are no part of a phone number"), "{}", ran.stderr);
        }
        assert_eq!(listed(world), Vec::<String>::new());
        let rows = "Phone,Name\n212 555 0142 home,Ada\n+1 212 555 0143 (mobile),Ben\n0212 555 0144 NK,Cleo\n\
                    212 555 0145 x9,Dev\n1-800-FLOWERS,Eve\n";
        let file = world.file("leads.csv", rows);
        let summary = world.import(&file, &["--region", "US"]);
        assert_eq!((&summary["created"], &summary["rejected"]), (&json!(2), &json!(3)), "{summary}");
        let numbers: Vec<Value> = world.leads().iter().map(|lead| lead["phone_number"].clone()).collect();
        assert_eq!(numbers, ["+12125550145", "+18003569377"]);
    });
}

#[test]
fn both_numbers_of_a_cell_are_listed() {
    on_both_engines(|world| {
        for (cell, region, both) in [
            ("20123456,30123456", "DK", ["+4520123456", "+4530123456"]),
            ("81234567;91234567", "SG", ["+6581234567", "+6591234567"]),
            ("40612345 x91234567", "NO", ["+4740612345", "+4791234567"]),
        ] {
            assert_eq!(verdict(world, cell, region), "unknown", "{cell}");
            let ran = world.run(["dnc", "add", cell, "--region", region]);
            assert_eq!(ran.code, Some(1), "{cell}");
            assert!(ran.stderr.contains("may hold two phone numbers"), "{}", ran.stderr);
            let file = world.file("list.csv", format!("Phone\n\"{cell}\"\n"));
            world.ok(["import", "dnc", file.to_str().unwrap(), "--region", region]);
            for number in both {
                assert!(listed(world).contains(&number.to_owned()), "{number} of {cell}");
                assert_eq!(verdict(world, number, region), "blocked", "{number} of {cell}");
            }
        }
    });
}

#[test]
fn what_would_be_valid_with_a_plus_is_said() {
    on_both_engines(|world| {
        for number in ["4915123456789", "442079460123", "4402079460123"] {
            let ran = world.run(["dnc", "add", number, "--region", "US"]);
            assert_eq!(ran.code, Some(1), "{number}");
            assert!(ran.stderr.contains("is not a phone number in US, but would be one with a plus"), "{}", ran.stderr);
            assert!(ran.stderr.contains("write it with +"), "{}", ran.stderr);
            assert_eq!(verdict(world, number, "US"), "unknown", "{number}");
        }
        let ran = world.run(["lead", "add", "--phone", "9601", "--region", "IR", "--name", "Ada"]);
        assert_eq!(ran.code, Some(2));
        assert!(ran.stderr.contains("is too short to be a phone number"), "{}", ran.stderr);
    });
}
