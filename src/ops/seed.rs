//! Sample data. The numbers are from the ranges that are reserved for fiction (555-0100 to 555-0199).

use std::str::FromStr;

use jiff::tz::TimeZone;
use serde::Serialize;

use crate::db::models::lead_work::next::tasks::{NewTask, Task};
use crate::db::models::money::budget_accounts;
use crate::db::models::money::lead_source_costs::{self, CostFilter};
use crate::db::types::Uid;
use crate::db::{Db, DbError, Stamp};
use crate::domain::imports::duplicates::{OnDuplicate, OnListed};
use crate::domain::lead_work::next::{TaskKind, TaskOrigin};
use crate::domain::leads::status::{Status, Trigger};
use crate::domain::money::cost::CostKey;
use crate::domain::money::ledger::TransactionType;
use crate::domain::phone::E164;
use crate::domain::time::month::Month;
use crate::domain::timestamp::Timestamp;
use crate::error::{CommandError, Explain};
use crate::ops::audited;
use crate::ops::lead_work::next::later;
use crate::ops::lead_work::scores::models::ScoreModelError;
use crate::ops::lead_work::seed;
use crate::ops::lead_work::territories::TerritoryError;
use crate::ops::leads::draft::LeadDraft;
use crate::ops::leads::mass_update::{MassUpdate, change};
use crate::ops::leads::upsert::{Fate, LeadWriter, Policy, WriteError};
use crate::ops::money::budget::{self, Booking, BudgetError, CostPart};
use crate::ops::money::costs::CostBook;

/// What was added.
#[derive(Debug, Serialize)]
pub struct Seeded {
    pub leads: u64,
    pub dnc_entries: u64,
    /// Leads given to the acting user, if one acts.
    pub assignments: usize,
    pub tasks: usize,
    pub costs: usize,
    pub transactions: usize,
    pub territories: usize,
    pub score_models: usize,
    pub pools: usize,
}

/// First name, last name, phone, company, status, source, score, tag, age in days.
type Sample =
    (&'static str, &'static str, &'static str, &'static str, &'static str, &'static str, i16, &'static str, i64);

const SAMPLES: [Sample; 10] = [
    ("Ada", "Sample", "+12125550101", "Difference Works", "new", "website", 40, "web", 2),
    ("Ben", "Sample", "+12125550102", "Northwind Traders", "contacted", "facebook_ads", 55, "ads", 9),
    ("Cleo", "Sample", "+12125550103", "Fabrikam", "qualified", "referral", 72, "vip", 21),
    ("Dev", "Sample", "+12125550104", "Contoso", "nurturing", "trade_show", 48, "fair", 34),
    ("Eva", "Sample", "+12125550105", "Adventure Works", "hot", "referral", 91, "vip", 40),
    ("Finn", "Sample", "+12125550106", "Litware", "cold", "facebook_ads", 12, "ads", 75),
    ("Gia", "Sample", "+12125550107", "Proseware", "recruited", "website", 88, "web", 90),
    ("Hal", "Sample", "+12125550108", "Tailspin Toys", "dnc", "cold_call", 5, "calls", 60),
    ("Ines", "Sample", "+12125550109", "Wide World", "dnc", "website", 20, "web", 13),
    ("Jon", "Sample", "+12125550110", "Coho Winery", "new", "trade_show", 33, "fair", 1),
];

/// The statuses of the leads that the acting user is given.
const PROMISING: [&str; 2] = ["qualified", "hot"];

/// Why sample data was not loaded.
#[derive(Debug, thiserror::Error)]
pub enum SeedError {
    #[error(transparent)]
    Db(#[from] DbError),
    #[error(transparent)]
    Leads(#[from] WriteError),
    #[error(transparent)]
    Budget(#[from] BudgetError),
    #[error(transparent)]
    Territories(#[from] TerritoryError),
    #[error(transparent)]
    Model(#[from] ScoreModelError),
}

impl Explain for SeedError {
    fn explain(&self) -> CommandError {
        match self {
            SeedError::Db(e) => e.explain(),
            SeedError::Leads(e) => e.explain(),
            SeedError::Budget(e) => e.explain(),
            SeedError::Territories(e) => e.explain(),
            SeedError::Model(e) => e.explain(),
        }
    }
}

/// Adds what is not there yet, with the history that its statuses imply, amounts in the currency of the organization. The
/// caller holds [`crate::db::Lock::Undo`].
///
/// # Errors
/// The database refuses.
pub fn load(conn: &mut Db, currency: &str, stamp: &Stamp) -> Result<Seeded, SeedError> {
    let seeded = load_leads(conn, currency, stamp)?;
    let (costs, transactions) = load_costs(conn, currency, stamp)?;
    let territories = seed::load_territory(conn, stamp)?;
    let score_models = seed::load_model(conn, stamp)?;
    let pools = seed::load_pool(conn, stamp)?;
    Ok(Seeded { costs, transactions, territories, score_models, pools, ..seeded })
}

/// What the recruited lead is worth, in minor units.
const RECRUITED_VALUE: i64 = 240_000;

/// Source, minor units: costs of the month before this one.
const COSTS: [(&str, i64); 2] = [("facebook_ads", 125_000), ("trade_show", 48_000)];

/// Adds costs, and a budget account of which one more is charged, when there are neither.
fn load_costs(conn: &mut Db, currency: &str, stamp: &Stamp) -> Result<(usize, usize), SeedError> {
    if !lead_source_costs::some(conn, stamp.org, &CostFilter::default())?.is_empty()
        || !budget_accounts::all(conn, stamp.org)?.is_empty()
    {
        return Ok((0, 0));
    }
    let period = Month::at(stamp.now, &TimeZone::UTC).previous();
    let mut book = CostBook::default();
    for (source, cents) in COSTS {
        let key = CostKey { period, source: source.into(), campaign: String::new(), currency: currency.into() };
        book.put(&key, cents);
    }
    let costs = book.write(conn, Some("sample data"), stamp)?.len();
    let account = budget::open(conn, "main", currency, stamp)?;
    let booking = |kind, amount_cents, cost| Booking {
        keyed: None,
        kind,
        amount_cents,
        allow_negative: false,
        reference: None,
        description: Some("sample data".into()),
        cost,
    };
    let website = CostPart { source: "website".into(), campaign: String::new(), period, is_recorded: false };
    budget::book(conn, &account, &booking(TransactionType::Deposit, 500_000, None), stamp)?;
    budget::book(conn, &account, &booking(TransactionType::Charge, 30_000, Some(website)), stamp)?;
    Ok((costs + 1, 2))
}

/// First name of the lead, what is to be done, in how many days, and a note.
const TASKS: [(&str, TaskKind, i64, &str); 2] =
    [("Eva", TaskKind::Call, -1, "she asked for a call back"), ("Cleo", TaskKind::Email, 3, "send the offer")];

/// Adds tasks of the acting user about leads that were made.
fn add_tasks(conn: &mut Db, outcomes: &[super::leads::upsert::Outcome], stamp: &Stamp) -> Result<usize, DbError> {
    let mut count = 0;
    for (name, kind, days, note) in TASKS {
        let made = SAMPLES.iter().zip(outcomes).find_map(|(sample, outcome)| match outcome.fate {
            Fate::Created(id) if sample.0 == name => Some(id),
            _ => None,
        });
        let Some(lead_id) = made else { continue };
        let task = NewTask {
            organization_id: stamp.org.0,
            uid: Uid::new(),
            lead_id,
            owner_id: stamp.changed_by,
            kind,
            due_at: later(stamp.now, days),
            note: Some(note.to_owned()),
            origin: TaskOrigin::Manual,
            created_at: stamp.now,
        };
        audited::add::<Task>(conn, &task, stamp)?;
        count += 1;
    }
    Ok(count)
}

fn load_leads(conn: &mut Db, currency: &str, stamp: &Stamp) -> Result<Seeded, SeedError> {
    let drafts: Vec<LeadDraft> = SAMPLES.iter().map(|sample| draft(sample, currency, stamp)).collect();
    let policy = Policy { on_duplicate: OnDuplicate::Skip, on_listed: OnListed::Flag, only_known: false };
    let stamp = Stamp { trigger: Trigger::System, ..stamp.clone() };
    let mut writer = LeadWriter::new(conn, stamp.clone(), policy, "sample data".into(), drafts.len())?;
    let outcomes = writer.write(conn, &drafts.iter().collect::<Vec<_>>())?;
    writer.finish(conn)?;
    let created = |outcome: &&super::leads::upsert::Outcome| matches!(outcome.fate, Fate::Created(_));
    let promising = SAMPLES.iter().zip(&outcomes).filter(|(sample, _)| PROMISING.contains(&sample.4));
    let tasks = add_tasks(conn, &outcomes, &stamp)?;
    let ids: Vec<i64> = promising
        .filter_map(|(_, outcome)| match outcome.fate {
            Fate::Created(id) => Some(id),
            _ => None,
        })
        .collect();
    let assignments = match stamp.changed_by {
        None => 0,
        Some(user) => {
            let action = MassUpdate::Assign { users: vec![user], context: Some("sample data".into()) };
            change(conn, &ids, &action, &stamp, &TimeZone::UTC, &mut |_| Ok(()))?.changed
        }
    };
    Ok(Seeded {
        costs: 0,
        transactions: 0,
        territories: 0,
        score_models: 0,
        pools: 0,
        assignments,
        tasks,
        leads: outcomes.iter().filter(created).count() as u64,
        dnc_entries: outcomes.iter().filter(created).filter(|outcome| outcome.dnc_flagged).count() as u64,
    })
}

fn draft(sample: &Sample, currency: &str, stamp: &Stamp) -> LeadDraft {
    let (first, last, phone, company, status, source, score, tag, age) = *sample;
    let mut draft = LeadDraft::blank(stamp.org, stamp.now);
    draft.phone = E164::from_e164(phone);
    draft.lead.phone_number = Some(phone.to_owned());
    draft.lead.first_name = Some(first.to_owned());
    draft.lead.last_name = Some(last.to_owned());
    draft.lead.email = Some(format!("{}@example.com", first.to_lowercase()));
    draft.lead.company = Some(company.to_owned());
    draft.lead.source = Some(source.to_owned());
    draft.lead.lead_score = Some(score);
    draft.status = Status::from_str(status).ok();
    if draft.status == Some(Status::Recruited) {
        (draft.lead.value_cents, draft.lead.currency) = (Some(RECRUITED_VALUE), Some(currency.to_owned()));
    }
    draft.tags = vec![tag.to_owned()];
    draft.created = Some(Timestamp::from_micros(stamp.now.as_micros() - age * 86_400_000_000));
    draft
}
