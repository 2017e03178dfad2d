//! The budget ledger: transactions of an account, each of which holds the hash of the one before and one over itself.

mod walk;

pub use walk::{Fault, Found, Head, Walk};

use sha2::{Digest, Sha256};

use crate::domain::timestamp::Timestamp;

/// SHA-256.
pub type Hash = [u8; 32];

/// The longest reference and description, and name of an account, in characters.
pub const LONGEST_REFERENCE: usize = 200;
pub const LONGEST_DESCRIPTION: usize = 2000;
pub const LONGEST_ACCOUNT: usize = 100;

vocabulary! {
    /// What a transaction does to the balance.
    TransactionType {
        /// Money comes in.
        Deposit = "deposit",
        /// Money is spent.
        Charge = "charge",
        /// Money that was spent comes back.
        Refund = "refund",
        /// A correction, by the sign of its amount.
        Adjustment = "adjustment",
    }
}

impl TransactionType {
    /// What an amount does to the balance; `None` when it is too large.
    pub fn effect(self, amount_cents: i64) -> Option<i64> {
        match self {
            TransactionType::Charge => amount_cents.checked_neg(),
            _ => Some(amount_cents),
        }
    }
}

/// What an account is in every database: its transactions are hashed with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountIdentity {
    pub uid: [u8; 16],
    /// ISO 4217 code.
    pub currency: String,
}

/// A transaction as it is hashed, and as it is stored: nothing of it is trusted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transaction {
    pub sequence: i64,
    pub transaction_type: String,
    pub amount_cents: i64,
    pub balance_before_cents: i64,
    pub balance_after_cents: i64,
    pub reference: Option<String>,
    pub description: Option<String>,
    pub source: Option<String>,
    pub campaign: Option<String>,
    pub period: Option<String>,
    /// The uid of the user who booked it.
    pub user: Option<[u8; 16]>,
    pub actor: String,
    pub recorded_at: Timestamp,
    pub previous_hash: Vec<u8>,
}

impl AccountIdentity {
    /// What the first transaction has in place of a hash before it.
    pub fn origin(&self) -> Hash {
        let mut fields = Fields::new(b"crmctl budget account 1");
        fields.add(Some(&self.uid));
        fields.add(Some(self.currency.as_bytes()));
        fields.hash()
    }
}

impl Transaction {
    /// The hash over the transaction and the one before: SHA-256 of the fields in the order below, each with its length in
    /// front (docs/budget.md).
    pub fn hash(&self, account: &AccountIdentity) -> Hash {
        self.hash_as(account, self.sequence)
    }

    /// The hash that it would have under another sequence.
    fn hash_as(&self, account: &AccountIdentity, sequence: i64) -> Hash {
        let mut fields = Fields::new(b"crmctl budget transaction 1");
        let text = |text: &'_ Option<String>| text.as_ref().map(|text| text.as_bytes().to_vec());
        fields.add(Some(&account.uid));
        fields.add(Some(account.currency.as_bytes()));
        fields.add(Some(&sequence.to_be_bytes()));
        fields.add(Some(self.transaction_type.as_bytes()));
        for cents in [self.amount_cents, self.balance_before_cents, self.balance_after_cents] {
            fields.add(Some(&cents.to_be_bytes()));
        }
        for part in [&self.reference, &self.description, &self.source, &self.campaign, &self.period] {
            fields.add(text(part).as_deref());
        }
        fields.add(self.user.as_ref().map(|uid| uid.as_slice()));
        fields.add(Some(self.actor.as_bytes()));
        fields.add(Some(&self.recorded_at.as_micros().to_be_bytes()));
        fields.add(Some(&self.previous_hash));
        fields.hash()
    }

    /// Whether the balances are what type and amount make of them.
    fn adds_up(&self) -> bool {
        let kind = TransactionType::from_word(&self.transaction_type);
        let effect = kind.and_then(|kind| kind.effect(self.amount_cents));
        effect.and_then(|effect| self.balance_before_cents.checked_add(effect)) == Some(self.balance_after_cents)
    }
}

/// Fields on their way into a hash, so written that no two lists of them are the same bytes.
struct Fields(Sha256);

impl Fields {
    fn new(what: &[u8]) -> Fields {
        let mut fields = Fields(Sha256::new());
        fields.add(Some(what));
        fields
    }

    /// Adds the length of a field as eight bytes, the most significant first, and the field; all ones for none.
    fn add(&mut self, field: Option<&[u8]>) {
        match field {
            Some(bytes) => {
                self.0.update((bytes.len() as u64).to_be_bytes());
                self.0.update(bytes);
            }
            None => self.0.update(u64::MAX.to_be_bytes()),
        }
    }

    fn hash(self) -> Hash {
        self.0.finalize().into()
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::domain::text::hex;

    pub fn account() -> AccountIdentity {
        AccountIdentity { uid: [7; 16], currency: "USD".into() }
    }

    /// A ledger of these amounts: deposits, and charges where they are negative.
    pub fn ledger(amounts: &[i64]) -> Vec<(Transaction, Vec<u8>)> {
        let (mut balance, mut hash) = (0, account().origin().to_vec());
        let mut rows = Vec::new();
        for (amount, sequence) in amounts.iter().zip(1..) {
            let kind = if *amount < 0 { TransactionType::Charge } else { TransactionType::Deposit };
            let transaction = Transaction {
                sequence,
                transaction_type: kind.to_string(),
                amount_cents: amount.abs(),
                balance_before_cents: balance,
                balance_after_cents: balance + amount,
                reference: None,
                description: Some(format!("number {sequence}")),
                source: None,
                campaign: None,
                period: None,
                user: (sequence % 2 == 0).then_some([9; 16]),
                actor: "tester@desk".into(),
                recorded_at: Timestamp::from_micros(1_772_625_600_000_000 + sequence),
                previous_hash: hash,
            };
            balance += amount;
            hash = transaction.hash(&account()).to_vec();
            rows.push((transaction, hash.clone()));
        }
        rows
    }

    #[test]
    fn the_hash_is_the_documented_one() {
        // Computed by the Python program in docs/budget.md.
        let rows = ledger(&[100_000, -25_050]);
        assert_eq!(hex(&account().origin()), "d4ea398cea19e891b6e2b4620f1e5cfe9faf88f3cd80ad9835112fdb996cb43d");
        assert_eq!(hex(&rows[1].1), "b9be788270d351449c06996ec442c92cc60423db5bffe3272672d2cd8a0fd6e7");
    }

    #[test]
    fn every_field_is_in_the_hash() {
        let (row, hash) = ledger(&[500]).remove(0);
        let changes: [fn(&mut Transaction); 14] = [
            |row| row.sequence += 1,
            |row| row.transaction_type = "refund".into(),
            |row| row.amount_cents += 1,
            |row| row.balance_before_cents += 1,
            |row| row.balance_after_cents += 1,
            |row| row.reference = Some(String::new()),
            |row| row.description = None,
            |row| row.source = Some("web".into()),
            |row| row.campaign = Some(String::new()),
            |row| row.period = Some("2026-03".into()),
            |row| row.user = Some([9; 16]),
            |row| row.actor.push(' '),
            |row| row.recorded_at = Timestamp::from_micros(0),
            |row| row.previous_hash[31] ^= 1,
        ];
        for (place, change) in changes.iter().enumerate() {
            let mut other = row.clone();
            change(&mut other);
            assert_ne!(other.hash(&account()).to_vec(), hash, "{place}");
        }
        let euro = AccountIdentity { currency: "EUR".into(), ..account() };
        assert_ne!(row.hash(&euro).to_vec(), hash);
        // A text that moves from one field to the next.
        let mut moved = row.clone();
        (moved.reference, moved.description) = (moved.description, moved.reference);
        assert_ne!(moved.hash(&account()).to_vec(), hash);
    }
}
