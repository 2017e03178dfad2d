//! What exports of other programs hold besides leads: faxes, test leads, deleted records, words for nothing.

use serde_json::{Value, json};

use crate::support::{World, on_both_engines};

/// Imports a text by the preset that its header shows.
fn read(world: &World, text: &str) -> Value {
    let file = world.file("a.csv", text);
    let ran = world.run(["import", "leads", file.to_str().unwrap(), "--format", "json"]);
    assert_eq!(ran.code, Some(0), "{}{}", ran.stdout, ran.stderr);
    assert!(ran.stderr.contains("reads as an export of "), "{}", ran.stderr);
    serde_json::from_str(&ran.stdout).unwrap()
}

#[test]
fn what_hubspot_calculates_of_phones_and_emails() {
    let text = "Record ID,First Name,Email,Email Domain,Phone Number,Calculated Phone Number in International Format,\
                Calculated Mobile Number in International Format,Calculated Phone Number Country Code,Lifecycle Stage\n\
                1,Ann,ann@example.com,example.com,212-555-0101,+12125550101,,US,lead\n\
                2,Bo,bo@example.com,example.com,,,+12125550102,,lead\n3,Cy,,example.com,,+12125550103,,US,lead\n";
    on_both_engines(|world| {
        let summary = read(world, text);
        assert_eq!((&summary["created"], &summary["rejected"]), (&json!(3), &json!(0)), "{summary}");
        let leads = world.leads();
        let phones: Vec<&Value> = leads.iter().map(|lead| &lead["phone_number"]).collect();
        assert_eq!(phones, ["+12125550101", "+12125550102", "+12125550103"]);
        let ann = world.json(["lead", "show", "1"]);
        assert_eq!((&ann["phones"], &ann["emails"]), (&json!([]), &json!([])), "the same number is no further one");
        assert_eq!(ann["custom_fields"]["Email Domain"], "example.com");
    });
}

#[test]
fn labels_of_google_say_what_a_number_is_and_a_fax_is_no_phone() {
    let new = "First Name,Last Name,Organization Name,E-mail 1 - Label,E-mail 1 - Value,E-mail 2 - Label,E-mail 2 - Value,\
               Phone 1 - Label,Phone 1 - Value,Phone 2 - Label,Phone 2 - Value,Phone 3 - Label,Phone 3 - Value\n\
               Ann,Roe,,* Work,ann@example.com,Home,ann.home@example.com,Work Fax,+1 212-555-0101,* Mobile,+1 212-555-0102,\
               Work,+1 212-555-0103\nBo,Lee,,,bo@example.com,,,Pager,+1 212-555-0104,,,,\n";
    let old = "Name,Given Name,Family Name,Group Membership,Notes,Phone 1 - Type,Phone 1 - Value,Phone 2 - Type,Phone 2 - Value\n\
               Cy Fox,Cy,Fox,* myContacts,,Home Fax,+1 212-555-0105,Home,+1 212-555-0106\n";
    on_both_engines(|world| {
        read(world, new);
        read(world, old);
        let leads: Vec<Value> = (1..=3).map(|id: u8| world.json(["lead", "show", &id.to_string()])).collect();
        let phones: Vec<&Value> = leads.iter().map(|lead| &lead["phone_number"]).collect();
        assert_eq!(phones, [&json!("+12125550102"), &Value::Null, &json!("+12125550106")]);
        let kinds = |of: &Value| -> Vec<Value> { of.as_array().unwrap().iter().map(|it| it["kind"].clone()).collect() };
        assert_eq!(
            (kinds(&leads[0]["phones"]), kinds(&leads[0]["emails"])),
            (vec![json!("work")], vec![json!("home")])
        );
        assert_eq!(leads[0]["custom_fields"]["Phone 1 - Value"], "+1 212-555-0101", "a fax is kept");
        assert_eq!(leads[1]["custom_fields"]["Phone 1 - Value"], "+1 212-555-0104");
    });
}

const META: &str = "id,created_time,ad_id,form_id,platform,full_name,email,phone_number\n\
    l:1,2026-01-01T00:00:00+0000,ag:1,f:1,fb,<test lead: dummy data for full_name>,test@meta.com,<test lead: dummy data for phone_number>\n\
    l:2,2026-01-01T00:00:00+0000,ag:1,f:1,fb,Ann Roe,test@fb.com,p:+12125550101\n\
    l:3,2026-01-01T00:00:00+0000,ag:1,f:1,fb,Bo Lee,bo@example.com,p:+12125550102\n";

const SALESFORCE: &str = "\"Id\",\"IsDeleted\",\"LastName\",\"Company\",\"LeadSource\",\"Status\",\"Phone\",\"DoNotCall\"\n\
    \"00Q1\",\"false\",\"Roe\",\"[not provided]\",\"Web\",\"Open\",\"+12125550103\",\"false\"\n\
    \"00Q2\",\"true\",\"Lee\",\"X\",\"Web\",\"Open\",\"+12125550104\",\"false\"\n\
    \"00Q3\",\"TRUE\",\"Fox\",\"X\",\"Web\",\"Open\",\"+12125550105\",\"true\"\n";

/// Deleted records and test leads are nobody's leads; one that asks not to be contacted is heard all the same.
#[test]
fn test_leads_and_deleted_records_are_skipped_with_their_reason() {
    on_both_engines(|world| {
        let summary = read(world, META);
        let told = ["read", "created", "skipped", "rejected"].map(|key| summary[key].clone());
        assert_eq!(json!(told), json!([3, 1, 2, 0]), "{summary}");
        assert_eq!(summary["skipped_as"], json!({ "a test lead of Meta": 2 }));
        let file = world.file("sf.csv", SALESFORCE);
        let path = file.to_str().unwrap();
        let explained = world.json(["import", "leads", path, "--explain", "3"]);
        assert_eq!(
            (&explained["outcome"], &explained["reasons"]),
            (&json!("skipped"), &json!(["deleted in Salesforce"]))
        );
        let ran = world.run(["import", "leads", path, "--skipped", "skipped.csv", "--plan", "sf.plan"]);
        assert_eq!(ran.code, Some(0), "{}{}", ran.stdout, ran.stderr);
        assert!(ran.stderr.contains("skipped rows: 1 deleted in Salesforce\n"), "{}", ran.stderr);
        world.ok(["import", "apply", "sf.plan", "--skipped", "skipped.csv"]);
        let skipped = std::fs::read_to_string(world.path("skipped.csv")).unwrap();
        assert!(skipped.contains("00Q2") && skipped.contains("deleted in Salesforce"), "{skipped}");
        let leads = world.leads();
        let told: Vec<(&Value, &Value)> = leads.iter().map(|lead| (&lead["external_id"], &lead["status"])).collect();
        let (new, dnc) = (json!("new"), json!("dnc"));
        assert_eq!(told, [(&json!("3"), &new), (&json!("00Q1"), &new), (&json!("00Q3"), &dnc)]);
        assert_eq!(leads[1]["company"], Value::Null);
        let check = world.run(["dnc", "check", "+12125550105"]);
        assert_eq!(check.code, Some(3), "{}", check.stdout);
    });
}

#[test]
fn a_preset_of_ones_own_skips_rows_but_no_wish() {
    let preset = "name = 'fair'\ntitle = 'Fair'\nkind = 'leads'\nsignature = [['Badge', 'Visitor']]\n[map]\nname = 'Visitor'\n\
                  phone = 'Mobile'\n[[skip]]\ncolumn = '*'\ntext = '*'\nreason = 'all of them'\n";
    let people = "Badge,Visitor,Mobile,DNC,Notes\n1,A,2125550151,Yes,\n2,B,2125550152,,please do not call me again\n\
                  3,C,2125550153,perhaps,\n4,D,2125550154,,\n";
    on_both_engines(|world| {
        world.file("fair.toml", preset);
        let file = world.file("h.csv", people);
        let options = ["--preset", "./fair.toml", "--region", "US", "--format", "json"];
        let ran = world.run([&["import", "leads", file.to_str().unwrap()][..], &options].concat());
        let summary: Value = serde_json::from_str(&ran.stdout).unwrap();
        // What may be a wish is rejected where nobody can read it.
        let told = ["read", "created", "skipped", "rejected"].map(|key| summary[key].clone());
        assert_eq!((ran.code, json!(told)), (Some(3), json!([4, 2, 1, 1])), "{summary}");
        for lead in world.leads() {
            assert_eq!(lead["status"], "dnc", "{lead}");
        }
        world.file("costs.toml", "name = 'c'\ntitle = 'C'\nkind = 'costs'\n[map]\ncost = 'A'\n[labels]\nA = 'B'\n");
        let ran = world.run(["import", "presets", "show", "./costs.toml"]);
        assert!(ran.stderr.contains("line 7: `labels` is for leads, and the preset reads costs"), "{}", ran.stderr);
    });
}

#[test]
fn words_and_addresses_that_say_nothing_reject_no_row() {
    let outlook = "First Name,Last Name,E-mail Address,E-mail Type,E-mail 2 Address,E-mail 2 Type,Business Phone,Mobile Phone\n\
        Ann,Roe,/o=ExchangeLabs/ou=Exchange Administrative Group (FYDIBOHF23SPDLT)/cn=Recipients/cn=abc,EX,,,+1 212-555-0101,\n\
        Bo,Lee,bo@example.com,SMTP,/O=EXCHANGELABS/OU=X/CN=Y,EX,,+1 212-555-0102\n";
    let zoho = "Record Id,Lead Owner,Last Name,Lead Status,Created Time,Email,Phone,Country\n\
        zcrm_1,,Fox,-None-,2026-01-01 00:00:00,-None-,+12125550103,-None-\n";
    let linkedin = "First Name,Last Name,URL,Email Address,Company,Position,Connected On\n\
        Dee,Ray,https://www.linkedin.com/in/dee-made-up,,X,Y,12 Mar 2024\n,,,,,,13 Mar 2024\n";
    on_both_engines(|world| {
        let summary = read(world, outlook);
        assert_eq!((&summary["created"], &summary["placeholders"]), (&json!(2), &json!(2)), "{summary}");
        let summary = read(world, zoho);
        assert_eq!((&summary["created"], &summary["placeholders"]), (&json!(1), &json!(3)), "{summary}");
        let summary = read(world, linkedin);
        assert_eq!((&summary["read"], &summary["created"]), (&json!(1), &json!(1)), "{summary}");
        assert!(summary["notices"].to_string().contains("row 3 (13 Mar 2024)"), "{summary}");
        // Without a preset, too.
        let plain =
            world.file("b.csv", "Phone,Email,Status\n+12125550104,[not provided],--None--\n+12125550105,-None-,\n");
        let summary = world.import(&plain, &[]);
        assert_eq!((&summary["created"], &summary["placeholders"]), (&json!(2), &json!(3)), "{summary}");
        let leads = world.leads();
        let emails: Vec<&Value> = leads.iter().map(|lead| &lead["email"]).collect();
        let (none, bo) = (Value::Null, json!("bo@example.com"));
        assert_eq!(emails, [&none, &bo, &none, &none, &none, &none]);
    });
}

#[test]
fn words_for_nothing_are_kept_where_no_field_claims_them() {
    on_both_engines(|world| {
        let file = world.file("a.csv", "Phone,City,Shoe size\n2125550101,N/A,N/A\n2125550102,-,-\n");
        let summary = world.import(&file, &[]);
        assert_eq!((&summary["created"], &summary["placeholders"]), (&json!(2), &json!(2)), "{summary}");
        let leads = world.leads();
        let told: Vec<_> = leads.iter().map(|lead| (&lead["city"], &lead["custom_fields"]["Shoe size"])).collect();
        assert_eq!(told, [(&Value::Null, &json!("N/A")), (&Value::Null, &json!("-"))]);
    });
}

#[test]
fn words_that_a_preset_does_not_know_are_told_as_such() {
    on_both_engines(|world| {
        let text =
            "Record ID,First Name,Email,Lifecycle Stage\n1,Ann,ann@example.com,Aspirant\n2,Bo,bo@example.com,lead\n";
        world.file("a.csv", text);
        let ran = world.run(["import", "leads", "a.csv"]);
        let told = "words of `Lifecycle Stage` that the preset hubspot does not know: `Aspirant` (1)";
        assert!(ran.code == Some(3) && ran.stderr.contains(told), "{}", ran.stderr);
        let line = ran.stderr.lines().find_map(|line| line.trim().strip_prefix("crmctl import ")).unwrap();
        let done = world.shell(&format!("crmctl import {}", line.replace("=STATUS", "=new")));
        assert!(done.code == Some(0) && done.stdout.contains("created    1"), "{line}: {}{}", done.stdout, done.stderr);
        let plain =
            world.run(["import", "leads", "a.csv", "--preset", "none", "--map", "status=Lifecycle Stage", "--dry-run"]);
        assert!(plain.stderr.contains("words of `Lifecycle Stage` that mean nothing here"), "{}", plain.stderr);
    });
}

/// Who keeps a record elsewhere is no user here: the rows are rejected, and the line that is told keeps the names.
#[test]
fn owners_of_another_program_are_kept_by_the_line_that_is_told() {
    on_both_engines(|world| {
        world.file(
            "a.csv",
            "Record ID,First Name,Email,Contact owner\n1,Ann,ann@example.com,Sam Sales\n2,Bo,bo@example.com,Kim Key\n",
        );
        let ran = world.run(["import", "leads", "a.csv"]);
        assert!(ran.code == Some(3) && ran.stdout.contains("keep the names: --keep 'Contact owner'"), "{}", ran.stdout);
        let (line, done) = world.as_told(&ran);
        assert!(line.ends_with("a.csv.rejects.csv --keep 'Contact owner'"), "{line}");
        assert_eq!(done.code, Some(0), "{}{}", done.stdout, done.stderr);
        let owners: Vec<Value> =
            world.leads().iter().map(|lead| lead["custom_fields"]["Contact owner"].clone()).collect();
        assert_eq!(owners, ["Sam Sales", "Kim Key"]);
        assert_eq!(world.leads()[0]["external_source"], "hubspot");
    });
}

#[test]
fn two_presets_of_one_name_are_an_error_that_names_both_files() {
    let preset =
        "name = 'fair'\ntitle = 'Fair'\nkind = 'leads'\nsignature = [['Badge', 'Visitor']]\n[map]\nphone = 'Mobile'\n";
    on_both_engines(|world| {
        let folder = world.path(".config/crmctl/presets");
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join("a.toml"), preset).unwrap();
        // Even where its header shows another file.
        std::fs::write(folder.join("b.toml"), preset.replace("'Badge', 'Visitor'", "'Stand'")).unwrap();
        let told = format!(
            "two presets are named `fair`: {} and {}",
            folder.join("a.toml").display(),
            folder.join("b.toml").display()
        );
        world.file("a.csv", "Badge,Visitor,Mobile\n1,A,2125550101\n");
        for args in [
            &["import", "leads", "a.csv"][..],
            &["import", "leads", "a.csv", "--preset", "fair"],
            &["import", "presets", "show", "fair"],
        ] {
            let ran = world.run(args);
            assert!(ran.code == Some(1) && ran.stderr.contains(&told), "{args:?}: {}", ran.stderr);
        }
        let listed = world.json(["import", "presets"]);
        for place in [0, 1] {
            assert!(listed[place]["problem"].as_str().unwrap().starts_with(&told), "{listed}");
        }
        // A file of others is not held up, and a file that is named is meant.
        world.file("b.csv", "Phone\n2125550102\n");
        world.ok(["import", "leads", "b.csv"]);
        world.ok(["import", "leads", "a.csv", "--preset", folder.join("a.toml").to_str().unwrap()]);
    });
}
