//! The file of a preset, in TOML, read strictly: a key that nobody knows is no preset's.

use std::collections::{BTreeMap, HashMap};

use serde::Deserialize;
use toml::Spanned;

use super::{NONE, PassOver, Preset, PresetError, PresetKind, Skip, Unwrap};
use crate::domain::imports::kind::ImportKind;
use crate::domain::leads::status::Status;
use crate::domain::money::DecimalSeparator;
use crate::domain::text::{fold_key, nearest};
use crate::domain::time::datetime::DateOrder;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    name: Spanned<String>,
    title: String,
    kind: Spanned<ImportKind>,
    source_system: Option<String>,
    signature: Option<Spanned<Vec<Vec<String>>>>,
    map: BTreeMap<Spanned<String>, Headers>,
    #[serde(default)]
    set: BTreeMap<Spanned<String>, String>,
    #[serde(default)]
    ignore: Vec<String>,
    #[serde(default)]
    keep: Vec<String>,
    #[serde(default)]
    status: BTreeMap<String, Status>,
    date_order: Option<DateOrder>,
    decimal_separator: Option<DecimalSeparator>,
    #[serde(default)]
    unwrap: Vec<Spanned<Unwrap>>,
    #[serde(default)]
    pass_over: Vec<PassOver>,
    #[serde(default)]
    skip: Vec<Spanned<Skip>>,
    #[serde(default)]
    labels: BTreeMap<Spanned<String>, String>,
}

#[derive(Deserialize)]
#[serde(untagged, expecting = "expected a header, or a list of headers")]
enum Headers {
    One(String),
    Several(Vec<String>),
}

impl From<Headers> for Vec<String> {
    fn from(headers: Headers) -> Vec<String> {
        match headers {
            Headers::One(header) => vec![header],
            Headers::Several(headers) => headers,
        }
    }
}

/// Reads a preset.
///
/// # Errors
/// It is no TOML, or has a key, a field or a value that none knows.
pub(super) fn read(text: &str, from: &str, kinds: &[PresetKind]) -> Result<Preset, PresetError> {
    let line = |at: usize| text.get(..at).map(|before| before.matches('\n').count() + 1);
    let broken = |at: Option<usize>, problem: String, remedy: String| PresetError::Broken {
        file: from.to_owned(),
        line: at.and_then(line),
        problem,
        remedy,
    };
    let raw: Raw = toml::from_str(text).map_err(|e| {
        let remedy = "correct it there; crmctl import presets show NAME --format json shows one that is right";
        broken(e.span().map(|span| span.start), e.message().to_owned(), remedy.to_owned())
    })?;
    let name = raw.name.get_ref();
    let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if name.is_empty() || name == NONE || !name.chars().all(is_plain) {
        let problem = format!("`name` is `{name}`");
        let remedy = format!("name it with small letters, digits and dashes, and not {NONE}");
        return Err(broken(Some(raw.name.span().start), problem, remedy));
    }
    let (kind, at) = (*raw.kind.get_ref(), raw.kind.span().start);
    let Some(of_kind) = kinds.iter().find(|known| known.kind == kind) else {
        let known: Vec<&str> = kinds.iter().map(|known| known.kind.as_str()).collect();
        return Err(broken(Some(at), format!("`kind` is `{kind}`"), format!("use one of {}", known.join(", "))));
    };
    if let Some(signature) = &raw.signature
        && signature.get_ref().iter().any(Vec::is_empty)
    {
        let remedy = "name headers that together no other file has";
        let problem = "`signature` has a set without a header, which any file would fit";
        return Err(broken(Some(signature.span().start), problem.to_owned(), remedy.to_owned()));
    }
    for field in raw.map.keys().chain(raw.set.keys()) {
        let word = field.get_ref().as_str();
        if !of_kind.fields.contains(&word) {
            let remedy = match nearest(word, of_kind.fields.iter().copied()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("the fields are {}", of_kind.fields.join(", ")),
            };
            return Err(broken(Some(field.span().start), format!("`{word}` is not a field of {kind}"), remedy));
        }
    }
    let spans: BTreeMap<String, usize> =
        raw.map.keys().map(|field| (field.get_ref().clone(), field.span().start)).collect();
    let map: BTreeMap<String, Vec<String>> =
        raw.map.into_iter().map(|(field, headers)| (field.into_inner(), headers.into())).collect();
    if !of_kind.is_of_people {
        let of_leads = [
            ("unwrap", raw.unwrap.first().map(Spanned::span)),
            ("skip", raw.skip.first().map(Spanned::span)),
            ("labels", raw.labels.keys().next().map(Spanned::span)),
        ];
        if let Some((key, span)) = of_leads.into_iter().find_map(|(key, span)| Some((key, span?))) {
            let problem = format!("`{key}` is for leads, and the preset reads {kind}");
            return Err(broken(Some(span.start), problem, format!("take `{key}` out")));
        }
        let mut seen: HashMap<String, &str> = HashMap::new();
        for (field, header) in map.iter().flat_map(|(field, headers)| headers.iter().map(move |it| (field, it))) {
            if let Some(other) = seen.insert(fold_key(header), field) {
                let problem = format!("`{header}` fills both {other} and {field}");
                let remedy = "name another column for one of them".to_owned();
                return Err(broken(spans.get(field).copied(), problem, remedy));
            }
        }
    }
    Ok(Preset {
        name: raw.name.into_inner(),
        title: raw.title,
        kind,
        source_system: raw.source_system,
        signature: raw.signature.map(Spanned::into_inner).unwrap_or_default(),
        map,
        set: raw.set.into_iter().map(|(field, value)| (field.into_inner(), value)).collect(),
        ignore: raw.ignore,
        keep: raw.keep,
        status: raw.status,
        date_order: raw.date_order,
        decimal_separator: raw.decimal_separator,
        unwrap: raw.unwrap.into_iter().map(Spanned::into_inner).collect(),
        pass_over: raw.pass_over,
        skip: raw.skip.into_iter().map(Spanned::into_inner).collect(),
        labels: raw.labels.into_iter().map(|(value, label)| (value.into_inner(), label)).collect(),
        from: from.to_owned(),
        text: text.to_owned(),
    })
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub const KINDS: &[PresetKind] = &[
        PresetKind {
            kind: ImportKind::Leads,
            fields: &["phone", "email", "further_phone", "external_id", "website", "do_not_call"],
            repeats: |field| field == "further_phone",
            is_of_people: true,
            is_consent: |header| header == "DNC",
            takes_consent: |field| field == "do_not_call",
        },
        PresetKind {
            kind: ImportKind::Costs,
            fields: &["cost", "period"],
            repeats: |_| false,
            is_of_people: false,
            is_consent: |_| false,
            takes_consent: |_| false,
        },
    ];

    pub const PLAIN: &str = "name = 'x'\ntitle = 'X'\nkind = 'leads'\nsignature = [['A', 'B']]\n[map]\nphone = 'A'\n";

    #[test]
    fn a_preset_is_read_strictly() {
        assert_eq!(read(PLAIN, "x.toml", KINDS).unwrap().columns(), 1);
        for (from, to, line, problem) in [
            ("phone", "fone", 6, "`fone` is not a field of leads"),
            ("'A'\n", "7\n", 6, "expected a header"),
            ("title", "tittle", 2, "unknown field `tittle`"),
            ("'leads'", "'rates'", 3, "`kind` is `rates`"),
            ("'leads'", "'people'", 3, "unknown variant"),
            ("'x'", "'X y'", 1, "`name` is `X y`"),
            ("'x'", "'none'", 1, "`name` is `none`"),
            ("['A', 'B']", "[]", 4, "without a header"),
            ("[map]", "[status]\nOpen = 'asleep'\n[map]", 6, "unknown variant"),
            ("[map]", "date_order = 'dd'\n[map]", 5, "unknown variant"),
            ("[map]", "[map", 5, "table"),
        ] {
            let Err(PresetError::Broken { line: told, problem: said, remedy, .. }) =
                read(&PLAIN.replacen(from, to, 1), "x.toml", KINDS)
            else {
                panic!("{to} is read");
            };
            assert_eq!(told, Some(line), "{to}: {said}");
            assert!(said.contains(problem) && !remedy.is_empty(), "{to}: {said}");
        }
    }

    #[test]
    fn costs_are_not_unwrapped() {
        let costs = "name = 'x'\ntitle = 'X'\nkind = 'costs'\n[map]\ncost = 'A'\nperiod = 'B'\n";
        assert!(read(costs, "x.toml", KINDS).is_ok());
        assert!(read(&costs.replace("'B'", "'a'"), "x.toml", KINDS).is_err());
        for more in
            ["[[unwrap]]\ncolumns = ['A']", "[[skip]]\ncolumn = 'A'\ntext = 'x'\nreason = 'y'", "[labels]\nA = 'B'"]
        {
            assert!(read(&format!("{costs}{more}\n"), "x.toml", KINDS).is_err(), "{more}");
        }
    }
}
