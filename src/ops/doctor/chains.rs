//! Chains of hashes: ledgers, and certificates of scrubs.

use std::sync::atomic::AtomicBool;

use super::Scope;
use super::finding::Finding;
use crate::db::models::access::organizations::Organization;
use crate::db::models::dnc::dnc_scrubs::{self, Link};
use crate::db::models::money::budget_accounts::{self, BudgetAccount};
use crate::db::models::money::budget_transactions::{self, TransactionFilter};
use crate::db::{Db, DbError, OrgId};
use crate::domain::dnc::certificates::{NO_HASH, Subject as Of, hash_of, read};
use crate::domain::doctor::{Severity, Subject};
use crate::ops::dnc::scrubs::known_keys;
use crate::ops::money::budget;

/// Transactions that a quick look goes through; of larger ledgers it looks at the last ones.
const SHORT_LEDGER: i64 = 5000;
/// Certificates that a quick look goes through: the latest.
const LATEST: i64 = 20;
/// How a chain is put right that was changed: not at all.
const NO_MENDING: &str = "no call puts a chain right: look what was changed, and go back to a backup";

pub(super) fn ledger(conn: &mut Db, org: &Organization, scope: &Scope) -> Result<Vec<Finding>, DbError> {
    let org = org.org_id();
    let accounts = budget_accounts::all(conn, org)?;
    let finding = |what: String| {
        let message = format!("a ledger is not as it was booked: {what}; {NO_MENDING}");
        Finding::new(Subject::Ledger, Severity::Critical, message).mended_by(["crmctl", "budget", "verify"])
    };
    let transactions: i64 = accounts.iter().map(|account| account.sequence.max(0)).fold(0, i64::saturating_add);
    if scope.full || transactions <= SHORT_LEDGER {
        let verified = budget::verify(conn, org, None, None, &AtomicBool::new(false), &mut |_, _| {})?;
        let told = verified.faults.first().map(|first| {
            let count = verified.faults.len();
            finding(format!(
                "{}, number {}: {} ({count} in all)",
                first.account, first.found.sequence, first.found.what
            ))
        });
        return Ok(told.into_iter().collect());
    }
    let mut findings = Vec::new();
    for account in &accounts {
        findings.extend(end_of(conn, org, account)?.map(&finding));
    }
    Ok(findings)
}

/// What is wrong with the end of a ledger.
fn end_of(conn: &mut Db, org: OrgId, account: &BudgetAccount) -> Result<Option<String>, DbError> {
    let filter = TransactionFilter { account: Some(account.id), last: Some(1), ..TransactionFilter::default() };
    let last = budget_transactions::some(conn, org, &filter)?.pop();
    let end = last.map(|last| (last.sequence, last.balance_after_cents, last.hash));
    let is_its = match &end {
        None => account.sequence == 0,
        Some((sequence, balance, hash)) => {
            (*sequence, *balance, hash) == (account.sequence, account.balance_cents, &account.head_hash)
        }
    };
    Ok((!is_its).then(|| format!("{} does not end with its last transaction", account.name)))
}

pub(super) fn certificates(conn: &mut Db, org: &Organization, scope: &Scope) -> Result<Vec<Finding>, DbError> {
    let limit = if scope.full { i64::MAX } else { LATEST };
    let links = dnc_scrubs::latest_links(conn, org.org_id(), limit)?;
    let keys = known_keys(conn, org.org_id())?;
    let is_whole = scope.full || (links.len() as i64) < LATEST;
    let mut faults = broken_links(&links, is_whole);
    for link in &links {
        let fault = match read(link.certificate.as_bytes()) {
            Err(why) => Some(why),
            Ok(it) if it.certificate.sequence != link.sequence => {
                Some(format!("it says of itself that it is number {}", it.certificate.sequence))
            }
            Ok(it) => {
                let found = it.finding(Of::Certificate, "", &keys);
                (!found.is_good()).then_some(found.detail)
            }
        };
        faults.extend(fault.map(|fault| (link.sequence, fault)));
    }
    let count = faults.len();
    let told = faults.into_iter().min_by_key(|(sequence, _)| *sequence).map(|(sequence, fault)| {
        let message =
            format!("the certificates of scrubs are not as they were signed: number {sequence}: {fault} ({count} in all); {NO_MENDING}");
        Finding::new(Subject::Certificates, Severity::Critical, message)
    });
    Ok(told.into_iter().collect())
}

/// Links that do not hold the one before, each by its sequence; whether the first is the first of the organization.
fn broken_links(links: &[Link], is_whole: bool) -> Vec<(i64, String)> {
    let mut faults = Vec::new();
    let mut before: Option<(i64, &[u8])> = is_whole.then_some((0, &NO_HASH));
    for link in links {
        if link.hash != hash_of(link.certificate.as_bytes()) {
            faults.push((link.sequence, "its hash is another one's".to_owned()));
        }
        match before {
            Some((sequence, _)) if link.sequence != sequence + 1 => {
                faults.push((link.sequence, format!("number {} is missing before it", link.sequence - 1)));
            }
            Some((sequence, hash)) if link.previous_hash != hash => {
                faults.push((link.sequence, format!("it was signed after another one than number {sequence}")));
            }
            _ => {}
        }
        before = Some((link.sequence, &link.hash));
    }
    faults
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chain(length: i64) -> Vec<Link> {
        let mut links: Vec<Link> = Vec::new();
        for sequence in 1..=length {
            let certificate = format!("certificate {sequence}");
            let previous_hash = links.last().map_or(NO_HASH.to_vec(), |link| link.hash.clone());
            let hash = hash_of(certificate.as_bytes()).to_vec();
            links.push(Link { sequence, certificate, previous_hash, hash });
        }
        links
    }

    #[test]
    fn every_change_of_a_chain_is_found() {
        assert!(broken_links(&chain(4), true).is_empty() && broken_links(&chain(4)[2..], false).is_empty());
        let at = |change: fn(&mut Vec<Link>)| -> Vec<i64> {
            let mut links = chain(4);
            change(&mut links);
            broken_links(&links, true).into_iter().map(|(sequence, _)| sequence).collect()
        };
        assert_eq!(at(|links| links[1].certificate.push('x')), [2]);
        assert_eq!(at(|links| links[1].hash[0] ^= 1), [2, 3]);
        assert_eq!(at(|links| links[2].previous_hash[31] ^= 128), [3]);
        assert_eq!(at(|links| drop(links.remove(0))), [2]);
        assert_eq!(at(|links| drop(links.remove(2))), [4]);
    }
}
