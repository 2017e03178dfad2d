//! Walking through the ledger of an account, from its first transaction to its head: what was altered, is missing, was
//! inserted or cut off.

use std::collections::VecDeque;

use super::{AccountIdentity, Transaction};

vocabulary! {
    /// What is wrong with a transaction.
    Fault {
        /// It is not as it was written.
        Altered = "altered",
        /// It is not there, and later ones are.
        Missing = "missing",
        /// It is there, and the chain does not lead through it.
        Inserted = "inserted",
        /// It is not there, and it was the last, or one of the last.
        CutOff = "cut_off",
        /// The account's own sequence, balance or head hash is not that of its last transaction.
        HeadAltered = "head_altered",
    }
}

/// A fault and the transaction that has it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Found {
    pub sequence: i64,
    pub fault: Fault,
    pub what: String,
}

/// The end of the chain, as the account has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    pub sequence: i64,
    pub balance_cents: i64,
    pub hash: Vec<u8>,
}

/// So many transactions that were put in or taken out at one place are recognised when all later ones were renumbered.
const SHIFTS: i64 = 16;

/// So many of the transactions that are missing, cut off or put in together are named one by one.
const NAMED: i64 = 1000;

/// A walk through the transactions of an account in the order of their sequence.
pub struct Walk<'a> {
    account: &'a AccountIdentity,
    head: Head,
    /// The hashes of the last transactions, the latest in front, each with the balance behind it; at their end, at first, the
    /// origin.
    behind: VecDeque<(Vec<u8>, i64)>,
    /// The sequence of the latest transaction.
    latest: i64,
    /// So much the sequences are greater than those that were hashed, because transactions were put in.
    shift: i64,
    /// The hash of the transaction that the head names.
    at_head: Option<Vec<u8>>,
    /// Whether the latest transaction is known to be at fault, so that nothing follows from it.
    is_faulty: bool,
    found: Vec<Found>,
    count: u64,
}

impl<'a> Walk<'a> {
    pub fn new(account: &'a AccountIdentity, head: Head) -> Walk<'a> {
        Walk {
            account,
            head,
            behind: VecDeque::from([(account.origin().to_vec(), 0)]),
            latest: 0,
            shift: 0,
            at_head: None,
            is_faulty: false,
            found: Vec::new(),
            count: 0,
        }
    }

    /// How many transactions there were.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// The next transaction, with the hash that is stored beside it.
    pub fn take(&mut self, row: &Transaction, hash: &[u8]) {
        self.count += 1;
        if row.sequence <= self.latest {
            self.tell(row.sequence, Fault::Inserted, "no transaction has this sequence".to_owned());
            return;
        }
        let is_next = row.sequence - 1 == self.latest;
        if !is_next {
            let first = self.latest.saturating_add(1);
            self.tell_each(first, row.sequence - 1, Fault::Missing, "it is not there, and later ones are");
        }
        let is_own = row.hash_as(self.account, row.sequence.wrapping_sub(self.shift)) == hash;
        let is_linked = self.behind.front().is_some_and(|(before, _)| *before == row.previous_hash);
        let is_at_fault = match (is_own, is_next && !is_linked) {
            (true, false) => !self.adds_up(row, is_next),
            (true, true) => {
                self.blame_the_one_before(row.sequence);
                false
            }
            (false, _) => !self.was_renumbered(row, hash),
        };
        if is_at_fault && !is_own {
            let what = "its hash is not that of what it holds".to_owned();
            self.tell(row.sequence, Fault::Altered, what);
        }
        self.is_faulty = is_at_fault;
        self.latest = row.sequence;
        if row.sequence.wrapping_sub(self.shift) == self.head.sequence {
            self.at_head = Some(hash.to_vec());
        }
        self.behind.push_front((hash.to_vec(), row.balance_after_cents));
        self.behind.truncate(SHIFTS as usize + 2);
    }

    /// Ends the walk and returns what was found, by sequence.
    pub fn end(mut self) -> Vec<Found> {
        let (last, balance) = self.behind.front().cloned().unwrap_or_default();
        let chained = self.latest.saturating_sub(self.shift);
        let head = self.head.clone();
        if last == head.hash && chained != head.sequence {
            let what = format!("the account counts {} transactions, and its head is number {chained}", head.sequence);
            self.tell(self.latest, Fault::HeadAltered, what);
        } else if chained < head.sequence {
            let what = "the account counts it, and it is not there";
            self.tell_each(chained.saturating_add(1), head.sequence, Fault::CutOff, what);
        } else if chained > head.sequence && self.at_head.as_deref() == Some(&head.hash) {
            let first = head.sequence.saturating_add(self.shift).saturating_add(1);
            self.tell_each(first, self.latest, Fault::Inserted, "it stands behind the account's last transaction");
        } else if last != head.hash && !self.is_faulty {
            let what = "its hash is not the account's head: it was altered, or the head was".to_owned();
            self.tell(self.latest, Fault::Altered, what);
        }
        if last == head.hash && balance != head.balance_cents && !self.is_faulty {
            let what = "the account's balance is not that behind its last transaction".to_owned();
            self.tell(self.latest, Fault::HeadAltered, what);
        }
        self.found.sort_by_key(|found| found.sequence);
        self.found
    }

    fn tell(&mut self, sequence: i64, fault: Fault, what: String) {
        self.found.push(Found { sequence, fault, what });
    }

    /// Tells of all transactions from one to another; of a great many the last ones together.
    fn tell_each(&mut self, first: i64, last: i64, fault: Fault, what: &str) {
        let end = last.min(first.saturating_add(NAMED - 1));
        for sequence in first..=end {
            self.tell(sequence, fault, what.to_owned());
        }
        if end < last {
            self.tell(end.saturating_add(1), fault, format!("{what}, and so are all others up to number {last}"));
        }
    }

    /// Whether the balances follow from those before; tells when they do not.
    fn adds_up(&mut self, row: &Transaction, is_next: bool) -> bool {
        let before = self.behind.front().map_or(0, |(_, balance)| *balance);
        let continues = !is_next || self.is_faulty || before == row.balance_before_cents;
        let adds_up = row.adds_up();
        if !adds_up || !continues {
            let what = match adds_up {
                false => "its balances do not differ by its amount",
                true => "its balance before is not the one behind the transaction before",
            };
            self.tell(row.sequence, Fault::Altered, what.to_owned());
        }
        adds_up && continues
    }

    /// A transaction whose hash fits, and that continues another one than the one before: that one was written anew.
    fn blame_the_one_before(&mut self, sequence: i64) {
        if self.is_faulty {
            return;
        }
        match sequence - 1 {
            0 => self.tell(sequence, Fault::Altered, "it does not begin the chain of this account".to_owned()),
            before => {
                let what = "the transaction behind it continues another one: it was altered, with its hash".to_owned();
                self.tell(before, Fault::Altered, what);
            }
        }
    }

    /// Whether the hash fits under another sequence: transactions before it were put in or taken out, and it was
    /// renumbered. Tells which.
    fn was_renumbered(&mut self, row: &Transaction, hash: &[u8]) -> bool {
        if self.behind.front().is_some_and(|(before, _)| before == hash) {
            self.tell(row.sequence, Fault::Inserted, "it is a copy of the transaction before".to_owned());
            self.shift += 1;
            return true;
        }
        for by in 1..=SHIFTS {
            let chained = row.sequence.wrapping_sub(self.shift);
            if row.hash_as(self.account, chained.wrapping_sub(by)) == hash {
                self.found.retain(|found| found.sequence < row.sequence - by || found.sequence >= row.sequence);
                for sequence in row.sequence - by..row.sequence {
                    self.tell(sequence, Fault::Inserted, "the chain does not lead through it".to_owned());
                }
                self.shift += by;
                return true;
            }
            if row.hash_as(self.account, chained.wrapping_add(by)) == hash {
                let before = row.sequence;
                let what =
                    format!("{by} before the one that is now number {before} are missing, and later ones renumbered");
                self.tell(before, Fault::Missing, what);
                self.shift -= by;
                return true;
            }
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{account, ledger};
    use super::*;
    use proptest::prelude::*;

    type Row = (Transaction, Vec<u8>);

    fn head_of(rows: &[Row]) -> Head {
        let (last, hash) = rows.last().unwrap();
        Head { sequence: last.sequence, balance_cents: last.balance_after_cents, hash: hash.clone() }
    }

    fn walked(rows: &[Row], head: &Head) -> Vec<(i64, Fault)> {
        let account = account();
        let mut walk = Walk::new(&account, head.clone());
        rows.iter().for_each(|(row, hash)| walk.take(row, hash));
        walk.end().into_iter().map(|found| (found.sequence, found.fault)).collect()
    }

    fn sample() -> (Vec<Row>, Head) {
        let rows = ledger(&[100_000, -2_500, -300, 4_000, -150, -700, 10]);
        let head = head_of(&rows);
        (rows, head)
    }

    #[test]
    fn a_sound_ledger_has_no_faults() {
        let (rows, head) = sample();
        assert_eq!(walked(&rows, &head), []);
        let empty = Head { sequence: 0, balance_cents: 0, hash: account().origin().to_vec() };
        assert_eq!(walked(&[], &empty), []);
    }

    #[test]
    fn altered_rows_are_named() {
        let (rows, head) = sample();
        for place in 0..rows.len() {
            let sequence = place as i64 + 1;
            let mut altered = rows.clone();
            altered[place].0.amount_cents += 1;
            assert_eq!(walked(&altered, &head), [(sequence, Fault::Altered)]);
            // With its own hash made anew.
            altered[place].1 = altered[place].0.hash(&account()).to_vec();
            assert_eq!(walked(&altered, &head)[0], (sequence, Fault::Altered));
            let mut other_hash = rows.clone();
            other_hash[place].1[0] ^= 1;
            assert_eq!(walked(&other_hash, &head), [(sequence, Fault::Altered)]);
            let mut other_link = rows.clone();
            other_link[place].0.previous_hash[0] ^= 1;
            assert_eq!(walked(&other_link, &head), [(sequence, Fault::Altered)]);
        }
    }

    #[test]
    fn a_chain_that_was_made_anew_must_add_up() {
        let mut rows = ledger(&[100, 100, 100]);
        // All hashes are made anew behind a row whose balances do not follow.
        rows[1].0.balance_before_cents += 50;
        rows[1].0.balance_after_cents += 50;
        for place in 1..3 {
            rows[place].0.previous_hash = rows[place - 1].1.clone();
            rows[place].1 = rows[place].0.hash(&account()).to_vec();
        }
        let head = head_of(&rows);
        assert_eq!(walked(&rows, &head)[0], (2, Fault::Altered));
    }

    #[test]
    fn missing_inserted_and_cut_off_rows_are_named() {
        let (rows, head) = sample();
        let without = |gone: &[usize]| -> Vec<Row> {
            rows.iter().enumerate().filter(|(place, _)| !gone.contains(place)).map(|(_, row)| row.clone()).collect()
        };
        assert_eq!(walked(&without(&[2]), &head), [(3, Fault::Missing)]);
        assert_eq!(
            walked(&without(&[0, 3, 4]), &head),
            [(1, Fault::Missing), (4, Fault::Missing), (5, Fault::Missing)]
        );
        assert_eq!(walked(&without(&[5, 6]), &head), [(6, Fault::CutOff), (7, Fault::CutOff)]);
        assert_eq!(walked(&[], &head).len(), 7);
        // One behind the head, well made.
        let more = ledger(&[100_000, -2_500, -300, 4_000, -150, -700, 10, 99]);
        assert_eq!(walked(&more, &head), [(8, Fault::Inserted)]);
        // However far the sequence jumps.
        let mut far = rows.clone();
        far[6].0.sequence = i64::MAX;
        let found = walked(&far, &head);
        assert!(found.len() < 2100 && found[0] == (7, Fault::Missing), "{}", found.len());
        let many = Head { sequence: i64::MAX, hash: vec![1; 32], ..head.clone() };
        assert_eq!(walked(&rows, &many)[0], (8, Fault::CutOff));
        // One with a sequence that no transaction has.
        let mut zero = rows.clone();
        let mut copy = rows[0].clone();
        copy.0.sequence = 0;
        zero.insert(0, copy);
        assert_eq!(walked(&zero, &head), [(0, Fault::Inserted)]);
    }

    #[test]
    fn renumbering_hides_nothing() {
        let (rows, head) = sample();
        // One is put in behind the third, with a hash that fits, and the others move on.
        let mut inserted = rows.clone();
        let mut extra = rows[3].clone();
        extra.0.description = Some("never happened".into());
        extra.1 = extra.0.hash(&account()).to_vec();
        inserted.insert(3, extra);
        inserted.iter_mut().zip(1..).for_each(|((row, _), sequence)| row.sequence = sequence);
        assert_eq!(walked(&inserted, &head), [(4, Fault::Inserted)]);
        let moved = Head { sequence: 8, ..head.clone() };
        assert_eq!(walked(&inserted, &moved), [(4, Fault::Inserted), (8, Fault::HeadAltered)]);
        // One is taken out, and the others move up.
        let mut removed = rows.clone();
        removed.remove(2);
        removed.iter_mut().zip(1..).for_each(|((row, _), sequence)| row.sequence = sequence);
        assert_eq!(walked(&removed, &head), [(3, Fault::Missing)]);
    }

    #[test]
    fn the_account_must_agree_with_its_last_transaction() {
        let (rows, head) = sample();
        for (other, fault) in [
            (Head { balance_cents: head.balance_cents + 1, ..head.clone() }, Fault::HeadAltered),
            (Head { sequence: 9, ..head.clone() }, Fault::HeadAltered),
            (Head { sequence: 2, ..head.clone() }, Fault::HeadAltered),
            (Head { hash: vec![0; 32], ..head.clone() }, Fault::Altered),
        ] {
            assert_eq!(walked(&rows, &other), [(7, fault)], "{other:?}");
        }
    }

    proptest! {
        #[test]
        fn any_single_change_is_found(
            amounts in proptest::collection::vec(prop_oneof![-1000i64..0, 1i64..1000], 1..12),
            place in any::<prop::sample::Index>(),
            change in 0usize..9,
        ) {
            let rows = ledger(&amounts);
            let head = head_of(&rows);
            let mut damaged = rows.clone();
            let at = place.index(rows.len());
            let (row, hash) = &mut damaged[at];
            match change {
                0 => row.amount_cents += 1,
                1 => row.balance_before_cents -= 1,
                2 => row.balance_after_cents -= 1,
                3 => row.transaction_type = "adjustment".into(),
                4 => row.description = None,
                5 => row.user = Some([1; 16]),
                6 => row.previous_hash[5] ^= 8,
                7 => hash[5] ^= 8,
                _ => drop(damaged.remove(at)),
            }
            let found = walked(&damaged, &head);
            prop_assert_eq!(found.len(), 1);
            prop_assert_eq!(found[0].0, at as i64 + 1);
        }
    }
}
