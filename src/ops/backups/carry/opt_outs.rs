//! Opt-outs of people: consent that they denied, and email that they will not have.

use std::collections::{BTreeMap, BTreeSet};

use super::{Carried, CarryError, Here, There};
use crate::db::lead_changes::{self, LeadChanges};
use crate::db::models::leads::lead_emails::{self, NewEmail};
use crate::db::models::leads::{self, Lead, lead_identities};
use crate::db::types::Uid;
use crate::db::{Db, DbError, OrgId};
use crate::domain::leads::consent::{Consent, OptOut};
use crate::domain::leads::status::Status;
use crate::domain::phone::E164;
use crate::domain::timestamp::Timestamp;
use crate::ops::leads::delete::delete;
use crate::ops::leads::edit::field_audit;
use crate::ops::leads::edit::phone::OTHER;
use crate::ops::leads::keys::opt_out_of;
use crate::ops::leads::upsert::apply::inherit;
use crate::ops::leads::upsert::opt_outs::OptOuts;

/// Leads that are looked at together.
const TOGETHER: usize = 1000;

/// Somebody who opted out of something.
#[derive(Debug, Clone)]
pub(super) struct Person {
    uid: Uid,
    phone: Option<String>,
    phone_extension: String,
    emails: Vec<String>,
    opt_out: OptOut,
    /// What of it the do-not-call list does not say of the number already.
    unlisted: OptOut,
}

/// The leads of everybody who opted out, live, deleted or erased.
pub(super) fn ids(conn: &mut Db, org: OrgId) -> Result<Vec<i64>, DbError> {
    let mut ids = Vec::new();
    lead_identities::each_opted_out(conn, org, |lead| ids.push(lead.id))?;
    ids.sort_unstable();
    Ok(ids)
}

fn of_leads(conn: &mut Db, org: OrgId, ids: &[i64]) -> Result<Vec<Person>, DbError> {
    let mut further = lead_emails::of_leads(conn, org, ids)?;
    let mut leads = leads::by_ids(conn, org, ids)?;
    leads.sort_unstable_by_key(|lead| lead.id);
    let person = |lead: Lead| {
        let more = further.remove(&lead.id).unwrap_or_default().into_iter().map(|email| email.email);
        Person {
            uid: lead.uid,
            unlisted: unlisted(&lead),
            opt_out: opt_out_of(&lead),
            emails: lead.email.into_iter().chain(more).collect(),
            phone: lead.phone_number,
            phone_extension: lead.phone_extension,
        }
    };
    Ok(leads.into_iter().map(person).collect())
}

/// What a lead opted out of but for what its status says, which follows the list. Without a number there is none that could be listed.
fn unlisted(lead: &Lead) -> OptOut {
    let denied = lead.consent_status == Consent::Denied || (lead.status == Status::Dnc && lead.phone_number.is_none());
    OptOut { denied, ..opt_out_of(lead) }
}

/// Marks the leads of those who opted out there: that of the same origin, and all with the phone or one of the emails. By whatever nobody
/// here is known, such as a number that a lead got since, the person is kept as a deleted lead.
pub(super) fn carry(here: &mut Here<'_>, there: &mut There<'_>, carried: &mut Carried) -> Result<(), CarryError> {
    let ids = there.read(ids)?;
    for some in ids.chunks(TOGETHER) {
        let people = there.read(|conn, org| of_leads(conn, org, some))?;
        mark(here, &people, carried)?;
    }
    let mut known = OptOuts::load(here.conn, here.stamp.org)?;
    for some in ids.chunks(TOGETHER) {
        let people = there.read(|conn, org| of_leads(conn, org, some))?;
        keep_unknown(here, people, &mut known, carried)?;
    }
    Ok(())
}

fn mark(here: &mut Here<'_>, people: &[Person], carried: &mut Carried) -> Result<(), CarryError> {
    let (stamp, org) = (here.stamp, here.stamp.org);
    let by_uid: BTreeMap<Uid, i64> = {
        let uids: Vec<Uid> = people.iter().map(|person| person.uid).collect();
        leads::ids_by_uid(here.conn, org, &uids)?.into_iter().collect()
    };
    let phones: Vec<String> = people.iter().filter_map(|person| person.phone.clone()).collect();
    let emails: Vec<String> = people.iter().flat_map(|person| person.emails.clone()).collect();
    let mut by_phone: BTreeMap<String, Vec<i64>> = BTreeMap::new();
    let mut by_email: BTreeMap<String, Vec<i64>> = BTreeMap::new();
    for lead in lead_identities::identities_of(here.conn, org, &phones, &emails, &BTreeMap::new())? {
        lead.phone_number.into_iter().for_each(|phone| by_phone.entry(phone).or_default().push(lead.id));
        lead.email.into_iter().for_each(|email| by_email.entry(email).or_default().push(lead.id));
    }
    for (lead, email) in lead_emails::live_among(here.conn, org, &emails)? {
        by_email.entry(email).or_default().push(lead);
    }
    // What each lead here is to opt out of.
    let mut wanted: BTreeMap<i64, OptOut> = BTreeMap::new();
    for person in people {
        let own = by_uid.get(&person.uid).copied();
        let of_phone = person.phone.as_ref().and_then(|phone| by_phone.get(phone));
        let of_emails = person.emails.iter().filter_map(|email| by_email.get(email)).flatten();
        let others = of_phone.into_iter().flatten().chain(of_emails).copied();
        let all: BTreeSet<i64> = own.into_iter().chain(others).collect();
        for lead in &all {
            let before = wanted.entry(*lead).or_default();
            *before = before.or(person.unlisted);
        }
    }
    let ids: Vec<i64> = wanted.keys().copied().collect();
    let mut changes = LeadChanges::default();
    for mut lead in leads::by_ids_for_change(here.conn, org, &ids)? {
        let Some(opt_out) = wanted.get(&lead.id) else { continue };
        let fields = inherit(&mut lead, *opt_out, stamp.now);
        if fields.is_empty() {
            continue;
        }
        carried.opt_outs += 1;
        changes.audit.extend(fields.into_iter().map(|field| field_audit(lead.id, field, stamp)));
        lead.updated_at = stamp.now;
        lead.version += 1;
        changes.updated.push(lead);
    }
    changes.updated.sort_unstable_by_key(|lead| lead.id);
    lead_changes::write(here.conn, &changes, stamp)?;
    Ok(())
}

/// Keeps what people are known by there and no opt-out is known by here.
fn keep_unknown(
    here: &mut Here<'_>,
    people: Vec<Person>,
    known: &mut OptOuts,
    carried: &mut Carried,
) -> Result<(), CarryError> {
    let uids: Vec<Uid> = people.iter().map(|person| person.uid).collect();
    let by_uid: BTreeMap<Uid, i64> = leads::ids_by_uid(here.conn, here.stamp.org, &uids)?.into_iter().collect();
    for mut person in people {
        let is_here = by_uid.contains_key(&person.uid);
        let wanted = if is_here { person.unlisted } else { person.opt_out };
        let number = |phone: &String| E164::from_e164(phone);
        person.phone = person.phone.filter(|phone| !known.of(number(phone), None).covers(wanted));
        person.emails.retain(|email| !known.of(None, Some(email)).covers(wanted));
        if person.phone.is_none() && person.emails.is_empty() {
            continue;
        }
        known.add(person.phone.as_ref().and_then(number), None, wanted);
        person.emails.iter().for_each(|email| known.add(None, Some(email), wanted));
        person.opt_out = wanted;
        if is_here {
            person.uid = Uid::new();
        }
        bury(here, &person)?;
        carried.kept_deleted += 1;
    }
    Ok(())
}

/// Keeps an opt-out of somebody who is not here: as a deleted lead, with nothing but what the person is known by.
fn bury(here: &mut Here<'_>, person: &Person) -> Result<i64, CarryError> {
    let stamp = here.stamp;
    let id = leads::reserve_ids(here.conn, 1)?.pop().ok_or(DbError::Query(diesel::result::Error::NotFound))?;
    // A live lead is known by something. Of who was erased that is taken away again.
    let is_nobody = person.phone.is_none() && person.emails.is_empty();
    let external = is_nobody.then(|| person.uid.0.to_string());
    let consent = person.opt_out.ratchet(Consent::default());
    let mut emails = person.emails.iter();
    let lead = Lead {
        id,
        uid: person.uid,
        phone_number: person.phone.clone(),
        phone_extension: person.phone_extension.clone(),
        email: emails.next().cloned(),
        external_source: external.as_ref().map(|_| "restore".to_owned()),
        external_id: external,
        consent_status: consent,
        consent_at: (consent == Consent::Denied).then_some(stamp.now),
        email_opted_out_at: person.opt_out.email_opted_out_at.map(Timestamp::from_micros),
        ..Lead::blank(stamp.org, stamp.now)
    };
    let mut changes = LeadChanges { created: vec![lead.clone()], ..LeadChanges::default() };
    changes.emails.extend(emails.map(|email| NewEmail {
        organization_id: stamp.org.0,
        lead_id: id,
        email: email.clone(),
        kind: OTHER.to_owned(),
        created_at: stamp.now,
    }));
    lead_changes::write(here.conn, &changes, stamp)?;
    let mut buried = [lead];
    delete(here.conn, &mut buried, stamp)?;
    if let ([lead], true) = (&mut buried, is_nobody) {
        (lead.external_source, lead.external_id) = (None, None);
        lead.version += 1;
        leads::update(here.conn, lead)?;
    }
    Ok(id)
}

/// Makes a deleted lead of somebody who was erased and is not here, without anything that the person was known by.
pub(super) fn bury_erased(here: &mut Here<'_>, uid: Uid, opt_out: OptOut) -> Result<i64, CarryError> {
    let person =
        Person { uid, phone: None, phone_extension: String::new(), emails: Vec::new(), opt_out, unlisted: opt_out };
    bury(here, &person)
}
