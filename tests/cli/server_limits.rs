//! How long statements and locks may take, what a server sees of a call, and connections that break: directly, and behind a pooler.

use std::process::Child;
use std::time::{Duration, Instant};

use crate::support::engine::{database_of, psql, url_of};
use crate::support::{Engine, Ran, World, on_both_engines, ran};

fn sql(world: &World, sql: &str) -> Vec<String> {
    psql(&url_of("postgres", database_of(&world.url)), sql)
}

/// Waits until a question about the server's sessions is answered with rows.
fn until(world: &World, question: &str) -> Vec<String> {
    let began = Instant::now();
    loop {
        let rows = sql(world, question);
        if !rows.is_empty() {
            return rows;
        }
        assert!(began.elapsed() < Duration::from_secs(30), "{question}");
        std::thread::sleep(Duration::from_millis(30));
    }
}

fn ended(child: Child) -> Ran {
    let output = child.wait_with_output().unwrap();
    Ran {
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
        code: output.status.code(),
    }
}

/// Somebody who holds what a statement locks, until it is dropped.
struct Holder(Child);

impl Holder {
    fn of(world: &World, statement: &str) -> Holder {
        let url = url_of("postgres", database_of(&world.url));
        let programs = std::env::var("CRMCTL_POSTGRES_BIN").unwrap();
        let script = format!("SET application_name = 'holder'; BEGIN; {statement}; SELECT pg_sleep(60)");
        let child = std::process::Command::new(std::path::Path::new(&programs).join("psql"))
            .args([&url, "-qXAt", "-c", &script])
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::null())
            .spawn()
            .unwrap();
        let holder = Holder(child);
        until(world, &sleeping(world));
        holder
    }
}

fn sleeping(world: &World) -> String {
    let database = database_of(&world.url);
    format!(
        "SELECT pid FROM pg_stat_activity WHERE datname = '{database}' AND application_name = 'holder' AND wait_event = 'PgSleep'"
    )
}

impl Holder {
    fn release(mut self, world: &World) {
        sql(world, &sleeping(world).replace("SELECT pid", "SELECT pg_terminate_backend(pid)"));
        let _ = self.0.wait();
    }
}

/// The world's database as it is reached, and through the pooler where there is one.
fn ways(world: &World) -> Vec<String> {
    let pooled = std::env::var("CRMCTL_TEST_POOLER").ok();
    let pooled = pooled.map(|port| format!("postgres://crmctl_app@127.0.0.1:{port}/{}", database_of(&world.url)));
    std::iter::once(world.url.clone()).chain(pooled).collect()
}

#[test]
fn a_statement_that_takes_too_long_is_ended() {
    let world = World::new(Engine::Postgres);
    world.ok(["lead", "add", "--phone", "+12125550101"]);
    // Whoever writes a lead sleeps in a trigger.
    sql(
        &world,
        "CREATE FUNCTION public.slow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(20); RETURN NEW; END $$;
         CREATE TRIGGER slow BEFORE UPDATE ON public.leads FOR EACH ROW EXECUTE FUNCTION public.slow()",
    );
    for url in ways(&world) {
        let began = Instant::now();
        let mut call = world.command(["lead", "edit", "1", "--city", "Troy"]);
        let ran = ran(call.env("CRM_DATABASE_URL", &url).env("CRM_STATEMENT_TIMEOUT", "300ms"));
        assert!(began.elapsed() < Duration::from_secs(10));
        assert_eq!(ran.code, Some(1), "{}", ran.stderr);
        for said in ["statement_timeout", "nothing was changed", "CRM_STATEMENT_TIMEOUT="] {
            assert!(ran.stderr.contains(said), "{said}: {}", ran.stderr);
        }
    }
    // It was the call's own: the next one of the same session of the pooler has none.
    sql(&world, "DROP TRIGGER slow ON public.leads");
    for url in ways(&world) {
        let slow = "CREATE OR REPLACE FUNCTION public.slow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(0.6); RETURN NEW; END $$;
             CREATE OR REPLACE TRIGGER slow BEFORE UPDATE ON public.leads FOR EACH ROW EXECUTE FUNCTION public.slow()";
        sql(&world, slow);
        let city = url.len().to_string();
        let ran = ran(world.command(["lead", "edit", "1", "--city", &city]).env("CRM_DATABASE_URL", &url));
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    }
    world.finish();
}

#[test]
fn a_lock_that_is_not_got_ends_the_call() {
    let world = World::new(Engine::Postgres);
    world.ok(["lead", "add", "--phone", "+12125550101"]);
    let config = world.file("limits.toml", "lock_timeout = '400ms'\n");
    for (held, verb) in [
        // A row.
        ("SELECT 1 FROM leads FOR UPDATE", ["lead", "edit", "1", "--city", "Troy"].as_slice()),
        // The lock of the do-not-call list, for which the program queues.
        ("SELECT pg_advisory_xact_lock(72117, 1)", &["lead", "edit", "1", "--city", "Troy"]),
        ("SELECT pg_advisory_xact_lock_shared(72117, 1)", &["dnc", "add", "+12125550103"]),
        // That of imports, for which it asks again and again.
        ("SELECT pg_advisory_xact_lock(72116, 1)", &["import", "leads", "a.csv"]),
    ] {
        world.file("a.csv", "Phone\n+12125550102\n");
        let holder = Holder::of(&world, held);
        for url in ways(&world) {
            let began = Instant::now();
            let ran = ran(world.command(verb).env("CRM_DATABASE_URL", &url).arg("--config").arg(&config));
            assert_eq!(ran.code, Some(1), "{held}: {}", ran.stderr);
            assert!(
                (Duration::from_millis(400)..Duration::from_secs(15)).contains(&began.elapsed()),
                "{:?}",
                began.elapsed()
            );
            for said in ["lock_timeout", "nothing was changed", "CRM_LOCK_TIMEOUT="] {
                assert!(ran.stderr.contains(said), "{held}: {said}: {}", ran.stderr);
            }
        }
        holder.release(&world);
    }
    // A limit of the server's for the role counts for every lock, too.
    sql(
        &world,
        "ALTER ROLE crmctl_app IN DATABASE current SET lock_timeout = '400ms'"
            .replace("current", database_of(&world.url))
            .as_str(),
    );
    let holder = Holder::of(&world, "SELECT pg_advisory_xact_lock_shared(72117, 1)");
    let ran = world.run(["dnc", "add", "+12125550103"]);
    assert_eq!(ran.code, Some(1), "{}", ran.stderr);
    assert!(ran.stderr.contains("lock_timeout"), "{}", ran.stderr);
    holder.release(&world);
    world.ok(["dnc", "add", "+12125550103"]);
    world.finish();
}

/// The embedded database has one lock: that of the writer.
#[test]
fn the_embedded_database_heeds_it_too() {
    let world = World::new(Engine::Sqlite);
    let other = rusqlite::Connection::open(&world.url).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let refused = ran(world.command(["lead", "add", "--phone", "+12125550101"]).env("CRM_LOCK_TIMEOUT", "300ms"));
    assert_eq!(refused.code, Some(1), "{}", refused.stderr);
    assert!(
        refused.stderr.contains("lock_timeout") && refused.stderr.contains("another program"),
        "{}",
        refused.stderr
    );
    other.execute_batch("COMMIT").unwrap();
    world.ok(["lead", "add", "--phone", "+12125550101"]);
    world.finish();
}

#[test]
fn a_limit_that_is_none_is_refused() {
    on_both_engines(|world| {
        for (variable, value) in
            [("CRM_LOCK_TIMEOUT", "soon"), ("CRM_STATEMENT_TIMEOUT", "-5s"), ("CRM_KEEPALIVE", "5")]
        {
            let refused = ran(world.command(["lead", "list"]).env(variable, value));
            assert_eq!(refused.code, Some(2), "{}", refused.stderr);
            assert!(refused.stderr.contains(variable) && refused.stderr.contains("5min"), "{}", refused.stderr);
        }
        let set = world.run(["config", "set", "lock_timeout", "soon"]);
        assert_eq!(set.code, Some(2), "{}", set.stderr);
        world.ok(["config", "set", "lock_timeout", "30s"]);
        assert!(world.ok(["config", "show"]).contains("lock_timeout"));
    });
}

/// A call is told from others by its words.
#[test]
fn a_call_names_itself_to_the_server() {
    let world = World::new(Engine::Postgres);
    world.ok(["lead", "add", "--phone", "+12125550101"]);
    for (url, name) in ways(&world).iter().zip(["direct", "pooled"]) {
        let holder = Holder::of(&world, "SELECT 1 FROM leads FOR UPDATE");
        let mut call = world.command(["lead", "edit", "1", "--city", name]);
        call.env("CRM_DATABASE_URL", url).env("CRM_APPLICATION_NAME", name);
        let call = call.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped()).spawn().unwrap();
        let database = database_of(&world.url);
        let named = until(
            &world,
            &format!(
                "SELECT application_name FROM pg_stat_activity WHERE datname = '{database}' AND wait_event_type = 'Lock'"
            ),
        );
        assert_eq!(named, [format!("{name} lead edit")]);
        holder.release(&world);
        let call = ended(call);
        assert_eq!(call.code, Some(0), "{}", call.stderr);
    }
    world.finish();
}

/// The server ends the session of a call: nothing is half done, and the call says so.
#[test]
fn a_connection_that_breaks_leaves_nothing_half_done() {
    let world = World::new(Engine::Postgres);
    world.ok(["lead", "add", "--phone", "+12125550101"]);
    let rows: String = (2..60).map(|n| format!("+121255501{n:02},Ada\n")).collect();
    world.file("a.csv", format!("Phone,First Name\n{rows}+12125550101,Eve\n"));
    let before = crate::support::filled::everything(&world);
    for url in ways(&world) {
        for verb in [
            ["lead", "edit", "1", "--city", "Troy"].as_slice(),
            &["import", "leads", "a.csv", "--on-duplicate", "update"],
        ] {
            let holder = Holder::of(&world, "SELECT 1 FROM leads FOR UPDATE");
            let mut call = world.command(verb);
            call.env("CRM_DATABASE_URL", &url)
                .stdout(std::process::Stdio::piped())
                .stderr(std::process::Stdio::piped());
            let call = call.spawn().unwrap();
            let database = database_of(&world.url);
            until(
                &world,
                &format!(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{database}' AND wait_event_type = 'Lock'"
                ),
            );
            let ran = ended(call);
            assert_eq!(ran.code, Some(1), "{verb:?}: {}", ran.stderr);
            assert!(ran.stderr.contains("the connection to the server broke"), "{verb:?}: {}", ran.stderr);
            assert!(ran.stderr.contains("nothing was changed"), "{verb:?}: {}", ran.stderr);
            holder.release(&world);
            assert_eq!(crate::support::filled::everything(&world), before, "{verb:?}");
        }
    }
    world.ok(["lead", "edit", "1", "--city", "Troy"]);
    world.finish();
}
