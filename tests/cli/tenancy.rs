//! No verb shows or changes another organization's rows, and on PostgreSQL neither does SQL as an everyday role.

use crmctl::db::catalogue::{Table, Tenant, Writes, tables, tables_of_erasure};
use serde_json::json;

use crate::support::engine::{database_of, psql, url_of};
use crate::support::filled::{ORGANIZATIONS, columns, filled, refusals};
use crate::support::{Engine, World, on_both_engines};

/// Two organizations with the same people.
fn two_organizations(world: &World) {
    world.ok(["org", "add", "beta", "--region", "US"]);
    let file = world.file(
        "leads.csv",
        "Phone,Email,First Name,Tags,DNC,Note\n2125550101,ada@example.com,Ada,vip,,hello\n2125550102,,Ben,,yes,\n",
    );
    for (slug, city) in [("acme", "Albany"), ("beta", "Boston")] {
        let summary = world.import(&file, &["--org", slug, "--set", &format!("city={city}")]);
        assert_eq!(summary["created"], 2, "{summary}");
        world.ok(["user", "add", &format!("{slug}@example.com"), "--role", "admin", "--org", slug]);
    }
}

#[test]
fn every_verb_keeps_to_its_organization() {
    on_both_engines(|world| {
        two_organizations(world);
        let acme = |args: &[&str]| world.json([args, &["--org", "acme", "--as", "acme@example.com"]].concat());
        let leads = acme(&["lead", "list"]);
        assert_eq!(leads.as_array().unwrap().len(), 2);
        assert!(leads.as_array().unwrap().iter().all(|lead| lead["city"] == "Albany"));
        assert_eq!(acme(&["import", "list"]).as_array().unwrap().len(), 1);
        assert_eq!(acme(&["user", "list"]).as_array().unwrap().len(), 1);
        let beta = world.json(["lead", "list", "--org", "beta", "--as", "beta@example.com", "--sort", "id"]);
        let (id, import) = (beta[0]["id"].to_string(), beta[0]["import_id"].to_string());
        let beta_too = ["--org", "beta", "--as", "beta@example.com"];
        assert_eq!(acme(&["lead", "duplicates"]), json!([]));
        for _ in 0..2 {
            // Before there is an index, and with one.
            let ada = acme(&["lead", "search", "ada"]);
            assert_eq!((ada.as_array().unwrap().len(), &ada[0]["city"]), (1, &json!("Albany")));
            world.ok([&["lead", "search", "ada"][..], &beta_too].concat());
        }
        world.ok([&["dnc", "add", "+12125550107"][..], &beta_too].concat());
        world.run([&["dnc", "detect", "--number", "+12125550101", "can you stop?", "--apply"][..], &beta_too].concat());
        world.run([&["dnc", "check", "+12125550107", "--record"][..], &beta_too].concat());
        world.ok([&["segment", "add", "secret", "--where", "status = new", "--public"][..], &beta_too].concat());
        assert_eq!(acme(&["segment", "list"]), json!([]));
        world.ok([&["territory", "add", "secret", "--where", "status = new"][..], &beta_too].concat());
        assert_eq!(acme(&["territory", "list"]), json!([]));
        let lies = ["lead", "list", "--where", "territory = secret", "--org", "acme", "--as", "acme@example.com"];
        assert_eq!(world.run(lies).code, Some(2));
        world.ok([&["task", "add", &id, "--due", "2026-03-01", "--note", "secret"][..], &beta_too].concat());
        let task = world.json([&["task", "list"][..], &beta_too].concat())[0]["id"].to_string();
        world.ok([&["lead", "next", "dismiss", &id, "--reason", "secret"][..], &beta_too].concat());
        assert_eq!(acme(&["task", "list"]), json!([]));
        let next = acme(&["lead", "next", "--all", "--channel", "email", "--any-hour"]);
        assert_eq!(next["left_out"].get("dismissed"), None, "{next}");
        assert!(!next.to_string().contains("a task"), "{next}");
        assert!(acme(&["lead", "next", "stats"]).as_array().unwrap().iter().all(|line| line["leads"] == 0));
        world.ok([&["pool", "add", "secret"][..], &beta_too].concat());
        world.ok([&["pool", "member", "add", "secret", "beta@example.com", "--capacity", "0"][..], &beta_too].concat());
        let run = world.json([&["pool", "run"][..], &beta_too].concat())[0]["run"].to_string();
        assert_eq!((acme(&["pool", "list"]), acme(&["pool", "runs"])), (json!([]), json!([])));
        world.file("secret.csv", "Phone,Secret\n2125550101,x\n");
        world.ok([&["import", "leads", "secret.csv", "--save-mapping", "secret"][..], &beta_too].concat());
        assert_eq!(acme(&["import", "mappings", "list"]), json!([]));
        for list in [&["audit", "list"][..], &["audit", "list", "--entity", "segment"]] {
            let all = acme(list).to_string();
            assert!(!all.contains("secret") && !all.contains("beta") && !all.contains("Boston"), "{list:?}: {all}");
        }
        let request = world.json([&["dnc", "due"][..], &beta_too].concat())[0]["id"].to_string();
        for list in [&["dnc", "list"][..], &["dnc", "due"], &["dnc", "history", "+12125550107"]] {
            let beta_s = |answer: serde_json::Value| answer.to_string().contains("+12125550107");
            assert!(!beta_s(acme(list)), "{list:?}");
        }
        assert_eq!(acme(&["dnc", "check", "+12125550107"])[0]["verdict"], "clear");
        for args in [
            &["roi", "cost", "add", "web", "2026-03", "500"][..],
            &["roi", "rate", "set", "EUR", "2026-03", "1.08"],
            &["budget", "deposit", "1000"],
            &["budget", "charge", "10", "--source", "web", "--month", "2026-03"],
        ] {
            world.ok([args, &beta_too].concat());
        }
        let cost = world.json([&["roi", "cost", "list"][..], &beta_too].concat())[0]["id"].to_string();
        for list in [
            &["roi", "cost", "list"][..],
            &["roi", "cost", "history"],
            &["roi", "rate", "list"],
            &["budget", "list"],
            &["budget", "balance"],
        ] {
            assert_eq!(acme(list), json!([]), "{list:?}");
        }
        assert_eq!(acme(&["budget", "verify"])["accounts"], json!([]));
        let roi = acme(&["roi"]);
        assert_eq!((&roi["total"]["leads"], &roi["reconciliation"]["cost_recorded_cents"]), (&json!(2), &json!(0)));
        assert_eq!(acme(&["funnel"])["cohort"], 2);
        assert_eq!(acme(&["funnel", "--mode", "activity"])["entries"], 3);
        assert_eq!(acme(&["funnel", "stages"])["cohort"], 2);
        world.file("history.csv", format!("ID,Status,Date\n{id},hot,2026-03-04\n"));
        let history = acme(&["import", "history", "history.csv", "--map", "lead=ID"]);
        assert_eq!((&history["created"], &history["rejected"]), (&json!(0), &json!(1)));
        assert_eq!(acme(&["dnc", "stats"])["undecided"], 0);
        for args in [
            vec!["lead", "show", &id],
            vec!["lead", "delete", &id, "--yes"],
            vec!["lead", "restore", &id],
            vec!["lead", "edit", &id, "--city", "Troy"],
            vec!["lead", "status", &id, "hot"],
            vec!["lead", "note", &id, "x"],
            vec!["lead", "show", &id, "--export-personal"],
            vec!["lead", "erase", &id, "--yes"],
            vec!["lead", "history", &id],
            vec!["lead", "history", &id, "--as-of", "2026-03-04"],
            vec!["lead", "timeline", &id],
            vec!["score", "explain", &id],
            vec!["score", "history", &id],
            vec!["score", "model", "show", "secret"],
            vec!["score", "model", "use", "secret@1"],
            vec!["lead", "phone", "add", &id, "+12125550103"],
            vec!["lead", "phone", "delete", &id, "+12125550101"],
            vec!["lead", "phone", "primary", &id, "+12125550101"],
            vec!["lead", "merge", "1", &id, "--yes"],
            vec!["lead", "merge", &id, "--into", "1", "--yes"],
            vec!["dnc", "decide", &request, "honour"],
            vec!["dnc", "remove", "+12125550107", "--reason", "x", "--yes"],
            vec!["roi", "cost", "delete", &cost, "--yes"],
            vec!["budget", "charge", "5", "--account", "main"],
            vec!["budget", "verify", "--account", "main"],
            vec!["lead", "tag", &id, "x"],
            vec!["lead", "untag", &id, "vip"],
            vec!["lead", "assign", &id, "--to", "acme@example.com"],
            vec!["lead", "assign", "--where", "status = new", "--to", "beta@example.com", "--yes"],
            vec!["task", "done", &task],
            vec!["task", "snooze", &task, "--until", "tomorrow"],
            vec!["task", "delete", &task, "--yes"],
            vec!["task", "add", &id, "--due", "today"],
            vec!["task", "list", "--after", &task],
            vec!["lead", "next", "done", &id],
            vec!["pool", "show", "secret"],
            vec!["pool", "edit", "secret", "--priority", "7"],
            vec!["pool", "delete", "secret", "--yes"],
            vec!["pool", "member", "add", "secret", "acme@example.com"],
            vec!["pool", "member", "list", "secret"],
            vec!["pool", "member", "edit", "secret", "beta@example.com", "--weight", "2"],
            vec!["pool", "member", "remove", "secret", "beta@example.com"],
            vec!["pool", "run", "secret"],
            vec!["pool", "runs", &run],
            vec!["pool", "undo", &run],
            vec!["pool", "reclaim", "secret", "--untouched", "0h"],
            vec!["segment", "show", "secret"],
            vec!["segment", "edit", "secret", "--private"],
            vec!["segment", "delete", "secret", "--yes"],
            vec!["segment", "count", "secret"],
            vec!["segment", "refresh", "secret"],
            vec!["segment", "export", "secret"],
            vec!["segment", "explain", "secret"],
            vec!["lead", "list", "--segment", "secret"],
            vec!["funnel", "--segment", "secret"],
            vec!["roi", "--segment", "secret"],
            vec!["funnel", "--by", "segment"],
            vec!["funnel", "stages", "--segment", "secret"],
            vec!["funnel", "stuck", "--segment", "secret"],
            vec!["territory", "show", "secret"],
            vec!["territory", "edit", "secret", "--priority", "1"],
            vec!["territory", "delete", "secret", "--unassign", "--yes"],
            vec!["territory", "member", "add", "secret", "acme@example.com"],
            vec!["territory", "member", "list", "secret"],
            vec!["territory", "member", "remove", "secret", "beta@example.com"],
            vec!["territory", "assign", "--only", "secret", "--yes"],
            vec!["territory", "add", "x", "--where", "status = new", "--parent", "secret"],
            vec!["lead", "assign", "1", "--territory", "secret"],
            vec!["lead", "list", "--after", &id],
            vec!["import", "show", &import],
            vec!["import", "mappings", "show", "secret"],
            vec!["import", "mappings", "delete", "secret", "--yes"],
            vec!["import", "undo", &import, "--yes"],
            vec!["user", "show", "beta@example.com"],
            vec!["user", "edit", "beta@example.com", "--role", "viewer"],
            vec!["user", "disable", "beta@example.com"],
            vec!["audit", "list", "--who", "beta@example.com"],
            vec!["lead", "list", "--owner", "beta@example.com"],
            vec!["lead", "list", "--as", "beta@example.com"],
        ] {
            let mut args = args.clone();
            args.extend(["--org", "acme"]);
            if !args.contains(&"--as") {
                args.extend(["--as", "acme@example.com"]);
            }
            let ran = world.run(&args);
            assert_eq!(ran.code, Some(1), "{args:?}: {}{}", ran.stdout, ran.stderr);
            assert_eq!(ran.stdout, "", "{args:?}");
        }
        // An admin of one organization does not manage another.
        for args in [vec!["org", "edit", "beta", "--name", "X"], vec!["org", "disable", "beta", "--yes"]] {
            let mut args = args.clone();
            args.extend(["--org", "acme", "--as", "acme@example.com"]);
            assert_eq!(world.run(&args).code, Some(1), "{args:?}");
        }
        // Updating acme's people leaves beta's alone.
        world.file("update.csv", "Phone,City,DNC\n2125550101,Troy,yes\n");
        acme(&["import", "leads", "update.csv", "--on-duplicate", "update"]);
        let after = world.json(["lead", "list", "--org", "beta", "--as", "beta@example.com", "--sort", "id"]);
        assert_eq!(after, beta);
        assert_eq!(acme(&["lead", "list", "--status", "dnc"]).as_array().unwrap().len(), 2);
    });
}

#[test]
fn several_organizations_must_be_told_apart() {
    on_both_engines(|world| {
        world.ok(["org", "add", "beta"]);
        let ran = world.run(["lead", "list"]);
        assert_eq!(ran.code, Some(2));
        assert!(ran.stderr.contains("choose one with --org: acme, beta"), "{}", ran.stderr);
        let ran = world.run(["lead", "list", "--org", "gamma"]);
        assert_eq!(ran.code, Some(1));
        assert!(ran.stderr.contains("no organization has the slug `gamma` (flag --org)"), "{}", ran.stderr);
    });
}

/// The tables of organizations; all of them, for the catalogue must name every table.
fn organization_tables() -> impl Iterator<Item = &'static Table> {
    tables().filter(|table| table.tenant == Tenant::Organization)
}

/// How many rows of each organization someone sees in each table: its name, the organization's id, the count.
fn seen(url: &str, setting: &str) -> Vec<String> {
    let counts = organization_tables()
        .map(|table| format!("SELECT '{0}', organization_id, count(*) FROM {0} GROUP BY organization_id", table.name));
    psql(url, &format!("{setting}{} ORDER BY 1, 2", counts.collect::<Vec<_>>().join(" UNION ALL ")))
}

#[test]
fn row_level_security_hides_and_guards() {
    let world = filled(Engine::Postgres);
    let database = database_of(&world.url);
    let all = seen(&url_of("postgres", database), "");
    assert_eq!(all.len(), ORGANIZATIONS.len() * organization_tables().count());
    for role in ["crmctl_app", "crmctl_owner"] {
        let url = url_of(role, database);
        assert!(seen(&url, "").is_empty(), "{role} sees rows without the setting");
        for (own, _) in ORGANIZATIONS {
            let setting = format!("SET app.current_org_id = '{own}'; ");
            let of_own: Vec<&String> =
                all.iter().filter(|row| row.split('|').nth(1) == Some(&own.to_string())).collect();
            assert_eq!(seen(&url, &setting).iter().collect::<Vec<_>>(), of_own, "{role} as organization {own}");
            let other = ORGANIZATIONS.map(|(id, _)| id).into_iter().find(|id| *id != own).unwrap();
            let planting: Vec<String> = organization_tables()
                .map(|table| {
                    let columns = columns(&world, table.name).into_iter().map(|(name, _)| name);
                    let columns: Vec<String> =
                        columns.filter(|name| name != "id" && name != "organization_id").collect();
                    let columns = columns.iter().map(|name| format!(", {name}")).collect::<String>();
                    format!("INSERT INTO {0} (organization_id{columns}) SELECT {other}{columns} FROM {0}", table.name)
                })
                .collect();
            for (refusal, table) in refusals(&url, &setting, &planting).iter().zip(organization_tables()) {
                let is_of_erasure = tables_of_erasure().any(|it| it.name == table.name);
                let by_right = role == "crmctl_app" && is_of_erasure && refusal.contains("permission denied");
                assert!(
                    refusal.contains("row-level security") || by_right,
                    "{role} planted a row into {}: {refusal}",
                    table.name
                );
            }
            let moving = |table: &Table| format!("UPDATE {} SET organization_id = {other}", table.name);
            let moving: Vec<String> = organization_tables().map(moving).collect();
            for (refusal, table) in refusals(&url, &setting, &moving).iter().zip(organization_tables()) {
                let by_right =
                    role == "crmctl_app" && table.writes == Writes::AppendOnly && refusal.contains("permission denied");
                let by_trigger = role == "crmctl_owner" && table.is_log() || table.writes == Writes::DecidedOnce;
                let by_trigger = by_trigger && refusal.contains("append-only");
                let by_ratchet = table.writes == Writes::Ratcheted && refusal.contains("only closed");
                assert!(
                    refusal.contains("row-level security") || by_right || by_trigger || by_ratchet,
                    "{role} moved a row of {}: {refusal}",
                    table.name
                );
            }
        }
    }
    assert_eq!(seen(&url_of("postgres", database), ""), all);
    world.finish();
}

#[test]
fn foreign_keys_include_the_organization() {
    on_both_engines(|world| {
        two_organizations(world);
        let lead = world.json(["lead", "list", "--org", "beta", "--as", "beta@example.com", "--sort", "id"])[0]["id"]
            .to_string();
        let time = if world.engine == Engine::Sqlite { "0" } else { "now()" };
        let planted = world.engine.sql(
            &world.url,
            &format!(
                "INSERT INTO lead_tags (organization_id, lead_id, tag, created_at) VALUES (1, {lead}, 'x', {time})"
            ),
        );
        assert!(planted.unwrap_err().to_lowercase().contains("foreign key"));
    });
}

#[test]
fn a_superuser_is_refused_for_writing_with_the_mend() {
    let world = World::new(Engine::Postgres);
    let superuser = url_of("postgres", database_of(&world.url));
    for args in [vec!["lead", "add", "--phone", "+12125550101"], vec!["org", "add", "x"], vec!["migrate", "seed"]] {
        let ran = world.run([args.clone(), vec!["--database-url", &superuser]].concat());
        assert_eq!(ran.code, Some(1), "{args:?}");
        assert!(
            ran.stderr.contains("bypasses row-level security")
                && ran.stderr.contains("crmctl migrate up --app-role crm_app"),
            "{}",
            ran.stderr
        );
    }
    world.ok(["lead", "list", "--database-url", &superuser]);
    world.ok(["lead", "add", "--phone", "+12125550101", "--database-url", &superuser, "--allow-bypass"]);
    assert_eq!(world.leads().len(), 1);
    world.finish();
}

#[test]
fn on_postgresql_someone_must_act_once_there_are_users() {
    let world = World::new(Engine::Postgres);
    world.ok(["user", "add", "ada@example.com", "--role", "admin"]);
    let ran = world.run(["lead", "list"]);
    assert_eq!(ran.code, Some(2));
    assert!(ran.stderr.contains("--as EMAIL or CRM_USER"), "{}", ran.stderr);
    let listed =
        crate::support::ran(world.command(["lead", "list", "--format", "json"]).env("CRM_USER", "ada@example.com"));
    assert_eq!((listed.code, serde_json::from_str::<serde_json::Value>(&listed.stdout).unwrap()), (Some(0), json!([])));
    world.finish();
}
