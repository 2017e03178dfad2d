//! What is settled before leads are imported: the options, completed by an earlier import's and the organization's
//! settings, and the checker of the rows.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use super::Request;
use super::checker::{Checker, Identity};
use super::fields::{self, recognise};
use super::mapping::Mapping;
use crate::db::Database;
use crate::db::models::access::organizations::Organization;
use crate::db::models::access::{system_config, users};
use crate::domain::imports::duplicates::OnDuplicate;
use crate::domain::imports::kind::ImportKind;
use crate::domain::money::{Places, currency};
use crate::domain::text::fold_key;
use crate::domain::time::datetime;
use crate::import::ImportError;
use crate::import::options::{ImportOptions, ON_DUPLICATE_KEY};
use crate::import::prepare::{earlier_options, preset_of, region_of};
use crate::import::presets::{self, Applied, Reading, Said};
use crate::import::saved::{Lists, Mappable};
use crate::import::source::{Source, SourceOptions};

/// What the request of an import says of its file.
pub(super) fn of_source(request: &Request<'_>, interrupted: Arc<AtomicBool>) -> SourceOptions {
    SourceOptions { named: named(request), recognise, interrupted, ..request.options.form() }
}

impl Mappable for ImportOptions {
    fn lists(&mut self) -> Lists<'_> {
        Lists {
            map: &mut self.map,
            set: &mut self.set,
            ignore: &mut self.ignore,
            keep: Some(&mut self.keep),
            known: Some(&mut self.known),
        }
    }

    fn under(self, saved: ImportOptions) -> ImportOptions {
        let max_rejects = self.max_rejects.or(saved.max_rejects);
        ImportOptions { max_rejects, ..self.or(saved) }
    }

    fn of_any_file(self, said: &ImportOptions) -> ImportOptions {
        ImportOptions { date_order: said.date_order, decimal_separator: said.decimal_separator, ..self }
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
    let earlier: Option<ImportOptions> = earlier_options(db, source, request.organization)?;
    // What was read without a preset is read so again.
    let earlier = earlier.map(|it| ImportOptions { preset: it.preset.or(Some(presets::NONE.to_owned())), ..it });
    Ok(options.or(earlier.unwrap_or_default()))
}

/// The preset of the file by its name in the options, and the options completed by it, with how cells and rows are read.
pub(super) fn with_preset(
    source: &mut Source,
    options: &mut ImportOptions,
    request: &Request<'_>,
) -> Result<(ImportOptions, Reading), ImportError> {
    let preset = preset_of(request.presets, ImportKind::Leads, options.preset.as_deref(), source)?;
    let Some(preset) = preset else { return Ok((options.clone(), Reading::default())) };
    if options.preset.is_none() {
        options.preset = Some(preset.name.clone());
    }
    let ImportOptions { map, known, set, ignore, keep, .. } = &*options;
    let map = [map.as_slice(), known.as_slice()].concat();
    let said = Said { map: &map, set, ignore, keep, given: &[] };
    let applied = Applied::of(&preset, &fields::PRESETS, source.shown(), &source.headers, &said)?;
    options.date_order = options.date_order.or(applied.date_order);
    options.decimal_separator = options.decimal_separator.or(applied.decimal_separator);
    let mut whole = options.clone();
    whole.map.extend(applied.map);
    whole.also = applied.also;
    whole.set.extend(applied.set);
    whole.ignore.extend(applied.ignore);
    if !whole.drop_extra {
        whole.keep.extend(applied.keep);
    }
    whole.source_system = whole.source_system.or(applied.source_system);
    // Of a word that is said twice the last counts.
    whole.status_map.splice(0..0, applied.status_map);
    Ok((whole, applied.reading))
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
    let options = options.or(ImportOptions { on_duplicate, ..ImportOptions::default() });
    let policy = options.on_duplicate.unwrap_or_default();
    match options.only_known && !matches!(policy, OnDuplicate::Fill | OnDuplicate::Update) {
        true => Err(ImportError::NothingToDo(policy)),
        false => Ok(options),
    }
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
    let owners = users::owners(&users);
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
        decimal_separator: request.options.decimal_separator,
        places: if options.round { Places::Rounded } else { Places::Exact },
        now: request.stamp.now,
        identity: Identity::Required,
    })
}

/// The headers that the call names, by itself or by a preset.
fn named(request: &Request<'_>) -> Vec<String> {
    let of_call = request.options.map.iter().map(|assignment| assignment.value.clone());
    of_call.chain(request.presets.headers_of(request.options.preset.as_deref())).collect()
}
