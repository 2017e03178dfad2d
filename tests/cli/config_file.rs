//! The config file is changed key by key, in an editor, and never half.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use crate::support::{Ran, program, ran};

struct Home(tempfile::TempDir);

impl Home {
    fn new() -> Home {
        Home(tempfile::tempdir().unwrap())
    }

    fn config(&self) -> PathBuf {
        self.0.path().join(".config/crmctl/config.toml")
    }

    fn text(&self) -> String {
        fs::read_to_string(self.config()).unwrap()
    }

    fn write(&self, text: &str) {
        fs::create_dir_all(self.config().parent().unwrap()).unwrap();
        fs::write(self.config(), text).unwrap();
    }

    fn run(&self, args: &[&str]) -> Ran {
        ran(program(self.0.path()).env("PATH", "/usr/bin:/bin").args([&["config"], args].concat()))
    }

    fn ok(&self, args: &[&str]) -> String {
        let ran = self.run(args);
        assert_eq!(ran.code, Some(0), "{args:?}: {}{}", ran.stdout, ran.stderr);
        ran.stdout
    }

    /// Edits with a program that changes the file by this line of a shell, where `$1` is the file.
    fn edit(&self, script: &str) -> Ran {
        let editor = self.0.path().join("editor.sh");
        fs::write(&editor, format!("{script}\n")).unwrap();
        let mut command = program(self.0.path());
        command.env("PATH", "/usr/bin:/bin").env("EDITOR", format!("sh {}", editor.display()));
        ran(command.args(["config", "edit"]))
    }

    fn mode(&self) -> u32 {
        fs::metadata(self.config()).unwrap().permissions().mode() & 0o777
    }

    /// What lies beside the file.
    fn others(&self) -> Vec<String> {
        let folder = fs::read_dir(self.config().parent().unwrap()).unwrap();
        let names = folder.map(|file| file.unwrap().file_name().into_string().unwrap());
        names.filter(|name| name != "config.toml").collect()
    }
}

#[test]
fn settings_are_set_and_unset_between_comments() {
    let home = Home::new();
    assert_eq!(home.ok(&["path"]).trim(), home.config().display().to_string());
    assert_eq!(home.ok(&["set", "org", "acme"]), "config: org – → acme\n");
    assert_eq!((home.text().as_str(), home.mode()), ("org = \"acme\"\n", 0o600));
    home.write("# mine\nformat = 'json' # for scripts\n\n# the shop\norg = \"acme\"\n# the end\n");
    assert_eq!(home.ok(&["set", "org", "beta", "--format", "table"]), "config: org acme → beta\n");
    assert_eq!(home.ok(&["set", "org", "beta", "--format", "table"]), "config: nothing to change\n");
    assert_eq!(home.ok(&["set", "format", "csv", "--format", "table"]), "config: format json → csv\n");
    assert_eq!(home.text(), "# mine\nformat = \"csv\" # for scripts\n\n# the shop\norg = \"beta\"\n# the end\n");
    let tried = home.ok(&["unset", "org", "--dry-run", "--format", "table"]);
    assert_eq!(tried, "config: org beta → – (dry run: nothing was changed)\n");
    assert!(home.text().contains("beta"));
    home.ok(&["unset", "format", "--format", "table"]);
    assert_eq!(home.text(), "# mine\n\n# the shop\norg = \"beta\"\n# the end\n");
    assert_eq!(home.ok(&["unset", "user"]), "config: nothing to change\n");
    home.ok(&["unset", "org"]);
    for comment in ["# mine", "# the shop", "# the end"] {
        assert!(home.text().contains(comment), "{}", home.text());
    }
    let json: serde_json::Value = serde_json::from_str(&home.ok(&["set", "org", "x", "--format", "json"])).unwrap();
    assert_eq!((&json["setting"], &json["value"]), (&"org".into(), &"x".into()));
    assert!(home.others().is_empty(), "{:?}", home.others());
}

#[test]
fn what_cannot_be_taken_changes_nothing() {
    let home = Home::new();
    home.write("org = \"acme\"\n");
    for (args, said) in [
        (&["set", "colour", "never"][..], "did you mean `color`?"),
        (&["set", "color", "sometimes"], "`sometimes`"),
        (&["set", "format", "xml"], "`xml`"),
        (&["set", "org", "Not A Slug"], "slug"),
        (&["set", "user", " "], "config unset user"),
        (&["set", "database_url", "mysql://u:s3cr3t@h/d"], "database URL"),
        (&["unset", "orgs"], "did you mean `org`?"),
    ] {
        let ran = home.run(args);
        assert!(matches!(ran.code, Some(1 | 2)), "{args:?}: {}", ran.stderr);
        assert!(ran.stderr.contains(said) && !ran.stderr.contains("s3cr3t"), "{args:?}: {}", ran.stderr);
        assert_eq!(home.text(), "org = \"acme\"\n", "{args:?}");
    }
    // A broken file is not made worse, and its secrets are not repeated.
    home.write("database_url = \"postgres://u:s3cr3t@h/d\norg = 7\n");
    let ran = home.run(&["set", "org", "beta"]);
    assert_eq!(ran.code, Some(1));
    assert!(ran.stderr.contains("crmctl config edit") && !ran.stderr.contains("s3cr3t"), "{}", ran.stderr);
    assert_eq!(home.run(&["path"]).code, Some(0));
    assert_eq!(home.run(&["show"]).code, Some(1));
}

#[test]
fn a_password_is_its_owners_alone_and_not_printed() {
    let home = Home::new();
    home.write("org = \"acme\"\n");
    fs::set_permissions(home.config(), fs::Permissions::from_mode(0o644)).unwrap();
    home.ok(&["set", "user", "ann@example.com"]);
    assert_eq!(home.mode(), 0o644);
    let set = home.ok(&["set", "database_url", "postgres://u:s3cr3t@h/d"]);
    assert_eq!((set.as_str(), home.mode()), ("config: database_url – → postgres://u:***@h/d\n", 0o600));
    let unset = home.ok(&["unset", "database_url"]);
    assert_eq!(unset, "config: database_url postgres://u:***@h/d → –\n");
    let relative = home.run(&["set", "database_url", "crm.db"]);
    assert!(relative.stderr.contains("relative"), "{}", relative.stderr);
    // A link stays one.
    let kept = home.0.path().join("dotfile.toml");
    fs::rename(home.config(), &kept).unwrap();
    std::os::unix::fs::symlink(&kept, home.config()).unwrap();
    home.ok(&["set", "org", "linked"]);
    assert!(home.config().is_symlink() && fs::read_to_string(kept).unwrap().contains("linked"));
}

#[test]
fn an_editor_changes_the_file_when_it_can_be_understood() {
    let home = Home::new();
    let new = home.edit("echo 'org = \"acme\"' >> \"$1\"");
    assert_eq!(new.code, Some(0), "{}", new.stderr);
    assert!(home.text().contains("# The settings of crmctl") && home.text().contains("org = \"acme\""));
    assert!(home.edit("true").stdout.contains("nothing to change"));
    let before = home.text();
    let failed = home.edit("echo 'org = \"lost\"' > \"$1\"; false");
    assert_eq!((failed.code, home.text()), (Some(1), before.clone()), "{}", failed.stderr);
    let raced = home.edit(&format!("echo 'org = \"x\"' > \"$1\"; echo '# other' >> {}", home.config().display()));
    assert!(raced.code == Some(1) && raced.stderr.contains("somebody else"), "{}", raced.stderr);
    let before = home.text();
    let bad = home.edit("echo 'colour = \"never\"' > \"$1\"");
    assert_eq!((bad.code, home.text()), (Some(1), before));
    // What was written is not lost.
    let kept = bad.stderr.split("is kept in ").nth(1).unwrap().trim().to_owned();
    assert!(fs::read_to_string(kept).unwrap().contains("colour"));
    // A broken file can be mended.
    home.write("org = \n");
    let mended = home.edit("echo 'org = \"whole\"' > \"$1\"");
    assert_eq!(mended.code, Some(0), "{}", mended.stderr);
    assert_eq!(home.text(), "org = \"whole\"\n");
    assert_eq!(home.run(&["edit", "--no-input"]).code, Some(2));
}

#[test]
fn what_is_no_regular_file_is_neither_replaced_nor_waited_for() {
    use std::os::unix::fs::{FileTypeExt, symlink};
    let home = Home::new();
    let at = |name: &str| home.0.path().join(name);
    assert!(std::process::Command::new("mkfifo").arg(at("pipe")).status().unwrap().success());
    symlink(at("pipe"), at("link")).unwrap();
    symlink(at("none"), at("dangling")).unwrap();
    for name in ["pipe", "link", "dangling"] {
        for call in [&["set", "org", "x"][..], &["unset", "org"], &["edit"]] {
            let ran = home.run(&[call, &["--config", at(name).to_str().unwrap()]].concat());
            assert_eq!(ran.code, Some(1), "{name} {call:?}: {}{}", ran.stdout, ran.stderr);
        }
    }
    assert!(fs::symlink_metadata(at("pipe")).unwrap().file_type().is_fifo());
    assert!(at("link").is_symlink() && at("dangling").is_symlink() && !at("none").exists());
}

#[test]
fn of_two_calls_at_once_none_is_lost() {
    let home = Home::new();
    std::thread::scope(|scope| {
        for (key, value) in [("org", "acme"), ("user", "ada"), ("format", "table"), ("color", "never")] {
            let home = &home;
            scope.spawn(move || home.ok(&["set", key, value]));
        }
    });
    assert_eq!(home.text().lines().count(), 4, "{}", home.text());
}

#[test]
fn what_is_refused_is_refused_before_a_change() {
    let home = Home::new();
    home.write("org = \"acme\"\n");
    for asked in [&["--columns", "nosuch"][..], &["--json=nosuch"], &["--format", "ids"]] {
        for call in [&["set", "org", "beta"][..], &["unset", "org"]] {
            let ran = home.run(&[call, asked].concat());
            assert_eq!(ran.code, Some(2), "{asked:?}: {}", ran.stderr);
            assert_eq!(home.text(), "org = \"acme\"\n", "{asked:?}");
        }
    }
    let ran = home.run(&["set", "format", "ids"]);
    assert!(ran.code == Some(2) && ran.stderr.contains("--format ids"), "{}", ran.stderr);
    let ran = home.run(&["set", "user", &"u".repeat(100_000)]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let long = format!("org = \"acme\"\n#{}\n", "x".repeat((1 << 20) - 20));
    home.write(&long);
    assert_ne!(home.run(&["set", "user", "somebody@example.com"]).code, Some(0));
    assert_eq!(home.text(), long);
}

#[test]
fn a_wrong_key_is_named_and_can_be_taken_away() {
    let home = Home::new();
    home.write("# mine\ndatabse_url = \"postgres://u:s3cr3t@h/d\"\nformat = \"ids\"\n");
    let ran = home.run(&["set", "org", "beta"]);
    assert!(ran.stderr.contains("line 2: ") && ran.stderr.contains("`databse_url`"), "{}", ran.stderr);
    assert!(ran.stderr.contains("config unset KEY") && !ran.stderr.contains("`org` cannot"), "{}", ran.stderr);
    let said = home.ok(&["unset", "databse_url"]);
    assert!(said.contains("databse_url") && !said.contains("s3cr3t"), "{said}");
    let ran = home.run(&["show"]);
    assert!(ran.stderr.contains("config.toml") && ran.stderr.contains("`format`"), "{}", ran.stderr);
    home.ok(&["unset", "format"]);
    for said in [home.ok(&["set", "user", "postgres://u:s3cr3t@h/d"]), home.ok(&["show"])] {
        assert!(!said.contains("s3cr3t"), "{said}");
    }
}

#[test]
fn mode_ends_of_lines_and_words_stay() {
    let home = Home::new();
    home.write("\u{feff}org = \"acme\"\r\n# mine\r\n");
    fs::set_permissions(home.config(), fs::Permissions::from_mode(0o640)).unwrap();
    home.ok(&["set", "org", "beta"]);
    assert_eq!((home.text().as_str(), home.mode()), ("\u{feff}org = \"beta\"\r\n# mine\r\n", 0o640));
    for (word, written) in
        [("true", "true"), ("off", "false"), ("false", "false"), ("", "false"), ("less -S", "\"less -S\"")]
    {
        home.write("");
        home.ok(&["set", "pager", word]);
        assert_eq!(home.text(), format!("pager = {written}\n"));
    }
}
