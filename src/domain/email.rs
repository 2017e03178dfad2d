//! Email addresses (RFC 5321 and 5322), compared without regard to case.

use std::fmt;

use email_address::{EmailAddress, Options};

/// The longest address that SMTP can carry (RFC 5321, 4.5.3.1.3), in characters.
pub const MAX_LENGTH: usize = 254;

/// An email address in normal form: trimmed and lower case.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Email(String);

/// Why a text is not an email address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("is not an email address ({0})")]
pub struct EmailProblem(String);

impl Email {
    /// Reads an address; `mailto:` is set aside.
    ///
    /// # Errors
    /// The text is not an address with a full domain, or is longer than [`MAX_LENGTH`].
    pub fn parse(text: &str) -> Result<Email, EmailProblem> {
        let trimmed = text.trim();
        let bare = match trimmed.get(..7) {
            Some(scheme) if scheme.eq_ignore_ascii_case("mailto:") => &trimmed[7..],
            _ => trimmed,
        };
        let lower = bare.to_lowercase();
        if lower.chars().count() > MAX_LENGTH {
            return Err(EmailProblem(format!("longer than {MAX_LENGTH} characters")));
        }
        let options = Options::default().with_required_tld().without_display_text().without_domain_literal();
        match EmailAddress::parse_with_options(&lower, options) {
            Ok(_) => Ok(Email(lower)),
            Err(e) => Err(EmailProblem(e.to_string().trim_end_matches('.').to_lowercase())),
        }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub fn into_string(self) -> String {
        self.0
    }
}

/// Reads a cell that may hold several addresses, separated by `;` `|` `:::`, a tab or a line break, or by `,` `/` or a space where
/// what stands between is addresses, and tells of each part whether it is one. What an address may hold itself separates none.
pub fn parse_each(text: &str) -> Vec<(&str, Result<Email, EmailProblem>)> {
    let whole = Email::parse(text);
    if whole.is_ok() {
        return vec![(text, whole)];
    }
    let certain = |c: char| matches!(c, ';' | '；' | '|' | '\n' | '\r' | '\t');
    let parts = text.split(":::").flat_map(|part| split(part, certain)).flat_map(apart);
    let read: Vec<_> = parts.map(|part| (part, Email::parse(part))).collect();
    if read.is_empty() { vec![(text, whole)] } else { read }
}

/// The addresses of a part between which less certain separators stand, else the part as it is: `ada, b@example.com` may be one
/// address that is mistyped.
fn apart(part: &str) -> Vec<&str> {
    let is_address = |part: &str| Email::parse(part).is_ok();
    if is_address(part) {
        return vec![part];
    }
    let all_have_at = |parts: &[&str]| parts.len() > 1 && parts.iter().all(|part| part.contains('@'));
    let by_comma = split(part, |c| matches!(c, ',' | '，' | '、'));
    if by_comma.len() == 1 && by_comma.first().is_some_and(|only| is_address(only)) {
        return by_comma;
    }
    if all_have_at(&by_comma) || (by_comma.len() > 1 && by_comma.first().is_some_and(|first| is_address(first))) {
        return by_comma
            .into_iter()
            .flat_map(|part| if part.contains(',') { vec![part] } else { apart(part) })
            .collect();
    }
    let by_slash = split(part, |c| c == '/' || c.is_whitespace());
    if all_have_at(&by_slash) { by_slash } else { vec![part] }
}

/// The parts between separators outside of quotes, trimmed, without empty ones.
fn split(text: &str, is_separator: impl Fn(char) -> bool) -> Vec<&str> {
    let (mut is_quoted, mut is_escaped) = (false, false);
    let parts = text.split(|c: char| {
        let separates = is_separator(c) && !is_quoted;
        is_quoted ^= c == '"' && !is_escaped;
        is_escaped = c == '\\' && !is_escaped;
        separates
    });
    parts.map(str::trim).filter(|part| !part.is_empty()).collect()
}

impl fmt::Display for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn normal_form() {
        assert_eq!(Email::parse(" Ada@Example.COM ").unwrap().as_str(), "ada@example.com");
        assert_eq!(Email::parse("mailto:ada@example.com").unwrap().as_str(), "ada@example.com");
        assert_eq!(Email::parse("ÜNAL@example.com").unwrap().as_str(), "ünal@example.com");
    }

    fn read(text: &str) -> Vec<String> {
        let told = |(part, read): (&str, Result<Email, EmailProblem>)| match read {
            Ok(email) => email.into_string(),
            Err(_) => format!("no: {part}"),
        };
        parse_each(text).into_iter().map(told).collect()
    }

    #[test]
    fn several_addresses_of_a_cell() {
        let two = ["a@example.com", "b@example.org"];
        for separator in
            ["; ", ";", " ;", ", ", ",", "|", " / ", "/", " ", "\n", "\r\n", "\t", " ::: ", ";;", "；", "、"]
        {
            assert_eq!(read(&format!("A@Example.com{separator}mailto:b@example.org")), two, "{separator:?}");
            assert_eq!(read(&format!("a@example.com{separator}b@example.org{separator}c@example.net")).len(), 3);
        }
        assert_eq!(read("a@example.com; b@example.org,"), two);
        assert_eq!(read(" a@example.com;"), ["a@example.com"]);
        // What is part of an address separates nothing.
        assert_eq!(read("a/b@example.com, c@example.com"), ["a/b@example.com", "c@example.com"]);
        assert_eq!(read("\"a;b, c\"@example.com; c@example.com"), ["\"a;b, c\"@example.com", "c@example.com"]);
    }

    #[test]
    fn parts_that_are_no_address_are_told() {
        assert_eq!(read("a@example.com; nobody"), ["a@example.com", "no: nobody"]);
        assert_eq!(read("nobody | a@example.com"), ["no: nobody", "a@example.com"]);
        assert_eq!(read("a@example.com, nobody"), ["a@example.com", "no: nobody"]);
        assert_eq!(read("a@example.com, b@, c@example.com"), ["a@example.com", "no: b@", "c@example.com"]);
        // These may be one address, mistyped.
        for one in [
            "ada, b@example.com",
            "a b@example.com",
            "ada@example com",
            "ada/b@",
            "a@example,com",
            "Ada <a@b.com>",
            ";",
        ] {
            assert_eq!(read(one), [format!("no: {one}")], "{one}");
        }
    }

    proptest::proptest! {
        #[test]
        fn addresses_in_one_cell_are_those_addresses(
            emails in proptest::collection::vec("[a-z0-9._+/'-]{0,8}[a-z0-9]@[a-z0-9]{1,8}\\.(com|org)", 1..5),
            separator in "(;|,|\\||\n| ::: )[ ]{0,2}",
        ) {
            let valid: Vec<String> = emails.into_iter().filter(|email| Email::parse(email).is_ok()).collect();
            let cell = valid.join(&separator);
            if !valid.is_empty() {
                proptest::prop_assert_eq!(read(&cell), valid);
            }
        }

        #[test]
        fn no_text_is_lost(text in "[ab@.;,/|:\" \n]{0,24}") {
            let letters = |text: &str| text.chars().filter(|c| c.is_alphanumeric() || *c == '@').collect::<String>();
            let parts: String = parse_each(&text).into_iter().map(|(part, _)| part).collect();
            proptest::prop_assert_eq!(letters(&parts), letters(&text));
        }
    }

    #[test]
    fn refuses_what_is_no_address() {
        for bad in ["ada", "ada@", "@example.com", "ada@example", "a b@example.com", "ada@@example.com", "Ada <a@b.c>"]
        {
            assert!(Email::parse(bad).is_err(), "{bad}");
        }
        assert!(Email::parse(&format!("{}@example.com", "x".repeat(250))).is_err());
    }
}
