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

    #[test]
    fn refuses_what_is_no_address() {
        for bad in ["ada", "ada@", "@example.com", "ada@example", "a b@example.com", "ada@@example.com", "Ada <a@b.c>"]
        {
            assert!(Email::parse(bad).is_err(), "{bad}");
        }
        assert!(Email::parse(&format!("{}@example.com", "x".repeat(250))).is_err());
    }
}
