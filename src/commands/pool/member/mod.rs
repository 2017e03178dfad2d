//! `crmctl pool member`

mod add;
mod edit;
mod list;
mod remove;

use jiff::tz::TimeZone;

use crate::commands::args::changes::ChangeArgs;
use crate::commands::args::leads::selection::moment;
use crate::commands::context::{Context, Session};
use crate::db::models::access::users::User;
use crate::db::models::lead_work::pools::assignment_pool_members::{self, PoolMember};
use crate::db::models::lead_work::pools::assignment_pools::Pool;
use crate::db::{Db, DbError, Stamp};
use crate::domain::access::role::Role;
use crate::error::{Exit, Result};
use crate::ops::lead_work::pools::PoolError;
use crate::ops::lead_work::pools::explained::{MemberNow, members};
use crate::ui::{Change, Column};

/// Say who takes part in a pool, and how much each may get
#[derive(Debug, clap::Args)]
#[command(
    subcommand_required = true,
    after_help = "Examples:\n  crmctl pool member add inbound ann@example.com --weight 5\n  \
        crmctl pool member edit inbound ann@example.com --capacity 40\n  crmctl pool member list inbound"
)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    Add(add::Args),
    List(list::Args),
    Edit(edit::Args),
    Remove(remove::Args),
}

pub fn run(args: Args, context: &Context) -> Result<Exit> {
    match args.command {
        Command::Add(args) => add::run(args, context),
        Command::List(args) => list::run(args, context),
        Command::Edit(args) => edit::run(args, context),
        Command::Remove(args) => remove::run(args, context),
    }
}

pub(super) const COLUMNS: &[Column] = &[
    Column::hidden("id"),
    Column::hidden("user_id"),
    Column::text("user", "member").kept(),
    Column::count("weight", "weight"),
    Column::count("open", "open"),
    Column::count("capacity", "capacity"),
    Column::count("today", "today"),
    Column::count("daily_limit", "daily limit"),
    Column::text("skills", "skills").optional(),
    Column::whole("is_active", "active").optional(),
    Column::whole("passed_over", "passed over").kept(),
    Column::hidden("current_weight"),
    Column::hidden("version"),
];

/// How much a member may get.
#[derive(Debug, Clone, Copy, clap::Args)]
struct Limits {
    /// The most open leads that the user may hold, from any source
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(i32).range(0..))]
    capacity: Option<i32>,
    /// The most leads that the pool gives the user on a day of the organization
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(i32).range(0..))]
    daily_limit: Option<i32>,
}

/// The member of a pool that this user is.
fn find(session: &mut Session, pool: &Pool, user: &User) -> Result<PoolMember> {
    let (org, pool_id, user_id) = (session.org.org_id(), pool.id, user.id);
    let found = session.db.read(org, |conn| assignment_pool_members::of_user(conn, org, pool_id, user_id))?;
    Ok(found.ok_or_else(|| PoolError::NoMember { user: user.email.clone(), pool: pool.name.clone() })?)
}

/// A member whose change is answered with what they hold now.
struct Asked<'a> {
    pool: &'a Pool,
    user: &'a User,
    stamp: Stamp,
    zone: TimeZone,
    /// Whether anybody is told.
    is_shown: bool,
}

impl<'a> Asked<'a> {
    fn new(session: &Session, pool: &'a Pool, user: &'a User, answer: ChangeArgs) -> Result<Asked<'a>> {
        let zone = moment(session)?.zone;
        Ok(Asked { pool, user, stamp: session.stamp.clone(), zone, is_shown: answer.shows(session.ui) })
    }

    /// What they hold inside a transaction: as a change that may be taken back leaves it. None when there is no such member.
    fn now(&self, conn: &mut Db) -> Result<Option<MemberNow>, DbError> {
        if !self.is_shown {
            return Ok(None);
        }
        let all = members(conn, self.pool, &self.stamp, &self.zone)?;
        Ok(all.into_iter().find(|one| one.user_id == self.user.id))
    }
}

/// What a member is called in answers.
fn subject(pool: &Pool, user: &User) -> String {
    format!("pool {}, {}", pool.name, user.email)
}

/// Changes of a member as people read them: whose they are is said already.
fn readable(changes: Vec<Change>, session: &Session) -> Vec<Change> {
    let changes = crate::commands::pool::shown::readable(changes, session);
    changes.into_iter().filter(|change| !matches!(&*change.key, "pool_id" | "user_id")).collect()
}

/// Warns of who would get no lead.
fn warn_of_viewer(context: &Context, user: &User) {
    if user.role == Role::Viewer {
        context.ui.warn(&format!("{} is a viewer, and is passed over", user.email));
    }
}
