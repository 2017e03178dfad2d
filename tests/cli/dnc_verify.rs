//! `dnc verify` and `dnc key`: whatever was changed is found and named, on any machine.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use serde_json::Value;

use crate::dnc_scrub::{scrub, text};
use crate::support::engine::url_of;
use crate::support::{Engine, World, on_both_engines, program, ran};

/// Three scrubs with a certificate each, in a folder.
fn scrubbed(world: &World) {
    fs::create_dir(world.path("chain")).unwrap();
    world.ok(["dnc", "add", "+12125550102"]);
    world.file("in.csv", "Phone\n2125550101\n2125550102\nÉ\n");
    for name in ["chain/1.json", "chain/2.json", "chain/3.json"] {
        scrub(world, &["--certificate", name]);
    }
}

/// What is found, as pairs of what it is about and what was found.
fn found(world: &World, args: &[&str]) -> Vec<(String, String)> {
    let findings = world.json([&["dnc", "verify"], args].concat());
    let word = |finding: &Value, key: &str| finding[key].as_str().unwrap().to_owned();
    findings.as_array().unwrap().iter().map(|it| (word(it, "subject"), word(it, "outcome"))).collect()
}

fn pairs(wanted: &[(&str, &str)]) -> Vec<(String, String)> {
    wanted.iter().map(|(subject, outcome)| ((*subject).to_owned(), (*outcome).to_owned())).collect()
}

const FILES: [&str; 4] = ["chain/3.json", "in.csv", "clean.csv", "blocked.csv"];

#[test]
fn what_was_changed_is_found_and_named() {
    on_both_engines(|world| {
        scrubbed(world);
        let good = [
            ("certificate", "good"),
            ("input", "good"),
            ("clean", "good"),
            ("blocked", "good"),
            ("earlier", "good"),
            ("earlier", "good"),
        ];
        world.ok([&["dnc", "verify"], &FILES[..], &["--chain", "chain"]].concat());
        assert_eq!(found(world, &[&FILES[..], &["--chain", "chain"]].concat()), pairs(&good));
        // The chain of the database.
        assert_eq!(found(world, &FILES), pairs(&good));
        for (file, place) in [("in.csv", 1), ("clean.csv", 2), ("blocked.csv", 3)] {
            let before = fs::read(world.path(file)).unwrap();
            let mut changed = before.clone();
            changed[8] ^= 1;
            world.file(file, changed);
            let mut wanted = good;
            wanted[place].1 = "changed";
            assert_eq!(found(world, &FILES), pairs(&wanted), "{file}");
            assert_eq!(world.run([&["dnc", "verify"], &FILES[..]].concat()).code, Some(3));
            world.file(file, before);
        }
        // One who has not the key changes the certificate, an earlier one, or takes that away.
        let second = text(world, "chain/2.json");
        world.file("chain/2.json", second.replace("\"read\": 3", "\"read\": 4"));
        let named = world.json(["dnc", "verify", "chain/3.json", "--chain", "chain"]);
        assert_eq!(named[4]["name"], "chain/2.json");
        assert_eq!(named[4]["outcome"], "changed");
        world.file("chain/2.json", second.clone() + " ");
        assert_eq!(found(world, &["chain/3.json", "--chain", "chain"])[4].1, "changed");
        fs::remove_file(world.path("chain/2.json")).unwrap();
        let missing = world.json(["dnc", "verify", "chain/3.json", "--chain", "chain"]);
        assert_eq!((&missing[4]["name"], &missing[4]["outcome"]), (&"number 2".into(), &"missing".into()));
        world.file("chain/2.json", second);
        let third = text(world, "chain/3.json");
        for (what, with) in [("\"clean\": 1", "\"clean\": 2"), ("tester@desk", "other@desk"), ("\n", "\n ")] {
            world.file("forged.json", third.replacen(what, with, 1));
            assert_eq!(found(world, &["forged.json", "--chain", "chain"])[0].1, "changed", "{what}");
        }
        world.file("none.json", "{}");
        assert_eq!(world.run(["dnc", "verify", "none.json"]).code, Some(1));
        world.file("other.csv", "x");
        assert_eq!(found(world, &["chain/3.json", "other.csv"])[1], ("file".to_owned(), "foreign".to_owned()));
        // What nobody gave was not checked, and one that is not there keeps nobody from the others.
        let ran = world.run(["dnc", "verify", "chain/3.json", "-q", "--format", "csv"]);
        assert_eq!((ran.code, ran.stdout.matches("not_checked").count()), (Some(3), 3), "{}", ran.stdout);
        let wanted = [("certificate", "good"), ("input", "good"), ("file", "missing"), ("blocked", "good")];
        let given = found(world, &["chain/3.json", "in.csv", "gone.csv", "blocked.csv"]);
        assert_eq!(given[..4], pairs(&wanted));
        let ran = world.run(["dnc", "verify", "gone.cert.json"]);
        assert_eq!((ran.code, ran.stderr.contains("certificate show")), (Some(1), true), "{}", ran.stderr);
    });
}

#[test]
fn another_machine_verifies_by_the_public_key() {
    let world = World::new(Engine::Sqlite);
    scrubbed(&world);
    let public = world.ok(["dnc", "key", "export"]);
    world.file("ours.pem", &public);
    let elsewhere = tempfile::tempdir().unwrap();
    let verify = |more: &[&str]| {
        let mut command = program(elsewhere.path());
        command
            .current_dir(world.folder.path())
            .args(["dnc", "verify"])
            .args(FILES)
            .args(["--chain", "chain"])
            .args(more);
        ran(&mut command)
    };
    assert_eq!(verify(&["--key", "ours.pem"]).code, Some(0));
    // Without those before it, it says so.
    let mut lone = program(elsewhere.path());
    let lone = lone.current_dir(world.folder.path()).args(["dnc", "verify"]).args(FILES).args(["--key", "ours.pem"]);
    let said = ran(lone);
    assert_eq!((said.code, said.stdout.contains("not_checked")), (Some(3), true), "{}", said.stdout);
    assert!(
        said.stdout.contains("number 1 to 2") && said.stderr.contains("--alone"),
        "{} {}",
        said.stdout,
        said.stderr
    );
    let said = ran(lone.arg("--alone"));
    assert_eq!(said.code, Some(0), "{}", said.stdout);
    let unknown = verify(&[]);
    assert_eq!((unknown.code, unknown.stdout.contains("other_key")), (Some(3), true), "{}", unknown.stdout);
    // That machine makes no database.
    assert!(!elsewhere.path().join(".local/share/crmctl/crm.db").exists());
    // Signed anew by somebody else, it is told apart, and their key is not ours.
    let mut other = program(elsewhere.path());
    let rotated = ran(other.args(["dnc", "key", "rotate"]));
    assert_eq!(rotated.code, Some(0), "{}", rotated.stderr);
    let mut other = program(elsewhere.path());
    let theirs = ran(other.args(["dnc", "key", "export"]));
    world.file("theirs.pem", theirs.stdout);
    let ran = verify(&["--key", "theirs.pem"]);
    assert_eq!((ran.code, ran.stdout.matches("other_key").count()), (Some(3), 3), "{}", ran.stdout);
    world.finish();
}

#[test]
fn the_key_is_its_owners_alone_and_an_old_one_stays_known() {
    on_both_engines(|world| {
        let none = world.run(["dnc", "key", "show"]);
        assert_eq!((none.code, none.stderr.contains("crmctl dnc key rotate")), (Some(1), true), "{}", none.stderr);
        scrubbed(world);
        let shown = world.json(["dnc", "key", "show"]);
        let path = shown["file"].as_str().unwrap().to_owned();
        let secret = fs::read_to_string(&path).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        // Nothing is destroyed unasked, and who trusted the old key hears of the new one.
        world.ok(["org", "add", "beta"]);
        world.ok(["dnc", "key", "trust", "--org", "beta"]);
        let unasked = world.run(["dnc", "key", "rotate", "--org", "acme"]);
        assert_eq!((unasked.code, unasked.stderr.contains("--yes")), (Some(1), true), "{}", unasked.stderr);
        assert_eq!(fs::read_to_string(&path).unwrap(), secret);
        let printed = ["show", "export"].map(|verb| world.ok(["dnc", "key", verb])).concat();
        let rotate = world.run(["dnc", "key", "rotate", "--yes", "--org", "acme"]);
        let told =
            rotate.stderr.contains("not the new one: beta") && rotate.stderr.contains("--org beta dnc key trust");
        assert!(rotate.code == Some(0) && told, "{}", rotate.stderr);
        let printed = printed + &rotate.stdout + &rotate.stderr;
        let line = secret.lines().nth(1).unwrap();
        assert!(secret.contains("BEGIN PRIVATE KEY") && !printed.contains(line));
        let rotated = world.json(["dnc", "key", "show"]);
        assert_ne!(rotated["fingerprint"], shown["fingerprint"]);
        assert_eq!(rotated["older_keys"][0], shown["fingerprint"]);
        let known = "SELECT fingerprint FROM signing_keys WHERE organization_id = 1 ORDER BY id";
        let known = world.engine.sql(&world.url, known).unwrap();
        assert_eq!(known, [shown["fingerprint"].as_str().unwrap(), rotated["fingerprint"].as_str().unwrap()]);
        // What the old one signed stays good, beside what the new one signs.
        scrub(world, &["--certificate", "chain/4.json", "--org", "acme"]);
        world.ok([&["dnc", "verify", "chain/4.json", "--chain", "chain"], &FILES[1..]].concat());
        world.ok([&["dnc", "verify", "chain/2.json"], &FILES[1..]].concat());
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        let ran = world.run(["dnc", "key", "show"]);
        assert_eq!((ran.code, ran.stderr.contains("chmod 600")), (Some(1), true), "{}", ran.stderr);
    });
}

/// The program of docs/certificates.md.
#[test]
fn a_database_that_cannot_be_asked_is_told_of_and_no_key_is_made_beside_it() {
    on_both_engines(|world| {
        scrubbed(world);
        world.file("damaged.db", [b"no database".as_slice(); 100].concat());
        let unread = match world.engine {
            Engine::Sqlite => world.path("damaged.db").display().to_string(),
            Engine::Postgres => url_of("crmctl_app", "crmctl_nowhere"),
        };
        let told = "the database could not be asked";
        let verify =
            |url: &str| world.run([&["dnc", "verify", "--alone"], &FILES[..], &["--database-url", url]].concat());
        let asked = verify(&unread);
        assert!(asked.stderr.contains(told), "{}", asked.stderr);
        let fingerprint = || world.json(["dnc", "key", "show"])["fingerprint"].clone();
        let before = fingerprint();
        let rotated = world.run(["dnc", "key", "rotate", "--yes", "--database-url", &unread]);
        assert_eq!(rotated.code, Some(1), "{}{}", rotated.stdout, rotated.stderr);
        assert_eq!(fingerprint(), before);
        // Where there is none, nobody has to be asked.
        assert!(!world.path("none.db").exists());
        let unasked = verify("none.db");
        assert!(!unasked.stderr.contains(told), "{}", unasked.stderr);
        world.ok(["dnc", "key", "rotate", "--yes", "--database-url", "none.db"]);
        assert_ne!(fingerprint(), before);
    });
}

#[test]
fn another_program_verifies_by_the_documents() {
    let world = World::new(Engine::Sqlite);
    scrubbed(&world);
    let docs = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/certificates.md")).unwrap();
    let script = docs.split("```python\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
    world.file("verify.py", script);
    let python = |args: &[&str]| {
        let mut command = Command::new("python3");
        ran(command.current_dir(world.folder.path()).arg("verify.py").args(args))
    };
    if python(&["chain/3.json"]).stderr.contains("No module named 'cryptography'") {
        eprintln!("Python has no package `cryptography`: the documents are not tried");
        world.finish();
        return;
    }
    let good = python(&FILES);
    assert_eq!(good.code, Some(0), "{}", good.stderr);
    let third = text(&world, "chain/3.json");
    world.file("forged.json", third.replace("\"clean\": 1", "\"clean\": 2"));
    assert!(python(&["forged.json"]).stderr.contains("InvalidSignature"));
    assert!(python(&["chain/3.json", "verify.py"]).stderr.contains("AssertionError"));
    world.finish();
}
