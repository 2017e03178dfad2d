//! Costs of some months in memory, settled there and written together.

use std::collections::{BTreeMap, HashMap};

use crate::db::Stamp;
use crate::db::models::money::budget_transactions;
use crate::db::models::money::lead_source_cost_log::{self, CostChange};
use crate::db::models::money::lead_source_costs::{self, CostFilter};
use crate::db::{Db, DbError, OrgId};
use crate::domain::money::cost::{CostKey, CostProblem, OnRecorded, settle};
use crate::domain::text::fold_case;
use crate::domain::time::month::Month;

/// A cost to be entered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CostEntry {
    pub key: CostKey,
    /// In minor units of its currency.
    pub cents: i64,
    pub note: Option<String>,
}

/// What became of an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Settled {
    Created,
    /// It was so many minor units.
    Updated(i64),
    Unchanged,
}

/// The costs of some months, and what is to become of them.
#[derive(Debug, Default)]
pub struct CostBook {
    lines: BTreeMap<CostKey, Line>,
    /// The keys by what is left when case and composition do not count.
    by_folded: HashMap<CostKey, CostKey>,
}

#[derive(Debug, Default)]
struct Line {
    /// The stored row, and its amount.
    stored: Option<(i64, i64)>,
    /// Of it so much is in the budget ledger.
    in_ledger: i64,
    /// `None` where no cost is recorded.
    cents: Option<i64>,
    note: Option<String>,
}

impl CostBook {
    /// Loads the costs of a month, or all.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn load(conn: &mut Db, org: OrgId, month: Option<Month>) -> Result<CostBook, DbError> {
        let filter = CostFilter {
            since: month.map(|month| month.to_string()),
            until: month.map(|month| month.next().to_string()),
            ..CostFilter::default()
        };
        let mut book = CostBook::default();
        for cost in lead_source_costs::some(conn, org, &filter)? {
            if let Some(key) = cost.key() {
                // Rows that an earlier version told apart stay two.
                book.by_folded.entry(folded(&key)).or_insert_with(|| key.clone());
                let line = book.lines.entry(key).or_default();
                (line.stored, line.cents) = (Some((cost.id, cost.cost_cents)), Some(cost.cost_cents));
            }
        }
        for (key, cents) in budget_transactions::of_costs(conn, org, filter.since.clone(), filter.until.clone())? {
            let line = book.line(&key);
            line.in_ledger = line.in_ledger.saturating_add(cents);
        }
        Ok(book)
    }

    /// The key under which this is recorded: as it is written, else as the first that only case or composition tells apart.
    pub fn key_of(&self, key: &CostKey) -> CostKey {
        match self.lines.contains_key(key) {
            true => key.clone(),
            false => self.by_folded.get(&folded(key)).unwrap_or(key).clone(),
        }
    }

    fn known(&self, key: &CostKey) -> Option<&Line> {
        self.lines.get(&self.key_of(key))
    }

    fn line(&mut self, key: &CostKey) -> &mut Line {
        let key = self.key_of(key);
        self.by_folded.entry(folded(&key)).or_insert_with(|| key.clone());
        self.lines.entry(key).or_default()
    }

    /// The amount that is recorded for this, in minor units.
    pub fn recorded(&self, key: &CostKey) -> Option<i64> {
        self.known(key)?.cents
    }

    /// So much of the cost of this is in the budget ledger.
    pub fn in_ledger(&self, key: &CostKey) -> i64 {
        self.known(key).map_or(0, |line| line.in_ledger)
    }

    /// Puts an amount in place of what is recorded, whatever is in the ledger: for what moves both.
    pub fn put(&mut self, key: &CostKey, cents: i64) {
        self.line(key).cents = Some(cents);
    }

    /// Enters a cost.
    ///
    /// # Errors
    /// It is refused, and nothing has changed.
    pub fn enter(&mut self, entry: &CostEntry, on: OnRecorded) -> Result<Settled, CostProblem> {
        let (recorded, in_ledger) = self.known(&entry.key).map_or((None, 0), |line| (line.cents, line.in_ledger));
        let cents = settle(recorded, entry.cents, on, in_ledger)?;
        let line = self.line(&entry.key);
        line.cents = Some(cents);
        if entry.note.is_some() {
            line.note.clone_from(&entry.note);
        }
        Ok(match recorded {
            None => Settled::Created,
            Some(before) if before == cents => Settled::Unchanged,
            Some(before) => Settled::Updated(before),
        })
    }

    /// Writes what has changed, with the log, and returns the ids of the costs that were entered.
    ///
    /// # Errors
    /// The database refuses.
    pub fn write(self, conn: &mut Db, reason: Option<&str>, stamp: &Stamp) -> Result<Vec<i64>, DbError> {
        let mut written = Vec::new();
        for (key, line) in self.lines {
            let Some(cents) = line.cents else { continue };
            let note = line.note.as_deref();
            // An import can be taken back, so it leaves the notes of others alone; what it says goes into the log.
            let said = note.filter(|_| stamp.import_id.is_some() && line.stored.is_some());
            let (id, change) = match line.stored {
                None => {
                    let id = lead_source_costs::insert(conn, &key, cents, note, stamp)?;
                    (id, CostChange::Create { new: cents })
                }
                Some((id, before)) => {
                    let note = note.filter(|_| said.is_none());
                    if before == cents && note.is_none() {
                        continue;
                    }
                    lead_source_costs::update(conn, id, cents, note, stamp)?;
                    (id, CostChange::Update { old: before, new: cents })
                }
            };
            lead_source_cost_log::append(conn, id, change, reason.or(said), stamp)?;
            written.push(id);
        }
        Ok(written)
    }
}

fn folded(key: &CostKey) -> CostKey {
    CostKey { source: fold_case(&key.source), campaign: fold_case(&key.campaign), ..key.clone() }
}
