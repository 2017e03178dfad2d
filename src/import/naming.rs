//! Names as messages tell of them: not all of very many, and none without an end.

/// The first of some names, each cut to what a line can hold, and how many more there are.
pub fn some_names<T: AsRef<str>>(names: &[T]) -> String {
    some(names.iter().map(|name| cut(name.as_ref())))
}

/// How many of many things a message tells.
pub const MOST_TOLD: usize = 30;

/// The first of some things as they are told, and how many more there are.
pub fn some(told: impl ExactSizeIterator<Item = String>) -> String {
    let more = told.len().saturating_sub(MOST_TOLD);
    let first = told.take(MOST_TOLD).collect::<Vec<_>>().join(", ");
    if more == 0 { first } else { format!("{first} and {more} more") }
}

/// A name as a message shows it.
pub fn cut(name: &str) -> String {
    const LONGEST: usize = 80;
    match name.char_indices().nth(LONGEST) {
        None => name.to_owned(),
        Some((end, _)) => format!("{}…", name.get(..end).unwrap_or_default()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_names_are_not_all_told() {
        let names: Vec<String> = (1..=100_000).map(|n| format!("h{n}")).collect();
        assert_eq!(some_names(&names[..2]), "h1, h2");
        assert!(some_names(&names).ends_with("h29, h30 and 99970 more"), "{}", some_names(&names));
        assert_eq!(some_names(&names[..0]), "");
        let long = ["é".repeat(1 << 20)];
        assert_eq!(some_names(&long), format!("{}…", "é".repeat(80)));
    }
}
