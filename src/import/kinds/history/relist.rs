//! What is to be done about events that were known before.

use std::collections::HashMap;

use super::{History, TOGETHER, request};
use crate::db::models::leads::{self, Lead, OnLocked};
use crate::db::{Db, Stamp};
use crate::domain::leads::status::Status;
use crate::domain::phone::E164;
use crate::domain::timestamp::Timestamp;
use crate::import::ImportError;
use crate::ops::dnc::add::{Request, covered, honour};
use crate::ops::imports::status_events::{self, Latest};

impl History {
    /// Counts leads that did not follow events when these were written.
    pub(super) fn tell_not_followed(&mut self, conn: &mut Db, stamp: &Stamp) -> Result<(), ImportError> {
        // What this import wrote is later, or another row tells of it.
        let known =
            std::mem::take(&mut self.known_last).into_values().filter(|event| !self.leads.contains(&event.lead));
        let mut known: Vec<Latest> = known.collect();
        known.sort_unstable_by_key(|event| event.lead);
        for some in known.chunks(TOGETHER) {
            let (kept, imports) = status_events::not_followed(conn, some, stamp)?;
            self.counts.note_kept(&kept);
            self.counts.known_of.extend(imports);
        }
        Ok(())
    }

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
