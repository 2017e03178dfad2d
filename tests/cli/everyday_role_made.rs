//! `migrate up --app-role`: the everyday role of PostgreSQL, made and mended by the program.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU32, Ordering};

use crate::support::engine::{database_of, psql, try_psql, url_of};
use crate::support::filled::{everything, filled, refusals};
use crate::support::{Engine, Ran, World, program, ran};

static NEXT: AtomicU32 = AtomicU32::new(0);

/// A name of a role that no other test has: roles are the cluster's, not a database's.
fn new_name(suffix: &str) -> String {
    format!("crmctl_made_{}_{}{suffix}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed))
}

fn superuser(world: &World) -> String {
    url_of("postgres", database_of(&world.url))
}

/// The role that owns the schema.
fn owner(world: &World) -> String {
    url_of("crmctl_owner", database_of(&world.url))
}

fn sql(world: &World, sql: &str) -> Vec<String> {
    psql(&superuser(world), sql)
}

/// Calls the verb for a role, as the cluster's superuser, who may make one.
fn up(world: &World, role: &str, more: &[&str]) -> Ran {
    let url = superuser(world);
    world.run([&["migrate", "up", "--app-role", role, "--database-url", &url], more].concat())
}

fn drop_role(world: &World, role: &str) {
    sql(world, &format!("DROP OWNED BY {role}; DROP ROLE {role}"));
}

/// The rights that a role has to everything in the schema, as the server tells them.
fn rights(world: &World, role: &str) -> BTreeSet<String> {
    let rows = sql(
        world,
        &format!(
            "SELECT c.relname || ' ' || p FROM pg_class c, unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER']) p
             WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'v') AND has_table_privilege('{role}', c.oid, p)
             UNION ALL SELECT c.relname || ' ' || p FROM pg_class c, unnest(ARRAY['USAGE', 'SELECT', 'UPDATE']) p
             WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'S' AND has_sequence_privilege('{role}', c.oid, p)
             UNION ALL SELECT p.oid::regprocedure || ' EXECUTE' FROM pg_proc p
             WHERE p.pronamespace = 'public'::regnamespace AND has_function_privilege('{role}', p.oid, 'EXECUTE')
             UNION ALL SELECT 'schema ' || p FROM unnest(ARRAY['USAGE', 'CREATE']) p WHERE has_schema_privilege('{role}', 'public', p)"
        ),
    );
    rows.into_iter().collect()
}

/// The role of the other tests has what docs/postgresql.md grants: the oracle.
#[test]
fn the_role_has_the_rights_that_the_document_grants() {
    let world = World::new(Engine::Postgres);
    let role = new_name("");
    let made = up(&world, &role, &[]);
    assert_eq!(made.code, Some(0), "{}", made.stderr);
    assert!(made.stdout.contains(&format!("CREATE ROLE {role} LOGIN NOSUPERUSER NOBYPASSRLS")), "{}", made.stdout);
    assert!(made.stderr.contains("has no password") && made.stderr.contains("\\password"), "{}", made.stderr);
    let expected = rights(&world, "crmctl_app");
    assert!(expected.len() > 100);
    assert_eq!(rights(&world, &role), expected);
    let again = up(&world, &role, &[]);
    assert_eq!((again.code, again.stdout.as_str()), (Some(0), ""), "{}", again.stderr);
    assert!(again.stderr.contains("the rights of everyday work and no others"), "{}", again.stderr);
    drop_role(&world, &role);
    world.finish();
}

#[test]
fn what_is_too_much_goes_and_what_lacks_comes() {
    let world = World::new(Engine::Postgres);
    let role = new_name("");
    assert_eq!(up(&world, &role, &[]).code, Some(0));
    let expected = rights(&world, &role);
    let owner = owner(&world);
    for damage in [
        format!("GRANT UPDATE, DELETE ON lead_audit_log TO {role}; GRANT TRUNCATE ON leads TO {role}"),
        format!("GRANT UPDATE (actor) ON audit_log TO {role}"),
        "GRANT INSERT ON erased_rows TO PUBLIC; GRANT SELECT ON leads TO PUBLIC".to_owned(),
        format!("GRANT CREATE ON SCHEMA public TO {role}"),
        "GRANT CREATE ON SCHEMA public TO PUBLIC".to_owned(),
        format!("REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {role}"),
        format!("REVOKE ALL ON SCHEMA public FROM {role}; REVOKE ALL ON ALL SEQUENCES IN SCHEMA public FROM {role}"),
        format!("GRANT UPDATE ON SEQUENCE leads_id_seq TO {role}"),
        format!("REVOKE EXECUTE ON FUNCTION {} FROM {role}", crmctl::db::catalogue::RECORD_ERASURE),
        format!("GRANT EXECUTE ON FUNCTION {} TO PUBLIC", crmctl::db::catalogue::RECORD_ERASURE),
        format!("GRANT SELECT ON leads TO {role} WITH GRANT OPTION"),
    ] {
        psql(&owner, &damage);
        let mended = up(&world, &role, &[]);
        assert_eq!(mended.code, Some(0), "{damage}: {}", mended.stderr);
        assert!(mended.stdout.contains("ran"), "{damage}: {}", mended.stdout);
        assert_eq!(rights(&world, &role), expected, "{damage}");
        assert_eq!(up(&world, &role, &[]).stdout, "", "{damage}");
    }
    // What will be made later.
    psql(&owner, &format!("ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT ALL ON TABLES TO {role}"));
    assert_eq!(up(&world, &role, &[]).code, Some(0));
    psql(&owner, "CREATE TABLE later (id integer)");
    let later: Vec<String> = rights(&world, &role).into_iter().filter(|right| right.starts_with("later ")).collect();
    assert_eq!(later, ["later SELECT"]);
    psql(&owner, "DROP TABLE later");
    // Attributes.
    sql(&world, &format!("ALTER ROLE {role} BYPASSRLS CREATEDB CREATEROLE NOLOGIN"));
    let mended = up(&world, &role, &["--columns", "statement", "--format", "csv"]);
    assert_eq!(mended.stdout, format!("statement\nALTER ROLE {role} LOGIN NOBYPASSRLS NOCREATEDB NOCREATEROLE\n"));
    drop_role(&world, &role);
    world.finish();
}

#[test]
fn a_dry_run_prints_the_statements_and_changes_nothing() {
    let world = World::new(Engine::Postgres);
    let role = new_name("");
    let planned = up(&world, &role, &["--dry-run", "--format", "json"]);
    assert_eq!(planned.code, Some(0), "{}", planned.stderr);
    assert_eq!(sql(&world, &format!("SELECT count(*) FROM pg_roles WHERE rolname = '{role}'")), ["0"]);
    // The statements are all that the verb does: run by hand they make the same role.
    let planned: serde_json::Value = serde_json::from_str(&planned.stdout).unwrap();
    let statements: Vec<&str> =
        planned.as_array().unwrap().iter().map(|it| it["statement"].as_str().unwrap()).collect();
    sql(&world, &statements.join(";\n"));
    assert_eq!(rights(&world, &role), rights(&world, "crmctl_app"));
    assert_eq!(up(&world, &role, &[]).stdout, "");
    drop_role(&world, &role);
    world.finish();
}

#[test]
fn roles_that_could_do_more_are_refused_and_stay_as_they_are() {
    let world = World::new(Engine::Postgres);
    let [role, group, chain] = ["", "_Group", "_chain"].map(new_name);
    assert_eq!(up(&world, &role, &[]).code, Some(0));
    let refused = |said: &[&str]| {
        sql(&world, &format!("REVOKE SELECT ON segments FROM {role}"));
        let refused = up(&world, &role, &[]);
        assert_eq!(refused.code, Some(1), "{}", refused.stderr);
        assert!(said.iter().all(|said| refused.stderr.contains(said)), "{said:?}: {}", refused.stderr);
        // Nothing is mended by halves.
        let granted = format!(
            "SELECT count(*) FROM pg_class c, aclexplode(c.relacl) a WHERE c.relname = 'segments' AND a.privilege_type = 'SELECT' AND a.grantee = '{role}'::regrole"
        );
        assert_eq!(sql(&world, &granted), ["0"]);
    };
    sql(
        &world,
        &format!(
            "CREATE ROLE \"{group}\"; CREATE ROLE {chain} NOINHERIT; GRANT \"{group}\" TO {chain}; GRANT {chain} TO {role}"
        ),
    );
    assert_eq!(up(&world, &role, &[]).code, Some(0), "memberships that give nothing more are no concern");
    for (give, take, what) in [
        ("GRANT DELETE ON leads TO", "REVOKE DELETE ON leads FROM", "DELETE on leads"),
        ("GRANT UPDATE (actor) ON audit_log TO", "REVOKE UPDATE (actor) ON audit_log FROM", "UPDATE on audit_log"),
        (
            "GRANT CREATE ON SCHEMA public TO",
            "REVOKE CREATE ON SCHEMA public FROM",
            "makes things in the schema public",
        ),
    ] {
        sql(&world, &format!("{give} \"{group}\""));
        refused(&[&format!("\"{group}\": {what}"), &format!("REVOKE \"{group}\" FROM {role};")]);
        sql(&world, &format!("{take} \"{group}\""));
    }
    sql(&world, &format!("ALTER ROLE {chain} BYPASSRLS"));
    refused(&[&format!("{chain}: bypasses row-level security")]);
    sql(&world, &format!("ALTER ROLE {chain} NOBYPASSRLS; REVOKE {chain} FROM {role}; GRANT crmctl_owner TO {role}"));
    refused(&["crmctl_owner: ", "owns tables"]);
    sql(&world, &format!("REVOKE crmctl_owner FROM {role}; GRANT pg_write_all_data TO {role}"));
    refused(&["pg_write_all_data"]);
    sql(
        &world,
        &format!(
            "REVOKE pg_write_all_data FROM {role}; CREATE TABLE mine (id integer); ALTER TABLE mine OWNER TO {role}"
        ),
    );
    refused(&["owns what is in the database", "table mine"]);
    sql(&world, &format!("DROP TABLE mine; ALTER ROLE {role} SUPERUSER"));
    refused(&["is a superuser", "NOSUPERUSER"]);
    sql(&world, &format!("ALTER ROLE {role} NOSUPERUSER"));
    assert_eq!(up(&world, &role, &[]).code, Some(0));
    // The one that is connected, the owner of the tables, and a role whose rights somebody else granted.
    assert!(up(&world, "postgres", &[]).stderr.contains("is the one that is connected"));
    assert!(up(&world, "crmctl_owner", &[]).stderr.contains("owns what is in the database"));
    for (name, said) in [("public", "meaning of its own"), ("pg_x", "PostgreSQL's own"), ("", "it is empty")] {
        let refused = up(&world, name, &[]);
        assert_eq!(refused.code, Some(2), "{name}");
        assert!(refused.stderr.contains(said), "{}", refused.stderr);
    }
    drop_role(&world, &role);
    sql(&world, &format!("DROP OWNED BY \"{group}\"; DROP ROLE \"{group}\"; DROP ROLE {chain}"));
    world.finish();
}

#[test]
fn names_are_quoted() {
    let world = World::new(Engine::Postgres);
    let role = new_name(" A\"; DROP TABLE leads; --");
    let quoted = format!("\"{}\"", role.replace('"', "\"\""));
    let made = up(&world, &role, &[]);
    assert_eq!(made.code, Some(0), "{}", made.stderr);
    assert!(made.stdout.contains("DROP TABLE"), "{}", made.stdout);
    assert_eq!(up(&world, &role, &[]).stdout, "");
    let may = format!("SELECT count(*) FROM leads WHERE has_table_privilege('{role}', 'leads', 'INSERT')");
    assert_eq!(sql(&world, &may), ["0"], "the table is there");
    drop_role(&world, &quoted);
    world.finish();
}

/// The owner of the schema is often no one who makes roles.
#[test]
fn who_may_not_make_roles_is_told_what_to_run() {
    let world = World::new(Engine::Postgres);
    let role = new_name("");
    let owner = owner(&world);
    let as_owner = |verb: &[&str]| world.run([verb, &["--database-url", &owner]].concat());
    // Nothing of the migration stays either.
    assert_eq!(as_owner(&["migrate", "down", "--yes"]).code, Some(0));
    let refused = as_owner(&["migrate", "up", "--app-role", &role]);
    assert_eq!(refused.code, Some(1), "{}", refused.stderr);
    let told = refused
        .stderr
        .lines()
        .find(|line| line.trim().starts_with("CREATE ROLE"))
        .unwrap_or_else(|| panic!("{}", refused.stderr));
    assert_eq!(as_owner(&["migrate", "status"]).code, Some(3));
    sql(&world, told.trim());
    // As told, the owner gives it its rights.
    let mended = as_owner(&["migrate", "up", "--app-role", &role]);
    assert_eq!(mended.code, Some(0), "{}", mended.stderr);
    assert!(mended.stdout.contains("applied") && mended.stdout.contains("GRANT SELECT ON"), "{}", mended.stdout);
    assert_eq!(rights(&world, &role), rights(&world, "crmctl_app").union(&rights(&world, &role)).cloned().collect());
    // What only a superuser may take back is told as a statement.
    sql(&world, &format!("ALTER ROLE {role} BYPASSRLS"));
    let refused = as_owner(&["migrate", "up", "--app-role", &role]);
    assert_eq!(refused.code, Some(1));
    assert!(refused.stderr.contains(&format!("ALTER ROLE {role} NOBYPASSRLS;")), "{}", refused.stderr);
    // Somebody else granted it: who, the owner cannot take it back.
    sql(&world, &format!("ALTER ROLE {role} NOBYPASSRLS"));
    drop_role(&world, &role);
    world.finish();
}

/// The role that the verb made does all the work of every verb, and nothing else.
#[test]
fn the_role_does_the_work_of_every_verb_and_no_more() {
    let mut world = filled(Engine::Postgres);
    let role = new_name("");
    assert_eq!(up(&world, &role, &[]).code, Some(0));
    let before = everything(&world);
    world.url = url_of(&role, database_of(&world.url));
    world.file("a.csv", "Phone,First Name\n+12125550177,Ada\n");
    world.file("rules.toml", crate::score::RULES);
    let acting = sql(
        &world,
        "SELECT email FROM users WHERE organization_id = 1 AND role = 'admin' AND is_active ORDER BY id LIMIT 1",
    );
    for verb in crate::migrate::VERBS {
        let mut command = program(world.folder.path());
        command.env("CRM_DATABASE_URL", &world.url).env("CRM_NOW", world.now).args(*verb).args(["--org", "acme"]);
        if let Some(email) = acting.first() {
            command.args(["--as", email]);
        }
        let ran = ran(&mut command);
        assert!(
            !ran.stderr.contains("may not do that") && !ran.stderr.contains("permission denied"),
            "{verb:?}: {}",
            ran.stderr
        );
        assert_ne!(ran.code, Some(101), "{verb:?}");
    }
    assert_ne!(everything(&world), before, "the verbs do something");
    let refused = [
        "CREATE TABLE public.mine (id integer)",
        "ALTER TABLE public.leads ADD COLUMN mine integer",
        "DROP TABLE public.leads",
        "CREATE FUNCTION public.f() RETURNS integer LANGUAGE sql AS 'SELECT 1'",
        "ALTER TABLE public.leads DISABLE ROW LEVEL SECURITY",
        "CREATE ROLE crmctl_never",
        "CREATE SCHEMA mine",
        "UPDATE public.lead_audit_log SET actor = 'x'",
        "DELETE FROM public.audit_log",
        "TRUNCATE public.leads CASCADE",
        "DELETE FROM public.leads",
        "DELETE FROM public.dnc_list",
        "INSERT INTO public.erased_rows SELECT 1, 'lead_audit_log', id, lead_id FROM public.lead_audit_log",
        "INSERT INTO public.leads (organization_id, uid, phone_number) VALUES (2, gen_random_uuid(), '+12125550188')",
    ]
    .map(str::to_owned);
    for (statement, refusal) in refused.iter().zip(refusals(&world.url, "SET app.current_org_id = '1'; ", &refused)) {
        assert!(
            ["permission denied", "must be owner", "row-level security"].iter().any(|it| refusal.contains(it)),
            "{statement}: {refusal:?}"
        );
    }
    let of_others = "SET app.current_org_id = '1'; SELECT count(*) FROM leads WHERE organization_id <> 1";
    assert_eq!(psql(&world.url, of_others), ["0"]);
    assert!(try_psql(&world.url, "SET ROLE crmctl_owner").is_err());
    let superuser = superuser(&world);
    world.url = superuser;
    drop_role(&world, &role);
    world.finish();
}

#[test]
fn on_sqlite_there_are_no_roles() {
    let world = World::new(Engine::Sqlite);
    let refused = world.run(["migrate", "up", "--app-role", "crm_app"]);
    assert_eq!(refused.code, Some(2));
    assert!(refused.stderr.contains("SQLite has no roles"), "{}", refused.stderr);
    world.finish();
}
