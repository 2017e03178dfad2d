//! `crmctl lead show`

use serde::Serialize;

use crate::commands::args::leads::name::{Among, LeadName};
use crate::commands::args::leads::pools::passed_over;
use crate::commands::context::{Context, Session, timed};
use crate::db::models::erasure::erasures;
use crate::db::models::lead_work::next::tasks::{self, Task, TaskFilter};
use crate::db::models::leads::Lead;
use crate::db::models::leads::lead_assignments::{self, Assignment};
use crate::db::models::leads::lead_audit_log::{self, AuditEntry};
use crate::db::models::leads::lead_emails::{self, FurtherEmail};
use crate::db::models::leads::lead_merges::absorbed_by;
use crate::db::models::leads::lead_notes::{self, Note};
use crate::db::models::leads::lead_phones::{self, FurtherPhone};
use crate::db::models::leads::lead_status_history::{self, StatusChange};
use crate::db::models::leads::lead_tags;
use crate::db::{Db, DbError, OrgId};
use crate::domain::access::role::Right;
use crate::domain::lead_work::next::left_out::LeftOut;
use crate::domain::lead_work::pools::RunReason;
use crate::domain::timestamp::Timestamp;
use crate::error::{Exit, Result};
use crate::ops::dnc::blocked_numbers;
use crate::ops::lead_work::next::barred;
use crate::ops::lead_work::pools::explained::{self, LeftOver};
use crate::ops::leads::history::named::Named;
use crate::ops::leads::personal::personal;
use crate::ui::{Column, Kind, Ui, UiError, label};

/// Show a lead with all that belongs to it
///
/// That is its phones, emails, notes, open tasks, status history and latest changes.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  crmctl lead show 10482\n  crmctl lead show '(212) 555-0142' --region US\n  crmctl lead show ada@example.com\n  \
    crmctl lead show 10482 --export-personal > person.json"
)]
pub struct Args {
    #[command(flatten)]
    name: LeadName,
    /// Write all that is stored about the person as one JSON document: for the person, who has a right to it
    #[arg(long)]
    export_personal: bool,
}

/// A lead with all that belongs to it.
#[derive(Serialize)]
pub(in crate::commands::lead) struct Shown {
    #[serde(flatten)]
    lead: Lead,
    /// The email of its owner.
    owner: Option<String>,
    /// The name of its territory.
    territory: Option<String>,
    tags: Vec<String>,
    blocked: Vec<String>,
    phones: Vec<FurtherPhone>,
    emails: Vec<FurtherEmail>,
    notes: Vec<Note>,
    /// The open ones, by when they are due; also those of leads that were merged into it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tasks: Vec<OpenTask>,
    status_history: Vec<StatusChange>,
    assignments: Vec<Given>,
    recent_changes: Vec<AuditEntry>,
    /// Of a lead without an owner: why pools gave it to nobody.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    left_by_pools: Vec<LeftOver>,
    /// What the values of the changes stand for.
    #[serde(skip)]
    named: Named,
}

/// What is to be done about the lead.
#[derive(Serialize)]
struct OpenTask {
    #[serde(flatten)]
    task: Task,
    /// The email of its owner.
    owner: Option<String>,
    /// Why the lead may not be contacted as the task wants it; none when it may.
    barred: Option<LeftOut>,
    /// The same in words.
    barred_by: Option<&'static str>,
}

/// To whom the lead was given, how, and by which filter.
#[derive(Clone, Serialize)]
struct Given {
    #[serde(flatten)]
    assignment: Assignment,
    from_email: Option<String>,
    to_email: Option<String>,
}

impl Given {
    /// The same with what a pool says of it as people read it.
    fn in_words(&self, named: &Named) -> Given {
        let said = self.assignment.context.as_deref().map(|context| named.context(context));
        let assignment = Assignment { context: said, ..self.assignment.clone() };
        Given { assignment, ..self.clone() }
    }
}

/// How many of the latest changes are shown.
const RECENT: i64 = 20;

pub fn run(args: Args, context: &Context) -> Result<Exit> {
    let mut session = context.session(Right::Read)?;
    let lead = args.name.find(&mut session, Among::Live)?;
    if args.export_personal {
        let (org, now, name) = (session.org.org_id(), session.stamp.now, session.org.name.clone());
        let personal = session.db.read(org, |conn| personal(conn, org, &name, &lead, now))?;
        context.ui.document(&personal)?;
        return Ok(Exit::Done);
    }
    let id = lead.id;
    let org = session.org.org_id();
    let erased = session.db.read(org, |conn| erasures::erased_among(conn, org, &[id]))?;
    if let Some(at) = erased.get(&id) {
        context.ui.note(&format!("the person of the lead {id} was erased on {}", context.ui.time(*at)));
    }
    print(context, &mut session, lead)?;
    Ok(Exit::Done)
}

/// Prints a lead with all that belongs to it.
fn print(context: &Context, session: &mut Session, lead: Lead) -> Result<()> {
    let (org, now) = (session.org.org_id(), session.stamp.now);
    let shown = timed(context.ui, "lead read", || session.db.read(org, |conn| gather(conn, org, lead, now)))?;
    for task in &shown.tasks {
        if let Some(why) = task.barred_by {
            let (task, kind) = (task.task.id, task.task.kind);
            context.ui.warn(&format!("the task {task} is open, but the lead may not be contacted so ({kind}): {why}"));
        }
    }
    print_shown(context.ui, &shown)
}

/// Prints a lead that was read with all that belongs to it.
pub(in crate::commands::lead) fn print_shown(ui: Ui, shown: &Shown) -> Result<()> {
    ui.record(shown, &columns())?;
    print_phones(ui, &shown.phones)?;
    print_emails(ui, &shown.emails)?;
    print_notes(ui, &shown.notes)?;
    ui.part(
        "open tasks",
        &shown.tasks,
        &[
            Column::number("id", "id").kept(),
            Column::whole("kind", "kind").kept(),
            Column::time("due_at", "due").kept(),
            Column::text("barred_by", "barred by").kept(),
            Column::text("note", "note"),
            Column::text("owner", "owner").optional(),
        ],
    )?;
    ui.part(
        "status history",
        &shown.status_history,
        &[
            Column::time("changed_at", "when"),
            Column::whole("from_status", "from").kept(),
            Column::whole("to_status", "to").kept(),
            Column::text("trigger_type", "trigger").optional(),
            Column::text("reason", "reason"),
            Column::number("import_id", "import").optional(),
            Column::whole("undone", "undone"),
        ],
    )?;
    ui.part(
        "assignments",
        &shown.assignments.iter().map(|given| given.in_words(&shown.named)).collect::<Vec<_>>(),
        &[
            Column::time("assigned_at", "when"),
            Column::text("from_email", "from").kept(),
            Column::text("to_email", "to").kept(),
            Column::whole("strategy", "assigned").optional(),
            Column::text("context", "context"),
            Column::text("actor", "who"),
        ],
    )?;
    print_left(ui, &shown.left_by_pools)?;
    let mut recent_changes = shown.recent_changes.clone();
    for entry in &mut recent_changes {
        shown.named.name(entry.field_name.as_deref(), &mut entry.old_value);
        shown.named.name(entry.field_name.as_deref(), &mut entry.new_value);
    }
    ui.part(
        "recent changes",
        &recent_changes,
        &[
            Column::time("changed_at", "when"),
            Column::whole("action", "action"),
            Column::field("field_name", "field").kept(),
            Column::logged("old_value", "old", "field_name").kept(),
            Column::logged("new_value", "new", "field_name").kept(),
            Column::text("actor", "who"),
            Column::number("import_id", "import").optional(),
        ],
    )?;
    Ok(())
}

/// The columns of one lead: all of them.
pub(super) fn columns() -> Vec<Column> {
    crate::commands::args::leads::rows::COLUMNS
        .iter()
        .map(|column| match column.in_tables {
            // There is room for what a list only marks.
            true if column.kind == Kind::Mark => Column { kind: Kind::Text, ..column.clone() },
            true => column.clone(),
            false if matches!(&*column.key, "owner_id" | "territory_id" | "currency") => column.clone(),
            false => Column { title: label(&column.key), kind: shown_kind(column), in_tables: true, ..column.clone() },
        })
        .chain([Column::text("owner", "owner"), Column::text("territory", "territory")])
        .collect()
}

/// The columns that can be asked for: those of the lead, and what belongs to it.
pub(in crate::commands::lead) fn every_column() -> Vec<Column> {
    const PARTS: [Column; 8] = [
        Column::hidden("phones"),
        Column::hidden("emails"),
        Column::hidden("notes"),
        Column::hidden("tasks"),
        Column::hidden("status_history"),
        Column::hidden("assignments"),
        Column::hidden("recent_changes"),
        Column::hidden("left_by_pools"),
    ];
    columns().into_iter().chain(PARTS).collect()
}

/// How a value that lists leave out is shown in a record.
fn shown_kind(column: &Column) -> Kind {
    match column.kind {
        Kind::Time => Kind::Ago,
        _ if column.key == "value_cents" => Kind::MoneyIn("currency"),
        kind => kind,
    }
}

pub(in crate::commands::lead) fn print_phones(ui: Ui, phones: &[FurtherPhone]) -> Result<(), UiError> {
    ui.part("further phones", phones, &[Column::whole("phone_number", "phone"), Column::whole("kind", "kind")])
}

pub(in crate::commands::lead) fn print_emails(ui: Ui, emails: &[FurtherEmail]) -> Result<(), UiError> {
    ui.part("further emails", emails, &[Column::whole("email", "email"), Column::whole("kind", "kind")])
}

pub(in crate::commands::lead) fn print_notes(ui: Ui, notes: &[Note]) -> Result<(), UiError> {
    ui.part("notes", notes, &[Column::time("created_at", "created"), Column::text("body", "note")])
}

/// Prints why pools gave a lead to nobody.
fn print_left(ui: Ui, left: &[LeftOver]) -> Result<(), UiError> {
    #[derive(Serialize)]
    struct Line<'a> {
        pool: &'a str,
        run: i64,
        run_at: Timestamp,
        reason: RunReason,
        passed_over: String,
    }
    let lines: Vec<Line<'_>> = left
        .iter()
        .map(|one| Line {
            pool: &one.pool,
            run: one.run,
            run_at: one.run_at,
            reason: one.reason,
            passed_over: passed_over(&one.skipped),
        })
        .collect();
    let columns = [
        Column::time("run_at", "when"),
        Column::text("pool", "pool").kept(),
        Column::number("run", "run"),
        Column::whole("reason", "why").kept(),
        Column::text("passed_over", "passed over"),
    ];
    ui.part("left by pools", &lines, &columns)
}

/// Reads all that belongs to a lead.
pub(in crate::commands::lead) fn gather(
    conn: &mut Db,
    org: OrgId,
    lead: Lead,
    now: Timestamp,
) -> Result<Shown, DbError> {
    let id = lead.id;
    let recent_changes = lead_audit_log::latest(conn, org, id, RECENT)?;
    let values = recent_changes.iter().map(|entry| (entry.field_name.as_deref(), entry.old_value.as_deref()));
    let named = Named::read(conn, org, lead.currency.as_deref(), values)?;
    Ok(Shown {
        owner: lead.owner_id.and_then(|owner| named.email(owner)).cloned(),
        territory: lead.territory_id.and_then(|territory| named.territory(territory)).cloned(),
        tags: lead_tags::of_leads(conn, org, &[id])?.remove(&id).unwrap_or_default(),
        blocked: blocked_numbers(conn, org, [&lead], now)?.remove(&id).unwrap_or_default(),
        phones: lead_phones::of_leads(conn, org, &[id])?.remove(&id).unwrap_or_default(),
        emails: lead_emails::of_leads(conn, org, &[id])?.remove(&id).unwrap_or_default(),
        notes: lead_notes::of_lead(conn, org, id)?,
        tasks: open_tasks(conn, org, id, &named, now)?,
        status_history: lead_status_history::of_lead(conn, org, id)?,
        assignments: assignments(conn, org, id, &named)?,
        left_by_pools: match lead.owner_id.is_none() && lead.deleted_at.is_none() {
            true => explained::of_lead(conn, org, id)?,
            false => Vec::new(),
        },
        recent_changes,
        named,
        lead,
    })
}

fn open_tasks(conn: &mut Db, org: OrgId, lead: i64, named: &Named, now: Timestamp) -> Result<Vec<OpenTask>, DbError> {
    let mut leads = absorbed_by(conn, org, lead)?;
    leads.push(lead);
    let tasks = tasks::some(conn, org, &TaskFilter { leads: Some(leads), ..TaskFilter::default() })?;
    let barred = barred::of_tasks(conn, org, now, &tasks)?;
    let one = |task: Task| {
        let barred = barred.get(&task.id).copied();
        let owner = task.owner_id.and_then(|id| named.email(id)).cloned();
        OpenTask { owner, barred, barred_by: barred.map(LeftOut::told), task }
    };
    Ok(tasks.into_iter().map(one).collect())
}

fn assignments(conn: &mut Db, org: OrgId, lead: i64, named: &Named) -> Result<Vec<Given>, DbError> {
    let stored = lead_assignments::of_lead(conn, org, lead)?;
    let email = |id: Option<i64>| id.and_then(|id| named.email(id)).cloned();
    let given = stored.into_iter().map(|assignment| Given {
        from_email: email(assignment.from_user_id),
        to_email: email(assignment.to_user_id),
        assignment,
    });
    Ok(given.collect())
}
