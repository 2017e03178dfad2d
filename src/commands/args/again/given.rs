//! The words of a call, by which lines are told that work.

use std::sync::OnceLock;

/// What is told in place of the words of this call.
static STANDS_FOR: OnceLock<Vec<String>> = OnceLock::new();

/// The words of this call, or of the one that it stands for; none where they are no text.
pub fn given() -> Option<Vec<String>> {
    match STANDS_FOR.get() {
        Some(words) => Some(words.clone()),
        None => std::env::args_os().skip(1).map(|word| word.into_string().ok()).collect(),
    }
}

/// This call does what another one said: lines that work are told in the words of that one.
pub fn stands_for(words: Vec<String>) {
    // A call stands for one.
    let _ = STANDS_FOR.set(words);
}

/// Options of every call that say where it works and who works there.
const WHERE: [&str; 4] = ["--database-url", "--org", "--as", "--config"];

/// The words of a call that say where it works and who works there.
pub fn about_where(given: &[String]) -> Vec<String> {
    let mut words = Vec::new();
    let mut given = given.iter();
    while let Some(word) = given.next() {
        let (option, value) =
            word.split_once('=').map_or((word.as_str(), None), |(option, value)| (option, Some(value)));
        if WHERE.contains(&option) {
            words.push(word.clone());
            words.extend(if value.is_none() { given.next().cloned() } else { None });
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_a_call_works_is_said_again() {
        let given = [
            "import",
            "leads",
            "--org=acme",
            "a.csv",
            "--database-url",
            "b.db",
            "--plan",
            "p",
            "--as",
            "a@example.com",
        ];
        let words = about_where(&given.map(str::to_owned));
        assert_eq!(words, ["--org=acme", "--database-url", "b.db", "--as", "a@example.com"]);
    }
}
