//! Models: their versions, and which of them is in use.

use serde_json::Value;

use crate::db::models::lead_work::scores::score_models::{self, NewScoreModel, ScoreModel};
use crate::db::types::{Json, Uid};
use crate::db::{Db, DbError, Stamp};
use crate::domain::lead_work::scores::kind::ModelKind;
use crate::domain::lead_work::scores::rules::{DEFAULT_NAME, ModelProblem, RuleModel};
use crate::error::{CommandError, Explain};
use crate::ops::audited;

/// Why a model was not written.
#[derive(Debug, thiserror::Error)]
pub enum ScoreModelError {
    #[error(transparent)]
    Db(#[from] DbError),
    #[error("the model `{name}` is one of {kind}")]
    OtherKind { name: String, kind: ModelKind },
    #[error("`{DEFAULT_NAME}` is the model of rules that is built in")]
    BuiltInName,
    #[error("there is no version {revision} of the model `{name}`")]
    NoVersion { name: String, revision: i32 },
    #[error("there is no model `{0}`")]
    NoModel(String),
    #[error("somebody else changed the models meanwhile")]
    Raced,
    #[error("version {revision} of the model `{name}` cannot be used: {problem}")]
    Unreadable { name: String, revision: i32, problem: ModelProblem },
    #[error("the model that crmctl has built in cannot be used: {0}")]
    BuiltIn(ModelProblem),
}

impl Explain for ScoreModelError {
    fn explain(&self) -> CommandError {
        let hint = match self {
            ScoreModelError::Db(e) => return e.explain(),
            ScoreModelError::OtherKind { .. } | ScoreModelError::BuiltInName => "give another name: --name spring",
            ScoreModelError::NoVersion { .. } | ScoreModelError::NoModel(_) => "list them: crmctl score model list",
            ScoreModelError::Raced => "look at them (crmctl score model list), and try again",
            ScoreModelError::Unreadable { .. } => "a newer crmctl wrote it; use another version",
            ScoreModelError::BuiltIn(_) => "this is a fault of crmctl; please report it",
        };
        CommandError::failed(self.to_string()).hint(hint)
    }
}

/// A version of a model that is kept.
#[derive(Debug)]
pub struct Kept {
    pub model: ScoreModel,
    /// Whether the version was made: what is as it was makes none.
    pub is_new: bool,
}

/// A version that is in use now.
#[derive(Debug)]
pub struct InUse {
    pub model: ScoreModel,
    /// The one that was in use before; itself, if it was.
    pub before: Option<ScoreModel>,
}

/// Keeps a model as the first version of its name, or as the next one if it differs from the latest.
///
/// # Errors
/// The name is that of a model of another kind, or the database refuses.
pub fn keep(
    conn: &mut Db,
    name: &str,
    kind: ModelKind,
    definition: Value,
    stamp: &Stamp,
) -> Result<Kept, ScoreModelError> {
    expect_name(name, kind)?;
    let mut versions = score_models::versions(conn, stamp.org, name)?;
    let latest = versions.pop();
    if let Some(other) = latest.as_ref().filter(|latest| latest.kind != kind) {
        return Err(ScoreModelError::OtherKind { name: name.to_owned(), kind: other.kind });
    }
    let definition = Json(definition);
    let revision = match latest {
        Some(same) if same.definition == definition => {
            return Ok(Kept { model: same, is_new: false });
        }
        Some(latest) => latest.revision.saturating_add(1),
        None => 1,
    };
    let new = NewScoreModel {
        organization_id: stamp.org.0,
        uid: Uid::new(),
        name,
        revision,
        kind,
        definition,
        is_active: false,
        created_at: stamp.now,
        updated_at: stamp.now,
    };
    let model: ScoreModel = audited::add(conn, &new, stamp).map_err(raced)?;
    Ok(Kept { model, is_new: true })
}

/// Refuses a name that only another kind can have.
///
/// # Errors
/// It is that of the built-in model.
pub fn expect_name(name: &str, kind: ModelKind) -> Result<(), ScoreModelError> {
    match kind == ModelKind::Learned && name == DEFAULT_NAME {
        true => Err(ScoreModelError::BuiltInName),
        false => Ok(()),
    }
}

/// Puts a version into use; the one of its kind that was in use is so no longer.
///
/// # Errors
/// Somebody else did the same meanwhile, or the database refuses.
pub fn put_into_use(conn: &mut Db, model: &ScoreModel, stamp: &Stamp) -> Result<InUse, ScoreModelError> {
    let before = score_models::active(conn, stamp.org, model.kind)?;
    if let Some(other) = before.as_ref().filter(|active| active.id != model.id) {
        set_active(conn, other.id, false, stamp)?;
    }
    Ok(InUse { model: set_active(conn, model.id, true, stamp)?, before })
}

/// Takes the version of a kind out of use that is in use; without one of rules the built-in one scores, without one that has learned
/// nothing is predicted.
///
/// # Errors
/// Somebody else did the same meanwhile, or the database refuses.
pub fn take_out_of_use(conn: &mut Db, kind: ModelKind, stamp: &Stamp) -> Result<Option<ScoreModel>, ScoreModelError> {
    let active = score_models::active(conn, stamp.org, kind)?;
    active.map(|active| set_active(conn, active.id, false, stamp)).transpose()
}

fn set_active(conn: &mut Db, id: i64, is_active: bool, stamp: &Stamp) -> Result<ScoreModel, ScoreModelError> {
    let edited = audited::change::<ScoreModel, DbError>(conn, id, stamp, |row| {
        row.is_active = is_active;
        Ok(())
    });
    Ok(edited.map_err(raced)?.ok_or(ScoreModelError::Raced)?.row)
}

/// The version of a name; the latest where none is named.
///
/// # Errors
/// There is none, or the database cannot be read.
pub fn find(conn: &mut Db, name: &str, revision: Option<i32>, stamp: &Stamp) -> Result<ScoreModel, ScoreModelError> {
    let mut versions = score_models::versions(conn, stamp.org, name)?;
    let Some(latest) = versions.pop() else { return Err(ScoreModelError::NoModel(name.to_owned())) };
    match revision {
        None => Ok(latest),
        Some(revision) if latest.revision == revision => Ok(latest),
        Some(revision) => versions
            .into_iter()
            .find(|row| row.revision == revision)
            .ok_or_else(|| ScoreModelError::NoVersion { name: name.to_owned(), revision }),
    }
}

/// The model of rules that is in use, with its row; without a row it is the built-in one.
///
/// # Errors
/// It was written by a newer program, or the database cannot be read.
pub fn rules_in_use(conn: &mut Db, stamp: &Stamp) -> Result<(Option<ScoreModel>, RuleModel), ScoreModelError> {
    match score_models::active(conn, stamp.org, ModelKind::Rules)? {
        None => Ok((None, RuleModel::standard().map_err(ScoreModelError::BuiltIn)?)),
        Some(row) => {
            let rules = rules_of(&row)?;
            Ok((Some(row), rules))
        }
    }
}

/// The rules that a version holds.
///
/// # Errors
/// A newer program wrote it.
pub fn rules_of(row: &ScoreModel) -> Result<RuleModel, ScoreModelError> {
    RuleModel::from_json(&row.definition.0).map_err(|problem| ScoreModelError::Unreadable {
        name: row.name.clone(),
        revision: row.revision,
        problem,
    })
}

/// The row of the model with which leads are scored. That of the built-in one is made when it is first used, so that the scores that it
/// gave can be explained when the program has another one.
///
/// # Errors
/// The name of the built-in one is taken by another kind, or the database refuses.
pub fn row_for_run(
    conn: &mut Db,
    found: (Option<ScoreModel>, &RuleModel),
    stamp: &Stamp,
) -> Result<ScoreModel, ScoreModelError> {
    match found {
        (Some(row), _) => Ok(row),
        (None, rules) => {
            let definition = serde_json::to_value(rules)
                .map_err(|e| ScoreModelError::BuiltIn(ModelProblem::Syntax(e.to_string())))?;
            Ok(keep(conn, DEFAULT_NAME, ModelKind::Rules, definition, stamp)?.model)
        }
    }
}

fn raced(error: DbError) -> ScoreModelError {
    match error.is_unique_violation() {
        true => ScoreModelError::Raced,
        false => error.into(),
    }
}
