//! Columns under other names: phones, opt-outs, currencies; and columns that nobody claims.

use serde_json::Value;

use crate::support::{Ran, World, on_both_engines};

fn import(world: &World, name: &str, text: &str, options: &[&str]) -> Ran {
    let file = world.file(name, text);
    let begin = ["import", "leads", file.to_str().unwrap(), "--region", "US"];
    world.run([&begin[..], options].concat())
}

fn listed(world: &World, number: &str, scope: &str) -> bool {
    let entries = world.json(["dnc", "list"]);
    entries.as_array().unwrap().iter().any(|entry| entry["phone_number"] == number && entry["scope"] == scope)
}

#[test]
fn an_opt_out_beside_a_phone_of_another_name_is_listed() {
    on_both_engines(|world| {
        for (n, header) in ["Mobile No", "Customer Phone Number", "Telefonnummer", "Phone 1 - Value"].iter().enumerate()
        {
            let text = format!("Email,{header},Do not call\nann{n}@example.com,212-555-011{n},yes\n");
            let ran = import(world, "a.csv", &text, &[]);
            assert_eq!(ran.code, Some(0), "{header}: {}", ran.stderr);
            assert!(listed(world, &format!("+1212555011{n}"), "all"), "{header}");
        }
    });
}

#[test]
fn a_wish_not_to_be_called_is_for_every_phone_of_the_row() {
    on_both_engines(|world| {
        let ran = import(world, "a.csv", "Phone,Home Phone,DNC\n2125550101,2125550102,yes\n", &[]);
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        assert!(listed(world, "+12125550101", "all") && listed(world, "+12125550102", "all"));
    });
}

#[test]
fn a_home_phone_alone_says_who_a_lead_is() {
    on_both_engines(|world| {
        let ran = import(world, "a.csv", "Name,Home Phone\nAnn Roe,2125550101\n", &[]);
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        assert_eq!(world.leads()[0]["phone_number"], "+12125550101");
    });
}

#[test]
fn numbers_that_nobody_claims_stop_the_import() {
    on_both_engines(|world| {
        let text = "Email,Fone\nann@example.com,212-555-0101\nbob@example.com,(212) 555-0102\ncy@example.com,\n";
        let ran = import(world, "a.csv", text, &[]);
        assert_eq!(ran.code, Some(1));
        let message = "the column `Fone` holds phone numbers (2 of 2 cells), and no field claims it";
        assert!(ran.stderr.contains(message), "{}", ran.stderr);
        assert!(ran.stderr.contains("`212-555-0101` in row 2"), "{}", ran.stderr);
        for option in ["--map phone=Fone", "--ignore Fone", "--keep Fone"] {
            assert!(ran.stderr.contains(option), "{option}: {}", ran.stderr);
        }
        assert!(world.leads().is_empty());
        let ran = import(world, "a.csv", text, &["--keep", "Fone"]);
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        assert_eq!(world.leads()[0]["custom_fields"]["Fone"], "212-555-0101");
        // Bare digits may be orders: they are kept, and said.
        let ran = import(world, "b.csv", "Email,Order\ndee@example.com,2125550104\n", &[]);
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        assert!(ran.stderr.contains("the column `Order` holds digits that may be phone numbers"), "{}", ran.stderr);
        // So do addresses.
        let ran = import(world, "c.csv", "Phone,Inbox\n2125550105,ed@example.com\n", &[]);
        assert!(ran.code == Some(1) && ran.stderr.contains("holds email addresses"), "{}", ran.stderr);
    });
}

#[test]
fn opt_outs_under_other_names() {
    on_both_engines(|world| {
        let headers =
            "Phone,HasOptedOutOfEmail,Person - Do not call,SMS Opt Out,\"Opted out of email: Marketing Information\"";
        let rows = "2125550101,1,,,\n2125550102,,yes,,\n2125550103,,,true,\n2125550104,no,no,no,Yes\n";
        let ran = import(world, "a.csv", &format!("{headers}\n{rows}"), &[]);
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        let leads = world.leads();
        let opted = |n: usize| !leads[n]["email_opted_out_at"].is_null();
        assert_eq!([opted(0), opted(1), opted(2), opted(3)], [true, false, false, true]);
        assert_eq!(leads[1]["status"], "dnc");
        assert!(listed(world, "+12125550102", "all") && listed(world, "+12125550103", "texts"));
        assert_eq!((&leads[2]["status"], leads.len()), (&Value::from("new"), 4));
        let allowed = "Phone,Do not allow Phone Calls\n2125550105,Allow\n2125550106,Do Not Allow\n";
        assert_eq!(import(world, "b.csv", allowed, &[]).code, Some(0));
        assert!(!listed(world, "+12125550105", "all") && listed(world, "+12125550106", "all"));
        let abroad = "Telefon;Nicht anrufen\n+12125550107;ja\n+12125550108;nein\n";
        assert_eq!(import(world, "c.csv", abroad, &[]).code, Some(0));
        assert!(listed(world, "+12125550107", "all") && !listed(world, "+12125550108", "all"));
    });
}

#[test]
fn answers_that_nobody_claims_stop_the_import() {
    on_both_engines(|world| {
        let text = "Phone,Unsubscribed from the 2019 list\n2125550101,yes\n2125550102,no\n";
        let ran = import(world, "a.csv", text, &[]);
        assert_eq!(ran.code, Some(1));
        assert!(ran.stderr.contains("holds answers to whether people may be contacted"), "{}", ran.stderr);
        assert!(ran.stderr.contains("--map opt_out='Unsubscribed from the 2019 list'"), "{}", ran.stderr);
        let ran = import(world, "a.csv", text, &["--map", "email_opt_out=Unsubscribed from the 2019 list"]);
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        let reasons = "Phone,Unsubscribe reason\n2125550103,too many emails\n";
        assert_eq!(import(world, "b.csv", reasons, &[]).code, Some(0));
    });
}

#[test]
fn a_box_that_nobody_ticked_is_no_refusal() {
    on_both_engines(|world| {
        let text = "Phone,Opt in,Email opt-in\n2125550101,no,\n2125550102,yes,no\n2125550103,withdrawn,unsubscribed\n";
        let summary = world.import(&world.file("a.csv", text), &["--region", "US"]);
        assert_eq!((&summary["created"], &summary["not_opted_in"]), (&3.into(), &2.into()), "{summary}");
        let leads = world.leads();
        let consents: Vec<&Value> = leads.iter().map(|lead| &lead["consent_status"]).collect();
        assert_eq!(consents, ["pending", "granted", "denied"]);
        assert_eq!(leads[1]["custom_fields"]["Email opt-in"], "no");
        assert!(leads[1]["email_opted_out_at"].is_null() && !leads[2]["email_opted_out_at"].is_null());
    });
}

#[test]
fn a_rejected_row_with_an_opt_out_is_named() {
    on_both_engines(|world| {
        let text = "Phone,Email,Do not call\n2125550101,ann@example.com,no\n555,,yes\n2125550103,nobody,yes\n";
        let file = world.file("a.csv", text);
        let summary = world.import(&file, &["--region", "US"]);
        assert_eq!((&summary["rejected"], &summary["rejected_opt_outs"]), (&2.into(), &2.into()), "{summary}");
        assert_eq!(summary["rejected_opt_out_row"], 3);
        let ran = world.run(["import", "leads", file.to_str().unwrap(), "--region", "US"]);
        assert!(ran.stderr.contains("opt-outs in rejected rows: 2, the first in row 3"), "{}", ran.stderr);
    });
}

#[test]
fn a_form_of_address_takes_no_job_title_s_place() {
    on_both_engines(|world| {
        let text = "Phone,Title,Job Title\n2125550101,Ms.,Buyer\n";
        assert_eq!(import(world, "a.csv", text, &[]).code, Some(0));
        assert_eq!(import(world, "b.csv", "Phone,Title\n2125550102,Dr.\n2125550103,Buyer\n", &[]).code, Some(0));
        let leads = world.leads();
        let titles: Vec<&Value> = leads.iter().map(|lead| &lead["job_title"]).collect();
        assert_eq!(titles, [&Value::from("Buyer"), &Value::Null, &Value::from("Buyer")]);
        assert_eq!(
            (&leads[0]["custom_fields"]["Title"], &leads[1]["custom_fields"]["Title"]),
            (&"Ms.".into(), &"Dr.".into())
        );
    });
}

#[test]
fn currencies_under_other_names() {
    on_both_engines(|world| {
        for (n, header) in ["spend_currency", "Billing currency", "Ccy", "Moeda"].iter().enumerate() {
            let text = format!("Source,Month,Cost,{header}\nfair,2026-0{},100,EUR\n", n + 1);
            let summary = world.json(["import", "costs", world.file("a.csv", text).to_str().unwrap()]);
            assert_eq!(summary["amount_cents"], serde_json::json!({ "EUR": 10_000 }), "{header}");
        }
        let text = "Source,Month,Cost,Paid in\nfair,2026-06,100,EUR\nads,2026-06,100,USD\n";
        let file = world.file("b.csv", text);
        let ran = world.run(["import", "costs", file.to_str().unwrap()]);
        assert!(ran.code == Some(1) && ran.stderr.contains("holds currencies (2 of 2 cells)"), "{}", ran.stderr);
        let summary = world.json(["import", "costs", file.to_str().unwrap(), "--map", "currency=Paid in"]);
        assert_eq!(summary["amount_cents"], serde_json::json!({ "EUR": 10_000, "USD": 10_000 }));
        let ran = import(world, "c.csv", "Phone,Value,Paid in\n2125550101,100,EUR\n", &[]);
        assert!(ran.code == Some(1) && ran.stderr.contains("holds currencies"), "{}", ran.stderr);
    });
}

#[test]
fn every_number_of_a_do_not_call_sheet_is_listed() {
    on_both_engines(|world| {
        let text = "Phone,Phone 2,Home Phone,Mobile,Source\n2125550101,2125550102,2125550103,2125550104,gossip\n\
                    2125550105,nope,,,\n";
        let file = world.file("a.csv", text);
        let summary = world.json(["import", "dnc", file.to_str().unwrap(), "--region", "US"]);
        assert_eq!((&summary["created"], &summary["rejected"]), (&2.into(), &0.into()), "{summary}");
        assert_eq!((&summary["requests"], &summary["partly_rejected"]), (&5.into(), &1.into()), "{summary}");
        assert_eq!(summary["remarks"][0]["kind"], "dnc_source_unknown");
        for n in 1..=5 {
            assert!(listed(world, &format!("+1212555010{n}"), "all"), "{n}");
        }
        let rejects = std::fs::read_to_string(world.path("a.csv.rejects.csv")).unwrap();
        assert!(rejects.contains("2125550105,nope") && !rejects.contains("2125550101"), "{rejects}");
        let history = world.json(["dnc", "history", "+12125550101"]);
        assert!(history.to_string().contains("Source: gossip"), "{history}");
        let unknown = world.file("b.csv", "Phone,Fone\n2125550106,212-555-0107\n");
        let ran = world.run(["import", "dnc", unknown.to_str().unwrap(), "--region", "US"]);
        assert!(ran.code == Some(1) && ran.stderr.contains("the column `Fone` holds phone numbers"), "{}", ran.stderr);
        let ran = world.run(["import", "dnc", unknown.to_str().unwrap(), "--region", "US", "--ignore", "Fone"]);
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    });
}

#[test]
fn what_is_said_of_every_row_takes_no_refusal_away() {
    on_both_engines(|world| {
        let text =
            "Phone,Consent,GDPR consent,DNC\n2125550101,denied,yes,no\n2125550102,yes,withdrawn,\n2125550103,,,yes\n";
        let said = ["--set", "consent=granted", "--set", "do_not_call=no"];
        let ran = import(world, "a.csv", text, &said);
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        let leads = world.leads();
        let consents: Vec<&Value> = leads.iter().map(|lead| &lead["consent_status"]).collect();
        assert_eq!(consents, ["denied", "denied", "granted"]);
        assert!(listed(world, "+12125550103", "all") && !listed(world, "+12125550101", "all"));
    });
}

#[test]
fn a_bad_number_beside_a_wish_not_to_be_called_hides_no_good_one() {
    on_both_engines(|world| {
        let text = "Phone,Email,Do not call\n212-555-0101; nope,ann@example.com,yes\n";
        let summary = world.import(&world.file("a.csv", text), &["--region", "US", "--lenient"]);
        assert_eq!((&summary["created"], &summary["dropped_values"]), (&1.into(), &1.into()), "{summary}");
        assert!(listed(world, "+12125550101", "all"));
        // An opt-out that cannot be read is never dropped.
        let text = "Phone,SMS Opt Out,Email opt-in\n2125550102,#N/A,\n2125550103,,#N/A\n";
        let summary = world.import(&world.file("b.csv", text), &["--region", "US", "--lenient"]);
        assert_eq!(summary["rejected"], 2, "{summary}");
    });
}

#[test]
fn a_listing_of_a_further_number_is_left_as_it_is() {
    on_both_engines(|world| {
        world.ok(["dnc", "add", "+12125550102", "--reason", "by letter"]);
        let ran = import(world, "a.csv", "Phone,Home Phone,DNC\n2125550101,2125550102,yes\n", &[]);
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        let entries = world.json(["dnc", "list"]);
        let entry = entries.as_array().unwrap().iter().find(|entry| entry["phone_number"] == "+12125550102").unwrap();
        assert_eq!((&entry["reason"], entries.as_array().unwrap().len()), (&"by letter".into(), 2), "{entries}");
    });
}

#[test]
fn the_own_phone_of_a_history_goes_before_others() {
    on_both_engines(|world| {
        world.ok(["lead", "add", "--phone", "+12125550101"]);
        world.ok(["lead", "add", "--phone", "+12125550102"]);
        let text = "Work Phone,Phone,Status,Date\n+12125550101,+12125550102,hot,2026-01-02\n";
        let summary = world.json(["import", "history", world.file("a.csv", text).to_str().unwrap()]);
        assert_eq!(summary["created"], 1, "{summary}");
        let shown = ["1", "2"].map(|id| world.json(["lead", "show", id]).to_string().contains("\"hot\""));
        assert_eq!(shown, [false, true]);
    });
}

#[test]
fn a_reject_file_is_not_judged_by_its_few_rows() {
    on_both_engines(|world| {
        let mut text = "Phone,Email,Asked\n".to_owned();
        (10..30).for_each(|n| text += &format!("21255501{n},,nothing\n"));
        text += "2125550150,nobody,212-555-0199\n";
        let file = world.file("a.csv", text);
        let summary = world.import(&file, &["--region", "US"]);
        assert_eq!((&summary["created"], &summary["rejected"]), (&20.into(), &1.into()));
        let rejects = world.path("a.csv.rejects.csv");
        let fixed = std::fs::read_to_string(&rejects).unwrap().replace(",nobody,", ",ann@example.com,");
        let summary = world.import(&world.file("fixed.csv", fixed), &[]);
        assert_eq!(summary["created"], 1, "{summary}");
    });
}

#[test]
fn names_that_are_phones_and_refusals_among_states_stop_the_import() {
    on_both_engines(|world| {
        for (text, told) in [
            ("Email,Contact\nann@example.com,(212) 555-0101\n", "the column `Contact` holds phone numbers"),
            ("Name,Email,Contact\nAnn,ann@example.com,(212) 555-0101\n", "the column `Contact` holds phone numbers"),
            ("Email,Alt line\nann@example.com,(212) 555-0101 x3\n", "the column `Alt line` holds phone numbers"),
            ("Phone,Email status\n2125550101,Subscribed\n2125550102,Unsubscribed\n", "holds refusals to be contacted"),
            ("Phone,Robinson list\n2125550101,see note\n2125550102,yes\n", "holds answers to whether people"),
            ("Phone,Blacklisted\n2125550101,VRAI\n", "holds answers to whether people"),
        ] {
            let ran = import(world, "a.csv", text, &[]);
            assert!(ran.code == Some(1) && ran.stderr.contains(told), "{text}: {}", ran.stderr);
        }
        let text = "Email,Status,Date,Do Not Call\nann@example.com,contacted,2026-01-02,yes\n";
        let ran = world.run(["import", "history", world.file("b.csv", text).to_str().unwrap()]);
        assert!(ran.code == Some(1) && ran.stderr.contains("--ignore 'Do Not Call'"), "{}", ran.stderr);
        // Fax numbers, who keeps the record, and second addresses are no news.
        let text = "Phone,Fax,Owner phone ext,Created By,Email,E-mail 2\n\
                    2125550101,212-555-0102,,ann@example.org,ann@example.com,roe@example.com\n";
        assert_eq!(import(world, "c.csv", text, &[]).code, Some(0));
    });
}
