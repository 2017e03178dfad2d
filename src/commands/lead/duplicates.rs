//! `crmctl lead duplicates`

use std::collections::HashMap;

use serde::Serialize;

use super::{Among, LeadName};
use crate::commands::context::Context;
use crate::commands::limit::Limit;
use crate::db::DbError;
use crate::db::models::leads::{self, Lead};
use crate::domain::phone::Region;
use crate::domain::role::Right;
use crate::domain::status::Status;
use crate::domain::timestamp::Timestamp;
use crate::error::Exit;
use crate::ops::lead_duplicates::{Group, duplicates};
use crate::ui::{Column, Format, grouped};

/// List leads that may be one person, with the reason and a score from 0 to 100
///
/// Exact: the same email or phone, among live and deleted leads. Near: the same name and company in any spelling, or
/// the same name and a phone with two neighbouring digits transposed. The same name raises the score, and so does each
/// further reason.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  crmctl lead duplicates --min-score 80\n  crmctl lead duplicates ada@example.com\n  \
    crmctl lead merge 10482 20177"
)]
pub struct Args {
    /// Only those of this lead: its id, phone number or email
    #[arg(value_name = "ID|PHONE|EMAIL")]
    lead: Option<String>,
    /// The region of a national phone number, such as US
    #[arg(long)]
    region: Option<Region>,
    /// Only those with this score or a higher one
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = clap::value_parser!(u8).range(0..=100))]
    min_score: u8,
    #[command(flatten)]
    limit: Limit,
}

/// One lead of a group.
#[derive(Serialize)]
struct Member {
    id: i64,
    first_name: Option<String>,
    last_name: Option<String>,
    phone_number: Option<String>,
    phone_extension: String,
    email: Option<String>,
    company: Option<String>,
    status: Status,
    created_at: Timestamp,
    deleted_at: Option<Timestamp>,
}

/// A group as the machine-readable forms have it.
#[derive(Serialize)]
struct Shown<'a> {
    reason: &'a str,
    score: u8,
    leads: Vec<Member>,
}

/// A lead of a group as a line of a table.
#[derive(Serialize)]
struct Line<'a> {
    group: usize,
    reason: Option<&'a str>,
    score: Option<u8>,
    #[serde(flatten)]
    member: &'a Member,
}

const LINES: &[Column] = &[
    Column::number("group", "group"),
    Column::number("score", "score"),
    Column::text("reason", "reason"),
    Column::number("id", "id"),
    Column::text("first_name", "first name"),
    Column::text("last_name", "last name"),
    Column::whole("phone_number", "phone"),
    Column::whole("phone_extension", "ext."),
    Column::text("email", "email"),
    Column::text("company", "company"),
    Column::whole("status", "status"),
    Column::hidden_time("created_at"),
    Column::time("deleted_at", "deleted"),
];

const GROUPS: &[Column] =
    &[Column::text("reason", "reason"), Column::number("score", "score"), Column::text("leads", "leads")];

/// Groups whose leads are loaded together.
const TOGETHER: usize = 500;

/// The most leads of one group that a table shows.
const MEMBERS: usize = 10;

pub fn run(args: Args, context: &Context) -> anyhow::Result<Exit> {
    let mut session = context.session(Right::Read)?;
    let (org, ui) = (session.org.org_id(), context.ui);
    let only = match args.lead {
        Some(name) => Some(LeadName::new(name, args.region).find(&mut session, Among::Live)?.id),
        None => None,
    };
    let mut groups = session.db.read(org, |conn| duplicates(conn, org))?;
    groups.retain(|group| group.score >= args.min_score && only.is_none_or(|lead| group.leads.contains(&lead)));
    let most = args.limit.most(ui).map_or(groups.len(), |most| most as usize);
    let for_machines = matches!(ui.format, Format::Json | Format::Ndjson);
    let mut list = ui.list(if for_machines { GROUPS } else { LINES });
    let mut number = 0;
    for some in groups.get(..most).unwrap_or(&groups).chunks(TOGETHER) {
        let ids: Vec<i64> = some.iter().flat_map(|group| group.leads.iter().copied()).collect();
        let mut found: HashMap<i64, Lead> = HashMap::new();
        let loaded = session.db.read(org, |conn| -> Result<_, DbError> { leads::by_ids(conn, org, &ids) })?;
        found.extend(loaded.into_iter().map(|lead| (lead.id, lead)));
        for group in some {
            number += 1;
            let leads: Vec<Member> = group.leads.iter().filter_map(|id| found.get(id)).map(member).collect();
            if for_machines {
                list.push(&Shown { reason: &group.reason, score: group.score, leads })?;
                continue;
            }
            let shown = if ui.format == Format::Csv { leads.len() } else { MEMBERS };
            for (place, member) in leads.iter().take(shown).enumerate() {
                list.push(&line(number, group, place, member, ui.format))?;
            }
            if leads.len() > shown {
                ui.note(&format!(
                    "group {number} has {} leads; {shown} of them are shown",
                    grouped(leads.len() as i64)
                ));
            }
        }
    }
    list.finish("no duplicates")?;
    if groups.len() > most {
        ui.note(&format!(
            "the first {} of {} groups are shown; --limit 0 shows all",
            grouped(most as i64),
            grouped(groups.len() as i64)
        ));
    }
    Ok(Exit::Done)
}

/// A line of a group; reason and score stand in its first line, in CSV in each.
fn line<'a>(group: usize, of: &'a Group, place: usize, member: &'a Member, format: Format) -> Line<'a> {
    let says = place == 0 || format == Format::Csv;
    Line { group, reason: says.then_some(&of.reason), score: says.then_some(of.score), member }
}

fn member(lead: &Lead) -> Member {
    Member {
        id: lead.id,
        first_name: lead.first_name.clone(),
        last_name: lead.last_name.clone(),
        phone_number: lead.phone_number.clone(),
        phone_extension: lead.phone_extension.clone(),
        email: lead.email.clone(),
        company: lead.company.clone(),
        status: lead.status,
        created_at: lead.created_at,
        deleted_at: lead.deleted_at,
    }
}
