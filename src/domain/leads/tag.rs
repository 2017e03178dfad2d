//! Tags: short labels on a lead, in normal form.

/// The longest tag, in characters.
pub const MAX_LENGTH: usize = 60;

/// The normal form of a tag: trimmed, inner white space single, lower case. Empty when nothing is left.
pub fn normalize(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}

/// Splits a cell of tags at comma, semicolon, bar, `:::` and line breaks; empty and repeated tags are dropped. A list of
/// another program is read as such: of JSON (`["a","b"]`), of PostgreSQL (`{a,"b c"}`), of Python (`['a', 'b']`).
///
/// # Errors
/// The first tag that is longer than [`MAX_LENGTH`].
pub fn parse_several(cell: &str) -> Result<Vec<String>, String> {
    let items = list_items(cell.trim());
    let mut tags: Vec<String> = Vec::new();
    for text in items.iter().map(String::as_str).chain(items.is_empty().then_some(cell)) {
        let parts = text.split([',', ';', '|', '\n', '\r']).flat_map(|part| part.split(":::"));
        for tag in parts.map(normalize) {
            if tag.chars().count() > MAX_LENGTH {
                return Err(tag);
            }
            if !tag.is_empty() && !tags.contains(&tag) {
                tags.push(tag);
            }
        }
    }
    Ok(tags)
}

/// The items of a list in brackets or braces; none when the text is no such list.
fn list_items(text: &str) -> Vec<String> {
    let inner = |open: char, close: char| text.strip_prefix(open)?.strip_suffix(close);
    let (Some(inner), is_array) = (match inner('[', ']') {
        Some(inner) => (Some(inner), true),
        None => (inner('{', '}'), false),
    }) else {
        return Vec::new();
    };
    if is_array && let Ok(values) = serde_json::from_str::<Vec<Option<Item>>>(text) {
        let items = values.into_iter().flatten().map(|item| match item {
            Item::Text(text) => text,
            Item::Number(number) => number.to_string(),
        });
        // A list of nothing has no tags, and is no tag itself.
        return items.chain([String::new()]).collect();
    }
    let items = quoted_items(inner).into_iter().filter(|(item, quoted)| *quoted || !item.eq_ignore_ascii_case("null"));
    items.map(|(item, _)| item).chain([String::new()]).collect()
}

/// An item of a list of JSON.
#[derive(serde::Deserialize)]
#[serde(untagged)]
enum Item {
    Text(String),
    Number(serde_json::Number),
}

/// Items between commas, each bare or in quotes, where a backslash stands before a quote or another backslash; with whether
/// it was quoted.
fn quoted_items(text: &str) -> Vec<(String, bool)> {
    let mut items = Vec::new();
    let (mut item, mut quoted, mut open) = (String::new(), false, None);
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match (c, open) {
            ('\\', Some(_)) => item.extend(chars.next()),
            (c, Some(quote)) if c == quote => open = None,
            ('"' | '\'', None) if item.trim().is_empty() => {
                item.clear();
                (open, quoted) = (Some(c), true);
            }
            (',', None) => items.push((std::mem::take(&mut item).trim().to_owned(), std::mem::take(&mut quoted))),
            (c, _) => item.push(c),
        }
    }
    items.push((item.trim().to_owned(), quoted));
    items
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

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
            r#"["vip; trade show", "o'neil"]"#,
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
    }

    #[test]
    fn brackets_within_a_tag_are_its_own() {
        for (cell, tags) in [
            ("[vip] berlin", &["[vip] berlin"][..]),
            ("a [b], c {d}", &["a [b]", "c {d}"]),
            ("a::b", &["a::b"]),
            ("[open", &["[open"]),
            ("[", &["["]),
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
