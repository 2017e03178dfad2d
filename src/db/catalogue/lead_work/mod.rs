//! Who works which leads.

pub(super) mod territories;
//! Lead work, by part.

mod next;
mod scores;

pub(super) use next::TABLES as NEXT;
pub(super) use scores::TABLES as SCORES;
