//! SQL text: `SELECT id FROM leads l WHERE l.organization_id = $1`.

use std::collections::{HashMap, HashSet};

/// What a table is named after.
pub const BEFORE_TABLE: [&str; 5] = ["FROM", "JOIN", "UPDATE", "INTO", "USING"];

/// Words, numbers and signs; a name keeps its table: `l.organization_id`.
pub fn tokens(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let chars: Vec<char> = text.chars().collect();
    let mut at = 0;
    while at < chars.len() {
        let c = chars[at];
        let begin = at;
        match c {
            c if c.is_whitespace() => {
                at += 1;
                continue;
            }
            '-' if chars.get(at + 1) == Some(&'-') => {
                while at < chars.len() && chars[at] != '\n' {
                    at += 1;
                }
                continue;
            }
            '\'' => {
                at += 1;
                while at < chars.len() && chars[at] != '\'' {
                    at += 1;
                }
                at += 1;
            }
            c if c.is_alphanumeric() || "_$\"".contains(c) => {
                while at < chars.len() && (chars[at].is_alphanumeric() || "_$.\"".contains(chars[at])) {
                    at += 1;
                }
            }
            _ => at += 1,
        }
        found.push(chars[begin..at.min(chars.len())].iter().collect::<String>().replace('"', ""));
    }
    found
}

/// One SELECT, UPDATE, DELETE or INSERT, without those within it.
#[derive(Default)]
pub struct Scope {
    words: Vec<String>,
}

const VERBS: [&str; 4] = ["SELECT", "UPDATE", "DELETE", "INSERT"];

/// The statements of a text, those within others apart.
pub fn scopes(text: &str) -> Vec<Scope> {
    let words = tokens(text);
    let mut done = Vec::new();
    // Open scopes with the depth of parentheses at which each began.
    let mut open: Vec<(Scope, usize)> = vec![(Scope::default(), 0)];
    let mut depth = 0;
    for (at, word) in words.iter().enumerate() {
        let upper = word.to_uppercase();
        let before = at.checked_sub(1).map(|before| words[before].to_uppercase()).unwrap_or_default();
        match upper.as_str() {
            "(" => {
                depth += 1;
                let next = words.get(at + 1).map(|next| next.to_uppercase()).unwrap_or_default();
                if VERBS.contains(&next.as_str()) || next == "WITH" {
                    open.push((Scope::default(), depth));
                    continue;
                }
            }
            ")" => {
                if open.last().is_some_and(|(_, began)| *began == depth && depth > 0) {
                    done.extend(open.pop().map(|(scope, _)| scope));
                    depth -= 1;
                    // What stands for the whole of it.
                    open.last_mut().unwrap().0.words.push("()".into());
                    continue;
                }
                depth = depth.saturating_sub(1);
            }
            "UNION" | "EXCEPT" | "INTERSECT" | ";" => {
                let (scope, _) = open.last_mut().unwrap();
                done.push(std::mem::take(scope));
                continue;
            }
            verb if VERBS.contains(&verb) && !["FOR", "KEY", "DO", "BEFORE", "OR", "ON"].contains(&before.as_str()) => {
                let (scope, _) = open.last_mut().unwrap();
                let other = scope
                    .words
                    .iter()
                    .any(|word| VERBS.contains(&word.as_str()) && !(verb == "SELECT" && word == "INSERT"));
                if other {
                    done.push(std::mem::take(scope));
                }
            }
            _ => {}
        }
        let word = if VERBS.contains(&upper.as_str()) || BEFORE_TABLE.contains(&upper.as_str()) {
            upper
        } else {
            word.clone()
        };
        open.last_mut().unwrap().0.words.push(word);
    }
    done.extend(open.into_iter().map(|(scope, _)| scope));
    done
}

const NO_ALIAS: [&str; 24] = [
    "WHERE",
    "ON",
    "ORDER",
    "GROUP",
    "LIMIT",
    "SET",
    "JOIN",
    "LEFT",
    "INNER",
    "CROSS",
    "USING",
    "VALUES",
    "SELECT",
    "FOR",
    "INDEXED",
    "NOT",
    "RETURNING",
    "HAVING",
    "UNION",
    "OFFSET",
    "AND",
    "DEFAULT",
    "FROM",
    "TABLESAMPLE",
];

impl Scope {
    /// How many tables it names, and those of which no organization is given.
    pub fn unguarded(&self, tables: &[&'static str]) -> (usize, Vec<String>) {
        let words = &self.words;
        // Alias and table.
        let mut of: Vec<(String, String)> = Vec::new();
        let mut seen = 0;
        // How deep in parentheses a list of tables stands.
        let (mut lists, mut depth) = (None, 0);
        for (at, word) in words.iter().enumerate() {
            match word.as_str() {
                "(" => depth += 1,
                ")" => depth -= 1,
                _ => {}
            }
            let begins = BEFORE_TABLE.contains(&word.as_str());
            if NO_ALIAS.contains(&word.to_uppercase().as_str()) && !begins {
                lists = None;
            }
            if begins {
                lists = (word == "FROM").then_some(depth);
            }
            if !(begins || lists == Some(depth) && word == ",") {
                continue;
            }
            let before = at.checked_sub(1).map(|before| words[before].to_uppercase()).unwrap_or_default();
            if word == "UPDATE" && ["FOR", "KEY", "DO"].contains(&before.as_str()) {
                continue;
            }
            let Some(table) = words.get(at + 1) else { continue };
            if !tables.contains(&table.as_str()) && table != "¤" {
                continue;
            }
            seen += 1;
            if word == "INTO" {
                continue;
            }
            let mut next = words.get(at + 2);
            if next.is_some_and(|next| next.eq_ignore_ascii_case("AS")) {
                next = words.get(at + 3);
            }
            let alias = next.filter(|next| {
                next.chars().all(|c| c.is_alphanumeric() || c == '_')
                    && !NO_ALIAS.contains(&next.to_uppercase().as_str())
            });
            of.push((alias.unwrap_or(table).clone(), table.clone()));
        }
        let declared: HashSet<&str> = of.iter().map(|(alias, _)| alias.as_str()).collect();
        // What each alias's organization is equal to: another alias, or "" for a value.
        let mut equal: HashMap<String, Vec<String>> = HashMap::new();
        let owner = |word: &str| -> Option<String> {
            let (alias, column) = word.rsplit_once('.').unwrap_or(("", word));
            (column == "organization_id").then(|| match alias {
                "" if of.len() == 1 => of[0].0.clone(),
                alias => alias.to_owned(),
            })
        };
        for at in 0..words.len() {
            let Some(alias) = owner(&words[at]) else { continue };
            let other = match (words.get(at + 1).map(String::as_str), at.checked_sub(1).map(|b| words[b].as_str())) {
                (Some("="), _) => words.get(at + 2),
                (_, Some("=")) => at.checked_sub(2).map(|before| &words[before]),
                _ => None,
            };
            let Some(other) = other else { continue };
            equal.entry(alias).or_default().push(owner(other).unwrap_or_default());
        }
        let bad = of.iter().filter(|(alias, _)| {
            let mut known = vec![alias.clone()];
            let mut next = 0;
            while next < known.len() {
                for other in equal.get(&known[next]).into_iter().flatten() {
                    // A value, or a table of the statement around.
                    if !declared.contains(other.as_str()) {
                        return false;
                    }
                    if !known.contains(other) {
                        known.push(other.clone());
                    }
                }
                next += 1;
            }
            true
        });
        (seen, bad.map(|(_, table)| table.clone()).collect())
    }
}
