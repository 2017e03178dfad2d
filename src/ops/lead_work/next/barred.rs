//! Open tasks about people who may not be contacted as they want it.

use std::collections::{HashMap, HashSet};

use super::judge;
use crate::db::models::dnc::dnc_spellings;
use crate::db::models::lead_work::next::contacts::{self, Contact};
use crate::db::models::lead_work::next::tasks::{self, Task, TaskFilter};
use crate::db::models::leads::{self, lead_identities, lead_merges, lead_phones};
use crate::db::{Db, DbError, OrgId};
use crate::domain::lead_work::next::ContactChannel;
use crate::domain::lead_work::next::left_out::LeftOut;
use crate::domain::leads::consent::Consent;
use crate::domain::timestamp::Timestamp;

/// Why the leads of the open ones of these tasks may not be contacted as they want it, by the ids of the tasks. Of what is no contact by
/// phone or email a denied consent alone is told.
///
/// # Errors
/// The database cannot be read.
pub fn of_tasks(conn: &mut Db, org: OrgId, now: Timestamp, tasks: &[Task]) -> Result<HashMap<i64, LeftOut>, DbError> {
    let open: Vec<&Task> = tasks.iter().filter(|task| task.done_at.is_none()).collect();
    let ids: Vec<i64> = open.iter().map(|task| task.lead_id).collect();
    let survivors = lead_merges::survivors(conn, org, &ids)?;
    let leads: HashSet<i64> = survivors.values().copied().collect();
    let leads = contacts::of_ids(conn, org, &leads.into_iter().collect::<Vec<_>>())?;
    let mut found = HashMap::new();
    for channel in std::iter::once(None).chain(ContactChannel::ALL.iter().copied().map(Some)) {
        let theirs: Vec<(i64, i64)> = open
            .iter()
            .filter(|task| task.kind.channel() == channel)
            .filter_map(|task| Some((task.id, *survivors.get(&task.lead_id)?)))
            .collect();
        let asked: HashSet<i64> = theirs.iter().map(|(_, lead)| *lead).collect();
        let asked: Vec<Contact> = leads.iter().filter(|lead| asked.contains(&lead.id)).cloned().collect();
        let why = match channel {
            _ if asked.is_empty() => continue,
            Some(channel) => judge::barred(conn, org, now, channel, &asked)?,
            None => {
                let denied = asked.iter().filter(|lead| lead.consent == Consent::Denied);
                denied.map(|lead| (lead.id, LeftOut::ConsentDenied)).collect()
            }
        };
        found.extend(theirs.into_iter().filter_map(|(task, lead)| Some((task, *why.get(&lead)?))));
    }
    Ok(found)
}

/// Of so few numbers the leads are looked up; of more, all open tasks are read.
const FEW: usize = 100;

/// The leads with one of these numbers, and those that were merged into them.
fn leads_with(conn: &mut Db, org: OrgId, numbers: &[String]) -> Result<Vec<i64>, DbError> {
    let mut ids: Vec<i64> = leads::live_by_phones(conn, org, numbers)?.into_iter().map(|lead| lead.id).collect();
    ids.extend(lead_identities::with_further_numbers(conn, org, numbers)?);
    ids.extend(lead_merges::absorbed_by_any(conn, org, &ids)?.into_keys());
    Ok(ids)
}

/// The open tasks about leads with one of these numbers, in whatever spelling, which a do-not-call list keeps from being contacted as they
/// want it, by id.
///
/// # Errors
/// The database cannot be read.
pub fn of_numbers(conn: &mut Db, org: OrgId, now: Timestamp, numbers: &[String]) -> Result<Vec<i64>, DbError> {
    let all = dnc_spellings::with_others(numbers);
    let leads = match numbers.len() <= FEW {
        true => Some(leads_with(conn, org, &all)?),
        false => None,
    };
    let tasks = tasks::some(conn, org, &TaskFilter { leads, ..TaskFilter::default() })?;
    let numbers: HashSet<String> = all.into_iter().collect();
    let ids: Vec<i64> = tasks.iter().map(|task| task.lead_id).collect();
    let survivors = lead_merges::survivors(conn, org, &ids)?;
    let leads: Vec<i64> = survivors.values().copied().collect::<HashSet<i64>>().into_iter().collect();
    let further = lead_phones::of_leads(conn, org, &leads)?;
    let has = |lead: &Contact| {
        let further = further.get(&lead.id).into_iter().flatten().map(|phone| &phone.phone_number);
        lead.phone_number.iter().chain(further).any(|number| numbers.contains(number))
    };
    let with: HashSet<i64> =
        contacts::of_ids(conn, org, &leads)?.iter().filter(|lead| has(lead)).map(|lead| lead.id).collect();
    let is_theirs = |task: &Task| survivors.get(&task.lead_id).is_some_and(|lead| with.contains(lead));
    let theirs: Vec<Task> = tasks.into_iter().filter(is_theirs).collect();
    let barred = of_tasks(conn, org, now, &theirs)?.into_iter();
    let mut found: Vec<i64> = barred.filter(|(_, why)| *why == LeftOut::OnList).map(|(task, _)| task).collect();
    found.sort_unstable();
    Ok(found)
}
