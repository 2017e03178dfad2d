//! Cells of CSV files that a spreadsheet would run as formulas: marked as text when they are written, and freed of the mark
//! when they are read.
//!
//! The mark is an apostrophe. It stands before the cell, and wherever in it a spreadsheet that cuts cells at semicolons, tabs or
//! line breaks would find a formula. What begins like a marked cell is marked, too, so that every text comes back as it was.
//! Source: OWASP, "CSV Injection".

use std::borrow::Cow;

use super::invisible::is_invisible;

const MARK: char = '\'';

/// Where a spreadsheet of another country begins a new cell.
fn is_break(c: char) -> bool {
    matches!(c, ';' | '\t' | '\r' | '\n')
}

/// What a formula begins with; the wide forms are those of Chinese, Japanese and Korean keyboards.
fn begins_formula(c: char) -> bool {
    matches!(c, '=' | '+' | '-' | '@' | '＝' | '＋' | '－' | '＠')
}

/// What a spreadsheet may pass over before a formula.
fn is_passed_over(c: char) -> bool {
    c.is_whitespace() || is_invisible(c)
}

/// Whether a cell begins as a formula or as a marked one, numbers included.
fn begins_alike(cell: &str) -> bool {
    cell.trim_start_matches(MARK).starts_with(['\t', '\r', '\n'])
        || cell.trim_start_matches(|c| c == MARK || is_passed_over(c)).starts_with(begins_formula)
}

/// Whether a spreadsheet would run the beginning of a cell, or [`unmark_text`] would take it for marked.
///
/// Plain numbers and phone numbers begin with `+` or `-` too; they compute nothing and are left as they are.
fn runs(cell: &str) -> bool {
    begins_alike(cell) && (cell.starts_with(is_break) || !is_number(cell))
}

fn is_number(piece: &str) -> bool {
    piece
        .strip_prefix(['+', '-'])
        .is_some_and(|rest| rest.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | ' ' | '(' | ')' | '-' | ',')))
}

/// Whether what follows a break would run, or begins as if it were marked.
fn runs_inside(piece: &str) -> bool {
    let piece = piece.split(is_break).next().unwrap_or_default();
    piece.trim_start_matches(|c| c == MARK || c == '"' || is_passed_over(c)).starts_with(begins_formula)
        && !is_number(piece)
}

/// Where pieces begin inside a cell, behind breaks.
fn pieces(cell: &str) -> impl Iterator<Item = usize> + '_ {
    cell.char_indices().filter(|(_, c)| is_break(*c)).map(|(at, c)| at + c.len_utf8())
}

/// Whether a cell holds none of what this file looks for, as almost all do: two looks at it tell.
fn is_plain(cell: &str) -> bool {
    let begins_plainly = cell.as_bytes().first().is_none_or(u8::is_ascii_alphanumeric);
    begins_plainly && memchr::memchr3(b';', b'\n', b'\t', cell.as_bytes()).is_none() && !cell.contains('\r')
}

/// A cell of a CSV file as it is safe to open in a spreadsheet; reading it gives the text again.
pub fn mark_text(cell: &str) -> Cow<'_, str> {
    if is_plain(cell) {
        return cell.into();
    }
    let inside: Vec<usize> = pieces(cell).filter(|at| cell.get(*at..).is_some_and(runs_inside)).collect();
    if inside.is_empty() && !runs(cell) {
        return cell.into();
    }
    let mut marked = String::with_capacity(cell.len() + inside.len() + 1);
    let mut from = 0;
    marked.push(MARK);
    for at in inside {
        marked.push_str(cell.get(from..at).unwrap_or_default());
        marked.push(MARK);
        from = at;
    }
    marked.push_str(cell.get(from..).unwrap_or_default());
    marked.into()
}

/// Undoes the apostrophe with which spreadsheets and [`mark_text`] mark a cell as text.
pub fn unmark_text(cell: &str) -> &str {
    match cell.strip_prefix(MARK) {
        Some(rest) if begins_alike(rest) || pieces(rest).any(|at| rest.get(at..).is_some_and(runs_inside)) => rest,
        _ => cell,
    }
}

/// Takes the marks out of the inside of a marked cell; [`unmark_text`] takes the first one.
pub fn unmark_inside(cell: &str) -> Cow<'_, str> {
    let bare = cell.trim_start_matches(is_passed_over);
    let (Some(rest), before) = (bare.strip_prefix(MARK), cell.len() - bare.len() + 1) else { return cell.into() };
    let is_marked = |at: &usize| rest.get(*at..).and_then(|piece| piece.strip_prefix(MARK)).is_some_and(runs_inside);
    let marks: Vec<usize> = pieces(rest).filter(is_marked).map(|at| at + before).collect();
    if marks.is_empty() {
        return cell.into();
    }
    cell.char_indices().filter(|(at, _)| marks.binary_search(at).is_err()).map(|(_, c)| c).collect::<String>().into()
}

/// A cell of a workbook, where nothing runs: marked only where [`unmark_text`] would change it.
pub fn keep_mark(cell: &str) -> Cow<'_, str> {
    if unmark_text(cell) == cell { cell.into() } else { format!("{MARK}{cell}").into() }
}

/// A cell as it came from a file, marked for another one: its own mark stays the only one.
pub fn mark_again(cell: &str) -> Cow<'_, str> {
    match mark_text(unmark_text(cell)) {
        Cow::Owned(marked) => marked.into(),
        Cow::Borrowed(_) => cell.into(),
    }
}

/// JSON as a cell that is safe to open in a spreadsheet and stays the same JSON: what would run, steer a terminal or hide is
/// written as an escape of JSON. Such characters stand only inside its strings.
pub fn json_cell(json: &str) -> Cow<'_, str> {
    let must_hide = |c: char| {
        c.is_control() && c != '\n'
            || is_invisible(c)
            || matches!(c, '\u{2028}' | '\u{2029}' | '\u{e0001}'..='\u{e007f}')
    };
    let starts: Vec<usize> = pieces(json)
        .filter_map(|at| {
            let piece = json.get(at..).filter(|piece| runs_inside(piece))?;
            Some(at + piece.find(begins_formula)?)
        })
        .collect();
    if starts.is_empty() && !json.chars().any(must_hide) {
        return json.into();
    }
    let mut cell = String::with_capacity(json.len() + 16);
    for (at, c) in json.char_indices() {
        match must_hide(c) || starts.binary_search(&at).is_ok() {
            // JSON has UTF-16 in its escapes.
            true => c.encode_utf16(&mut [0; 2]).iter().for_each(|unit| cell.push_str(&format!("\\u{unit:04x}"))),
            false => cell.push(c),
        }
    }
    cell.into()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// What an import makes of a cell, but for blanks around it.
    fn read(cell: &str) -> String {
        unmark_text(&unmark_inside(cell)).to_owned()
    }

    #[test]
    fn formulas_are_marked() {
        for cell in [
            "=HYPERLINK(\"x\")",
            "@SUM(A1)",
            "+cmd|' /C calc'!A0",
            "-2+3+cmd",
            "\tAda",
            " =1+1",
            "\u{feff}=1+1",
            "＝1+1",
            "＋1+cmd",
            "－1+cmd",
            "＠SUM(A1)",
            "\u{3000}＝1+1",
            "'=1+1",
            "''＝1",
            "'+12125550142",
        ] {
            assert_eq!(mark_text(cell), format!("'{cell}"), "{cell:?}");
            assert_eq!(read(&mark_text(cell)), cell);
        }
        for cell in
            ["+12125550142", "-5", "Ada", "", "'quoted", "'tis", "O'Neil; Ben", "a;-5", "a;b", "a\nb", "1=1", "x＝1"]
        {
            assert_eq!(mark_text(cell), cell, "{cell:?}");
            assert_eq!(read(cell), cell);
        }
    }

    #[test]
    fn formulas_behind_other_delimiters_are_marked() {
        for (cell, marked) in [
            (";=1+1", "';'=1+1"),
            ("\t=1", "'\t'=1"),
            ("\r=1", "'\r'=1"),
            ("\n @x", "'\n' @x"),
            ("'\t=1", "''\t'=1"),
            ("a;=1+1;b", "'a;'=1+1;b"),
            ("a; ＝1+1", "'a;' ＝1+1"),
            ("a;\"=1+1\"", "'a;'\"=1+1\""),
            ("a\t@SUM(A1)", "'a\t'@SUM(A1)"),
            ("a\r\n=1+1\n-cmd", "'a\r\n'=1+1\n'-cmd"),
            ("a;'=1+1", "'a;''=1+1"),
            ("=1;=1", "'=1;'=1"),
        ] {
            assert_eq!(mark_text(cell), marked);
            assert_eq!(read(marked), cell);
        }
    }

    #[test]
    fn apostrophes_of_people_are_undone_and_other_ones_kept() {
        for (cell, text) in
            [("'=x", "=x"), ("'\t=x", "\t=x"), ("'+12125550142", "+12125550142"), ("'-", "-"), ("'@ann", "@ann")]
        {
            assert_eq!(unmark_text(cell), text);
            assert_eq!(read(&mark_again(cell)), text);
        }
        for cell in ["'tis", "'", "it's;'so'", "a;'=1"] {
            assert_eq!(read(cell), cell);
        }
    }

    #[test]
    fn json_stays_json() {
        for text in ["x;=1+1", "x\n＝1", "x\u{202e}y", "\u{1b}[0m", "\u{e0041}", "a;'@b", "plain", "-1", "a\";=1"] {
            let json = serde_json::json!({ "a": text, "b": [text], "c": -5 });
            let cell = json_cell(&json.to_string()).into_owned();
            assert_eq!(mark_text(&cell), cell);
            assert!(!cell.contains(";=") && !cell.chars().any(|c| c.is_control() || is_invisible(c)), "{cell}");
            assert_eq!(serde_json::from_str::<serde_json::Value>(&cell).unwrap(), json);
        }
    }

    proptest! {
        #[test]
        fn every_text_comes_back(text in "['=+\\-@＝＋－＠;\t\r\n \u{200b}\"a5]{0,10}") {
            let marked = mark_text(&text).into_owned();
            prop_assert_eq!(read(&marked), text.clone(), "{:?}", marked);
            prop_assert_eq!(unmark_text(&keep_mark(&text)).to_owned(), text.clone());
            // Nothing of it begins a cell with a formula.
            for (place, piece) in marked.split(is_break).enumerate() {
                let bare = piece.trim_start_matches(|c| place > 0 && c == '"' || is_passed_over(c));
                prop_assert!(!bare.starts_with(begins_formula) || is_number(piece) || is_number(bare), "{:?}", marked);
            }
            prop_assert_eq!(read(&mark_again(&text)), unmark_text(&text).to_owned());
        }

        #[test]
        fn every_json_stays_the_same(text in "[=+\\-@＝;\t\n \u{200b}\u{202e}\"\\\\a5]{0,10}") {
            let json = serde_json::json!({ "k": text, "l": [text, -5] });
            let cell = json_cell(&json.to_string()).into_owned();
            prop_assert_eq!(mark_text(&cell), cell.as_str());
            prop_assert_eq!(serde_json::from_str::<serde_json::Value>(&cell).unwrap(), json);
        }
    }
}
