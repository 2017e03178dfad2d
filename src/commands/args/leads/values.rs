//! The values of one lead as arguments, checked by the rules of the import.

use std::collections::HashMap;

use crate::commands::args::amounts::base_currency;
use crate::commands::args::complete;
use crate::commands::args::times;
use crate::commands::args::vocabulary::one_of;
use crate::commands::context::Session;
use crate::db::models::access::users;
use crate::domain::leads::{custom, tag};
use crate::domain::money::Places;
use crate::domain::phone::{PhoneCheck, Region};
use crate::domain::text::cell_value;
use crate::domain::time::datetime;
use crate::error::{CommandError, Result};
use crate::import::kinds::leads::checker::{Checker, Identity};
use crate::import::kinds::leads::fields::LeadField;
use crate::import::kinds::leads::mapping::Mapping;
use crate::import::options::Assignment;
use crate::import::proof::Formats;
use crate::import::row::{Row, RowProblem};
use crate::ops::leads::draft::LeadDraft;
use crate::ops::leads::fields::clearable_columns;
use crate::system::shell;

/// The values that a verb gives to a lead.
#[derive(Debug, Clone, clap::Args)]
pub struct LeadValues {
    /// The phone number
    #[arg(long)]
    pub phone: Option<String>,
    /// The email
    #[arg(long)]
    email: Option<String>,
    /// The full name, split into first and last
    #[arg(long, conflicts_with_all = ["first_name", "last_name"])]
    name: Option<String>,
    /// The first name
    #[arg(long)]
    first_name: Option<String>,
    /// The last name
    #[arg(long)]
    last_name: Option<String>,
    /// The company
    #[arg(long)]
    company: Option<String>,
    /// The job title
    #[arg(long)]
    job_title: Option<String>,
    /// The source, in any spelling
    #[arg(long, add = complete::source_names())]
    source: Option<String>,
    /// The campaign, in any spelling
    #[arg(long)]
    campaign: Option<String>,
    /// 0 to 100
    #[arg(long)]
    score: Option<String>,
    /// hot, warm or cold
    #[arg(long)]
    temperature: Option<String>,
    /// The owner, by email, username or full name
    #[arg(long, value_name = "EMAIL", add = complete::user_emails())]
    owner: Option<String>,
    /// A note that is kept with it
    #[arg(long, value_name = "TEXT")]
    note: Option<String>,
    /// granted, denied or pending
    #[arg(long)]
    consent: Option<String>,
    /// The city
    #[arg(long)]
    city: Option<String>,
    /// The state
    #[arg(long)]
    state: Option<String>,
    /// The postal code
    #[arg(long)]
    postal_code: Option<String>,
    /// The country
    #[arg(long)]
    country: Option<String>,
    /// When to contact the lead next: 2026-03-04, 2026-03-04T15:00, tomorrow, next-week, 7d
    #[arg(long, value_name = "WHEN")]
    next_contact: Option<String>,
    /// The day on which the lead is expected to buy
    #[arg(long, value_name = "DATE")]
    expected_close_date: Option<String>,
    /// A tag; may be given several times
    #[arg(long, add = complete::tag_names())]
    tag: Vec<String>,
    /// Any other field of an import, or custom.NAME, as field=value; may be given several times
    #[arg(long, value_name = "FIELD=VALUE")]
    set: Vec<Assignment>,
    /// The system that an external id comes from
    #[arg(long, value_name = "NAME")]
    source_system: Option<String>,
    /// What the phone number must be: in use, or only of possible length
    #[arg(long, default_value = "valid", value_parser = one_of::<PhoneCheck>())]
    phone_check: PhoneCheck,
}

impl LeadValues {
    /// The values as a draft; `identity` says whether they alone must tell who is meant.
    ///
    /// # Errors
    /// A value is bad; all bad values are named.
    pub fn draft(&self, session: &mut Session, region: Option<Region>, identity: Identity) -> Result<LeadDraft> {
        let org = session.org.org_id();
        let known = session.db.read(org, |conn| users::all(conn, org))?;
        let owners = users::owners(&known);
        let (constants, base_currency) = (self.fields(session)?, base_currency(session)?);
        Self::check_amount(&constants)?;
        let checker = Checker {
            mapping: Mapping { constants, ..Mapping::default() },
            org,
            region: region.or_else(|| session.org.default_region.parse().ok()),
            phone_check: self.phone_check,
            zone: datetime::zone(&session.org.timezone).map_err(CommandError::failed)?,
            owners,
            tags: tag::parse_several(&self.tag.join(",")).map_err(crate::commands::args::texts::bad_tags)?,
            source_system: self.source_system.clone(),
            lenient: false,
            status_map: HashMap::new(),
            base_currency,
            decimal_separator: None,
            places: Places::Exact,
            now: session.stamp.now,
            identity,
        };
        let checked = checker.check(Row::new(0), Formats::default());
        let Some(mut draft) = checked.draft else {
            let mut problems = checked.problems.iter();
            let first = problems.next();
            let described = |problem: &RowProblem| match problem.column.as_str() {
                "" => problem.describe(),
                field => format!("{field}: {}", problem.describe()),
            };
            let message = first.map(described).unwrap_or_default();
            let mut error = CommandError::usage(message);
            for problem in problems {
                error = error.detail(described(problem));
            }
            return Err(error.hint(first.map(|p| p.remedy.clone()).unwrap_or_default()));
        };
        if let Some(how) = &checked.lost_plus {
            session.ui.note(&format!("{how}; it is that where only that is on the do-not-call list"));
        }
        if checked.not_opted_in {
            return Err(CommandError::usage("a consent of `no` may be refused or not given")
                .hint("say --consent denied or --consent pending"));
        }
        if draft.do_not_text && !draft.wants_dnc() {
            return Err(CommandError::usage("a lead cannot be told not to be texted; its number can")
                .hint("crmctl dnc add NUMBER --scope texts"));
        }
        if let Some(at) = draft.lead.next_contact_at {
            times::tell_if_past(session, "--next-contact", at)?;
        }
        if let serde_json::Value::Object(fields) = &mut draft.lead.custom_fields.0 {
            fields.extend(self.custom_fields()?);
        }
        Ok(draft)
    }

    /// Refuses values that say nothing: a blank one is no change of a lead that has one.
    ///
    /// # Errors
    /// A value is blank.
    pub fn refuse_blank(&self, lead: i64) -> Result<(), CommandError> {
        let (options, tags) = (self.options(), self.tag.iter().map(|tag| ("tag", tag.as_str())));
        let given = options.iter().filter_map(|(field, value)| Some((field.as_str(), value.as_deref()?)));
        let set = self.set.iter().map(|set| (set.field.as_str(), set.value.as_str()));
        match given.chain(tags).chain(set).find(|(_, value)| cell_value(value).is_empty()) {
            None => Ok(()),
            Some((field, _)) => {
                let error = CommandError::usage(format!("`{field}` is given without a value"));
                Err(error.hint(match clearable_columns(field) {
                    Some(_) => format!("to empty it: crmctl lead edit {lead} --clear {}", shell::word(field)),
                    None => "leave it out; it cannot be emptied".to_owned(),
                }))
            }
        }
    }

    /// The custom fields among the assignments, blank ones left out.
    fn custom_fields(&self) -> Result<Vec<(String, serde_json::Value)>, CommandError> {
        let mut fields = Vec::new();
        for Assignment { field, value } in &self.set {
            let Some(key) = custom::key_of(field).map(str::trim) else { continue };
            if key.is_empty() || key.chars().count() > custom::MAX_KEY {
                return Err(CommandError::usage(format!("`{field}` names no custom field"))
                    .hint(format!("a name has 1 to {} characters, for example custom.Budget=100", custom::MAX_KEY)));
            }
            if value.chars().count() > custom::MAX_VALUE {
                return Err(CommandError::usage(format!(
                    "{field}: the value is longer than {} characters",
                    custom::MAX_VALUE
                )));
            }
            if !value.trim().is_empty() {
                fields.push((key.to_owned(), value.trim().into()));
            }
        }
        Ok(fields)
    }

    /// The options of their own.
    fn options(&self) -> [(LeadField, &Option<String>); 20] {
        use LeadField as F;
        [
            (F::Country, &self.country),
            (F::Phone, &self.phone),
            (F::Email, &self.email),
            (F::Name, &self.name),
            (F::FirstName, &self.first_name),
            (F::LastName, &self.last_name),
            (F::Company, &self.company),
            (F::JobTitle, &self.job_title),
            (F::Source, &self.source),
            (F::Campaign, &self.campaign),
            (F::Score, &self.score),
            (F::Temperature, &self.temperature),
            (F::Owner, &self.owner),
            (F::Note, &self.note),
            (F::Consent, &self.consent),
            (F::City, &self.city),
            (F::State, &self.state),
            (F::PostalCode, &self.postal_code),
            (F::NextContact, &self.next_contact),
            (F::ExpectedCloseDate, &self.expected_close_date),
        ]
    }

    /// The arguments as values of import fields, blank ones left out.
    fn fields(&self, session: &Session) -> Result<Vec<(LeadField, String)>> {
        use LeadField as F;
        let mut values: Vec<(LeadField, String)> =
            self.options().into_iter().filter_map(|(field, value)| Some((field, value.clone()?))).collect();
        for assignment in self.set.iter().filter(|set| custom::key_of(&set.field).is_none()) {
            let field = LeadField::from_word(&assignment.field).ok_or_else(|| {
                CommandError::usage(format!("`{}` is not a field of a lead", assignment.field))
                    .hint(format!("the fields are custom.NAME, {}", LeadField::words()))
            })?;
            if field == F::ExternalId && self.source_system.is_none() {
                return Err(CommandError::usage("an external id needs the name of the system it comes from")
                    .hint("name it, for example --source-system hubspot"));
            }
            if !field.takes_several() && values.iter().any(|(given, _)| *given == field) {
                return Err(CommandError::usage(format!("`{field}` is given twice")).hint("leave one of them out"));
            }
            values.push((field, assignment.value.clone()));
        }
        values.retain(|(_, value)| !value.trim().is_empty());
        for (field, value) in &mut values {
            if field.is_time() {
                *value = times::as_cell(session, value, !field.is_past(), *field == F::ExpectedCloseDate)?;
            }
        }
        Ok(values)
    }

    /// Refuses a currency without an amount.
    fn check_amount(values: &[(LeadField, String)]) -> Result<(), CommandError> {
        let of = |field: LeadField| values.iter().rfind(|(known, _)| *known == field).map(|(_, value)| value.trim());
        match of(LeadField::Currency).filter(|_| of(LeadField::Value).is_none()) {
            None => Ok(()),
            Some(code) => Err(CommandError::usage(format!(
                "currency: `{code}` alone is no change; an amount and its currency are one value"
            ))
            .hint(format!("give both: --set value=1250 --set currency={code}"))),
        }
    }
}
