//! `crmctl audit list`

use std::borrow::Cow;

use serde::Serialize;

use crate::commands::args::complete;
use crate::commands::args::limit::Limit;
use crate::commands::args::vocabulary::one_of;
use crate::commands::args::window::WindowArgs;
use crate::commands::context::{Context, Session};
use crate::db::models::audit::audit_entries::{Entry, EntryFilter, Who};
use crate::domain::access::role::Right;
use crate::domain::audit::AuditAction;
use crate::domain::audit::entity::Entity;
use crate::error::{CommandError, Exit, Result};
use crate::reports::audit::{self, Names};
use crate::ui::{Column, Format, Ui};

/// List who changed which field, from what to what
///
/// That is changes of users, organizations, settings, segments, leads and the rest. The change that was written last
/// comes first.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  crmctl audit list --entity user --since 2026-03\n  \
    crmctl audit list --who ann@example.com --action delete --days 30\n  \
    crmctl audit list --entity segment --id 7 --format json")]
pub struct Args {
    /// Only changes of this kind of thing
    #[arg(long, value_parser = one_of::<Entity>())]
    entity: Option<Entity>,
    /// Only changes of the one with this id
    #[arg(long, value_name = "ID", requires = "entity")]
    id: Option<i64>,
    /// Only changes of this kind
    #[arg(long, value_parser = one_of::<AuditAction>())]
    action: Option<AuditAction>,
    /// Only changes by this user, or by the name that the list has of who is none
    #[arg(long, value_name = "EMAIL", add = complete::user_emails())]
    who: Option<String>,
    #[command(flatten)]
    window: WindowArgs,
    #[command(flatten)]
    limit: Limit,
}

/// The columns for people.
const COLUMNS: &[Column] = &[
    Column::time("changed_at", "when"),
    Column::text("who", "who").kept(),
    Column::whole("entity", "entity").optional(),
    Column::text("what", "which").kept(),
    Column::whole("action", "action"),
    Column::field("field_name", "field").kept(),
    Column::text("change", "change").kept(),
    Column::text("ip_address", "address").optional(),
];

/// The columns for programs.
const FIELDS: &[Column] = &[
    Column::hidden("id"),
    Column::hidden("changed_at"),
    Column::hidden("entity"),
    Column::hidden("entity_id"),
    Column::hidden("action"),
    Column::hidden("field_name"),
    Column::hidden("old_value"),
    Column::hidden("new_value"),
    Column::hidden("changed_by"),
    Column::hidden("actor"),
    Column::hidden("ip_address"),
    Column::hidden("import_id"),
];

/// The columns that can be asked for.
fn every_column() -> Vec<Column> {
    let others = FIELDS.iter().filter(|field| COLUMNS.iter().all(|column| column.key != field.key));
    COLUMNS.iter().chain(others).cloned().collect()
}

/// An entry as people read it.
#[derive(Serialize)]
struct Line<'a> {
    who: &'a str,
    what: String,
    /// `viewer → admin`
    change: String,
    #[serde(flatten)]
    entry: &'a Entry,
}

impl<'a> Line<'a> {
    fn of(entry: &'a Entry, names: &'a Names, ui: Ui) -> Line<'a> {
        let value =
            |value: &'a Option<String>| value.as_deref().map(|value| told(entry, names.value(entry, value), ui));
        let change = match (value(&entry.old_value), value(&entry.new_value)) {
            (None, None) => String::new(),
            (old, new) => format!("{} → {}", old.unwrap_or_default(), new.unwrap_or_default()).trim().to_owned(),
        };
        Line { who: names.who(entry), what: names.what(entry), change, entry }
    }
}

/// A value of an entry as people read it: times where the organization is.
fn told<'a>(entry: &Entry, value: &'a str, ui: Ui) -> Cow<'a, str> {
    let ends = |end: &str| {
        entry.field_name.as_deref().is_some_and(|field| field.ends_with(end) && !field.starts_with("custom."))
    };
    if ends("_cents") {
        return format!("{value} minor units").into();
    }
    let is_time = ends("_at");
    match value.parse::<jiff::Timestamp>() {
        Ok(at) if is_time => ui.time(at.into()).into(),
        _ => value.into(),
    }
}

/// A user, or else the name of somebody who made a change without being one.
fn who(session: &mut Session, name: String) -> Result<Who> {
    let org = session.org.org_id();
    let unknown = match session.user_named(&name) {
        Ok(user) => return Ok(Who::User(user.id)),
        Err(error) => error,
    };
    let filter = EntryFilter { who: Some(Who::Actor(name.trim().to_owned())), ..EntryFilter::default() };
    let mut is_known = false;
    session.db.read(org, |conn| {
        audit::each(conn, org, &filter, Some(1), |_| {
            is_known = true;
            Ok::<_, CommandError>(())
        })
    })?;
    filter.who.filter(|_| is_known).ok_or(unknown)
}

pub fn run(args: Args, context: &Context) -> Result<Exit> {
    // Who may read it is told by the role; an organization that is disabled may be read still.
    let mut session = context.session(Right::Read)?;
    session.require(Right::Administer)?;
    session.read_from_replica([], context)?;
    let window = args.window.window(&session)?;
    let who = args.who.map(|name| who(&mut session, name)).transpose()?;
    let filter = EntryFilter {
        entity: args.entity,
        entity_id: args.id,
        action: args.action,
        who,
        since: window.since(),
        until: window.until(),
    };
    let ui = context.ui;
    let is_for_people = matches!(ui.format, Format::Table | Format::Markdown);
    let is_asked = ui.asked_columns().is_some();
    let mut list = if is_asked { ui.list(&every_column()) } else { ui.list(FIELDS) };
    let mut entries = Vec::new();
    let (org, most) = (session.org.org_id(), args.limit.most(ui));
    let (is_cut, names) = session.db.read(org, |conn| -> Result<(bool, Names)> {
        let names = Names::read(conn, org)?;
        let is_cut = audit::each(conn, org, &filter, most, |entry| -> Result<()> {
            match (is_asked, is_for_people) {
                (true, _) => list.push(&Line::of(&entry, &names, ui))?,
                // A table is written when all of it is known.
                (false, true) => entries.push(entry),
                (false, false) => list.push(&entry)?,
            }
            Ok(())
        })?;
        Ok((is_cut, names))
    })?;
    if is_for_people && !is_asked {
        let has_address = entries.iter().any(|entry| entry.ip_address.is_some());
        let columns = COLUMNS.iter().filter(|column| has_address || column.key != "ip_address");
        list = ui.list(&columns.cloned().collect::<Vec<_>>());
        entries.iter().try_for_each(|entry| list.push(&Line::of(entry, &names, ui)))?;
    }
    list.finish("no changes")?;
    if is_cut {
        args.limit.tell_latest(ui);
    }
    Ok(Exit::Done)
}
