//! `crmctl lead list`

use crate::commands::args::complete;
use crate::commands::args::leads::columns::{self, Order, Usual};
use crate::commands::args::leads::selection::{self, Selection};
use crate::commands::args::leads::{rows, unknown};
use crate::commands::args::limit::Limit;
use crate::commands::args::texts::normal;
use crate::commands::args::vocabulary::a_status;
use crate::commands::context::{Context, Session};
use crate::db::{Cell, Cells, Db};
use crate::domain::access::role::Right;
use crate::domain::leads::status::Status;
use crate::domain::leads::{source, tag};
use crate::error::{CommandError, Exit, Result};
use crate::export::Record;
use crate::filter::query::After;
use crate::filter::value::Value;
use crate::filter::{Condition, Field, Filter, LeadColumn, LeadQuery, Op, Subject};
use crate::ui::{Format, ListWriter};

/// List leads, the newest first
///
/// `crmctl help filters` has the words of filters, their operators and the fields.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
    crmctl lead list --where 'status in (hot, qualified) and score >= 70 and not tag any (vip)'\n  \
    crmctl lead list --status new --source facebook-ads --columns id,name,phone,custom.Budget\n  \
    crmctl lead list --sort -score,last_name --limit 100 --after 10482\n  \
    crmctl lead list --where 'created within 7 days' --format csv > new.csv")]
pub struct Args {
    #[command(flatten)]
    selection: Selection,
    /// Leads in this status
    #[arg(long, value_parser = a_status())]
    status: Option<Status>,
    /// The source, in any spelling
    #[arg(long, add = complete::source_names())]
    source: Option<String>,
    /// Leads with this tag
    #[arg(long, add = complete::tag_names())]
    tag: Option<String>,
    /// The owner, by email or username
    #[arg(long, value_name = "EMAIL", add = complete::user_emails())]
    owner: Option<String>,
    /// Leads that this import created
    #[arg(long, value_name = "ID")]
    import: Option<i64>,
    /// Deleted leads instead of live ones
    #[arg(long)]
    deleted: bool,
    #[command(flatten)]
    limit: Limit,
    /// Sort by these columns, with `-` before one from the greatest [default: -id]
    #[arg(long, value_name = "COLUMNS", allow_hyphen_values = true)]
    sort: Option<Order>,
    /// Begin behind this lead: the last one of the page before
    #[arg(long, value_name = "ID")]
    after: Option<i64>,
}

/// Leads that are loaded and printed together.
const PAGE: usize = 1000;

pub fn run(args: Args, context: &Context) -> Result<Exit> {
    let asked = columns::asked(context.ui, Usual::InTables)?;
    let mut session = context.session(Right::Read)?;
    let org = session.org.org_id();
    let limit = args.limit.most(context.ui);
    let mut parts: Vec<Filter> = args.selection.filter(&mut session)?.into_iter().collect();
    parts.extend(args.conditions(&mut session)?.into_iter().map(Filter::Is));
    let query = LeadQuery {
        deleted: args.deleted,
        sort: args.sort.clone().map(|order| order.0).unwrap_or_default(),
        newest_first: true,
        ..selection::query(&session, selection::all_of(parts))?
    };
    let mut list = match &asked {
        None => context.ui.list(&rows::COLUMNS),
        Some(columns) => context.ui.list_of_chosen(&columns.iter().map(columns::shown_if_asked).collect::<Vec<_>>()),
    };
    let lead_columns = asked.map_or_else(columns::usual, Ok)?;
    let in_words = !matches!(context.ui.format, Format::Json | Format::Ndjson);
    let mut shown_any = false;
    // Custom fields that are asked for and none of the leads has.
    let mut without: Vec<usize> = lead_columns
        .iter()
        .enumerate()
        .filter(|(_, column)| column.custom_key().is_some())
        .map(|(place, _)| place)
        .collect();
    let more = session.db.read(org, |conn| -> Result<Option<i64>> {
        let after = args.after.map(|id| begin(&query, conn, id)).transpose()?;
        let Some(limit) = limit else {
            query.each(conn, &lead_columns, after.as_ref(), |cells| {
                shown_any = true;
                without.retain(|&place| matches!(cells.at(place), Cell::Empty));
                push(&mut list, &lead_columns, &cells, in_words)
            })?;
            return Ok(None);
        };
        // One more than asked for tells whether the list is cut.
        let mut ids = query.ids(conn, after.as_ref(), Some(i64::from(limit) + 1))?;
        let more = ids.len() > limit as usize;
        ids.truncate(limit as usize);
        shown_any = !ids.is_empty();
        for page in ids.chunks(PAGE) {
            for cells in query.of_ids(conn, &lead_columns, page)? {
                without.retain(|&place| matches!(cells.at(place), Cell::Empty));
                push(&mut list, &lead_columns, &cells, in_words)?;
            }
        }
        Ok(ids.last().copied().filter(|_| more))
    })?;
    list.finish("no leads")?;
    unknown::tell_not_known(context.ui, &mut session, &query)?;
    match more {
        Some(last) => args.limit.tell_cut_after(context.ui, last),
        None if !shown_any => unknown::tell_unknown_names(context.ui, &mut session, &query)?,
        None => {}
    }
    let keys = without.iter().filter_map(|place| lead_columns.get(*place)?.custom_key()).map(str::to_owned);
    let keys: Vec<String> = keys.filter(|_| shown_any).collect();
    if !keys.is_empty() {
        unknown::tell_unknown_custom_fields(context.ui, &mut session, &query, keys)?;
    }
    Ok(Exit::Done)
}

fn push(list: &mut ListWriter, columns: &[LeadColumn], cells: &Cells, in_words: bool) -> Result<()> {
    Ok(list.push(&Record { columns, cells, in_words })?)
}

fn begin(query: &LeadQuery, conn: &mut Db, id: i64) -> Result<After> {
    query.after(conn, id)?.ok_or_else(|| {
        CommandError::failed(format!("no lead has the id {id}"))
            .hint("--after takes the id of the last lead of the page before")
    })
}

impl Args {
    /// The conditions that options of their own stand for.
    fn conditions(&self, session: &mut Session) -> Result<Vec<Condition>> {
        let is =
            |field: Field, value: Value| Condition { subject: Subject::Field(field), op: Op::Eq, values: vec![value] };
        let text = |field: Field, text: String| is(field, Value::Text(text));
        let mut conditions = Vec::new();
        conditions.extend(self.status.map(|status| text(Field::STATUS, status.to_string())));
        if let Some(name) = &self.source {
            conditions.push(text(Field::SOURCE, normal("source", name, source::MAX_LENGTH)?));
        }
        conditions.extend(self.tag.as_deref().map(|name| text(Field::TAG, tag::normalize(name))));
        conditions.extend(self.import.map(|id| is(Field::IMPORT, Value::Number(id))));
        if let Some(email) = &self.owner {
            conditions.push(text(Field::OWNER, session.user_named(email)?.email));
        }
        Ok(conditions)
    }
}
