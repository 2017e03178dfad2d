//! What may run beside what in one organization: PostgreSQL's advisory locks, held until the transaction ends. On SQLite
//! the write transaction itself is the only lock.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::result::{DatabaseErrorKind, Error as DieselError};
use diesel::sql_types::{BigInt, Bool, Integer};

mod reach;

pub use reach::acquire_memberships;
use reach::{Reach, organizations_of};

use super::{Db, DbError, OrgId};

/// What a write must not run beside. Whoever takes two locks takes them in this order, and before any row. Changes of the do-not-call
/// list reach every organization of the group (`reach`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lock {
    /// Imports run one after another.
    Import,
    /// A change of the do-not-call list runs beside no change of a single lead, so that every lead with the number is seen. It runs
    /// beside an import of leads, which looks at the list again before it ends.
    DncList,
    /// An import of requests or of histories, and leads that go to `dnc` by themselves: beside neither an import nor a change of
    /// the list.
    DncImport,
    /// A change of single leads runs beside everything but a change of the do-not-call list.
    Leads,
    /// An import of leads ends with it: as a change of single leads in each organization of the group, and beside no other such end
    /// in the group, for it lists numbers.
    EndOfImport,
    /// Beside neither an import nor a change of single leads or of the list, in this organization alone: leads follow the list.
    Quiet,
    /// Erasing a person runs beside nothing else that writes leads, so that nobody writes what was just erased.
    Erasure,
    /// Doing again in a restored database what people asked for erases, and changes the list.
    Carry,
    /// One program at a time brings the index of searches up to date, or takes somebody out of it.
    SearchIndex,
    /// Costs change one after another, so that none is entered twice.
    Costs,
    /// An import of costs runs beside no import and beside no change of costs.
    CostImport,
    /// An undo may take back whatever imports write.
    Undo,
    /// Territories change one after another, so that none comes to lie inside itself, and a lead is put into one beside no change of
    /// it: as a change of single leads, too.
    Territories,
    /// Leads are put into territories, very many at once: beside no import, either, which holds leads in another order.
    Placing,
    /// Leads are given to users and taken from them, very many at once: as a change of single leads, and beside no import, which
    /// holds leads in another order.
    Distributing,
    /// Scrubs are recorded one after another: each certificate holds the hash of the one before.
    Scrubs,
    /// Runs of models that score leads follow each other, and nobody is erased beside them. A run holds very many leads, in the order
    /// of their ids, until it ends: so beside no import and no change of the list, which hold leads in another order and would wait for
    /// it in a ring. Beside it single leads change.
    Scores,
}

/// The advisory lock of imports, by its first key; the second is the organization.
const IMPORTS: i32 = 72_116;
/// That of the do-not-call list.
const DNC_LIST: i32 = 72_117;

/// That of the index of searches.
const SEARCH_INDEX: i32 = 72_118;
/// That of costs.
const COSTS: i32 = 72_119;
/// Which group an organization is in.
const MEMBERSHIP: i32 = 72_120;
/// Imports of leads that list numbers in a group, by its first organization.
const ENDS_OF_IMPORTS: i32 = 72_121;
/// All groups of the database, by the key 0.
const GROUPS: i32 = 72_122;
/// The chain of certificates.
const SCRUBS: i32 = 72_131;
/// The territories of an organization.
const TERRITORIES: i32 = 72_132;
/// Runs of models.
const SCORES: i32 = 72_133;

/// Takes a lock if nobody holds what it must not run beside; false when somebody does.
///
/// # Errors
/// The database cannot be asked.
pub fn try_acquire(conn: &mut Db, lock: Lock, org: OrgId) -> Result<bool, DbError> {
    let Db::Postgres(pg) = conn else { return Ok(true) };
    if lock.travels() && !try_lock(pg, SHARED, MEMBERSHIP, org)? {
        return Ok(false);
    }
    let group = if lock.travels() { organizations_of(pg, org)? } else { vec![org] };
    for (key, function, reach) in keys(lock) {
        for org in reach.of(&group, org) {
            if !try_lock(pg, function, *key, org)? {
                return Ok(false);
            }
        }
    }
    Ok(true)
}

const EXCLUSIVE: &str = "pg_try_advisory_xact_lock";
const SHARED: &str = "pg_try_advisory_xact_lock_shared";

/// The advisory locks of a lock, in their order, how each is taken, and in which organizations.
fn keys(lock: Lock) -> &'static [(i32, &'static str, Reach)] {
    use Reach::{First, Group, Home};
    match lock {
        Lock::Import => &[(IMPORTS, EXCLUSIVE, Home)],
        Lock::DncList => &[(DNC_LIST, EXCLUSIVE, Group)],
        Lock::DncImport => &[(IMPORTS, EXCLUSIVE, Group), (DNC_LIST, EXCLUSIVE, Group)],
        Lock::Leads => &[(DNC_LIST, SHARED, Home)],
        Lock::EndOfImport => &[(ENDS_OF_IMPORTS, EXCLUSIVE, First), (DNC_LIST, SHARED, Group)],
        Lock::Quiet => &[(IMPORTS, EXCLUSIVE, Home), (DNC_LIST, EXCLUSIVE, Home)],
        Lock::Erasure => &[
            (IMPORTS, EXCLUSIVE, Home),
            (DNC_LIST, EXCLUSIVE, Home),
            (SEARCH_INDEX, EXCLUSIVE, Home),
            (COSTS, EXCLUSIVE, Home),
            (SCORES, EXCLUSIVE, Home),
        ],
        Lock::Carry => &[
            (IMPORTS, EXCLUSIVE, Group),
            (DNC_LIST, EXCLUSIVE, Group),
            (SEARCH_INDEX, EXCLUSIVE, Home),
            (COSTS, EXCLUSIVE, Home),
            (SCORES, EXCLUSIVE, Home),
        ],
        Lock::SearchIndex => &[(SEARCH_INDEX, EXCLUSIVE, Home)],
        Lock::Costs => &[(COSTS, EXCLUSIVE, Home)],
        Lock::CostImport => &[(IMPORTS, EXCLUSIVE, Home), (COSTS, EXCLUSIVE, Home)],
        Lock::Territories => &[(DNC_LIST, SHARED, Home), (TERRITORIES, EXCLUSIVE, Home)],
        Lock::Placing => &[(IMPORTS, EXCLUSIVE, Home), (DNC_LIST, SHARED, Home), (TERRITORIES, EXCLUSIVE, Home)],
        Lock::Distributing => &[(IMPORTS, EXCLUSIVE, Home), (DNC_LIST, SHARED, Home)],
        Lock::Scrubs => &[(SCRUBS, EXCLUSIVE, Home)],
        Lock::Scores => &[(IMPORTS, EXCLUSIVE, Home), (DNC_LIST, SHARED, Home), (SCORES, EXCLUSIVE, Home)],
        Lock::Undo => &[(IMPORTS, EXCLUSIVE, Group), (DNC_LIST, EXCLUSIVE, Group), (COSTS, EXCLUSIVE, Home)],
    }
}

/// Takes a lock, waiting as long as needed.
///
/// # Errors
/// The wait was interrupted.
pub fn acquire(
    conn: &mut Db,
    lock: Lock,
    org: OrgId,
    notify: &mut dyn FnMut(&str),
    interrupted: &AtomicBool,
) -> Result<(), DbError> {
    let Db::Postgres(pg) = conn else { return Ok(()) };
    let mut waiting = Waiting::new(notify, interrupted);
    if let (false, [(key, function, Reach::Home)]) = (lock.travels(), keys(lock)) {
        return wait_for(pg, &mut waiting, (*key, function, org), lock.is_brief());
    }
    together(pg, &mut waiting, lock.is_brief(), |pg| {
        let mut group = vec![org];
        if lock.travels() {
            // Until the end nobody joins the group or leaves it.
            let membership = (MEMBERSHIP, SHARED, org);
            if !lock_soon(pg, membership, lock.is_brief())? {
                return Ok(Some(membership));
            }
            group = organizations_of(pg, org)?;
        }
        for (key, function, reach) in keys(lock) {
            for org in reach.of(&group, org) {
                let wanted = (*key, *function, org);
                if !lock_soon(pg, wanted, lock.is_brief())? {
                    return Ok(Some(wanted));
                }
            }
        }
        Ok(None)
    })
}

/// An advisory lock: its key, how it is taken, and in which organization.
type Wanted = (i32, &'static str, OrgId);

/// Takes several locks that `attempt` asks for; it tells the one that it did not get. That one is waited for with none of the others
/// held: whoever has it may wait for an import, and the import at its end for one of these.
fn together(
    pg: &mut PgConnection,
    waiting: &mut Waiting<'_>,
    is_brief: bool,
    mut attempt: impl FnMut(&mut PgConnection) -> Result<Option<Wanted>, DbError>,
) -> Result<(), DbError> {
    let mut missing: Option<Wanted> = None;
    loop {
        pg.batch_execute("SAVEPOINT locks")?;
        if let Some(wanted) = missing {
            wait_for(pg, waiting, wanted, is_brief)?;
        }
        missing = attempt(pg)?;
        if missing.is_none() {
            return Ok(pg.batch_execute("RELEASE SAVEPOINT locks")?);
        }
        // This gives the locks back.
        pg.batch_execute("ROLLBACK TO SAVEPOINT locks; RELEASE SAVEPOINT locks")?;
    }
}

/// Takes a lock that is free, or gets free within a moment: so those who hold one for a moment each do not keep anybody from all.
fn lock_soon(pg: &mut PgConnection, (key, function, org): Wanted, is_brief: bool) -> Result<bool, DbError> {
    let began = Instant::now();
    loop {
        if try_lock(pg, function, key, org)? {
            return Ok(true);
        }
        if is_brief {
            return queue(pg, function, key, org);
        }
        if began.elapsed() >= QUEUED {
            return Ok(false);
        }
        std::thread::sleep(PAUSE);
    }
}

fn wait_for(
    pg: &mut PgConnection,
    waiting: &mut Waiting<'_>,
    (key, function, org): Wanted,
    is_brief: bool,
) -> Result<(), DbError> {
    let what = match key {
        COSTS => "another change of costs",
        TERRITORIES => "another change of territories",
        SCORES => "a run of a score model",
        MEMBERSHIP => "a change of who shares this organization's do-not-call list",
        _ => "an import into this organization, or a change of its do-not-call list",
    };
    if try_lock(pg, function, key, org)? {
        return Ok(());
    }
    waiting.at_most(lock_timeout(pg)?);
    waiting.until(what, || {
        if try_lock(pg, function, key, org)? {
            return Ok(true);
        }
        if is_brief {
            return queue(pg, function, key, org);
        }
        std::thread::sleep(PAUSE);
        Ok(false)
    })
}

/// How long whoever writes for long pauses between two attempts, and how long one waits in the server's queue before looking
/// whether the person wants to stop.
const PAUSE: Duration = Duration::from_millis(50);
const QUEUED: Duration = Duration::from_millis(250);

impl Lock {
    /// Whether it is held for a moment. Whoever wants it for that long waits in the server's queue; those who write for minutes try
    /// again and again, and the server lets no attempt pass its queue. So imports without end keep no number off the list.
    fn is_brief(self) -> bool {
        matches!(self, Lock::DncList | Lock::Leads | Lock::EndOfImport | Lock::Costs | Lock::Erasure | Lock::Scrubs)
    }

    /// Whether it is for a change of the list, which travels to the other organizations of the group.
    fn travels(self) -> bool {
        matches!(self, Lock::Import | Lock::DncList | Lock::DncImport | Lock::EndOfImport | Lock::Carry | Lock::Undo)
    }
}

/// How long the transaction waits for a lock of rows: what the call sets for it, else what the server has for the role. The locks here
/// are not waited for any longer.
fn lock_timeout(conn: &mut PgConnection) -> Result<Option<Duration>, DbError> {
    #[derive(QueryableByName)]
    struct Setting {
        #[diesel(sql_type = BigInt)]
        milliseconds: i64,
    }
    let asked = "SELECT setting::bigint AS milliseconds FROM pg_settings WHERE name = 'lock_timeout'";
    let setting: Setting = diesel::sql_query(asked).get_result(conn)?;
    Ok(u64::try_from(setting.milliseconds).ok().filter(|limit| *limit > 0).map(Duration::from_millis))
}

/// Waits in the server's queue for a moment; false when that was not long enough.
fn queue(conn: &mut PgConnection, function: &str, key: i32, org: OrgId) -> Result<bool, DbError> {
    let before = lock_timeout(conn)?.map_or(0, |limit| limit.as_millis());
    conn.batch_execute(&format!("SAVEPOINT queued; SET LOCAL lock_timeout = {}", QUEUED.as_millis()))?;
    let began = Instant::now();
    let locked = diesel::sql_query(format!("SELECT {}($1, $2)", function.replace("pg_try_", "pg_")))
        .bind::<Integer, _>(key)
        .bind::<Integer, _>(org.0)
        .execute(conn);
    match locked {
        Ok(_) => {
            conn.batch_execute(&format!("RELEASE SAVEPOINT queued; SET LOCAL lock_timeout = {before}"))?;
            Ok(true)
        }
        // The words of the error are in the language of the server.
        Err(DieselError::DatabaseError(DatabaseErrorKind::Unknown, _)) if began.elapsed() >= QUEUED => {
            conn.batch_execute("ROLLBACK TO SAVEPOINT queued; RELEASE SAVEPOINT queued")?;
            Ok(false)
        }
        Err(e) => Err(e.into()),
    }
}

fn try_lock(conn: &mut PgConnection, function: &str, key: i32, org: OrgId) -> Result<bool, DbError> {
    #[derive(QueryableByName)]
    struct Locked {
        #[diesel(sql_type = Bool)]
        locked: bool,
    }
    let row: Locked = diesel::sql_query(format!("SELECT {function}($1, $2) AS locked"))
        .bind::<Integer, _>(key)
        .bind::<Integer, _>(org.0)
        .get_result(conn)?;
    Ok(row.locked)
}

/// Waits for a lock as long as needed, says so after a second, and stops when interrupted.
pub(super) struct Waiting<'a> {
    notify: &'a mut dyn FnMut(&str),
    interrupted: &'a AtomicBool,
    since: Instant,
    said: bool,
    most: Option<Duration>,
}

impl<'a> Waiting<'a> {
    pub(super) fn new(notify: &'a mut dyn FnMut(&str), interrupted: &'a AtomicBool) -> Waiting<'a> {
        Waiting { notify, interrupted, since: Instant::now(), said: false, most: None }
    }

    /// Waits no longer than this.
    pub(super) fn at_most(&mut self, most: Option<Duration>) {
        self.most = most;
    }

    pub(super) fn until(
        &mut self,
        what: &str,
        mut attempt: impl FnMut() -> Result<bool, DbError>,
    ) -> Result<(), DbError> {
        loop {
            if self.interrupted.load(Ordering::Relaxed) {
                return Err(DbError::Interrupted);
            }
            if attempt()? {
                return Ok(());
            }
            if self.most.is_some_and(|most| self.since.elapsed() >= most) {
                return Err(DbError::LockNotGot(what.to_owned()));
            }
            if self.since.elapsed() > Duration::from_secs(1) && !self.said {
                self.said = true;
                (self.notify)(&format!("waiting for {what}"));
            }
        }
    }
}
