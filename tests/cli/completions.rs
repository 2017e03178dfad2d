//! What a shell offers while a command line is typed.

use std::process::Command;

use crate::support::{Engine, World, on_both_engines, program};

/// What fish would be told to offer for the last word of a command line.
fn offered(mut command: Command, line: &[&str]) -> Vec<String> {
    let output = command.env("COMPLETE", "fish").args(["--", "crmctl"]).args(line).output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    let text = String::from_utf8(output.stdout).unwrap();
    // Options may always follow.
    text.lines().map(|line| line.split('\t').next().unwrap().to_owned()).filter(|word| !word.starts_with('-')).collect()
}

fn asked(world: &World, line: &[&str]) -> Vec<String> {
    offered(world.command(Vec::<&str>::new()), line)
}

#[test]
fn names_come_from_the_database() {
    on_both_engines(|world| {
        world.ok(["user", "add", "ann@example.com", "--role", "admin"]);
        let ann = ["--as", "ann@example.com"];
        world.ok(["user", "add", "bob@example.com", "--role", "sales_rep", ann[0], ann[1]]);
        let file =
            world.file("p.csv", "Phone,Source,Tags\n2125550101,Facebook Ads,vip\n2125550102,google,\"vip,partner\"\n");
        world.import(&file, &["--region", "US", ann[0], ann[1]]);
        world.ok(["segment", "add", "hot ones", "--where", "status = hot", "--public", ann[0], ann[1]]);
        world.ok(["segment", "add", "mine", "--where", "status = hot", ann[0], ann[1]]);
        assert_eq!(asked(world, &["segment", "count", ""]), ["hot ones", "mine"]);
        world.ok(["territory", "add", "West", "--where", "status = hot", ann[0], ann[1]]);
        assert_eq!(asked(world, &["territory", "edit", ""]), ["West"]);
        assert_eq!(asked(world, &["lead", "assign", "1", "--territory", "We"]), ["West"]);
        world.ok(["pool", "add", "inbound", ann[0], ann[1]]);
        assert_eq!(asked(world, &["pool", "run", ""]), ["inbound"]);
        assert_eq!(asked(world, &["import", "leads", "a.csv", "--pool", ""]), ["inbound"]);
        assert_eq!(asked(world, &["--as", "bob@example.com", "lead", "list", "--segment", ""]), ["hot ones"]);
        assert_eq!(asked(world, &["--as=bob@example.com", "lead", "export", "--segment", "ho"]), ["hot ones"]);
        assert_eq!(asked(world, &["lead", "list", "--source", ""]), ["facebook_ads", "google"]);
        assert_eq!(asked(world, &["lead", "list", "--tag", ""]), ["partner", "vip"]);
        assert_eq!(asked(world, &["lead", "list", "--status", "h"]), ["hot"]);
        assert_eq!(asked(world, &["lead", "assign", "1", "--to", ""]), ["ann@example.com", "bob@example.com"]);
        assert_eq!(asked(world, &["lead", "list", "--org", ""]), ["acme"]);
        assert!(asked(world, &["segment", ""]).contains(&"explain".to_owned()));
        // Another organization's names are not offered.
        world.ok(["org", "add", "beta", ann[0], ann[1], "--org", "acme"]);
        assert_eq!(asked(world, &["--org", "beta", "lead", "list", "--tag", ""]), Vec::<String>::new());
    });
}

#[test]
fn a_shell_that_asks_makes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let none = folder.path().join("none.db");
    let mut command = program(folder.path());
    command.env("CRM_DATABASE_URL", &none);
    assert_eq!(offered(command, &["segment", "count", ""]), Vec::<String>::new());
    assert!(!none.exists());
    let mut command = program(folder.path());
    command.env("CRM_DATABASE_URL", "postgres://nobody@127.0.0.1:1/none");
    assert_eq!(offered(command, &["segment", "count", ""]), Vec::<String>::new());
}

#[test]
fn each_shell_has_a_script() {
    let world = World::new(Engine::Sqlite);
    for shell in ["bash", "zsh", "fish"] {
        let script = world.ok(["completions", shell]);
        assert!(script.contains("COMPLETE") && script.contains("crmctl"), "{shell}: {script}");
    }
    // The script of bash can be read by bash, and asks the program.
    let script = world.file("complete.bash", world.ok(["completions", "bash"]));
    let ran = Command::new("bash").args(["-n", script.to_str().unwrap()]).output();
    if let Ok(output) = ran {
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
    world.finish();
}
