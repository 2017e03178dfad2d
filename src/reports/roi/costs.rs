//! The costs of the months of a report, summed up by group before they meet the leads.

use super::rates::Rates;
use super::{By, Groups, Names, Question, RoiError};
use crate::db::Db;
use crate::db::models::money::lead_source_costs::{self, CostFilter};

/// Adds the costs to the groups, and returns what is recorded altogether, in minor units of the organization's currency.
///
/// # Errors
/// An amount is too large, or the database cannot be read.
pub(super) fn gather(
    conn: &mut Db,
    question: &Question,
    names: &mut Names,
    rates: &mut Rates,
    groups: &mut Groups,
) -> Result<i64, RoiError> {
    let (since, until) = question.months()?;
    let filter = CostFilter {
        since: since.map(|month| month.to_string()),
        until: until.map(|month| month.to_string()),
        ..CostFilter::default()
    };
    let mut recorded = 0i64;
    let too_large = || RoiError::TooLarge("the sum of the costs".to_owned());
    for cost in lead_source_costs::some(conn, question.at.org, &filter)? {
        let Some(key) = cost.key() else { continue };
        let cents = rates.convert(cost.cost_cents, &key.currency, key.period, || format!("the cost of {key}"))?;
        recorded = recorded.checked_add(cents).ok_or_else(too_large)?;
        let group = match question.by {
            By::Source => Some(names.of_cost(&key.source)),
            By::Campaign => Some(key.campaign).filter(|name| !name.is_empty()).map(|name| names.of_cost(&name)),
            By::Month => Some(key.period.to_string()),
            // Costs have no owner.
            By::Owner => continue,
        };
        let sums = groups.entry(group).or_default();
        sums.cost_cents = sums.cost_cents.checked_add(cents).ok_or_else(too_large)?;
        sums.has_costs = true;
    }
    Ok(recorded)
}
