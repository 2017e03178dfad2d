//! `crmctl lead search`

use serde::Serialize;

use crate::commands::args::leads::rows::{COLUMNS, LeadRow, rows};
use crate::commands::context::{Context, timed};
use crate::db::{Db, DbError};
use crate::domain::access::role::Right;
use crate::domain::leads::search::{Place, terms};
use crate::error::{CommandError, Exit, Result};
use crate::ops::leads::search::refresh::refresh;
use crate::ops::leads::search::{ENOUGH, Query, search};
use crate::ui::{Column, grouped};

/// Find leads by fragments of names, emails, numbers, notes
///
/// Companies, job titles and tags are searched, too. All words must be found, in any order, without regard to case and
/// accents; words of one or two letters at the beginning of a word only. The best matches come first: names, companies,
/// emails and numbers before what is said about a lead. `found in` says where. The first search after large imports
/// takes longer: it brings the index up to date.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  crmctl lead search lovelace\n  crmctl lead search ada example.com\n  \
    crmctl lead search '555-0142'")]
pub struct Args {
    /// What to look for
    #[arg(required = true, value_name = "WORD")]
    words: Vec<String>,
    /// Deleted leads instead of live ones
    #[arg(long)]
    deleted: bool,
    /// At most so many, and no more than 1,000
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u16).range(1..=ENOUGH as i64))]
    limit: u16,
}

/// A lead that was found, and where.
#[derive(Serialize)]
struct Shown<'a> {
    #[serde(flatten)]
    row: &'a LeadRow,
    found_in: &'a [Place],
}

pub fn run(args: Args, context: &Context) -> Result<Exit> {
    let columns: Vec<Column> = COLUMNS.iter().cloned().chain([Column::text("found_in", "found in").kept()]).collect();
    context.ui.expect_columns(&columns)?;
    let mut session = context.session(Right::Read)?;
    let (org, now, ui) = (session.org.org_id(), session.stamp.now, context.ui);
    let terms = terms(&args.words.join(" "));
    if terms.is_empty() {
        return Err(CommandError::usage("nothing to look for: there is neither letter nor digit")
            .hint("give a part of a name, a company, an email, a phone number, a tag or a note"));
    }
    context.catch_interrupts();
    let mut progress = ui.progress();
    let bring_up_to_date = || refresh(&mut session.db, org, &mut |done, of| progress.set(done, of));
    let is_current = timed(ui, "index ready", bring_up_to_date)?;
    drop(progress);
    if !is_current {
        ui.detail("the index could not be brought up to date; the leads that changed were looked at one by one");
    }
    let query = Query { terms, deleted: args.deleted };
    let most = usize::from(args.limit);
    let look = |conn: &mut Db| -> Result<_, DbError> {
        let found = search(conn, org, &query)?;
        let best: Vec<i64> = found.leads.iter().take(most).map(|hit| hit.lead).collect();
        let rows = rows(conn, org, &best, now)?;
        Ok((found, rows))
    };
    let (found, rows) = timed(ui, "searched", || session.db.read(org, look))?;
    let mut list = ui.list(&columns);
    for row in &rows {
        let hit = found.leads.iter().find(|hit| hit.lead == row.lead.id);
        list.push(&Shown { row, found_in: hit.map(|hit| hit.places.as_slice()).unwrap_or_default() })?;
    }
    list.finish("no leads match")?;
    let count = found.leads.len();
    if found.has_more {
        ui.note(&format!(
            "more than {} leads match; the best {} of the newest are shown, another word narrows it down",
            grouped(count as i64),
            grouped(rows.len() as i64)
        ));
    } else if count > most {
        ui.note(&format!("the best {} of {} are shown", grouped(rows.len() as i64), grouped(count as i64)));
    }
    Ok(Exit::Done)
}
