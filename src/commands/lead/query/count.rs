//! `crmctl lead count`

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use crate::commands::args::leads::selection::{Selection, query};
use crate::commands::args::leads::unknown;
use crate::commands::context::{Context, timed};
use crate::db::Db;
use crate::domain::access::role::Right;
use crate::error::{CommandError, Exit, Result};
use crate::filter::LeadQuery;
use crate::filter::columns::Shape;
use crate::filter::groups::{Group, GroupBy, MOST_KEYS};
use crate::ui::{Column, Format, Ui, plural};

/// Count leads, or those of a filter or segment
///
/// The number is of live leads, as `lead list --limit 0` lists them. With --by it is told for each value of a column, the
/// most frequent first, days in their order; what is empty is a value, too.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  crmctl lead count\n  crmctl lead count --where 'status = hot and score >= 70'\n  \
    crmctl lead count --by status,source\n  crmctl lead count --by created:month --segment fresh --format json\n  \
    crmctl lead count --by custom.Industry"
)]
pub struct Args {
    #[command(flatten)]
    selection: Selection,
    /// Count for each value of a column, custom.NAME among them; of days and times COLUMN:day, week, month, quarter or year
    #[arg(long, value_name = "BY", value_delimiter = ',')]
    by: Vec<GroupBy>,
}

#[derive(Serialize)]
struct Count {
    count: i64,
}

const COUNT: Column = Column::count("count", "leads").kept();

/// A group as people and programs read it.
struct Line<'a> {
    by: &'a [GroupBy],
    group: &'a Group,
    is_for_people: bool,
}

impl Serialize for Line<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.by.len() + 1))?;
        for (by, key) in self.by.iter().zip(&self.group.keys) {
            match self.is_for_people {
                true => map.serialize_entry(&by.column.key, &key.to_string())?,
                false => map.serialize_entry(&by.column.key, &key.json())?,
            }
        }
        map.serialize_entry("count", &self.group.count)?;
        map.end()
    }
}

pub fn run(args: Args, context: &Context) -> Result<Exit> {
    let columns = columns(&args.by)?;
    context.ui.expect_columns(&columns)?;
    let mut session = context.session(Right::Read)?;
    let filter = args.selection.filter(&mut session)?;
    let query = query(&session, filter)?;
    let org = session.org.org_id();
    if args.by.is_empty() {
        let count = timed(context.ui, "leads counted", || session.db.read(org, |conn| query.count(conn)))?;
        if count == 0 {
            unknown::tell_unknown_names(context.ui, &mut session, &query)?;
        }
        context.ui.record(&Count { count }, &columns)?;
        unknown::tell_not_known(context.ui, &mut session, &query)?;
        return Ok(Exit::Done);
    }
    let look = |conn: &mut Db| -> Result<_> {
        let groups = query.groups(conn, &args.by)?;
        let leads = if args.by.iter().any(GroupBy::is_of_several) { Some(query.count(conn)?) } else { None };
        Ok((groups, leads))
    };
    let (groups, leads) = timed(context.ui, "leads counted", || session.db.read(org, look))?;
    print(context.ui, &args.by, &groups, &columns)?;
    if groups.is_empty() {
        unknown::tell_unknown_names(context.ui, &mut session, &query)?;
    }
    let keys: Vec<String> = unheard_of(&args.by, &groups).collect();
    if !keys.is_empty() {
        unknown::tell_unknown_custom_fields(context.ui, &mut session, &LeadQuery { filter: None, ..query }, keys)?;
    }
    tell_total(context.ui, &groups, leads);
    Ok(Exit::Done)
}

/// The columns of the answer.
fn columns(by: &[GroupBy]) -> Result<Vec<Column>, CommandError> {
    if by.len() > MOST_KEYS {
        return Err(CommandError::usage(format!("leads are counted by at most {MOST_KEYS} columns")));
    }
    let mut columns: Vec<Column> = Vec::new();
    for by in by {
        if columns.iter().any(|column| column.key == by.column.key) {
            return Err(CommandError::usage(format!("--by has `{}` twice", by.column.name)));
        }
        let column = match by.column.shape {
            Shape::Number => Column::number("", ""),
            _ => Column::text("", ""),
        };
        columns.push(Column {
            key: by.column.key.clone().into(),
            title: by.column.name.replace('_', " ").into(),
            ..column.kept()
        });
    }
    columns.push(COUNT);
    Ok(columns)
}

fn print(ui: Ui, by: &[GroupBy], groups: &[Group], columns: &[Column]) -> Result<()> {
    let is_for_people = matches!(ui.format, Format::Table | Format::Markdown);
    let mut list = ui.list(columns);
    for group in groups {
        list.push(&Line { by, group, is_for_people })?;
    }
    Ok(list.finish("no leads")?)
}

/// The custom fields that no lead has.
fn unheard_of<'a>(by: &'a [GroupBy], groups: &'a [Group]) -> impl Iterator<Item = String> + 'a {
    let is_blank = |place: usize| groups.iter().all(|group| group.keys.get(place).is_some_and(|key| key.is_blank()));
    let asked = by.iter().enumerate().filter_map(|(place, by)| Some((place, by.column.custom_key()?)));
    asked.filter(move |(place, _)| is_blank(*place)).map(|(_, key)| key.to_owned())
}

/// Says how many leads there are in all. `leads` is that where one may be in several groups.
fn tell_total(ui: Ui, groups: &[Group], leads: Option<i64>) {
    let sum: i64 = groups.iter().map(|group| group.count).sum();
    let (of, several) = match leads {
        Some(leads) => (leads, "; a lead counts for each of its tags"),
        None => (sum, ""),
    };
    if !groups.is_empty() {
        let groups = plural(groups.len() as u64, "group", "groups");
        ui.note(&format!("{} in {groups}{several}", plural(of.unsigned_abs(), "lead", "leads")));
    }
}
