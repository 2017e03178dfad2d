//! Filters as people meet them: errors that point, hostile input, pages, and plans that use the indexes.

use std::collections::HashSet;

use crate::assert_same_story;
use crate::support::{Engine, World, on_both_engines};

const PEOPLE: &str = "\
Name,Phone,Email,Company,Status,Source,Score,Tags,Budget,Created,Value,Currency
Ada Lovelace,2125550101,ada@example.com,Straße GmbH,hot,Facebook Ads,80,\"vip, partner\",1200,2026-01-05,1250.5,USD
Zoë Ünal,2125550102,,ACME 100%,qualified,google,75,vip,900.5,2026-02-01,1000,JPY
Bob Ray,,bob@example.com,acme_corp,new,,,,many,2025-12-31,,
Cy Young,2125550104,,\"O'Brien; DROP TABLE leads\",cold,facebook-ads,10,partner,,2026-01-31,,
";

fn people(world: &World) {
    let file = world.file("people.csv", PEOPLE);
    world.import(&file, &["--region", "US"]);
    world.ok(["dnc", "add", "+12125550104"]);
}

#[test]
fn leads_are_listed_by_filters() {
    assert_same_story!(|world| {
        people(world);
        for filter in [
            "status in (hot, qualified) and score >= 70 and not tag all (vip, partner)",
            "source = 'Facebook Ads' and created >= 2026-01-01 and created < 2026-02-01",
            "company contains STRASSE or custom.Budget > 900",
            "last_contacted older than 30 days or last_contacted is empty",
            "on_dnc = no and value >= 1000",
            "name = 'zoë ünal'",
        ] {
            world.tell(&["lead", "list", "--where", filter, "--columns", "name,status,score,value,custom.Budget,tags"]);
        }
        world.tell(&["lead", "list", "--sort", "-value_cents,name", "--columns", "name,value", "--limit", "2"]);
        world.tell(&["lead", "list", "--columns", "name,on_dnc,blocked,email_opt_out,value", "--format", "json"]);
        world.tell(&["lead", "list", "--where", "status = hot", "--status", "cold"]);
        world.tell(&[
            "lead",
            "list",
            "--filter-json",
            r#"{"version":1,"filter":{"field":"score","op":"in","values":[10,75]}}"#,
            "--columns",
            "name",
        ]);
    });
}

#[test]
fn errors_point_into_the_filter() {
    assert_same_story!(|world| {
        world.ok(["user", "add", "ann@example.com", "--role", "admin"]);
        for filter in [
            "stauts = hot",
            "score >= hot",
            "status in (hot, hott) and score > 1",
            "score contains 7",
            "company = \"acme",
            "(status = hot",
            "status = hot and",
            "created within 30 fortnights",
            "owner = anne@example.com",
            "phone = 2125550101",
            "",
            "company = x and first_name = 'this is a rather long text before the error' and zzzz = 7 and last_name = \
             'and one behind it'",
        ] {
            world.tell(&["lead", "list", "--as", "ann@example.com", "--region", "GB", "--where", filter]);
        }
        world.tell(&["lead", "list", "--as", "ann@example.com", "--filter-json", "{\"version\":3,\"filter\":{}}"]);
        world.tell(&["lead", "list", "--as", "ann@example.com", "--columns", "nmae"]);
        world.tell(&["lead", "list", "--as", "ann@example.com", "--sort", "tags"]);
        world.tell(&["lead", "list", "--as", "ann@example.com", "--after", "999"]);
    });
}

#[test]
fn hostile_filters_are_errors_or_literals() {
    on_both_engines(|world| {
        people(world);
        let names = |filter: &str| -> Vec<String> {
            let leads = world.json(["lead", "list", "--where", filter, "--columns", "name", "--sort", "id"]);
            leads.as_array().unwrap().iter().map(|lead| lead["name"].as_str().unwrap().to_owned()).collect()
        };
        for (filter, found) in [
            ("company contains '%'", vec!["Zoë Ünal"]),
            ("company contains _", vec!["Bob Ray"]),
            ("company starts with 'a%'", vec![]),
            ("company contains \"o'brien; drop table\"", vec!["Cy Young"]),
            ("company = \"' OR 1=1 --\"", vec![]),
            ("custom.\"'; DROP TABLE leads; --\" is not empty", vec![]),
            ("custom.\"$.a[0]\" is empty and status = hot", vec!["Ada Lovelace"]),
            ("tag = \"x') OR ('1'='1\"", vec![]),
            ("email contains '\\\\'", vec![]),
        ] {
            assert_eq!(names(filter), found, "{filter}");
        }
        assert_eq!(world.leads().len(), 4);
        for filter in [
            format!("{}status = hot{}", "(".repeat(10_000), ")".repeat(10_000)),
            "not ".repeat(10_000) + "status = hot",
            format!("company = '{}'", "x".repeat(100_000)),
            format!("company = '{}'", "%_".repeat(2000)),
            vec!["score = 1"; 1000].join(" or "),
        ] {
            let ran = world.run(["lead", "list", "--where", &filter]);
            assert_eq!(
                (ran.code, ran.stdout.as_str()),
                (Some(2), ""),
                "{}",
                ran.stderr.chars().take(300).collect::<String>()
            );
            assert!(ran.stderr.len() < 2000 && ran.stderr.contains("error: "), "{}", ran.stderr.len());
        }
        // As large as it may be.
        let widest = vec!["(company contains a or tag all (x, y) or custom.z > 1)"; 66].join(" and ");
        assert_eq!(world.run(["lead", "list", "--where", &widest]).code, Some(0));
        let deepest = format!("{}status = hot{}", "not (".repeat(32), ")".repeat(32));
        assert_eq!(names(&deepest), ["Ada Lovelace"]);
        assert_eq!(
            names(&format!("score in ({})", (0..2000).map(|n| n.to_string()).collect::<Vec<_>>().join(","))).len(),
            3
        );
    });
}

#[test]
fn pages_miss_and_repeat_nothing_while_others_add() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let world = World::new(engine);
        let mut csv = String::from("Phone,Company,Score\n");
        let row = |n: u64| format!("+1212{:07},Company {:03},{}\n", 2_000_000 + n, n * 7919 % 1000, n * 13 % 101);
        // Every tenth company is empty, so that empty values stand in the order, too.
        (0..9_000).for_each(|n| match n % 10 {
            0 => csv.push_str(&format!("+1212{:07},,\n", 2_000_000 + n)),
            _ => csv.push_str(&row(n)),
        });
        let old = world.file("old.csv", &csv);
        assert_eq!(world.import(&old, &["--phone-check", "possible"])["created"], 9_000);
        let mut added = 0;
        for sort in ["company,-score", "-score", "-id"] {
            let mut seen: HashSet<i64> = HashSet::new();
            let mut last: Option<String> = None;
            let mut pages = 0;
            loop {
                // Others add leads between the pages.
                if pages % 2 == 0 {
                    let more: String = (0..50).map(|n| row(200_000 + added + n)).collect();
                    added += 50;
                    let new = world.file("new.csv", format!("Phone,Company,Score\n{more}"));
                    assert_eq!(world.import(&new, &["--phone-check", "possible"])["created"], 50);
                }
                let mut args =
                    vec!["lead", "list", "--sort", sort, "--limit", "1350", "--columns", "id", "--format", "ndjson"];
                args.extend(["--where", "import > 0"]);
                if let Some(last) = &last {
                    args.extend(["--after", last.as_str()]);
                }
                let answer = world.ok(args);
                let ids = answer
                    .lines()
                    .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap()["id"].as_i64().unwrap());
                let ids: Vec<i64> = ids.collect();
                for id in &ids {
                    assert!(seen.insert(*id), "{engine:?}: {id} came twice, sorted by {sort}");
                }
                pages += 1;
                match ids.last() {
                    Some(id) => last = Some(id.to_string()),
                    None => break,
                }
            }
            let old = world.ok(["lead", "list", "--where", "import = 1", "--columns", "id", "--format", "ndjson"]);
            let old = old
                .lines()
                .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap()["id"].as_i64().unwrap());
            assert_eq!(old.filter(|id| !seen.contains(id)).count(), 0, "{engine:?}: missed, sorted by {sort}");
        }
        world.finish();
    }
}

#[test]
fn designed_filters_use_their_indexes() {
    on_both_engines(|world| {
        let mut csv = String::from("Phone,Email,Status,Source,Score,Tags,Owner,Created\n");
        for n in 0..6000u32 {
            // Created one after the other, as leads are.
            let status = if n % 30 == 0 { "hot" } else { ["new", "contacted", "cold"][n as usize % 3] };
            let tag = if n % 1000 == 0 { "everyone;vip" } else { "everyone" };
            let owner = if n % 50 == 0 { "ann@example.com" } else { "" };
            csv.push_str(&format!(
                "+1212{:07},p{n}@example.com,{status},source {},{},{tag},{owner},2026-01-{:02}T10:{:02}\n",
                2_000_000 + n,
                n % 20,
                n % 101,
                n / 215 + 1,
                n % 60
            ));
        }
        world.ok(["user", "add", "ann@example.com", "--role", "admin"]);
        let file = world.file("many.csv", csv);
        let summary = world.import(&file, &["--phone-check", "possible", "--as", "ann@example.com"]);
        assert_eq!(summary["created"], 6000, "{summary}");
        if world.engine == Engine::Postgres {
            use crate::support::engine::{database_of, psql, url_of};
            let url = url_of("postgres", database_of(&world.url));
            psql(&url, "UPDATE leads SET last_contacted_at = created_at WHERE id % 40 = 0");
            psql(&url, "VACUUM ANALYZE leads");
            psql(&url, "ANALYZE");
        }
        for (filter, index) in [
            ("status in (hot, qualified) and score >= 70", "leads_live_status"),
            ("source = 'source 7' and created >= 2026-01-10 and created < 2026-01-11", "leads_live_"),
            ("created >= 2026-01-27", "leads_live_created"),
            ("owner = ann@example.com", "leads_live_owner"),
            ("last_contacted within 2 days", "leads_live_contacted"),
            ("tag any (vip, partner)", "lead_tags_tag"),
            ("phone = +12122000007", "leads_live_phone"),
            ("email in (p7@example.com, p8@example.com)", "leads_live_email"),
            ("external_source = hubspot and external_id = 7", "leads_live_external_id"),
        ] {
            let explained = world.json(["segment", "explain", "--where", filter, "--as", "ann@example.com"]);
            let plan = explained["plan"].as_str().unwrap();
            assert!(plan.contains(index), "{:?}: {filter}\n{plan}", world.engine);
            let scans = ["Seq Scan on leads", "SCAN leads"].iter().any(|scan| plan.contains(scan));
            assert!(!scans, "{:?}: {filter}\n{plan}", world.engine);
        }
    });
}

#[test]
fn a_listed_number_is_found_whichever_and_wherever_it_is() {
    on_both_engines(|world| {
        let file = world.file(
            "p.csv",
            "Phone,Work phone\n2125550101,\n2125550102,2125550112\n2125550103,\n2125550104,2125550114\n",
        );
        world.import(&file, &["--region", "US"]);
        world.ok(["dnc", "add", "+12125550101", "+12125550112", "+12125550103"]);
        world.ok(["dnc", "add", "+12125550104", "--expires", "2026-03-05"]);
        world.ok(["lead", "delete", "+12125550103", "--yes"]);
        let phones = |world: &World, args: &[&str]| -> Vec<String> {
            let leads = world.json([&["lead", "list", "--sort", "id", "--columns", "phone"][..], args].concat());
            leads.as_array().unwrap().iter().map(|lead| lead["phone"].as_str().unwrap()[9..].to_owned()).collect()
        };
        assert_eq!(phones(world, &["--where", "on_dnc = yes"]), ["101", "102", "104"]);
        assert_eq!(phones(world, &["--where", "on_dnc = no"]), Vec::<String>::new());
        assert_eq!(phones(world, &["--where", "on_dnc = yes", "--deleted"]), ["103"]);
        assert_eq!(phones(world, &["--where", "not on_dnc = yes", "--deleted"]), Vec::<String>::new());
        world.ok(["dnc", "remove", "+12125550112", "--reason", "wrong number", "--yes"]);
        assert_eq!(phones(world, &["--where", "on_dnc = no"]), ["102"]);
        // An entry whose time has come does not count, even before it is closed.
        world.now = "2026-03-06T00:00:00Z";
        let late = world.json(["lead", "list", "--where", "on_dnc = yes", "--columns", "phone"]);
        assert_eq!(late, serde_json::json!([{"phone": "+12125550101"}]));
    });
}

#[test]
fn names_that_no_lead_has_are_told() {
    on_both_engines(|world| {
        people(world);
        let ran = world.run(["lead", "list", "--where", "custom.budget > 5"]);
        assert!(ran.stderr.contains("no lead has a custom field `budget`; did you mean `Budget`?"), "{}", ran.stderr);
        let ran = world.run(["lead", "list", "--where", "custom.Budget > 99999"]);
        assert_eq!(ran.stderr, "no leads\n");
        world.now = "2026-03-05T12:00:00Z";
        world.ok(["lead", "add", "--phone", "2125550177", "--source", "Facebook Ads", "--tag", "Trade Show"]);
        for (filter, told) in [
            ("source = facebok_ads", "no lead has a source `facebok_ads`; did you mean `facebook_ads`?"),
            ("source in (googel, 'FACEBOOK ADS') and id < 0", "no lead has a source `googel`"),
            ("tag any (tradeshow)", "no lead has a tag `tradeshow`; did you mean `trade show`?"),
            ("not tag = vip and tag all ('trade show', radio)", "no lead has a tag `radio`"),
        ] {
            let ran = world.run(["lead", "list", "--where", filter]);
            assert!(ran.stderr.contains(told), "{filter}: {}", ran.stderr);
            assert!(
                !ran.stderr.contains("a source `facebook_ads`") && !ran.stderr.contains("a tag `trade show`"),
                "{}",
                ran.stderr
            );
        }
        let ran = world.run(["lead", "list", "--where", "source = 'facebook ads' and tag = 'TRADE SHOW' and id < 0"]);
        assert_eq!(ran.stderr, "no leads\n");
    });
}
