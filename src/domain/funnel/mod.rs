//! The funnel: the order of its stages, how far one lead came, and what that adds up to for many.

mod journeys;
mod spell;
mod stages;
mod tally;

pub use journeys::{Journey, Journeys};
pub use spell::{Entry, Spell, spells};
pub use stages::Stages;
pub use tally::{Exit, StageFigures, Tally, nearest_rank};
