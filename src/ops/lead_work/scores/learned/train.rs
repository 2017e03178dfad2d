//! Learning from leads that are closed.

use super::fields::AskedField;
use super::past::{AsOf, Asked, Closed};
use crate::db::{Db, DbError, OrgId, Statement};
use crate::domain::lead_work::scores::learned::train::Trainer;
use crate::domain::lead_work::scores::learned::{FieldKind, LearnedModel, Seen};
use crate::domain::reports::funnel::Stages;
use crate::domain::timestamp::{DAY, Timestamp};
use crate::error::{CommandError, Explain};

/// What a model is to learn.
#[derive(Debug)]
pub struct Lesson<'a> {
    pub org: OrgId,
    pub fields: &'a [AskedField],
    pub stages: &'a Stages,
    /// So many days after a lead was made its values count.
    pub at_days: u32,
    /// Only leads that were closed before.
    pub until: Option<Timestamp>,
    /// Whether fields are taken that are known only after the outcome.
    pub allow_leak: bool,
}

/// Why nothing was learned.
#[derive(Debug, thiserror::Error)]
pub enum TrainError {
    #[error(transparent)]
    Db(#[from] DbError),
    #[error("all {count} closed leads were {outcome}: there is nothing to tell apart")]
    OneOutcome { count: u64, outcome: &'static str },
    #[error("{}", if .0.is_some() { "no lead to learn from was closed before" } else { "no lead is closed yet" })]
    NoneClosed(Option<Timestamp>),
    #[error("the field `{field}` is known only after the outcome: {why}")]
    Leak { field: String, why: &'static str },
}

impl Explain for TrainError {
    fn explain(&self) -> CommandError {
        let mut said = CommandError::failed(self.to_string());
        let hint = match self {
            TrainError::Db(e) => return e.explain(),
            TrainError::OneOutcome { .. } | TrainError::NoneClosed(_) => {
                if let TrainError::NoneClosed(until) = self {
                    said.time = until.map(Timestamp::to_jiff);
                }
                "a model learns from leads that were recruited and others that went cold, were deleted or are on the do-not-call list"
            }
            TrainError::Leak { .. } => "leave it out with --fields, or take it all the same: --allow-leak",
        };
        said.hint(hint)
    }
}

/// What was seen of a field in all leads.
#[derive(Debug, Default, Clone, Copy)]
struct Filled {
    closed: u64,
    after_closing: u64,
    open: u64,
}

/// With fewer open leads nothing follows from a field that few of them have.
const FEWEST_OPEN: u64 = 10;

/// A field is known only after the outcome when closed leads have it so many times as often as open ones, or oftener.
const TIMES_AS_OFTEN: u128 = 5;

/// Learns from the closed leads for which `takes` holds; the others are handed to it all the same.
///
/// # Errors
/// There is one outcome alone, a field is known only after it, or the database cannot be read.
pub fn train(
    conn: &mut Db,
    lesson: &Lesson<'_>,
    mut takes: impl FnMut(i64) -> Result<bool, DbError>,
) -> Result<LearnedModel, TrainError> {
    let stages: Vec<String> = lesson.stages.open().map(|stage| stage.to_string()).collect();
    let mut trainer = Trainer::new(lesson.fields.iter().map(|it| it.field.clone()).collect(), stages);
    let mut filled = vec![Filled::default(); lesson.fields.len()];
    let (mut open, mut all_closed, mut last_closed) = (0, 0, None);
    let asked = Asked {
        org: lesson.org,
        fields: lesson.fields,
        stages: lesson.stages,
        as_of: AsOf::Age(i64::from(lesson.at_days) * DAY),
        chosen: Statement::default(),
    };
    asked.each(conn, |past| {
        let closed = past.closed.filter(|closed| lesson.until.is_none_or(|until| closed.at < until));
        match past.closed {
            None => open += 1,
            Some(_) => all_closed += 1,
        }
        for (filled, (is_filled, changed)) in filled.iter_mut().zip(&past.now) {
            filled.note(*is_filled, *changed, past.closed);
        }
        if takes(past.lead)?
            && let Some(closed) = closed
        {
            // Who was lost has passed the stages up to the last one, however late it came to them.
            let seen: Vec<Seen> = past
                .seen
                .into_iter()
                .map(|seen| match seen {
                    Seen::Stage(_) => past.furthest.clone(),
                    seen => seen,
                })
                .collect();
            trainer.add(closed.is_won, &seen);
            last_closed = last_closed.max(Some(closed.at));
        }
        Ok(())
    })?;
    if !lesson.allow_leak {
        refuse_leaks(lesson.fields, &filled, (open, all_closed))?;
    }
    match trainer.outcomes() {
        (0, 0) => Err(TrainError::NoneClosed(lesson.until)),
        (0, count) => Err(TrainError::OneOutcome { count, outcome: "lost" }),
        (count, 0) => Err(TrainError::OneOutcome { count, outcome: "won" }),
        _ => Ok(LearnedModel { until: last_closed, ..trainer.finish(lesson.at_days) }),
    }
}

impl Filled {
    /// Whether closed leads have it far oftener than open ones; of all leads so many are open, and so many closed.
    fn is_of_closed_ones(&self, (open, closed): (u64, u64)) -> bool {
        let product = |one: u64, other: u64| u128::from(one) * u128::from(other);
        // As shares: closed ÷ all closed against open ÷ all open.
        let is_far_oftener = product(self.closed, open) >= product(self.open, closed).saturating_mul(TIMES_AS_OFTEN);
        open >= FEWEST_OPEN && self.closed > 0 && is_far_oftener
    }

    fn note(&mut self, is_filled: bool, changed: Option<Timestamp>, closed: Option<Closed>) {
        match closed {
            _ if !is_filled => {}
            None => self.open += 1,
            Some(closed) => {
                self.closed += 1;
                self.after_closing += u64::from(changed.is_some_and(|at| at >= closed.at));
            }
        }
    }
}

fn refuse_leaks(fields: &[AskedField], filled: &[Filled], leads: (u64, u64)) -> Result<(), TrainError> {
    for (field, filled) in fields.iter().zip(filled).filter(|(field, _)| field.field.kind != FieldKind::Stage) {
        let leak = |why| Err(TrainError::Leak { field: field.field.name.clone(), why });
        if filled.closed > 0 && filled.after_closing * 2 > filled.closed {
            return leak("most closed leads got it when they were closed, or later");
        }
        if filled.is_of_closed_ones(leads) {
            return leak("closed leads have it at least five times as often as open ones");
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_closed_leads_have_far_oftener_is_a_leak() {
        let is_leak = |of_open: u64, open: u64, of_closed: u64, closed: u64| {
            Filled { closed: of_closed, after_closing: 0, open: of_open }.is_of_closed_ones((open, closed))
        };
        assert!(is_leak(0, 100, 90, 100) && is_leak(0, 10, 1, 100));
        // One that was opened again, or some, make no difference.
        assert!(is_leak(1, 100, 90, 100) && is_leak(18, 100, 90, 100));
        assert!(!is_leak(19, 100, 90, 100) && !is_leak(90, 100, 90, 100));
        // From few open leads, or of a field that nobody has, nothing follows.
        assert!(!is_leak(0, 9, 90, 100) && !is_leak(0, 100, 0, 100) && !is_leak(0, 0, 0, 0));
        assert!(!is_leak(u64::MAX, u64::MAX, u64::MAX, u64::MAX));
    }
}
