//! `crmctl score explain`

use serde::Serialize;
use serde_json::Value;

use super::asked::ready;
use super::learned::learned;
use crate::commands::args::leads::name::{Among, LeadName};
use crate::commands::args::leads::stages::stages_of;
use crate::commands::context::{Context, Session};
use crate::db::models::lead_work::scores::score_models;
use crate::db::models::leads::Lead;
use crate::db::types::Json;
use crate::domain::access::role::Right;
use crate::domain::lead_work::scores::kind::{Group, ModelKind};
use crate::domain::lead_work::scores::parts::{self, Facts, Score};
use crate::domain::lead_work::scores::probability::Probability;
use crate::domain::lead_work::scores::rules::{DEFAULT_NAME, RuleModel};
use crate::domain::leads::score::is_source;
use crate::domain::rounding::decimals;
use crate::domain::timestamp::DAY;
use crate::error::{CommandError, Exit, Result};
use crate::ops::lead_work::scores::learned::predict::of_lead;
use crate::ops::lead_work::scores::models::rules_in_use;
use crate::ui::{Column, Ui};

/// Show how the score of a lead comes about, rule by rule
///
/// The score is computed now, by the model that is in use, and stands beside the one that the lead has. Nothing is written. Rules are
/// shown where they give the score, and what a learned model says of a lead that is open.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  crmctl score explain 10482\n  crmctl score explain ada@example.com --format json")]
pub struct Args {
    #[command(flatten)]
    name: LeadName,
}

/// A score with all that it is made of.
#[derive(Serialize)]
struct Explained {
    id: i64,
    model: String,
    /// `None` while the built-in model has given no score yet.
    version: Option<i32>,
    /// What the model gives now; nothing to a lead that is closed, where the probability of a win is the score.
    score: Option<i16>,
    /// What the lead has.
    lead_score: Option<i16>,
    lead_score_factors: Option<Json>,
    /// Those of rules, where they give the score.
    groups: Vec<GroupRow>,
    rules: Vec<RuleRow>,
    learned: Option<LearnedRow>,
}

/// What the learned model that is in use says.
#[derive(Serialize)]
struct LearnedRow {
    model: String,
    version: i32,
    win_probability: Probability,
    factors: Value,
}

/// What a field says, as the logarithm of the odds.
#[derive(Serialize)]
struct OddsRow {
    field: String,
    log_odds: Value,
}

/// What a group gives.
#[derive(Serialize)]
struct GroupRow {
    group: Group,
    /// The points of its rules, rounded once.
    points: i64,
    cap: i64,
    /// The same from 0 up to the cap.
    score: i64,
    is_capped: bool,
}

/// What a rule gives.
#[derive(Serialize)]
struct RuleRow {
    group: Group,
    rule: String,
    when: String,
    matches: bool,
    /// What the rule gives to leads that match.
    of: i64,
    /// What it gives to this one, before the group is rounded.
    points: f64,
    half_life_days: Option<u32>,
    since: Option<String>,
    age_days: Option<f64>,
}

const COLUMNS: &[Column] = &[
    Column::number("id", "id"),
    Column::whole("model", "model"),
    Column::number("version", "version"),
    Column::number("score", "score"),
    Column::hidden("lead_score"),
    Column::hidden("lead_score_factors"),
    Column::hidden("groups"),
    Column::hidden("rules"),
    Column::hidden("learned"),
];

const ODDS: &[Column] = &[Column::whole("field", "field").kept(), Column::number("log_odds", "log-odds").kept()];

const GROUPS: &[Column] = &[
    Column::whole("group", "group").kept(),
    Column::number("points", "points").kept(),
    Column::number("cap", "cap"),
    Column::number("score", "score").kept(),
];

const RULES: &[Column] = &[
    Column::whole("group", "group").optional(),
    Column::text("rule", "rule").kept(),
    Column::number("points", "points").kept(),
    Column::number("of", "of"),
    Column::number("half_life_days", "half-life").optional(),
    Column::text("when", "when").optional(),
];

pub fn run(args: Args, context: &Context) -> Result<Exit> {
    let mut session = context.session(Right::Read)?;
    let lead = args.name.find(&mut session, Among::Live)?;
    if lead.deleted_at.is_some() {
        return Err(CommandError::failed(format!("the lead {} is deleted", lead.id))
            .hint("deleted leads are not scored; what they were given: crmctl score history"));
    }
    let learned = said_by_learned(&mut session, &lead)?;
    let explained = match learned {
        Some(learned) if learned.sets_score => Explained {
            id: lead.id,
            model: learned.model.clone(),
            version: Some(learned.version),
            score: learned.row.as_ref().map(|row| row.win_probability.score()),
            lead_score: lead.lead_score,
            lead_score_factors: lead.lead_score_factors,
            groups: Vec::new(),
            rules: Vec::new(),
            learned: learned.row,
        },
        learned => said_by_rules(&mut session, lead, learned.and_then(|learned| learned.row))?,
    };
    tell(context.ui, &explained)?;
    Ok(Exit::Done)
}

fn said_by_rules(session: &mut Session, lead: Lead, learned: Option<LearnedRow>) -> Result<Explained> {
    let (org, stamp) = (session.org.org_id(), session.stamp.clone());
    let (row, rules) = session.db.read(org, |conn| rules_in_use(conn, &stamp))?;
    let ready = ready(session, rules, None)?;
    let mut found = None;
    // Behind the lead before it comes the lead itself.
    session.db.read(org, |conn| ready.asked.look(conn, lead.id - 1, 1, |looked| found = Some(looked)))?;
    let looked = found.filter(|looked| looked.lead == lead.id);
    let looked = looked.ok_or_else(|| CommandError::failed(format!("the lead {} was deleted meanwhile", lead.id)))?;
    Ok(Explained {
        id: lead.id,
        model: row.as_ref().map_or_else(|| DEFAULT_NAME.to_owned(), |row| row.name.clone()),
        version: row.as_ref().map(|row| row.revision),
        score: Some(looked.score.total()),
        lead_score: lead.lead_score,
        lead_score_factors: lead.lead_score_factors,
        groups: groups(&ready.asked.model, &looked.score),
        rules: rules_of(&ready.asked.model, &looked.facts),
        learned,
    })
}

/// The learned model that is in use, and what it says of a lead that is open.
struct Learned {
    model: String,
    version: i32,
    sets_score: bool,
    row: Option<LearnedRow>,
}

fn said_by_learned(session: &mut Session, lead: &Lead) -> Result<Option<Learned>> {
    let org = session.org.org_id();
    let Some(row) = session.db.read(org, |conn| score_models::active(conn, org, ModelKind::Learned))? else {
        return Ok(None);
    };
    let ((model, fields), stages) = (learned(&row)?, stages_of(session)?);
    let said = match lead.status.outcome(false) {
        Some(_) => None,
        None => session.db.read(org, |conn| of_lead(conn, org, &model, (&fields, &stages), lead.id))?,
    };
    let (name, version) = (row.name, row.revision);
    let row =
        said.map(|(win_probability, factors)| LearnedRow { model: name.clone(), version, win_probability, factors });
    Ok(Some(Learned { model: name, version, sets_score: model.sets_score, row }))
}

fn groups(model: &RuleModel, score: &Score) -> Vec<GroupRow> {
    let row = |group: &Group| GroupRow {
        group: *group,
        points: score.uncapped(*group),
        cap: model.caps.of(*group),
        score: score.part(*group),
        is_capped: score.is_capped(*group),
    };
    Group::ALL.iter().map(row).collect()
}

fn rules_of(model: &RuleModel, facts: &Facts) -> Vec<RuleRow> {
    let mut ages = facts.ages.iter().copied();
    let rules = model.rules.iter().enumerate().map(|(place, rule)| {
        let age = if rule.decay.is_some() { ages.next().flatten() } else { None };
        let matches = facts.matches(place);
        RuleRow {
            group: rule.group,
            rule: rule.name.clone(),
            when: rule.when.clone(),
            matches,
            of: rule.points,
            // For reading; the group is computed from what is not rounded.
            points: if matches { decimals(parts::points(rule, age), 2) } else { 0.0 },
            half_life_days: rule.decay.as_ref().map(|decay| decay.half_life_days),
            since: rule.decay.as_ref().map(|decay| decay.since.clone()),
            age_days: age.map(|age| decimals(age as f64 / DAY as f64, 2)),
        }
    });
    rules.collect()
}

fn tell(ui: Ui, explained: &Explained) -> Result<()> {
    ui.record(explained, COLUMNS)?;
    if !explained.groups.is_empty() {
        ui.part("groups", &explained.groups, GROUPS)?;
        let matching: Vec<&RuleRow> = explained.rules.iter().filter(|rule| rule.matches).collect();
        ui.part("rules that match", &matching, RULES)?;
    }
    if let Some(learned) = &explained.learned {
        let each = learned.factors.as_object().into_iter().flatten();
        let odds: Vec<OddsRow> =
            each.map(|(field, odds)| OddsRow { field: field.clone(), log_odds: odds.clone() }).collect();
        ui.part(&format!("learned by {}: {}", learned.model, learned.win_probability), &odds, ODDS)?;
    }
    if explained.score.is_none() {
        ui.note("the lead is closed: this model scores those that are open, and it keeps the score that it has");
        return Ok(());
    }
    match (explained.lead_score, &explained.lead_score_factors) {
        (Some(kept), Some(factors)) if is_source(&factors.0) => {
            ui.note(&format!("the lead has {kept}, which was not given by a model; `crmctl score run` replaces it"));
        }
        (Some(kept), _) if Some(kept) != explained.score => {
            ui.note(&format!("the lead has {kept}, as of the last run: crmctl score run"));
        }
        _ => {}
    }
    Ok(())
}
