//! JSON: a list of objects, objects one after the other (NDJSON), or one object with one list of objects.

use std::borrow::Cow;
use std::fmt;
use std::fs::File;
use std::io::BufReader;

use serde::de::{self, Deserialize, DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::super::readable::Readable;
use super::bounded::{Allowance, Bounded};
use super::decoded;
use super::records::{Take, Value};
use crate::import::ImportError;
use crate::import::row::CellKind;

/// Members that only hold the others: what they hold has no prefix.
const WRAPPERS: [&str; 3] = ["properties", "fields", "attributes"];
/// Objects below that are kept as their text.
const DEEPEST: usize = 6;
/// Our own exports have custom fields in it, which other exports and filters call `custom.NAME`.
const CUSTOM_FIELDS: &str = "custom_fields";
/// One value in our exports, though it is an object.
const SCORE_FACTORS: &str = "lead_score_factors";

type Json = serde_json::Deserializer<serde_json::de::IoRead<BufReader<Bounded<File>>>>;

/// Walks through the objects of a file.
///
/// # Errors
/// The text is no JSON, or cut off; an element is no object, or has a key twice; or the error of `take`.
pub(super) fn each(file: &Readable, take: &mut Take<'_>) -> Result<Vec<String>, ImportError> {
    let lists = match shape(file)? {
        Shape::List => None,
        Shape::Objects => {
            objects(file, take)?;
            return Ok(Vec::new());
        }
        Shape::Wrapped(lists) => Some(lists),
    };
    let wanted = match lists.as_deref() {
        None => None,
        Some([only]) => Some(only.as_str()),
        Some(several) => {
            let told: Vec<String> = several.iter().map(|name| format!("`{name}`")).collect();
            return Err(ImportError::read_with(
                &file.name,
                format!("it holds several lists: {}", told.join(", ")),
                "leave one of them in it",
            ));
        }
    };
    let mut walk = Walking { file, take, number: 0, failed: None, allowance: Allowance::default() };
    let mut json = open(file, &walk.allowance)?;
    let read = match wanted {
        None => json.deserialize_seq(&mut walk),
        Some(key) => json.deserialize_map(Member { key, walk: &mut walk }),
    };
    let read = read.and_then(|()| json.end());
    match (walk.failed, read) {
        (Some(error), _) => Err(error),
        (None, read) => read.map(|()| Vec::new()).map_err(|e| damaged(file, &e)),
    }
}

fn open(file: &Readable, allowance: &Allowance) -> Result<Json, ImportError> {
    allowance.renew();
    Ok(serde_json::Deserializer::from_reader(BufReader::with_capacity(
        1 << 16,
        Bounded::new(decoded::open(file)?, allowance),
    )))
}

fn damaged(file: &Readable, error: &serde_json::Error) -> ImportError {
    let remedy = if error.is_eof() { "it is cut off; export it again" } else { "correct it, or export it again" };
    ImportError::read_with(&file.name, format!("it is no JSON that can be read: {error}"), remedy)
}

/// How the objects stand in the file.
enum Shape {
    List,
    Objects,
    /// One object, with lists of objects under these keys.
    Wrapped(Vec<String>),
}

fn shape(file: &Readable) -> Result<Shape, ImportError> {
    let mut first = [0];
    let mut input = decoded::open(file)?;
    while std::io::Read::read(&mut input, &mut first).is_ok_and(|read| read == 1) {
        if !first[0].is_ascii_whitespace() {
            break;
        }
    }
    if first[0] == b'[' {
        return Ok(Shape::List);
    }
    // It is only looked at, and nothing of it is kept.
    let mut json = serde_json::Deserializer::from_reader(BufReader::with_capacity(1 << 16, decoded::open(file)?));
    let lists = Lists::deserialize(&mut json).map_err(|e| damaged(file, &e))?;
    match json.end() {
        Ok(()) if !lists.0.is_empty() => Ok(Shape::Wrapped(lists.0)),
        _ => Ok(Shape::Objects),
    }
}

fn objects(file: &Readable, take: &mut Take<'_>) -> Result<(), ImportError> {
    let allowance = Allowance::default();
    let mut number = 0;
    for record in open(file, &allowance)?.into_iter::<Box<RawValue>>() {
        let record = record.map_err(|e| damaged(file, &e))?;
        allowance.renew();
        number += 1;
        take(values_of(file, number, record.get())?)?;
    }
    Ok(())
}

/// The keys of an object under which lists stand that hold objects.
struct Lists(Vec<String>);

impl<'de> Deserialize<'de> for Lists {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Lists, D::Error> {
        struct Keys;
        impl<'de> Visitor<'de> for Keys {
            type Value = Lists;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Lists, A::Error> {
                let mut lists = Vec::new();
                while let Some(key) = map.next_key::<String>()? {
                    if map.next_value::<HoldsObjects>()?.0 {
                        lists.push(key);
                    }
                }
                Ok(Lists(lists))
            }
        }
        deserializer.deserialize_map(Keys)
    }
}

/// Whether a value is a list whose first element is an object.
struct HoldsObjects(bool);

impl<'de> Deserialize<'de> for HoldsObjects {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<HoldsObjects, D::Error> {
        struct Any;
        macro_rules! neither {
            ($($visit:ident: $of:ty),+) => { $(
                fn $visit<E: de::Error>(self, _: $of) -> Result<HoldsObjects, E> {
                    Ok(HoldsObjects(false))
                }
            )+ };
        }
        impl<'de> Visitor<'de> for Any {
            type Value = HoldsObjects;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a value")
            }

            neither! { visit_bool: bool, visit_i64: i64, visit_u64: u64, visit_f64: f64, visit_str: &str }

            fn visit_unit<E: de::Error>(self) -> Result<HoldsObjects, E> {
                Ok(HoldsObjects(false))
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<HoldsObjects, A::Error> {
                while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
                Ok(HoldsObjects(false))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<HoldsObjects, A::Error> {
                let first = seq.next_element::<IsObject>()?;
                while seq.next_element::<IgnoredAny>()?.is_some() {}
                Ok(HoldsObjects(first.is_some_and(|first| first.0)))
            }
        }
        deserializer.deserialize_any(Any)
    }
}

struct IsObject(bool);

impl<'de> Deserialize<'de> for IsObject {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<IsObject, D::Error> {
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        Ok(IsObject(raw.get().starts_with('{')))
    }
}

/// A walk through the elements of a list.
struct Walking<'a, 'b> {
    file: &'a Readable,
    take: &'a mut Take<'b>,
    number: u64,
    /// Why the walk ended early.
    failed: Option<ImportError>,
    allowance: Allowance,
}

impl<'de> Visitor<'de> for &mut Walking<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of objects")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        while let Some(record) = seq.next_element::<Box<RawValue>>()? {
            self.allowance.renew();
            self.number += 1;
            let taken = values_of(self.file, self.number, record.get()).and_then(|values| (self.take)(values));
            if let Err(error) = taken {
                self.failed = Some(error);
                return Err(de::Error::custom("the walk ended"));
            }
        }
        Ok(())
    }
}

/// A walk through the list under one key of an object.
struct Member<'a, 'b, 'c> {
    key: &'a str,
    walk: &'a mut Walking<'b, 'c>,
}

impl<'de> Visitor<'de> for Member<'_, '_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key::<String>()? {
            match key == self.key {
                true => map.next_value_seed(Elements(&mut *self.walk))?,
                false => drop(map.next_value::<IgnoredAny>()?),
            }
            self.walk.allowance.renew();
        }
        Ok(())
    }
}

struct Elements<'a, 'b, 'c>(&'a mut Walking<'b, 'c>);

impl<'de> DeserializeSeed<'de> for Elements<'_, '_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self.0)
    }
}

/// The members of an object, as they stand.
struct Members<'a>(Vec<(Cow<'a, str>, &'a RawValue)>);

impl<'de: 'a, 'a> Deserialize<'de> for Members<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Members<'a>, D::Error> {
        struct Object;
        impl<'de> Visitor<'de> for Object {
            type Value = Members<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members<'de>, A::Error> {
                let mut members = Vec::new();
                while let Some(key) = map.next_key::<String>()? {
                    members.push((Cow::Owned(key), map.next_value()?));
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(Object)
    }
}

fn values_of(file: &Readable, number: u64, text: &str) -> Result<Vec<Value>, ImportError> {
    let failed = |reason: String| ImportError::read_with(&file.name, format!("record {number} {reason}"), "correct it");
    let mut values = Vec::new();
    flatten("", text, 0, &mut values).map_err(&failed)?;
    let mut names: Vec<&str> = values.iter().map(|value| value.name.as_str()).collect();
    names.sort_unstable();
    match names.windows(2).find(|two| two[0] == two[1]) {
        Some(two) => Err(failed(format!("has `{}` twice", two[0]))),
        None => Ok(values),
    }
}

/// The values of an object, those of objects in it under names with points.
fn flatten(prefix: &str, text: &str, depth: usize, values: &mut Vec<Value>) -> Result<(), String> {
    let Members(members) = match text.starts_with('{') {
        true => serde_json::from_str(text).map_err(|e| format!("cannot be read: {e}"))?,
        false => return Err(format!("is no object, but `{}`", text.chars().take(40).collect::<String>())),
    };
    for (key, value) in members {
        let text = value.get();
        let name = format!("{prefix}{key}");
        match text.as_bytes().first() {
            Some(b'{') if text.trim_matches(|c: char| "{}".contains(c) || c.is_whitespace()).is_empty() => {
                // Nothing is in it.
            }
            Some(b'{') if key == CUSTOM_FIELDS && prefix.is_empty() => flatten("custom.", text, DEEPEST, values)?,
            Some(b'{') if depth >= DEEPEST || key == SCORE_FACTORS => values.push(Value::text(name, text)),
            Some(b'{') if WRAPPERS.contains(&&*key) => flatten(prefix, text, depth + 1, values)?,
            Some(b'{') => flatten(&format!("{name}."), text, depth + 1, values)?,
            Some(b'[') => values.push(Value::text(name, list(text)?)),
            _ => {
                let (kind, text) = scalar(text)?;
                values.push(Value { name, kind, text });
            }
        }
    }
    Ok(())
}

fn scalar(text: &str) -> Result<(CellKind, String), String> {
    Ok(match text {
        "null" => (CellKind::Text, String::new()),
        "true" => (CellKind::Boolean, "TRUE".to_owned()),
        "false" => (CellKind::Boolean, "FALSE".to_owned()),
        text if text.starts_with('"') => {
            let text: String = serde_json::from_str(text).map_err(|e| format!("cannot be read: {e}"))?;
            (CellKind::Text, text)
        }
        // As it is written: ids have more digits than a float.
        number => (CellKind::Number(None), number.to_owned()),
    })
}

/// A list of single values with commas between them; any other one, and one whose values hold commas, as its text.
fn list(text: &str) -> Result<String, String> {
    let elements: Vec<&RawValue> = serde_json::from_str(text).map_err(|e| format!("cannot be read: {e}"))?;
    let mut texts = Vec::new();
    for element in &elements {
        let element = match element.get().as_bytes().first() {
            // `{"value": "ada@example.com", "type": "work"}`
            Some(b'{') => {
                let Members(members) =
                    serde_json::from_str(element.get()).map_err(|e| format!("cannot be read: {e}"))?;
                match members.iter().find(|(key, _)| key == "value") {
                    Some((_, value)) if !value.get().starts_with(['{', '[']) => value.get(),
                    _ => return Ok(text.to_owned()),
                }
            }
            Some(b'[') => return Ok(text.to_owned()),
            _ => element.get(),
        };
        let (_, element) = scalar(element)?;
        if element.contains([',', ';', '|']) {
            return Ok(text.to_owned());
        }
        texts.extend(Some(element).filter(|element| !element.is_empty()));
    }
    Ok(texts.join(", "))
}
