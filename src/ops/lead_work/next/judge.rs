//! Which leads may be contacted now. The lists are asked as `dnc check` asks them, and the hours as `dnc callable` does.

use std::collections::HashMap;

use super::Ask;
use crate::db::models::dnc::dnc_entries::DncEntry;
use crate::db::models::lead_work::next::contacts::Contact;
use crate::db::models::lead_work::next::recommendations::{self, Standing};
use crate::db::models::leads::lead_phones;
use crate::db::{Db, DbError, OrgId};
use crate::domain::dnc::hours::{Callable, strictest};
use crate::domain::dnc::{Channel, Verdict};
use crate::domain::lead_work::next::left_out::{Known, LeftOut, left_out};
use crate::domain::lead_work::next::{Arm, ContactChannel};
use crate::domain::phone::reading::Reading;
use crate::domain::phone::{E164, PhoneProblem};
use crate::domain::timestamp::Timestamp;
use crate::ops::dnc::hours::Homes;
use crate::ops::dnc::lists::Lists;

/// What is said of a lead.
#[derive(Debug)]
pub struct Said {
    pub left_out: Option<LeftOut>,
    /// The number or the address by which it is reached.
    pub reach: Option<String>,
    /// The group of the comparison in which it is.
    pub arm: Option<Arm>,
}

/// Why leads may not be contacted by a channel at any hour; those that may are not among them.
///
/// # Errors
/// The database cannot be read.
pub fn barred(
    conn: &mut Db,
    org: OrgId,
    now: Timestamp,
    channel: ContactChannel,
    leads: &[Contact],
) -> Result<HashMap<i64, LeftOut>, DbError> {
    let ask = Ask { person: None, channel, limit: 0, at_any_hour: true, holdout: None };
    let said = Judge::open(conn, &ask, org, now)?.judge(conn, leads.iter())?;
    let of_person = |(lead, said): (i64, Said)| Some((lead, said.left_out.filter(|why| why.is_of_the_person())?));
    Ok(said.into_iter().filter_map(of_person).collect())
}

/// Asks the lists and the clocks.
pub struct Judge<'a> {
    pub ask: &'a Ask,
    org: OrgId,
    now: Timestamp,
    /// None for emails, which no list of numbers forbids.
    lists: Option<Lists<DncEntry>>,
}

impl<'a> Judge<'a> {
    /// Opens the lists.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn open(conn: &mut Db, ask: &'a Ask, org: OrgId, now: Timestamp) -> Result<Judge<'a>, DbError> {
        let channel = match ask.channel {
            ContactChannel::Call => Some(Channel::Calls),
            ContactChannel::Sms => Some(Channel::Texts),
            ContactChannel::Email => None,
        };
        let lists = channel.map(|channel| Lists::open(conn, org, Some(channel), now)).transpose()?;
        Ok(Judge { ask, org, now, lists })
    }

    /// Looks leads up together.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn judge<'b>(
        &mut self,
        conn: &mut Db,
        leads: impl Iterator<Item = &'b Contact> + Clone,
    ) -> Result<HashMap<i64, Said>, DbError> {
        let ids: Vec<i64> = leads.clone().map(|lead| lead.id).collect();
        let standing = recommendations::standing(conn, self.org, &ids, self.now)?;
        let numbers = self.numbers(conn, leads.clone(), &ids)?;
        let read: Vec<Result<Reading, PhoneProblem>> = match &mut self.lists {
            None => Vec::new(),
            Some(lists) => {
                let all: Vec<E164> = numbers.values().flatten().copied().collect();
                lists.look_up(conn, &all)?;
                all.into_iter().map(|number| Ok(number.into())).collect()
            }
        };
        let homes = match self.ask.at_any_hour {
            true => Homes::default(),
            false => Homes::of_numbers(conn, self.org, read.iter())?,
        };
        let of = |lead: &Contact| {
            let standing = standing.get(&lead.id).copied().unwrap_or_default();
            let numbers = numbers.get(&lead.id).map(Vec::as_slice).unwrap_or_default();
            (lead.id, self.said(lead, numbers, standing, &homes))
        };
        Ok(leads.map(of).collect())
    }

    /// The numbers of each lead, the one to call first.
    fn numbers<'b>(
        &self,
        conn: &mut Db,
        leads: impl Iterator<Item = &'b Contact>,
        ids: &[i64],
    ) -> Result<HashMap<i64, Vec<E164>>, DbError> {
        if self.lists.is_none() {
            return Ok(HashMap::new());
        }
        let further = lead_phones::of_leads(conn, self.org, ids)?;
        let of = |lead: &Contact| {
            let further = further.get(&lead.id).into_iter().flatten().map(|phone| &phone.phone_number);
            let all = lead.phone_number.iter().chain(further).filter_map(|number| E164::from_e164(number));
            (lead.id, all.collect())
        };
        Ok(leads.map(of).collect())
    }

    fn said(&self, lead: &Contact, numbers: &[E164], standing: Standing, homes: &Homes) -> Said {
        let first = numbers.first();
        let known = Known {
            status: lead.status,
            consent: lead.consent,
            has_number: first.is_some(),
            has_email: lead.email.is_some(),
            is_opted_out_of_email: lead.email_opted_out_at.is_some(),
            verdict: self.verdict(numbers),
            callable: self.callable(numbers, homes),
            outcome: standing.outcome,
            is_held_out: standing.arm == Some(Arm::HeldOut),
        };
        let reach = match self.ask.channel {
            ContactChannel::Email => lead.email.clone(),
            ContactChannel::Call | ContactChannel::Sms => first.map(E164::to_string),
        };
        Said { left_out: left_out(&known, self.ask.channel), reach, arm: standing.arm }
    }

    /// The worst that the lists say of the numbers of a lead: somebody who may not be called at one number may not be called.
    fn verdict(&self, numbers: &[E164]) -> Option<Verdict> {
        let lists = self.lists.as_ref()?;
        numbers.iter().map(|number| lists.judge(&Ok(Reading::from(*number))).verdict).reduce(Verdict::worse)
    }

    /// Whether it is the hour for all of the numbers, as filters say it; `None` when nobody asks.
    fn callable(&self, numbers: &[E164], homes: &Homes) -> Option<Callable> {
        let of = |number: &E164| homes.judge(&Ok(Reading::from(*number)), self.now).callable;
        (!self.ask.at_any_hour && !numbers.is_empty()).then(|| strictest(numbers.iter().map(of)))
    }
}
