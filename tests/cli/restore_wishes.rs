//! A restored backup resurrects nobody: what people asked for since it was made holds in it, too. Each wish alone, and then random ones.

use crate::support::sweep::Random;
use crate::support::{Engine, World};

fn restored(world: &World) -> serde_json::Value {
    let done = world.json(["restore", "crm.zst", "--yes"]);
    assert_eq!(done["left"], serde_json::json!([]), "{done}");
    done
}

fn with_a_lead_and_a_backup() -> World {
    let world = World::new(Engine::Sqlite);
    world.ok(["lead", "add", "--phone", "+12125550101", "--email", "ada@example.com", "--name", "Ada King"]);
    world.ok(["lead", "add", "--phone", "+12125550102", "--email", "ben@example.com"]);
    world.ok(["backup", "crm.zst"]);
    world
}

fn sql(world: &World, sql: &str) -> Vec<String> {
    Engine::Sqlite.sql(&world.url, sql).unwrap()
}

#[test]
fn a_number_that_was_listed_stays_listed() {
    let world = with_a_lead_and_a_backup();
    world.ok(["dnc", "add", "+12125550101", "--reason", "asked by phone"]);
    world.ok(["dnc", "add", "+12125550155", "--scope", "texts", "--expires", "2099-01-01"]);
    assert_eq!(restored(&world)["numbers_listed"], 2);
    for (number, channel, code) in
        [("+12125550101", "calls", 3), ("+12125550155", "texts", 3), ("+12125550155", "calls", 0)]
    {
        assert_eq!(world.run(["dnc", "check", number, "--channel", channel]).code, Some(code), "{number} {channel}");
    }
    assert_eq!(sql(&world, "SELECT status FROM leads WHERE phone_number = '+12125550101'"), ["dnc"]);
    let reasons = sql(&world, "SELECT reason FROM dnc_list WHERE phone_number = '+12125550101' AND removed_at IS NULL");
    assert_eq!(reasons, ["asked by phone"]);
    world.finish();
}

#[test]
fn a_number_that_was_taken_off_the_list_is_told() {
    let world = World::new(Engine::Sqlite);
    world.ok(["dnc", "add", "+12125550101", "--reason", "asked"]);
    world.ok(["backup", "crm.zst"]);
    world.ok(["dnc", "remove", "+12125550101", "--reason", "asked to be called again", "--yes"]);
    let ran = world.run(["restore", "crm.zst", "--yes"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let told = "taken off the do-not-call list since are on it again: 1 (+12125550101)";
    assert!(ran.stderr.contains(told), "{}", ran.stderr);
    assert_eq!(world.run(["dnc", "check", "+12125550101"]).code, Some(3));
    world.finish();
}

#[test]
fn who_opted_out_stays_opted_out() {
    let world = with_a_lead_and_a_backup();
    world.ok(["lead", "edit", "+12125550101", "--consent", "denied"]);
    world.ok(["lead", "edit", "+12125550102", "--set", "email_opt_out=yes"]);
    let done = restored(&world);
    assert_eq!(done["opt_outs"], 2);
    assert_eq!(
        sql(&world, "SELECT consent_status, email_opted_out_at IS NOT NULL FROM leads ORDER BY id"),
        ["denied|0", "pending|1"]
    );
    // The log tells of it.
    let told = sql(&world, "SELECT field_name FROM lead_audit_log WHERE action = 'update' ORDER BY field_name");
    assert_eq!(told, ["consent_at", "consent_status", "email_opted_out_at"]);
    world.finish();
}

#[test]
fn who_came_and_opted_out_is_known_when_they_come_again() {
    let world = with_a_lead_and_a_backup();
    world.ok(["lead", "add", "--phone", "+12125550103", "--email", "cy@example.com"]);
    world.ok(["lead", "edit", "+12125550103", "--set", "email_opt_out=yes"]);
    let done = restored(&world);
    assert_eq!((done["opt_outs"].as_u64(), done["kept_deleted"].as_u64()), (Some(0), Some(1)));
    assert_eq!(world.leads().len(), 2);
    world.ok(["lead", "add", "--email", "cy@example.com"]);
    let opted_out = sql(
        &world,
        "SELECT email_opted_out_at IS NOT NULL FROM leads WHERE email = 'cy@example.com' AND deleted_at IS NULL",
    );
    assert_eq!(opted_out, ["1"]);
    world.finish();
}

#[test]
fn who_was_erased_stays_erased() {
    let world = with_a_lead_and_a_backup();
    world.ok(["lead", "note", "+12125550102", "he asked after Ada King"]);
    world.ok(["backup", "noted.zst"]);
    world.ok(["lead", "erase", "+12125550101", "--yes", "--reason", "asked by letter"]);
    let done = world.json(["restore", "noted.zst", "--yes"]);
    assert_eq!(done["erased"], 1, "{done}");
    let bytes = std::fs::read(&world.url).unwrap();
    for trace in ["Ada King", "ada@example.com", "+12125550101"] {
        let found = bytes.windows(trace.len()).any(|window| window == trace.as_bytes());
        assert!(!found, "{trace}");
    }
    assert_eq!(sql(&world, "SELECT reason FROM erasures"), ["asked by letter"]);
    // A later import of the person is told.
    let added = world.run(["lead", "add", "--email", "ada@example.com"]);
    assert_eq!(added.code, Some(0), "{}", added.stderr);
    world.finish();
}

#[test]
fn who_came_was_erased_and_had_opted_out_is_known_when_they_come_again() {
    let world = with_a_lead_and_a_backup();
    world.ok(["lead", "add", "--phone", "+12125550103", "--email", "cy@example.com"]);
    world.ok(["lead", "edit", "+12125550103", "--set", "email_opt_out=yes"]);
    world.ok(["lead", "erase", "+12125550103", "--yes"]);
    assert_eq!(restored(&world)["kept_deleted"], 1);
    world.ok(["lead", "add", "--email", "cy@example.com"]);
    let opted_out = sql(&world, "SELECT email_opted_out_at IS NOT NULL FROM leads WHERE email = 'cy@example.com'");
    assert_eq!(opted_out, ["1"]);
    world.finish();
}

#[test]
fn a_registry_that_was_required_stays_required() {
    let world = with_a_lead_and_a_backup();
    world.file("registry.txt", "2125550105\n");
    world.ok(["dnc", "registry", "load", "us-national", "registry.txt", "--as-of", "today", "--area-codes", "all"]);
    world.ok(["dnc", "registry", "require", "us-national", "--subscription", "10012345"]);
    assert_eq!(world.run(["dnc", "check", "+12125550101"]).code, Some(0));
    let done = restored(&world);
    assert_eq!(done["requirements"], 1);
    // Its numbers come along, and its log.
    assert_eq!(done["registries"], 1);
    assert_eq!(world.run(["dnc", "check", "+12125550101"]).code, Some(0));
    assert_eq!(world.run(["dnc", "check", "+12125550105"]).code, Some(3));
    let told = sql(&world, "SELECT new_value FROM audit_log WHERE entity = 'dnc_registry' AND field_name = 'version'");
    assert_eq!(told, ["1"]);
    assert!(done["newer"].as_array().unwrap().iter().any(|row| row["table"] == "dnc_registry_blocks"), "{done}");
    world.finish();
}

#[test]
fn a_user_who_was_disabled_stays_so_and_the_log_tells_of_the_restore() {
    let world = with_a_lead_and_a_backup();
    world.ok(["user", "add", "ada@example.com", "--role", "admin"]);
    world.ok(["user", "add", "rep@example.com", "--role", "sales_rep", "--as", "ada@example.com"]);
    world.ok(["org", "add", "beta", "--as", "ada@example.com"]);
    world.ok(["backup", "users.zst", "--as", "ada@example.com", "--org", "acme"]);
    world.ok(["user", "disable", "rep@example.com", "--as", "ada@example.com", "--org", "acme"]);
    let done = world.json(["restore", "users.zst", "--yes", "--as", "ada@example.com", "--org", "acme"]);
    assert_eq!(done["users_disabled"], 1);
    assert_eq!(sql(&world, "SELECT email FROM users WHERE NOT is_active"), ["rep@example.com"]);
    let refused = world.run(["lead", "add", "--phone", "+12125550109", "--as", "rep@example.com", "--org", "acme"]);
    assert_eq!(refused.code, Some(1), "{}", refused.stderr);
    let told = sql(
        &world,
        "SELECT o.slug, l.actor, l.field_name, l.new_value LIKE 'a backup of %' FROM audit_log l
         JOIN organizations o ON o.id = l.organization_id WHERE l.action = 'restore' ORDER BY 1",
    );
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(told.iter().all(|line| line.ends_with("|ada@example.com (tester@desk)|database|1")), "{told:?}");
    world.finish();
}

/// What a verifier has of the scrubs after the backup stays good, and the next scrub goes on behind them.
#[test]
fn scrubs_since_the_backup_stay_in_the_chain() {
    let world = World::new(Engine::Sqlite);
    world.file("in.csv", "Phone\n2125550101\n");
    let scrub = |n: u32| {
        let [clean, blocked] = [format!("c{n}.csv"), format!("b{n}.csv")];
        let ran = world.run(["dnc", "scrub", "in.csv", "--clean", &clean, "--blocked", &blocked, "--yes"]);
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    };
    let chain =
        || sql(&world, "SELECT sequence, hex(hash), hex(previous_hash), certificate FROM dnc_scrubs ORDER BY 1");
    world.ok(["backup", "none.zst"]);
    scrub(1);
    world.ok(["backup", "one.zst"]);
    scrub(2);
    scrub(3);
    let before = chain();
    for (backup, count) in [("one.zst", 2), ("none.zst", 3)] {
        assert_eq!(world.json(["restore", backup, "--yes"])["scrubs"], count, "{backup}");
        assert_eq!(chain(), before, "{backup}");
        world.ok(["dnc", "verify", "c3.csv.cert.json", "in.csv"]);
    }
    scrub(4);
    assert_eq!(sql(&world, "SELECT max(sequence) FROM dnc_scrubs"), ["4"]);
    assert!(!world.run(["doctor", "--full", "--format", "json"]).stdout.contains("\"certificates\""));
    // A chain that was forked elsewhere cannot be one with this one.
    std::fs::copy(&world.url, world.path("fork.db")).unwrap();
    let fork = world.path("fork.db");
    scrub(5);
    let scrubbed = ["dnc", "scrub", "in.csv", "--clean", "c6.csv", "--blocked", "b6.csv", "--yes", "--database-url"];
    let ran = world.run([&scrubbed[..], &[fork.to_str().unwrap()]].concat());
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    world.ok(["backup", "five.zst"]);
    let ran = world.run(["restore", "five.zst", "--yes", "--format", "json", "--replaces", fork.to_str().unwrap()]);
    assert_eq!(ran.code, Some(3), "{}", ran.stderr);
    let done: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(
        (&done["left"][0]["what"], &done["left"][0]["which"]),
        (&"certificates of scrubs".into(), &"number 5".into())
    );
    world.finish();
}

#[test]
fn an_organization_that_is_not_in_the_backup_is_named() {
    let world = with_a_lead_and_a_backup();
    world.ok(["org", "add", "beta"]);
    world.ok(["dnc", "add", "+12125550101", "--org", "beta"]);
    let ran = world.run(["restore", "crm.zst", "--yes", "--format", "json"]);
    assert_eq!(ran.code, Some(3), "{}", ran.stderr);
    let done: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    let left = [0, 1].map(|at| (&done["left"][at]["organization"], &done["left"][at]["which"]));
    assert_eq!(left, [(&"beta".into(), &"beta".into()), (&"beta".into(), &"all 1".into())]);
    world.finish();
}

/// Whatever was forbidden before is forbidden afterwards, by plain looks at both databases.
#[test]
fn random_wishes_hold_after_a_restore() {
    let mut random = Random::of_test("random_wishes_hold_after_a_restore");
    for round in 0..3 {
        let world = World::new(Engine::Sqlite);
        let number = |n: usize| format!("+121255501{n:02}");
        for n in 0..12 {
            world.ok(["lead", "add", "--phone", &number(n), "--email", &format!("p{n}@example.com")]);
        }
        let wish = |random: &mut Random| {
            let n = random.below(12);
            let lead = number(n);
            let call: Vec<&str> = match random.below(6) {
                0 => vec!["dnc", "add", &lead],
                1 => vec!["dnc", "add", &lead, "--scope", "texts"],
                2 => vec!["lead", "edit", &lead, "--consent", "denied"],
                3 => vec!["lead", "edit", &lead, "--set", "email_opt_out=yes"],
                4 => vec!["lead", "erase", &lead, "--yes"],
                _ => vec!["dnc", "remove", &lead, "--reason", "asked to be called", "--yes"],
            };
            // Who is erased has no number any more, and what is not listed cannot be taken off.
            let ran = world.run(&call);
            assert!(matches!(ran.code, Some(0 | 1 | 3)), "{call:?}: {}", ran.stderr);
        };
        (0..6).for_each(|_| wish(&mut random));
        world.ok(["backup", "crm.zst"]);
        (0..10).for_each(|_| wish(&mut random));
        let listed = "SELECT phone_number || ' ' || scope FROM dnc_list WHERE removed_at IS NULL ORDER BY 1";
        let denied = "SELECT id FROM leads WHERE consent_status = 'denied' ORDER BY 1";
        let no_email = "SELECT id FROM leads WHERE email_opted_out_at IS NOT NULL ORDER BY 1";
        let erased = "SELECT lead_id FROM erasures ORDER BY 1";
        let before = [listed, denied, no_email, erased].map(|it| sql(&world, it));
        let ran = world.run(["restore", "crm.zst", "--yes"]);
        assert!(matches!(ran.code, Some(0 | 3)), "{random}, round {round}: {}", ran.stderr);
        let after = [listed, denied, no_email, erased].map(|it| sql(&world, it));
        for (before, after) in before.iter().zip(&after) {
            for held in before {
                let all = held.replace(" texts", " all");
                assert!(
                    after.contains(held) || after.contains(&all),
                    "{random}, round {round}: {held} of {before:?}, {after:?}"
                );
            }
        }
        world.finish();
    }
}
