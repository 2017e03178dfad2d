//! `crmctl lead add`

use std::collections::HashMap;

use crate::cli::one_of;
use crate::commands::context::Context;
use crate::db::models::{leads, users};
use crate::domain::duplicates::{OnDuplicate, OnListed};
use crate::domain::phone::{PhoneCheck, Region};
use crate::domain::role::Right;
use crate::domain::{currency, datetime};
use crate::error::{CommandError, Exit};
use crate::import::checker::Checker;
use crate::import::fields::LeadField;
use crate::import::mapping::Mapping;
use crate::import::options::Assignment;
use crate::import::proof::Formats;
use crate::import::row::{Row, RowProblem};
use crate::ops::writer::{Fate, LeadWriter, Policy};

/// Add one lead
///
/// The values are checked by the rules of the import. A lead that is known already is refused.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example:\n  crmctl lead add --phone '(212) 555-0142' --region US --name 'Ada Lovelace' --tag vip"
)]
pub struct Args {
    #[arg(long)]
    phone: Option<String>,
    #[arg(long)]
    email: Option<String>,
    /// The full name, split into first and last
    #[arg(long, conflicts_with_all = ["first_name", "last_name"])]
    name: Option<String>,
    #[arg(long)]
    first_name: Option<String>,
    #[arg(long)]
    last_name: Option<String>,
    #[arg(long)]
    company: Option<String>,
    #[arg(long)]
    job_title: Option<String>,
    #[arg(long)]
    status: Option<String>,
    #[arg(long)]
    source: Option<String>,
    #[arg(long)]
    campaign: Option<String>,
    /// 0 to 100
    #[arg(long)]
    score: Option<String>,
    /// hot, warm or cold
    #[arg(long)]
    temperature: Option<String>,
    /// The owner, by email
    #[arg(long)]
    owner: Option<String>,
    #[arg(long)]
    note: Option<String>,
    /// granted, denied or pending
    #[arg(long)]
    consent: Option<String>,
    #[arg(long)]
    city: Option<String>,
    #[arg(long)]
    state: Option<String>,
    #[arg(long)]
    postal_code: Option<String>,
    #[arg(long)]
    country: Option<String>,
    /// A tag; may be given several times
    #[arg(long)]
    tag: Vec<String>,
    /// Any other field of an import, as field=value; may be given several times
    #[arg(long, value_name = "FIELD=VALUE")]
    set: Vec<Assignment>,
    /// The system that an external id comes from
    #[arg(long, value_name = "NAME")]
    source_system: Option<String>,
    /// The region of a national phone number, such as US
    #[arg(long)]
    region: Option<Region>,
    /// What the phone number must be: in use, or only of possible length
    #[arg(long, default_value = "valid", value_parser = one_of::<PhoneCheck>())]
    phone_check: PhoneCheck,
}

pub fn run(args: Args, context: &Context) -> anyhow::Result<Exit> {
    let mut session = context.session(Right::EditLeads)?;
    let org = session.org.org_id();
    let owners: HashMap<String, i64> = session
        .db
        .read(org, |conn| users::all(conn, org))?
        .into_iter()
        .filter(|user| user.is_active)
        .map(|user| (user.email, user.id))
        .collect();
    let checker = Checker {
        mapping: Mapping { headers: Vec::new(), targets: Vec::new(), constants: values(&args)? },
        org,
        region: args.region.or_else(|| session.org.default_region.parse().ok()),
        phone_check: args.phone_check,
        zone: datetime::zone(&session.org.timezone).map_err(CommandError::failed)?,
        owners,
        tags: args.tag.iter().map(|tag| crate::domain::tag::normalize(tag)).filter(|tag| !tag.is_empty()).collect(),
        source_system: args.source_system.clone(),
        lenient: false,
        status_map: HashMap::new(),
        base_currency: currency::parse(&session.org.base_currency).map_err(CommandError::failed)?,
        now: session.stamp.now,
    };
    let checked = checker.check(Row::new(0), Formats::default());
    let Some(draft) = checked.draft else {
        let mut problems = checked.problems.iter();
        let first = problems.next();
        let message = first.map(RowProblem::describe).unwrap_or_default();
        let mut error = CommandError::usage(message);
        for problem in problems {
            error = error.detail(problem.describe());
        }
        return Err(error.hint(first.map(|p| p.remedy.clone()).unwrap_or_default()).into());
    };
    let stamp = session.stamp.clone();
    let policy = Policy { on_duplicate: OnDuplicate::Reject, on_listed: OnListed::Flag };
    let outcome = session.db.write(org, |conn| -> anyhow::Result<_> {
        let mut writer = LeadWriter::new(conn, stamp, policy, "lead add".into(), 1)?;
        let outcome = writer.write(conn, &[&draft])?.pop();
        match outcome.map(|o| o.fate) {
            Some(Fate::RejectedDuplicate(id)) => {
                Err(CommandError::failed(format!("the lead {id} is this person already"))
                    .hint(format!("look at it: crmctl lead show {id}"))
                    .into())
            }
            Some(Fate::RejectedConflict(a, b)) => {
                Err(CommandError::failed(format!("the external id names the lead {a}, the phone the lead {b}")).into())
            }
            _ => Ok(outcome),
        }
    })?;
    let Some(outcome) = outcome else { return Ok(Exit::Failed) };
    if outcome.dnc_flagged {
        context.ui.warn("the number is on the do-not-call list; the lead has the status dnc");
    }
    if outcome.consent_kept {
        context.ui.warn("the person opted out before; the opt-out is kept");
    }
    if outcome.possible_duplicate {
        context.ui.warn("another lead has the same email; it may be the same person");
    }
    if outcome.previously_deleted {
        context.ui.note("a deleted lead had this phone");
    }
    if let Fate::Created(id) = outcome.fate
        && let Some(lead) = session.db.read(org, |conn| leads::by_ids(conn, org, &[id]))?.pop()
    {
        super::show::print(context, &mut session, lead)?;
    }
    Ok(Exit::Done)
}

/// The arguments as values of import fields, blank ones left out.
fn values(args: &Args) -> anyhow::Result<Vec<(LeadField, String)>> {
    use LeadField as F;
    let given = [
        (F::Country, &args.country),
        (F::Phone, &args.phone),
        (F::Email, &args.email),
        (F::Name, &args.name),
        (F::FirstName, &args.first_name),
        (F::LastName, &args.last_name),
        (F::Company, &args.company),
        (F::JobTitle, &args.job_title),
        (F::Status, &args.status),
        (F::Source, &args.source),
        (F::Campaign, &args.campaign),
        (F::Score, &args.score),
        (F::Temperature, &args.temperature),
        (F::Owner, &args.owner),
        (F::Note, &args.note),
        (F::Consent, &args.consent),
        (F::City, &args.city),
        (F::State, &args.state),
        (F::PostalCode, &args.postal_code),
    ];
    let mut values: Vec<(LeadField, String)> =
        given.into_iter().filter_map(|(field, value)| Some((field, value.clone()?))).collect();
    for assignment in &args.set {
        let field = LeadField::from_word(&assignment.field).ok_or_else(|| {
            CommandError::usage(format!("`{}` is not a field of a lead", assignment.field))
                .hint(format!("the fields are {}", LeadField::words()))
        })?;
        if field == F::ExternalId && args.source_system.is_none() {
            return Err(CommandError::usage("an external id needs the name of the system it comes from")
                .hint("name it, for example --source-system hubspot")
                .into());
        }
        values.push((field, assignment.value.clone()));
    }
    values.retain(|(_, value)| !value.trim().is_empty());
    Ok(values)
}
