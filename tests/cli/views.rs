//! The views for other tools say the same on both engines, and on PostgreSQL nothing of other organizations.

use crate::import_random::Random;
use crate::support::engine::{database_of, try_psql, url_of};
use crate::support::{Engine, World, on_both_engines};

/// A row in the same words on both engines, which write flags and fractions differently.
fn in_words(row: &str) -> String {
    let cells = row.split('|').map(|cell| match cell {
        "t" => "1".to_owned(),
        "f" => "0".to_owned(),
        cell if cell.contains('.') && cell.parse::<f64>().is_ok() => {
            format!("{:.4}", cell.parse::<f64>().unwrap()).trim_end_matches('0').trim_end_matches('.').to_owned()
        }
        cell => cell.to_owned(),
    });
    cells.collect::<Vec<_>>().join("|")
}

fn rows(world: &World, sql: &str) -> Vec<String> {
    let rows = world.engine.sql(&world.url, sql).unwrap_or_else(|e| panic!("{:?} {sql}: {e}", world.engine));
    rows.iter().map(|row| in_words(row)).collect()
}

#[test]
fn what_the_views_say() {
    on_both_engines(|world| {
        world.ok(["user", "add", "ann@example.com", "--role", "admin"]);
        let ok = |world: &World, args: &[&str]| world.ok([args, &["--as", "ann@example.com"]].concat());
        ok(
            world,
            &[
                "lead",
                "add",
                "--phone",
                "2125550101",
                "--name",
                "Ada Lovelace",
                "--tag",
                "vip",
                "--tag",
                "b",
                "--note",
                "x",
                "--score",
                "60",
            ],
        );
        world.now = "2026-03-05T12:00:00Z";
        ok(world, &["lead", "add", "--phone", "2125550102", "--score", "75"]);
        ok(world, &["lead", "add", "--phone", "2125550103"]);
        ok(world, &["lead", "add", "--phone", "2125550104"]);
        ok(world, &["lead", "assign", "2", "--to", "ann@example.com"]);
        world.now = "2026-03-06T12:00:00Z";
        ok(world, &["lead", "status", "2", "contacted"]);
        ok(world, &["lead", "delete", "4", "--yes"]);
        world.now = "2026-03-07T12:00:00Z";
        ok(world, &["lead", "status", "2", "recruited"]);
        ok(world, &["dnc", "add", "2125550103"]);
        // The survivor is as old as the oldest lead that it absorbed, through a chain of merges.
        ok(world, &["lead", "merge", "1", "--into", "2", "--yes"]);
        world.now = "2026-03-08T12:00:00Z";
        ok(world, &["lead", "add", "--phone", "2125550105"]);
        ok(world, &["lead", "merge", "2", "--into", "5", "--yes"]);
        let created = match world.engine {
            Engine::Sqlite => "created_at",
            Engine::Postgres => "to_char(created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"')",
        };
        let summary = format!(
            "SELECT lead_id, last_name, phone_number, status, lead_score, owner_email, tags, note_count, on_dnc_list,
                    opted_out_of_email, {created} FROM lead_summary ORDER BY lead_id"
        );
        assert_eq!(
            rows(world, &summary),
            [
                "3||+12125550103|dnc||||0|1|0|2026-03-05T12:00:00.000Z",
                "5|Lovelace|+12125550105|recruited|75|ann@example.com|b, vip|1|0|0|2026-03-04T12:00:00.000Z",
            ],
            "{:?}",
            world.engine
        );
        let uid = world.json(["lead", "show", "5", "--as", "ann@example.com"])["uid"].clone();
        assert_eq!(rows(world, "SELECT uid FROM lead_summary WHERE lead_id = 5"), [uid.as_str().unwrap()]);
        let metrics =
            "SELECT slug, leads, new_leads, recruited_leads, dnc_leads, owned_leads, deleted_leads, conversion,
                       average_score, active_users, dnc_numbers, last_import_at FROM organization_metrics";
        let expected = "acme|2|0|1|1|1|1|0.5|75|1|1|";
        assert_eq!(rows(world, metrics), [expected]);
        let productivity =
            "SELECT email, role, is_active, owned_leads, recruited_leads, assignments, status_moves, notes
                            FROM user_productivity";
        assert_eq!(rows(world, productivity), ["ann@example.com|admin|1|1|1|2|2|1"]);
    });
}

#[test]
fn views_keep_to_the_organization_of_who_asks() {
    let world = World::new(Engine::Postgres);
    world.ok(["org", "add", "beta", "--region", "US"]);
    for org in ["acme", "beta"] {
        world.ok(["lead", "add", "--phone", "2125550101", "--org", org]);
        world.ok(["user", "add", &format!("{org}@example.com"), "--role", "admin", "--org", org]);
    }
    let url = url_of("crmctl_app", database_of(&world.url));
    for view in ["lead_summary", "user_productivity"] {
        let count =
            |setting: &str| try_psql(&url, &format!("{setting}SELECT count(*) FROM {view}")).unwrap().pop().unwrap();
        assert_eq!(count(""), "0", "{view} without the setting");
        assert_eq!(count("SET app.current_org_id = '2'; "), "1", "{view}");
    }
    // Others have no row, not one of zeros; who bypasses row-level security sees all.
    let metrics = "SELECT coalesce(string_agg(slug || leads, ' ' ORDER BY slug), 'none') FROM organization_metrics";
    for (setting, rows) in [("", "none"), ("SET app.current_org_id = '2'; ", "beta1")] {
        let found = try_psql(&url, &format!("{setting}{metrics}")).unwrap();
        assert_eq!(found.last().unwrap(), rows, "{setting}");
    }
    assert_eq!(world.engine.sql(&url_of("postgres", database_of(&world.url)), metrics).unwrap(), ["acme1 beta1"]);
    world.finish();
}

/// Random leads with parts, owners, merges and listed numbers: each figure of a view from what the program lists.
#[test]
fn the_views_say_what_the_program_lists() {
    on_both_engines(|world| {
        let mut random = Random(20);
        for user in ["ann", "ben"] {
            let admin: &[&str] = if user == "ann" { &[] } else { &["--as", "ann@example.com"] };
            world.ok([&["user", "add", &format!("{user}@example.com"), "--role", "admin"][..], admin].concat());
        }
        let mut text = String::from("Phone,Work Phone,Tags,Note,Owner,Status,Score\n");
        for row in 0..120 {
            let further =
                if random.below(3) == 0 { format!("212555{:04}", 200 + random.below(40)) } else { String::new() };
            let tags = ["", "vip", "a;b"][random.below(3)];
            let owner = ["", "ann@example.com", "ben@example.com"][random.below(3)];
            let status = ["new", "contacted", "hot", "recruited"][random.below(4)];
            let note = ["", "hello"][random.below(2)];
            let (score, phone) = (random.below(100), format!("+1212555{row:04}"));
            text.push_str(&format!("{phone},{further},{tags},{note},{owner},{status},{score}\n"));
        }
        world.file("people.csv", &text);
        let as_ann = ["--as", "ann@example.com"];
        let ok = |args: &[&str]| world.ok([args, &as_ann].concat());
        ok(&["import", "leads", "people.csv", "--region", "US"]);
        for n in 0..15 {
            let (a, b) = (1 + random.below(60), 61 + random.below(60));
            match n % 3 {
                0 => drop(world.run(
                    [&["lead", "merge", &a.to_string(), "--into", &b.to_string(), "--yes"][..], &as_ann].concat(),
                )),
                1 => drop(world.run([&["lead", "delete", &a.to_string(), "--yes"][..], &as_ann].concat())),
                _ => drop(ok(&["dnc", "add", &format!("+1212555{:04}", 200 + random.below(40))])),
            }
        }
        ok(&["dnc", "add", "+12125550007", "--expires", "2026-03-05"]);
        let columns = "id,status,tags,on_dnc,owner,score,created";
        let list = world.json([&["lead", "list", "--limit", "0", "--columns", columns][..], &as_ann].concat());
        let leads = list.as_array().unwrap();
        assert!(leads.len() > 90 && leads.iter().any(|lead| lead["on_dnc"] == true));
        let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
        let expected: Vec<String> = {
            let mut rows: Vec<(i64, String)> = leads
                .iter()
                .map(|lead| {
                    let tags: Vec<String> = lead["tags"].as_array().unwrap().iter().map(text).collect();
                    let cells = [
                        lead["id"].to_string(),
                        text(&lead["status"]),
                        tags.join(", "),
                        u8::from(lead["on_dnc"] == true).to_string(),
                        text(&lead["owner"]),
                        lead["lead_score"].to_string(),
                    ];
                    (lead["id"].as_i64().unwrap(), cells.join("|"))
                })
                .collect();
            rows.sort_unstable();
            rows.into_iter().map(|(_, row)| row).collect()
        };
        let summary =
            "SELECT lead_id, status, tags, on_dnc_list, owner_email, lead_score FROM lead_summary ORDER BY lead_id";
        // The clock of the database is no part of the test: what has ended by now is not compared.
        let found = rows(world, summary);
        let differing: Vec<(&String, &String)> = found.iter().zip(&expected).filter(|(a, b)| a != b).collect();
        assert_eq!((found.len(), differing.len()), (expected.len(), 1), "{:?}: {differing:?}", world.engine);
        assert!(differing[0].0.starts_with("8|dnc||0|") || differing[0].0.starts_with("8|dnc|"), "{differing:?}");
        let count = |word: &str| leads.iter().filter(|lead| lead["status"] == word).count();
        let owned = leads.iter().filter(|lead| !lead["owner"].is_null()).count();
        let metrics = "SELECT leads, new_leads, contacted_leads, hot_leads, recruited_leads, dnc_leads, owned_leads FROM organization_metrics";
        let counts = ["new", "contacted", "hot", "recruited", "dnc"].map(|word| count(word).to_string()).join("|");
        assert_eq!(rows(world, metrics), [format!("{}|{counts}|{owned}", leads.len())]);
        for user in ["ann@example.com", "ben@example.com"] {
            let of_user = |word: Option<&str>| {
                leads
                    .iter()
                    .filter(|lead| lead["owner"] == user && word.is_none_or(|word| lead["status"] == word))
                    .count()
            };
            let sql = format!("SELECT owned_leads, recruited_leads FROM user_productivity WHERE email = '{user}'");
            assert_eq!(rows(world, &sql), [format!("{}|{}", of_user(None), of_user(Some("recruited")))]);
        }
    });
}

/// What the views say of organizations and people is what plain SQL over the tables says, also as the everyday role, which sees its
/// own organization alone.
#[test]
fn the_views_name_organizations_and_people() {
    on_both_engines(|world| {
        world.ok(["org", "add", "beta", "--name", "Beta Ltd", "--region", "US", "--subscription-tier", "team"]);
        for org in ["acme", "beta"] {
            let user = |name: &str| format!("{name}@{org}.example");
            let ann = user("ann");
            let run = |args: &[&str]| world.ok([args, &["--org", org, "--as", &ann]].concat());
            world.ok([
                "user",
                "add",
                &ann,
                "--role",
                "admin",
                "--org",
                org,
                "--first-name",
                "Ann",
                "--last-name",
                "Lee",
            ]);
            run(&["user", "add", &user("ben"), "--first-name", "Ben", "--username", "ben"]);
            run(&["user", "add", &user("cleo")]);
            run(&["user", "add", &user("dan"), "--last-name", "Dan"]);
            let leads =
                [("ann", "70"), ("ann", "55"), ("ann", ""), ("ben", "10"), ("cleo", ""), ("", "99"), ("dan", "1")];
            let rows = leads.iter().enumerate().map(|(n, (owner, score))| {
                let owner = if owner.is_empty() { String::new() } else { user(owner) };
                format!("+121255501{n:02},{owner},{score}\n")
            });
            world.file("people.csv", format!("Phone,Owner,Score\n{}", rows.collect::<String>()));
            run(&["import", "leads", "people.csv"]);
            run(&["lead", "delete", "+12125550101", "--yes"]);
        }
        world.ok(["org", "edit", "acme", "--subscription-tier", "pro", "--as", "ann@acme.example"]);
        let name = "CASE WHEN u.first_name IS NULL THEN u.last_name WHEN u.last_name IS NULL THEN u.first_name
                    ELSE u.first_name || ' ' || u.last_name END";
        let pairs = [
            (
                "SELECT lead_id, organization_name, subscription_tier, owner_name FROM lead_summary ORDER BY lead_id",
                format!(
                    "SELECT l.id, o.name, o.subscription_tier, (SELECT {name} FROM users u WHERE u.id = l.owner_id)
                     FROM leads l, organizations o WHERE o.id = l.organization_id AND l.deleted_at IS NULL ORDER BY l.id"
                ),
            ),
            (
                "SELECT user_id, username, user_name, organization_name, average_score FROM user_productivity ORDER BY user_id",
                format!(
                    "SELECT u.id, u.username, {name}, o.name, (SELECT sum(l.lead_score) * 1.0 / count(l.lead_score) FROM leads l
                        WHERE l.owner_id = u.id AND l.deleted_at IS NULL AND l.lead_score IS NOT NULL HAVING count(*) > 0)
                     FROM users u, organizations o WHERE o.id = u.organization_id ORDER BY u.id"
                ),
            ),
        ];
        for (view, tables) in &pairs {
            let (found, expected) = (rows(world, view), rows(world, tables));
            assert!(found.len() >= 8 && found == expected, "{:?}: {found:?} {expected:?}", world.engine);
        }
        let of_ann = "SELECT user_name, organization_name, average_score FROM user_productivity WHERE email = 'ann@beta.example'";
        assert_eq!(rows(world, of_ann), ["Ann Lee|Beta Ltd|70"]);
        if world.engine == Engine::Postgres {
            let url = url_of("crmctl_app", database_of(&world.url));
            for (view, tables) in &pairs {
                for (org, slug) in [(1, "Acme"), (2, "Beta Ltd")] {
                    let ask = |sql: &str| -> Vec<String> {
                        let rows = try_psql(&url, &format!("SET app.current_org_id = '{org}'; {sql}")).unwrap();
                        rows.iter().map(|row| in_words(row)).collect()
                    };
                    let found = ask(view);
                    assert_eq!(found, ask(tables));
                    assert!(found.iter().all(|row| row.contains(slug)) && found.len() >= 4, "{found:?}");
                }
                assert!(try_psql(&url, view).unwrap().is_empty());
            }
        }
    });
}
