//! What the database itself answers about the do-not-call list: the function and the views that a dialer asks.

use crate::dnc_spellings::{ONE_SUBSCRIBER, verdict};
use crate::support::engine::{database_of, psql, try_psql, url_of};
use crate::support::{Engine, World};

/// Asks the database what the program was asked: listed, not listed, or nothing that can be checked.
#[test]
fn the_database_answers_as_the_program_does() {
    let world = World::new(Engine::Postgres);
    let listed = ["+12125550142", "+5491123456789", "+4402079460", "+22990123456", "+19995550142", "+39669812345"];
    for number in listed {
        let text = format!("UPDATE dnc_list SET version = version WHERE phone_number = '{number}'");
        world.run(["dnc", "add", number]);
        world.engine.sql(&world.url, &text).unwrap();
    }
    let owner = url_of("crmctl_owner", database_of(&world.url));
    let mut asked: Vec<String> =
        ONE_SUBSCRIBER.iter().flat_map(|of_one| of_one.iter()).map(|n| (*n).to_owned()).collect();
    asked.extend(listed.map(str::to_owned));
    for number in [
        "+4402079460123",
        "+442079460123",
        "+112125550141",
        "+12125550141",
        "+1212555014",
        "+121255501411",
        "+11125550141",
        "+12121550141",
        "+19995550143",
        "+33123456789",
        "+330123456789",
        "+3312345678",
        "+4930123456",
        "+490301234567",
        "+4915123456789",
        "+39669812346",
        "+390669812346",
        "+2250707123456",
        "+22507123456",
        "+97141234567",
        "+9710501234567",
        "+85223456789",
        "+6561234567",
        "+656123456",
        "+61412345678",
        "+610412345678",
        "+80012345678",
        "+8001234567",
        "+87812345678901",
        "+99912345678",
        "+21012345678",
        "+1",
        "+12",
        "+123456",
    ] {
        asked.push(number.to_owned());
    }
    for number in &asked {
        let expected = match verdict(&world, number).as_str() {
            "blocked" => Ok("t".to_owned()),
            "clear" => Ok("f".to_owned()),
            _ => Err(()),
        };
        let answer = try_psql(&owner, &format!("SELECT is_on_dnc_list('{number}', 'acme')"));
        let answer = answer.map(|mut rows| rows.pop().unwrap()).map_err(drop);
        match (expected, answer) {
            // The program reads `+44 020` as what is meant; the database takes E.164 as it is written.
            (Ok(_), Err(())) if world.json(["dnc", "check", number])[0]["number"] != **number => {}
            (expected, answer) => assert_eq!(answer, expected, "{number}"),
        }
    }
    world.finish();
}

/// By its uid an organization's list says what it says by its id and its slug, and what the program says.
#[test]
fn an_organization_is_named_by_its_uid_too() {
    let world = World::new(Engine::Postgres);
    world.ok(["org", "add", "beta"]);
    let uid = |slug: &str| world.json(["org", "show", slug])["uid"].as_str().unwrap().to_owned();
    let (acme, beta) = (uid("acme"), uid("beta"));
    world.ok(["dnc", "add", "+12125550142", "--org", "acme"]);
    world.ok(["dnc", "add", "+12125550143", "--org", "acme", "--scope", "texts"]);
    world.ok(["dnc", "add", "+5491123456789", "--org", "beta"]);
    let url = url_of("crmctl_owner", database_of(&world.url));
    let ask = |call: String| try_psql(&url, &format!("SELECT is_on_dnc_list({call})"));
    for number in ["+12125550142", "+12125550143", "+12125550199", "+5491123456789", "+541123456789"] {
        for (slug, id, uid) in [("acme", 1, &acme), ("beta", 2, &beta)] {
            for channel in ["calls", "texts"] {
                let checked = world.json(["dnc", "check", number, "--channel", channel, "--org", slug]);
                let expected = if checked[0]["verdict"] == "blocked" { "t" } else { "f" };
                let names = [
                    id.to_string(),
                    format!("'{slug}'"),
                    format!("'{uid}'::uuid"),
                    // As a program sends it that knows no UUIDs, or writes them in capitals.
                    format!("'{uid}'"),
                    format!("'{}'::text", uid.to_uppercase()),
                ];
                for name in names {
                    let answer = ask(format!("'{number}', {name}, '{channel}'"));
                    assert_eq!(answer.as_deref(), Ok(&[expected.to_owned()][..]), "{number} {name} {channel}");
                }
            }
        }
    }
    // What cannot be checked is an error, never "not listed".
    for call in [
        "'+12125550142', '00000000-0000-4000-8000-000000000000'::uuid".to_owned(),
        "'+12125550142', '00000000-0000-4000-8000-000000000000'".to_owned(),
        "'+12125550142', NULL::uuid".to_owned(),
        format!("'2125550142', '{acme}'::uuid"),
        format!("NULL, '{acme}'::uuid"),
        format!("'+12125550142', '{acme}'::uuid, 'fax'"),
        format!("'+11125550141', '{acme}'::uuid"),
    ] {
        ask(call.clone()).expect_err(&call);
    }
    world.finish();
}

#[test]
fn a_dialer_asks_the_database_itself() {
    let world = World::new(Engine::Postgres);
    world.ok(["org", "add", "beta"]);
    world.ok(["dnc", "add", "+12125550142", "--org", "acme"]);
    world.ok(["dnc", "add", "+12125550143", "--org", "acme", "--scope", "texts"]);
    world.ok(["dnc", "add", "+12125550144", "--org", "acme", "--expires", "2026-03-05"]);
    let database = database_of(&world.url);
    let owner = url_of("crmctl_owner", database);
    let admin = url_of("postgres", database);
    psql(
        &admin,
        "DO $$ BEGIN CREATE ROLE crmctl_dialer LOGIN; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$",
    );
    psql(
        &owner,
        "GRANT SELECT ON organizations, dnc_list, dnc_spellings, dnc_requirements, dnc_registries, dnc_registry_revisions, dnc_registry_blocks TO crmctl_dialer",
    );
    psql(&admin, "GRANT USAGE ON SCHEMA public TO crmctl_dialer");
    let dialer = url_of("crmctl_dialer", database);
    let ask = |call: &str| psql(&dialer, &format!("SELECT is_on_dnc_list({call})")).pop().unwrap();
    for (call, answer) in [
        ("'+12125550142', 1", "t"),
        ("'+12125550142', 'acme'", "t"),
        ("'+12125550142', 'beta'", "f"),
        ("'+12125550199', 'acme'", "f"),
        ("'+12125550143', 'acme'", "t"),
        ("'+12125550143', 'acme', 'calls'", "f"),
        ("'+12125550143', 'acme', 'texts'", "t"),
        ("'+12125550144', 'acme'", "f"),
    ] {
        assert_eq!(ask(call), answer, "{call}");
    }
    // What cannot be checked is an error, never "not listed".
    for call in [
        "'2125550142', 'acme'",
        "NULL, 'acme'",
        "'+12125550142', 'gamma'",
        "'+12125550142', 99",
        "'+12125550142', 'acme', 'fax'",
        "'+4402079460123', 'acme'",
        "'+112125550141', 'acme'",
        "'+11125550141', 'acme'",
        "'+1212555014', 'acme'",
        "'+4922112345678901', 'acme'",
        "'+99912345678', 'acme'",
        "'+12125550199\n', 'acme'",
    ] {
        assert!(try_psql(&dialer, &format!("SELECT is_on_dnc_list({call})")).is_err(), "{call}");
    }
    // The caller's own setting is as it was, and many rows can be asked about.
    let rows = psql(
        &dialer,
        "BEGIN; SET LOCAL app.current_org_id = '2'; SELECT n FROM unnest(ARRAY['+12125550142', '+12125550199']) n WHERE NOT is_on_dnc_list(n, 'acme'); SELECT current_setting('app.current_org_id'); COMMIT",
    );
    assert_eq!(rows, ["+12125550199", "2"]);
    // Tables and functions of the caller's own do not come between.
    psql(
        &admin,
        "GRANT TEMPORARY ON DATABASE current_database TO crmctl_dialer".replace("current_database", database).as_str(),
    );
    let shadowed = psql(
        &dialer,
        "CREATE TEMP TABLE dnc_list (organization_id integer, phone_number text, removed_at timestamptz, expires_at timestamptz, scope text);
         CREATE TEMP TABLE organizations (id integer, slug text); INSERT INTO organizations VALUES (1, 'acme');
         SELECT is_on_dnc_list('+12125550142', 'acme'); SELECT public.is_on_dnc_list('+12125550142', 1)",
    );
    assert_eq!(shadowed, ["t", "t"]);
    world.finish();
}
