//! `budget`: accounts whose balance is right whoever books at once, and ledgers that show every change.

use serde_json::{Value, json};

use crate::assert_same_story;
use crate::support::{Engine, World, on_both_engines};

#[test]
fn a_year_of_a_budget() {
    assert_same_story!(|world: &mut World| {
        for args in [
            &["budget", "balance"][..],
            &["budget", "charge", "5"],
            &["budget", "deposit", "0"],
            &["budget", "account", "list"],
            &["budget", "deposit", "1,000.00", "--description", "second quarter"],
            &[
                "budget",
                "charge",
                "250.50",
                "--source",
                "Facebook Ads",
                "--month",
                "2026-03",
                "--reference",
                "invoice 4711",
            ],
            &["budget", "charge", "100", "--source", "facebook-ads", "--month", "2026-03", "--campaign", "Spring sale"],
            &["budget", "charge", "2000"],
            &["budget", "refund", "50.5", "--source", "FACEBOOK ADS", "--month", "2026-03"],
            &["budget", "refund", "500", "--source", "facebook_ads", "--month", "2026-03"],
            &["budget", "charge", "7", "--month", "2026-03"],
            &["budget", "adjust", "-3"],
            &["budget", "adjust", "-12.50", "--description", "bank fees"],
            // A cost that is recorded already is not entered twice.
            &["roi", "cost", "add", "radio", "2026-03", "40"],
            &["budget", "charge", "60", "--source", "radio", "--month", "2026-03", "--recorded"],
            &["budget", "charge", "40", "--source", "radio", "--month", "2026-03", "--recorded"],
            &["roi", "cost", "list"],
            &["roi", "cost", "history", "--source", "facebook_ads"],
            // What is in the ledger cannot be taken from the costs alone.
            &["roi", "cost", "delete", "1", "--yes"],
            &["roi", "cost", "add", "facebook_ads", "2026-03", "10", "--replace"],
            &["budget", "charge", "900", "--allow-negative", "--description", "a fair"],
            &["budget", "account", "add", "europe", "--currency", "EUR"],
            &["budget", "account", "add", "europe"],
            &["budget", "deposit", "5"],
            &["budget", "deposit", "$5", "--account", "europe"],
            &["budget", "deposit", "5", "--account", "Europe"],
            &["budget", "deposit", "500,5", "--account", "europe"],
            &["budget", "balance"],
            &["budget", "balance", "--account", "europe", "--format", "json"],
            &["budget", "list"],
            &["budget", "list", "--limit", "1"],
            &["budget", "list", "--account", "europe", "--month", "2026-02"],
        ] {
            world.tell(args);
        }
        let verified = world.json(["budget", "verify"]);
        assert_eq!((&verified["faults"], &verified["accounts"][1]["transactions"]), (&json!([]), &json!(7)));
    });
}

#[test]
fn twenty_who_spend_at_once_spend_what_is_there() {
    on_both_engines(|world| {
        // Each of these may be the first, which opens the account.
        let children: Vec<_> = (0..15).map(|_| world.start(["budget", "deposit", "10"])).collect();
        assert!(children.into_iter().all(|child| child.wait_with_output().unwrap().status.success()));
        let charge = ["budget", "charge", "10", "--source", "web", "--month", "2026-03"];
        let children: Vec<_> = (0..20).map(|_| world.start(charge)).collect();
        let mut codes: Vec<Option<i32>> = Vec::new();
        for child in children {
            let output = child.wait_with_output().unwrap();
            let said = String::from_utf8_lossy(&output.stderr).into_owned();
            assert!(output.status.success() || said.contains("holds 0.00 USD"), "{said}");
            codes.push(output.status.code());
        }
        assert_eq!(codes.iter().filter(|code| **code == Some(0)).count(), 15, "{codes:?}");
        let balance = &world.json(["budget", "balance"])[0];
        assert_eq!((&balance["balance_cents"], &balance["charge_cents"]), (&json!(0), &json!(15_000)));
        let list = world.json(["budget", "list"]);
        let sequences: Vec<u64> = list.as_array().unwrap().iter().map(|t| t["sequence"].as_u64().unwrap()).collect();
        assert_eq!(sequences, (1..=30).collect::<Vec<u64>>());
        assert!(list.as_array().unwrap().iter().all(|t| t["balance_after_cents"].as_i64().unwrap() >= 0));
        assert_eq!(world.json(["roi", "cost", "list"])[0]["cost_cents"], 15_000);
        world.ok(["budget", "verify"]);
        // Without a cost.
        let children: Vec<_> = (0..20).map(|_| world.start(["budget", "deposit", "1"])).collect();
        assert!(children.into_iter().all(|child| child.wait_with_output().unwrap().status.success()));
        assert_eq!(world.json(["budget", "balance"])[0]["balance_cents"], 2_000);
        world.ok(["budget", "verify"]);
    });
}

/// Does to the ledger what its triggers and checks forbid.
fn tamper(world: &World, sql: &str) {
    match world.engine {
        Engine::Sqlite => {
            let conn = rusqlite::Connection::open(&world.url).unwrap();
            conn.execute_batch(&format!(
                "PRAGMA ignore_check_constraints = ON; PRAGMA foreign_keys = OFF;
                 DROP TRIGGER IF EXISTS budget_transactions_no_update; DROP TRIGGER IF EXISTS budget_transactions_no_delete;
                 {sql}"
            ))
            .unwrap_or_else(|e| panic!("{sql}: {e}"));
        }
        Engine::Postgres => {
            let checks = ["check", "check1", "check2", "check3", "sequence_check", "transaction_type_check"];
            let drops: String = checks
                .iter()
                .map(|name| {
                    format!("ALTER TABLE budget_transactions DROP CONSTRAINT IF EXISTS budget_transactions_{name};")
                })
                .collect();
            world
                .engine
                .sql(&world.url, &format!("{drops} ALTER TABLE budget_transactions DISABLE TRIGGER ALL; {sql}"))
                .unwrap();
        }
    }
}

/// A ledger with users, costs and every kind of transaction, and a copy of its rows.
fn filled(world: &World) {
    world.ok(["user", "add", "ann@example.com", "--role", "admin"]);
    let ann = ["--as", "ann@example.com"];
    let verb = |args: &[&str]| world.ok([&["budget"], args, &ann].concat());
    verb(&["deposit", "1000", "--description", "first"]);
    verb(&["charge", "100", "--source", "web", "--month", "2026-03", "--reference", "a"]);
    verb(&["charge", "50", "--description", "third"]);
    verb(&["refund", "10", "--source", "web", "--month", "2026-03"]);
    verb(&["adjust", "-1", "--description", "fees"]);
    verb(&["charge", "5", "--source", "web", "--month", "2026-04", "--campaign", "x"]);
    tamper(
        world,
        "CREATE TABLE kept AS SELECT * FROM budget_transactions; CREATE TABLE kept_accounts AS SELECT * FROM budget_accounts",
    );
}

fn restore(world: &World) {
    let accounts = match world.engine {
        Engine::Sqlite => {
            "UPDATE budget_accounts SET sequence = k.sequence, balance_cents = k.balance_cents, head_hash = k.head_hash, currency = k.currency FROM kept_accounts k WHERE k.id = budget_accounts.id;"
        }
        Engine::Postgres => {
            "UPDATE budget_accounts a SET sequence = k.sequence, balance_cents = k.balance_cents, head_hash = k.head_hash, currency = k.currency FROM kept_accounts k WHERE k.id = a.id;"
        }
    };
    tamper(
        world,
        &format!("DELETE FROM budget_transactions; INSERT INTO budget_transactions SELECT * FROM kept; {accounts}"),
    );
}

fn faults(world: &World) -> Vec<(i64, String)> {
    let ran = world.run(["budget", "verify", "--format", "json", "--as", "ann@example.com"]);
    let verified: Value = serde_json::from_str(&ran.stdout).unwrap_or_else(|e| panic!("{e}: {}", ran.stderr));
    let found: Vec<(i64, String)> = verified["faults"]
        .as_array()
        .unwrap()
        .iter()
        .map(|fault| (fault["sequence"].as_i64().unwrap(), fault["fault"].as_str().unwrap().to_owned()))
        .collect();
    assert_eq!(ran.code, Some(if found.is_empty() { 0 } else { 3 }), "{}", ran.stderr);
    found
}

#[test]
fn whatever_is_done_to_the_ledger_is_named() {
    on_both_engines(|world| {
        filled(world);
        assert_eq!(faults(world), []);
        let (bytes, time) = match world.engine {
            Engine::Sqlite => ("zeroblob(32)", "recorded_at + 1"),
            Engine::Postgres => ("decode(repeat('00', 32), 'hex')", "recorded_at + interval '1 second'"),
        };
        for (column, value) in [
            ("transaction_type", "'deposit'"),
            ("transaction_type", "'gift'"),
            ("amount_cents", "amount_cents + 1"),
            ("balance_before_cents", "balance_before_cents + 1"),
            ("balance_after_cents", "balance_after_cents + 1"),
            ("reference", "'b'"),
            ("description", "NULL"),
            ("source", "'radio'"),
            ("campaign", "'y'"),
            ("period", "'2026-05'"),
            ("user_id", "NULL"),
            ("actor", "'somebody else'"),
            ("recorded_at", time),
            ("previous_hash", bytes),
            ("hash", bytes),
        ] {
            for sequence in [1, 3, 6] {
                tamper(
                    world,
                    &format!("UPDATE budget_transactions SET {column} = {value} WHERE sequence = {sequence}"),
                );
                let was_so = world.engine.sql(&world.url, "SELECT * FROM kept ORDER BY sequence").unwrap()
                    == world.engine.sql(&world.url, "SELECT * FROM budget_transactions ORDER BY sequence").unwrap();
                let expected = if was_so { vec![] } else { vec![(sequence, "altered".to_owned())] };
                assert_eq!(faults(world), expected, "{:?} {column} of {sequence}", world.engine);
                restore(world);
            }
        }
        let told = |pairs: &[(i64, &str)]| -> Vec<(i64, String)> {
            pairs.iter().map(|(sequence, fault)| (*sequence, (*fault).to_owned())).collect()
        };
        let rows = "organization_id, account_id, SEQUENCE, transaction_type, amount_cents, balance_before_cents, balance_after_cents, reference, description, source, campaign, period, user_id, actor, recorded_at, previous_hash, hash";
        let copy = |from: i64, to: i64| {
            format!(
                "INSERT INTO budget_transactions ({}) SELECT {} FROM kept WHERE sequence = {from}",
                rows.replace("SEQUENCE", "sequence"),
                rows.replace("SEQUENCE", &to.to_string())
            )
        };
        for (sql, expected) in [
            ("DELETE FROM budget_transactions WHERE sequence = 1".to_owned(), told(&[(1, "missing")])),
            ("DELETE FROM budget_transactions WHERE sequence IN (3, 4)".to_owned(), told(&[(3, "missing"), (4, "missing")])),
            ("DELETE FROM budget_transactions WHERE sequence > 4".to_owned(), told(&[(5, "cut_off"), (6, "cut_off")])),
            (copy(6, 7), told(&[(7, "inserted")])),
            (copy(6, 0), told(&[(0, "inserted")])),
            (
                // Room is made behind the second transaction.
                format!("UPDATE budget_transactions SET sequence = sequence + 100 WHERE sequence > 2; UPDATE budget_transactions SET sequence = sequence - 99 WHERE sequence > 100; {}", copy(2, 3)),
                told(&[(3, "inserted")]),
            ),
            (
                "DELETE FROM budget_transactions WHERE sequence = 3; UPDATE budget_transactions SET sequence = sequence + 100 WHERE sequence > 3; UPDATE budget_transactions SET sequence = sequence - 101 WHERE sequence > 100".to_owned(),
                told(&[(3, "missing")]),
            ),
            ("UPDATE budget_accounts SET balance_cents = 0".to_owned(), told(&[(6, "head_altered")])),
            ("UPDATE budget_accounts SET sequence = 5".to_owned(), told(&[(6, "head_altered")])),
            (format!("UPDATE budget_accounts SET head_hash = {bytes}"), told(&[(6, "altered")])),
            (
                // Cut off so that the account agrees in all but the hash.
                "DELETE FROM budget_transactions WHERE sequence = 6; UPDATE budget_accounts SET sequence = 5, balance_cents = 85900".to_owned(),
                told(&[(5, "altered")]),
            ),
        ] {
            tamper(world, &sql);
            assert_eq!(faults(world), expected, "{:?} {sql}", world.engine);
            restore(world);
        }
        // The currency of an account is in every hash.
        tamper(world, "UPDATE budget_accounts SET currency = 'EUR'");
        assert_eq!(faults(world).len(), 6);
        restore(world);
        assert_eq!(faults(world), []);
    });
}

#[test]
fn a_hash_that_was_written_down_shows_that_nothing_was_written_anew() {
    on_both_engines(|world| {
        world.ok(["budget", "deposit", "1000"]);
        let head = world.json(["budget", "verify"])["accounts"][0]["head_hash"].as_str().unwrap().to_owned();
        world.ok(["budget", "charge", "10"]);
        let found = world.json(["budget", "verify", "--contains", &head]);
        assert_eq!(found["contains"], json!(["main", 1]));
        let other = format!("{}0", &head[..63]);
        let other = if other == head { format!("{}1", &head[..63]) } else { other };
        let ran = world.run(["budget", "verify", "--contains", &other]);
        assert_eq!(ran.code, Some(3), "{}", ran.stderr);
        assert!(ran.stderr.contains("no transaction has this hash"), "{}", ran.stderr);
        assert_eq!(world.run(["budget", "verify", "--contains", "abc"]).code, Some(2));
    });
}

#[test]
fn the_ledger_refuses_changes() {
    on_both_engines(|world| {
        world.ok(["budget", "deposit", "1000"]);
        let before = world.engine.sql(&world.url, "SELECT * FROM budget_transactions").unwrap();
        let mut attempts = vec![
            ("UPDATE budget_transactions SET amount_cents = amount_cents", "append-only"),
            ("DELETE FROM budget_transactions", "append-only"),
            ("DELETE FROM budget_accounts", "budget_accounts"),
        ];
        match world.engine {
            Engine::Sqlite => {
                attempts.push((
                    "INSERT OR REPLACE INTO budget_transactions SELECT * FROM budget_transactions",
                    "append-only",
                ));
                attempts
                    .push(("INSERT OR REPLACE INTO budget_accounts SELECT * FROM budget_accounts", "keeps its rows"));
            }
            Engine::Postgres => {
                attempts.push(("TRUNCATE budget_transactions", "append-only"));
                attempts.push(("TRUNCATE budget_accounts CASCADE", "keeps its rows"));
            }
        }
        for (sql, expected) in attempts {
            let refused = world.engine.sql(&world.url, sql).unwrap_err();
            assert!(refused.contains(expected), "{sql}: {refused}");
        }
        for bad in ["amount_cents = 0", "balance_after_cents = 5", "transaction_type = 'gift'", "period = '2026-13'"] {
            let sql = format!(
                "INSERT INTO budget_transactions (organization_id, account_id, sequence, transaction_type, amount_cents, balance_before_cents, balance_after_cents, source, campaign, period, actor, recorded_at, previous_hash, hash)
                 SELECT organization_id, account_id, 2, {}, {}, balance_after_cents, {}, 'web', '', {}, actor, recorded_at, hash, hash FROM budget_transactions",
                if bad.starts_with("transaction") { "'gift'" } else { "'charge'" },
                if bad.starts_with("amount") { "0" } else { "10" },
                if bad.starts_with("balance") { "5" } else if bad.starts_with("amount") { "balance_after_cents" } else { "balance_after_cents - 10" },
                if bad.starts_with("period") { "'2026-13'" } else { "'2026-03'" },
            );
            assert!(world.engine.sql(&world.url, &sql).is_err(), "{bad}");
        }
        assert_eq!(world.engine.sql(&world.url, "SELECT * FROM budget_transactions").unwrap(), before);
    });
}

#[test]
fn an_erasure_leaves_the_ledger_and_says_so() {
    on_both_engines(|world| {
        world.ok(["lead", "add", "--phone", "+12125550101", "--email", "ada@example.com", "--name", "Ada March"]);
        world.ok(["roi", "cost", "add", "web", "2026-03", "5", "--note", "March, paid to ada@example.com"]);
        world.ok(["roi", "cost", "add", "radio", "2026-03", "5", "--note", "March"]);
        world.ok(["roi", "cost", "delete", "2", "--reason", "+1 212 555 0101 called", "--yes"]);
        world.ok(["budget", "deposit", "10", "--description", "from ADA@example.com"]);
        world.ok(["budget", "charge", "1", "--description", "March"]);
        let ran = world.run(["lead", "erase", "1", "--yes", "--format", "json"]);
        assert_eq!(ran.code, Some(3), "{}", ran.stderr);
        assert!(ran.stderr.contains("some places still speak of this person"), "{}", ran.stderr);
        let erased: Value = serde_json::from_str(&ran.stdout).unwrap();
        assert_eq!(erased["redacted"], json!(2), "{erased}");
        let left = erased["left"].as_array().unwrap();
        let of_ledger =
            |why: &str| left.iter().filter(|l| l["table"] == "budget_transactions" && l["why"] == why).count();
        // The email, which nobody else has; and the surname, which is a month here.
        assert_eq!((of_ledger("not_changed"), of_ledger("surname_only")), (1, 1), "{erased}");
        // A name that is a month's is not taken out of what is written about costs.
        assert_eq!(world.json(["roi", "cost", "list"])[0]["note"], "March, paid to [erased]");
        let history = world.json(["roi", "cost", "history"]);
        assert!(!history.to_string().contains("0101") && history.to_string().contains("[erased] called"), "{history}");
        world.ok(["budget", "verify"]);
        let refused =
            world.engine.sql(&world.url, "UPDATE lead_source_cost_log SET reason = 'x' WHERE action = 'create'");
        assert!(refused.unwrap_err().contains("append-only"));
    });
}
