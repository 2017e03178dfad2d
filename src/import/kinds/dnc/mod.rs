//! The import of do-not-call requests: each row a request for each of its numbers.

pub mod fields;
pub mod replies;
pub mod rows;

use jiff::tz::TimeZone;
use serde::Serialize;

use crate::db::Stamp;
use crate::db::models::access::organizations::Organization;
use crate::db::models::leads::OnLocked;
use crate::db::{Db, Lock};
use crate::domain::dnc::bans::Listing;
use crate::domain::imports::kind::ImportKind;
use crate::domain::time::datetime;
use crate::import::ImportError;
use crate::import::sheet::cells::RowCells;
use crate::import::sheet::{Kind, Outcome};
use crate::ops::dnc::add::{Request, honour};
use crate::ops::dnc::remove::expire;
use crate::ops::imports::undo::Undoing;
use fields::DncField;
use rows::DncOptions;

/// What is counted besides the rows.
#[derive(Debug, Default, Serialize)]
pub struct DncCounts {
    /// Requests that were kept: one for each number of each row.
    pub requests: u64,
    pub leads_moved: u64,
}

/// The import of do-not-call requests. Rows count as created when one of their numbers was not listed, as updated when an
/// entry forbids more, or longer, than before, else as unchanged; their requests are kept in any case.
pub struct Dnc {
    options: DncOptions,
    /// The organization's.
    zone: TimeZone,
    counts: DncCounts,
}

impl Kind for Dnc {
    const KIND: ImportKind = ImportKind::Dnc;
    const LOCK: Lock = Lock::DncImport;
    type Field = DncField;
    type Options = DncOptions;
    type Value = Vec<Request>;
    type Counts = DncCounts;

    fn new(options: DncOptions, organization: &Organization) -> Dnc {
        // The organization's zone was validated when it was set.
        let zone = datetime::zone(&organization.timezone).unwrap_or(TimeZone::UTC);
        Dnc { options, zone, counts: DncCounts::default() }
    }

    fn options(&self) -> &DncOptions {
        &self.options
    }

    fn begin(&mut self, conn: &mut Db, _rows: usize, stamp: &Stamp) -> Result<(), ImportError> {
        expire(conn, OnLocked::Wait, stamp)?;
        Ok(())
    }

    fn check(&self, cells: &mut RowCells<'_, DncField>) -> Option<Vec<Request>> {
        rows::check(cells, &self.options)
    }

    fn write(&mut self, conn: &mut Db, rows: &[Vec<Request>], stamp: &Stamp) -> Result<Vec<Outcome>, ImportError> {
        let requests: Vec<Request> = rows.iter().flatten().cloned().collect();
        let added = honour(conn, &requests, OnLocked::Wait, stamp, &self.zone)?;
        self.counts.requests += requests.len() as u64;
        self.counts.leads_moved += added.leads_moved;
        let mut listings = added.listings.into_iter();
        let outcome = |row: &Vec<Request>| {
            let of_row: Vec<Listing> = listings.by_ref().take(row.len()).collect();
            if of_row.iter().any(|listing| matches!(listing, Listing::Added(_))) {
                Outcome::Created
            } else if of_row.iter().any(|listing| matches!(listing, Listing::Widened(_))) {
                Outcome::Updated
            } else {
                Outcome::Unchanged
            }
        };
        Ok(rows.iter().map(outcome).collect())
    }

    fn counts(self) -> DncCounts {
        self.counts
    }
}

/// An import of requests is nothing but entries, and the opt-outs that came with them.
pub struct DncUndoing;

impl Undoing for DncUndoing {
    fn takes_dnc(&self) -> bool {
        true
    }
}
