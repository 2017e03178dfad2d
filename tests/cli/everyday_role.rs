//! What the everyday role of PostgreSQL can do with a connection of its own: neither what it shadows nor what it forges misleads the
//! triggers and functions of the schema. What is tried is read from pg_catalog.

use crate::support::engine::{database_of, psql, url_of};
use crate::support::filled::{everything, filled, refusals};
use crate::support::{Engine, World};

/// The role in an organization.
const ACTING: &str = "SET app.current_org_id = '1'; ";

fn catalog(world: &World, sql: &str) -> Vec<String> {
    psql(&url_of("postgres", database_of(&world.url)), sql)
}

/// The tables whose rows a trigger keeps.
fn guarded(world: &World) -> Vec<String> {
    let tables = catalog(
        world,
        "SELECT DISTINCT t.tgrelid::regclass FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid
         WHERE NOT t.tgisinternal AND p.proname LIKE 'refuse%' ORDER BY 1",
    );
    assert!(tables.len() > 12, "{tables:?}");
    tables
}

/// Whatever can be shadowed: each table, view, function, type and operator of the schema, and of pg_catalog what functions use.
fn shadows(world: &World) -> String {
    let mut shadows = catalog(
        world,
        "SELECT format('CREATE TEMPORARY TABLE %I AS SELECT * FROM public.%I', relname, relname) FROM pg_class
         WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v', 'm')
         UNION ALL
         SELECT format('CREATE FUNCTION pg_temp.%I(%s) RETURNS %s LANGUAGE sql AS $x$ SELECT NULL::%s $x$', proname,
             pg_get_function_identity_arguments(oid), format_type(prorettype, NULL), format_type(prorettype, NULL))
         FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND prorettype NOT IN ('trigger'::regtype, 'void'::regtype)
         UNION ALL
         SELECT format('CREATE FUNCTION pg_temp.%I() RETURNS trigger LANGUAGE plpgsql AS $x$ BEGIN RETURN NEW; END $x$', proname)
         FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND prorettype = 'trigger'::regtype
         UNION ALL
         SELECT format('CREATE DOMAIN pg_temp.%I AS pg_catalog.text CHECK (false)', name)
         FROM unnest(ARRAY['text', 'jsonb', 'bool', 'int4', 'int8', 'regclass', 'timestamptz']) AS name",
    );
    assert!(shadows.len() > 50);
    // The tables in which triggers look say whatever the role likes.
    let named = guarded(world).into_iter().filter(|table| {
        let columns = "SELECT count(*) FROM information_schema.columns WHERE table_schema = 'public' AND column_name IN ('id', 'organization_id')";
        catalog(world, &format!("{columns} AND table_name = '{table}'")) == ["2"]
    });
    for table in named {
        shadows.push(format!(
            "INSERT INTO pg_temp.erased_rows SELECT organization_id, '{table}', id, 1 FROM public.{table}"
        ));
    }
    shadows.push("TRUNCATE pg_temp.dnc_list, pg_temp.dnc_spellings".to_owned());
    for (operator, left, right, answer) in [
        ("=", "text", "name", "true"),
        ("=", "text", "text", "true"),
        ("=", "jsonb", "jsonb", "true"),
        ("=", "int4", "int4", "true"),
        ("~", "text", "text", "true"),
    ] {
        let function = format!("pg_temp.yes_{left}_{right}");
        shadows.push(format!(
            "CREATE OR REPLACE FUNCTION {function}(pg_catalog.{left}, pg_catalog.{right}) RETURNS pg_catalog.bool LANGUAGE sql AS $x$ SELECT {answer} $x$"
        ));
        shadows.push(format!(
            "CREATE OPERATOR pg_temp.{operator} (FUNCTION = {function}, LEFTARG = pg_catalog.{left}, RIGHTARG = pg_catalog.{right})"
        ));
    }
    shadows.push("SET search_path = pg_temp, public, pg_catalog".to_owned());
    shadows.join("; ") + "; "
}

/// A change of each column of each table of which a trigger keeps the rows.
fn changes(world: &World) -> Vec<String> {
    let columns = catalog(
        world,
        "SELECT DISTINCT format('UPDATE public.%I SET %I = %I', c.relname, a.attname, a.attname)
         FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid JOIN pg_class c ON c.oid = t.tgrelid
         JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
         WHERE NOT t.tgisinternal AND p.proname IN ('refuse_change', 'refuse_change_but_erasure') AND t.tgtype & 16 > 0 ORDER BY 1",
    );
    assert!(columns.len() > 60);
    let mut changes = columns;
    for table in guarded(world) {
        changes.push(format!("DELETE FROM public.{table}"));
        changes.push(format!("TRUNCATE public.{table} CASCADE"));
    }
    // What the role may update otherwise: texts that an erasure has opened once, and what is never changed.
    changes.extend(
        [
            "UPDATE public.dnc_requests SET text = 'x'",
            "UPDATE public.dnc_requests SET reason = 'x'",
            "UPDATE public.dnc_requests SET decision_reason = 'x'",
            "UPDATE public.dnc_requests SET recorded_at = recorded_at - interval '1 year'",
            "UPDATE public.dnc_list SET reason = 'x'",
            "UPDATE public.dnc_list SET evidence = 'x'",
            "UPDATE public.dnc_list SET added_at = added_at - interval '1 year'",
            "UPDATE public.dnc_list SET phone_number = '+12125550199'",
            "UPDATE public.dnc_list SET removed_at = now()",
        ]
        .map(str::to_owned),
    );
    changes
}

#[test]
fn what_the_role_shadows_opens_nothing() {
    let world = filled(Engine::Postgres);
    let before = everything(&world);
    let changes = changes(&world);
    for setting in [ACTING.to_owned(), format!("{ACTING}{}", shadows(&world))] {
        for (change, refusal) in changes.iter().zip(refusals(&world.url, &setting, &changes)) {
            let is_refused = ["permission denied", "append-only", "keeps its rows", "only closed"]
                .iter()
                .any(|it| refusal.contains(it));
            assert!(is_refused, "{change}: {refusal:?}");
        }
    }
    assert_eq!(everything(&world), before);
    world.finish();
}

/// Rows that an erasure has opened are open to that erasure alone.
#[test]
fn what_was_erased_is_closed_again() {
    let world = filled(Engine::Postgres);
    for table in guarded(&world) {
        let named = format!(
            "INSERT INTO erased_rows SELECT t.organization_id, '{table}', t.id, e.lead_id FROM {table} t
             JOIN erasures e ON e.organization_id = t.organization_id ON CONFLICT DO NOTHING"
        );
        // Tables without an id are not opened.
        let _ = world.engine.sql(&world.url, &named);
    }
    let changes = changes(&world);
    for (change, refusal) in changes.iter().zip(refusals(&world.url, ACTING, &changes)) {
        assert!(!refusal.is_empty(), "{change}");
    }
    world.finish();
}

#[test]
fn a_listed_number_stays_listed_whatever_the_role_shadows() {
    let world = filled(Engine::Postgres);
    for number in ["+12125550103", "+5491123456789", "+541123456789"] {
        for call in
            [format!("public.is_on_dnc_list('{number}', 1)"), format!("public.is_on_dnc_list('{number}', 'acme')")]
        {
            let sql = format!("{ACTING}{}SELECT {call}", shadows(&world));
            assert_eq!(psql(&world.url, &sql), ["t"], "{call}");
        }
    }
    world.finish();
}

/// Back-dated, or by somebody else: what only an erasure writes, nobody writes besides.
#[test]
fn the_role_writes_no_table_of_erasure() {
    let world = filled(Engine::Postgres);
    let of_erasure = catalog(
        &world,
        "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND relname LIKE 'eras%' ORDER BY 1",
    );
    assert_eq!(of_erasure, ["erased_rows", "erasure_hashes", "erasure_keys", "erasures"]);
    for table in of_erasure {
        let rights = format!(
            "SELECT string_agg(p, ',') FROM unnest(ARRAY['INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER']) AS p
             WHERE has_table_privilege('crmctl_app', 'public.{table}', p)"
        );
        assert_eq!(catalog(&world, &rights), [""], "{table}");
    }
    let columns = catalog(
        &world,
        "SELECT c.relname || '.' || a.attname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid, aclexplode(a.attacl) g
         WHERE c.relnamespace = 'public'::regnamespace",
    );
    assert!(columns.is_empty(), "rights on single columns: {columns:?}");
    assert_eq!(catalog(&world, "SELECT has_schema_privilege('crmctl_app', 'public', 'CREATE')"), ["f"]);
    let forged = [
        "INSERT INTO public.erasures (organization_id, lead_id, actor, erased_at) SELECT 1, id, 'somebody@else', '2020-01-01' FROM public.leads LIMIT 1",
        "INSERT INTO public.erased_rows SELECT 1, 'lead_audit_log', id, lead_id FROM public.lead_audit_log",
        "INSERT INTO public.erasure_keys VALUES (1, sha256('x'))",
        "INSERT INTO public.erasure_hashes SELECT 1, sha256('x'), lead_id FROM public.erasures",
    ]
    .map(str::to_owned);
    for (sql, refusal) in forged.iter().zip(refusals(&world.url, ACTING, &forged)) {
        assert!(refusal.contains("permission denied"), "{sql}: {refusal}");
    }
    world.finish();
}

/// Who had the rights of an earlier version keeps what `lead erase` needs, and loses the rest.
#[test]
fn an_upgrade_takes_the_rights_of_erasure_away() {
    let world = World::new(Engine::Postgres);
    let owner = url_of("crmctl_owner", database_of(&world.url));
    // To the one before the migration `_everyday_role`.
    let steps = (crate::migrate::migrations() - 14).to_string();
    world.ok(["migrate", "down", "--steps", &steps, "--yes", "--database-url", &owner]);
    let may = |right: &str, table: &str| {
        let asked = format!("SELECT has_table_privilege('crmctl_app', 'public.{table}', '{right}')");
        catalog(&world, &asked) == ["t"]
    };
    assert!(may("INSERT", "erased_rows"));
    world.ok(["migrate", "up", "--database-url", &owner]);
    assert!(!may("INSERT", "erased_rows") && !may("INSERT", "erasures"));
    assert!(may("INSERT", "lead_audit_log"));
    // Tables that came since then are granted as docs/postgresql.md says, which gives nothing back.
    psql(&owner, &crmctl::db::catalogue::grants("crmctl_app").join(" "));
    assert!(!may("INSERT", "erased_rows") && !may("INSERT", "erasures"));
    world.ok(["lead", "add", "--phone", "+12125550101", "--name", "Ada King"]);
    world.ok(["lead", "erase", "+12125550101", "--yes"]);
    world.finish();
}
