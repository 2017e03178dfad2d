//! What every verb needs: settings, the terminal, the database, the organization and the acting user.

mod keeper;
mod machine;
mod opening;
mod replica;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::{Duration, Instant};

use crate::db::RunMode;
use crate::db::Stamp;
use crate::db::models::access::organizations::{self, Organization};
use crate::db::models::access::users::{self, Seen, User};
use crate::db::{Database, Db, DbError, OrgId, client_address};
use crate::domain::access::role::{Right, Role};
use crate::domain::audit::address;
use crate::domain::leads::status::Trigger;
use crate::domain::time::datetime;
use crate::domain::timestamp::Timestamp;
use crate::error::{CommandError, Exit, Result};
use crate::ops::access::organizations::{Founder, make_default, refuse_disabled};
use crate::ops::dnc::sharing::settle_all;
use crate::ops::dnc::spellings;
use crate::ops::erasure::clearing::{self, Cleared};
use crate::settings::Settings;
use crate::system::shell::word;
use crate::ui::Ui;
use crate::ui::grouped;
use jiff::tz::TimeZone;
use machine::{account_and_host, locale_region, read_clock};

/// One call of the program.
pub struct Context {
    pub settings: Settings,
    pub ui: Ui,
    /// The noun and the verb of the call.
    call: String,
    allow_bypass: bool,
    interrupted: Arc<AtomicBool>,
    /// Held while a transaction is committed.
    commit: Arc<Mutex<()>>,
    are_caught: AtomicBool,
    /// What Ctrl-C says where it ends the program at once.
    at_once: Arc<OnceLock<&'static str>>,
}

/// An open database, an organization in it, and who acts.
pub struct Session {
    pub ui: Ui,
    pub db: Database,
    pub org: Organization,
    /// Actor and time of what this call writes.
    pub stamp: Stamp,
    /// What the acting user is.
    pub role: Role,
}

impl Session {
    /// Settles leads that another transaction held while the list changed, once it has ended. Returns how many moved.
    ///
    /// # Errors
    /// The wait was interrupted, or the database refuses.
    pub fn settle(&mut self, skipped: &[(OrgId, i64)], mode: RunMode) -> Result<u64> {
        if skipped.is_empty() || mode.is_dry_run() {
            return Ok(0);
        }
        let (count, stamp) = (grouped(skipped.len() as i64), self.stamp.clone());
        self.ui.note(&format!("the list is changed; the status of leads that are being imported follows: {count}"));
        match settle_all(&mut self.db, skipped, &stamp) {
            Err(DbError::Interrupted) => {
                let mut orgs = self.db.read_global(organizations::all)?;
                orgs.retain(|org| skipped.iter().any(|(of, _)| *of == org.org_id()));
                let calls = orgs.iter().map(|org| format!("crmctl dnc expire --org {}", org.slug));
                let problem = format!("interrupted; the status of {count} leads does not follow the list yet");
                Err(CommandError::failed(problem)
                    .hint(format!("make it follow: {}", calls.collect::<Vec<_>>().join("; "))))
            }
            settled => Ok(settled?),
        }
    }
}

impl Context {
    pub fn new(settings: Settings, ui: Ui, call: String, allow_bypass: bool) -> Context {
        Context {
            settings,
            ui,
            call,
            allow_bypass,
            interrupted: Arc::default(),
            commit: Arc::default(),
            are_caught: AtomicBool::new(false),
            at_once: Arc::default(),
        }
    }

    /// Opens the database for one organization, as someone who may do this.
    ///
    /// # Errors
    /// No such organization or user, or the role does not allow it.
    pub fn session(&self, right: Right) -> Result<Session> {
        let began = Instant::now();
        if right != Right::Read {
            self.catch_interrupts();
        }
        let mut db = if right == Right::Read { self.open_existing()? } else { self.open()? };
        let now = now()?;
        let org = self.organization(&mut db, now, right != Right::Read)?;
        self.ui.read_times_in(datetime::zone(&org.timezone).unwrap_or(TimeZone::UTC), now);
        if right != Right::Read {
            refuse_disabled(&org)?;
        }
        let (stamp, role) = self.actor(&mut db, &org, right, now)?;
        if right != Right::Read {
            // A row that cannot be read is the matter of the verb that needs it.
            if let Err(e) = db.aside(|db| spellings::bring_up_to_date(db, &stamp)) {
                self.ui.warn(&format!("the spellings of listed numbers are not up to date: {e}"));
            }
            // Nor does an erasure that was not finished stand in the way of other work.
            if !matches!(db.aside(|db| clearing::go_on(db, now)), Ok(Cleared::Whole)) {
                self.ui.warn("the files of the database may still hold what was erased: crmctl lead erase --finish");
            }
        }
        self.ui.detail(&format!("session begun in {}", millis(began.elapsed())));
        Ok(Session { ui: self.ui, db, org, stamp, role })
    }

    /// Who acts in this organization, if that is an admin of it.
    ///
    /// # Errors
    /// The acting user is none, or has another role.
    pub fn admin(&self, db: &mut Database, org: &Organization) -> Result<Stamp> {
        self.catch_interrupts();
        let now = now()?;
        Ok(self.actor(db, org, Right::Administer, now)?.0)
    }

    /// Who makes an organization: anybody but a user that is not an admin.
    ///
    /// # Errors
    /// The acting user is no admin of the organization that the call names.
    pub fn founder(&self, db: &mut Database) -> Result<Founder> {
        self.catch_interrupts();
        let now = now()?;
        if self.settings.user.value.is_some() {
            let org = self.organization(db, now, true)?;
            let Stamp { actor, ip_address, .. } = self.admin(db, &org)?;
            return Ok(Founder { actor, ip_address, now });
        }
        if !db.is_sqlite() {
            for org in db.read_global(organizations::all)? {
                let id = org.org_id();
                if !db.read(id, |conn| users::all(conn, id))?.is_empty() {
                    return Err(who_acts());
                }
            }
        }
        Ok(db.read_global(|conn| account(conn, now))?)
    }

    /// The account of the machine that makes this call, whoever may act in the database.
    ///
    /// # Errors
    /// The clock is wrong, or the database does not answer.
    pub fn account(&self, db: &mut Database) -> Result<Founder> {
        let now = now()?;
        Ok(db.read_global(|conn| account(conn, now))?)
    }

    /// Says it when a change has changed nothing.
    pub fn tell_unchanged(&self, is_changed: bool) {
        if !is_changed {
            self.ui.note("nothing to change");
        }
    }

    /// Makes Ctrl-C end the work in order; a second one ends the program at once, which a transaction survives. Whoever changes
    /// anything begins with it: an answer that is cut off must not say of a change that it was not made.
    pub fn catch_interrupts(&self) {
        if self.are_caught.swap(true, Ordering::Relaxed) {
            return;
        }
        let (interrupted, at_once, ui) = (self.interrupted.clone(), self.at_once.clone(), self.ui);
        let commit = self.commit.clone();
        let caught = ctrlc::set_handler(move || {
            if ui.is_paging() {
                return;
            }
            let again = interrupted.swap(true, Ordering::Relaxed);
            let message = at_once.get();
            if let Some(message) = message {
                ui.warn(message);
            }
            if again || message.is_some() {
                // A commit under way comes first: what it does is done, and then the exit code must say so.
                let Ok(_held) = commit.try_lock() else { return };
                let exit = if ui.is_committed() { Exit::NeedsAttention } else { Exit::Interrupted };
                std::process::exit(exit as i32);
            }
        });
        if caught.is_err() {
            self.ui.detail("Ctrl-C cannot be caught here; it ends the program at once");
        }
    }

    /// Set once the person wants to stop, where that is caught.
    pub fn interrupted(&self) -> Arc<AtomicBool> {
        self.interrupted.clone()
    }

    /// From now on Ctrl-C says this and ends the program at once; false when it was pressed already.
    pub fn end_at_interrupt(&self, message: &'static str) -> bool {
        self.at_once.get_or_init(|| message);
        !self.interrupted.load(Ordering::Relaxed)
    }

    /// The organization that the call is for. Whoever changes something makes one in an embedded database without any.
    ///
    /// # Errors
    /// There is none, or several and none is named.
    pub fn organization(&self, db: &mut Database, now: Timestamp, makes: bool) -> Result<Organization> {
        let mut all = db.read_global(organizations::all)?;
        if all.is_empty() {
            if !makes || !db.is_sqlite() {
                return Err(
                    CommandError::failed("the database holds no organization yet").hint("add one: crmctl org add SLUG")
                );
            }
            let region = locale_region().unwrap_or_default();
            let made = db.aside(|db| {
                db.write_global(|conn| {
                    let founder = account(conn, now)?;
                    make_default(conn, &region, "UTC", &founder)
                })
            })?;
            db.say_when_placed(format!("made the organization `{}`", made.slug));
            all.push(made);
        }
        let slugs = || all.iter().map(|org| org.slug.as_str()).collect::<Vec<_>>().join(", ");
        match &self.settings.org.value {
            Some(slug) => all.iter().find(|org| org.slug == *slug).cloned().ok_or_else(|| {
                CommandError::failed(format!("no organization has the slug `{slug}` ({})", self.settings.org.origin))
                    .hint(format!("the organizations: {}", slugs()))
            }),
            None if all.len() == 1 => Ok(all.remove(0)),
            None => Err(CommandError::usage("there are several organizations")
                .hint(format!("choose one with --org: {}", slugs()))),
        }
    }

    fn actor(&self, db: &mut Database, org: &Organization, right: Right, now: Timestamp) -> Result<(Stamp, Role)> {
        let id = org.org_id();
        let account = account_and_host();
        let mut ip_address = None;
        let (role, changed_by, actor) = match &self.settings.user.value {
            Some(name) => {
                let user = db.read(id, |conn| -> Result<_, DbError> {
                    ip_address = address(conn)?;
                    users::named(conn, id, name)
                })?;
                let user = user.ok_or_else(|| no_such_user(org, name))?;
                let email = &user.email;
                if !user.is_active {
                    return Err(disabled(email).hint("ask an admin of the organization to let you act again"));
                }
                if let Some(seen) = Seen::now(id, &user, now) {
                    db.write_last(id, move |conn| users::see(conn, seen));
                }
                (user.role, Some(user.id), format!("{email} ({account})"))
            }
            None => {
                let has_users = db.read(id, |conn| -> Result<_, DbError> {
                    ip_address = address(conn)?;
                    Ok(matches!(conn, Db::Postgres(_)) && !users::all(conn, id)?.is_empty())
                })?;
                if has_users {
                    return Err(who_acts());
                }
                (Role::Admin, None, account)
            }
        };
        require(role, right)?;
        let stamp = Stamp { org: id, actor, changed_by, ip_address, import_id: None, trigger: Trigger::Manual, now };
        Ok((stamp, role))
    }
}

impl Session {
    /// The organization's user with this email or username, in any case.
    ///
    /// # Errors
    /// There is none.
    pub fn user_named(&mut self, name: &str) -> Result<User> {
        let org = self.org.org_id();
        let found = self.db.read(org, |conn| users::named(conn, org, name))?;
        found.ok_or_else(|| no_such_user(&self.org, name))
    }

    /// The same, of a user who is to get work.
    ///
    /// # Errors
    /// There is none, or the user is disabled.
    pub fn active_user_named(&mut self, name: &str) -> Result<User> {
        let user = self.user_named(name)?;
        match user.is_active {
            true => Ok(user),
            false => Err(disabled(&user.email)
                .hint(format!("let the user act again first: crmctl user edit {} --enable", word(&user.email)))),
        }
    }

    /// Refuses a second kind of work that a call needs.
    ///
    /// # Errors
    /// The acting user's role does not allow it.
    pub fn require(&self, right: Right) -> Result<(), CommandError> {
        require(self.role, right)
    }
}

fn disabled(email: &str) -> CommandError {
    CommandError::failed(format!("the user `{email}` is disabled"))
}

fn no_such_user(org: &Organization, name: &str) -> CommandError {
    let name = name.trim().to_lowercase();
    let what = if name.contains('@') { "email" } else { "username" };
    CommandError::failed(format!("no user of `{}` has the {what} `{name}`", org.slug))
        .hint("list them: crmctl user list")
}

fn require(role: Role, right: Right) -> Result<(), CommandError> {
    match role.may(right) {
        true => Ok(()),
        false => Err(CommandError::failed(format!("the role `{role}` does not allow this ({right})"))
            .hint("ask an admin of the organization")),
    }
}

/// Does a part of the work, and tells with `-v` how long it took.
pub fn timed<T>(ui: Ui, what: &str, work: impl FnOnce() -> T) -> T {
    let began = Instant::now();
    let result = work();
    ui.detail(&format!("{what} in {}", millis(began.elapsed())));
    result
}

/// On PostgreSQL someone must act once there are users.
fn who_acts() -> CommandError {
    CommandError::usage("who acts? there are users already").hint("name yourself with --as EMAIL or CRM_USER")
}

/// The time. Debug builds take it from `CRM_NOW`, so that tests can hold the clock; nobody may forge an audit time.
///
/// # Errors
/// `CRM_NOW` is no time, or the clock is wrong.
pub fn now() -> Result<Timestamp> {
    let time = read_clock()?;
    if time.as_micros() < 0 {
        return Err(CommandError::failed(format!("the clock of this machine is wrong: it says {time}"))
            .hint("set it, and try again; nothing was changed"));
    }
    Ok(time)
}

/// The account, where nobody acts as a user.
fn account(conn: &mut Db, now: Timestamp) -> Result<Founder, DbError> {
    Ok(Founder { actor: account_and_host(), ip_address: address(conn)?, now })
}

/// From where the person acts: the address of the remote shell, else the one that the server of the database sees.
fn address(conn: &mut Db) -> Result<Option<String>, DbError> {
    let shell = std::env::var("SSH_CONNECTION").ok();
    match shell.as_deref().and_then(address::of_remote_shell) {
        Some(address) => Ok(Some(address)),
        None => client_address(conn),
    }
}

/// A duration as `-v` tells it.
pub fn millis(duration: Duration) -> String {
    format!("{:.2} ms", duration.as_secs_f64() * 1000.0)
}
