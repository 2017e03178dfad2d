//! Who may copy, mend or replace a whole database: where somebody acts as a user, an admin alone.

use crate::backup_files::{admin, backed_up};
use crate::support::engine::{database_of, url_of};
use crate::support::{Engine, World, on_both_engines, ran};

/// Users of two organizations: Ann is an admin of `acme`, Vic a viewer there, and Bea an admin of `beta`.
fn with_users(world: &World) {
    world.ok(["user", "add", "ann@example.com", "--role", "admin"]);
    world.ok(["user", "add", "vic@example.com", "--role", "viewer", "--as", "ann@example.com"]);
    world.ok(["org", "add", "beta", "--as", "ann@example.com", "--org", "acme"]);
    world.ok(["user", "add", "bea@example.com", "--role", "admin", "--org", "beta"]);
}

#[test]
fn only_an_admin_copies_mends_or_replaces_a_database() {
    on_both_engines(|world| {
        backed_up(world, "old.zst");
        world.now = "2026-03-04T12:10:00Z";
        backed_up(world, "last.zst");
        with_users(world);
        let is_sqlite = world.engine == Engine::Sqlite;
        let mut calls: Vec<Vec<&str>> = vec![
            vec!["backup", "new.zst"],
            vec!["backup", "prune", "--keep", "last:2", "--yes"],
            vec!["backup", "prune", "--keep", "last:2", "--dry-run"],
            vec!["doctor", "--fix", "schema"],
            vec!["doctor", "--fix", "indexes"],
            vec!["doctor", "--fix", "permissions", "--dry-run"],
            vec!["migrate", "copy", "--to", "copy.db"],
        ];
        if is_sqlite {
            calls.push(vec!["doctor", "--fix", "log"]);
            calls.push(vec!["restore", "last.zst", "--yes"]);
        }
        let url = admin(world);
        let refused = |call: &[&str], who: &[&str], why: &str| {
            let ran = world.run([call, who, &["--database-url", &url]].concat());
            assert_ne!(ran.code, Some(0), "{:?}: {call:?} {who:?}: {}", world.engine, ran.stdout);
            assert!(ran.stderr.contains(why), "{:?}: {call:?} {who:?}: {}", world.engine, ran.stderr);
        };
        for call in &calls {
            refused(call, &["--as", "vic@example.com"], "the role `viewer` does not allow this");
            refused(call, &["--as", "nobody@example.com"], "nobody here is the user `nobody@example.com`");
            refused(call, &["--as", "bea@example.com", "--org", "acme"], "nobody here is the user `bea@example.com`");
            if !is_sqlite {
                refused(call, &[], "who acts?");
            }
        }
        let there = |name: &str| world.path(name).exists();
        assert_eq!(["old.zst", "last.zst", "new.zst", "copy.db"].map(there), [true, true, false, false]);
        // The files may be read, and that is not written down.
        let before = world.json(["backup", "list"])[0]["verified_at"].clone();
        let verify = |who| {
            let args = ["backup", "verify", "last.zst", "--as", who, "--database-url", &url];
            ran(world.command(args).env("CRM_NOW", "2026-03-04T12:30:00Z"))
        };
        let ran = verify("vic@example.com");
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        assert!(ran.stderr.contains("the database will not know what was found"), "{}", ran.stderr);
        assert_eq!(world.json(["backup", "list"])[0]["verified_at"], before);
        assert_eq!(verify("ann@example.com").code, Some(0));
        assert_ne!(world.json(["backup", "list"])[0]["verified_at"], before);
        // An admin may, of whichever organization.
        for (call, who) in calls.iter().zip(["ann@example.com", "bea@example.com"].iter().cycle()) {
            let url = match (call[0], world.engine) {
                ("backup", _) | (_, Engine::Sqlite) => url.clone(),
                (_, Engine::Postgres) => url_of("crmctl_owner", database_of(&world.url)),
            };
            let ran = world.run([call, &["--as", who, "--database-url", &url][..]].concat());
            // The organization `beta` came after the backup, which is told.
            let code = if call[0] == "restore" { 3 } else { 0 };
            assert_eq!(ran.code, Some(code), "{:?}: {call:?}: {}", world.engine, ran.stderr);
        }
        assert_eq!(["old.zst", "last.zst", "new.zst", "copy.db"].map(there), [false, true, true, true]);
    });
}

#[test]
fn nothing_is_mended_in_an_organization_that_is_not_there() {
    on_both_engines(|world| {
        for what in ["status-history", "dnc-groups", "registry-loads", "schema", "permissions"] {
            let ran = world.run(["doctor", "--fix", what, "--org", "typo"]);
            assert_eq!(ran.code, Some(1), "{what}: {}{}", ran.stdout, ran.stderr);
            assert!(ran.stderr.contains("no organization has the slug `typo`"), "{what}: {}", ran.stderr);
        }
    });
}
