//! The funnel: how far leads came, how often they entered each status, and how long they stayed.

mod activity;
mod breakdown;
mod cohort;
mod figures;
mod members;
mod stays;

pub use activity::activity;
pub use breakdown::{Breakdown, By};
pub use cohort::cohort;
pub use figures::{
    Activity, ActivityGroup, Bucket, Cohort, CohortGroup, Entered, Mode, Previous, Stage, StayStage, Stays,
};
pub use stays::stays;

use crate::db::Statement;
use crate::domain::reports::funnel::Stages;
use crate::domain::time::window::Window;
use crate::domain::timestamp::Timestamp;
use crate::filter::{Filter, Moment};
use crate::reports::leads;
use crate::reports::leads::in_window;

/// What a report is about.
#[derive(Debug, Clone)]
pub struct Question {
    pub at: Moment,
    pub window: Window,
    /// Leads for which this holds; all leads when there is none.
    pub filter: Option<Filter>,
    pub stages: Stages,
    /// Only what happened in so many days of 24 hours since a lead's creation counts.
    pub within_days: Option<u16>,
}

impl Question {
    /// The same question about another window.
    pub fn about(&self, window: Window) -> Question {
        Question { window, ..self.clone() }
    }

    /// The name of the organization's time zone.
    fn timezone(&self) -> String {
        leads::timezone(&self.at)
    }

    /// The condition on a row of `leads`: live, and as the filter says.
    fn live(&self) -> Statement {
        leads::live(&self.at, &self.filter)
    }

    /// The end of what counts of a lead's history.
    fn deadline(&self, created: Timestamp) -> Option<Timestamp> {
        let days = i64::from(self.within_days?);
        Some(Timestamp::from_micros(created.as_micros().saturating_add(days * 86_400_000_000)))
    }
}
