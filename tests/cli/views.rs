//! The views for other tools say the same on both engines, and on PostgreSQL nothing of other organizations.

use crate::support::engine::{database_of, try_psql, url_of};
use crate::support::{Engine, World, on_both_engines};

fn rows(world: &World, sql: &str) -> Vec<String> {
    let text = |row: String| {
        // Flags and fractions are written differently.
        let cells = row.split('|').map(|cell| match cell {
            "t" => "1".to_owned(),
            "f" => "0".to_owned(),
            cell if cell.contains('.') && cell.parse::<f64>().is_ok() => {
                format!("{:.4}", cell.parse::<f64>().unwrap()).trim_end_matches('0').trim_end_matches('.').to_owned()
            }
            cell => cell.to_owned(),
        });
        cells.collect::<Vec<_>>().join("|")
    };
    let rows = world.engine.sql(&world.url, sql).unwrap_or_else(|e| panic!("{:?} {sql}: {e}", world.engine));
    rows.into_iter().map(text).collect()
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
    let leads = try_psql(&url, "SET app.current_org_id = '2'; SELECT sum(leads) FROM organization_metrics").unwrap();
    assert_eq!(leads.last().unwrap(), "1");
    world.finish();
}
