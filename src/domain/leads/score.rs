//! Lead scores.

/// Reads a score: an integer from 0 to 100. A spreadsheet's `70.0` is 70.
pub fn parse(text: &str) -> Option<i16> {
    let text = text.trim();
    let whole = text.split_once('.').filter(|(_, f)| f.bytes().all(|b| b == b'0')).map_or(text, |(w, _)| w);
    whole.parse().ok().filter(|score| (0..=100).contains(score))
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn whole_and_in_range() {
        assert_eq!(parse("70"), Some(70));
        assert_eq!(parse(" 70.0 "), Some(70));
        for bad in ["101", "-1", "70.5", "high", ""] {
            assert_eq!(parse(bad), None, "{bad}");
        }
    }
}
