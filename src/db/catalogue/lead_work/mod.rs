//! Who works which leads.

pub(super) mod territories;
//! Lead work, by part.

mod scores;

pub(super) use scores::TABLES as SCORES;
