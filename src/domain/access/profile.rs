//! What is said of organizations and users: names, links and words in normal form.

/// What a plan is called before anybody says so.
pub const FREE: &str = "free";

/// The longest link, in characters.
pub const MAX_LINK: usize = 500;
/// The longest username and the longest word of a plan, in characters.
pub const MAX_WORD: usize = 50;

/// The normal form of a username: lower case. It holds no `@`, so that nobody takes it for an email.
///
/// # Errors
/// A sentence that says what a username is.
pub fn username(text: &str) -> Result<String, String> {
    let name = text.trim().to_lowercase();
    let allowed = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'.' | b'_' | b'-');
    let begins = name.bytes().next().is_some_and(|b| b.is_ascii_lowercase());
    let ends = name.bytes().last().is_some_and(|b| b.is_ascii_alphanumeric());
    if begins && ends && name.bytes().all(allowed) && (2..=MAX_WORD).contains(&name.len()) {
        return Ok(name);
    }
    Err(format!(
        "`{text}` is no username: use letters, digits and inner `.`, `_` or `-`, a letter first, 2 to {MAX_WORD} of them"
    ))
}

/// The normal form of the word for a plan: an open vocabulary.
///
/// # Errors
/// A sentence that says what such a word is.
pub fn tier(text: &str) -> Result<String, String> {
    let word = text.trim().to_lowercase();
    let allowed = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'_' | b'-');
    let begins = word.bytes().next().is_some_and(|b| b.is_ascii_lowercase());
    if begins && word.bytes().all(allowed) && word.len() <= MAX_WORD {
        return Ok(word);
    }
    Err(format!("`{text}` is no tier: use one word such as {FREE} or pro, of letters, digits, `_` and `-`"))
}

/// The address of a site, as it is written: with http, https or no scheme.
///
/// # Errors
/// A sentence that says what is wrong with it.
pub fn website(text: &str) -> Result<String, String> {
    let text = text.trim();
    match host(text) {
        Some(host) if is_host(host) => within_link(text),
        _ => Err(format!("`{text}` is no address of a website; write it like https://acme.example")),
    }
}

/// The address of a picture: with http or https.
///
/// # Errors
/// A sentence that says what is wrong with it.
pub fn picture(text: &str) -> Result<String, String> {
    let text = text.trim();
    match host(text) {
        Some(host) if is_host(host) && text.contains("://") => within_link(text),
        _ => Err(format!("`{text}` is no address of a picture; write it like https://acme.example/ann.png")),
    }
}

fn within_link(text: &str) -> Result<String, String> {
    match text.chars().count() {
        ..=MAX_LINK => Ok(text.to_owned()),
        length => Err(format!("the address has {length} characters, and at most {MAX_LINK} are kept")),
    }
}

/// The host of a link, and its port; `None` with another scheme than http and https.
fn host(text: &str) -> Option<&str> {
    let rest = match text.split_once("://") {
        Some((scheme, rest)) if ["http", "https"].iter().any(|known| scheme.eq_ignore_ascii_case(known)) => rest,
        // One behind the path is a part of it.
        Some((before, _)) if !before.contains(['/', '?', '#']) => return None,
        _ => text,
    };
    rest.split(['/', '?', '#']).next()
}

fn is_host(host: &str) -> bool {
    let (name, port) = host.split_once(':').unwrap_or((host, "0"));
    let is_label = |label: &str| !label.is_empty() && label.chars().all(|c| c.is_alphanumeric() || c == '-');
    let is_port = (1..=5).contains(&port.len()) && port.bytes().all(|b| b.is_ascii_digit());
    is_port && name.contains('.') && name.trim_end_matches('.').split('.').all(is_label)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn usernames_are_words_that_no_email_is() {
        for (text, name) in [("Ada", "ada"), (" ada.lovelace ", "ada.lovelace"), ("a_b-2", "a_b-2"), ("ADA", "ada")] {
            assert_eq!(username(text).as_deref(), Ok(name));
        }
        let long = "a".repeat(51);
        for bad in ["", "a", "2ab", "42", ".ada", "ada.", "a b", "ada@example.com", "@ada", "ädä", "a\0b", &long] {
            assert!(username(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn tiers_are_words() {
        for (text, word) in [("Pro", "pro"), (" free", "free"), ("pro_2026", "pro_2026"), ("team-eu", "team-eu")] {
            assert_eq!(tier(text).as_deref(), Ok(word));
        }
        for bad in ["", "two words", "7", "-pro", "größer", &"a".repeat(51)] {
            assert!(tier(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn links_lead_to_hosts() {
        for good in [
            "https://acme.example",
            "HTTP://acme.example:8080/a?b=c#d",
            "acme.example/x",
            "www.bücher.example",
            "acme.example/go?to=https://b.example",
        ] {
            assert_eq!(website(good).as_deref(), Ok(good));
        }
        let long = format!("https://acme.example/{}", "a".repeat(500));
        for bad in [
            "",
            "acme",
            "javascript:alert(1)",
            "ftp://acme.example",
            "https://",
            "https://a b.example",
            "https://user@acme.example",
            "file:///etc/passwd",
            "acme..example",
            "https://acme.example:port",
            &long,
        ] {
            assert!(website(bad).is_err(), "{bad}");
        }
        assert!(picture("acme.example/ann.png").is_err());
        assert!(picture("https://acme.example/ann.png").is_ok());
    }

    proptest! {
        #[test]
        fn normal_forms_stay(text in "\\PC{0,60}") {
            for read in [username, tier, website, picture] {
                if let Ok(normal) = read(&text) {
                    prop_assert_eq!(read(&normal), Ok(normal.clone()));
                    prop_assert!(!normal.is_empty());
                }
            }
            if let Ok(name) = username(&text) {
                prop_assert!(!name.contains('@') && crate::domain::email::Email::parse(&name).is_err());
            }
        }
    }
}
