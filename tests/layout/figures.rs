//! The figures of the structure, for `scripts/structure`.

use std::path::Path;

use crate::dependence;
use crate::graph;
use crate::sources::Crate;
use crate::texts;

/// The most files of a circle: a folder of them.
const LARGEST_CIRCLE: usize = 14;

/// Prints the figures of the sources in the folder that `CRMCTL_SOURCES` names; those of the project have a bound.
#[test]
fn figures() {
    let folder = std::env::var("CRMCTL_SOURCES").unwrap_or_else(|_| format!("{}/src", env!("CARGO_MANIFEST_DIR")));
    let of = Crate::read(Path::new(&folder));
    let (fullest, most) = texts::folders(&of).into_iter().max_by_key(|(_, files)| *files).unwrap();
    let circles = graph::circles(&of);
    println!("files                          {}", of.sources.len());
    println!("lines of the longest           {}", of.sources.iter().map(|it| it.lines).max().unwrap());
    println!("files in the fullest folder    {most} ({fullest})");
    println!("arrows between nouns           {}", dependence::between_nouns(&of).len());
    println!("arrows outwards                {}", dependence::upward(&of).len());
    println!("largest circle of files        {}", circles.first().map_or(0, |circle| circle.len()));
    println!("circles that leave their room  {}", dependence::wide_circles(&of).len());
    println!(
        "downcasts                      {}",
        of.sources.iter().map(|it| it.code.matches("downcast_ref").count()).sum::<usize>()
    );
    for field in texts::LEAD_FIELDS {
        println!("files with {field:<20}{}", texts::files_with(&of, field).len());
    }
    if std::env::var_os("CRMCTL_SOURCES").is_none() {
        assert!(circles.first().is_none_or(|circle| circle.len() <= LARGEST_CIRCLE), "{:?}", circles.first());
    }
}
