//! `crmctl funnel stages`

use crate::commands::args::leads::selection::Selection;
use crate::commands::args::pictures::Pictures;
use crate::commands::args::pictures::created;
use crate::commands::args::window::WindowArgs;
use crate::commands::context::{Context, timed};
use crate::domain::access::role::Right;
use crate::error::{Exit, Result};
use crate::reports::funnel::{self, Bucket, StayStage, Stays};
use crate::ui::{Bar, Bars, Column, Page, Part, Sheet, SheetColumn, count, duration, percent};

/// Show how long leads stay in each status
///
/// Of the leads created in the window, all of them when no window is given: each stay in a status, from the entry to the
/// next entry into another one. Stays that have ended make the distribution; leads that are there now stand beside it, for
/// theirs have not.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
    crmctl funnel stages --quarter 2026Q1\n  \
    crmctl funnel stages --where 'source = website' --html stages.html")]
pub struct Args {
    #[command(flatten)]
    window: WindowArgs,
    #[command(flatten)]
    selection: Selection,
    #[command(flatten)]
    pictures: Pictures,
}

pub fn run(args: Args, context: &Context) -> Result<Exit> {
    let mut session = context.session(Right::Read)?;
    let window = args.window.window(&session)?;
    let filter = args.selection.filter(&mut session)?;
    session.read_from_replica(&filter, context)?;
    let question = super::question(&mut session, window, filter)?;
    let org = session.org.org_id();
    let report =
        timed(context.ui, "stays computed", || session.db.read_much(org, |conn| funnel::stays(conn, &question)))?;
    let page = page(&report);
    args.pictures.write(&page, COLUMNS, context)?;
    context.ui.report(&page, &report, &report.stages, COLUMNS)?;
    Ok(Exit::Done)
}

const COLUMNS: &[Column] = &[
    Column::text("stage", "stage"),
    Column::count("stays", "stays"),
    Column::count("here_now", "here now"),
    Column::number("p10_hours", "p10"),
    Column::number("p25_hours", "p25"),
    Column::number("median_hours", "median"),
    Column::number("p75_hours", "p75"),
    Column::number("p90_hours", "p90"),
    Column::number("longest_hours", "longest"),
    Column::number("here_median_hours", "here for"),
];

fn page(report: &Stays) -> Page {
    let created = created(report.since.or(report.until).is_some(), &report.window, report.cohort);
    let titles = ["stays", "p10", "p25", "median", "p75", "p90", "longest", "here now", "for (median)"];
    let mut columns = vec![SheetColumn::text("stage")];
    let is_rare = |title: &str| ["p10", "p25", "p75"].contains(&title);
    let column =
        |title| if is_rare(title) { SheetColumn::number(title).optional() } else { SheetColumn::number(title) };
    columns.extend(titles.map(column));
    let row = |stage: &StayStage| {
        let ranks = [
            stage.p10_hours,
            stage.p25_hours,
            stage.median_hours,
            stage.p75_hours,
            stage.p90_hours,
            stage.longest_hours,
        ];
        let mut row = vec![stage.stage.to_string(), count(stage.stays)];
        row.extend(ranks.map(duration));
        row.extend([count(stage.here_now), duration(stage.here_median_hours)]);
        row
    };
    let mut parts =
        vec![Part::Sheet(Sheet { title: String::new(), columns, rows: report.stages.iter().map(row).collect() })];
    parts.extend(report.stages.iter().filter(|stage| stage.stays > 0).map(|stage| Part::Bars(distribution(stage))));
    Page {
        title: "Time in each stage".to_owned(),
        subtitle: format!("{created} (time zone {})", report.timezone),
        parts,
        notes: report.notes.clone(),
    }
}

/// How long the stays in a status lasted, from the shortest to the longest.
fn distribution(stage: &StayStage) -> Bars {
    let holds = |bucket: &Bucket| bucket.stays > 0;
    let first = stage.buckets.iter().position(holds).unwrap_or(0);
    let end = stage.buckets.iter().rposition(holds).map_or(0, |last| last + 1);
    let mut from = first.checked_sub(1).and_then(|before| stage.buckets.get(before)?.below_hours);
    let bars = stage.buckets.get(first..end).unwrap_or_default().iter().map(|bucket| {
        let label = label(from, bucket);
        from = bucket.below_hours;
        let share = if stage.stays > 0 { bucket.stays as f64 / stage.stays as f64 } else { 0.0 };
        Bar { label, figures: vec![count(bucket.stays), percent(Some(share))], length: share }
    });
    Bars {
        title: format!("{}: how long stays lasted", stage.stage),
        bars: bars.collect(),
        columns: vec!["stays".to_owned(), "share".to_owned()],
    }
}

fn label(from: Option<u32>, bucket: &Bucket) -> String {
    let told = |hours: u32| match hours {
        1 => "1 hour".to_owned(),
        24 => "1 day".to_owned(),
        hours => format!("{} days", hours / 24),
    };
    match (from, bucket.below_hours) {
        (None, Some(end)) => format!("under {}", told(end)),
        (Some(begin), Some(end)) => format!("{} to {}", told(begin), told(end)),
        (begin, None) => format!("{} and more", told(begin.unwrap_or_default())),
    }
}
