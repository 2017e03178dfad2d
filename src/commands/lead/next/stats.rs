//! `crmctl lead next stats`

use serde::Serialize;

use crate::commands::args::times;
use crate::commands::context::Context;
use crate::db::models::lead_work::next::recommendations::Followed;
use crate::domain::access::role::Right;
use crate::domain::lead_work::next::Arm;
use crate::domain::lead_work::next::holdout::{DAYS, FEWEST};
use crate::domain::timestamp::Timestamp;
use crate::error::{Exit, Result};
use crate::ops::lead_work::next::outcomes::figures;
use crate::ui::Column;

/// Count what became of recommendations
///
/// Those that were shown are compared with those that were held out at random (`lead next --holdout 10`), for thirty days each. Without a
/// hold-out nothing is compared: leads that are recommended are better to begin with.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  crmctl lead next stats --since 2026-01-01")]
pub struct Args {
    /// Recommendations since then [default: all]
    #[arg(long, value_name = "WHEN")]
    since: Option<String>,
}

/// A group of recommendations.
#[derive(Debug, Serialize)]
struct Line {
    group: &'static str,
    recommendations: i64,
    leads: i64,
    running: Option<i64>,
    advanced: Option<i64>,
    won: Option<i64>,
    won_percent: Option<f64>,
}

const COLUMNS: &[Column] = &[
    Column::whole("group", "group").kept(),
    Column::count("recommendations", "recommendations").kept(),
    Column::count("leads", "leads").kept(),
    Column::count("running", "days not over").optional(),
    Column::count("advanced", "advanced"),
    Column::count("won", "won").kept(),
    Column::number("won_percent", "won %"),
];

pub fn run(args: Args, context: &Context) -> Result<Exit> {
    let mut session = context.session(Right::Read)?;
    let since = args.since.as_deref().map(|text| times::point(&session, "--since", text)).transpose()?;
    let (since, stamp) = (since.unwrap_or(Timestamp::from_micros(0)), session.stamp.clone());
    let figures = session.db.read(stamp.org, |conn| figures(conn, since, &stamp))?;
    let mut list = context.ui.list(COLUMNS);
    for (outcome, recommendations, leads) in figures.outcomes {
        let group = outcome.as_str();
        list.push(&Line {
            group,
            recommendations,
            leads,
            running: None,
            advanced: None,
            won: None,
            won_percent: None,
        })?;
    }
    for (arm, followed) in &figures.arms {
        let Followed { leads, running, advanced, won } = *followed;
        list.push(&Line {
            group: arm.as_str(),
            recommendations: leads,
            leads,
            running: Some(running),
            advanced: Some(advanced),
            won: Some(won),
            won_percent: percent(followed),
        })?;
    }
    list.finish("no recommendations")?;
    context.ui.note(&compared(&figures.arms));
    Ok(Exit::Done)
}

/// The share that was won, to a tenth of a percent.
fn percent(followed: &Followed) -> Option<f64> {
    (followed.leads > 0).then(|| (followed.won as f64 * 1000.0 / followed.leads as f64).round() / 10.0)
}

/// What the comparison says, or why there is none.
fn compared([(_, shown), (_, held_out)]: &[(Arm, Followed); 2]) -> String {
    if held_out.leads == 0 {
        return "nothing is compared: no lead was held out (crmctl lead next --holdout 10), and those that are recommended are better to \
                begin with"
            .to_owned();
    }
    match (percent(shown), percent(held_out)) {
        (Some(ours), Some(theirs)) if shown.leads.min(held_out.leads) >= FEWEST => format!(
            "of those shown {ours} % were won within {DAYS} days, of those held out {theirs} %: {:+.1} percentage points",
            ours - theirs
        ),
        _ => format!("too few to compare: {} shown and {} held out, of {FEWEST} each", shown.leads, held_out.leads),
    }
}
