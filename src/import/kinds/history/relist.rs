//! Events that say again of a lead that it is not to be called.

use std::collections::HashMap;

use super::{History, TOGETHER, request};
use crate::db::models::leads::{self, Lead, OnLocked};
use crate::db::{Db, Stamp};
use crate::domain::leads::status::Status;
use crate::domain::phone::E164;
use crate::domain::timestamp::Timestamp;
use crate::import::ImportError;
use crate::ops::dnc::add::{Request, covered, honour};

impl History {
    /// Lists numbers of leads that were known to be `dnc`: they may be listed for a while, for calls alone, or by others of the group.
    pub(super) fn list_again(&mut self, conn: &mut Db, stamp: &Stamp) -> Result<(), ImportError> {
        let again: Vec<(i64, Timestamp)> = std::mem::take(&mut self.dnc_again).into_iter().collect();
        for some in again.chunks(TOGETHER) {
            let ids: Vec<i64> = some.iter().map(|(lead, _)| *lead).collect();
            let leads = leads::by_ids(conn, stamp.org, &ids)?;
            let number = |lead: &Lead| lead.phone_number.as_deref().and_then(E164::from_e164);
            let numbers: Vec<E164> =
                leads.iter().filter(|lead| lead.status == Status::Dnc).filter_map(number).collect();
            let for_good = covered(conn, stamp.org, &numbers, stamp.now)?;
            let at: HashMap<i64, Timestamp> = some.iter().copied().collect();
            let requests: Vec<Request> = leads
                .iter()
                .filter_map(|lead| Some((number(lead)?, *at.get(&lead.id)?)))
                .filter(|(number, _)| numbers.contains(number) && !for_good.contains(number))
                .map(request)
                .collect();
            if !requests.is_empty() {
                self.counts.leads_moved += honour(conn, &requests, OnLocked::Wait, stamp, &self.zone)?.leads_moved;
            }
        }
        Ok(())
    }
}
