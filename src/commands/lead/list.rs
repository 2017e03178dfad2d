//! `crmctl lead list`

use crate::cli::one_of;
use crate::commands::context::Context;
use crate::commands::limit::Limit;
use crate::db::models::lead_list::{self, LeadFilter, LeadSort};
use crate::db::models::users;
use crate::domain::role::Right;
use crate::domain::status::Status;
use crate::domain::{source, tag};
use crate::error::{CommandError, Exit};

/// List leads, the newest first
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
    crmctl lead list --status new --source facebook-ads\n  \
    crmctl lead list --sort lead_score --format csv > leads.csv")]
pub struct Args {
    #[arg(long, value_parser = one_of::<Status>())]
    status: Option<Status>,
    /// The source, in any spelling
    #[arg(long)]
    source: Option<String>,
    #[arg(long)]
    tag: Option<String>,
    /// The owner, by email
    #[arg(long, value_name = "EMAIL")]
    owner: Option<String>,
    /// Leads that this import created
    #[arg(long, value_name = "ID")]
    import: Option<i64>,
    /// Deleted leads instead of live ones
    #[arg(long)]
    deleted: bool,
    #[command(flatten)]
    limit: Limit,
    /// Sort by this column, with `-` before it from the greatest [default: -id]
    #[arg(long, value_name = "COLUMN", allow_hyphen_values = true, value_parser = sort_order)]
    sort: Option<(LeadSort, bool)>,
}

/// Leads that are loaded and printed together.
const PAGE: usize = 1000;

pub fn run(args: Args, context: &Context) -> anyhow::Result<Exit> {
    let mut session = context.session(Right::Read)?;
    let (org, now) = (session.org.org_id(), session.stamp.now);
    let limit = args.limit.most(context.ui);
    let owner_id = match &args.owner {
        None => None,
        Some(email) => {
            let email = email.trim().to_lowercase();
            let user = session.db.read(org, |conn| users::by_email(conn, org, &email))?;
            Some(user.map(|user| user.id).ok_or_else(|| {
                CommandError::failed(format!("no user of this organization has the email `{email}`"))
                    .hint("list them: crmctl user list")
            })?)
        }
    };
    let filter = LeadFilter {
        status: args.status,
        source: args.source.as_deref().map(source::normalize),
        tag: args.tag.as_deref().map(tag::normalize),
        owner_id,
        import_id: args.import,
        deleted: args.deleted,
    };
    let (key, descending) = args.sort.unwrap_or((LeadSort::Id, true));
    let mut list = context.ui.list(super::COLUMNS);
    let more = session.db.read(org, |conn| -> anyhow::Result<bool> {
        // One more than asked for tells whether the list is cut.
        let most = limit.map(|limit| i64::from(limit) + 1);
        let mut ids = lead_list::list_ids(conn, org, &filter, key, descending, most)?;
        let more = limit.is_some_and(|limit| ids.len() > limit as usize);
        if more {
            ids.pop();
        }
        for page in ids.chunks(PAGE) {
            for row in super::rows(conn, org, page, now)? {
                list.push(&row)?;
            }
        }
        Ok(more)
    })?;
    list.finish("no leads")?;
    if more {
        args.limit.tell_cut(context.ui);
    }
    Ok(Exit::Done)
}

fn sort_order(text: &str) -> Result<(LeadSort, bool), String> {
    let (name, descending) = match text.strip_prefix('-') {
        Some(name) => (name, true),
        None => (text, false),
    };
    name.parse().map(|key| (key, descending))
}
