//! From where a change was made: the address of the remote shell, else the one that the server of the database sees.

use serde_json::Value;

use crate::support::{World, on_both_engines, ran};

/// What the remote shell says of its connection, and the address that is kept.
const SHELLS: [(&str, Option<&str>); 5] = [
    ("192.0.2.7 50112 192.0.2.1 22", Some("192.0.2.7")),
    ("2001:db8::7 50112 2001:db8::1 22", Some("2001:db8::7")),
    ("fe80::7%eth0 50112 fe80::1%eth0 22", Some("fe80::7")),
    ("::ffff:192.0.2.9 50112 ::ffff:192.0.2.1 22", Some("192.0.2.9")),
    ("UNKNOWN", None),
];

fn from(world: &World, shell: &str, args: &[&str]) {
    let ran = ran(world.command(args).env("SSH_CONNECTION", shell));
    assert_eq!(ran.code, Some(0), "{args:?}: {}", ran.stderr);
}

fn addresses(rows: &Value) -> Vec<Option<String>> {
    rows.as_array().unwrap().iter().map(|row| row["ip_address"].as_str().map(str::to_owned)).collect()
}

#[test]
fn the_address_of_a_remote_shell_is_kept_and_shown() {
    on_both_engines(|world| {
        world.ok(["lead", "add", "--phone", "2125550101", "--city", "Troy"]);
        let header = |args: &[&str]| world.ok(args).lines().next().unwrap().to_owned();
        // Without one there is no column for people; programs have it always. The server of these tests is on the same machine.
        assert!(!header(&["lead", "history", "1"]).contains("address"));
        assert!(!header(&["audit", "list"]).contains("address"));
        assert_eq!(addresses(&world.json(["lead", "history", "1"])), [None]);
        assert!(header(&["lead", "history", "1", "--format", "csv"]).contains("ip_address"));
        for (n, (shell, _)) in SHELLS.iter().enumerate() {
            from(world, shell, &["lead", "edit", "1", "--city", &format!("Troy {n}")]);
        }
        let expected: Vec<Option<String>> =
            std::iter::once(None).chain(SHELLS.map(|(_, address)| address.map(str::to_owned))).collect();
        let personal = world.json(["lead", "show", "1", "--export-personal"]);
        let mut log = addresses(&world.json(["audit", "list", "--entity", "lead"]));
        log.reverse();
        for shown in [addresses(&world.json(["lead", "history", "1"])), addresses(&personal["changes"]), log] {
            assert_eq!(shown, expected);
        }
        assert!(header(&["lead", "history", "1"]).contains("address"));
        assert!(world.ok(["audit", "list"]).contains("2001:db8::7"));
    });
}

/// Whatever is written: imports, batches, the list, settings, users, organizations.
#[test]
fn every_log_keeps_the_address() {
    on_both_engines(|world| {
        world.file("a.csv", "Phone,City\n2125550101,Troy\n2125550102,Troy\n");
        world.file("b.csv", "Phone,City\n2125550101,Utica\n");
        let shell = "192.0.2.7 50112 192.0.2.1 22";
        for args in [
            &["org", "add", "beta"][..],
            &["import", "leads", "a.csv", "--org", "acme"],
            &["import", "leads", "b.csv", "--on-duplicate", "update", "--org", "acme"],
            &["lead", "status", "--where", "city = Troy", "contacted", "--yes", "--org", "acme"],
            &["dnc", "add", "2125550101", "--org", "acme"],
            &["org", "set", "custom.a", "1", "--org", "acme"],
            &["org", "edit", "acme", "--industry", "x"],
            &["user", "add", "ann@example.com", "--role", "admin", "--org", "acme"],
        ] {
            from(world, shell, args);
        }
        let all = world.json(["audit", "list", "--limit", "0", "--org", "acme", "--as", "ann@example.com"]);
        // `acme` itself was made before.
        let (made, rest): (Vec<Value>, Vec<Value>) = all
            .as_array()
            .unwrap()
            .iter()
            .cloned()
            .partition(|entry| entry["entity"] == "organization" && entry["action"] == "create");
        assert!(made.len() > 5 && rest.len() > 12);
        for entry in rest {
            assert_eq!(entry["ip_address"], "192.0.2.7", "{entry}");
        }
        let of_beta = "SELECT min(coalesce(ip_address, '-')), max(ip_address) FROM audit_log WHERE organization_id = 2";
        assert_eq!(world.engine.sql(&world.url, of_beta).unwrap(), ["192.0.2.7|192.0.2.7"]);
    });
}
