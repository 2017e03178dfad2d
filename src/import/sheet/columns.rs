//! Which column of a sheet fills which field.

use iso_currency::Currency;

use crate::domain::Vocabulary;
use crate::import::ImportError;
use crate::import::advice::Wanted;
use crate::import::column_names::{OWN_COLUMNS, column_name, column_named, column_of, mapping_error};
use crate::import::options::Assignment;
use crate::import::saved::FieldRules;
use crate::import::source::Recognised;
use crate::import::template::About;
use crate::import::unclaimed::Watch;
use crate::import::vocabulary::extras::is_known_extra;
use crate::import::vocabulary::{LONGEST_HEADER, header_keys, is_word};

/// A field that a column can fill.
pub trait SheetField: Vocabulary + PartialEq + std::fmt::Display {
    /// What a row is, for messages: `do-not-call request`.
    const ROW: &'static str;
    /// Of each of these at least one field must have a column, with what such a column holds.
    const REQUIRED: &'static [(&'static [Self], &'static str)];

    /// Fields whose columns must prove whether day or month stands first in their dates, or what separates decimals in
    /// their numbers, where a cell can be read in more than one way.
    const PROVEN_DATES: &'static [Self] = &[];
    const PROVEN_NUMBERS: &'static [Self] = &[];
    /// The field of the currency in which those numbers are; none when they are no amounts of money.
    const CURRENCY: Option<Self> = None;

    /// Fields that are known by their own words where both have a column: a system, and the ids of it. Alone such ids would match
    /// strangers.
    const PAIRS: &'static [(Self, Self)] = &[];

    /// The currency that the header of such a column names.
    fn currency_of_header(_header: &str) -> Option<Currency> {
        None
    }

    /// What a cell of the field holds, for people who fill a template.
    fn about(self) -> About;

    /// The headers that mean this field, folded by [`fold_key`](crate::domain::text::fold_key).
    fn synonyms(self) -> &'static [&'static str];

    /// The field of a header that has many forms, such as those of phones.
    fn of_many_forms(_header: &str) -> Option<Self> {
        None
    }

    /// Whether a header means its field only where no other column does.
    fn is_second_choice(_header: &str) -> bool {
        false
    }

    /// What is looked for in columns that nobody claims, given those that are claimed.
    fn watch(_columns: &Columns<Self>) -> Watch {
        Watch::default()
    }

    /// Whether a column may hold wishes not to be called, which no value for every row takes away unless the column is ignored.
    fn may_hold_wishes(self) -> bool {
        false
    }

    /// Whether its cells say yes or no.
    fn is_flag(self) -> bool {
        false
    }

    /// Whether several columns may fill it.
    fn may_repeat(self) -> bool {
        false
    }

    /// Whether a row is refused when its cell is a formula whose result is not stored; else such a cell counts as blank.
    fn must_be_known(self) -> bool {
        true
    }

    /// The field that a header means.
    fn of_header(header: &str) -> Option<Self> {
        if header.len() > LONGEST_HEADER {
            return None;
        }
        let keys = header_keys(header);
        let is_of = |field: &Self| field.synonyms().iter().any(|synonym| is_word(synonym, &keys));
        Self::ALL.iter().copied().find(is_of).or_else(|| Self::of_many_forms(header))
    }
}

/// What a header is to a sheet of this kind.
pub fn recognise<F: SheetField>(header: &str) -> Recognised {
    match F::of_header(header) {
        Some(field) if F::REQUIRED.first().is_some_and(|(first, _)| first.contains(&field)) => Recognised::Identity,
        Some(_) => Recognised::Field,
        None => Recognised::No,
    }
}

/// The field that an assignment of an option names.
fn field_of<F: SheetField>(headers: &[String], assignment: &Assignment) -> Result<F, ImportError> {
    let word = assignment.field.trim().to_lowercase().replace([' ', '-'], "_");
    F::ALL.iter().copied().find(|field| field.as_str() == word).ok_or_else(|| {
        let problem = format!("`{}` is not a field of a {}", assignment.field, F::ROW);
        let words: Vec<&str> = F::ALL.iter().map(|field| field.as_str()).collect();
        mapping_error(headers, problem, &format!("the fields are {}", words.join(", ")))
    })
}

/// The fields of this kind of sheet that say who is meant.
pub fn wanted<F: SheetField>() -> Wanted {
    let field = |word: &str| F::ALL.iter().map(|field| field.as_str()).find(|field| *field == word);
    Wanted { phone: field("phone"), email: field("email"), external_id: field("external_id"), ..Wanted::default() }
}

/// What saved mappings need to know of the fields.
pub fn field_rules<F: SheetField>() -> FieldRules<'static> {
    fn field<F: SheetField>(word: &str) -> Option<F> {
        F::ALL.iter().copied().find(|field| field.as_str() == word)
    }
    FieldRules {
        repeats: &|word| field::<F>(word).is_some_and(F::may_repeat),
        yields_to_set: &|word| field::<F>(word).is_some_and(|field| !field.may_hold_wishes()),
    }
}

/// The columns of a sheet and what each fills; `None` for a column that is left out.
#[derive(Debug, Clone)]
pub struct Columns<F> {
    pub headers: Vec<String>,
    pub targets: Vec<Option<F>>,
    /// Columns that a person leaves out.
    ignored: Vec<usize>,
    /// How many columns the file has; behind them stand values that a person gives to every row.
    width: usize,
    set: Vec<String>,
}

impl<F: SheetField> Columns<F> {
    /// Maps the columns by `--map` first, then by their headers, without those of `--ignore`. Fields that are given for every row need no column.
    ///
    /// # Errors
    /// An option names no column or field, two columns claim one field, or a field that is needed has none.
    pub fn of(
        file: &str,
        headers: &[String],
        map: &[Assignment],
        ignore: &[String],
        given: &[F],
    ) -> Result<Columns<F>, ImportError> {
        Self::with_set(file, headers, map, ignore, &[], given)
    }

    /// The same with values that are given to every row: no column fills their fields.
    ///
    /// # Errors
    /// Those of [`Columns::of`], or a field is given twice.
    pub fn with_set(
        file: &str,
        headers: &[String],
        map: &[Assignment],
        ignore: &[String],
        set: &[Assignment],
        given: &[F],
    ) -> Result<Columns<F>, ImportError> {
        let mut given = given.to_vec();
        for assignment in set {
            let field = field_of::<F>(headers, assignment)?;
            if given.contains(&field) {
                let problem = format!("{field} is given twice");
                return Err(mapping_error(headers, problem, "give it by one option"));
            }
            given.push(field);
        }
        let set_fields: Vec<F> = given.iter().rev().take(set.len()).rev().copied().collect();
        let mut targets: Vec<Option<F>> = vec![None; headers.len()];
        let ignored: Vec<usize> = ignore.iter().map(|name| column_named(headers, name)).collect::<Result<_, _>>()?;
        for field in set_fields.iter().filter(|field| field.may_hold_wishes()) {
            let is_its = |index: &usize| F::of_header(&headers[*index]) == Some(*field) && !ignored.contains(index);
            let its: Vec<String> = (0..headers.len()).filter(is_its).map(|index| column_name(headers, index)).collect();
            if let Some(name) = its.first() {
                let problem = format!("{field} is given to every row, and the column `{name}` holds it, too");
                let options: Vec<&str> = its.iter().flat_map(|name| ["--ignore", name]).collect();
                return Err(mapping_error(headers, problem, "to leave out what the column says").with_words(&options));
            }
        }
        for assignment in map {
            let field = field_of::<F>(headers, assignment)?;
            let index = column_of(headers, "--map", assignment)?;
            let is_taken = targets.contains(&Some(field)) && !field.may_repeat();
            if is_taken || targets[index].is_some_and(|other| other != field) {
                let problem = format!("`{}` cannot fill {field}: the column or the field is taken", headers[index]);
                return Err(mapping_error(headers, problem, "name one column for each field"));
            }
            targets[index] = Some(field);
        }
        for (system, id) in F::PAIRS {
            let named = |field: &F| headers.iter().position(|header| header.trim() == field.as_str());
            if let Some((system, at)) = named(system).zip(named(id))
                && [system, at].iter().all(|index| targets[*index].is_none() && !ignored.contains(index))
                && !targets.contains(&Some(*id))
                && !set_fields.contains(id)
            {
                targets[at] = Some(*id);
            }
        }
        let known = headers.iter().enumerate().filter(|(index, _)| !ignored.contains(index));
        let known =
            known.filter_map(|(index, header)| Some((index, F::of_header(header)?, F::is_second_choice(header))));
        let (second, first): (Vec<_>, Vec<_>) = known.partition(|(.., is_second)| *is_second);
        for (index, field, is_second) in first.into_iter().chain(second) {
            let is_free = (field.may_repeat() && !is_second) || !targets.contains(&Some(field));
            if targets[index].is_none() && is_free && !set_fields.contains(&field) {
                targets[index] = Some(field);
            }
        }
        for (fields, holds) in F::REQUIRED {
            if !fields.iter().any(|field| targets.contains(&Some(*field)) || given.contains(field)) {
                return Err(ImportError::NoColumn {
                    file: file.to_owned(),
                    holds,
                    field: fields.first().map_or("", |field| field.as_str()),
                    columns: headers.to_vec(),
                    advice: None,
                });
            }
        }
        let width = headers.len();
        let names = set_fields.iter().map(|field| format!("--set {field}"));
        let headers = headers.iter().cloned().chain(names).collect();
        targets.extend(set_fields.iter().map(|field| Some(*field)));
        let set = set.iter().map(|assignment| assignment.value.clone()).collect();
        Ok(Columns { headers, targets, ignored, width, set })
    }

    /// The fields that are needed and have no column: of several that serve alike the first.
    pub fn missing(
        headers: &[String],
        map: &[Assignment],
        ignore: &[String],
        set: &[Assignment],
        given: &[F],
    ) -> Vec<F> {
        let mut missing: Vec<F> = Vec::new();
        loop {
            let known = [given, &missing].concat();
            match Self::with_set("", headers, map, ignore, set, &known) {
                Err(ImportError::NoColumn { field, .. }) => match F::ALL.iter().find(|it| it.as_str() == field) {
                    Some(field) if !missing.contains(field) => missing.push(*field),
                    _ => return missing,
                },
                _ => return missing,
            }
        }
    }

    /// The value that a person gives to every row in the column at `index`; `None` of a column of the file.
    pub fn set_at(&self, index: usize) -> Option<&str> {
        index.checked_sub(self.width).and_then(|place| self.set.get(place)).map(String::as_str)
    }

    /// Columns that nobody claims or leaves out, but for those of which is known what else they hold.
    pub fn unclaimed(&self) -> Vec<usize> {
        let mut open = self.not_claimed();
        open.retain(|index| self.headers.get(*index).is_none_or(|header| !is_known_extra(header)));
        open
    }

    /// Columns that nobody claims or leaves out.
    pub fn not_claimed(&self) -> Vec<usize> {
        let open = |index: &usize| self.targets.get(*index) == Some(&None) && !self.ignored.contains(index);
        (0..self.targets.len()).filter(open).collect()
    }

    /// Whether a person leaves a column out.
    pub fn is_ignored(&self, index: usize) -> bool {
        self.ignored.contains(&index)
    }

    /// The columns that fill a field.
    pub fn columns_of(&self, field: F) -> impl Iterator<Item = usize> {
        (0..self.targets.len()).filter(move |index| self.targets.get(*index) == Some(&Some(field)))
    }

    /// The columns that fill one of these fields.
    pub fn columns_of_any(&self, fields: &[F]) -> Vec<usize> {
        fields.iter().flat_map(|field| self.columns_of(*field)).collect()
    }

    /// The columns of the file that fill fields, each with its field.
    pub fn filled(&self) -> Vec<(usize, String)> {
        let targets = self.targets.iter().take(self.width).enumerate();
        targets.filter_map(|(index, target)| Some((index, (*target)?.as_str().to_owned()))).collect()
    }

    /// Whether a column fills a field.
    pub fn is_claimed(&self, index: usize) -> bool {
        self.targets.get(index).is_some_and(Option::is_some)
    }

    /// The headers of columns that are left out.
    pub fn left_out(&self) -> Vec<&str> {
        let unclaimed = self.headers.iter().zip(&self.targets).filter(|(_, target)| target.is_none());
        let named = unclaimed.map(|(header, _)| header.trim());
        named.filter(|header| !header.is_empty() && !OWN_COLUMNS.contains(header)).collect()
    }

    /// The mapping as it is kept with the import's record.
    pub fn to_json(&self) -> serde_json::Value {
        let columns = self.headers.iter().zip(&self.targets).map(|(header, target)| {
            let target = target.map_or("ignored", |field| field.as_str());
            serde_json::json!({ "header": header, "target": target })
        });
        columns.collect()
    }
}
