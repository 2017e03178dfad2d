//! `crmctl lead`

mod add;
mod assign;
mod bulk;
mod columns;
mod delete;
mod edit;
pub(super) mod export;
mod list;
mod restore;
mod show;
mod status;
pub(super) mod tag;
mod values;

use std::str::FromStr;

use serde::Serialize;

use crate::commands::context::{Context, Session};
use crate::db::models::lead_tags;
use crate::db::models::leads::{self, Lead};
use crate::db::{Db, DbError, OrgId};
use crate::domain::phone::{self, PhoneCheck, PhoneProblem, Region};
use crate::domain::timestamp::Timestamp;
use crate::error::{CommandError, Exit};
use crate::ops::dnc::blocked_numbers;
use crate::ui::Column;

/// Look at leads and mend them
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    Add(Box<add::Args>),
    Show(show::Args),
    List(list::Args),
    Edit(Box<edit::Args>),
    Status(status::Args),
    Tag(tag::TagArgs),
    Untag(tag::UntagArgs),
    Assign(assign::Args),
    Delete(delete::Args),
    Restore(restore::Args),
    Export(export::Args),
}

pub fn run(command: Command, context: &Context) -> anyhow::Result<Exit> {
    match command {
        Command::Add(args) => add::run(*args, context),
        Command::Show(args) => show::run(args, context),
        Command::List(args) => list::run(args, context),
        Command::Edit(args) => edit::run(*args, context),
        Command::Status(args) => status::run(args, context),
        Command::Tag(args) => tag::tag(args, context),
        Command::Untag(args) => tag::untag(args, context),
        Command::Assign(args) => assign::run(args, context),
        Command::Delete(args) => delete::run(args, context),
        Command::Restore(args) => restore::run(args, context),
        Command::Export(args) => export::run(args, context),
    }
}

/// A lead as lists print it: its columns and its tags.
#[derive(Debug, Serialize)]
pub(super) struct LeadRow {
    #[serde(flatten)]
    pub lead: Lead,
    pub tags: Vec<String>,
    /// Those of its numbers that may not be contacted, on one channel or on any.
    pub blocked: Vec<String>,
}

pub(super) const COLUMNS: &[Column] = &[
    Column::number("id", "id"),
    Column::hidden("uid"),
    Column::hidden("owner_id"),
    Column::text("first_name", "first name"),
    Column::text("last_name", "last name"),
    Column::whole("phone_number", "phone"),
    Column::whole("phone_extension", "ext."),
    Column::text("email", "email"),
    Column::text("company", "company"),
    Column::hidden("job_title"),
    Column::hidden("website"),
    Column::hidden("linkedin_url"),
    Column::whole("status", "status"),
    Column::hidden_time("status_changed_at"),
    Column::number("lead_score", "score"),
    Column::hidden("lead_score_factors"),
    Column::hidden("temperature"),
    Column::text("source", "source"),
    Column::hidden("source_metadata"),
    Column::hidden("campaign"),
    Column::hidden("value_cents"),
    Column::hidden("currency"),
    Column::hidden("consent_status"),
    Column::hidden_time("consent_at"),
    Column::hidden_time("email_opted_out_at"),
    Column::hidden("city"),
    Column::hidden("state"),
    Column::hidden("postal_code"),
    Column::hidden("country"),
    Column::hidden("timezone"),
    Column::hidden("custom_fields"),
    Column::hidden("external_source"),
    Column::hidden("external_id"),
    Column::hidden("import_id"),
    Column::hidden_time("first_contacted_at"),
    Column::hidden_time("last_contacted_at"),
    Column::hidden("expected_close_date"),
    Column::hidden("merged_into_id"),
    Column::hidden_time("deleted_at"),
    Column::hidden_time("created_at"),
    Column::hidden_time("updated_at"),
    Column::hidden("version"),
    Column::text("tags", "tags"),
    Column::mark("blocked", "blocked"),
];

/// These leads with their tags and blocked numbers, in the order of `ids`.
pub(super) fn rows(conn: &mut Db, org: OrgId, ids: &[i64], now: Timestamp) -> Result<Vec<LeadRow>, DbError> {
    let mut tags = lead_tags::of_leads(conn, org, ids)?;
    let mut found: std::collections::HashMap<i64, Lead> =
        leads::by_ids(conn, org, ids)?.into_iter().map(|lead| (lead.id, lead)).collect();
    let mut blocked = blocked_numbers(conn, org, found.values(), now)?;
    let ordered = ids.iter().filter_map(|id| found.remove(id));
    Ok(ordered
        .map(|lead| LeadRow {
            tags: tags.remove(&lead.id).unwrap_or_default(),
            blocked: blocked.remove(&lead.id).unwrap_or_default(),
            lead,
        })
        .collect())
}

/// Which lead a person means: by id, phone or email.
#[derive(Debug, Clone, clap::Args)]
pub(super) struct LeadName {
    /// The lead: its id, phone number or email
    #[arg(value_name = "ID|PHONE|EMAIL")]
    lead: String,
    /// The region of a national phone number, such as US
    #[arg(long)]
    pub region: Option<Region>,
}

/// Whether deleted leads are meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Among {
    /// Live leads, and any lead by its id.
    Live,
    Deleted,
}

impl LeadName {
    pub fn new(lead: String, region: Option<Region>) -> LeadName {
        LeadName { lead, region }
    }

    /// Finds the one lead that is meant.
    pub fn find(&self, session: &mut Session, among: Among) -> anyhow::Result<Lead> {
        let org = session.org.org_id();
        let name = self.lead.trim();
        if let Ok(id) = name.parse::<i64>()
            && !name.starts_with('+')
            && let Some(lead) = session.db.read(org, |conn| leads::by_ids(conn, org, &[id]))?.pop()
        {
            return Ok(lead);
        }
        let mut candidates = match name.contains('@') {
            true => self.by_email(session, name, among)?,
            false => self.by_phone(session, name, among)?,
        };
        match candidates.len() {
            1 => Ok(candidates.remove(0)),
            0 => {
                let deleted = match among {
                    Among::Live if name.contains('@') => self.by_email(session, name, Among::Deleted)?,
                    Among::Live => self.by_phone(session, name, Among::Deleted)?,
                    Among::Deleted => Vec::new(),
                };
                Err(match deleted.first() {
                    Some(lead) => {
                        self.unknown(among).hint(format!("a deleted lead has it: crmctl lead show {}", lead.id))
                    }
                    None => self.unknown(among),
                }
                .into())
            }
            _ => Err(ambiguous(name, &candidates).into()),
        }
    }

    fn by_email(&self, session: &mut Session, name: &str, among: Among) -> anyhow::Result<Vec<Lead>> {
        let (org, email) = (session.org.org_id(), name.to_lowercase());
        Ok(session.db.read(org, |conn| match among {
            Among::Live => leads::live_by_email(conn, org, &email),
            Among::Deleted => leads::deleted_by_phone_or_email(conn, org, &email),
        })?)
    }

    fn by_phone(&self, session: &mut Session, name: &str, among: Among) -> anyhow::Result<Vec<Lead>> {
        let org = session.org.org_id();
        let region = self.region.or_else(|| Region::from_str(&session.org.default_region).ok());
        let wanted = match phone::parse(name, region, PhoneCheck::Possible) {
            Ok(wanted) => wanted,
            Err(PhoneProblem::RegionMissing) if name.chars().filter(char::is_ascii_digit).count() >= 7 => {
                return Err(CommandError::failed(format!("`{name}` is a national number and no region is known"))
                    .hint("give the region, for example --region US, or write the number with + and country code")
                    .into());
            }
            Err(_) => return Err(self.unknown(among).into()),
        };
        let number = wanted.number.to_string();
        let mut found = session.db.read(org, |conn| match among {
            Among::Live => leads::live_by_phones(conn, org, std::slice::from_ref(&number)),
            Among::Deleted => leads::deleted_by_phone_or_email(conn, org, &number),
        })?;
        if !wanted.extension.is_empty() {
            found.retain(|lead| lead.phone_extension == wanted.extension);
        }
        Ok(found)
    }

    fn unknown(&self, among: Among) -> CommandError {
        let kind = if among == Among::Deleted { "deleted lead" } else { "lead" };
        CommandError::failed(format!("no {kind} has the id, phone or email `{}`", self.lead)).hint(
            if among == Among::Deleted {
                "list them: crmctl lead list --deleted"
            } else {
                "list leads: crmctl lead list"
            },
        )
    }
}

fn ambiguous(name: &str, candidates: &[Lead]) -> CommandError {
    let mut error = CommandError::failed(format!("{} leads have `{name}`", candidates.len()));
    for lead in candidates {
        let person =
            [lead.first_name.as_deref(), lead.last_name.as_deref()].into_iter().flatten().collect::<Vec<_>>().join(" ");
        let extension = match lead.phone_extension.is_empty() {
            true => String::new(),
            false => format!(" extension {}", lead.phone_extension),
        };
        error = error.detail(format!("{}  {person}{extension}", lead.id));
    }
    error.hint(format!("name one by its id, for example {}", candidates[0].id))
}
