//! Which column fills which field.

use std::path::Path;

use super::custom_keys::{Keys, custom_key, is_known};
use super::fields::{LeadField, SECOND_CHOICE};
use super::own_export;
use crate::domain::text::{fold_key, nearest};
use crate::error::Again;
use crate::import::ImportError;
use crate::import::advice::system_of;
use crate::import::column_names::{OWN_COLUMNS, column_named, column_of, mapping_error};
use crate::import::options::{Assignment, ImportOptions};
use crate::import::presets::Reading;
use crate::import::vocabulary::header_key;

/// What becomes of one column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    Field(LeadField),
    /// Kept in `custom_fields` under this key.
    Custom(String),
    /// Left out: asked for, or a column of our own reject files.
    Ignored,
}

/// The columns of a file and what becomes of each.
#[derive(Debug, Clone, Default)]
pub struct Mapping {
    pub headers: Vec<String>,
    pub targets: Vec<Target>,
    /// The same value for every row.
    pub constants: Vec<(LeadField, String)>,
    /// Columns that no field claims and nobody decided about: their cells are looked at.
    pub unclaimed: Vec<usize>,
    /// Columns of texts that are known by headers which may mean something else, such as `Contact`.
    pub texts: Vec<usize>,
    /// Columns that a preset keeps.
    pub kept_by_preset: Vec<usize>,
    /// Further fields of columns that fill one already.
    pub also: Vec<(usize, LeadField)>,
    /// How the program of the file writes cells and rows.
    pub reading: Reading,
}

impl Mapping {
    /// Maps the columns by the options first, then by the synonyms of headers; what is left is a custom field.
    ///
    /// # Errors
    /// An option names no column or field, two columns claim one field, or no column can say who a lead is.
    pub fn of(file: &str, headers: &[String], options: &ImportOptions) -> Result<Mapping, ImportError> {
        let mapping = Mapping::of_any(file, headers, options)?;
        match mapping.is_identified() {
            true => Ok(mapping),
            false => {
                Err(ImportError::NoIdentityColumn { file: file.to_owned(), columns: headers.to_vec(), advice: None })
            }
        }
    }

    /// Whether a column says who a lead is.
    pub fn is_identified(&self) -> bool {
        self.targets.iter().any(|target| matches!(target, Target::Field(field) if field.is_identity()))
    }

    /// The mapping, also where no column says who a lead is.
    ///
    /// # Errors
    /// An option names no column or field, or two columns claim one field.
    pub fn of_any(file: &str, headers: &[String], options: &ImportOptions) -> Result<Mapping, ImportError> {
        let constants = constants(headers, options)?;
        let mut targets: Vec<Option<Target>> = vec![None; headers.len()];
        for (index, header) in headers.iter().enumerate() {
            let is_own = header.starts_with('_') && OWN_COLUMNS.contains(&header.as_str());
            if is_own || own_export::is_of_the_database(headers, header) {
                targets[index] = Some(Target::Ignored);
            }
        }
        for name in &options.ignore {
            let index = column_named(headers, name)?;
            targets[index] = Some(Target::Ignored);
        }
        let mut keys = Keys::default();
        for name in &options.keep {
            let index = column_named(headers, name)?;
            targets[index] = Some(Target::Custom(custom_key(&headers[index], index, &mut keys)));
        }
        for assignment in &options.map {
            let field = field_of(headers, "--map", assignment)?;
            let index = column_of(headers, "--map", assignment)?;
            if let Some(Target::Field(other)) = &targets[index] {
                return Err(mapping_error(
                    headers,
                    format!("the column `{}` cannot fill both {other} and {field}", headers[index]),
                    "name another column for one of them",
                ));
            }
            targets[index] = Some(Target::Field(field));
        }
        map_known(headers, &mut targets, options, &constants)?;
        map_external_pair(headers, &mut targets);
        refuse_external_id_without_system(file, headers, &targets, &constants, options)?;
        map_by_synonyms(headers, &mut targets, &constants)?;
        map_ambiguous(headers, &mut targets);
        let is_said = |index: usize| options.map.iter().any(|it| column_named(headers, &it.value).ok() == Some(index));
        let is_text = |index: &usize| {
            matches!(targets[*index], Some(Target::Field(LeadField::Name | LeadField::Company))) && !is_said(*index)
        };
        let texts = (0..headers.len()).filter(is_text).collect();
        let is_open = |index: &usize| targets[*index].is_none() && !is_known(&headers[*index]);
        let unclaimed = (0..headers.len()).filter(is_open).collect();
        let targets: Vec<Target> = targets
            .into_iter()
            .enumerate()
            .map(|(index, target)| match target {
                Some(target) => target,
                None if options.drop_extra => Target::Ignored,
                None => Target::Custom(custom_key(&headers[index], index, &mut keys)),
            })
            .collect();
        let also =
            options.also.iter().map(|it| Ok((column_of(headers, "--map", it)?, field_of(headers, "--map", it)?)));
        let also = also.collect::<Result<Vec<_>, ImportError>>()?;
        let mapping =
            Mapping { headers: headers.to_vec(), targets, constants, unclaimed, texts, also, ..Mapping::default() };
        Ok(mapping)
    }

    /// The columns that fill fields, each with its field.
    pub fn filled(&self) -> Vec<(usize, String)> {
        let targets = self.targets.iter().enumerate();
        let filled = targets.filter_map(|(index, target)| match target {
            Target::Field(field) => Some((index, field.to_string())),
            _ => None,
        });
        filled.collect()
    }

    /// The columns of a field.
    pub fn columns_of(&self, field: LeadField) -> Vec<usize> {
        let places = self.targets.iter().enumerate();
        places.filter(|(_, target)| **target == Target::Field(field)).map(|(index, _)| index).collect()
    }

    /// Whether a column is kept in any form.
    pub fn is_claimed(&self, index: usize) -> bool {
        self.targets.get(index).is_some_and(|target| *target != Target::Ignored)
    }

    /// Columns that are left out although their headers say that people refuse contact there.
    pub fn refusals_left_out(&self) -> Vec<usize> {
        let refuses = |header: &str| LeadField::of_header(header).is_some_and(LeadField::is_refusal);
        let columns = self.headers.iter().zip(&self.targets).enumerate();
        let left_out = columns.filter(|(_, (header, target))| **target == Target::Ignored && refuses(header));
        left_out.map(|(index, _)| index).collect()
    }

    /// The first column of a field.
    pub fn column_of(&self, field: LeadField) -> Option<usize> {
        self.targets.iter().position(|target| *target == Target::Field(field))
    }

    /// The named columns that were kept as custom fields. Those without a header hardly ever hold anything.
    pub fn named_custom(&self) -> Vec<&str> {
        let named = self.headers.iter().zip(&self.targets).filter(|(header, _)| !header.trim().is_empty());
        named
            .filter_map(|(_, target)| match target {
                Target::Custom(key) => Some(key.as_str()),
                _ => None,
            })
            .collect()
    }

    /// The columns of the file with what each becomes, as people read it.
    pub fn told(&self) -> Vec<(String, String)> {
        let told = self.headers.iter().zip(&self.targets).map(|(header, target)| {
            let becomes = match target {
                Target::Field(field) => field.to_string(),
                Target::Custom(key) => format!("custom.{key}"),
                Target::Ignored => "left out".to_owned(),
            };
            (header.clone(), becomes)
        });
        told.collect()
    }

    /// The mapping as it is kept with the import's record: the columns in the order of the file.
    pub fn to_json(&self) -> serde_json::Value {
        let columns = self.headers.iter().zip(&self.targets).enumerate().map(|(index, (header, target))| {
            let target = match target {
                Target::Field(field) => field.to_string(),
                Target::Custom(key) => format!("custom.{key}"),
                Target::Ignored => "ignored".to_owned(),
            };
            let also = self.also.iter().filter(|(column, _)| *column == index);
            let also: Vec<&str> = also.map(|(_, field)| field.as_str()).collect();
            match also.is_empty() {
                true => serde_json::json!({ "header": header, "target": target }),
                false => serde_json::json!({ "header": header, "target": target, "also": also }),
            }
        });
        columns.collect()
    }
}

fn constants(headers: &[String], options: &ImportOptions) -> Result<Vec<(LeadField, String)>, ImportError> {
    options
        .set
        .iter()
        .map(|assignment| Ok((field_of(headers, "--set", assignment)?, assignment.value.clone())))
        .collect()
}

/// The two columns of an export of crmctl: where each row names the system that its external id comes from, the id
/// matches no stranger.
fn map_external_pair(headers: &[String], targets: &mut [Option<Target>]) {
    let named = |field: LeadField| headers.iter().position(|header| header.trim() == field.as_str());
    let (system, id) = (named(LeadField::ExternalSource), named(LeadField::ExternalId));
    if let Some((system, id)) = system.zip(id)
        && targets[system].is_none()
        && targets[id].is_none()
    {
        targets[system] = Some(Target::Field(LeadField::ExternalSource));
        targets[id] = Some(Target::Field(LeadField::ExternalId));
    }
}

/// The columns that a saved mapping knows by their headers, where nothing else is said of them: they mean what they meant.
fn map_known(
    headers: &[String],
    targets: &mut [Option<Target>],
    options: &ImportOptions,
    constants: &[(LeadField, String)],
) -> Result<(), ImportError> {
    for assignment in &options.known {
        let field = field_of(headers, "--map", assignment)?;
        let index = column_of(headers, "--map", assignment)?;
        let is_set = constants.iter().any(|(set, _)| *set == field) && !field.is_flag();
        let is_taken = targets.contains(&Some(Target::Field(field))) && !field.takes_several();
        if targets[index].is_none() && !is_set && !is_taken {
            targets[index] = Some(Target::Field(field));
        }
    }
    Ok(())
}

fn map_by_synonyms(
    headers: &[String],
    targets: &mut [Option<Target>],
    constants: &[(LeadField, String)],
) -> Result<(), ImportError> {
    for index in 0..headers.len() {
        if targets[index].is_some() {
            continue;
        }
        let Some(field) = LeadField::of_header(&headers[index]) else { continue };
        // What is said of every row takes no refusal of one of them away.
        if constants.iter().any(|(set, _)| *set == field) && !field.is_flag() {
            continue;
        }
        let taken = targets.iter().position(|target| *target == Some(Target::Field(field)));
        let target = match taken {
            None => Some(Target::Field(field)),
            Some(_) if field.takes_several() => Some(Target::Field(field)),
            Some(other) if fold_key(&headers[other]) == fold_key(&headers[index]) => {
                return Err(mapping_error(
                    headers,
                    format!("two columns are named `{}`", headers[index]),
                    "say which one counts, and ignore the other",
                )
                .with_words(&[
                    "--map",
                    &format!("{field}=#{}", other + 1),
                    "--ignore",
                    &format!("#{}", index + 1),
                ]));
            }
            // A second column for another field is kept as a custom field: nothing is lost.
            Some(_) => field.further().map(Target::Field),
        };
        targets[index] = target;
    }
    Ok(())
}

/// Headers that mean one thing beside some columns and another beside others.
fn map_ambiguous(headers: &[String], targets: &mut [Option<Target>]) {
    let has = |targets: &[Option<Target>], field| targets.contains(&Some(Target::Field(field)));
    let named = |index: usize, words: &[&str]| words.contains(&header_key(&headers[index]).as_str());
    for index in 0..headers.len() {
        // `Nombre` and `Nome` are the first name beside a last name, else the whole name.
        if targets[index] == Some(Target::Field(LeadField::FirstName))
            && named(index, &["nombre", "nome"])
            && !has(targets, LeadField::LastName)
            && !has(targets, LeadField::Name)
        {
            targets[index] = Some(Target::Field(LeadField::Name));
        }
        let second = SECOND_CHOICE.iter().find(|(word, field)| named(index, &[word]) && !has(targets, *field));
        if let Some((_, field)) = second.filter(|_| targets[index].is_none()) {
            targets[index] = Some(Target::Field(*field));
        }
    }
}

fn refuse_external_id_without_system(
    file: &str,
    headers: &[String],
    targets: &[Option<Target>],
    constants: &[(LeadField, String)],
    options: &ImportOptions,
) -> Result<(), ImportError> {
    let mapped = targets.contains(&Some(Target::Field(LeadField::ExternalId)))
        || constants.iter().any(|(field, _)| *field == LeadField::ExternalId);
    let named = targets.contains(&Some(Target::Field(LeadField::ExternalSource)))
        || constants.iter().any(|(field, _)| *field == LeadField::ExternalSource);
    if mapped && !named && options.source_system.is_none() {
        return Err(mapping_error(
            headers,
            "an external id needs the name of the system it comes from".into(),
            "name it, the same in each import of its ids; for example, after the file",
        )
        .with_words(&["--source-system", &system_of(Path::new(file))]));
    }
    Ok(())
}

/// The field that an assignment of an option names.
fn field_of(headers: &[String], option: &str, assignment: &Assignment) -> Result<LeadField, ImportError> {
    let Assignment { field: name, value } = assignment;
    let key = name.trim().to_lowercase().replace([' ', '-'], "_");
    if let Some(field) = LeadField::from_word(&key) {
        return Ok(field);
    }
    let near = nearest(&key, LeadField::ALL.iter().map(|field| field.as_str()));
    Err(ImportError::Mapping {
        problem: format!("`{name}` is not a field of a lead"),
        columns: headers.to_vec(),
        remedy: match near {
            Some(field) => format!("did you mean `{field}`?"),
            None => format!("the fields are {}", LeadField::words()),
        },
        again: near.map(|field| {
            Box::new(Again {
                without: vec![format!("{name}={value}")],
                with: vec![option.to_owned(), format!("{field}={value}")],
                or: Vec::new(),
            })
        }),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn map(headers: &[&str], options: &ImportOptions) -> Result<Mapping, ImportError> {
        let headers: Vec<String> = headers.iter().map(|h| (*h).to_owned()).collect();
        Mapping::of("leads.csv", &headers, options)
    }

    #[test]
    fn many_columns_of_one_name_are_numbered_at_once() {
        let mut keys = Keys::default();
        let made: Vec<String> = (0..16_384).map(|index| custom_key("h", index, &mut keys)).collect();
        assert_eq!([&made[0], &made[1], &made[16_383]], ["h", "h 2", "h 16384"]);
        assert_eq!([custom_key("h 3", 0, &mut keys), custom_key("h", 0, &mut keys)], ["h 3 2", "h 16385"]);
    }

    #[test]
    fn synonyms_then_custom_fields() {
        let mapping =
            map(&["Full Name", "Cell", "Work Phone", "Mobile", "Budget", "", "Budget"], &ImportOptions::default())
                .unwrap();
        assert_eq!(
            mapping.targets,
            [
                Target::Field(LeadField::Name),
                Target::Field(LeadField::Phone),
                Target::Field(LeadField::FurtherPhone),
                Target::Field(LeadField::FurtherPhone),
                Target::Custom("Budget".into()),
                Target::Custom("column 6".into()),
                Target::Custom("Budget 2".into()),
            ]
        );
    }

    #[test]
    fn further_columns_of_emails() {
        use LeadField::{Email, FurtherEmail};
        for (headers, fields) in [
            (["Email", "Work Email", "Email 2"], [Email, FurtherEmail, FurtherEmail]),
            (["Secondary Email", "Email", "Other email"], [FurtherEmail, Email, FurtherEmail]),
            (["E-mail 1 - Value", "E-mail 2 - Value", "E-mail 3 - Value"], [Email, FurtherEmail, FurtherEmail]),
            (["Email 2", "Email 3", "Email 4"], [FurtherEmail, FurtherEmail, FurtherEmail]),
        ] {
            let mapping = map(&headers, &ImportOptions::default()).unwrap();
            assert_eq!(mapping.targets, fields.map(Target::Field), "{headers:?}");
        }
    }

    #[test]
    fn options_go_first() {
        let options = ImportOptions {
            map: vec!["phone=Fone".parse().unwrap(), "email=#3".parse().unwrap()],
            ignore: vec!["City".into()],
            set: vec!["source=Fair".parse().unwrap()],
            ..ImportOptions::default()
        };
        let mapping = map(&["Fone", "City", "Web Mail", "Source"], &options).unwrap();
        assert_eq!(mapping.targets[0], Target::Field(LeadField::Phone));
        assert_eq!(mapping.targets[1], Target::Ignored);
        assert_eq!(mapping.targets[2], Target::Field(LeadField::Email));
        assert_eq!(mapping.targets[3], Target::Custom("Source".into()));
        assert_eq!(mapping.constants, [(LeadField::Source, "Fair".to_owned())]);
    }

    #[test]
    fn what_cannot_be_decided_is_an_error() {
        let none = ImportOptions::default();
        assert!(matches!(map(&["Name", "Fone"], &none), Err(ImportError::NoIdentityColumn { .. })));
        assert!(matches!(map(&["Email", "email"], &none), Err(ImportError::Mapping { .. })));
        let unknown = ImportOptions { map: vec!["fone=Fone".parse().unwrap()], ..ImportOptions::default() };
        let Err(ImportError::Mapping { remedy, .. }) = map(&["Fone"], &unknown) else { panic!("mapped") };
        assert_eq!(remedy, "did you mean `phone`?");
        let id = ImportOptions { map: vec!["external_id=ID".parse().unwrap()], ..ImportOptions::default() };
        assert!(matches!(map(&["ID"], &id), Err(ImportError::Mapping { .. })));
    }

    proptest! {
        #[test]
        fn every_column_has_a_target_and_no_field_is_filled_twice(headers in proptest::collection::vec("\\PC{0,12}|phone|Email|tags", 0..12)) {
            if let Ok(mapping) = Mapping::of("f", &headers, &ImportOptions::default()) {
                prop_assert_eq!(mapping.targets.len(), headers.len());
                for field in LeadField::ALL {
                    let count = mapping.targets.iter().filter(|t| **t == Target::Field(*field)).count();
                    prop_assert!(count <= 1 || field.takes_several());
                }
                let mut custom: Vec<_> = mapping.targets.iter().filter(|t| matches!(t, Target::Custom(_))).collect();
                let all = custom.len();
                custom.sort_unstable_by_key(|target| format!("{target:?}"));
                custom.dedup();
                prop_assert_eq!(custom.len(), all);
            }
        }
    }
}
