//! The rules of the source layout that a compiler does not check. `scripts/structure` prints the figures behind them.

mod dependence;
mod documents;
mod figures;
mod graph;
mod outputs;
mod sources;
mod texts;
mod titles;
mod writers;
