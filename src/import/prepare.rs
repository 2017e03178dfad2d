//! What is settled before an import begins: its options, completed by an earlier import's and the organization's
//! settings, and the checker of its rows.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use super::ImportError;
use super::checker::Checker;
use super::leads::Request;
use super::mapping::Mapping;
use super::options::{ImportOptions, ON_DUPLICATE_KEY};
use super::source::{Item, Source};
use crate::db::bulk::Stamp;
use crate::db::models::imports::NewImport;
use crate::db::models::organizations::Organization;
use crate::db::models::{imports, system_config, users};
use crate::db::types::{Json, Uid};
use crate::db::{Database, Db};
use crate::domain::duplicates::OnDuplicate;
use crate::domain::import_kind::ImportKind;
use crate::domain::phone::Region;
use crate::domain::text::fold_key;
use crate::domain::{currency, datetime};

/// Refuses to write rows over the very file that is imported.
pub(super) fn refuse_to_overwrite(source: &Path, outputs: [&Option<PathBuf>; 2]) -> Result<(), ImportError> {
    let real = |path: &Path| std::fs::canonicalize(path).ok();
    let source = real(source);
    match outputs.into_iter().flatten().find(|path| source.is_some() && real(path) == source) {
        Some(path) => Err(ImportError::RowFile {
            path: path.display().to_string(),
            reason: "it is the file that is imported".into(),
        }),
        None => Ok(()),
    }
}

/// The options of this call, completed by those of the import that a reject file names.
pub(super) fn with_earlier_options(
    db: &mut Database,
    source: &Source,
    request: &Request<'_>,
) -> Result<ImportOptions, ImportError> {
    let options = request.options.clone();
    if options.ignore.iter().any(|name| name == "_import") {
        return Ok(options);
    }
    let earlier = earlier_options(db, source, request.organization)?;
    Ok(options.or(earlier.unwrap_or_default()))
}

/// The options of the import that a reject file names; nothing for any other file.
pub(super) fn earlier_options<T: serde::de::DeserializeOwned>(
    db: &mut Database,
    source: &Source,
    organization: &Organization,
) -> Result<Option<T>, ImportError> {
    let Some(column) = source.headers.iter().position(|header| header == "_import") else { return Ok(None) };
    let mut named = String::new();
    let mut take_first = |item: Item| match item {
        Item::Row(row) | Item::Broken(row, _) => {
            named = row.cell(column).trim().to_owned();
            // One row is enough; the error only ends the reading.
            Err(ImportError::Interrupted)
        }
        Item::Blank(_) => Ok(()),
    };
    match source.read(&mut take_first) {
        Ok(()) | Err(ImportError::Interrupted) => {}
        Err(e) => return Err(e),
    }
    if named.is_empty() {
        return Ok(None);
    }
    let uid = uuid::Uuid::parse_str(&named).map_err(|_| ImportError::UnknownImport(named.clone()))?;
    let org = organization.org_id();
    let earlier =
        db.read(org, |conn| imports::by_uid(conn, org, Uid(uid)))?.ok_or(ImportError::UnknownImport(named))?;
    serde_json::from_value(earlier.options.0).map(Some).map_err(|e| ImportError::Record(e.to_string()))
}

/// The region that was said, else the organization's.
pub(super) fn region_of(said: Option<&str>, organization: &Organization) -> Option<Region> {
    let region = said.or(Some(organization.default_region.as_str()).filter(|region| !region.is_empty()));
    region.and_then(|region| Region::from_str(region).ok())
}

/// The options, completed by the organization's settings.
pub(super) fn with_settings(
    db: &mut Database,
    options: ImportOptions,
    organization: &Organization,
) -> Result<ImportOptions, ImportError> {
    let org = organization.org_id();
    let settings = db.read(org, |conn| system_config::all(conn, org))?;
    let policy = settings.iter().find(|setting| setting.config_key == ON_DUPLICATE_KEY);
    let on_duplicate = policy.and_then(|setting| OnDuplicate::from_word(&setting.config_value));
    Ok(options.or(ImportOptions { on_duplicate, ..ImportOptions::default() }))
}

/// The checker of a file's rows.
pub(super) fn checker(
    db: &mut Database,
    mapping: Mapping,
    options: &ImportOptions,
    request: &Request<'_>,
) -> Result<Checker, ImportError> {
    let organization = request.organization;
    let org = organization.org_id();
    let users = db.read(org, |conn| users::all(conn, org))?;
    let owners: HashMap<String, i64> =
        users.into_iter().filter(|user| user.is_active).map(|user| (user.email, user.id)).collect();
    Ok(Checker {
        mapping,
        org,
        region: region_of(options.region.as_deref(), organization),
        phone_check: options.phone_check.unwrap_or_default(),
        // The organization's zone was validated when it was set.
        zone: datetime::zone(&organization.timezone).unwrap_or(jiff::tz::TimeZone::UTC),
        owners,
        tags: options.tags.clone(),
        source_system: options.source_system.clone(),
        lenient: options.lenient,
        status_map: options.status_map.iter().map(|said| (fold_key(&said.word), said.status)).collect(),
        // The organization's currency was validated when it was set.
        base_currency: currency::parse(&organization.base_currency).unwrap_or(iso_currency::Currency::USD),
        now: request.stamp.now,
        needs_identity: true,
    })
}

/// Begins the record of an import, and returns its id.
pub(super) fn begin_record(
    conn: &mut Db,
    kind: ImportKind,
    uid: Uid,
    source: &Source,
    mapping: serde_json::Value,
    stamp: &Stamp,
) -> Result<i64, ImportError> {
    let new = NewImport {
        organization_id: stamp.org.0,
        uid,
        kind,
        file_name: &source.file_name,
        file_sha256: &source.sha256,
        file_size: i64::try_from(source.size).unwrap_or(i64::MAX),
        sheet: source.sheet(),
        mapping: Json(mapping),
        undoes_import_id: None,
        actor: &stamp.actor,
        started_at: stamp.now,
        finished_at: stamp.now,
        created_at: stamp.now,
        updated_at: stamp.now,
    };
    Ok(imports::insert(conn, &new)?)
}
