//! The funnel: the order of its stages, how far one lead came, and what that adds up to for many.

mod journeys;
mod stages;
mod stay;
mod tally;

pub use journeys::{Journey, Journeys};
pub use stages::Stages;
pub use stay::{Entry, Stay, stays_of};
pub use tally::{Exit, StageFigures, Tally, nearest_rank};
