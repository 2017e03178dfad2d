//! Names of columns and texts with `*` in them.

use crate::domain::text::fold_key;

/// Whether a header is meant: exactly but for case and punctuation, or by a `*` that stands for anything.
pub(super) fn names(name: &str, header: &str) -> bool {
    match name.contains('*') {
        true => fits(name, header),
        false => fold_key(name) == fold_key(header),
    }
}

/// Whether a text is the one that is meant, whatever the case; a `*` stands for anything, even for nothing.
pub(super) fn fits(pattern: &str, text: &str) -> bool {
    let (pattern, text) = (pattern.trim().to_lowercase(), text.trim().to_lowercase());
    let mut parts = pattern.split('*');
    let Some(mut rest) = parts.next().and_then(|first| text.strip_prefix(first)) else { return false };
    let mut parts: Vec<&str> = parts.collect();
    let Some(last) = parts.pop() else { return rest.is_empty() };
    for part in parts {
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    rest.ends_with(last)
}

/// Another name with what the `*` of a name stands for in a header; none where the header is not meant.
pub(super) fn filled_in(name: &str, header: &str, other: &str) -> Option<String> {
    let Some((before, after)) = name.split_once('*') else { return names(name, header).then(|| other.to_owned()) };
    let header = header.trim();
    let rest = header
        .get(..before.len())
        .filter(|begin| begin.eq_ignore_ascii_case(before))
        .map(|_| &header[before.len()..])?;
    let at = rest.len().checked_sub(after.len())?;
    let end = rest.get(at..).filter(|end| end.eq_ignore_ascii_case(after))?;
    Some(other.replacen('*', &rest[..rest.len() - end.len()], 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_star_stands_for_is_put_into_another_name() {
        let filled = |header: &str| filled_in("Phone * - Value", header, "Phone * - Label");
        assert_eq!(filled("phone 12 - VALUE").as_deref(), Some("Phone 12 - Label"));
        for header in ["Phone 1 - Type", "E-mail 1 - Value", "Phone - Value", "é", ""] {
            assert_eq!(filled(header), None, "{header}");
        }
        assert_eq!(filled_in("Phone", "phone:", "Kind").as_deref(), Some("Kind"));
    }

    #[test]
    fn a_star_stands_for_anything() {
        for (pattern, text, is_it) in [
            ("Phone * - Value", "Phone 1 - Value", true),
            ("Phone * - Value", "Phone 1 - Label", false),
            ("Total: *", "Total: Campaigns", true),
            ("total*", "Total", true),
            ("*opt*out*", "SMS Opt-Out", true),
            ("", " ", true),
            ("", "x", false),
            ("a*a", "a", false),
            ("É*", "école", true),
        ] {
            assert_eq!(fits(pattern, text), is_it, "{pattern} {text}");
        }
        assert!(names("Record ID", "record_id") && !names("Record ID", "Record IDs"));
    }
}
