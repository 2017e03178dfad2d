//! `crmctl score model show`

use serde::Serialize;

use crate::commands::args::complete;
use crate::commands::context::Context;
use crate::commands::score::learned::learned;
use crate::db::models::lead_work::scores::score_models::ScoreModel;
use crate::domain::access::role::Right;
use crate::domain::lead_work::scores::kind::{Group, ModelKind};
use crate::domain::lead_work::scores::model_name::ModelName;
use crate::domain::lead_work::scores::rules::{DEFAULT_NAME, RuleModel};
use crate::domain::rounding::decimals;
use crate::error::{Exit, Result};
use crate::ops::lead_work::scores::models::{find, rules_in_use, rules_of};
use crate::ui::{Column, Format, Ui};

/// Show a model: its caps and rules, or what it has counted
///
/// Without a name it is the one of rules that is in use. JSON of rules is what `score model set` reads.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  crmctl score model show\n  crmctl score model show spring@1\n  \
    crmctl score model show --format json > rules.json")]
pub struct Args {
    /// The model, in its latest version or as NAME@2; otherwise the one in use
    #[arg(add = complete::score_model_names())]
    name: Option<ModelName>,
}

/// A model as people read it.
#[derive(Serialize)]
struct Shown<'a> {
    name: &'a str,
    version: Option<i32>,
    kind: ModelKind,
    is_active: bool,
    caps: Option<String>,
    won: Option<u64>,
    lost: Option<u64>,
}

/// What was counted of a value.
#[derive(Serialize)]
struct CellRow<'a> {
    field: &'a str,
    value: &'a str,
    won: u64,
    lost: u64,
    log_odds: f64,
}

/// A rule as people read it.
#[derive(Serialize)]
struct RuleRow<'a> {
    group: Group,
    rule: &'a str,
    points: i64,
    when: &'a str,
    half_life_days: Option<u32>,
    since: Option<&'a str>,
}

const COLUMNS: &[Column] = &[
    Column::whole("name", "name"),
    Column::number("version", "version"),
    Column::whole("kind", "kind"),
    Column::whole("is_active", "active"),
    Column::text("caps", "caps"),
    Column::count("won", "won"),
    Column::count("lost", "lost"),
];

const CELLS: &[Column] = &[
    Column::whole("field", "field").kept(),
    Column::text("value", "value").kept(),
    Column::count("won", "won").kept(),
    Column::count("lost", "lost").kept(),
    Column::number("log_odds", "log-odds"),
];

const RULES: &[Column] = &[
    Column::whole("group", "group").kept(),
    Column::text("rule", "rule").kept(),
    Column::number("points", "points").kept(),
    Column::text("when", "when").kept(),
    Column::number("half_life_days", "half-life").optional(),
    Column::whole("since", "since").optional(),
];

const RULE_DEFINITION: &[Column] = &[Column::hidden("caps"), Column::hidden("rules")];

const LEARNED_DEFINITION: &[Column] = &[
    Column::hidden("won"),
    Column::hidden("lost"),
    Column::hidden("at_days"),
    Column::hidden("fields"),
    Column::hidden("sets_score"),
    Column::hidden("until"),
];

pub fn run(args: Args, context: &Context) -> Result<Exit> {
    let mut session = context.session(Right::Read)?;
    let (org, stamp) = (session.org.org_id(), session.stamp.clone());
    let named = args.name.as_ref();
    let found = named.map(|named| session.db.read(org, |conn| find(conn, &named.name, named.version, &stamp)));
    let found = found.transpose()?;
    if let Some(row) = found.as_ref().filter(|row| row.kind == ModelKind::Learned) {
        return show_learned(context.ui, row);
    }
    let (row, rules) = match found {
        Some(row) => {
            let rules = rules_of(&row)?;
            (Some(row), rules)
        }
        None => session.db.read(org, |conn| rules_in_use(conn, &stamp))?,
    };
    show_rules(context.ui, row.as_ref(), &rules)
}

fn show_rules(ui: Ui, row: Option<&ScoreModel>, rules: &RuleModel) -> Result<Exit> {
    if !matches!(ui.format, Format::Table | Format::Markdown) {
        ui.record(rules, RULE_DEFINITION)?;
        return Ok(Exit::Done);
    }
    let shown = Shown {
        name: row.map_or(DEFAULT_NAME, |row| &row.name),
        version: row.map(|row| row.revision),
        kind: ModelKind::Rules,
        is_active: row.is_none_or(|row| row.is_active),
        caps: Some(caps(rules)),
        won: None,
        lost: None,
    };
    ui.record(&shown, COLUMNS)?;
    let rows = rules.rules.iter().map(|rule| RuleRow {
        group: rule.group,
        rule: &rule.name,
        points: rule.points,
        when: &rule.when,
        half_life_days: rule.decay.as_ref().map(|decay| decay.half_life_days),
        since: rule.decay.as_ref().map(|decay| decay.since.as_str()),
    });
    ui.part("rules", &rows.collect::<Vec<_>>(), RULES)?;
    if row.is_none() {
        ui.note("no model is set; this one is built in");
    }
    Ok(Exit::Done)
}

fn show_learned(ui: Ui, row: &ScoreModel) -> Result<Exit> {
    let (model, _) = learned(row)?;
    if !matches!(ui.format, Format::Table | Format::Markdown) {
        ui.record(&model, LEARNED_DEFINITION)?;
        return Ok(Exit::Done);
    }
    let shown = Shown {
        name: &row.name,
        version: Some(row.revision),
        kind: row.kind,
        is_active: row.is_active,
        caps: None,
        won: Some(model.won),
        lost: Some(model.lost),
    };
    ui.record(&shown, COLUMNS)?;
    let cells = model.fields.iter().flat_map(|field| {
        field.cells.iter().map(|cell| CellRow {
            field: &field.field,
            value: &cell.value,
            won: cell.won,
            lost: cell.lost,
            log_odds: decimals(field.of_cell(cell), 2),
        })
    });
    ui.part("what was counted", &cells.collect::<Vec<_>>(), CELLS)?;
    Ok(Exit::Done)
}

fn caps(model: &RuleModel) -> String {
    let each: Vec<String> = Group::ALL.iter().map(|group| format!("{group} {}", model.caps.of(*group))).collect();
    each.join(", ")
}
