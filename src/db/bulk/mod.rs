//! Writing many rows on the concrete connection of each engine.
