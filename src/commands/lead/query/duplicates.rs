//! `crmctl lead duplicates`

use std::collections::HashMap;

use serde::Serialize;

use crate::commands::args::leads::name::{Among, LeadName};
use crate::commands::args::limit::Limit;
use crate::commands::context::{Context, Session};
use crate::db::DbError;
use crate::db::models::leads::{self, Lead};
use crate::domain::access::role::Right;
use crate::domain::leads::status::Status;
use crate::domain::phone::Region;
use crate::domain::timestamp::Timestamp;
use crate::error::{Exit, Result};
use crate::ops::leads::duplicates::{Group, duplicates};
use crate::ui::{Column, Format, UiError, grouped};

/// List leads that may be one person, and why
///
/// Each pair has a score from 0 to 100. Exact: the same email or phone, among live and deleted leads. Near: the same
/// name and company in any spelling, or the same name and a phone with two neighbouring digits transposed. The same
/// name raises the score, and so does each further reason.
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
    leads: &'a [Member],
}

/// A lead of a group as a line of CSV.
#[derive(Serialize)]
struct Line<'a> {
    group: usize,
    score: u8,
    reason: &'a str,
    #[serde(flatten)]
    member: &'a Member,
}

const GROUP: [Column; 3] =
    [Column::number("group", "group"), Column::number("score", "score"), Column::text("reason", "reason")];

const MEMBER: [Column; 10] = [
    Column::number("id", "id").kept(),
    Column::text("first_name", "first name"),
    Column::text("last_name", "last name"),
    Column::whole("phone_number", "phone").kept(),
    Column::whole("phone_extension", "ext."),
    Column::text("email", "email"),
    Column::text("company", "company").optional(),
    Column::whole("status", "status"),
    Column::time("created_at", "created").optional(),
    Column::time("deleted_at", "deleted"),
];

/// Groups whose leads are loaded together.
const TOGETHER: usize = 500;

/// The most leads of one group that a person is shown.
const SHOWN: usize = 10;

pub fn run(args: Args, context: &Context) -> Result<Exit> {
    let mut session = context.session(Right::Read)?;
    let (org, ui) = (session.org.org_id(), context.ui);
    let only = match args.lead {
        Some(name) => Some(LeadName::new(name, args.region).find(&mut session, Among::Live)?.id),
        None => None,
    };
    let mut groups = session.db.read(org, |conn| duplicates(conn, org))?;
    groups.retain(|group| group.score >= args.min_score && only.is_none_or(|lead| group.leads.contains(&lead)));
    let most = args.limit.most(ui).map_or(groups.len(), |most| most as usize);
    let shown = groups.get(..most).unwrap_or(&groups);
    match ui.format {
        Format::Table | Format::Markdown if !ui.wants_records() => {
            each_group(&mut session, shown, |number, group, leads| {
                let title = format!("{number}: score {}, {}", group.score, group.reason);
                ui.part(&title, leads.get(..SHOWN).unwrap_or(leads), &MEMBER)?;
                if leads.len() > SHOWN {
                    ui.note(&format!("group {number} has {} leads; {SHOWN} are shown", grouped(leads.len() as i64)));
                }
                Ok(())
            })?;
            if groups.is_empty() {
                ui.note("no duplicates");
            }
        }
        format => {
            let columns = [&GROUP[..], &MEMBER].concat();
            let mut list = ui.list(&columns);
            each_group(&mut session, shown, |group, of, leads| {
                let (score, reason) = (of.score, of.reason.as_str());
                match format {
                    Format::Json | Format::Ndjson if !ui.wants_records() => list.push(&Shown { reason, score, leads }),
                    _ => leads.iter().try_for_each(|member| list.push(&Line { group, score, reason, member })),
                }
            })?;
            list.finish("no duplicates")?;
        }
    }
    if groups.len() > most {
        ui.note(&format!(
            "the first {} of {} groups are shown; --limit 0 shows all",
            grouped(most as i64),
            grouped(groups.len() as i64)
        ));
    }
    Ok(Exit::Done)
}

/// Calls `show` with the number of each group, the group and its leads, which are loaded some groups at a time.
fn each_group(
    session: &mut Session,
    groups: &[Group],
    mut show: impl FnMut(usize, &Group, &[Member]) -> Result<(), UiError>,
) -> Result<()> {
    let org = session.org.org_id();
    let mut number = 0;
    for some in groups.chunks(TOGETHER) {
        let ids: Vec<i64> = some.iter().flat_map(|group| group.leads.iter().copied()).collect();
        let loaded = session.db.read(org, |conn| -> Result<_, DbError> { leads::by_ids(conn, org, &ids) })?;
        let found: HashMap<i64, Lead> = loaded.into_iter().map(|lead| (lead.id, lead)).collect();
        for group in some {
            number += 1;
            let leads: Vec<Member> = group.leads.iter().filter_map(|id| found.get(id)).map(member).collect();
            show(number, group, &leads)?;
        }
    }
    Ok(())
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
