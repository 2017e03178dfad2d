//! What a call says of columns, over what a saved mapping says of them.

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::domain::text::fold_key;
use crate::import::ImportError;
use crate::import::column_names::{column_named, is_own_column};
use crate::import::naming::some_names;
use crate::import::options::Assignment;

/// The options of a kind of import, as a mapping keeps them.
pub trait Mappable: Clone + Default + Serialize + DeserializeOwned {
    /// The options by which columns and fields are named.
    fn lists(&mut self) -> Lists<'_>;

    /// These options, with what they leave open taken from those of a mapping.
    fn under(self, saved: Self) -> Self;

    /// These options without what one file alone has shown; `said` is what the call said.
    fn of_any_file(self, said: &Self) -> Self;
}

/// Options by which columns and fields are named.
pub struct Lists<'a> {
    pub map: &'a mut Vec<Assignment>,
    pub set: &'a mut Vec<Assignment>,
    pub ignore: &'a mut Vec<String>,
    /// Columns that are kept as custom fields, where a kind has these.
    pub keep: Option<&'a mut Vec<String>>,
    /// Columns that a mapping knows and nobody said anything of, where a kind tells them from those of `map`.
    pub known: Option<&'a mut Vec<Assignment>>,
}

impl<'a> Lists<'a> {
    /// Those of a kind that has these alone.
    pub fn of(map: &'a mut Vec<Assignment>, set: &'a mut Vec<Assignment>, ignore: &'a mut Vec<String>) -> Lists<'a> {
        Lists { map, set, ignore, keep: None, known: None }
    }
}

/// What a kind of import says of its fields.
pub struct FieldRules<'a> {
    /// Whether several columns may fill it.
    pub repeats: &'a dyn Fn(&str) -> bool,
    /// Whether a value for every row takes the place of a column that a header alone has claimed.
    pub yields_to_set: &'a dyn Fn(&str) -> bool,
}

/// A mapping as it is used for a file.
#[derive(Debug, Clone)]
pub struct InUse<O> {
    pub name: String,
    pub version: i32,
    pub options: O,
    /// Columns that headers claimed when it was saved.
    pub known: Vec<Assignment>,
    /// Those of the file for which it was saved.
    pub headers: Vec<String>,
}

/// The options of an import, completed by a mapping.
#[derive(Debug)]
pub struct Completed<O> {
    /// What was said, now or when the mapping was saved.
    pub options: O,
    /// Columns that headers claimed when the mapping was saved.
    pub known: Vec<Assignment>,
    /// What a person should know.
    pub notices: Vec<String>,
}

/// A field's word as options take it.
pub fn field_word(text: &str) -> String {
    text.trim().to_lowercase().replace([' ', '-'], "_")
}

impl<O: Mappable> InUse<O> {
    /// What it is called in messages.
    fn told(&self) -> String {
        format!("the mapping `{}` (version {})", self.name, self.version)
    }

    /// The column of the file that the mapping names: a place holds only if the same header stands there.
    fn column(&self, headers: &[String], name: &str) -> Option<usize> {
        let index = column_named(headers, name).ok()?;
        let is_place = name == format!("#{}", index + 1);
        let at = |headers: &[String]| headers.get(index).map(|header| fold_key(header));
        (!is_place || at(headers) == at(&self.headers)).then_some(index)
    }

    /// Whether every column that it names is in a file.
    pub fn holds_for(&self, headers: &[String]) -> bool {
        let mut options = self.options.clone();
        let lists = options.lists();
        let fields = lists.map.iter().chain(&self.known).map(|it| &it.value);
        let names = fields.chain(lists.ignore.iter()).chain(lists.keep.into_iter().flatten().map(|name| &*name));
        names.into_iter().all(|name| self.column(headers, name).is_some())
    }

    /// The options that were said for a file with these headers, completed by the mapping: a column or a field of which anything
    /// is said now is not asked for in the mapping.
    ///
    /// # Errors
    /// The mapping reads a field from a column that the file has not, and nothing else is said of the field.
    pub fn complete(
        &self,
        mut said: O,
        headers: &[String],
        rules: &FieldRules<'_>,
    ) -> Result<Completed<O>, ImportError> {
        let (mut saved, mut known) = (self.options.clone(), self.known.clone());
        let (now, then) = (said.lists(), saved.lists());
        let kept = now.keep.as_ref().map(|keep| keep.as_slice()).unwrap_or_default();
        let names =
            |names: &[String]| names.iter().filter_map(|name| column_named(headers, name).ok()).collect::<Vec<_>>();
        let mapped: Vec<usize> = now.map.iter().filter_map(|it| column_named(headers, &it.value).ok()).collect();
        let (ignored, kept) = (names(now.ignore), names(kept));
        let is_said = |index: usize| mapped.contains(&index) || ignored.contains(&index) || kept.contains(&index);
        let has = |of: &[Assignment], field: &str| of.iter().any(|it| field_word(&it.field) == field_word(field));
        let stays = |it: &Assignment, is_known: bool| {
            let column = self.column(headers, &it.value);
            let field = field_word(&it.field);
            let is_mapped = has(now.map, &field) && (column.is_none() || !(rules.repeats)(&field));
            let is_set = has(now.set, &field) && (column.is_none() || (is_known && (rules.yields_to_set)(&field)));
            !column.is_some_and(is_said) && !is_mapped && !is_set
        };
        then.map.retain(|it| stays(it, false));
        known.retain(|it| stays(it, true));
        if let Some(lacking) = then.map.iter().chain(&known).find(|it| self.column(headers, &it.value).is_none()) {
            return Err(self.lacks(lacking, headers));
        }
        let mut notices = self.differences(headers);
        let mut left = Vec::new();
        let mut in_file = |name: &String, others: [&[usize]; 2]| match self.column(headers, name) {
            Some(index) => !others.iter().any(|other| other.contains(&index)),
            None => {
                left.push(name.clone());
                false
            }
        };
        then.ignore.retain(|name| in_file(name, [&mapped, &kept]));
        let then_keep = then.keep.map(std::mem::take).unwrap_or_default();
        let then_keep: Vec<String> = then_keep.into_iter().filter(|name| in_file(name, [&mapped, &ignored])).collect();
        then.set.retain(|it| !has(now.set, &it.field) && !has(now.map, &it.field));
        now.map.splice(0..0, std::mem::take(then.map));
        now.set.splice(0..0, std::mem::take(then.set));
        let ignore =
            std::mem::take(then.ignore).into_iter().filter(|name| !now.ignore.contains(name)).collect::<Vec<_>>();
        now.ignore.splice(0..0, ignore);
        if let Some(keep) = now.keep {
            let more: Vec<String> = then_keep.into_iter().filter(|name| !keep.contains(name)).collect();
            keep.splice(0..0, more);
        }
        if !left.is_empty() {
            let left: Vec<&str> = left.iter().map(String::as_str).collect();
            notices.push(format!(
                "columns that {} says something of and the file has not: {}",
                self.told(),
                some_names(&left)
            ));
        }
        Ok(Completed { options: said.under(saved), known, notices })
    }

    fn lacks(&self, lacking: &Assignment, headers: &[String]) -> ImportError {
        let Assignment { field, value } = lacking;
        let count = headers.iter().filter(|header| fold_key(header) == fold_key(value)).count();
        let how = match (value.starts_with('#'), count) {
            (true, _) => "where the file has another one",
            (_, 0 | 1) => "which the file has not",
            _ => "which the file has more than once",
        };
        ImportError::Mapping {
            problem: format!("{} reads {field} from the column `{value}`, {how}", self.told()),
            columns: headers.to_vec(),
            remedy: format!(
                "name the column that holds it in this file: --map {field}=HEADER; or import without --mapping, and save \
                 what you decide: --save-mapping NAME"
            ),
            again: None,
        }
    }

    /// What the file has and the mapping does not know.
    fn differences(&self, headers: &[String]) -> Vec<String> {
        let known: Vec<String> = self.headers.iter().map(|header| fold_key(header)).collect();
        let is_new = |header: &&str| !header.is_empty() && !is_own_column(header) && !known.contains(&fold_key(header));
        let new: Vec<&str> = headers.iter().map(|header| header.trim()).filter(is_new).collect();
        match new.is_empty() {
            true => Vec::new(),
            false => vec![format!("columns that {} does not know: {}", self.told(), some_names(&new))],
        }
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
    struct Said {
        map: Vec<Assignment>,
        set: Vec<Assignment>,
        ignore: Vec<String>,
        keep: Vec<String>,
    }

    impl Mappable for Said {
        fn lists(&mut self) -> Lists<'_> {
            Lists { keep: Some(&mut self.keep), ..Lists::of(&mut self.map, &mut self.set, &mut self.ignore) }
        }

        fn under(self, _saved: Said) -> Said {
            self
        }

        fn of_any_file(self, _said: &Said) -> Said {
            self
        }
    }

    const RULES: FieldRules<'static> =
        FieldRules { repeats: &|field| field == "note", yields_to_set: &|field| field != "stop" };

    fn pairs(texts: &[&str]) -> Vec<Assignment> {
        texts.iter().map(|text| text.parse().unwrap()).collect()
    }

    fn owned(texts: &[&str]) -> Vec<String> {
        texts.iter().map(|text| (*text).to_owned()).collect()
    }

    fn mapping() -> InUse<Said> {
        InUse {
            name: "m".into(),
            version: 2,
            options: Said {
                map: pairs(&["phone=Fone", "note=Memo", "name=#5"]),
                set: pairs(&["source=fair"]),
                ignore: owned(&["Internal"]),
                keep: owned(&["Misc"]),
            },
            known: pairs(&["city=City", "stop=Stop"]),
            headers: owned(&["Fone", "Memo", "City", "Stop", "X", "X", "Internal", "Misc"]),
        }
    }

    /// What becomes of it: the map, the known columns, the values, and what is left out and kept.
    fn told(headers: &[&str], said: Said) -> Result<[String; 5], String> {
        let completed = mapping().complete(said, &owned(headers), &RULES).map_err(|e| e.to_string())?;
        let shown =
            |of: &[Assignment]| of.iter().map(|it| format!("{}={}", it.field, it.value)).collect::<Vec<_>>().join(" ");
        let Said { map, set, ignore, keep } = completed.options;
        Ok([shown(&map), shown(&completed.known), shown(&set), ignore.join(" "), keep.join(" ")])
    }

    #[test]
    fn what_is_said_goes_before_column_by_column() {
        let all = ["Fone", "Memo", "City", "Stop", "X", "X", "Internal", "Misc"];
        let plain = told(&all, Said::default()).unwrap();
        assert_eq!(plain, ["phone=Fone note=Memo name=#5", "city=City stop=Stop", "source=fair", "Internal", "Misc"]);
        let said = Said {
            map: pairs(&["phone=Misc", "note=Internal"]),
            set: pairs(&["source=web", "city=Troy", "stop=no"]),
            ..Said::default()
        };
        // A repeated field keeps its columns, and no value for every row takes the place of one that holds wishes.
        let other = told(&all, said).unwrap();
        assert_eq!(
            other,
            ["note=Memo name=#5 phone=Misc note=Internal", "stop=Stop", "source=web city=Troy stop=no", "", ""]
        );
        let said = Said { ignore: owned(&["Misc", "City"]), keep: owned(&["Memo"]), ..Said::default() };
        let out = told(&all, said).unwrap();
        assert_eq!(out, ["phone=Fone name=#5", "stop=Stop", "source=fair", "Internal Misc City", "Memo"]);
    }

    #[test]
    fn a_column_that_is_gone_is_told_unless_its_field_is_said() {
        let lacks = |headers: &[&str], said: Said| told(headers, said).unwrap_err();
        let headers = ["FONE", "memo", "Stop", "City", "X", "X", "New"];
        // Left out or kept, it may be missing; the order does not matter, but for places.
        assert_eq!(told(&headers, Said::default()).unwrap()[3], "");
        let other = ["X", "memo", "Stop", "City", "Fone", "X"];
        assert!(
            lacks(&other, Said::default()).contains("reads name from the column `#5`, where the file has another one")
        );
        let gone = ["memo", "Stop", "City", "a", "X", "X"];
        assert!(lacks(&gone, Said::default()).contains("the column `Fone`, which the file has not"));
        assert!(lacks(&["Fone ", "fone", "Memo", "City", "Stop"], Said::default()).contains("name from"));
        let said = Said { map: pairs(&["phone=a"]), set: pairs(&["name=x"]), ..Said::default() };
        assert_eq!(told(&gone, said).unwrap()[0], "note=Memo name=#5 phone=a");
    }
}
