//! Tags: short labels on a lead, in normal form.

/// The longest tag, in characters.
pub const MAX_LENGTH: usize = 60;

/// The normal form of a tag: trimmed, inner white space single, lower case. Empty when nothing is left.
pub fn normalize(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}

/// Splits a cell of tags at comma, semicolon and bar; empty and repeated tags are dropped.
///
/// # Errors
/// The first tag that is longer than [`MAX_LENGTH`].
pub fn parse_several(cell: &str) -> Result<Vec<String>, String> {
    let mut tags: Vec<String> = Vec::new();
    for tag in cell.split([',', ';', '|']).map(normalize) {
        if tag.chars().count() > MAX_LENGTH {
            return Err(tag);
        }
        if !tag.is_empty() && !tags.contains(&tag) {
            tags.push(tag);
        }
    }
    Ok(tags)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn split_and_normalised() {
        assert_eq!(parse_several("VIP; Trade  Show|vip,,x").unwrap(), ["vip", "trade show", "x"]);
        assert_eq!(parse_several(" ; ").unwrap(), Vec::<String>::new());
        assert!(parse_several(&"t".repeat(61)).is_err());
    }
}
