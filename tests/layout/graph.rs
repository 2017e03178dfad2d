//! Which file depends on which, and the circles among them.

use std::collections::{BTreeMap, BTreeSet};

use petgraph::algo::tarjan_scc;
use petgraph::graphmap::DiGraphMap;

use crate::sources::{Crate, Target};

/// The files on which each file depends: those that define what it names. `mod` and `pub use` only hand on.
pub fn edges(of: &Crate) -> BTreeMap<(usize, usize), String> {
    let mut found = BTreeMap::new();
    for it in of.references() {
        match it.target {
            Target::File(to) if to != it.from && !it.is_handed_on => found.entry((it.from, to)).or_insert(it.path),
            _ => continue,
        };
    }
    found
}

/// The sets of files that all depend on each other, the largest first; files without a circle are left out.
pub fn circles(of: &Crate) -> Vec<BTreeSet<String>> {
    let graph: DiGraphMap<usize, ()> = edges(of).into_keys().map(|(from, to)| (from, to, ())).collect();
    let named = |files: Vec<usize>| files.into_iter().map(|file| of.sources[file].path.clone()).collect();
    let mut found: Vec<BTreeSet<String>> =
        tarjan_scc(&graph).into_iter().filter(|files| files.len() > 1).map(named).collect();
    found.sort_by_key(|files| std::cmp::Reverse(files.len()));
    found
}
