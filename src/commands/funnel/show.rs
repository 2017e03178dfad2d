//! `crmctl funnel`, `crmctl funnel show`

use super::page::Answer;
use crate::commands::args::leads::segments;
use crate::commands::args::leads::selection::{self, Selection};
use crate::commands::args::leads::unknown;
use crate::commands::args::limit::Limit;
use crate::commands::args::pictures::Pictures;
use crate::commands::args::vocabulary::one_of;
use crate::commands::args::window::{WindowArgs, previous};
use crate::commands::context::{Context, Session, timed};
use crate::db::DbError;
use crate::domain::access::role::Right;
use crate::domain::time::window::Window;
use crate::error::{CommandError, Exit, Result};
use crate::reports::funnel::{self, Activity, Breakdown, By, Cohort, Mode};

const EXAMPLES: &str = "Examples:\n  \
    crmctl funnel --month 2026-03                            # how far the leads of March came\n  \
    crmctl funnel --quarter 2026Q1 --by source --within 30d  # which source brings leads that get on\n  \
    crmctl funnel --mode activity --days 7 --compare previous   # what happened this week\n  \
    crmctl funnel --month 2026-03 --html march.html          # a page to send around";

/// Show how far leads came: the default verb
///
/// A cohort is the leads created in the window, all of them when no window is given: for each stage, how many reached it
/// or a later one, and what became of the others. With `--mode activity` it is what happened in the window: how many entries
/// into each status, whoever the leads are. Merged leads count once; deleted leads and what undone imports wrote do not.
/// The definitions, and an example with its arithmetic, are in `crmctl help funnel-figures`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// cohort: how far the leads created in the window came; activity: what happened in the window
    #[arg(long, value_parser = one_of::<Mode>(), default_value = "cohort")]
    mode: Mode,
    #[command(flatten)]
    window: WindowArgs,
    /// Break it down
    #[arg(long, value_parser = one_of::<By>())]
    by: Option<By>,
    /// Count only what happened in so many days of 24 hours since a lead's creation, such as 30d
    #[arg(long, value_name = "DAYS", value_parser = days)]
    within: Option<u16>,
    /// Set the window before beside it, with the change in percentage points
    #[arg(long, value_name = "WHAT", value_parser = ["previous"])]
    compare: Option<String>,
    #[command(flatten)]
    selection: Selection,
    #[command(flatten)]
    limit: Limit,
    #[command(flatten)]
    pictures: Pictures,
}

/// Reads a number of days: `30`, `30d`, `2w`.
pub(super) fn days(text: &str) -> Result<u16, String> {
    let text = text.trim().to_lowercase();
    let (number, factor) = match text.strip_suffix('w') {
        Some(weeks) => (weeks, 7),
        None => (text.strip_suffix('d').unwrap_or(&text), 1),
    };
    let days = number.trim().parse::<u16>().ok().and_then(|number| number.checked_mul(factor));
    days.filter(|days| (1..=9999).contains(days)).ok_or_else(|| "write it as 30d or 2w".to_owned())
}

pub fn run(args: Args, context: &Context) -> Result<Exit> {
    if args.mode == Mode::Activity && args.within.is_some() {
        return Err(CommandError::usage("--within counts from a lead's creation; activity has none")
            .hint("leave out --within, or --mode activity"));
    }
    let mut session = context.session(Right::Read)?;
    let window = args.window.window(&session)?;
    let before = args.compare.as_ref().map(|_| previous(&window)).transpose()?;
    let filter = args.selection.filter(&mut session)?;
    let breakdown = args.by.map(|by| breakdown(&mut session, by)).transpose()?;
    let segments = breakdown.iter().flat_map(|breakdown| breakdown.segments.iter().map(|(_, filter)| filter));
    session.read_from_replica(segments.chain(&filter), context)?;
    let question = funnel::Question { within_days: args.within, ..super::question(&mut session, window, filter)? };
    match args.mode {
        Mode::Cohort => answer::<Cohort>(&args, context, &mut session, &question, before, breakdown.as_ref()),
        Mode::Activity => answer::<Activity>(&args, context, &mut session, &question, before, breakdown.as_ref()),
    }
}

/// Computes a report, sets the window before beside it, and prints it.
fn answer<A: Answer>(
    args: &Args,
    context: &Context,
    session: &mut Session,
    question: &funnel::Question,
    before: Option<Window>,
    breakdown: Option<&Breakdown>,
) -> Result<Exit> {
    let (ui, org) = (context.ui, session.org.org_id());
    let mut report = timed(ui, "funnel computed", || {
        session.db.read_much(org, |conn| -> Result<_, DbError> {
            let mut report = A::ask(conn, question, breakdown)?;
            if let Some(before) = before {
                report.compare(A::ask(conn, &question.about(before), breakdown)?);
            }
            Ok(report)
        })
    })?;
    if report.is_empty() {
        tell_nobody(context, session, question)?;
    }
    report.cut(args.limit.most(ui));
    let page = report.page();
    args.pictures.write(&page, A::COLUMNS, context)?;
    report.print(&page, ui)?;
    Ok(Exit::Done)
}

/// Says why a report may be empty.
fn tell_nobody(context: &Context, session: &mut Session, question: &funnel::Question) -> Result<()> {
    let query = selection::query(session, question.filter.clone())?;
    unknown::tell_unknown_names(context.ui, session, &query)
}

/// What a breakdown needs to know of the organization.
fn breakdown(session: &mut Session, by: By) -> Result<Breakdown> {
    let mut filters = Vec::new();
    if by == By::Segment {
        for visible in segments::visible(session)? {
            let (segment, filter) = segments::find(session, &visible.name)?;
            filters.push((segment.name, filter));
        }
        if filters.is_empty() {
            return Err(
                CommandError::failed("there are no segments").hint("add one: crmctl segment add NAME --where FILTER")
            );
        }
    }
    Ok(Breakdown { by, segments: filters })
}

#[cfg(test)]
mod tests {
    use super::days;

    #[test]
    fn days_and_weeks() {
        assert_eq!([days("30d"), days("30"), days(" 2W ")], [Ok(30), Ok(30), Ok(14)]);
        for text in ["", "d", "0d", "-3d", "30h", "10000", "9999w", "1.5d"] {
            assert!(days(text).is_err(), "{text}");
        }
    }
}
