//! Settings and their precedence.

use serde_json::Value;

use crate::support::{program, ran};

fn settings(command: &mut std::process::Command) -> Value {
    let ran = ran(command.args(["config", "show", "--format", "json"]));
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let list: Value = serde_json::from_str(&ran.stdout).unwrap();
    let pairs = list.as_array().unwrap().iter().map(|line| {
        let text = |key: &str| line[key].as_str().unwrap_or("").to_owned();
        (text("setting"), Value::String(format!("{} ({})", text("value"), text("origin"))))
    });
    Value::Object(pairs.collect())
}

#[test]
fn flag_then_environment_then_file_then_default() {
    let home = tempfile::tempdir().unwrap();
    let here = home.path().display().to_string();
    let default = settings(&mut program(home.path()));
    assert_eq!(default["database_url"], format!("{here}/.local/share/crmctl/crm.db (default)"));
    assert_eq!(default["org"], " (default)");
    std::fs::create_dir_all(home.path().join(".config/crmctl")).unwrap();
    let config = home.path().join(".config/crmctl/config.toml");
    std::fs::write(&config, "database_url = 'file.db'\norg = 'file'\n").unwrap();
    let origin = format!("file {}", config.display());
    assert_eq!(settings(&mut program(home.path()))["org"], format!("file ({origin})"));
    let both = settings(program(home.path()).env("DATABASE_URL", "second.db").env("CRM_ORG", "env"));
    assert_eq!(
        (&both["database_url"], &both["org"]),
        (&"second.db (environment DATABASE_URL)".into(), &"env (environment CRM_ORG)".into())
    );
    let first = settings(program(home.path()).env("DATABASE_URL", "second.db").env("CRM_DATABASE_URL", "first.db"));
    assert_eq!(first["database_url"], "first.db (environment CRM_DATABASE_URL)");
    let flag = settings(program(home.path()).env("CRM_ORG", "env").args(["--org", "flag"]));
    assert_eq!(flag["org"], "flag (flag --org)");
    let secret = settings(program(home.path()).env("CRM_DATABASE_URL", "postgres://u:secret@h/d"));
    assert_eq!(secret["database_url"], "postgres://u:***@h/d (environment CRM_DATABASE_URL)");
}

#[test]
fn a_config_file_that_cannot_be_understood_is_named() {
    let home = tempfile::tempdir().unwrap();
    let config = home.path().join("own.toml");
    std::fs::write(&config, "databse_url = 'x'\n").unwrap();
    for path in [config.to_str().unwrap(), "missing.toml"] {
        let ran = ran(program(home.path()).args(["config", "show", "--config", path]));
        assert_eq!(ran.code, Some(1));
        assert!(ran.stderr.contains(path) && ran.stderr.contains("hint:"), "{}", ran.stderr);
    }
}
