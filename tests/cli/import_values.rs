//! Values that mean different things in different files: dates, amounts, statuses; and the files of rows that come back.

use serde_json::{Value, json};

use crate::support::files::{Cell, xlsx};
use crate::support::{Engine, World, on_both_engines};

fn created(world: &World) -> Vec<String> {
    world.leads().iter().map(|lead| lead["created_at"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn one_date_proves_the_order_of_its_column() {
    on_both_engines(|world| {
        let file = world.file("us.csv", "Phone,Created\n2125550101,03/04/2025\n2125550102,12/13/2025\n");
        let ran = world.run(["import", "leads", file.to_str().unwrap()]);
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        let notice = "Created: `12/13/2025` in row 3 proves that dates are month first";
        assert!(ran.stderr.contains(notice), "{}", ran.stderr);
        assert_eq!(created(world), ["2025-03-04T00:00:00Z", "2025-12-13T00:00:00Z"]);
        let shown = world.json(["import", "show", "1"]);
        assert_eq!(shown["options"]["date_order"], "mdy");
    });
}

#[test]
fn a_date_that_nothing_proves_stops_the_import() {
    on_both_engines(|world| {
        let file = world.file("one.csv", "Phone,Created\n2125550101,03/04/2025\n");
        let ran = world.run(["import", "leads", file.to_str().unwrap()]);
        assert_eq!(ran.code, Some(1));
        assert!(ran.stderr.contains("`03/04/2025` in row 2 may be day first or month first"), "{}", ran.stderr);
        assert!(ran.stderr.contains("--date-order dmy or --date-order mdy"), "{}", ran.stderr);
        assert!(world.leads().is_empty());
        assert_eq!(world.import(&file, &["--date-order", "dmy"])["created"], 1);
        assert_eq!(created(world), ["2025-04-03T00:00:00Z"]);
        let both = world.file("both.csv", "Phone,Created\n2125550102,13/04/2025\n2125550103,04/13/2025\n");
        let ran = world.run(["import", "leads", both.to_str().unwrap()]);
        assert_eq!(ran.code, Some(1));
        assert!(ran.stderr.contains("`13/04/2025` in row 2 and `04/13/2025` in row 3 contradict"), "{}", ran.stderr);
        let summary = world.import(&both, &["--date-order", "dmy"]);
        assert_eq!((&summary["created"], &summary["rejected"]), (&1.into(), &1.into()));
    });
}

#[test]
fn the_same_days_in_three_orders() {
    let days: [(u16, u8, u8); 60] = std::array::from_fn(|n| (2025, (n % 12 + 1) as u8, (n * 7 % 28 + 1) as u8));
    type Form = fn((u16, u8, u8)) -> String;
    // Of two-digit years every day could be a year, so the order is said.
    let forms: [(Form, &[&str]); 5] = [
        (|(y, m, d)| format!("{y}-{m:02}-{d:02}"), &[]),
        (|(y, m, d)| format!("{d}-{m}-{y}"), &[]),
        (|(y, m, d)| format!("{m}/{d}/{y}"), &[]),
        (|(y, m, d)| format!("{d:02}.{m:02}.{}", y % 100), &["--date-order", "dmy"]),
        (|(y, m, d)| format!("{}/{m:02}/{d:02}", y % 100), &["--date-order", "ymd"]),
    ];
    let mut expected = None;
    for (form, options) in forms {
        let world = World::new(Engine::Sqlite);
        let mut text = String::from("Phone;Created\n");
        for (n, day) in days.iter().enumerate() {
            text.push_str(&format!("21255501{:02};{}\n", n, form(*day)));
        }
        let summary = world.import(&world.file("days.csv", text), options);
        assert_eq!(summary["created"], 60, "{summary}");
        let read = created(&world);
        assert_eq!(expected.get_or_insert_with(|| read.clone()), &read);
        world.finish();
    }
}

#[test]
fn times_without_zone_are_the_organization_s() {
    on_both_engines(|world| {
        world.ok(["org", "set", "timezone", "America/New_York"]);
        let text = "Phone,Created\n2125550101,2025-07-04 17:30\n2125550102,\"Jul 4, 2025 5:30 PM\"\n2125550103,2025-07-04T17:30:00Z\n";
        world.import(&world.file("times.csv", text), &[]);
        assert_eq!(created(world), ["2025-07-04T21:30:00Z", "2025-07-04T21:30:00Z", "2025-07-04T17:30:00Z"]);
    });
}

fn values(world: &World) -> Vec<(i64, String)> {
    let of = |lead: &Value| (lead["value_cents"].as_i64().unwrap(), lead["currency"].as_str().unwrap().to_owned());
    world.leads().iter().map(of).collect()
}

#[test]
fn amounts_are_proven_by_their_column() {
    on_both_engines(|world| {
        let text = "Phone,Amount,Currency\n2125550101,\"$1,117.10K\",\n2125550102,50.5,EUR\n2125550103,\"1,250\",\n2125550104,¥5000,\n";
        let summary = world.import(&world.file("point.csv", text), &[]);
        assert_eq!(summary["created"], 4, "{summary}");
        let expected = [(111_710_000, "USD"), (5_050, "EUR"), (125_000, "USD"), (5_000, "JPY")];
        assert_eq!(values(world), expected.map(|(cents, code)| (cents, code.to_owned())));
        let mixed = world.file("mixed.csv", "Phone;Amount\n2125550105;50.000\n2125550106;146536,25\n");
        let ran = world.run(["import", "leads", mixed.to_str().unwrap()]);
        assert_eq!(ran.code, Some(1));
        assert!(
            ran.stderr.contains("`50.000` in row 2 and `146536,25` in row 3 are not written alike"),
            "{}",
            ran.stderr
        );
        assert!(ran.stderr.contains("--decimal-separator point or comma"), "{}", ran.stderr);
        let summary = world.import(&mixed, &["--decimal-separator", "comma", "--set", "currency=EUR"]);
        assert_eq!(summary["created"], 2, "{summary}");
        assert_eq!(values(world)[4..], [(5_000_000, "EUR".to_owned()), (14_653_625, "EUR".to_owned())]);
        // Two thousand is not two, and a million has decimals.
        for (grouped, proof) in [("\"$2,000\"", "\"1.250,00\""), ("2.000", "12.5"), ("\"1,500\"", "\"99,90\"")] {
            let file = world.file("thousands.csv", format!("Phone,Amount\n2125550121,{grouped}\n2125550122,{proof}\n"));
            let ran = world.run(["import", "leads", file.to_str().unwrap()]);
            assert_eq!(ran.code, Some(1), "{grouped}: {}", ran.stderr);
            assert!(ran.stderr.contains("are not written alike"), "{grouped}: {}", ran.stderr);
        }
        let bad = world.file("bad.csv", "Phone,Amount,Currency\n2125550107,1.005,\n2125550108,much,\n2125550109,$5,EUR\n2125550110,5,Euros\n2125550111,0.5,\n");
        let summary = world.import(&bad, &["--decimal-separator", "point"]);
        assert_eq!((&summary["created"], &summary["rejected"]), (&1.into(), &4.into()), "{summary}");
        // An update takes amount and currency together, and the log has both.
        let again = world.file("again.csv", "Phone,Amount\n2125550102,£7.25\n");
        assert_eq!(world.import(&again, &["--on-duplicate", "update"])["updated"], 1);
        assert_eq!(values(world)[1], (725, "GBP".to_owned()));
        let log = world.engine.sql(
            &world.url,
            "SELECT field_name, old_value, new_value FROM lead_audit_log WHERE action = 'update' ORDER BY id",
        );
        assert_eq!(log.unwrap(), ["value_cents|5050|725", "currency|EUR|GBP"]);
    });
}

#[test]
fn words_of_the_status_column_are_explained() {
    on_both_engines(|world| {
        let text = "Phone,Stage\n2125550101,Demo booked\n2125550102,demo-BOOKED\n2125550103,Sleeping\n2125550104,Won\n";
        let file = world.file("stages.csv", text);
        let ran = world.run([
            "import",
            "leads",
            file.to_str().unwrap(),
            "--status-map",
            "Demo Booked=qualified",
            "--status-map",
            "won=hot",
            "--format",
            "json",
        ]);
        let summary: Value = serde_json::from_str(&ran.stdout).unwrap();
        assert_eq!((&summary["created"], &summary["rejected"]), (&3.into(), &1.into()));
        assert!(summary["problems"][0]["hint"].as_str().unwrap().contains("--status-map 'Sleeping=STATUS'"));
        let statuses: Vec<Value> = world.leads().iter().map(|lead| lead["status"].clone()).collect();
        assert_eq!(statuses, ["qualified", "qualified", "hot"]);
        // The reject file brings the meanings back.
        let rejects = world.path("stages.csv.rejects.csv");
        let fixed = std::fs::read_to_string(&rejects).unwrap().replacen("Sleeping", "demo booked", 1);
        assert_eq!(world.import(&world.file("fixed.csv", fixed), &[])["created"], 1);
        let bad = world.run(["import", "leads", "x.csv", "--status-map", "Won=asleep"]);
        assert_eq!(bad.code, Some(2));
    });
}

#[test]
fn a_workbook_gets_its_rejected_rows_back_as_one() {
    on_both_engines(|world| {
        let path = world.path("fair.xlsx");
        let text = |cells: [&'static str; 3]| cells.map(Cell::Text).into_iter().collect::<Vec<_>>();
        let mut rows = vec![text(["Name", "Phone", "Created"])];
        rows.push(text(["Ada", "(212) 555-0101", "13/04/2025"]));
        rows.push(vec![Cell::Text("=1+1"), Cell::Text("1.21E+10"), Cell::Text("05/04/2025")]);
        xlsx(&path, &rows);
        let ran = world.run(["import", "leads", path.to_str().unwrap()]);
        assert_eq!(ran.code, Some(3), "{}", ran.stderr);
        assert!(ran.stdout.contains("Sheet1!B3"), "{}", ran.stdout);
        let rejects = world.path("fair.xlsx.rejects.xlsx");
        assert!(ran.stderr.contains("fair.xlsx.rejects.xlsx"), "{}", ran.stderr);
        let mut archive = zip::ZipArchive::new(std::fs::File::open(&rejects).unwrap()).unwrap();
        let part = |archive: &mut zip::ZipArchive<std::fs::File>, name: &str| {
            std::io::read_to_string(archive.by_name(name).unwrap()).unwrap()
        };
        let comments = part(&mut archive, "xl/comments1.xml");
        assert!(comments.contains("ref=\"B2\"") && comments.contains("has lost digits"), "{comments}");
        assert!(part(&mut archive, "xl/styles.xml").contains("FFC7CE"));
        // As it is, the row is rejected again; fixed, it imports with the order that the first file proved.
        assert_eq!(world.import(&rejects, &["--rejects", world.path("again.csv").to_str().unwrap()])["rejected"], 1);
        let again = std::fs::read_to_string(world.path("again.csv")).unwrap();
        assert!(again.contains("'=1+1,1.21E+10,05/04/2025,2,Phone,Sheet1!B2: `1.21E+10` has lost digits"), "{again}");
        let fixed = world.file("fixed.csv", again.replacen("1.21E+10", "2125550102", 1));
        assert_eq!(world.import(&fixed, &[])["created"], 1);
        assert_eq!(created(world)[1], "2025-04-05T00:00:00Z");
        assert_eq!(world.leads()[1]["first_name"], "=1+1");
    });
}

#[test]
fn skipped_rows_are_listed_with_their_leads() {
    on_both_engines(|world| {
        world.import(&world.file("first.csv", "Phone,City\n2125550101,Albany\n2125550102,Boston\n"), &[]);
        let file = world.file("second.csv", "Phone,City\n2125550102,Troy\n2125550103,Utica\n(212) 555-0101,=Rome\n");
        let skipped = world.path("skipped.csv");
        let summary = world.import(&file, &["--skipped", skipped.to_str().unwrap()]);
        assert_eq!((&summary["created"], &summary["skipped"]), (&1.into(), &2.into()));
        assert_eq!(
            std::fs::read_to_string(&skipped).unwrap(),
            "Phone,City,_row,_lead,_reason\n2125550102,Troy,2,2,the lead is known\n(212) 555-0101,'=Rome,4,1,the lead is known\n"
        );
        // The list itself imports: as updates, say.
        assert_eq!(world.import(&skipped, &["--on-duplicate", "update"])["updated"], 2);
        let over = world.run(["import", "leads", file.to_str().unwrap(), "--skipped", file.to_str().unwrap()]);
        assert_eq!(over.code, Some(2));
        assert!(over.stderr.contains("is imported"), "{}", over.stderr);
    });
}

#[test]
fn a_general_opt_out_concerns_calls_and_email() {
    on_both_engines(|world| {
        let text =
            "Phone,Email,Opt-out?\n2125550101,a@example.com,yes\n,b@example.com,Y\n2125550103,c@example.com,no\n";
        let summary = world.import(&world.file("out.csv", text), &[]);
        assert_eq!((&summary["created"], &summary["dnc_flagged"]), (&3.into(), &1.into()));
        let told: Vec<_> = world
            .leads()
            .iter()
            .map(|lead| {
                let out = !lead["email_opted_out_at"].is_null();
                (lead["status"].as_str().unwrap().to_owned(), lead["consent_status"].as_str().unwrap().to_owned(), out)
            })
            .collect();
        let expected = [("dnc", "pending", true), ("new", "denied", true), ("new", "pending", false)];
        assert_eq!(told, expected.map(|(status, consent, out)| (status.to_owned(), consent.to_owned(), out)));
    });
}

#[test]
fn links_are_kept_with_the_source() {
    on_both_engines(|world| {
        let file = world.file(
            "web.csv",
            "Phone,Lead Source,utm_source,utm_medium,utm_campaign,utm_term,utm_content,gclid,fbclid\n\
             2125550101,Radio,google,cpc,spring,shoes,ad 1,g1,\n2125550102,,Face Book,social,,,,,f2\n",
        );
        world.import(&file, &[]);
        let kept = |world: &World| -> Vec<Value> {
            let keys = ["source", "campaign", "source_metadata"];
            world.leads().iter().map(|lead| keys.iter().map(|key| lead[*key].clone()).collect()).collect()
        };
        let link = json!({"utm_source": "google", "utm_medium": "cpc", "utm_campaign": "spring", "utm_term": "shoes",
            "utm_content": "ad 1", "gclid": "g1", "spelling": "Radio"});
        let first = json!(["radio", "spring", link]);
        let second = json!(["face_book", null, {"utm_source": "Face Book", "utm_medium": "social", "fbclid": "f2",
            "spelling": "Face Book"}]);
        assert_eq!(kept(world), [first.clone(), second.clone()]);
        // An export has them in columns, and comes back the same.
        world.ok(["lead", "export", "--output", "all.csv", "--sort", "id"]);
        let other = World::new(world.engine);
        other.import(&other.file("all.csv", std::fs::read(world.path("all.csv")).unwrap()), &[]);
        assert_eq!(kept(&other), [first, second]);
        other.finish();
        // What is known is added to, changed by a file that may, and put back.
        let more = "Phone,utm_medium,utm_term\n2125550102,email,boots\n";
        let file = world.file("more.csv", more);
        world.import(&file, &["--on-duplicate", "fill"]);
        let medium = |world: &World| {
            let lead = world.leads().remove(1);
            ["utm_medium", "utm_term"].map(|key| lead["source_metadata"][key].clone())
        };
        assert_eq!(medium(world), [json!("social"), json!("boots")]);
        world.import(&world.file("more.csv", format!("{more}\n")), &["--on-duplicate", "update"]);
        assert_eq!(medium(world), [json!("email"), json!("boots")]);
        world.ok(["import", "undo", "3", "--yes"]);
        assert_eq!(medium(world), [json!("social"), json!("boots")]);
        world.ok(["import", "undo", "2", "--yes"]);
        assert_eq!(medium(world), [json!("social"), json!(null)]);
        // A link fills what is empty, and takes nothing away: neither the source nor other parameters.
        let file = world.file("link.csv", "Phone,utm_source,utm_campaign,gclid\n2125550101,bing,winter,\n");
        world.import(&file, &["--on-duplicate", "update"]);
        let lead = world.leads().remove(0);
        assert_eq!((&lead["source"], &lead["campaign"]), (&json!("radio"), &json!("spring")));
        let kept = &lead["source_metadata"];
        assert_eq!(
            (&kept["utm_source"], &kept["gclid"], &kept["spelling"]),
            (&json!("bing"), &json!("g1"), &json!("Radio"))
        );
        world.ok(["lead", "edit", "1", "--source", "Trade Fair"]);
        let kept = world.leads().remove(0)["source_metadata"].clone();
        assert_eq!((&kept["gclid"], &kept["spelling"]), (&json!("g1"), &json!("Trade Fair")));
    });
}

/// Each time is 2026-03-04 17:30 UTC, as some program or person writes it.
#[test]
fn times_of_other_programs_and_languages() {
    let times = [
        "1772645400",
        "1772645400000",
        "1772645400.0",
        "4 Mar 2026 11:30 CST",
        "2026/03/04 9:30 AM PST",
        "4. März 2026 um 17:30 Uhr",
        "mercredi 4 mars 2026 à 17:30",
        "4 de marzo de 2026 17:30",
        "quarta-feira, 4 de março de 2026 17:30",
        "4 marzo 2026, 17:30",
    ];
    on_both_engines(|world| {
        world.now = "2026-03-05T12:00:00Z";
        let mut text = String::from("Phone,Last contacted\n");
        for (place, time) in times.iter().enumerate() {
            text.push_str(&format!("21255501{place:02},\"{time}\"\n"));
        }
        let summary = world.import(&world.file("times.csv", text), &[]);
        assert_eq!((&summary["created"], &summary["rejected"]), (&json!(times.len()), &json!(0)), "{summary}");
        for (lead, time) in world.leads().iter().zip(times) {
            assert_eq!(lead["last_contacted_at"], "2026-03-04T17:30:00Z", "{time}");
        }
        // What nothing says, and a telephone number among times.
        for bad in ["4 Mar 2026 17:30 CET", "2125550142", "4 jui 2026"] {
            let file = world.file("bad.csv", format!("Phone,Last contacted\n2125550199,{bad}\n"));
            assert_eq!(world.import(&file, &[])["rejected"], 1, "{bad}");
        }
        // Dates of other sheets are read alike.
        let requests =
            world.file("requests.csv", "Phone,Requested at\n2125550150,4. März 2026\n2125550151,0000-00-00\n");
        world.json(["import", "dnc", requests.to_str().unwrap()]);
        let listed = world.json(["dnc", "list"]);
        let of = |phone: &str| listed.as_array().unwrap().iter().find(|entry| entry["phone_number"] == phone).cloned();
        assert!(of("+12125550150").is_some() && of("+12125550151").is_some(), "{listed}");
        let costs = world.file("costs.csv", "Month,Source,Amount\nMärz 2026,radio,100\nfévr. 2026,radio,50\n");
        let summary = world.json(["import", "costs", costs.to_str().unwrap()]);
        assert_eq!((&summary["costs"], &summary["rejected"]), (&json!(2), &json!(0)), "{summary}");
    });
}

#[test]
fn what_programs_write_for_nothing_is_no_value() {
    on_both_engines(|world| {
        let file = world.file(
            "nothing.csv",
            "Phone,Country,Score,Last contacted,Close date\n2125550101,unknown,85%,0000-00-00,0000-00-00 00:00:00\n\
             2125550102,Not specified,85.0 %,0000-00-00 00:00:00,\n2125550103,XX,85,NaT,NaT\n2125550104,Atlantis,85,,\n+264612025001,NA,85,,\n2125550106,NA,85,,\n",
        );
        let summary = world.import(&file, &[]);
        assert_eq!((&summary["created"], &summary["rejected"]), (&json!(5), &json!(1)), "{summary}");
        for lead in world.leads() {
            assert_eq!(lead["lead_score"], 85);
            // Namibia's code is one where the number is of Namibia.
            let country = if lead["phone_number"] == "+264612025001" { json!("NA") } else { Value::Null };
            assert_eq!(lead["country"], country, "{lead}");
            for empty in ["last_contacted_at", "expected_close_date"] {
                assert_eq!(lead[empty], Value::Null, "{lead}");
            }
        }
    });
}
