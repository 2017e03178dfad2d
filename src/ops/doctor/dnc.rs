//! Whether the do-not-call list and what follows it agree.

use std::collections::{BTreeMap, HashSet};

use super::Scope;
use super::finding::{Finding, some_of};
use super::leads::looked_at;
use crate::db::models::access::organizations::{self, Organization};
use crate::db::models::dnc::{dnc_list, dnc_requests, dnc_spellings};
use crate::db::{Db, DbError, OrgId, Statement, act_for};
use crate::domain::dnc::DncScope;
use crate::domain::doctor::{Repair, Severity, Subject};
use crate::domain::timestamp::Timestamp;
use crate::ops::dnc::{barred_at, numbers_of, released};

/// Entries of the list that a quick look reads: the latest.
const SAMPLE: i64 = 2000;

/// Leads that are compared with the list together.
const TOGETHER: i64 = 5000;

/// The live leads for which a condition on `l` holds, each with whether its status is `dnc`.
fn leads(conn: &mut Db, org: OrgId, condition: Statement) -> Result<Vec<(i64, bool)>, DbError> {
    let rows = Statement::new(
        "SELECT l.id, CASE l.status WHEN 'dnc' THEN 1 ELSE 0 END FROM leads l WHERE l.organization_id = ",
    )
    .org(org)
    .sql(" AND l.deleted_at IS NULL AND ")
    .then(condition)
    .rows(conn)?;
    Ok(rows.iter().filter_map(|row| Some((row.at(0).number()?, row.at(1).number()? == 1))).collect())
}

/// Leads whose status does not say whether a number of theirs is listed, and whether one is: by looking each number up, for the tables
/// side by side would take as long as both are long.
fn out_of_line(conn: &mut Db, org: OrgId, scope: &Scope) -> Result<Vec<(i64, bool)>, DbError> {
    let mut stray = Vec::new();
    let mut compare = |conn: &mut Db, leads: Vec<(i64, bool)>| -> Result<(), DbError> {
        let ids: Vec<i64> = leads.iter().map(|(lead, _)| *lead).collect();
        let barred = barred_at(conn, org, &ids, scope.now)?;
        let strays = leads.into_iter().filter(|(lead, is_dnc)| barred.contains(lead) != *is_dnc);
        stray.extend(strays.map(|(lead, is_dnc)| (lead, !is_dnc)));
        Ok(())
    };
    for (first, last) in looked_at(conn, org, scope)? {
        for from in (first..=last).step_by(TOGETHER as usize) {
            let to = last.min(from + TOGETHER - 1);
            let range = Statement::new("l.id BETWEEN ").number(from).sql(" AND ").number(to);
            let some = leads(conn, org, range)?;
            compare(conn, some)?;
        }
    }
    if !scope.full {
        // Leads with one of the numbers that were listed last, wherever they stand.
        let last = dnc_list::last_id(conn, org)?;
        let listed = Statement::new("l.status <> 'dnc' AND l.phone_number IS NOT NULL AND l.phone_number IN (SELECT e.phone_number FROM dnc_list e WHERE e.organization_id = ")
            .org(org)
            .sql(" AND e.removed_at IS NULL AND e.id > ")
            .number(last - SAMPLE)
            .sql(")");
        let some = leads(conn, org, listed)?;
        compare(conn, some)?;
    }
    stray.sort_unstable();
    stray.dedup();
    Ok(stray)
}

pub(super) fn status(conn: &mut Db, org: &Organization, scope: &Scope) -> Result<Vec<Finding>, DbError> {
    let stray = out_of_line(conn, org.org_id(), scope)?;
    let of = |is_listed: bool| -> Vec<i64> {
        stray.iter().filter(|(_, listed)| *listed == is_listed).map(|(lead, _)| *lead).collect()
    };
    let (listed, not_listed) = (of(true), of(false));
    let released = released(conn, org.org_id(), &not_listed)?;
    let (free, barred): (Vec<i64>, Vec<i64>) = not_listed.into_iter().partition(|lead| released.contains(lead));
    let finding = |severity, what: &str, leads: &[i64]| {
        let ids: Vec<String> = leads.iter().map(i64::to_string).collect();
        Finding::new(Subject::DncStatus, severity, format!("{what}: {}", some_of(&ids)))
    };
    let mut findings = Vec::new();
    if !listed.is_empty() {
        let what = "leads have a listed number, and not the status dnc";
        findings.push(finding(Severity::Critical, what, &listed).mended_by(["crmctl", "dnc", "expire"]));
    }
    if !free.is_empty() {
        let what = "leads have the status dnc, and their numbers were taken off the list";
        findings.push(finding(Severity::Warning, what, &free).mended_by(["crmctl", "dnc", "expire"]));
    }
    if !barred.is_empty() {
        let what = "leads have the status dnc, and their numbers are not on the list, though nobody took them off; they stay so until \
                    their numbers are listed, and removed by who knows that they may be called";
        let some = barred.get(..SHOWN).unwrap_or(&barred);
        let mut numbers: Vec<String> =
            numbers_of(conn, org.org_id(), some)?.into_iter().map(|(_, number)| number).collect();
        numbers.sort_unstable();
        numbers.dedup();
        let stay = finding(Severity::Warning, what, &barred);
        findings.push(if numbers.is_empty() { stay } else { stay.mended_by(listing(&numbers)) });
    }
    Ok(findings)
}

/// The call that lists numbers.
fn listing(numbers: &[String]) -> Vec<String> {
    ["crmctl", "dnc", "add"].map(str::to_owned).into_iter().chain(numbers.iter().cloned()).collect()
}

/// Honoured requests whose entries are gone: of all, for whoever asked not to be called may be called.
pub(super) fn lost(conn: &mut Db, org: &Organization, _: &Scope) -> Result<Vec<Finding>, DbError> {
    let mut by_scope: BTreeMap<DncScope, Vec<String>> = BTreeMap::new();
    for (number, scope) in dnc_requests::without_entry(conn, org.org_id())? {
        by_scope.entry(scope).or_default().push(number);
    }
    let finding = |(scope, numbers): (DncScope, Vec<String>)| {
        let count = numbers.len();
        let some = numbers.get(..SHOWN).unwrap_or(&numbers);
        let message = format!(
            "numbers whose owners asked not to be contacted, as was granted, are not on the list, and nobody took them off: {count}; \
             list them again: {}{}",
            some.join(", "),
            if count > some.len() {
                format!(" and {} more, which the next call tells", count - some.len())
            } else {
                String::new()
            }
        );
        let mut call = listing(some);
        if scope != DncScope::All {
            call.extend(["--scope".to_owned(), scope.to_string()]);
        }
        Finding::new(Subject::DncList, Severity::Critical, message).mended_by(call)
    };
    Ok(by_scope.into_iter().map(finding).collect())
}

pub(super) fn spellings(conn: &mut Db, org: &Organization, scope: &Scope) -> Result<Vec<Finding>, DbError> {
    let org = org.org_id();
    let after = if scope.full { 0 } else { dnc_list::last_id(conn, org)? - SAMPLE };
    let missing = dnc_spellings::count_missing(conn, org, after)?;
    if missing == 0 {
        return Ok(Vec::new());
    }
    let message = format!(
        "numbers are listed, and not by the other spellings that reach their subscribers: {missing} are missing"
    );
    Ok(vec![Finding::new(Subject::DncSpellings, Severity::Critical, message).repaired_by(Repair::DncSpellings)])
}

/// Requests and numbers that are told one by one.
const SHOWN: usize = 20;

pub(super) fn requests(conn: &mut Db, org: &Organization, scope: &Scope) -> Result<Vec<Finding>, DbError> {
    let mut late = dnc_requests::undecided(conn, org.org_id())?;
    late.retain(|request| request.due_at < scope.now);
    let finding = |message: String| Finding::new(Subject::Requests, Severity::Error, message);
    let one = |request: &dnc_requests::DncRequest| {
        let message = format!(
            "request {} was due on {}, and nobody has decided it: honour it, or dismiss it",
            request.id,
            request.due_at.to_jiff()
        );
        finding(message).mended_by(["crmctl", "dnc", "decide", &request.id.to_string(), "honour"])
    };
    let mut findings: Vec<Finding> = late.iter().take(SHOWN).map(one).collect();
    let more = late.len().saturating_sub(SHOWN);
    if more > 0 {
        let message = format!("{more} more requests are past their deadline");
        findings.push(finding(message).mended_by(["crmctl", "dnc", "due", "--overdue"]));
    }
    Ok(findings)
}

/// The live numbers of an organization, and those of them that it wishes itself.
fn listed(conn: &mut Db, org: OrgId, now: Timestamp) -> Result<(HashSet<String>, Vec<String>), DbError> {
    let (mut all, mut own) = (HashSet::new(), Vec::new());
    Statement::new(
        "SELECT phone_number, CASE origin WHEN 'own' THEN 1 ELSE 0 END FROM dnc_list WHERE organization_id = ",
    )
    .org(org)
    .sql(" AND removed_at IS NULL AND (expires_at IS NULL OR expires_at > ")
    .time(now)
    .sql(") ORDER BY id")
    .each_row(conn, |row| -> Result<(), DbError> {
        if let Some(number) = row.at(0).text() {
            own.extend((row.at(1).number() == Some(1)).then(|| number.to_owned()));
            all.insert(number.to_owned());
        }
        Ok(())
    })?;
    Ok((all, own))
}

/// Numbers that a member of a group lists and another does not: the group, the first of its members by id, and the numbers. It goes on
/// in no organization in particular.
pub(super) fn missing_in_groups(conn: &mut Db, now: Timestamp) -> Result<Vec<(String, OrgId, Vec<String>)>, DbError> {
    let mut groups: BTreeMap<String, Vec<OrgId>> = BTreeMap::new();
    for org in organizations::all(conn)?.into_iter().filter(|org| !org.group_slug.is_empty()) {
        groups.entry(org.group_slug.clone()).or_default().push(org.org_id());
    }
    let mut found = Vec::new();
    for (group, members) in groups {
        let mut lists = Vec::new();
        for member in &members {
            act_for(conn, *member)?;
            lists.push(listed(conn, *member, now)?);
        }
        let wished = lists.iter().flat_map(|(_, own)| own);
        let mut missing: Vec<String> =
            wished.filter(|number| lists.iter().any(|(all, _)| !all.contains(*number))).cloned().collect();
        missing.sort_unstable();
        missing.dedup();
        if let (Some(first), false) = (members.iter().min_by_key(|org| org.0), missing.is_empty()) {
            found.push((group, *first, missing));
        }
    }
    Ok(found)
}

pub(super) fn groups(conn: &mut Db, scope: &Scope) -> Result<Vec<Finding>, DbError> {
    let finding = |(group, _, numbers): (String, OrgId, Vec<String>)| {
        let message = format!(
            "a member of the group {group} lists numbers that another does not list, so many: {}",
            numbers.len()
        );
        Finding::new(Subject::DncGroups, Severity::Critical, message).repaired_by(Repair::DncGroups)
    };
    Ok(missing_in_groups(conn, scope.now)?.into_iter().map(finding).collect())
}
