//! What the verbs of learned models share.

use crate::db::models::lead_work::scores::score_models::ScoreModel;
use crate::domain::lead_work::scores::learned::LearnedModel;
use crate::domain::text::nearest;
use crate::error::CommandError;
use crate::ops::lead_work::scores::learned::fields::{AskedField, USUAL};
use crate::ops::lead_work::scores::learned::predict::fields_of;

/// The fields with these names, else the usual ones.
///
/// # Errors
/// A name is no field's, or stands there twice.
pub fn fields(names: &[String]) -> Result<Vec<AskedField>, CommandError> {
    let usual: Vec<String> = USUAL.map(str::to_owned).to_vec();
    let mut fields: Vec<AskedField> = Vec::new();
    for name in if names.is_empty() { &usual } else { names } {
        let field = AskedField::named(name).ok_or_else(|| {
            let error = CommandError::usage(format!("`{name}` is no field that a model learns from"));
            match nearest(name, AskedField::names()) {
                Some(nearest) => error.hint(format!("did you mean `{nearest}`?")),
                None => {
                    let names: Vec<&str> = AskedField::names().collect();
                    error.hint(format!("those are {}, and custom.KEY", names.join(", ")))
                }
            }
        })?;
        if fields.iter().any(|known| known.field == field.field) {
            return Err(CommandError::usage(format!("--fields has `{name}` twice")));
        }
        fields.push(field);
    }
    Ok(fields)
}

/// What a version has learned, and the fields that it reads.
///
/// # Errors
/// It has not learned, or a newer program made it.
pub fn learned(row: &ScoreModel) -> Result<(LearnedModel, Vec<AskedField>), CommandError> {
    let newer = || {
        CommandError::failed(format!("version {} of the model `{}` cannot be used", row.revision, row.name))
            .hint("a newer crmctl wrote it; use another version")
    };
    let model = LearnedModel::from_json(&row.definition.0).ok_or_else(newer)?;
    let fields = fields_of(&model).map_err(|_| newer())?;
    Ok((model, fields))
}
