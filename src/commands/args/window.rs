//! Windows of time as arguments.

use crate::commands::args::leads::selection;
use crate::commands::args::times::{self, MonthArg, QuarterArg};
use crate::commands::context::Session;
use crate::domain::time::month::Month;
use crate::domain::time::when::{Part, When};
use crate::domain::time::window::Window;
use crate::error::{CommandError, Result};

/// A window of time, in the organization's time zone.
#[derive(Debug, Clone, clap::Args)]
pub struct WindowArgs {
    /// From this time on: 2026-03-04, 2026-03, 2026-W10, yesterday, last-month, 7d
    #[arg(long, value_name = "WHEN")]
    since: Option<String>,
    /// Up to this time, which does not belong to the window: written as --since is
    #[arg(long, value_name = "WHEN")]
    until: Option<String>,
    /// So many days, of which today is the last
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=9999), conflicts_with_all = ["since", "until", "month", "quarter"])]
    days: Option<u16>,
    /// A month, such as 2026-03 or last-month
    #[arg(long, value_name = "MONTH", conflicts_with_all = ["since", "until", "quarter"])]
    month: Option<MonthArg>,
    /// A quarter, such as 2026Q1 or this-quarter
    #[arg(long, value_name = "QUARTER", conflicts_with_all = ["since", "until"])]
    quarter: Option<QuarterArg>,
}

impl WindowArgs {
    /// The window; all of time when none is given.
    ///
    /// # Errors
    /// A time cannot be read, or the window ends before it begins.
    pub fn window(&self, session: &Session) -> Result<Window> {
        let moment = selection::moment(session)?;
        let zone = moment.zone;
        let window = match (self.month, self.quarter, self.days) {
            (Some(month), ..) => Window::month(month.month(session)?, zone),
            (None, Some(quarter), _) => Window::quarter(quarter.quarter(session)?, zone),
            (None, None, Some(days)) => Window::last_days(days, moment.now, zone),
            (None, None, None) => {
                let point = |flag: &str, text: &Option<String>| {
                    text.as_deref().map(|text| times::point(session, flag, text)).transpose()
                };
                let (since, until) = (point("--since", &self.since)?, point("--until", &self.until)?);
                Window::between(since, until, zone)
            }
        };
        not_empty(window)
    }
}

/// A window of whole months, in the organization's time zone: for what is recorded by month.
#[derive(Debug, Clone, clap::Args)]
pub struct MonthsArgs {
    /// From this month on, such as 2026-01, 2026Q1 or last-month
    #[arg(long, value_name = "WHEN", value_parser = first_of_month)]
    since: Option<When>,
    /// Up to this month, which does not belong to the window
    #[arg(long, value_name = "WHEN", value_parser = first_of_month)]
    until: Option<When>,
    /// A month, such as 2026-03 or last-month
    #[arg(long, value_name = "MONTH", conflicts_with_all = ["since", "until", "quarter"])]
    month: Option<MonthArg>,
    /// A quarter, such as 2026Q1 or this-quarter
    #[arg(long, value_name = "QUARTER", conflicts_with_all = ["since", "until"])]
    quarter: Option<QuarterArg>,
}

/// Takes a month, its first day, or what begins with one.
fn first_of_month(text: &str) -> Result<When, String> {
    let begins = |when: &When| match when {
        When::Month(_) | When::Quarter(_) | When::Year(_) => true,
        When::Day(day) => day.day() == 1,
        When::Named(_, part) => matches!(part, Part::Month | Part::Quarter | Part::Year),
        _ => false,
    };
    When::parse(text)
        .filter(begins)
        .ok_or_else(|| format!("`{text}` is not a month, and costs are recorded by month; write it as 2026-03"))
}

impl MonthsArgs {
    /// The window; all of time when none is given.
    ///
    /// # Errors
    /// It ends before it begins.
    pub fn window(&self, session: &Session) -> Result<Window> {
        let moment = selection::moment(session)?;
        let first = |when: When| Month::of(when.calendar_days(moment.now, &moment.zone).0);
        let (since, until) = (self.since.map(first), self.until.map(first));
        let zone = moment.zone;
        not_empty(match (self.month, self.quarter) {
            (Some(month), _) => Window::month(month.month(session)?, zone),
            (None, Some(quarter)) => Window::quarter(quarter.quarter(session)?, zone),
            (None, None) => Window::months_between(since, until, zone),
        })
    }
}

fn not_empty(window: Window) -> Result<Window> {
    match window.is_empty() {
        false => Ok(window),
        true => Err(CommandError::usage("the window ends before it begins")
            .hint("--until is the first day that does not belong to it")),
    }
}

/// The window that a report is compared with.
///
/// # Errors
/// The window has an open end, so that none is before it.
pub fn previous(window: &Window) -> Result<Window, CommandError> {
    window.previous().ok_or_else(|| {
        CommandError::usage("there is no window before this one")
            .hint("name both ends of the window: --month, --quarter, --days, or --since with --until")
    })
}
