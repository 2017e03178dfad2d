//! Text from files: folding for comparison, placeholders that mean "empty", and length limits.

use unicode_normalization::UnicodeNormalization;

/// Lower case, compatibility-normalised, every run of spaces and punctuation one space: the key by which
/// headers, statuses and countries are compared.
pub fn fold_key(text: &str) -> String {
    let mut key = String::with_capacity(text.len());
    let mut gap = false;
    let mut push = |c: char| {
        if c.is_alphanumeric() {
            if gap && !key.is_empty() {
                key.push(' ');
            }
            gap = false;
            key.push(c);
        } else {
            gap = true;
        }
    };
    if text.is_ascii() {
        text.bytes().for_each(|b| push(b.to_ascii_lowercase().into()));
    } else {
        text.nfkc().flat_map(char::to_lowercase).for_each(push);
    }
    key
}

/// Whether a cell holds one of the words that exports write for "nothing".
pub fn is_placeholder(text: &str) -> bool {
    const WORDS: [&str; 10] = ["select", "--select--", "n/a", "na", "-", "--", "null", "(null)", "none", "nil"];
    text.len() <= 10 && WORDS.iter().any(|word| text.eq_ignore_ascii_case(word))
}

/// Undoes the apostrophe with which spreadsheets (and our own CSV output) mark a cell as text.
pub fn unmark_text(cell: &str) -> &str {
    match cell.strip_prefix('\'') {
        Some(rest) if rest.starts_with(['=', '+', '-', '@', '\t', '\r']) => rest,
        _ => cell,
    }
}

/// Whether a spreadsheet would run this cell as a formula when it opens a CSV file.
///
/// Plain numbers and phone numbers begin with `+` or `-` too; they compute nothing and are left as they are.
/// Source: OWASP, "CSV Injection".
pub fn is_formula(cell: &str) -> bool {
    match cell.as_bytes().first() {
        Some(b'=' | b'@' | b'\t' | b'\r') => true,
        Some(b'+' | b'-') => {
            !cell[1..].chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | ' ' | '(' | ')' | '-' | ','))
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folding() {
        assert_eq!(fold_key("  Phone_Number: "), "phone number");
        assert_eq!(fold_key("E-Mail"), "e mail");
        assert_eq!(fold_key("ＴＥＬ．"), "tel");
        assert_eq!(fold_key("Straße"), "straße");
    }

    #[test]
    fn placeholders_are_whole_cells() {
        assert!(is_placeholder("N/A") && is_placeholder("Select") && is_placeholder("-"));
        assert!(!is_placeholder("Nancy") && !is_placeholder(""));
    }

    #[test]
    fn formulas_and_their_undoing() {
        for cell in ["=HYPERLINK(\"x\")", "@SUM(A1)", "+cmd|' /C calc'!A0", "-2+3+cmd", "\t=1"] {
            assert!(is_formula(cell), "{cell}");
            assert_eq!(unmark_text(&format!("'{cell}")), cell);
        }
        for cell in ["+12125550142", "-5", "Ada", "", "'quoted"] {
            assert!(!is_formula(cell), "{cell}");
        }
        assert_eq!(unmark_text("'tis"), "'tis");
    }
}
