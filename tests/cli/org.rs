//! Organizations.

use crate::assert_same_story;
use crate::support::{program, ran};

#[test]
fn the_verbs() {
    assert_same_story!(|world| {
        world.tell(&[
            "org",
            "add",
            "beta",
            "--name",
            "Beta Ltd",
            "--region",
            "gb",
            "--currency",
            "gbp",
            "--timezone",
            "Europe/London",
        ]);
        world.tell(&["org", "add", "beta"]);
        world.tell(&["org", "add", "No Slug"]);
        world.tell(&["org", "add", "x", "--timezone", "Mars/Base"]);
        world.tell(&["org", "list"]);
        world.tell(&["org", "edit", "beta", "--slug", "gamma", "--region", "US"]);
        world.tell(&["org", "edit", "acme", "--slug", "gamma"]);
        world.tell(&["org", "set", "timezone", "America/New_York", "--org", "acme"]);
        world.tell(&["org", "set", "import.on_duplicate", "fill", "--org", "acme"]);
        world.tell(&["org", "set", "import.on_duplicate", "overwrite", "--org", "acme"]);
        world.tell(&["org", "set", "colour", "red", "--org", "acme"]);
        world.tell(&["org", "disable", "gamma"]);
        world.tell(&["org", "disable", "gamma", "--yes"]);
        world.tell(&["lead", "add", "--phone", "+12125550101", "--org", "gamma"]);
        world.tell(&["lead", "list", "--org", "gamma"]);
        world.tell(&["org", "edit", "gamma", "--enable"]);
        world.tell(&["org", "show", "nobody"]);
    });
}

#[test]
fn the_embedded_database_makes_a_default_organization_with_the_locale_s_region() {
    let home = tempfile::tempdir().unwrap();
    std::fs::write(home.path().join("a.csv"), "Phone\n2125550101\n").unwrap();
    let first = ran(program(home.path()).env("LANG", "en_US.UTF-8").args(["import", "leads", "a.csv"]));
    assert_eq!(first.code, Some(0), "{}", first.stderr);
    let file = home.path().join(".local/share/crmctl/crm.db");
    assert!(first.stderr.contains(&format!("created the database {}", file.display())), "{}", first.stderr);
    let listed = ran(program(home.path()).args(["org", "list", "--format", "csv"]));
    assert!(listed.stdout.contains(",default,Default organization,US,"), "{}", listed.stdout);
    use std::os::unix::fs::PermissionsExt;
    assert_eq!(std::fs::metadata(file).unwrap().permissions().mode() & 0o777, 0o600);
}

#[test]
fn without_a_region_national_numbers_are_refused_with_the_flag() {
    let home = tempfile::tempdir().unwrap();
    std::fs::write(home.path().join("a.csv"), "Phone\n2125550101\n+12125550102\n").unwrap();
    let ran = ran(program(home.path()).args(["import", "leads", "a.csv"]));
    assert_eq!(ran.code, Some(3));
    assert!(ran.stdout.contains("is a national number and no region is known"), "{}", ran.stdout);
    let rejects = std::fs::read_to_string(home.path().join("a.csv.rejects.csv")).unwrap();
    assert!(rejects.contains("--region US"), "{rejects}");
}
