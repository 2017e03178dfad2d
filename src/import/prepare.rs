//! What every import settles before it begins: its files, the options of an earlier one, and its record.

use std::str::FromStr;
use std::time::Instant;

use super::ImportError;
use super::advice::shown_delimiter;
use super::naming::some;
use super::presets::{BUILT_IN, NONE, Preset, Presets, may_be_somebody};
use super::row::NoRows;
use super::rowfile::NamedRows;
use super::source::{Item, Source, SourceOptions};
use crate::db::Stamp;
use crate::db::models::access::organizations::Organization;
use crate::db::models::imports;
use crate::db::models::imports::NewImport;
use crate::db::types::{Json, Uid};
use crate::db::{Database, Db, DbError};
use crate::domain::imports::kind::ImportKind;
use crate::domain::phone::Region;

/// The options of the import that a reject file names; `None` for any other file.
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

/// The options of an import as its record keeps them, with what was said of the form of its file in words of the command line.
/// A file of rejected rows has a form of its own, so nobody reads that back.
pub(super) fn kept_options<T: serde::Serialize>(options: &T, form: &SourceOptions) -> Result<Json, ImportError> {
    let mut kept = serde_json::to_value(options).map_err(|e| ImportError::Record(e.to_string()))?;
    let said = [
        ("delimiter", form.delimiter.map(|c| shown_delimiter(c).into())),
        ("encoding", form.encoding.map(|encoding| encoding.name().into())),
        ("header_row", form.header_row.map(serde_json::Value::from)),
        ("no_header", form.no_header.then_some(true.into())),
    ];
    if let Some(all) = kept.as_object_mut() {
        all.extend(said.into_iter().filter_map(|(key, value)| Some((key.to_owned(), value?))));
    }
    Ok(Json(kept))
}

/// How long an import took, in seconds, and how many rows it read in one of them.
pub(super) fn pace(started: Instant, rows: u64) -> (f64, u64) {
    let seconds = (started.elapsed().as_secs_f64() * 1000.0).round() / 1000.0;
    (seconds, (rows as f64 / seconds.max(0.001)) as u64)
}

/// The region that was said, else the organization's.
pub(super) fn region_of(said: Option<&str>, organization: &Organization) -> Option<Region> {
    let region = said.or(Some(organization.default_region.as_str()).filter(|region| !region.is_empty()));
    region.and_then(|region| Region::from_str(region).ok())
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

/// Lets the files of rows of an import stay that is committed, or may be; nothing is left of any other.
pub(super) fn settled<T>(done: Result<T, ImportError>, files: Vec<NamedRows>) -> Result<T, ImportError> {
    if matches!(done, Ok(_) | Err(ImportError::Db(DbError::CommitUnknown(_)))) {
        files.into_iter().for_each(NamedRows::keep);
    }
    done
}

/// The preset of a file, with the notices that tell it: the one that was asked for, else the one that its headers show.
pub(super) fn preset_of(
    presets: &Presets,
    kind: ImportKind,
    asked: Option<&str>,
    source: &mut Source,
) -> Result<Option<Preset>, ImportError> {
    if asked.is_none() {
        let broken = presets.all()?.into_iter().filter_map(|listed| Some((listed.from, listed.preset.err()?)));
        source.notices.extend(broken.map(|(from, why)| format!("the preset {from} is passed over: {why}")));
    }
    let Some(preset) = presets.choose(kind, asked, source.shown(), &source.headers)? else { return Ok(None) };
    let title = &preset.title;
    let told = match asked {
        None if preset.from == BUILT_IN => format!("reads as an export of {title}; --preset {NONE} reads it without"),
        None => {
            let (name, from) = (&preset.name, &preset.from);
            format!(
                "reads as an export of {title}, by your own preset {name} in {from}; --preset {NONE} reads it without"
            )
        }
        Some(_) => format!("read as an export of {title}, with the preset {}", preset.name),
    };
    source.notices.push(told);
    if !preset.is_of(&source.headers) && !preset.signature.is_empty() {
        source.notices.push(format!("its header is not the one by which an export of {title} is known"));
    }
    if !preset.pass_over.is_empty() {
        let is_of_people = presets.kind(kind).is_some_and(|kind| kind.is_of_people);
        pass_over(&preset, is_of_people, source)?;
    }
    Ok(Some(preset))
}

/// Passes over the rows of a file that are none, and tells them.
fn pass_over(preset: &Preset, is_of_people: bool, source: &mut Source) -> Result<(), ImportError> {
    let (headers, rules) = (source.headers.clone(), preset.pass_over.clone());
    let no_rows = NoRows::by(move |row| {
        !(is_of_people && may_be_somebody(row)) && rules.iter().any(|rule| rule.concerns(&headers, row))
    });
    let mut passed = Vec::new();
    source.read_all(&mut |item| {
        if let Item::Row(row) | Item::Broken(row, _) = item
            && no_rows.has(&row)
        {
            let cells: Vec<&str> = row.cells().filter(|cell| !cell.trim().is_empty()).take(TOLD_CELLS).collect();
            passed.push(format!("row {} ({})", row.number, cells.join(", ")));
        }
        Ok(())
    })?;
    if !passed.is_empty() {
        source.notices.push(format!(
            "passed over, as {} writes totals and notes: {}",
            preset.title,
            some(passed.into_iter())
        ));
        source.no_rows = no_rows;
    }
    Ok(())
}

/// So many cells of a row that is passed over are told.
const TOLD_CELLS: usize = 4;
