//! People who refused or were erased by what their leads got, or under other leads, after the backup: a restore brings none of them back.

use serde_json::json;

use crate::backup_files::{admin, backed_up};
use crate::restore_lists::Target;
use crate::support::{Engine, World, on_both_engines};

fn add(world: &World, phone: &str, email: &str, name: &str) {
    world.ok(["lead", "add", "--phone", phone, "--email", email, "--name", name]);
}

/// What a lead that comes by an import after the restore opted out of: its consent, and whether it has opted out of email.
fn comes_again(world: &World, target: &Target<'_>, phone: &str, email: &str) -> (String, bool) {
    world.file("again.csv", format!("Phone,Email\n{phone},{email}\n"));
    let ran = target.run(&["import", "leads", "again.csv", "--region", "US"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let lead = target.sql(
        "SELECT consent_status || ' ' || (email_opted_out_at IS NOT NULL) FROM leads WHERE deleted_at IS NULL ORDER BY id DESC LIMIT 1",
    );
    let (consent, is_out) = lead[0].split_once(' ').unwrap();
    (consent.to_owned(), matches!(is_out, "1" | "true"))
}

#[test]
fn refusals_hold_by_what_a_lead_got_after_the_backup() {
    for (phone, email) in [("2125550143", ""), ("2125550177", "b@example.com"), ("2125550143", "b@example.com")] {
        on_both_engines(|world| {
            add(world, "2125550142", "a@example.com", "Ann Bee");
            backed_up(world, "crm.zst");
            world.ok(["lead", "edit", "1", "--phone", "2125550143", "--email", "b@example.com"]);
            world.ok(["lead", "edit", "1", "--consent", "denied", "--set", "email_opt_out=yes"]);
            let (target, done) = Target::restored(world, 0);
            assert_eq!((&done["opt_outs"], &done["kept_deleted"]), (&json!(1), &json!(1)), "{done}");
            assert_eq!(target.sql("SELECT consent_status FROM leads WHERE id = 1"), ["denied"]);
            let comes = comes_again(world, &target, phone, email);
            assert_eq!(comes, ("denied".to_owned(), true), "{:?}: {phone} {email}", world.engine);
        });
    }
}

#[test]
fn what_is_as_it_was_is_kept_once() {
    on_both_engines(|world| {
        add(world, "2125550142", "a@example.com", "Ann Bee");
        world.ok(["lead", "edit", "1", "--consent", "denied"]);
        add(world, "2125550143", "b@example.com", "Bob Cee");
        world.ok(["lead", "edit", "2", "--consent", "denied"]);
        world.ok(["lead", "delete", "2", "--yes"]);
        backed_up(world, "crm.zst");
        let (target, done) = Target::restored(world, 0);
        assert_eq!((&done["opt_outs"], &done["kept_deleted"]), (&json!(0), &json!(0)), "{done}");
        assert_eq!(target.sql("SELECT count(*) FROM leads"), ["2"]);
    });
}

#[test]
fn an_erased_person_is_known_by_what_came_after_the_backup() {
    on_both_engines(|world| {
        add(world, "2125550142", "a@example.com", "Ann Bee");
        backed_up(world, "crm.zst");
        world.ok(["lead", "phone", "add", "1", "2125550143"]);
        world.ok(["lead", "edit", "1", "--consent", "denied"]);
        world.ok(["lead", "erase", "1", "--reason", "a letter", "--yes"]);
        let (target, done) = Target::restored(world, 0);
        assert_eq!(done["erased"], 1, "{done}");
        for phone in ["2125550142", "2125550143"] {
            assert_eq!(comes_again(world, &target, phone, "").0, "denied", "{:?}: {phone}", world.engine);
        }
    });
}

/// On PostgreSQL the database lets nobody but an admin erase people, whoever restores; a sound database says nothing afterwards.
#[test]
fn people_are_erased_again_where_there_are_users() {
    on_both_engines(|world| {
        let root = ["--as", "root@example.com"];
        world.ok(["user", "add", root[1], "--role", "admin"]);
        let ok = |args: &[&str]| drop(world.ok([args, &root[..]].concat()));
        ok(&["user", "add", "ann@example.com", "--role", "sales_rep"]);
        ok(&["lead", "add", "--phone", "2125550142", "--email", "a@example.com", "--name", "Ann Bee"]);
        ok(&["lead", "add", "--phone", "2125550143", "--name", "Bob Cee"]);
        let url = admin(world);
        ok(&["backup", "crm.zst", "--database-url", &url]);
        ok(&["lead", "erase", "1", "--reason", "a letter", "--yes"]);
        ok(&["dnc", "add", "+12125550143"]);
        ok(&["user", "disable", "ann@example.com", "--yes"]);
        let target = Target::new(world);
        let mut call = vec!["restore", "crm.zst", "--yes", "--format", "json"];
        if world.engine == Engine::Postgres {
            call.extend(["--replaces", &url]);
            let tried = target.run(&[&call[..], &root, &["--dry-run"]].concat());
            assert!(tried.code == Some(0) && tried.stderr.contains("was not tried"), "{}", tried.stderr);
        }
        let ran = target.run(&[&call[..], &root].concat());
        assert_eq!(ran.code, Some(0), "{}\n{}", ran.stdout, ran.stderr);
        let done: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
        let counts = ["erased", "numbers_listed", "users_disabled"].map(|key| done[key].as_u64().unwrap());
        assert_eq!(counts, [1, 1, 1], "{done}");
        assert_eq!(target.sql("SELECT count(*) FROM leads WHERE first_name = 'Ann'"), ["0"]);
        assert_eq!(
            target.sql("SELECT count(*) FROM erasures e JOIN users u ON u.id = e.erased_by AND u.role = 'admin'"),
            ["1"]
        );
        let looked = target.run(&["doctor", root[0], root[1]]);
        assert!(!looked.stdout.contains("as the migrations made it"), "{}", looked.stdout);
    });
}

/// What else they asked for holds all the same.
#[test]
fn who_cannot_be_erased_again_is_told_where_nobody_may() {
    on_both_engines(|world| {
        let (root, bea) = (["--as", "root@example.com", "--org", "acme"], ["--as", "bea@example.com", "--org", "beta"]);
        world.ok(["user", "add", root[1], "--role", "admin"]);
        world.ok(["org", "add", "beta", "--as", root[1], "--org", "acme"]);
        world.ok(["user", "add", bea[1], "--role", "admin", "--org", "beta"]);
        world.ok([&["lead", "add", "--phone", "2125550142", "--name", "Ann Bee"][..], &root].concat());
        let url = admin(world);
        let is_admin_active = |is_active| {
            let sql = format!("UPDATE users SET is_active = {is_active} WHERE email = '{}'", root[1]);
            world.engine.sql(&world.url, &sql).unwrap();
        };
        is_admin_active(false);
        world.ok([&["backup", "crm.zst", "--database-url", &url][..], &bea].concat());
        is_admin_active(true);
        world.ok([&["lead", "erase", "1", "--reason", "a letter", "--yes"][..], &root].concat());
        world.ok([&["dnc", "add", "+12125550143"][..], &root].concat());
        let target = Target::new(world);
        let mut call = vec!["restore", "crm.zst", "--yes", "--format", "json"];
        if world.engine == Engine::Postgres {
            call.extend(["--replaces", &url]);
        }
        let ran = target.run(&[&call[..], &bea].concat());
        let done: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
        assert_eq!(done["numbers_listed"], 1, "{done}");
        let left = done["left"].as_array().unwrap().iter().find(|left| left["what"] == "erasures");
        match world.engine {
            // Only PostgreSQL asks who erases.
            Engine::Sqlite => assert_eq!((ran.code, &done["erased"], left), (Some(0), &json!(1), None), "{done}"),
            Engine::Postgres => {
                assert_eq!((ran.code, &done["erased"]), (Some(3), &json!(0)), "{done}");
                assert!(left.unwrap()["problem"].as_str().unwrap().contains("no user of it is an admin"), "{done}");
            }
        }
    });
}

/// Whatever became of the lead by which the backup has the person.
#[test]
fn an_erased_person_is_no_other_lead_of_the_backup() {
    for since in [
        &["lead", "edit", "1", "--phone", "2125550199", "--email", "other@example.com", "--name", "Bob Cee"][..],
        &["lead", "delete", "1", "--yes"],
    ] {
        on_both_engines(|world| {
            add(world, "2125550142", "ann@example.com", "Ann Bee");
            // Who shares a number with her, and is let be by the erasure.
            add(world, "2125550150", "dan@example.com", "Dan Dee");
            world.ok(["lead", "phone", "add", "2", "2125550142"]);
            backed_up(world, "crm.zst");
            world.ok(since);
            add(world, "2125550142", "ann@example.com", "Ann Bee");
            let erased = world.run(["lead", "erase", "3", "--reason", "a letter", "--yes"]);
            // The lead that shares the number is named.
            assert_eq!(erased.code, Some(3), "{}", erased.stderr);
            let (target, done) = Target::restored(world, 0);
            assert_eq!(done["erased"], 1, "{:?} {since:?}: {done}", world.engine);
            let live = "SELECT coalesce(first_name, '') FROM leads WHERE deleted_at IS NULL ORDER BY id";
            assert_eq!(target.sql(live), ["Dan"], "{:?} {since:?}", world.engine);
            assert_eq!(target.sql("SELECT count(*) FROM leads WHERE email = 'ann@example.com'"), ["0"]);
        });
    }
}

/// Although the backup has the number of somebody else who was erased before, by which it is known already.
#[test]
fn who_has_the_number_of_one_erased_earlier_is_erased_again() {
    for since in [
        &["lead", "edit", "2", "--phone", "2125550199", "--email", "other@example.com"][..],
        &["lead", "delete", "2", "--yes"],
    ] {
        on_both_engines(|world| {
            add(world, "2125550142", "ann@example.com", "Ann Bee");
            world.ok(["lead", "erase", "1", "--yes"]);
            add(world, "2125550142", "bob@example.com", "Bob Cee");
            backed_up(world, "crm.zst");
            world.ok(since);
            add(world, "2125550142", "bob@example.com", "Bob Cee");
            let erased = world.run(["lead", "erase", "3", "--reason", "a letter", "--yes"]);
            // The leads that have or had the number are named.
            assert_eq!(erased.code, Some(3), "{}", erased.stderr);
            let (target, done) = Target::restored(world, 0);
            assert_eq!(done["erased"], 1, "{:?} {since:?}: {done}", world.engine);
            let live = "SELECT count(*) FROM leads WHERE deleted_at IS NULL";
            assert_eq!(target.sql(live), ["0"], "{:?} {since:?}", world.engine);
        });
    }
}

#[test]
fn organizations_stay_disabled_and_lost_ones_are_told() {
    on_both_engines(|world| {
        world.ok(["org", "add", "beta", "--region", "US"]);
        backed_up(world, "crm.zst");
        world.ok(["org", "disable", "beta", "--yes"]);
        world.ok(["org", "add", "gamma", "--region", "US"]);
        let (target, done) = Target::restored(world, 3);
        assert_eq!(done["organizations_disabled"], 1, "{done}");
        assert_eq!((&done["left"][0]["what"], &done["left"][0]["which"]), (&json!("organizations"), &json!("gamma")));
        let active = target.sql("SELECT slug FROM organizations WHERE NOT is_active");
        assert_eq!(active, ["beta"]);
    });
}

#[test]
fn both_databases_tell_what_people_asked_for() {
    let world = World::new(Engine::Sqlite);
    world.ok(["backup", "crm.zst"]);
    let other = world.path("other.db");
    std::fs::copy(world.url.trim_start_matches("sqlite:"), &other).unwrap();
    world.ok(["dnc", "add", "+12125550142", "--reason", "asked here"]);
    world.ok(["dnc", "add", "+12125550143", "--reason", "asked there", "--database-url", other.to_str().unwrap()]);
    let done = world.json(["restore", "crm.zst", "--yes", "--replaces", other.to_str().unwrap()]);
    assert_eq!((&done["numbers_listed"], &done["listed_again"]), (&json!(2), &json!(0)), "{done}");
    for number in ["+12125550142", "+12125550143"] {
        assert_eq!(world.run(["dnc", "check", number]).code, Some(3), "{number}");
    }
    world.finish();
}

#[test]
fn a_changed_schema_of_a_plain_copy_is_told() {
    let world = World::new(Engine::Sqlite);
    world.ok(["backup", "plain.db"]);
    let plain = world.path("plain.db");
    let change = "DROP TRIGGER dnc_list_no_delete";
    Engine::Sqlite.sql(plain.to_str().unwrap(), change).unwrap();
    let ran = world.run(["restore", "plain.db", "--yes", "--format", "json"]);
    assert_eq!(ran.code, Some(3), "{}", ran.stderr);
    assert!(ran.stdout.contains("trigger dnc_list_no_delete"), "{}", ran.stdout);
    world.finish();
}

#[cfg(unix)]
#[test]
fn a_pipe_is_no_backup() {
    let world = World::new(Engine::Sqlite);
    let made = std::process::Command::new("mkfifo").arg(world.path("pipe")).status().unwrap();
    assert!(made.success());
    for call in [&["restore", "pipe", "--yes"][..], &["backup", "verify", "pipe"]] {
        let ran = world.run(call);
        assert_ne!(ran.code, Some(0), "{call:?}");
        let said = ran.stdout + &ran.stderr;
        assert!(said.contains("`pipe` is no backup of crmctl"), "{call:?}: {said}");
    }
    world.finish();
}
