//! Figures that people read and write: amounts of dinars, currencies, and times in the organization's zone.

use crate::support::{World, on_both_engines};

/// The answer that a call is refused with.
fn refused(world: &World, args: &[&str]) -> String {
    let ran = world.run(args);
    assert_eq!(ran.code, Some(2), "{args:?}: {}{}", ran.stdout, ran.stderr);
    ran.stderr
}

#[test]
fn dinars_have_three_decimals_wherever_money_is_read() {
    on_both_engines(|world| {
        // Each column alone, so that no amount proves how another is written.
        for (row, cents, code) in [
            ("Value\nKWD 1.505", 1505, "KWD"),
            ("Value\n1.505 BHD", 1505, "BHD"),
            ("Value,Currency\n1.505,TND", 1505, "TND"),
            ("Value\nOMR 12.050", 12050, "OMR"),
        ] {
            let (header, cells) = row.split_once('\n').unwrap();
            let file = world.file("leads.csv", format!("Phone,{header}\n+12125550101,{cells}\n"));
            let summary = world.import(&file, &["--on-duplicate", "update"]);
            assert_eq!(summary["rejected"], 0, "{row}: {summary}");
            let lead = world.json(["lead", "show", "+12125550101"]);
            assert_eq!((&lead["value_cents"], &lead["currency"]), (&cents.into(), &code.into()), "{row}");
        }
        for value in ["\"KWD 1,505\"", "USD 1.505", "\"USD 1,500\"", "\"1,505 JOD\""] {
            let file = world.file("leads.csv", format!("Phone,Value\n+12125550101,{value}\n"));
            let ran = world.run(["import", "leads", file.to_str().unwrap(), "--on-duplicate", "update"]);
            assert_eq!(ran.code, Some(1), "{value}: {}{}", ran.stdout, ran.stderr);
            assert!(ran.stderr.contains("--decimal-separator"), "{value}: {}", ran.stderr);
        }
        // A column that proves a comma groups by points, in dinars, too.
        let file = world.file("leads.csv", "Phone;Value\n+12125550101;KWD 1.505\n+12125550102;KWD 12,5\n");
        world.import(&file, &["--on-duplicate", "update"]);
        assert_eq!(world.json(["lead", "show", "+12125550101"])["value_cents"], 1_505_000);

        world.ok(["lead", "edit", "+12125550101", "--set", "value=KWD 2.750"]);
        assert_eq!(world.json(["lead", "show", "+12125550101"])["value_cents"], 2750);
        world.ok(["lead", "edit", "+12125550101", "--set", "value=3.125", "--set", "currency=kwd"]);
        assert_eq!(world.json(["lead", "show", "+12125550101"])["value_cents"], 3125);
        for value in ["value=KWD 1,505", "value=1,505 LYD"] {
            let said = refused(world, &["lead", "edit", "+12125550101", "--set", value]);
            assert!(said.contains("can be read in two ways"), "{said}");
        }
        assert_eq!(world.json(["lead", "list", "--where", "value = 3.125 and currency = KWD"])[0]["value_cents"], 3125);

        world.ok(["roi", "cost", "add", "web", "2026-03", "KWD 1.505"]);
        world.ok(["roi", "cost", "add", "mail", "2026-03", "1.505", "--currency", "IQD"]);
        let file = world.file("costs.csv", "Source,Month,Cost (JOD)\nfair,2026-03,1.505\n");
        world.ok(["import", "costs", file.to_str().unwrap()]);
        let costs = world.json(["roi", "cost", "list"]);
        assert!(costs.as_array().unwrap().iter().all(|cost| cost["cost_cents"] == 1505), "{costs}");
        assert_eq!(costs.as_array().unwrap().len(), 3);
        for amount in ["KWD 1,505", "USD 1.505", "USD 1,500"] {
            let said = refused(world, &["roi", "cost", "add", "other", "2026-03", amount]);
            assert!(said.contains("two ways"), "{said}");
        }
        world.ok(["budget", "account", "add", "gulf", "--currency", "KWD"]);
        world.ok(["budget", "deposit", "--account", "gulf", "1.505"]);
        assert_eq!(world.json(["budget", "account", "list"])[0]["balance_cents"], 1505);
    });
}

#[test]
fn an_amount_that_can_be_read_in_two_ways_is_asked_about_by_every_verb() {
    on_both_engines(|world| {
        world.ok(["lead", "add", "--phone", "2125550101"]);
        world.ok(["budget", "account", "add", "main", "--currency", "EUR"]);
        let file = world.file("leads.csv", "Phone\n+12125550102\n");
        for (amount, readings, remedy) in [
            ("EUR 1.500", "as 1.50 EUR or as 1500.00 EUR", "write it as 1.50 or 1500.00"),
            ("1,250 EUR", "as 1.25 EUR or as 1250.00 EUR", "write it as 1.25 or 1250.00"),
            ("€ 1.505", "as 1.505 EUR or as 1505.00 EUR", "write it as 1505.00, or with 2 decimals"),
        ] {
            let set = format!("value={amount}");
            for args in [
                &["lead", "add", "--phone", "2125550103", "--set", &set][..],
                &["lead", "edit", "1", "--set", &set],
                &["lead", "edit", "1", "--set", &set, "--set", "currency=EUR"],
                &["roi", "cost", "add", "web", "2026-03", amount],
                &["budget", "deposit", amount],
            ] {
                let said = refused(world, args);
                assert!(said.contains(&format!("can be read in two ways: {readings}")), "{args:?} {said}");
                assert!(said.contains(remedy), "{args:?} {said}");
            }
            let ran = world.run(["import", "leads", file.to_str().unwrap(), "--set", &set, "--dry-run"]);
            assert_eq!(ran.code, Some(3), "{}{}", ran.stdout, ran.stderr);
            assert!(ran.stdout.contains(readings), "{}", ran.stdout);
        }
        world.ok(["lead", "edit", "1", "--set", "value=1.250,50 EUR"]);
        assert_eq!(world.json(["lead", "show", "1"])["value_cents"], 125_050);
    });
}

#[test]
fn amounts_without_decimals_have_one_reading() {
    on_both_engines(|world| {
        for (at, amount, code) in
            [(1, "JPY 1,500", "JPY"), (2, "¥1.500", "JPY"), (3, "KRW 1,500", "KRW"), (4, "1.500 CLP", "CLP")]
        {
            let phone = format!("+1212555010{at}");
            world.ok(["lead", "add", "--phone", &phone, "--set", &format!("value={amount}")]);
            let cost = world.json(["roi", "cost", "add", &format!("web {at}"), "2026-03", amount]);
            assert_eq!((&cost["cost_cents"], &cost["currency"]), (&1500.into(), &code.into()), "{amount}");
            let leads = world.file("leads.csv", format!("Phone,Value\n+1212555011{at},\"{amount}\"\n"));
            world.import(&leads, &["--set", "source=web"]);
            let costs = world.file("costs.csv", format!("Source,Month,Cost\nmail {at},2026-03,\"{amount}\"\n"));
            world.ok(["import", "costs", costs.to_str().unwrap()]);
        }
        let all = world.json(["lead", "list", "--columns", "id,value"]);
        assert_eq!(all.as_array().map(Vec::len), Some(8), "{all}");
        let costs = world.json(["roi", "cost", "list"]);
        assert!(costs.as_array().unwrap().iter().all(|cost| cost["cost_cents"] == 1500), "{costs}");
    });
}

#[test]
fn a_currency_comes_with_its_amount() {
    on_both_engines(|world| {
        world.ok(["lead", "add", "--phone", "2125550101", "--set", "value=1250 USD"]);
        for args in [
            &["lead", "edit", "1", "--set", "currency=EUR"][..],
            &["lead", "edit", "1", "--set", "currency=EUR", "--set", "city=Troy"],
            &["lead", "edit", "1", "--set", "currency=EUR", "--set", "value="],
            &["lead", "edit", "1", "--set", "currency=USD"],
            &["lead", "add", "--phone", "2125550102", "--set", "currency=EUR"],
        ] {
            let said = refused(world, args);
            assert!(said.contains("an amount and its currency are one value"), "{said}");
            assert!(said.contains("--set value="), "{said}");
        }
        let lead = world.json(["lead", "show", "1"]);
        assert_eq!(
            (&lead["value_cents"], &lead["currency"], &lead["city"]),
            (&125_000.into(), &"USD".into(), &().into())
        );
        world.ok(["lead", "edit", "1", "--set", "currency=EUR", "--set", "value=1250"]);
        let lead = world.json(["lead", "show", "1"]);
        assert_eq!((&lead["value_cents"], &lead["currency"]), (&125_000.into(), &"EUR".into()));
    });
}

#[test]
fn an_import_tells_of_currencies_without_amounts() {
    on_both_engines(|world| {
        for (at, value) in [(1, "1250 USD"), (2, "80 EUR"), (3, "")] {
            let phone = format!("+1212555010{at}");
            world.ok(["lead", "add", "--phone", &phone, "--set", &format!("value={value}")]);
        }
        let rows = "Phone,Value,Currency\n+12125550101,,EUR\n+12125550102,,EUR\n+12125550103,,EUR\n+12125550104,,EUR\n";
        let file = world.file("leads.csv", rows);
        let call = |policy: &str| {
            let args = ["import", "leads", file.to_str().unwrap(), "--on-duplicate", policy, "--dry-run"];
            let ran = world.run(args.into_iter().chain(["--format", "json"]));
            let summary: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
            let told = ran.stderr.contains("1 row gives an amount without its currency");
            let alone =
                ran.stderr.contains("a currency and no amount, and without one a currency is not kept: give both");
            assert_eq!(alone, summary["currency_alone"].is_u64(), "{}", ran.stderr);
            (summary["currency_kept"].as_u64(), told, summary["currency_alone"].as_u64())
        };
        // New leads lose their currency as known ones without an amount do.
        assert_eq!(call("update"), (Some(1), true, Some(2)));
        assert_eq!(call("fill"), (None, false, Some(2)));
        assert_eq!(call("skip"), (None, false, Some(1)));
        for (at, header, cells, set, alone) in [
            (5, "Phone,Currency", "EUR", &[][..], true),
            (6, "Phone,Currency,Value", "EUR,N/A", &[], true),
            (7, "Phone,Currency,Value", "EUR,5", &[], false),
            // What is said of all rows is no value of one.
            (8, "Phone,City", "Troy", &["--set", "currency=EUR"], false),
        ] {
            let file = world.file("new.csv", format!("{header}\n+1212555010{at},{cells}\n"));
            let summary = world.import(&file, set);
            assert_eq!(summary["created"], 1, "{summary}");
            assert_eq!(summary["currency_alone"].as_u64(), alone.then_some(1), "{header} {cells} {summary}");
        }
        let rows = "Phone,Value,Currency\n+12125550101,5,EUR\n+12125550102,6,USD\n";
        let summary = world.import(&world.file("both.csv", rows), &["--on-duplicate", "update"]);
        assert_eq!((&summary["updated"], &summary["currency_kept"]), (&2.into(), &serde_json::Value::Null));
        // An amount alone is of the lead's currency or of the organization's: nobody knows.
        let rows = "Phone,Value\n+12125550101,7\n+12125550102,8\n+12125550103,9\n";
        let summary = world.import(&world.file("alone.csv", rows), &["--on-duplicate", "update"]);
        assert_eq!((&summary["updated"], &summary["currency_kept"]), (&2.into(), &1.into()), "{summary}");
        let refused = world.run(["lead", "edit", "1", "--set", "value=10"]);
        assert!(refused.stderr.contains("--set currency=EUR"), "{}", refused.stderr);
        world.ok(["lead", "edit", "1", "--set", "value=5 EUR"]);
        world.ok(["lead", "edit", "2", "--set", "value=6"]);
        world.ok(["lead", "edit", "3", "--clear", "value_cents"]);
        // Merged leads take an amount over with its currency, or neither.
        world.ok(["lead", "merge", "2", "--into", "3", "--yes"]);
        world.ok(["lead", "merge", "1", "--into", "3", "--yes"]);
        let lead = world.json(["lead", "show", "3"]);
        assert_eq!((&lead["value_cents"], &lead["currency"]), (&600.into(), &"USD".into()));
    });
}

#[test]
fn people_read_times_where_the_organization_is() {
    on_both_engines(|world| {
        world.ok(["org", "set", "timezone", "Europe/Berlin"]);
        world.now = "2026-03-17T23:30:00Z";
        world.ok(["lead", "add", "--phone", "2125550101", "--note", "called"]);
        world.ok(["dnc", "add", "2125550102"]);
        world.ok(["org", "set", "name", "Acme"]);
        for (args, shown) in [
            (&["lead", "show", "1"][..], "2026-03-18 00:30"),
            (&["lead", "history", "1"], "2026-03-18 00:30"),
            (&["lead", "list", "--columns", "id,created_at"], "2026-03-18 00:30"),
            (&["dnc", "list"], "2026-03-18 00:30"),
            (&["dnc", "history", "2125550102"], "2026-03-18 00:30"),
            (&["audit", "list"], "2026-03-18 00:30"),
        ] {
            let table = world.ok(args);
            assert!(table.contains(shown) && !table.contains("23:30"), "{args:?}\n{table}");
            for format in ["json", "csv"] {
                let text = world.ok(args.iter().copied().chain(["--format", format]));
                assert!(text.contains("2026-03-17T23:30:00Z") && !text.contains("CET"), "{args:?}\n{text}");
            }
        }
        let file = world.file("leads.csv", "Phone\n+12125550108\n");
        world.import(&file, &[]);
        world.run(["dnc", "detect", "--apply", "--number", "2125550107", "wrong number"]);
        world.ok(["dnc", "decide", "2", "dismiss", "--reason", "another one"]);
        for args in [
            &["import", "leads", file.to_str().unwrap(), "--dry-run"][..],
            &["lead", "history", "1", "--as-of", "2026-01-01"],
            &["dnc", "decide", "2", "dismiss", "--reason", "another one"],
        ] {
            let said = world.run(args).stderr;
            assert!(said.contains("on 2026-03-18 00:30") && !said.contains("23:30"), "{args:?}\n{said}");
        }
        world.ok(["import", "undo", "1", "--yes"]);
        let said = world.run(["import", "undo", "1", "--yes"]).stderr;
        assert!(said.contains("on 2026-03-18 00:30") && !said.contains("23:30"), "{said}");
        // In summer the hour is another, and the abbreviation says so.
        world.now = "2026-07-01T22:15:00Z";
        world.ok(["lead", "note", "1", "again"]);
        assert!(world.ok(["lead", "show", "1"]).contains("2026-07-02 00:15"));
    });
}
