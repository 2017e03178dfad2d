//! What the rules of a model would match, before anybody uses it.

use serde::Serialize;

use super::evaluate::{Asked, mask};
use crate::db::{Cells, Db, DbError, Statement};
use crate::domain::lead_work::scores::kind::Group;

/// What a model would do.
#[derive(Debug, Serialize)]
pub struct Checked {
    /// How many leads there are.
    pub leads: i64,
    pub rules: Vec<Matches>,
    /// Pairs of rules of a group that hold for nearly the same leads.
    pub overlaps: Vec<Overlap>,
}

/// How many leads a rule matches.
#[derive(Debug, Serialize)]
pub struct Matches {
    pub rule: String,
    pub group: Group,
    pub points: i64,
    pub when: String,
    pub half_life_days: Option<u32>,
    pub matches: i64,
    /// `never` or `always`, if so.
    pub remark: Option<&'static str>,
}

/// Two rules of a group.
#[derive(Debug, Serialize)]
pub struct Overlap {
    pub rule: String,
    pub other: String,
    pub group: Group,
    /// How many leads both match.
    pub both: i64,
    /// What part that is of the leads that the rarer one matches, in per cent, rounded down.
    pub percent: i64,
}

/// From how many per cent on two rules count as overlapping.
const OVERLAPPING: i64 = 90;

/// Counts what the rules match, and which of them match the same leads.
///
/// # Errors
/// The database cannot be read.
pub fn check(conn: &mut Db, asked: &Asked) -> Result<Checked, DbError> {
    let rules = &asked.model.rules;
    let mut leads = 0;
    let mut both = vec![vec![0_i64; rules.len()]; rules.len()];
    // Leads of which the rules say the same are counted by the database.
    Statement::new("SELECT seen.mask, count(*) FROM (SELECT ")
        .then(mask(&asked.conditions))
        .sql(" AS mask FROM leads WHERE leads.organization_id = ")
        .org(asked.org)
        .sql(" AND ")
        .then(asked.chosen.clone())
        .sql(") seen GROUP BY seen.mask")
        .each_row(conn, |row: Cells| -> Result<(), DbError> {
            let (mask, count) = (row.at(0).number().unwrap_or_default(), row.at(1).number().unwrap_or_default());
            leads += count;
            let matching: Vec<usize> = (0..rules.len()).filter(|place| mask >> place & 1 == 1).collect();
            for one in &matching {
                for other in &matching {
                    both[*one][*other] += count;
                }
            }
            Ok(())
        })?;
    let matches = rules.iter().enumerate().map(|(place, rule)| Matches {
        rule: rule.name.clone(),
        group: rule.group,
        points: rule.points,
        when: rule.when.clone(),
        half_life_days: rule.decay.as_ref().map(|decay| decay.half_life_days),
        matches: both[place][place],
        remark: remark(both[place][place], leads),
    });
    let mut overlaps = Vec::new();
    for (place, rule) in rules.iter().enumerate() {
        for (other_place, other) in rules.iter().enumerate().skip(place + 1) {
            let rarer = both[place][place].min(both[other_place][other_place]);
            let shared = both[place][other_place];
            let percent = if rarer == 0 { 0 } else { shared * 100 / rarer };
            if rule.group == other.group && percent >= OVERLAPPING {
                let (rule, other, group) = (rule.name.clone(), other.name.clone(), rule.group);
                overlaps.push(Overlap { rule, other, group, both: shared, percent });
            }
        }
    }
    Ok(Checked { leads, rules: matches.collect(), overlaps })
}

/// What is odd about a rule that matches so many of these leads; of no leads nothing is.
fn remark(matches: i64, leads: i64) -> Option<&'static str> {
    match matches {
        _ if leads == 0 => None,
        0 => Some("never"),
        all if all == leads => Some("always"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_leads_nothing_is_odd() {
        assert_eq!(
            [remark(0, 0), remark(0, 3), remark(2, 3), remark(3, 3)],
            [None, Some("never"), None, Some("always")]
        );
    }
}
