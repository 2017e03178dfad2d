//! What the columns of a sheet prove of how its dates and numbers are written.

use super::Options;
use super::columns::{Columns, SheetField};
use crate::db::models::access::organizations::Organization;
use crate::domain::money::currency;
use crate::import::ImportError;
use crate::import::proof::{Currencies, Doubtful};
use crate::import::source::Source;

/// The options with what the columns prove about how their dates and numbers are written.
///
/// # Errors
/// A column contradicts itself, or proves nothing; or the file cannot be read.
pub fn proven<F: SheetField, O: Options>(
    options: O,
    columns: &Columns<F>,
    source: &Source,
    organization: &Organization,
    notice: &mut dyn FnMut(&str),
) -> Result<O, ImportError> {
    let said = options.formats();
    let (dates, numbers) = (columns.columns_of_any(F::PROVEN_DATES), columns.columns_of_any(F::PROVEN_NUMBERS));
    let headers = numbers.iter().filter_map(|index| source.headers.get(*index).map(|header| (*index, header)));
    let of_headers = headers.filter_map(|(index, header)| Some((index, F::currency_of_header(header)?))).collect();
    let base = currency::parse(options.currency().unwrap_or(&organization.base_currency)).ok();
    let mut doubtful = Doubtful::columns(dates, numbers, said);
    if let (Some(field), Some(base)) = (F::CURRENCY, base) {
        let column = columns.columns_of(field).next();
        doubtful = doubtful.in_currencies(Currencies { column, of_headers, base }).rounding(options.rounds());
    }
    if doubtful.is_empty() {
        return Ok(options);
    }
    let (formats, notices) = doubtful.prove(source, said)?;
    notices.iter().for_each(|text| notice(text));
    Ok(options.with_formats(formats))
}
