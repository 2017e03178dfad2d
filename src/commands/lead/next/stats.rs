//! `crmctl lead next stats`

use serde::Serialize;

use crate::commands::args::times;
use crate::commands::context::Context;
use crate::db::models::lead_work::next::recommendations::Followed;
use crate::domain::access::role::Right;
use crate::domain::lead_work::next::Arm;
use crate::domain::lead_work::next::holdout::{DAYS, FEWEST};
use crate::domain::lead_work::wilson;
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
    /// Leads whose days are over: of them the rest is told.
    finished: Option<i64>,
    advanced: Option<i64>,
    won: Option<i64>,
    won_percent: Option<f64>,
    /// Between these the share lies with 95 %.
    won_percent_low: Option<f64>,
    won_percent_high: Option<f64>,
}

const COLUMNS: &[Column] = &[
    Column::whole("group", "group").kept(),
    Column::count("recommendations", "recommendations").kept(),
    Column::count("leads", "leads").kept(),
    Column::count("finished", "days over"),
    Column::count("advanced", "advanced"),
    Column::count("won", "won").kept(),
    Column::number("won_percent", "won %"),
    Column::number("won_percent_low", "at least %").optional(),
    Column::number("won_percent_high", "at most %").optional(),
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
            finished: None,
            advanced: None,
            won: None,
            won_percent: None,
            won_percent_low: None,
            won_percent_high: None,
        })?;
    }
    for (arm, followed) in &figures.arms {
        let Followed { recommendations, leads, finished, advanced, won } = *followed;
        let share = Share::of(followed);
        list.push(&Line {
            group: arm.as_str(),
            recommendations,
            leads,
            finished: Some(finished),
            advanced: Some(advanced),
            won: Some(won),
            won_percent: share.map(|share| share.percent),
            won_percent_low: share.map(|share| share.low),
            won_percent_high: share.map(|share| share.high),
        })?;
    }
    list.finish("no recommendations")?;
    context.ui.note(&compared(&figures.arms));
    Ok(Exit::Done)
}

/// The share of finished leads that was won, with its Wilson bounds of 95 %, to a tenth of a percent.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Share {
    percent: f64,
    low: f64,
    high: f64,
}

impl Share {
    fn of(followed: &Followed) -> Option<Share> {
        let finished = Some(followed.finished).filter(|finished| *finished > 0)?;
        let rate = followed.won as f64 / finished as f64;
        let (low, high) = wilson::bounds(rate, finished);
        let tenths = |share: f64| (share * 1000.0).round() / 10.0;
        Some(Share { percent: tenths(rate), low: tenths(low), high: tenths(high) })
    }

    fn told(self) -> String {
        format!("{} % ({} to {} %)", self.percent, self.low, self.high)
    }
}

/// What the comparison says, or why there is none.
fn compared([(_, shown), (_, held_out)]: &[(Arm, Followed); 2]) -> String {
    if held_out.leads == 0 {
        return "nothing is compared: no lead was held out (crmctl lead next --holdout 10), and those that are recommended are better to \
                begin with"
            .to_owned();
    }
    match (Share::of(shown), Share::of(held_out)) {
        (Some(ours), Some(theirs)) if shown.finished.min(held_out.finished) >= FEWEST => format!(
            "of those shown {} were won within {DAYS} days, of those held out {}: {:+.1} percentage points",
            ours.told(),
            theirs.told(),
            ours.percent - theirs.percent
        ),
        _ => format!(
            "too few to compare: the {DAYS} days are over for {} shown and {} held out, of {FEWEST} each",
            shown.finished, held_out.finished
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(shown: (i64, i64, i64), held_out: (i64, i64, i64)) -> String {
        let of = |(leads, finished, won)| Followed { recommendations: leads, leads, finished, advanced: won, won };
        compared(&[(Arm::Shown, of(shown)), (Arm::HeldOut, of(held_out))])
    }

    #[test]
    fn only_leads_whose_days_are_over_are_compared() {
        assert!(said((300, 300, 9), (0, 0, 0)).contains("no lead was held out"));
        let few = "too few to compare: the 30 days are over for 29 shown and 31 held out, of 30 each";
        assert_eq!(said((500, 29, 3), (500, 31, 3)), few);
        // The bounds are those that statsmodels' proportion_confint(method='wilson') gives.
        let told = "of those shown 10 % (5.5 to 17.4 %) were won within 30 days, of those held out 0 % (0 to 11.4 %): +10.0 percentage points";
        assert_eq!(said((500, 100, 10), (500, 30, 0)), told);
    }
}
