//! Neighbouring leads, which one statement deletes together.

use crate::db::models::imports::import_effects::Made;

/// The most ids that one statement deletes, so that an interruption is noticed.
const DELETED_AT_ONCE: i64 = 20_000;

/// Neighbouring leads of one version.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Range {
    pub first: i64,
    pub last: i64,
    pub version: i32,
    pub leads: usize,
}

/// Cuts leads into ranges without gaps, none longer than one statement should delete.
pub(super) fn ranges(leads: &[Made]) -> Vec<Range> {
    let mut ranges: Vec<Range> = Vec::new();
    for lead in leads {
        match ranges.last_mut() {
            Some(range)
                if range.last + 1 == lead.id
                    && range.version == lead.version
                    && lead.id - range.first < DELETED_AT_ONCE =>
            {
                range.last = lead.id;
                range.leads += 1;
            }
            _ => ranges.push(Range { first: lead.id, last: lead.id, version: lead.version, leads: 1 }),
        }
    }
    ranges
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_have_no_gaps() {
        let made = |id, version| Made { id, version };
        let found = ranges(&[made(1, 1), made(2, 1), made(4, 1), made(5, 2)]);
        let told: Vec<_> = found.iter().map(|r| (r.first, r.last, r.version, r.leads)).collect();
        assert_eq!(told, [(1, 2, 1, 2), (4, 4, 1, 1), (5, 5, 2, 1)]);
    }
}
