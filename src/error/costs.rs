//! Errors about costs, budgets and what leads brought.

use super::{Explanation, of_db};
use crate::domain::money::cost::CostProblem;
use crate::ops::leads::upsert::WriteError;
use crate::ops::money::budget::BudgetError;
use crate::ops::money::costs::CostError;
use crate::ops::seed::SeedError;
use crate::reports::roi::RoiError;

/// Completes the explanation of such an error; false for any other.
pub(super) fn explain(error: &anyhow::Error, explanation: &mut Explanation) -> bool {
    if let Some(e) = error.downcast_ref::<RoiError>() {
        of_roi(e, explanation);
    } else if let Some(e) = error.downcast_ref::<CostError>() {
        of_cost(e, explanation);
    } else if let Some(e) = error.downcast_ref::<BudgetError>() {
        of_budget(e, explanation);
    } else if let Some(SeedError::Db(e) | SeedError::Leads(WriteError::Db(e))) = error.downcast_ref::<SeedError>() {
        of_db(e, explanation);
    } else {
        return false;
    }
    true
}

fn of_cost(error: &CostError, explanation: &mut Explanation) {
    explanation.hint = Some(match error {
        CostError::Db(e) => return of_db(e, explanation),
        CostError::Unknown(_) => "list them: crmctl roi cost list".into(),
        CostError::Removed(_) => "nothing was changed".into(),
        CostError::Refused { problem: CostProblem::Recorded(_), .. } => {
            "say --add to add this to it, or --replace to put this in its place".into()
        }
        CostError::Refused { problem: CostProblem::BelowLedger(_), .. } => {
            "a charge is taken back by: crmctl budget refund AMOUNT --source SOURCE --period MONTH".into()
        }
        CostError::Refused { problem: CostProblem::Negative, .. } => {
            "take a credit off the cost of its month: enter what is left, with --replace".into()
        }
        CostError::Refused { .. } => "nothing was changed".into(),
    });
}

/// So many missing rates are named.
const SHOWN: usize = 20;

fn of_roi(error: &RoiError, explanation: &mut Explanation) {
    match error {
        RoiError::Db(e) => of_db(e, explanation),
        RoiError::MissingRates(missing) => {
            if missing.len() > 1 {
                let told = missing.iter().map(|rate| format!("{} {}, for {}", rate.currency, rate.period, rate.what));
                explanation.details.extend(told.take(SHOWN));
                if missing.len() > SHOWN {
                    explanation.details.push(format!("and {} more", missing.len() - SHOWN));
                }
            }
            explanation.hint = missing.first().map(|rate| {
                let one =
                    format!("set what one {0} was worth: crmctl roi rate set {0} {1} RATE", rate.currency, rate.period);
                match missing.len() {
                    1 => one,
                    _ => format!("{one}\nor import a sheet of rates: crmctl roi rate import FILE"),
                }
            });
        }
        RoiError::NotMonths(_) => explanation.hint = Some("name months, such as --month 2026-03".into()),
        RoiError::TooLarge(_) => explanation.hint = Some("correct it, or its exchange rate".into()),
    }
}

fn of_budget(error: &BudgetError, explanation: &mut Explanation) {
    explanation.hint = Some(match error {
        BudgetError::Db(e) => return of_db(e, explanation),
        BudgetError::Cost(e) => return of_cost(e, explanation),
        BudgetError::NameTaken(_) => "choose another name".into(),
        BudgetError::Gone(_) => "list the accounts: crmctl budget account list".into(),
        BudgetError::Insufficient { .. } => {
            "nothing was booked; make a deposit, or say --allow-negative to go below zero".into()
        }
        BudgetError::TooLarge(_) => "nothing was booked".into(),
        BudgetError::NotInLedger { .. } => {
            "nothing was booked; leave --source and --period out, or name the cost that was charged".into()
        }
        BudgetError::NotRecorded { .. } => "nothing was booked; leave --recorded out to add to the cost".into(),
    });
}
