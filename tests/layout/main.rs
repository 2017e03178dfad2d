//! The rules of the source layout that a compiler does not check.

mod graph;
mod sources;

use std::path::Path;

#[test]
fn try_it() {
    let root = std::env::var("CRMCTL_SOURCES").unwrap_or_else(|_| format!("{}/src", env!("CARGO_MANIFEST_DIR")));
    let read = sources::Crate::read(Path::new(&root));
    let edges = graph::edges(&read);
    println!("{} files {} edges", read.sources.len(), edges.len());
    for circle in graph::circles(&read) {
        println!("CIRCLE {} {:?}", circle.len(), circle);
    }
    for ((from, to), path) in &edges {
        println!("EDGE {} {} {}", read.sources[*from].path, read.sources[*to].path, path);
    }
    for it in read.references() {
        if let sources::Target::Library(name) = it.target {
            println!("LIB {} {} {}", read.sources[it.from].path, name, it.path);
        }
    }
}
