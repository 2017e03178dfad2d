//! Tags: short labels on a lead, in normal form.

use serde_json::Value;

use crate::domain::text::fold_case;

/// The longest tag, in characters.
pub const MAX_LENGTH: usize = 60;

/// The normal form of a tag: trimmed, inner white space single, lower case. Empty when nothing is left.
pub fn normalize(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}

/// Whether two tags are the same but for their case and composition.
pub fn is_same(one: &str, other: &str) -> bool {
    one == other || (!(one.is_ascii() && other.is_ascii()) && fold_case(one) == fold_case(other))
}

/// Whether no other normal form is the same as this one in another case.
pub fn has_one_form(normal: &str) -> bool {
    // Those of `ß`, `ſ`, `ﬀ`, `ﬁ` and `ﬂ`.
    normal.is_ascii() && !normal.contains('s') && !["ff", "fi", "fl"].iter().any(|letters| normal.contains(letters))
}

/// Why a cell holds no tags.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TagProblem {
    #[error("the tag `{0}` is longer than {MAX_LENGTH} characters")]
    TooLong(String),
    #[error("is no list of tags")]
    NoList,
}

/// Splits a cell of tags at comma, semicolon, bar, `:::` and line breaks; empty and repeated tags are dropped. What stands
/// in quotes is one tag, in which these count as spaces. A list of another program is read as such: of JSON (`["a","b"]`,
/// `[{"name":"a"}]`), of PostgreSQL (`{a,"b c"}`), of Python (`['a', 'b']`), of Mailchimp (`"a","b"`).
///
/// # Errors
/// The first tag that is longer than [`MAX_LENGTH`]; or the cell is a structure that is no list of names.
pub fn parse_several(cell: &str) -> Result<Vec<String>, TagProblem> {
    let mut tags: Vec<String> = Vec::new();
    for item in items(cell.trim())? {
        let tag = normalize(&item.replace(":::", " ").replace(BETWEEN, " "));
        if tag.chars().count() > MAX_LENGTH {
            return Err(TagProblem::TooLong(tag));
        }
        if !tag.is_empty() && !tags.iter().any(|known| is_same(known, &tag)) {
            tags.push(tag);
        }
    }
    Ok(tags)
}

/// What a person can do about a cell that is no list of tags.
pub const REMEDY: &str = "write the tags with commas between them";

/// What stands between tags, besides `:::`.
const BETWEEN: [char; 5] = [',', ';', '|', '\n', '\r'];

fn items(text: &str) -> Result<Vec<String>, TagProblem> {
    let inner = |open: char, close: char| text.strip_prefix(open)?.strip_suffix(close);
    let Some(inner) = inner('[', ']').or_else(|| inner('{', '}')) else {
        return cut(text, false);
    };
    match serde_json::from_str(text) {
        Ok(Value::Array(values)) => values.iter().filter(|value| !value.is_null()).map(name_of).collect(),
        Ok(Value::Object(object)) if object.is_empty() => Ok(Vec::new()),
        Ok(object @ Value::Object(_)) => Ok(vec![name_of(&object)?]),
        _ => cut(inner, true),
    }
}

/// The tag that an item of a list of JSON names.
fn name_of(item: &Value) -> Result<String, TagProblem> {
    const KEYS: [&str; 6] = ["name", "label", "title", "tag", "value", "text"];
    match item {
        Value::String(text) => Ok(text.clone()),
        Value::Number(_) | Value::Bool(_) => Ok(item.to_string()),
        Value::Object(object) => {
            let named = |key: &str| object.iter().find(|(name, _)| name.eq_ignore_ascii_case(key))?.1.as_str();
            KEYS.into_iter().find_map(named).map(str::to_owned).ok_or(TagProblem::NoList)
        }
        Value::Null | Value::Array(_) => Err(TagProblem::NoList),
    }
}

/// Items, each bare or in quotes. In the brackets of a `list`, quotes are of either kind, a backslash may stand before one,
/// NULL is nothing, and what cannot be followed is refused; elsewhere it is taken as it is written.
fn cut(text: &str, list: bool) -> Result<Vec<String>, TagProblem> {
    let mut items = Vec::new();
    let mut rest = text;
    loop {
        rest = rest.trim_start();
        let is_quoted = rest.starts_with('"') || (list && rest.starts_with('\''));
        let quoted = if is_quoted { quoted(rest, list) } else { None };
        let (item, behind) = match quoted {
            Some(quoted) => quoted,
            None => {
                if list && (is_quoted || rest.starts_with(['{', '['])) {
                    return Err(TagProblem::NoList);
                }
                let ends = [rest.find(BETWEEN), rest.find(":::")];
                let end = ends.into_iter().flatten().min().unwrap_or(rest.len());
                let (bare, behind) = rest.split_at(end);
                let is_null = list && bare.trim().eq_ignore_ascii_case("null");
                (if is_null { String::new() } else { bare.to_owned() }, behind)
            }
        };
        items.push(item);
        match behind.strip_prefix(":::").or_else(|| behind.strip_prefix(BETWEEN)) {
            Some(next) => rest = next,
            None => return Ok(items),
        }
    }
}

/// The item in quotes with which a text begins, and what follows it; `None` if that is more of the item, or the quotes are
/// not closed. A doubled quote is one of the item.
fn quoted(text: &str, list: bool) -> Option<(String, &str)> {
    let mut chars = text.chars();
    let quote = chars.next()?;
    let mut item = String::new();
    loop {
        match chars.next()? {
            '\\' if list => item.push(chars.next()?),
            c if c == quote && chars.as_str().starts_with(quote) => item.extend(chars.next()),
            c if c == quote => break,
            c => item.push(c),
        }
    }
    let behind = chars.as_str().trim_start_matches([' ', '\t', '\u{a0}']);
    (behind.is_empty() || behind.starts_with(BETWEEN) || behind.starts_with(":::")).then_some((item, behind))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn tags_that_only_case_tells_apart_are_one() {
        assert_eq!(parse_several("Straße, STRASSE, Sa\u{303}o, SÃO, οδος, ΟΔΟΣ, ﬁrst, First").unwrap().len(), 4);
        assert!(is_same("vip", "vip") && !is_same("vip", "vi") && !is_same("ısı", "isi"));
        assert!(has_one_form("vip") && !has_one_form("show") && !has_one_form("first") && !has_one_form("são"));
    }

    #[test]
    fn split_and_normalised() {
        assert_eq!(parse_several("VIP; Trade  Show|vip,,x").unwrap(), ["vip", "trade show", "x"]);
        assert_eq!(parse_several(" ; ").unwrap(), Vec::<String>::new());
        assert!(parse_several(&"t".repeat(61)).is_err());
        assert!(parse_several(&format!("[\"{}\"]", "t".repeat(61))).is_err());
    }

    #[test]
    fn lists_of_other_programs() {
        for cell in [
            r#"["VIP","Trade Show","O'Neil"]"#,
            r#" [ "vip" , null, "trade show", "o'neil" ] "#,
            r#""VIP","Trade Show","O'Neil""#,
            r#" "vip" , "trade show"; O'Neil"#,
            r#"vip,"Trade, Show",O'Neil"#,
            r#"["vip", "trade; show", "o'neil"]"#,
            r#"{"vip","trade | show",O'Neil}"#,
            r#"[{"name":"vip"},{"id":7,"name":"Trade Show"},{"Label":"O'Neil"}]"#,
            r#"['vip', 'trade:::show', "o'neil"]"#,
            r#"{VIP,"Trade Show",O'Neil}"#,
            r#"{vip,NULL,"trade show","o'neil"}"#,
            r#"['VIP', 'Trade Show', "O'Neil"]"#,
            r#"['vip', 'trade show', 'o\'neil']"#,
            "[vip, trade show, O'Neil]",
            "VIP ::: Trade Show ::: O'Neil",
            "VIP\nTrade Show\r\nO'Neil",
            "vip:::trade show;o'neil",
        ] {
            assert_eq!(parse_several(cell).unwrap(), ["vip", "trade show", "o'neil"], "{cell}");
        }
        for cell in ["[]", "{}", "[null]", "{NULL}", "[\"\"]", "[ ]", "{ , }"] {
            assert_eq!(parse_several(cell).unwrap(), Vec::<String>::new(), "{cell}");
        }
        assert_eq!(parse_several("[2024, 7.5]").unwrap(), ["2024", "7.5"]);
        assert_eq!(parse_several(r#"{"null"}"#).unwrap(), ["null"]);
        assert_eq!(parse_several(r#"["a, b","c"]"#).unwrap(), ["a b", "c"]);
        assert_eq!(parse_several(r#""the ""best"", one","c""#).unwrap(), [r#"the "best" one"#, "c"]);
        assert_eq!(parse_several(r#"{"name":"VIP"}"#).unwrap(), ["vip"]);
        assert_eq!(parse_several(r#""vip""#).unwrap(), ["vip"]);
    }

    #[test]
    fn other_structures_are_no_tags() {
        for cell in [
            r#"{"x":1}"#,
            r#"{"vip":true}"#,
            r#"[{"id":7}]"#,
            r#"[["vip"],["fair"]]"#,
            r#"[{"name":"vip"},["fair"]]"#,
            "[{'name': 'vip'}]",
            "{'x': 1}",
            r#"{"name":"vip"},{"name":"fair"}"#,
            r#"["vip", "fair]"#,
        ] {
            assert_eq!(parse_several(cell), Err(TagProblem::NoList), "{cell}");
        }
    }

    #[test]
    fn brackets_within_a_tag_are_its_own() {
        for (cell, tags) in [
            ("[vip] berlin", &["[vip] berlin"][..]),
            ("a [b], c {d}", &["a [b]", "c {d}"]),
            ("a::b", &["a::b"]),
            ("[open", &["[open"]),
            ("[", &["["]),
            (r#"5" pipe, 6" pipe"#, &[r#"5" pipe"#, r#"6" pipe"#]),
            (r#""big" deal, vip"#, &[r#""big" deal"#, "vip"]),
            (r#""open, vip"#, &[r#""open"#, "vip"]),
            ("'tis, 'twas", &["'tis", "'twas"]),
        ] {
            assert_eq!(parse_several(cell).unwrap(), tags, "{cell}");
        }
    }

    proptest! {
        #[test]
        fn every_form_gives_the_same_tags(tags in proptest::collection::btree_set("[a-zß-ö0-9'\"\\\\ ]{0,8}[a-zä0-9]", 1..6)) {
            let tags: Vec<String> = tags.iter().map(|tag| normalize(tag)).collect();
            let mut wanted = tags.clone();
            let mut seen = std::collections::HashSet::new();
            wanted.retain(|tag| !tag.is_empty() && seen.insert(tag.clone()));
            let escaped = |tag: &String| format!("\"{}\"", tag.replace('\\', "\\\\").replace('"', "\\\""));
            let quoted: Vec<String> = tags.iter().map(escaped).collect();
            for cell in [
                serde_json::to_string(&tags).unwrap(),
                format!("{{{}}}", quoted.join(",")),
                tags.iter().map(|tag| format!("\"{}\"", tag.replace('"', "\"\""))).collect::<Vec<_>>().join(","),
                tags.join(" ::: "),
                tags.join("\n"),
                tags.join("; "),
            ] {
                prop_assert_eq!(parse_several(&cell).unwrap(), wanted.clone(), "{}", cell);
            }
        }

        #[test]
        fn no_text_panics(cell in ".{0,40}") {
            let _ = parse_several(&cell);
        }
    }
}
