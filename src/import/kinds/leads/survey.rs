//! A look at a file before it is imported: its columns with samples, what each would become, and which of them are unclear.

use super::Request;
use super::fields::{LeadField, RULES};
use super::mapping::{Mapping, Target};
use super::prepare::{of_source, with_earlier_options, with_preset, with_settings};
use crate::db::Database;
use crate::domain::imports::kind::ImportKind;
use crate::domain::phone::{self, PhoneCheck, PhoneProblem};
use crate::domain::text::{cell_text, is_placeholder};
use crate::import::ImportError;
use crate::import::advice::{self, Holds};
use crate::import::column_names::{column_name, is_own_column};
use crate::import::observer::Offer;
use crate::import::options::ImportOptions;
use crate::import::prepare::region_of;
use crate::import::row::Row;
use crate::import::saved::Laid;
use crate::import::source::{Item, Source};

/// So many samples of a column are shown.
const SAMPLES: usize = 3;

/// So many rows are searched for them.
const LOOKED_AT: u64 = 200;

/// The longest sample, in characters.
const LONGEST_SAMPLE: usize = 40;

/// A column before the import.
#[derive(Debug, Clone)]
pub struct SurveyColumn {
    /// The name by which options find it.
    pub name: String,
    /// Some of its cells.
    pub samples: Vec<String>,
    pub target: Target,
    /// Whether neither its header nor a person says what it is.
    pub is_unclear: bool,
    /// The field that its cells look like, where it is not taken for that.
    pub proposed: Option<LeadField>,
}

/// What a look at a file shows.
#[derive(Debug, Clone)]
pub struct Survey {
    pub columns: Vec<SurveyColumn>,
    /// Whether a column says who a lead is.
    pub is_identified: bool,
    /// A national number, where neither its row nor anybody says of which country.
    pub national: Option<String>,
}

/// What is found of a file before it is imported.
#[derive(Debug, Clone)]
pub enum Seen {
    /// Saved mappings fit it.
    Fits(Vec<Offer>),
    Columns(Survey),
}

/// Looks at a file as an import with this request would find it; none where a saved mapping is meant. Those that fit go before all
/// else, unless the person has declined them.
///
/// # Errors
/// The file cannot be read, or an option names what it has not.
pub fn survey(db: &mut Database, request: &Request<'_>, has_declined: bool) -> Result<Option<Seen>, ImportError> {
    if request.mappings.mapping.is_some() {
        return Ok(None);
    }
    let of_source = of_source(request, db.interrupted());
    let mut source = Source::open(request.path, &of_source)?;
    let laid = Laid {
        org: request.organization.org_id(),
        kind: ImportKind::Leads,
        asked: &request.mappings,
        headers: &source.headers,
        has_header: !of_source.no_header,
        rules: RULES,
    };
    let offers = if has_declined { Vec::new() } else { laid.offers::<ImportOptions>(db)? };
    if !offers.is_empty() {
        return Ok(Some(Seen::Fits(offers)));
    }
    let options = with_earlier_options(db, &source, request)?;
    let mut options = with_settings(db, options, request.organization)?;
    let (whole, _) = with_preset(&mut source, &mut options, request)?;
    let region = region_of(options.region.as_deref(), request.organization);
    let mapping = Mapping::of_any(source.shown(), &source.headers, &whole)?;
    let holds = advice::contents(&source, region);
    let mut national = None;
    let samples = samples(&source, &mut |row| {
        if region.is_none() && national.is_none() {
            national = national_of(&mapping, row);
        }
    })?;
    let has = |field| mapping.column_of(field).is_some();
    let proposed = |index: usize| match holds.get(index)? {
        Holds::Phones if has(LeadField::Phone) => Some(LeadField::FurtherPhone),
        Holds::Phones => Some(LeadField::Phone),
        Holds::Emails if has(LeadField::Email) => Some(LeadField::FurtherEmail),
        Holds::Emails => Some(LeadField::Email),
        Holds::Other => None,
    };
    let columns = samples.into_iter().enumerate().map(|(index, samples)| {
        let header = source.headers.get(index).map_or("", String::as_str);
        // A column without cells is nothing to decide about.
        let is_unclear = mapping.unclaimed.contains(&index) && !samples.is_empty() && !is_own_column(header);
        SurveyColumn {
            name: column_name(&source.headers, index),
            samples,
            target: mapping.targets.get(index).cloned().unwrap_or(Target::Ignored),
            is_unclear,
            proposed: proposed(index).filter(|field| Some(&Target::Field(*field)) != mapping.targets.get(index)),
        }
    });
    let columns = columns.collect();
    Ok(Some(Seen::Columns(Survey { columns, is_identified: mapping.is_identified(), national })))
}

/// A number of a row that is national, where the row names no country.
fn national_of(mapping: &Mapping, row: &Row) -> Option<String> {
    let is_said = |index: usize| !cell_text(row.cell(index)).is_empty() && !is_placeholder(cell_text(row.cell(index)));
    if mapping.constants.iter().any(|(field, _)| *field == LeadField::Country)
        || mapping.column_of(LeadField::Country).is_some_and(is_said)
    {
        return None;
    }
    let phones = [LeadField::Phone, LeadField::FurtherPhone].map(|field| mapping.columns_of(field));
    let mut cells = phones.iter().flatten().map(|index| cell_text(row.cell(*index)));
    let found = cells.find(|text| {
        let read = phone::parse_each(text, None, PhoneCheck::Possible);
        !text.is_empty() && read.iter().any(|(_, read)| matches!(read, Err(PhoneProblem::RegionMissing)))
    });
    found.map(|text| text.chars().take(LONGEST_SAMPLE).collect())
}

/// The first different cells of each column.
fn samples(source: &Source, look: &mut dyn FnMut(&Row)) -> Result<Vec<Vec<String>>, ImportError> {
    let mut samples: Vec<Vec<String>> = source.headers.iter().map(|_| Vec::new()).collect();
    let mut rows = 0;
    let read = source.read(&mut |item| {
        if let Item::Row(row) = item {
            rows += 1;
            look(&row);
            for (index, some) in samples.iter_mut().enumerate().filter(|(_, some)| some.len() < SAMPLES) {
                let text = cell_text(row.cell(index));
                let text: String = text.chars().take(LONGEST_SAMPLE).collect();
                if !text.is_empty() && !is_placeholder(&text) && !some.contains(&text) {
                    some.push(text);
                }
            }
        }
        // The error only ends the reading.
        if rows < LOOKED_AT { Ok(()) } else { Err(ImportError::Interrupted) }
    });
    match read {
        Ok(()) => Ok(samples),
        Err(ImportError::Interrupted) if rows >= LOOKED_AT => Ok(samples),
        Err(error) => Err(error),
    }
}
