//! Words as a shell takes them.

/// A word as a shell takes it for one.
pub fn word(text: &str) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || "_-./=:,+@%".contains(c);
    match !text.is_empty() && text.chars().all(is_plain) {
        true => text.to_owned(),
        false => format!("'{}'", text.replace('\'', r"'\''")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_quoted_where_a_shell_would_cut_or_change_them() {
        for (text, quoted) in [
            ("phone_2.x-y", "phone_2.x-y"),
            ("phone=Fone", "phone=Fone"),
            ("it's phone", r"'it'\''s phone'"),
            ("#3", "'#3'"),
            ("", "''"),
            ("\\x01", "'\\x01'"),
        ] {
            assert_eq!(word(text), quoted);
        }
    }
}
