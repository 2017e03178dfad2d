//! Which lead a person means who names one by id, phone or email.

use std::str::FromStr;

use crate::commands::context::{Session, timed};
use crate::db::models::leads::{self, Lead};
use crate::db::models::leads::{lead_emails, lead_identities, lead_merges};
use crate::db::{Db, DbError, OrgId};
use crate::domain::phone::{self, E164, PhoneCheck, PhoneProblem, Region};
use crate::error::{CommandError, Result};

/// Which lead a person means: by id, phone or email.
#[derive(Debug, Clone, clap::Args)]
pub struct LeadName {
    /// The lead: its id, phone number or email
    #[arg(value_name = "ID|PHONE|EMAIL")]
    lead: String,
    /// The region of a national phone number, such as US
    #[arg(long)]
    pub region: Option<Region>,
}

/// Whether deleted leads are meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Among {
    /// Live leads, and any lead by its id; a merged one is its survivor.
    Live,
    Deleted,
    /// Live leads, else deleted ones; a merged lead is itself when its id is named.
    Any,
}

impl LeadName {
    pub fn new(lead: String, region: Option<Region>) -> LeadName {
        LeadName { lead, region }
    }

    /// Finds the one lead that is meant.
    ///
    /// # Errors
    /// None has the name, or several have it.
    pub fn find(&self, session: &mut Session, among: Among) -> Result<Lead> {
        timed(session.ui, "lead found", || self.look_for(session, among))
    }

    fn look_for(&self, session: &mut Session, among: Among) -> Result<Lead> {
        let org = session.org.org_id();
        let name = self.lead.trim();
        if let Ok(id) = name.parse::<i64>()
            && !name.starts_with('+')
            && let Some(lead) = session.db.read(org, |conn| leads::by_ids(conn, org, &[id]))?.pop()
        {
            return match (among, lead.merged_into_id) {
                (Among::Live, Some(_)) => through_merges(session, lead),
                _ => Ok(lead),
            };
        }
        let mut candidates = match name.contains('@') {
            true => self.by_email(session, name, among)?,
            false => self.by_phone(session, name, among)?,
        };
        match candidates.len() {
            1 => Ok(candidates.remove(0)),
            0 => {
                let mut deleted = match among {
                    Among::Deleted => Vec::new(),
                    _ if name.contains('@') => self.by_email(session, name, Among::Deleted)?,
                    _ => self.by_phone(session, name, Among::Deleted)?,
                };
                if let Some(merged) = deleted.iter().position(|lead| lead.merged_into_id.is_some()) {
                    return through_merges(session, deleted.swap_remove(merged));
                }
                if among == Among::Any && !deleted.is_empty() {
                    return Ok(deleted.swap_remove(0));
                }
                Err(match deleted.first() {
                    Some(lead) => {
                        self.unknown(among).hint(format!("a deleted lead has it: crmctl lead show {}", lead.id))
                    }
                    None => self.unknown(among),
                })
            }
            _ => Err(ambiguous(name, &candidates)),
        }
    }

    /// The leads with an email: those whose first it is, else live ones that have it as a further one.
    fn by_email(&self, session: &mut Session, name: &str, among: Among) -> Result<Vec<Lead>> {
        let (org, email) = (session.org.org_id(), name.to_lowercase());
        Ok(session.db.read(org, |conn| {
            if among == Among::Deleted {
                return leads::deleted_by_phone_or_email(conn, org, &email);
            }
            let first = leads::live_by_email(conn, org, &email)?;
            if !first.is_empty() {
                return Ok(first);
            }
            let further = lead_emails::holders(conn, org, &[email])?;
            live_by_ids(conn, org, &further)
        })?)
    }

    fn by_phone(&self, session: &mut Session, name: &str, among: Among) -> Result<Vec<Lead>> {
        if let Some(number) = E164::from_e164(name) {
            // Written as it is stored: the library of numbers, which takes a while to begin, need not be asked.
            let found = with_number(session, &number.to_string(), among)?;
            if !found.is_empty() {
                return Ok(found);
            }
        }
        let region = self.region.or_else(|| Region::from_str(&session.org.default_region).ok());
        let wanted = match phone::parse(name, region, PhoneCheck::Possible) {
            Ok(wanted) => wanted,
            Err(PhoneProblem::RegionMissing) if name.chars().filter(char::is_ascii_digit).count() >= 7 => {
                return Err(CommandError::failed(format!("`{name}` is a national number and no region is known"))
                    .hint("give the region, for example --region US, or write the number with + and country code"));
            }
            Err(_) => return Err(self.unknown(among)),
        };
        let mut found = with_number(session, &wanted.number.to_string(), among)?;
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

/// The leads with a number: those whose first it is, else live ones that have it as a further one.
fn with_number(session: &mut Session, number: &str, among: Among) -> Result<Vec<Lead>, DbError> {
    let org = session.org.org_id();
    session.db.read(org, |conn| {
        let number = number.to_owned();
        if among == Among::Deleted {
            return leads::deleted_by_phone_or_email(conn, org, &number);
        }
        let first = leads::live_by_phones(conn, org, std::slice::from_ref(&number))?;
        if !first.is_empty() {
            return Ok(first);
        }
        let further = lead_identities::with_further_numbers(conn, org, &[number])?;
        live_by_ids(conn, org, &further)
    })
}

/// Those of these leads that are live, by id.
fn live_by_ids(conn: &mut Db, org: OrgId, ids: &[i64]) -> Result<Vec<Lead>, DbError> {
    let mut found = leads::by_ids(conn, org, ids)?;
    found.retain(|lead| lead.deleted_at.is_none());
    found.sort_unstable_by_key(|lead| lead.id);
    Ok(found)
}

/// The lead into which a merged one went at last; said on stderr, for another lead is answered than was named.
fn through_merges(session: &mut Session, lead: Lead) -> Result<Lead> {
    let org = session.org.org_id();
    let survivor = session.db.read(org, |conn| -> Result<Option<Lead>, DbError> {
        let ends = lead_merges::survivors(conn, org, &[lead.id])?;
        Ok(leads::by_ids(conn, org, &ends.into_values().collect::<Vec<_>>())?.pop())
    })?;
    match survivor {
        Some(survivor) => {
            session.ui.note(&format!("the lead {} was merged into the lead {}", lead.id, survivor.id));
            Ok(survivor)
        }
        // The survivor is deleted: what was named is shown as it is.
        None => Ok(lead),
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
