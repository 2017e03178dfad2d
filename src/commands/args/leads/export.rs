//! How leads are exported, whichever verb asks for it.

use std::path::PathBuf;

use serde::Serialize;

use crate::commands::args::leads::columns::{self, Order, Usual};
use crate::commands::args::leads::selection;
use crate::commands::context::{Context, Session};
use crate::commands::outputs::Outputs;
use crate::error::{CommandError, Exit, Result};
use crate::export::{Export, Form, IfExists};
use crate::filter::{Dnc, Filter, LeadColumn, LeadQuery};
use crate::import::kinds::leads::fields::LeadField;
use crate::import::kinds::leads::own_export;
use crate::ui::{Column, Format, grouped};

/// How leads are exported.
#[derive(Debug, Clone, clap::Args)]
pub struct ExportForm {
    /// The file to make; its ending names the form: csv, xlsx, json or ndjson
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Replace the file when it exists
    #[arg(long, requires = "output")]
    overwrite: bool,
    /// Sort by these columns, with `-` before one from the greatest [default: id]
    #[arg(long, value_name = "COLUMNS", allow_hyphen_values = true)]
    sort: Option<Order>,
    /// Export leads with a number on the do-not-call list, too
    #[arg(long)]
    include_dnc: bool,
}

/// What an export wrote.
#[derive(Serialize)]
struct Written {
    file: String,
    leads: u64,
    /// Leads with a number on the do-not-call list.
    left_out: i64,
    /// Leads of which it is not known whether a required registry has them: left out, too.
    unknown: i64,
}

const WRITTEN: &[Column] = &[
    Column::text("file", "file"),
    Column::count("leads", "leads"),
    Column::count("left_out", "left out"),
    Column::count("unknown", "unknown"),
];

/// Exports the leads for which the filter holds.
pub fn export(context: &Context, session: &mut Session, filter: Option<Filter>, form: ExportForm) -> Result<Exit> {
    context.catch_interrupts();
    let ui = context.ui;
    if form.output.is_some() {
        ui.expect_no_ids()?;
    }
    Outputs::of(context).claim_all(&[("--output", form.output.as_ref())])?;
    let org = session.org.org_id();
    let kind = form.kind(context)?;
    let asked = columns::asked(ui, Usual::All)?;
    let query = LeadQuery {
        sort: form.sort.map(|order| order.0).unwrap_or_default(),
        dnc: if form.include_dnc { Dnc::Included } else { Dnc::LeftOut },
        ..selection::query(session, filter)?
    };
    let interrupted = session.db.interrupted();
    let mut progress = ui.progress();
    let (leads, left_out, unknown) = session.db.read(org, |conn| -> Result<_> {
        let mut count = |dnc: Dnc| match form.include_dnc {
            true => Ok(0),
            false => LeadQuery { dnc, ..query.clone() }.count(conn),
        };
        let (left_out, unknown) = (count(Dnc::Only)?, count(Dnc::Unknown)?);
        let columns = match (asked, kind) {
            (Some(columns), _) => columns,
            (None, Form::Json | Form::Ndjson) => {
                let read_back = own_export::READ_BACK.iter().map(|name| LeadColumn::named(name));
                columns::usual()?.into_iter().map(Ok).chain(read_back).collect::<Result<_, _>>()?
            }
            (None, Form::Csv | Form::Xlsx) => {
                // What an import reads back.
                let fields = LeadField::ALL.iter().filter(|field| field.is_exported());
                let named = fields.map(|field| LeadColumn::named(field.as_str())).collect::<Result<Vec<_>, _>>()?;
                let custom = query.custom_keys(conn)?;
                named.into_iter().chain(custom.iter().map(|key| LeadColumn::custom(key))).collect()
            }
        };
        let mut export = match &form.output {
            Some(path) => Export::to_file(path, IfExists::of_flag(form.overwrite), columns.clone())?,
            None => Export::to_stream(kind, ui.stream(), columns.clone())?,
        };
        let of_about = if progress.is_enabled() { query.count(conn)? } else { 0 };
        let mut leads = 0u64;
        query.each(conn, &columns, None, |cells| -> Result<()> {
            export.push(&cells)?;
            leads += 1;
            if leads.is_multiple_of(4096) {
                progress.set(leads, u64::try_from(of_about).unwrap_or(0));
                if interrupted.load(std::sync::atomic::Ordering::Relaxed) {
                    return Err(crate::db::DbError::Interrupted.into());
                }
            }
            Ok(())
        })?;
        export.finish()?;
        if form.output.is_some() {
            ui.set_committed();
        }
        Ok((leads, left_out, unknown))
    })?;
    drop(progress);
    if left_out > 0 {
        let (leads, have) = if left_out == 1 { ("lead", "has") } else { ("leads", "have") };
        ui.note(&format!(
            "left out {} {leads} that {have} a number on the do-not-call list; --include-dnc exports them, too",
            grouped(left_out)
        ));
    }
    if unknown > 0 {
        let leads = if unknown == 1 { "lead" } else { "leads" };
        ui.note(&format!(
            "left out {} {leads} of whose numbers it is not known whether they may be contacted (crmctl dnc registry list, crmctl dnc due); \
             --include-dnc exports them, too",
            grouped(unknown)
        ));
    }
    if let Some(path) = &form.output {
        ui.summary(&Written { file: path.display().to_string(), leads, left_out, unknown }, WRITTEN)?;
    }
    Ok(Exit::Done)
}

impl ExportForm {
    /// The form that the file's name asks for, else the format of answers, else CSV.
    fn kind(&self, context: &Context) -> Result<Form> {
        if let Some(path) = &self.output {
            return Ok(Form::of_path(path)?);
        }
        let format = &context.settings.format;
        match format.value {
            Format::Csv => Ok(Form::Csv),
            Format::Table if !format.is_from_flag() => Ok(Form::Csv),
            Format::Json => Ok(Form::Json),
            Format::Ndjson => Ok(Form::Ndjson),
            Format::Table | Format::Markdown | Format::Ids => Err(CommandError::usage(
                "an export has no such form as `table`, `markdown` or `ids`",
            )
            .hint("its forms are csv, json and ndjson on stdout, and xlsx with --output; or use crmctl lead list")),
        }
    }
}
