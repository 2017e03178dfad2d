//! Saved mappings: what was decided of a file, kept under a name for files of the same form. A mapping goes below what a call says
//! and above what headers mean.

mod form;
mod lists;
mod store;

pub use form::Form;
pub use lists::{Completed, FieldRules, InUse, Lists, Mappable, field_word};
pub use store::{Kept, MappingsTold, Stored, find};

use self::store::fingerprint;
use super::ImportError;
use super::column_names::is_own_column;
use super::observer::{Observer, Offer};
use super::source::SourceOptions;
use crate::db::models::imports::import_mappings;
use crate::db::{Database, OrgId};
use crate::domain::imports::kind::ImportKind;
use crate::domain::imports::mapping_name::MappingName;

/// What a call asks of saved mappings.
#[derive(Debug, Clone, Default)]
pub struct Asked {
    /// The one that is to be used.
    pub mapping: Option<MappingName>,
    /// The name under which what was decided is saved.
    pub save: Option<String>,
}

/// The mapping that a call names.
///
/// # Errors
/// There is none, or it is of another kind of import or of a newer program.
pub fn named<O: Mappable>(
    db: &mut Database,
    org: OrgId,
    kind: ImportKind,
    asked: &Asked,
) -> Result<Option<Stored<O>>, ImportError> {
    let Some(name) = &asked.mapping else { return Ok(None) };
    let row = find(db, org, name)?;
    match row.kind == kind {
        true => Stored::of(&row).map(Some),
        false => Err(ImportError::MappingOfOtherKind { name: row.name, kind: row.kind, wanted: kind }),
    }
}

/// How a file is opened, with what the mapping says of it.
///
/// # Errors
/// The mapping was written by a newer program.
pub fn opened<O: Mappable>(said: SourceOptions, stored: Option<&Stored<O>>) -> Result<SourceOptions, ImportError> {
    let Some(Stored { mapping, form }) = stored else { return Ok(said) };
    let unreadable = |reason| ImportError::UnreadableMapping { name: mapping.name.clone(), reason };
    let mut options = form.under(said).map_err(unreadable)?;
    let mut saved = mapping.options.clone();
    options.named.extend(saved.lists().map.iter().chain(&mapping.known).map(|it| it.value.clone()));
    Ok(options)
}

/// The file to which a mapping is laid, and what is asked of it.
pub struct Laid<'a> {
    pub org: OrgId,
    pub kind: ImportKind,
    pub asked: &'a Asked,
    pub headers: &'a [String],
    /// Whether the file has headers of its own.
    pub has_header: bool,
    pub rules: FieldRules<'a>,
}

/// The options of an import, as far as a person says them.
#[derive(Debug)]
pub struct Settled<O> {
    /// With the columns that the mapping knows.
    pub options: O,
    /// Without them.
    said: O,
    pub mapping: Option<InUse<O>>,
}

impl Laid<'_> {
    /// Completes what is said by the mapping that the call names, or by one that fits the file and is chosen.
    ///
    /// # Errors
    /// The file lacks a column of the mapping, the database cannot be read, or the person interrupts.
    pub fn settle<O: Mappable>(
        &self,
        db: &mut Database,
        stored: Option<Stored<O>>,
        said: O,
        observer: &mut dyn Observer,
    ) -> Result<Settled<O>, ImportError> {
        let stored = match stored {
            None => self.chosen(db, observer)?,
            named => named,
        };
        let Some(Stored { mapping, .. }) = stored else {
            return Ok(Settled { options: said.clone(), said, mapping: None });
        };
        observer.notice(&format!("read by the mapping `{}`, version {}", mapping.name, mapping.version));
        let Completed { options: said, known, notices } = mapping.complete(said, self.headers, &self.rules)?;
        notices.iter().for_each(|text| observer.notice(text));
        let mut options = said.clone();
        let lists = options.lists();
        lists.known.unwrap_or(lists.map).extend(known);
        Ok(Settled { options, said, mapping: Some(mapping) })
    }

    /// What the import has to do with mappings, once it is settled which column fills which field; `call` is what the call said.
    ///
    /// # Errors
    /// The options cannot be written.
    pub fn kept<O: Mappable>(
        &self,
        settled: &Settled<O>,
        call: &O,
        columns: &[(usize, String)],
        form: &SourceOptions,
    ) -> Result<Kept, ImportError> {
        let kept = Kept::using(settled.mapping.as_ref());
        let Some(name) = &self.asked.save else { return Ok(kept) };
        let plain = match &settled.mapping {
            Some(mapping) => call.clone().under(mapping.options.clone()),
            None => call.clone(),
        };
        let options = settled.said.clone().of_any_file(&plain);
        kept.saving(name, self.kind, options, columns, self.headers, &Form::of(form))
    }

    /// The mapping that somebody chooses among those which fit the file. Nobody is asked of one that brings its own options, or
    /// where what is decided is to be saved anew.
    fn chosen<O: Mappable>(
        &self,
        db: &mut Database,
        observer: &mut dyn Observer,
    ) -> Result<Option<Stored<O>>, ImportError> {
        let mut fitting = self.fitting(db)?;
        if fitting.is_empty() {
            return Ok(None);
        }
        let place = observer.offer(&offers_of(&fitting))?;
        Ok(place.filter(|place| *place < fitting.len()).map(|place| fitting.swap_remove(place)))
    }

    /// What may be offered for the file.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn offers<O: Mappable>(&self, db: &mut Database) -> Result<Vec<Offer>, ImportError> {
        Ok(offers_of(&self.fitting::<O>(db)?))
    }

    /// The mappings that fit the file.
    ///
    /// # Errors
    /// The database cannot be read.
    fn fitting<O: Mappable>(&self, db: &mut Database) -> Result<Vec<Stored<O>>, ImportError> {
        let headers = self.headers;
        if self.asked.save.is_some() || !self.has_header || headers.iter().any(|header| is_own_column(header)) {
            return Ok(Vec::new());
        }
        let (org, print) = (self.org, fingerprint(headers));
        let mut rows = db.read(org, |conn| import_mappings::current(conn, org))?;
        rows.retain(|row| row.kind == self.kind && row.fingerprint == print);
        // One that this program cannot read, or that names places which hold other columns, is no offer.
        let mut fitting: Vec<Stored<O>> = rows.iter().filter_map(|row| Stored::of(row).ok()).collect();
        fitting.retain(|stored| stored.mapping.holds_for(headers));
        Ok(fitting)
    }
}

fn offers_of<O>(fitting: &[Stored<O>]) -> Vec<Offer> {
    let offer = |stored: &Stored<O>| Offer { name: stored.mapping.name.clone(), version: stored.mapping.version };
    fitting.iter().map(offer).collect()
}
