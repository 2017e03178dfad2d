//! Values that are longer than the log's cells.

use crate::db::audited::Fields;

/// So many characters a cell of the log takes (a CHECK of `audit_log`).
const LONGEST: usize = 50_000;

/// Fields of which each has room in a cell. A longer value goes over several: `filter`, `filter.2`, `filter.3`.
pub(super) fn pieces(fields: Fields) -> Fields {
    let mut pieces = Fields::new();
    for (name, value) in fields {
        // No character has less than one byte.
        let Some(long) = value.as_deref().filter(|value| value.len() > LONGEST) else {
            pieces.push((name, value));
            continue;
        };
        let characters: Vec<char> = long.chars().collect();
        for (place, piece) in characters.chunks(LONGEST).enumerate() {
            let name = if place == 0 { name.clone() } else { format!("{name}.{}", place + 1).into() };
            pieces.push((name, Some(piece.iter().collect())));
        }
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_values_are_cut_between_characters() {
        let long = format!("{}ü", "é".repeat(2 * LONGEST));
        let fields: Fields = vec![
            ("a".into(), Some(String::new())),
            ("b".into(), None),
            ("filter".into(), Some(long.clone())),
            ("c".into(), Some("x".into())),
        ];
        let pieces = pieces(fields.clone());
        let names: Vec<&str> = pieces.iter().map(|(name, _)| &**name).collect();
        assert_eq!(names, ["a", "b", "filter", "filter.2", "filter.3", "c"]);
        assert_eq!((&pieces[..2], &pieces[5]), (&fields[..2], &fields[3]));
        let parts: Vec<&str> = pieces[2..5].iter().flat_map(|(_, piece)| piece.as_deref()).collect();
        assert_eq!((parts[0].chars().count(), parts[2]), (LONGEST, "ü"));
        assert_eq!(parts.concat(), long);
    }
}
