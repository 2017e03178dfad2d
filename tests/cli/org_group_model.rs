//! Groups of organizations against a plain model: random calls on shared lists, and after each one every list is what the model says.

use std::sync::{Arc, Mutex};

use crmctl::db::models::access::organizations::{self, Organization};
use crmctl::db::models::dnc::dnc_entries;
use crmctl::db::models::leads::OnLocked;
use crmctl::db::{Database, Location, Lock, OpenOptions, OrgId, RunMode, SchemaUse, ServerOptions, Stamp};
use crmctl::domain::dnc::bans::{Bans, Terms};
use crmctl::domain::dnc::wishes::either;
use crmctl::domain::dnc::{DncScope, DncSource};
use crmctl::domain::leads::status::Trigger;
use crmctl::domain::phone::E164;
use crmctl::domain::timestamp::Timestamp;
use crmctl::ops::dnc::add::{Request, honour};
use crmctl::ops::dnc::groups::{join, leave};
use crmctl::ops::dnc::remove::{expire, remove};
use jiff::tz::TimeZone;

use crate::support::{World, on_both_engines};

const ORGS: usize = 4;
const NUMBERS: usize = 5;
const STEPS: usize = 200;
const HOUR: i64 = 3_600_000_000;

/// What each organization itself wishes, and who is in the group.
#[derive(Default)]
struct Model {
    own: [[Option<Bans>; NUMBERS]; ORGS],
    members: [bool; ORGS],
}

impl Model {
    fn own(&self, org: usize, number: usize, now: Timestamp) -> Option<Bans> {
        self.own[org][number].and_then(|own| own.left_at(now))
    }

    fn of_group(&self, number: usize, now: Timestamp) -> Option<Bans> {
        let members = (0..ORGS).filter(|org| self.members[*org]);
        members.fold(None, |all, org| either(all, self.own(org, number, now)))
    }

    fn whole(&self, org: usize, number: usize, now: Timestamp) -> Option<Bans> {
        if self.members[org] { self.of_group(number, now) } else { self.own(org, number, now) }
    }

    /// What is listed stays listed.
    fn leave(&mut self, org: usize, now: Timestamp) {
        for number in 0..NUMBERS {
            let before = self.of_group(number, now);
            self.own[org][number] = before;
            self.members[org] = false;
            if before != self.of_group(number, now) {
                (0..ORGS).filter(|org| self.members[*org]).for_each(|org| self.own[org][number] = before);
            }
            self.members[org] = true;
        }
        self.members[org] = false;
    }
}

struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as usize) % end
    }
}

fn number(n: usize) -> E164 {
    E164::from_e164(&format!("+1212555010{n}")).unwrap()
}

fn open(world: &World) -> Database {
    let options = OpenOptions {
        allow_bypass: false,
        schema: SchemaUse::Current,
        after_migrating: |_| Ok(()),
        notify: Arc::new(|_| {}),
        committed: Arc::new(|| {}),
        commit: Arc::new(Mutex::new(())),
        interrupted: Arc::default(),
        server: ServerOptions::default(),
    };
    Database::open(Location::parse(&world.url).unwrap(), options).unwrap()
}

fn stamp(org: &Organization, now: Timestamp) -> Stamp {
    Stamp {
        org: OrgId(org.id),
        actor: "tester@desk".into(),
        changed_by: None,
        ip_address: None,
        import_id: None,
        trigger: Trigger::Manual,
        now,
    }
}

#[test]
fn random_calls_leave_what_a_plain_model_says() {
    on_both_engines(|world| {
        let mut sheet = String::from("Phone\n");
        (0..NUMBERS).for_each(|n| sheet.push_str(&format!("{}\n", number(n))));
        let sheet = world.file("leads.csv", sheet);
        for slug in ["acme", "beta", "gamma", "other"] {
            if slug != "acme" {
                world.ok(["org", "add", slug, "--region", "US"]);
            }
            world.import(&sheet, &["--org", slug]);
        }
        let mut db = open(world);
        let mut random = Random(20_261_126);
        let mut model = Model::default();
        let mut now: Timestamp = "2026-03-04T12:00:00Z".parse::<jiff::Timestamp>().unwrap().into();
        let mut done = [0; 8];
        for step in 0..STEPS {
            now = Timestamp::from_micros(now.as_micros() + HOUR);
            let mut orgs = db.read_global(organizations::all).unwrap();
            orgs.sort_by_key(|org| org.id);
            let (org, n) = (random.below(ORGS), random.below(NUMBERS));
            let acting = stamp(&orgs[org], now);
            let members: Vec<Organization> = (0..ORGS).filter(|o| model.members[*o]).map(|o| orgs[o].clone()).collect();
            let what = random.below(12);
            match what {
                0..=4 => {
                    let scope = [DncScope::All, DncScope::Calls, DncScope::Texts][random.below(3)];
                    let ends = (random.below(2) == 0).then(|| 1 + random.below(30) as i64);
                    let expires_at = ends.map(|hours| Timestamp::from_micros(now.as_micros() + hours * HOUR));
                    let request = Request {
                        number: number(n),
                        terms: Terms { scope, expires_at },
                        source: DncSource::Manual,
                        reason: None,
                        text: None,
                        class: None,
                        received_at: now,
                    };
                    db.write_under(Lock::DncList, acting.org, RunMode::Commit, |conn| {
                        expire(conn, OnLocked::Skip, &acting)?;
                        honour(conn, &[request], OnLocked::Skip, &acting, &TimeZone::UTC)
                    })
                    .unwrap();
                    model.own[org][n] = either(model.own(org, n, now), Some(Bans::from(Terms { scope, expires_at })));
                    done[0] += 1;
                }
                5..=7 => {
                    let removed = db
                        .write_under(Lock::DncList, acting.org, RunMode::Commit, |conn| {
                            remove(conn, &[number(n)], "x", &acting)
                        })
                        .unwrap();
                    let (own, whole) = (model.own(org, n, now), model.whole(org, n, now));
                    model.own[org][n] = None;
                    assert_eq!(removed.entries.len(), usize::from(own.is_some()), "step {step}");
                    assert_eq!(removed.of_others.len(), usize::from(own.is_none() && whole.is_some()), "step {step}");
                    let still = own.is_some() && model.whole(org, n, now).is_some();
                    assert_eq!(removed.still_shared.len(), usize::from(still), "step {step}");
                    done[1 + usize::from(still) + 2 * usize::from(own.is_none() && whole.is_some())] += 1;
                }
                8 => {
                    db.write_under(Lock::DncList, acting.org, RunMode::Commit, |conn| {
                        expire(conn, OnLocked::Skip, &acting)
                    })
                    .unwrap();
                }
                9 | 10 if !model.members[org] => {
                    db.write_as(RunMode::Commit, acting.org, |conn| {
                        join(conn, "holding", &[(orgs[org].clone(), acting.clone())], &members, now, &mut |_| Ok(()))
                    })
                    .unwrap();
                    model.members[org] = true;
                    done[4] += 1;
                }
                11 if model.members[org] => {
                    db.write_as(RunMode::Commit, acting.org, |conn| {
                        leave(conn, "holding", &[(orgs[org].clone(), acting.clone())], &members, now)
                    })
                    .unwrap();
                    model.leave(org, now);
                    done[5] += 1;
                }
                _ => {}
            }
            for (place, org) in orgs.iter().enumerate() {
                let id = OrgId(org.id);
                let texts: Vec<String> = (0..NUMBERS).map(|n| number(n).to_string()).collect();
                let live = db.read(id, |conn| dnc_entries::live_among(conn, id, &texts)).unwrap();
                for (n, text) in texts.iter().enumerate() {
                    let entry = live.iter().find(|entry| entry.phone_number == *text);
                    let stored = entry.and_then(|entry| entry.wishes().left_at(now));
                    let said = (stored.map(|wishes| wishes.whole), stored.and_then(|wishes| wishes.own));
                    let expected = (model.whole(place, n, now), model.own(place, n, now));
                    assert_eq!(said, expected, "{:?}: step {step} ({what}): {} {text}", world.engine, org.slug);
                }
            }
            if step % 20 == 19 {
                leads_follow(world, &mut db, &orgs, &model, now);
            }
        }
        assert!(done[..6].iter().all(|count| *count > 2), "{done:?}");
    });
}

/// Once what has ended is closed, the leads with the numbers that may not be called are `dnc`, and no others.
fn leads_follow(world: &World, db: &mut Database, orgs: &[Organization], model: &Model, now: Timestamp) {
    for (place, org) in orgs.iter().enumerate() {
        let acting = stamp(org, now);
        db.write_under(Lock::DncList, acting.org, RunMode::Commit, |conn| expire(conn, OnLocked::Skip, &acting))
            .unwrap();
        let sql =
            format!("SELECT phone_number FROM leads WHERE organization_id = {} AND status = 'dnc' ORDER BY 1", org.id);
        let barred = |n: &usize| model.whole(place, *n, now).is_some_and(|bans| bans.calls.holds(now));
        let expected: Vec<String> = (0..NUMBERS).filter(barred).map(|n| number(n).to_string()).collect();
        assert_eq!(world.engine.sql(&world.url, &sql).unwrap(), expected, "{}", org.slug);
    }
}
