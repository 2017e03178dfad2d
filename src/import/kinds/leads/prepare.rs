//! What is settled before leads are imported: the options, completed by an earlier import's and the organization's
//! settings, and the checker of the rows.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use super::Request;
use super::checker::{Checker, Identity};
use super::fields::recognise;
use super::mapping::Mapping;
use crate::db::Database;
use crate::db::models::access::organizations::Organization;
use crate::db::models::access::{system_config, users};
use crate::domain::imports::duplicates::OnDuplicate;
use crate::domain::money::{Places, currency};
use crate::domain::text::fold_key;
use crate::domain::time::datetime;
use crate::import::ImportError;
use crate::import::options::{ImportOptions, ON_DUPLICATE_KEY};
use crate::import::prepare::{earlier_options, region_of};
use crate::import::saved::{Lists, Mappable};
use crate::import::source::{Source, SourceOptions};

/// What the options of an import say of its file.
pub(super) fn of_source(options: &ImportOptions, interrupted: Arc<AtomicBool>) -> SourceOptions {
    SourceOptions {
        named: options.map.iter().map(|assignment| assignment.value.clone()).collect(),
        recognise,
        interrupted,
        ..options.form()
    }
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
    let earlier = earlier_options(db, source, request.organization)?;
    Ok(options.or(earlier.unwrap_or_default()))
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
