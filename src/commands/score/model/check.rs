//! `crmctl score model check`

use std::path::PathBuf;

use crate::commands::args::leads::selection::Selection;
use crate::commands::context::Context;
use crate::commands::score::asked::ready;
use crate::commands::score::file;
use crate::domain::access::role::Right;
use crate::error::{Exit, Result};
use crate::ops::lead_work::scores::check::check;
use crate::ui::Column;

/// Count what the rules of a model match, and use it not
///
/// Rules are marked that match no lead, or every one, and pairs of a group that match nearly the same leads: their points add up.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  crmctl score model check rules.toml\n  crmctl score model check rules.toml --where 'created within 90 days'\n\n\
    Exit code 3 when a rule never or always matches, two overlap, or there are no leads."
)]
pub struct Args {
    /// The model, in TOML or JSON
    #[arg(value_name = "FILE")]
    file: PathBuf,
    #[command(flatten)]
    selection: Selection,
}

const COLUMNS: &[Column] = &[Column::count("leads", "leads"), Column::hidden("rules"), Column::hidden("overlaps")];

const RULES: &[Column] = &[
    Column::whole("group", "group").optional(),
    Column::text("rule", "rule").kept(),
    Column::number("points", "points"),
    Column::hidden("when"),
    Column::number("half_life_days", "half-life").optional(),
    Column::count("matches", "matches").kept(),
    Column::whole("remark", "remark").kept(),
];

const OVERLAPS: &[Column] = &[
    Column::text("rule", "rule").kept(),
    Column::text("other", "other rule").kept(),
    Column::whole("group", "group").optional(),
    Column::count("both", "both match").kept(),
    Column::number("percent", "% of the rarer").kept(),
];

pub fn run(args: Args, context: &Context) -> Result<Exit> {
    context.ui.expect_columns(COLUMNS)?;
    let mut session = context.session(Right::Read)?;
    let model = file::read(&args.file)?;
    let chosen = args.selection.filter(&mut session)?;
    let asked = ready(&mut session, model, chosen)?.asked;
    let org = session.org.org_id();
    let checked = session.db.read_much(org, |conn| check(conn, &asked))?;
    let ui = context.ui;
    ui.record(&checked, COLUMNS)?;
    ui.part("rules", &checked.rules, RULES)?;
    ui.part("rules that match the same leads", &checked.overlaps, OVERLAPS)?;
    if checked.leads == 0 {
        ui.note("there are no leads to check it against");
    }
    let is_odd = checked.leads == 0 || checked.rules.iter().any(|rule| rule.remark.is_some());
    Ok(if is_odd || !checked.overlaps.is_empty() { Exit::NeedsAttention } else { Exit::Done })
}
