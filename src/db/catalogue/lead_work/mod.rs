//! Who works which leads.

pub(super) mod territories;
