//! `crmctl roi`, `crmctl roi show`

use super::page;
use crate::commands::args::amounts::base_currency;
use crate::commands::args::leads::selection::{self, Selection};
use crate::commands::args::leads::unknown;
use crate::commands::args::limit::Limit;
use crate::commands::args::pictures::Pictures;
use crate::commands::args::times;
use crate::commands::args::vocabulary::one_of;
use crate::commands::args::window::{MonthsArgs, previous};
use crate::commands::context::{Context, timed};
use crate::domain::access::role::Right;
use crate::error::{Exit, Result};
use crate::reports::roi::{By, Question, RoiError, roi};

const EXAMPLES: &str = "Examples:\n  \
    crmctl roi --month 2026-03                              # what each source of March cost and brought\n  \
    crmctl roi --quarter 2026Q1 --by campaign --compare previous\n  \
    crmctl roi --since 2026-01 --by month --html roi.html   # a page to send around\n  \
    crmctl roi --month 2026-03 --where 'city = Boston'      # of some leads only";

/// Show what leads cost and what they brought: the default verb
///
/// For each source: the leads created in the window, how many of them were recruited, what the source cost in these months, and
/// the value of the recruited leads. ROI is (value − cost) / cost, ROAS value / cost. Costs are of months, so the window is of
/// whole months, all of time when none is given. The last lines prove that the costs are those recorded. The definitions, and an
/// example with its arithmetic, are in `crmctl help roi-figures`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    #[command(flatten)]
    window: MonthsArgs,
    /// Break it down by
    #[arg(long, value_parser = one_of::<By>(), default_value = "source")]
    by: By,
    /// Count only what was known then: a date means the end of that day
    #[arg(long, value_name = "WHEN")]
    as_of: Option<String>,
    /// Set the window before beside it
    #[arg(long, value_name = "WHAT", value_parser = ["previous"])]
    compare: Option<String>,
    #[command(flatten)]
    selection: Selection,
    #[command(flatten)]
    limit: Limit,
    #[command(flatten)]
    pictures: Pictures,
}

pub fn run(args: Args, context: &Context) -> Result<Exit> {
    let ui = context.ui;
    let mut session = context.session(Right::Read)?;
    let window = args.window.window(&session)?;
    let before = args.compare.as_ref().map(|_| previous(&window)).transpose()?;
    let as_of = args.as_of.as_deref().map(|time| times::end(&session, "--as-of", time)).transpose()?;
    let filter = args.selection.filter(&mut session)?;
    session.read_from_replica(&filter, context)?;
    let question = Question {
        at: selection::moment(&session)?,
        window,
        filter,
        by: args.by,
        as_of: as_of.unwrap_or(session.stamp.now),
        base: base_currency(&session)?,
    };
    let org = session.org.org_id();
    let mut report = timed(ui, "roi computed", || {
        session.db.read_much(org, |conn| -> Result<_, RoiError> {
            let mut report = roi(conn, &question)?;
            if let Some(before) = before {
                report.compare(roi(conn, &question.about(before))?);
            }
            Ok(report)
        })
    })?;
    if report.is_empty() {
        let query = selection::query(&session, question.filter.clone())?;
        unknown::tell_unknown_names(ui, &mut session, &query)?;
    }
    report.cut(args.limit.most(ui));
    let page = page::of(&report);
    args.pictures.write(&page, &page::columns(&report), context)?;
    page::print(&report, &page, ui)?;
    Ok(Exit::Done)
}
