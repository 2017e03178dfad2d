//! Reasons of events that ask not to be contacted: plain ones are honoured, doubtful ones wait for a person.

use std::collections::{HashMap, HashSet};

use serde::Serialize;

use super::{EventRow, History, TOGETHER};
use crate::db::models::dnc::dnc_requests;
use crate::db::models::leads;
use crate::db::models::leads::{OnLocked, lead_phones};
use crate::db::{Db, Stamp};
use crate::domain::dnc::bans::Terms;
use crate::domain::dnc::opt_out_text::OptOutClass;
use crate::domain::dnc::{DncScope, DncSource};
use crate::domain::leads::consent::OptOut;
use crate::domain::phone::E164;
use crate::domain::timestamp::Timestamp;
use crate::import::ImportError;
use crate::import::vocabulary::refusals::Wish;
use crate::ops::dnc::add::{Request, covered, honour, keep_doubtful};
use crate::ops::imports::status_events::opt_out;

/// What the reason of an event asks for a lead.
#[derive(Debug, Clone)]
pub(super) struct Asked {
    lead: i64,
    wish: Wish,
    reason: String,
    at: Timestamp,
    row: u64,
}

/// What became of such reasons.
#[derive(Debug, Default, Serialize)]
pub struct ReasonsHeard {
    /// Events whose reason asks not to be contacted.
    #[serde(skip_serializing_if = "super::counts::is_none")]
    pub reason_opt_outs: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason_opt_out_row: Option<u64>,
    /// Events whose reason may ask for it: the numbers of their leads wait for a decision.
    #[serde(skip_serializing_if = "super::counts::is_none")]
    pub reasons_to_decide: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason_to_decide_row: Option<u64>,
    /// Such events of leads without a number.
    #[serde(skip_serializing_if = "super::counts::is_none")]
    pub reasons_without_number: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason_without_number_row: Option<u64>,
}

impl ReasonsHeard {
    fn note(&mut self, is_doubtful: bool, has_number: bool, row: u64) {
        let (count, first) = match (is_doubtful, has_number) {
            (false, _) => (&mut self.reason_opt_outs, &mut self.reason_opt_out_row),
            (true, true) => (&mut self.reasons_to_decide, &mut self.reason_to_decide_row),
            (true, false) => (&mut self.reasons_without_number, &mut self.reason_without_number_row),
        };
        *count += 1;
        *first = Some(first.map_or(row, |first| first.min(row)));
    }

    /// The sentences about them.
    pub fn remarks(&self) -> impl Iterator<Item = String> {
        let told = [
            (
                self.reason_opt_outs,
                self.reason_opt_out_row,
                "not to be contacted: the numbers of their leads are on the do-not-call list, and leads without one have denied consent",
            ),
            (
                self.reasons_to_decide,
                self.reason_to_decide_row,
                "what may be a wish not to be contacted: `crmctl dnc due` lists the numbers, which are not clear until `crmctl dnc \
                 decide` has decided",
            ),
            (
                self.reasons_without_number,
                self.reason_without_number_row,
                "what may be a wish not to be contacted, and no number could wait for a decision: look at them",
            ),
        ];
        told.into_iter().filter_map(|(count, first, what)| {
            let events = if count == 1 { "1 event asks".to_owned() } else { format!("{count} events ask") };
            Some(format!("{events} in a reason {what} (for example row {})", first?))
        })
    }
}

impl History {
    /// Takes the reason of an event of this lead.
    pub(super) fn hear(&mut self, row: &EventRow, lead: i64) {
        if let (Some(wish), Some(reason)) = (row.wish, &row.reason) {
            self.asked.push(Asked { lead, wish, reason: reason.clone(), at: row.at, row: row.row });
        }
    }

    /// Honours what reasons ask, or keeps it for a decision.
    pub(super) fn keep_wishes(&mut self, conn: &mut Db, stamp: &Stamp) -> Result<(), ImportError> {
        let asked = std::mem::take(&mut self.asked);
        for some in asked.chunks(TOGETHER) {
            self.keep_some(conn, some, stamp)?;
        }
        Ok(())
    }

    fn keep_some(&mut self, conn: &mut Db, asked: &[Asked], stamp: &Stamp) -> Result<(), ImportError> {
        let mut ids: Vec<i64> = asked.iter().map(|it| it.lead).collect();
        ids.sort_unstable();
        ids.dedup();
        let mut numbers: HashMap<i64, Vec<E164>> = HashMap::new();
        for (lead, number) in leads::first_numbers(conn, stamp.org, &ids)? {
            numbers.entry(lead).or_default().extend(E164::from_e164(&number));
        }
        for (lead, phones) in lead_phones::of_leads(conn, stamp.org, &ids)? {
            let further = phones.iter().filter_map(|phone| E164::from_e164(&phone.phone_number));
            numbers.entry(lead).or_default().extend(further);
        }
        let all: Vec<String> = numbers.values().flatten().map(E164::to_string).collect();
        let known = dnc_requests::texts_of(conn, stamp.org, &all)?;
        let everyone: Vec<E164> = numbers.values().flatten().copied().collect();
        let listed = covered(conn, stamp.org, &everyone, stamp.now)?;
        let mut taken = HashSet::new();
        let (mut plain, mut doubtful, mut opt_outs) = (Vec::new(), Vec::new(), Vec::new());
        for it in asked {
            let is_doubtful = it.wish.class == OptOutClass::Review;
            let of_lead = numbers.get(&it.lead).map(Vec::as_slice).unwrap_or_default();
            self.counts.reasons.note(is_doubtful, !of_lead.is_empty(), it.row);
            let scope = match it.wish {
                Wish { class: OptOutClass::Review, scope, .. } => scope.or(Some(DncScope::All)),
                Wish { reach, .. } if reach.calls => Some(DncScope::All),
                Wish { reach, .. } if reach.texts => Some(DncScope::Texts),
                Wish { .. } => None,
            };
            let denied = !is_doubtful && of_lead.is_empty() && scope.is_some();
            if denied || it.wish.reach.email {
                let since = it.wish.reach.email.then(|| it.at.as_micros());
                opt_outs.push((it.lead, OptOut { denied, email_opted_out_at: since }));
            }
            for number in of_lead {
                let said = (number.to_string(), it.reason.clone());
                // An earlier import may have kept it; what is off the list since is asked for anew.
                let is_kept = known.contains(&said) && (is_doubtful || listed.contains(number));
                if let Some(scope) = scope.filter(|_| !is_kept && taken.insert(said)) {
                    let to = if is_doubtful { &mut doubtful } else { &mut plain };
                    to.push(request(it, *number, scope));
                }
            }
        }
        opt_out(conn, &opt_outs, stamp)?;
        keep_doubtful(conn, &doubtful, stamp, &self.zone)?;
        if !plain.is_empty() {
            let flagged: HashSet<E164> = plain.iter().map(|request| request.number).collect();
            self.counts.dnc_flagged += flagged.len() as u64;
            self.counts.leads_moved += honour(conn, &plain, OnLocked::Wait, stamp, &self.zone)?.leads_moved;
        }
        Ok(())
    }
}

fn request(asked: &Asked, number: E164, scope: DncScope) -> Request {
    Request {
        number,
        terms: Terms { scope, expires_at: None },
        source: DncSource::Import,
        reason: Some("the reason of a status in an imported history".to_owned()),
        text: Some(asked.reason.clone()),
        class: Some(asked.wish.class),
        received_at: asked.at,
    }
}
