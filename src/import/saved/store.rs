//! Mappings in the database: reading one, and saving what was decided.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use super::form::Form;
use super::lists::{InUse, Mappable};
use crate::db::models::imports::import_mappings::{self, ImportMapping};
use crate::db::types::Json;
use crate::db::{Database, Db, OrgId, Stamp};
use crate::domain::imports::kind::ImportKind;
use crate::domain::imports::mapping_name::MappingName;
use crate::domain::text::{fold_key, nearest};
use crate::import::ImportError;
use crate::import::column_names::{column_named, column_names, is_own_column};
use crate::import::options::Assignment;
use crate::ops::imports::mappings::{self, NewMapping};

/// A mapping as it is read from its row.
#[derive(Debug, Clone)]
pub struct Stored<O> {
    pub mapping: InUse<O>,
    pub form: Form,
}

/// What a row's options hold besides those of the kind.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
struct Besides {
    known: Vec<Assignment>,
    form: Form,
}

impl<O: Mappable> Stored<O> {
    /// The mapping of a row.
    ///
    /// # Errors
    /// It was written by a program that knows more options.
    pub fn of(row: &ImportMapping) -> Result<Stored<O>, ImportError> {
        fn read<T: serde::de::DeserializeOwned>(row: &ImportMapping, value: &Value) -> Result<T, ImportError> {
            serde_json::from_value(value.clone())
                .map_err(|e| ImportError::UnreadableMapping { name: row.name.clone(), reason: e.to_string() })
        }
        let Besides { known, form } = read(row, &row.options.0)?;
        let mut options: O = read(row, &row.options.0)?;
        // Where a kind keeps them, too, they are only once here.
        if let Some(again) = options.lists().known {
            again.clear();
        }
        let headers = read(row, &row.headers.0)?;
        let (name, version) = (row.name.clone(), row.revision);
        Ok(Stored { mapping: InUse { name, version, options, known, headers }, form })
    }
}

/// The mapping of this name that is not deleted, in the version that is named or else in its latest.
///
/// # Errors
/// There is none, or the database cannot be read.
pub fn find(db: &mut Database, org: OrgId, named: &MappingName) -> Result<ImportMapping, ImportError> {
    let mut versions = db.read(org, |conn| import_mappings::versions(conn, org, &named.name))?;
    versions.retain(|row| row.deleted_at.is_none());
    let latest = versions.last().map(|row| row.revision);
    versions.retain(|row| row.revision == named.version.or(latest).unwrap_or_default());
    if let Some(row) = versions.pop() {
        return Ok(row);
    }
    let near = match latest {
        Some(latest) => Some(format!("{}@{latest}", named.name)),
        None => {
            let names: Vec<String> =
                db.read(org, |conn| import_mappings::current(conn, org))?.into_iter().map(|row| row.name).collect();
            nearest(&named.name, names.iter().map(String::as_str)).map(str::to_owned)
        }
    };
    Err(ImportError::UnknownMapping { named: named.to_string(), near })
}

/// What files with the same headers have in common, in whatever order and spelling these stand.
pub fn fingerprint(headers: &[String]) -> String {
    let mut folded: Vec<String> =
        headers.iter().filter(|header| !is_own_column(header)).map(|header| fold_key(header)).collect();
    folded.sort_unstable();
    let mut hash = Sha256::new();
    for header in folded {
        hash.update(header.as_bytes());
        // No folded header holds it.
        hash.update([0]);
    }
    crate::domain::text::hex(&hash.finalize())
}

/// What an import has to do with saved mappings: the one that it uses, and what it saves.
#[derive(Debug, Default)]
pub struct Kept {
    used: Option<String>,
    saving: Option<Saving>,
}

#[derive(Debug)]
struct Saving {
    name: String,
    kind: ImportKind,
    options: Json,
    headers: Json,
    fingerprint: String,
}

/// What a summary tells of saved mappings, each with its version: `monthly@2`.
#[derive(Debug, Clone, Default, Serialize)]
pub struct MappingsTold {
    /// The one that was used.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mapping: Option<String>,
    /// The one that was saved, or was as it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub saved_mapping: Option<String>,
    #[serde(skip)]
    pub is_new: bool,
}

impl Kept {
    /// What becomes of a file with these headers.
    pub fn using<O>(mapping: Option<&InUse<O>>) -> Kept {
        Kept { used: mapping.map(|it| format!("{}@{}", it.name, it.version)), saving: None }
    }

    /// The same, saving what was decided: the options that were said for files of this form, and the columns that their headers
    /// claimed, each with its field.
    ///
    /// # Errors
    /// The options cannot be written.
    pub fn saving<O: Mappable>(
        self,
        name: &str,
        kind: ImportKind,
        mut options: O,
        columns: &[(usize, String)],
        headers: &[String],
        form: &Form,
    ) -> Result<Kept, ImportError> {
        let lists = options.lists();
        // By their headers where these say enough, so that the columns may stand in another order.
        let names = column_names(headers);
        let by_name = |name: &mut String| {
            if let Some(found) = column_named(headers, name).ok().and_then(|index| names.get(index)) {
                name.clone_from(found);
            }
        };
        lists.map.iter_mut().for_each(|it| by_name(&mut it.value));
        lists.ignore.iter_mut().for_each(by_name);
        lists.keep.into_iter().flatten().for_each(by_name);
        let said: Vec<usize> = lists.map.iter().filter_map(|it| column_named(headers, &it.value).ok()).collect();
        if let Some(known) = lists.known {
            known.clear();
        }
        let known = columns.iter().filter(|(index, _)| !said.contains(index));
        let known = known
            .filter_map(|(index, field)| Some(Assignment { field: field.clone(), value: names.get(*index)?.clone() }));
        let besides = Besides { known: known.collect(), form: form.clone() };
        let mut stored = object(&options)?;
        stored.extend(object(&besides)?);
        let own: Vec<&String> = headers.iter().filter(|header| !is_own_column(header)).collect();
        let saving = Saving {
            name: name.to_owned(),
            kind,
            options: Json(without_nothing(Value::Object(stored))),
            headers: Json(json!(own)),
            fingerprint: fingerprint(headers),
        };
        Ok(Kept { saving: Some(saving), ..self })
    }

    /// Saves what is to be saved, and tells it.
    ///
    /// # Errors
    /// The name is that of a mapping of another kind, or the database refuses.
    pub fn told(&self, conn: &mut Db, stamp: &Stamp) -> Result<MappingsTold, ImportError> {
        let told = MappingsTold { mapping: self.used.clone(), ..MappingsTold::default() };
        let Some(saving) = &self.saving else { return Ok(told) };
        let new = NewMapping {
            name: &saving.name,
            kind: saving.kind,
            options: saving.options.clone(),
            headers: saving.headers.clone(),
            fingerprint: &saving.fingerprint,
        };
        let saved = mappings::save(conn, &new, stamp)?;
        let saved_mapping = Some(format!("{}@{}", saving.name, saved.version));
        Ok(MappingsTold { saved_mapping, is_new: saved.is_new, ..told })
    }

    /// The options of an import as its record keeps them, with the name of the mapping.
    pub fn noted_in(&self, options: Json) -> Json {
        match (&self.used, options.0) {
            (Some(used), Value::Object(mut options)) => {
                options.insert("mapping".into(), json!(used));
                Json(Value::Object(options))
            }
            (_, options) => Json(options),
        }
    }
}

fn object<T: Serialize>(value: &T) -> Result<Map<String, Value>, ImportError> {
    match serde_json::to_value(value).map_err(|e| ImportError::Record(e.to_string()))? {
        Value::Object(object) => Ok(object),
        other => Err(ImportError::Record(format!("{other} is no object"))),
    }
}

/// The options that say anything.
fn without_nothing(value: Value) -> Value {
    let says = |value: &Value| match value {
        Value::Null | Value::Bool(false) => false,
        Value::Array(values) => !values.is_empty(),
        Value::Object(values) => !values.is_empty(),
        _ => true,
    };
    match value {
        Value::Object(object) => {
            let parts = object.into_iter().map(|(key, value)| (key, without_nothing(value)));
            Value::Object(parts.filter(|(_, value)| says(value)).collect())
        }
        other => other,
    }
}
