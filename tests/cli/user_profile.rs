//! What a user is besides a name and a role: another name, preferences, a picture, and when one was seen.

use serde_json::{Value, json};

use crate::support::engine::{database_of, psql, url_of};
use crate::support::{Engine, World, on_both_engines};

const ADMIN: [&str; 2] = ["--as", "ann@example.com"];

fn ok(world: &World, args: &[&str]) -> String {
    world.ok([args, &ADMIN].concat())
}

fn json(world: &World, args: &[&str]) -> Value {
    world.json([args, &ADMIN].concat())
}

fn with_admin(world: &World) {
    world.ok(["user", "add", "ann@example.com", "--role", "admin", "--username", "ann"]);
}

type Field = (&'static str, [&'static str; 2], Value, [&'static str; 2], Value, [&'static str; 2], Value);

/// A column, how it is given and what is kept, how it is given next and what is kept, how it is cleared and what remains.
fn fields() -> Vec<Field> {
    vec![
        (
            "username",
            ["--username", "Ben.B"],
            json!("ben.b"),
            ["--username", "benny"],
            json!("benny"),
            ["--clear", "username"],
            Value::Null,
        ),
        (
            "avatar_url",
            ["--avatar-url", "https://acme.example/ben.png"],
            json!("https://acme.example/ben.png"),
            ["--avatar-url", "http://acme.example/b?s=1"],
            json!("http://acme.example/b?s=1"),
            ["--clear", "avatar_url"],
            Value::Null,
        ),
        (
            "preferences",
            ["--set-preference", "Theme=dark"],
            json!({"theme": "dark"}),
            ["--set-preference", "list.rows={\"n\": 50}"],
            json!({"theme": "dark", "list.rows": {"n": 50}}),
            ["--clear", "preferences"],
            json!({}),
        ),
    ]
}

#[test]
fn each_column_is_added_shown_listed_edited_cleared_and_logged() {
    on_both_engines(|world| {
        with_admin(world);
        let mut add = vec!["user", "add", "ben@example.com"];
        fields().iter().for_each(|(_, given, ..)| add.extend(given));
        let added = json(world, &add);
        for (column, _, kept, ..) in fields() {
            assert_eq!(added[column], kept, "{column}");
            let listed = json(world, &["user", "list", "--columns", &format!("email,{column}")]);
            assert_eq!(listed[1], json!({ "email": "ben@example.com", column: kept }));
            let shown = json(world, &["user", "show", "BEN@example.com", "--columns", column]);
            assert_eq!(shown, json!({ column: kept }));
            let csv = ok(world, &["user", "list", "--format", "csv"]);
            assert!(csv.lines().next().unwrap().split(',').any(|name| name == column), "{csv}");
        }
        for (column, _, before, given, kept, clear, cleared) in fields() {
            let edit = |args: [&str; 2]| json(world, &[&["user", "edit", "ben@example.com"], &args[..]].concat());
            assert_eq!(edit(given)[column], kept, "{column}");
            assert_eq!(edit(clear)[column], cleared, "{column}");
            let log = json(world, &["audit", "list", "--entity", "user", "--id", "2"]);
            let of_column = log.as_array().unwrap().iter().rev().filter(|entry| entry["field_name"] == column);
            let told: Vec<_> = of_column.map(|e| (e["old_value"].clone(), e["new_value"].clone())).collect();
            let text = |value: &Value| match value {
                Value::Object(_) => json!(value.to_string()),
                other => other.clone(),
            };
            let expected = [(Value::Null, text(&before)), (text(&before), text(&kept)), (text(&kept), Value::Null)];
            assert_eq!(told, expected, "{column}");
        }
        ok(world, &["user", "edit", "ben@example.com", "--first-name", "Ben", "--last-name", "B"]);
        let cleared =
            json(world, &["user", "edit", "ben@example.com", "--clear", "first_name", "--clear", "last_name"]);
        assert_eq!((&cleared["first_name"], &cleared["last_name"]), (&Value::Null, &Value::Null));
        // One preference goes, the others stay.
        let edit =
            |args: &[&str]| json(world, &[&["user", "edit", "ben@example.com"], args].concat())["preferences"].clone();
        assert_eq!(edit(&["--set-preference", "a=1", "--set-preference", "b=x"]), json!({"a": 1, "b": "x"}));
        assert_eq!(edit(&["--clear", "preferences.a"]), json!({"b": "x"}));
    });
}

#[test]
fn an_email_is_verified_until_it_changes() {
    on_both_engines(|world| {
        with_admin(world);
        let edit =
            |user: &str, args: &[&str]| json(world, &[&["user", "edit", user], args].concat())["is_verified"].clone();
        assert_eq!(json(world, &["user", "add", "ben@example.com", "--verified"])["is_verified"], true);
        assert_eq!(json(world, &["user", "add", "cleo@example.com"])["is_verified"], false);
        assert_eq!(edit("cleo@example.com", &["--verified"]), true);
        assert_eq!(edit("cleo@example.com", &["--unverified"]), false);
        assert_eq!(edit("ben@example.com", &["--email", "ben@example.com"]), true, "it is the same");
        assert_eq!(edit("ben@example.com", &["--email", "ben@example.org"]), false);
        assert_eq!(edit("ben@example.org", &["--email", "ben@example.net", "--verified"]), true);
    });
}

#[test]
fn a_username_stands_wherever_the_email_does() {
    on_both_engines(|world| {
        with_admin(world);
        world.ok(["user", "add", "ben@example.com", "--username", "ben-b", "--as", "Ann"]);
        world.file(
            "a.csv",
            "Phone,Owner\n2125550101,Ben-B\n2125550102,ben@example.com\n2125550103,ANN\n2125550104,nobody\n",
        );
        let summary = world.json(["import", "leads", "a.csv", "--as", "ANN"]);
        assert_eq!((&summary["created"], &summary["rejected"]), (&json!(3), &json!(1)));
        world.ok(["lead", "add", "--phone", "2125550105", "--owner", "BEN-b", "--as", "ann"]);
        world.ok(["lead", "add", "--phone", "2125550106", "--as", "ann"]);
        world.ok(["lead", "assign", "5", "--to", "ben-b", "--as", "ann"]);
        let ids = |args: &[&str]| -> Vec<i64> {
            let found = world.json([&["lead", "list", "--sort", "id", "--as", "ann"], args].concat());
            found.as_array().unwrap().iter().map(|lead| lead["id"].as_i64().unwrap()).collect()
        };
        assert_eq!(ids(&["--owner", "Ben-B"]), [1, 2, 4, 5]);
        assert_eq!(ids(&["--where", "owner = Ben-B"]), [1, 2, 4, 5]);
        assert_eq!(ids(&["--where", "owner in (ann, ben@example.com)"]), [1, 2, 3, 4, 5]);
        world.file(
            "h.csv",
            "Phone,Status,Date,Changed by\n2125550101,contacted,2026-03-01,Ben-B\n2125550101,hot,2026-03-02,Bob\n",
        );
        world.ok(["import", "history", "h.csv", "--as", "ann"]);
        let told = world.json(["lead", "show", "1", "--as", "ann"])["status_history"].clone();
        let by: Vec<_> =
            told.as_array().unwrap().iter().map(|row| (row["changed_by"].clone(), row["reason"].clone())).collect();
        assert!(by.contains(&(json!(2), Value::Null)) && by.contains(&(Value::Null, json!("by Bob"))), "{by:?}");
        assert_eq!(world.json(["user", "show", "BEN-B", "--as", "ann"])["id"], 2);
        assert_eq!(world.json(["audit", "list", "--who", "Ann", "--limit", "1", "--as", "ann"])[0]["changed_by"], 1);
        // The log names the email, which tells people apart in all organizations.
        assert_eq!(
            world.json(["audit", "list", "--limit", "1", "--as", "ann"])[0]["actor"],
            "ann@example.com (tester@desk)"
        );
        world.ok(["user", "disable", "ben-b", "--as", "ann"]);
        assert!(world.run(["lead", "list", "--as", "ben-b"]).stderr.contains("is disabled"));
        world.ok(["user", "edit", "ben-b", "--enable", "--as", "ann"]);
        for unknown in ["nobody", "ben", "ann.example.com"] {
            let ran = world.run(["lead", "list", "--as", unknown]);
            assert!(ran.stderr.contains(&format!("no user of `acme` has the username `{unknown}`")), "{}", ran.stderr);
        }
    });
}

#[test]
fn a_username_is_one_user_s_and_no_email() {
    on_both_engines(|world| {
        with_admin(world);
        ok(world, &["user", "add", "ben@example.com"]);
        for taken in ["ann", "ANN", " Ann "] {
            for args in [&["user", "add", "cleo@example.com"][..], &["user", "edit", "ben@example.com"]] {
                let ran = world.run([args, &["--username", taken], &ADMIN].concat());
                assert_eq!(ran.code, Some(1), "{taken}: {}", ran.stderr);
                assert!(ran.stderr.contains("the username `ann` is another user's"), "{}", ran.stderr);
            }
        }
        let twice = world.run([&["user", "add", "BEN@example.com", "--username", "cleo"], &ADMIN[..]].concat());
        assert!(twice.stderr.contains("`ben@example.com` is a user already"), "{}", twice.stderr);
        for bad in ["ann@example.com", "@ann", "a", "42", "two words", "änn", "-ann", "ann."] {
            let ran =
                world.run([&["user", "edit", "ben@example.com", &format!("--username={bad}")], &ADMIN[..]].concat());
            assert_eq!(ran.code, Some(2), "{bad}: {}", ran.stderr);
        }
        for bad in [
            &["--avatar-url", "acme.example/a.png"][..],
            &["--avatar-url", "javascript:alert(1)"],
            &["--set-preference", "novalue"],
            &["--set-preference", "a b=1"],
            &["--clear", "email"],
            &["--clear", "preferences.a b"],
            &["--username", "ben", "--clear", "username"],
            &["--verified", "--unverified"],
        ] {
            let ran = world.run([&["user", "edit", "ben@example.com"], bad, &ADMIN].concat());
            assert_eq!(ran.code, Some(2), "{bad:?}: {}", ran.stderr);
        }
        // Another organization has its own names, and any number of users have none.
        ok(world, &["org", "add", "beta", "--org", "acme"]);
        world.ok(["user", "add", "ann@example.com", "--role", "admin", "--username", "ann", "--org", "beta"]);
        ok(world, &["user", "add", "cleo@example.com", "--org", "acme"]);
        // Other programs are held to it, too.
        let write = |name: &str| {
            world
                .engine
                .sql(&world.url, &format!("UPDATE users SET username = '{name}' WHERE email = 'cleo@example.com'"))
        };
        for bad in ["ann", "Cleo", "cleo@example.com", "c"] {
            write(bad).unwrap_err();
        }
        write("cleo").unwrap();
    });
}

/// When each user was seen, the version and the time of the last change.
fn seen(world: &World) -> (Value, Value, Value) {
    let ann = json(world, &["user", "show", "ann"]);
    (ann["last_seen_at"].clone(), ann["version"].clone(), ann["updated_at"].clone())
}

#[test]
fn whoever_writes_is_seen_once_a_minute_and_nothing_else_changes() {
    on_both_engines(|world| {
        with_admin(world);
        let (at_first, version, updated) = seen(world);
        assert_eq!(at_first, Value::Null, "the account made the first user");
        let log = |world: &World| json(world, &["audit", "list", "--entity", "user"]).as_array().unwrap().len();
        let logged = log(world);
        // Who reads, tries or is refused is not seen.
        ok(world, &["lead", "list"]);
        ok(world, &["user", "list"]);
        ok(world, &["org", "show", "acme"]);
        world.file("a.csv", "Phone\n2125550101\n");
        ok(world, &["import", "leads", "a.csv", "--dry-run"]);
        assert_ne!(world.run([&["lead", "add", "--phone", "nonsense"], &ADMIN[..]].concat()).code, Some(0));
        assert_eq!(seen(world).0, Value::Null);
        ok(world, &["lead", "add", "--phone", "2125550100"]);
        assert_eq!(seen(world).0, "2026-03-04T12:00:00Z");
        // Not twice in a minute, nor backwards.
        for (now, expected) in [
            ("2026-03-04T12:00:59Z", "2026-03-04T12:00:00Z"),
            ("2026-03-04T12:01:00Z", "2026-03-04T12:01:00Z"),
            ("2026-03-04T11:00:00Z", "2026-03-04T12:01:00Z"),
        ] {
            world.now = now;
            ok(world, &["lead", "note", "2125550100", "hello"]);
            assert_eq!(seen(world).0, expected, "{now}");
        }
        // Whatever is written: leads, files, the list, settings, users, money.
        let verbs: [&[&str]; 7] = [
            &["import", "leads", "a.csv"],
            &["dnc", "add", "2125550199"],
            &["lead", "status", "2125550100", "contacted"],
            &["org", "set", "custom.a", "1"],
            &["org", "edit", "acme", "--industry", "x"],
            &["user", "add", "ben@example.com"],
            &["segment", "add", "all", "--where", "score > 1"],
        ];
        let times = [
            "2026-03-05T01:00:00Z",
            "2026-03-05T02:00:00Z",
            "2026-03-05T03:00:00Z",
            "2026-03-05T04:00:00Z",
            "2026-03-05T05:00:00Z",
            "2026-03-05T06:00:00Z",
            "2026-03-05T07:00:00Z",
        ];
        for (verb, now) in verbs.iter().zip(times) {
            world.now = now;
            ok(world, verb);
            assert_eq!(seen(world).0, now, "{verb:?}");
        }
        let (_, version_now, updated_now) = seen(world);
        assert_eq!((version_now, updated_now), (version, updated));
        let of_ann = json(world, &["audit", "list", "--entity", "user", "--id", "1"]);
        assert_eq!(of_ann.as_array().unwrap().len(), logged, "{of_ann}");
        // A program that writes it leaves the time of the last change alone as well; any other column moves it.
        let update = |set: &str| world.engine.sql(&world.url, &format!("UPDATE users SET {set} WHERE id = 1")).unwrap();
        update("last_seen_at = NULL");
        let before = seen(world).2;
        update("first_name = 'Ann'");
        assert_ne!(seen(world).2, before);
    });
}

/// Two calls of one user do not wait for each other's transactions: who finds the row held leaves it.
#[test]
fn nobody_waits_for_a_user_s_row() {
    let world = World::new(Engine::Postgres);
    with_admin(&world);
    let url = url_of("postgres", database_of(&world.url));
    let holder = std::thread::spawn({
        let url = url.clone();
        move || {
            psql(&url, "BEGIN; SELECT 1 FROM users WHERE id = 1 FOR NO KEY UPDATE; SELECT pg_sleep(8); COMMIT");
        }
    });
    let held = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND datname = current_database()";
    while psql(&url, held) != ["1"] {
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    ok(&world, &["lead", "add", "--phone", "2125550101"]);
    assert_eq!(psql(&url, held), ["1"], "the call waited for the row");
    assert_eq!(seen(&world).0, Value::Null);
    psql(
        &url,
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND datname = current_database()",
    );
    holder.join().unwrap_err();
    ok(&world, &["lead", "add", "--phone", "2125550102"]);
    assert_eq!(seen(&world).0, "2026-03-04T12:00:00Z");
    world.finish();
}

/// Many calls of one user at a time, some of which change the user: all are done, none is a deadlock.
#[test]
fn many_calls_of_one_user_get_on() {
    on_both_engines(|world| {
        with_admin(world);
        let calls: Vec<Vec<String>> = (0..12)
            .map(|n| match n % 3 {
                0 => vec!["user".into(), "edit".into(), "ann".into(), "--set-preference".into(), format!("p{n}={n}")],
                1 => vec!["lead".into(), "add".into(), "--phone".into(), format!("+121255501{n:02}")],
                _ => vec!["dnc".into(), "add".into(), format!("+121255502{n:02}")],
            })
            .collect();
        let children: Vec<_> =
            calls.iter().map(|call| world.start(call.iter().map(String::as_str).chain(ADMIN))).collect();
        for (child, call) in children.into_iter().zip(&calls) {
            let output = child.wait_with_output().unwrap();
            assert!(output.status.success(), "{call:?}: {}", String::from_utf8_lossy(&output.stderr));
        }
        let ann = json(world, &["user", "show", "ann"]);
        assert_eq!(ann["preferences"], json!({"p0": 0, "p3": 3, "p6": 6, "p9": 9}));
        assert_eq!((&ann["version"], &ann["last_seen_at"]), (&json!(5), &json!("2026-03-04T12:00:00Z")));
    });
}
