//! Calling hours: `dnc callable`, and the field `callable` of filters against a plain evaluation.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use crmctl::domain::dnc::hours::{Address, Callable, callable, digest};
use crmctl::domain::phone::E164;
use serde_json::{Value, json};

use crate::support::{World, on_both_engines};

fn ask(world: &World, args: &[&str]) -> (Option<i32>, Vec<Value>) {
    let ran = world.run([&["dnc", "callable"], args, &["--format", "json"]].concat());
    (ran.code, serde_json::from_str(&ran.stdout).unwrap_or_else(|e| panic!("{args:?}: {e}: {}", ran.stderr)))
}

#[test]
fn whether_it_is_the_hour_and_when_it_will_be() {
    on_both_engines(|world| {
        world.ok(["org", "edit", "acme", "--timezone", "America/New_York"]);
        // 7:00 in New York.
        let (code, said) = ask(world, &["(212) 555-0142"]);
        assert_eq!(code, Some(3));
        assert_eq!(
            said[0],
            json!({
                "input": "(212) 555-0142", "number": "+12125550142", "callable": "no", "not_known": null,
                "from": "2026-03-04T13:00:00Z", "until": "2026-03-05T02:00:00Z",
                "local": [{"zone": "America/New_York", "from": "2026-03-04T08:00:00-05:00", "until": "2026-03-04T21:00:00-05:00"}],
                "places": ["US-NY"], "zones": ["America/New_York"], "laws": ["47 CFR 64.1200(c)(1)"],
            })
        );
        let (code, said) = ask(world, &["2125550142", "+13055550143", "--at", "2026-03-04T08:00"]);
        assert_eq!((code, &said[0]["callable"], &said[1]["callable"]), (Some(0), &json!("yes"), &json!("yes")));
        assert_eq!(said[1]["laws"], json!(["47 CFR 64.1200(c)(1)", "Fla. Stat. 501.616(6)(a)"]));
        // 850 is in two zones.
        let (code, said) = ask(world, &["+18505550143", "--at", "2026-03-04T08:59"]);
        assert_eq!((code, &said[0]["callable"]), (Some(3), &json!("no")));
        assert_eq!(said[0]["local"][1]["from"], "2026-03-04T09:00:00-05:00");
        let numbers = "+12125550142\n\n+18025550142\n+442079460018\n+18005550142\nnobody\n";
        world.file("numbers.txt", numbers);
        let (code, said) = ask(world, &["--file", "numbers.txt", "--at", "2026-03-04T12:00"]);
        let reasons: Vec<&Value> = said.iter().map(|one| &one["not_known"]).collect();
        assert_eq!(code, Some(3));
        assert_eq!(
            reasons,
            [&json!(null), &json!("state"), &json!("country"), &json!("no_place"), &json!("unreadable")]
        );
        assert!(said[1..].iter().all(|one| one["callable"] == "unknown" && one["from"].is_null()));
        // Exit code 0 says nothing of lists, and the answer says so.
        world.ok(["dnc", "add", "+12125550142"]);
        let ran = world.run(["dnc", "callable", "+12125550142", "--at", "2026-03-04T12:00"]);
        assert_eq!(ran.code, Some(0));
        assert!(ran.stderr.contains("crmctl dnc check says whether"), "{}", ran.stderr);
        let ran = world.run(["dnc", "callable", "+12125550142", "--at", "sometime"]);
        assert_eq!(ran.code, Some(2));
        assert!(ran.stderr.contains("--at: `sometime`"), "{}", ran.stderr);
    });
}

#[test]
fn the_address_of_a_lead_narrows_the_hours_of_its_organization_alone() {
    on_both_engines(|world| {
        world.ok(["lead", "add", "--phone", "+12125550142", "--set", "state=Washington", "--set", "country=US"]);
        let noon = ["+12125550142", "--at", "2026-03-04T15:00:00Z"];
        let (code, said) = ask(world, &noon);
        assert_eq!(
            (code, &said[0]["callable"], &said[0]["places"]),
            (Some(3), &json!("no"), &json!(["US-NY", "US-WA"]))
        );
        assert_eq!(said[0]["from"], "2026-03-04T16:00:00Z");
        world.ok(["org", "add", "beta", "--region", "US"]);
        let (code, said) = ask(world, &[&noon[..], &["--org", "beta"]].concat());
        assert_eq!((code, &said[0]["callable"]), (Some(0), &json!("yes")));
        // As a further number, too, and no longer when the lead is gone.
        world.ok(["lead", "phone", "add", "+12125550142", "+12125550143", "--org", "acme"]);
        let further = ["+12125550143", "--at", "2026-03-04T15:00:00Z", "--org", "acme"];
        assert_eq!(ask(world, &further).0, Some(3));
        world.ok(["lead", "edit", "+12125550142", "--set", "state=Tejas", "--org", "acme"]);
        assert_eq!(ask(world, &further).1[0]["not_known"], "address");
        world.ok(["lead", "delete", "+12125550142", "--yes", "--org", "acme"]);
        assert_eq!(ask(world, &further).0, Some(0));
    });
}

/// Winter and summer, weekdays and weekends, a holiday, and hours in which some places are open.
const TIMES: [&str; 10] = [
    "2026-03-04T13:30:00Z",
    "2026-03-04T15:30:00Z",
    "2026-03-04T18:00:00Z",
    "2026-03-05T00:30:00Z",
    "2026-03-05T02:30:00Z",
    "2026-03-07T17:30:00Z",
    "2026-03-08T17:30:00Z",
    "2026-07-03T16:00:00Z",
    "2026-07-15T14:00:00Z",
    "2026-07-16T01:30:00Z",
];

const FILTERS: [&str; 7] = [
    "callable = yes",
    "callable = no",
    "not callable = yes",
    "not callable = no",
    "callable != yes",
    "not (not callable = no)",
    "not (callable = yes or name = \"L03\")",
];

const AREAS: [&str; 14] =
    ["212", "305", "850", "206", "416", "604", "205", "802", "800", "876", "808", "907", "867", "504"];
const STATES: [&str; 9] = ["NY", "florida", "Québec", "QUÉBEC", "Vermont", "Tejas", "ON", "Texas", "US-CA"];
const COUNTRIES: [&str; 3] = ["US", "CA", "DE"];
const ZONES: [&str; 5] = ["America/New_York", "US/Eastern", "America/Toronto", "America/Chicago", "Europe/Berlin"];

fn numbers_of(lead: &Value) -> Vec<&str> {
    let further = lead["further_phones"].as_array().into_iter().flatten();
    std::iter::once(&lead["phone_number"]).chain(further).filter_map(Value::as_str).collect()
}

/// The addresses of all leads with each number.
fn homes(leads: &Value) -> BTreeMap<&str, Vec<Address<'_>>> {
    let mut homes = BTreeMap::<_, Vec<_>>::new();
    for lead in leads.as_array().unwrap() {
        let text = |key: &str| lead[key].as_str();
        let address = Address { country: text("country"), state: text("state"), timezone: text("timezone") };
        numbers_of(lead).into_iter().for_each(|number| homes.entry(number).or_default().push(address));
    }
    homes
}

/// What is true of a lead: `None` where it is not known.
fn by_hand(lead: &Value, homes: &BTreeMap<&str, Vec<Address<'_>>>, time: &str) -> Option<bool> {
    let at = time.parse::<jiff::Timestamp>().unwrap().into();
    let said: Vec<Callable> = numbers_of(lead)
        .iter()
        .map(|number| callable(E164::from_e164(number).unwrap(), &homes[number], at).callable)
        .collect();
    match () {
        () if said.is_empty() || said.contains(&Callable::No) => Some(false),
        () if said.contains(&Callable::Unknown) => None,
        () => Some(true),
    }
}

#[test]
fn filters_find_whom_a_plain_evaluation_finds() {
    let verdicts = RefCell::new([0; 3]);
    on_both_engines(|world| {
        world.ok(["org", "edit", "acme", "--timezone", "UTC"]);
        let mut csv = String::from("Key,First name,Phone,Phone 2,Email,State,Country,Timezone\n");
        for n in 0..120usize {
            let pick = |values: &[&str], every: usize| match n * 7 % (values.len() * every) {
                at if at < values.len() => values[at].to_owned(),
                _ => String::new(),
            };
            let phone = |at: usize| format!("+1{}55501{:02}", AREAS[at % AREAS.len()], n % 100);
            let first = if n % 13 == 5 { String::new() } else { phone(n) };
            let second = if n % 9 == 2 { phone(n + n / 9 + 1) } else { String::new() };
            let (state, country, zone) = (pick(&STATES, 2), pick(&COUNTRIES, 3), pick(&ZONES, 4));
            csv += &format!("L{n:02},L{n:02},{first},{second},p{n}@example.com,{state},{country},{zone}\n");
        }
        let file = world.file("people.csv", csv);
        let summary = world.import(&file, &["--region", "US", "--map", "further_phone=Phone 2"]);
        assert_eq!((&summary["created"], &summary["rejected"]), (&json!(120), &json!(0)), "{summary}");
        let columns = "first_name,phone_number,further_phone,state,country,timezone";
        let leads = world.json(["lead", "list", "--limit", "0", "--columns", columns]);
        assert!(leads.as_array().unwrap().iter().any(|lead| lead["further_phones"].is_array()), "{leads}");
        let homes = homes(&leads);
        assert!(homes.values().any(|homes| homes.len() > 1), "no number is of several leads");
        for time in TIMES {
            world.now = time;
            for filter in FILTERS {
                let wanted: BTreeSet<&str> = leads
                    .as_array()
                    .unwrap()
                    .iter()
                    .filter(|lead| {
                        let said = by_hand(lead, &homes, time);
                        let name = lead["first_name"].as_str().unwrap();
                        match filter {
                            "callable = yes" | "not callable = no" => said == Some(true),
                            "not (callable = yes or name = \"L03\")" => said == Some(false) && name != "L03",
                            _ => said == Some(false),
                        }
                    })
                    .map(|lead| lead["first_name"].as_str().unwrap())
                    .collect();
                let answer = world.ok([
                    "lead",
                    "list",
                    "--limit",
                    "0",
                    "--where",
                    filter,
                    "--columns",
                    "first_name",
                    "--format",
                    "ndjson",
                ]);
                let lines: Vec<Value> = answer.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
                let got: BTreeSet<&str> = lines.iter().map(|lead| lead["first_name"].as_str().unwrap()).collect();
                assert_eq!(got, wanted, "{:?}: {filter} at {time}", world.engine);
            }
            for lead in leads.as_array().unwrap() {
                verdicts.borrow_mut()[by_hand(lead, &homes, time).map_or(2, usize::from)] += 1;
            }
        }
        let counted = world.run(["lead", "count", "--where", "callable = yes"]);
        assert!(counted.stderr.contains("it is not known whether it is the hour"), "{}", counted.stderr);
    });
    // Answers of one kind alone would show nothing.
    let verdicts = verdicts.into_inner();
    assert!(verdicts.iter().all(|count| *count > 100), "{verdicts:?}");
}

#[test]
fn a_scrub_keeps_rows_out_of_their_hours_back_when_asked() {
    on_both_engines(|world| {
        world.ok(["dnc", "add", "+12125550143"]);
        let sheet =
            "Phone,Mobile\n+12125550142,\n+12125550142,+12065550142\n+12125550143,+12065550142\n+18025550142,\n";
        world.file("in.csv", sheet);
        let args = ["dnc", "scrub", "in.csv", "--clean", "clean.csv", "--blocked", "blocked.csv", "--overwrite"];
        // 10:00 in New York, 7:00 in Seattle.
        let hours = [&args[..], &["--calling-hours", "--at", "2026-03-04T15:00:00Z"]].concat();
        let said = world.json(&hours);
        assert_eq!(said["by_reason"], json!({"calling_hours": 2, "internal": 1, "unknown:calling_hours": 1}));
        assert_eq!([&said["read"], &said["clean"], &said["blocked"], &said["unknown"]], [4, 1, 2, 1]);
        let blocked = std::fs::read_to_string(world.path("blocked.csv")).unwrap();
        assert_eq!(
            blocked,
            "Phone,Mobile,dnc_reason\n+12125550142,+12065550142,calling_hours\n\
             +12125550143,+12065550142,internal;calling_hours\n+18025550142,,unknown:calling_hours\n"
        );
        let certificate = std::fs::read_to_string(world.path("clean.csv.cert.json")).unwrap();
        let certificate: Value = serde_json::from_str(&certificate).unwrap();
        let rules = &certificate["rules"]["calling_hours"];
        assert_eq!((&rules["at"], &rules["digest"]), (&json!("2026-03-04T15:00:00Z"), &json!(digest())));
        world.ok(["dnc", "verify", "clean.csv.cert.json", "in.csv", "clean.csv", "blocked.csv"]);
        // Unasked, hours are none of a scrub's business.
        let said = world.json(args);
        assert_eq!(said["by_reason"], json!({"internal": 1}));
        let ran = world.run([&args[..], &["--at", "today"]].concat());
        assert_eq!(ran.code, Some(2), "{}", ran.stderr);
    });
}

#[test]
fn a_check_a_filter_and_a_scrub_count_the_addresses_of_all_leads_with_a_number() {
    on_both_engines(|world| {
        // 10:00 in New York, 7:00 in California.
        world.now = "2026-03-04T15:00:00Z";
        world.ok(["org", "add", "beta", "--region", "US"]);
        world.ok(["lead", "add", "--phone", "+12125550146", "--set", "state=CA", "--org", "beta"]);
        let acme = |args: &[&str]| world.ok([args, &["--org", "acme"]].concat());
        let add = |args: &[&str]| acme(&[&["lead", "add", "--set", "country=US"], args].concat());
        add(&["--name", "Ann", "--phone", "+12125550142", "--set", "state=CA"]);
        add(&["--name", "Ben", "--phone", "+12125550143", "--set", "state=NY"]);
        acme(&["lead", "phone", "add", "+12125550143", "+12125550142"]);
        add(&["--name", "Cid", "--phone", "+12125550144", "--set", "state=Tejas"]);
        add(&["--name", "Dot", "--phone", "+12125550145", "--set", "state=Ohio"]);
        let numbers = ["+12125550142", "+12125550143", "+12125550144", "+12125550145", "+12125550146"];
        let agree = |wanted: [&str; 5], names: &[&str]| {
            let (_, said) = ask(world, &[&numbers[..], &["--org", "acme"]].concat());
            let said: Vec<&str> = said.iter().map(|one| one["callable"].as_str().unwrap()).collect();
            assert_eq!(said, wanted);
            let yes = ["lead", "list", "--where", "callable = yes", "--columns", "first_name", "--org", "acme"];
            let found = world.json(yes);
            let mut found: Vec<&str> =
                found.as_array().unwrap().iter().map(|lead| lead["first_name"].as_str().unwrap()).collect();
            found.sort_unstable();
            assert_eq!(found, names);
            world.file("in.csv", format!("Phone\n{}\n", numbers.join("\n")));
            let args = ["dnc", "scrub", "in.csv", "--clean", "clean.csv", "--blocked", "blocked.csv", "--overwrite"];
            world.json([&args[..], &["--calling-hours", "--org", "acme"]].concat());
            let clean = std::fs::read_to_string(world.path("clean.csv")).unwrap();
            let blocked = std::fs::read_to_string(world.path("blocked.csv")).unwrap();
            for (number, wanted) in numbers.iter().zip(wanted) {
                let reason = match wanted {
                    "yes" => "",
                    "no" => "calling_hours",
                    _ => "unknown:calling_hours",
                };
                assert_eq!(clean.contains(number), wanted == "yes", "{number}: {clean}");
                assert_eq!(blocked.contains(&format!("{number},{reason}\n")), wanted != "yes", "{number}: {blocked}");
            }
        };
        // Ann's address says of a number that Ben has, too, what his own does not.
        agree(["no", "yes", "unknown", "yes", "yes"], &["Dot"]);
        for name in ["Ann", "Cid"] {
            let found =
                ["lead", "list", "--where", &format!("first_name = {name}"), "--columns", "id", "--org", "acme"];
            let found = world.json(found);
            acme(&["lead", "delete", &found[0]["id"].to_string(), "--yes"]);
        }
        agree(["yes", "yes", "yes", "yes", "yes"], &["Ben", "Dot"]);
    });
}
