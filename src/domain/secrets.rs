//! Texts of others without the secrets that they may repeat: errors of libraries, and of servers.

/// What stands in place of a secret.
pub const REDACTED: &str = "***";

/// The keywords of PostgreSQL whose values are secret.
pub const SECRET_KEYWORDS: [&str; 5] =
    ["password", "sslpassword", "oauth_client_secret", "scram_client_key", "scram_server_key"];

/// A secret of fewer letters stands for itself only between quotes: it may be a part of any word.
const SHORT: usize = 4;

/// A text without these secrets, and without what looks like one: what follows `password=`, or the scheme of a URL that may hold
/// a password, to the end of its line.
pub fn redacted<S: AsRef<str>>(text: &str, secrets: impl IntoIterator<Item = S>) -> String {
    let mut secrets: Vec<S> = secrets.into_iter().filter(|secret| !secret.as_ref().is_empty()).collect();
    // One may be a part of another.
    secrets.sort_by_key(|secret| std::cmp::Reverse(secret.as_ref().len()));
    let mut text = text.to_owned();
    for secret in secrets.iter().map(S::as_ref) {
        text = match secret.chars().count() < SHORT {
            false => text.replace(secret, REDACTED),
            true => ['"', '\'', '`'].into_iter().fold(text, |text, quote| {
                text.replace(&format!("{quote}{secret}{quote}"), &format!("{quote}{REDACTED}{quote}"))
            }),
        };
    }
    let lines: Vec<String> = text.split('\n').map(line_without_secrets).collect();
    lines.join("\n")
}

fn line_without_secrets(line: &str) -> String {
    match [after_scheme(line), after_keyword(line)].into_iter().flatten().min().and_then(|end| line.get(..end)) {
        Some(shown) => format!("{shown}{REDACTED}"),
        None => line.to_owned(),
    }
}

/// Where the first URL goes on after its scheme; one of PostgreSQL may lack its slashes. Another one without an `@` behind it
/// holds no password.
fn after_scheme(line: &str) -> Option<usize> {
    let lower = line.to_ascii_lowercase();
    let end = |mark: &str| {
        let end = lower.find(mark)? + mark.len();
        let rest = lower.get(end..)?;
        let may_hold_one = mark != "://" || lower.contains("postgres") || rest.contains('@');
        may_hold_one.then(|| end + rest.len() - rest.trim_start_matches('/').len())
    };
    ["://", "postgres:", "postgresql:"].into_iter().filter_map(end).min()
}

/// Where the first value of a secret keyword begins.
fn after_keyword(line: &str) -> Option<usize> {
    let lower = line.to_ascii_lowercase();
    let value = |keyword: &str| {
        lower.match_indices(keyword).find_map(|(at, _)| {
            let end = at + keyword.len();
            let rest = lower.get(end..)?;
            rest.trim_start().starts_with('=').then(|| end + rest.len() - rest.trim_start().len() + 1)
        })
    };
    SECRET_KEYWORDS.into_iter().filter_map(value).min()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn known_secrets_are_taken_out() {
        for (text, secrets, shown) in [
            ("no user \"s3cr3t\"", &["s3cr3t"][..], "no user \"***\""),
            ("it is s3cr3t%2F, s3cr3t/ and s3cr3t", &["s3cr3t", "s3cr3t/", "s3cr3t%2F"], "it is ***, *** and ***"),
            ("the port \"p\" of p", &["p"], "the port \"***\" of p"),
            ("nothing", &[""], "nothing"),
        ] {
            assert_eq!(redacted(text, secrets), shown);
        }
    }

    #[test]
    fn what_looks_like_a_secret_is_taken_out() {
        for (text, shown) in [
            ("host \"h port=1 password=s3cr3t\" has no address\nnext", "host \"h port=1 password=***\nnext"),
            ("PassWord = 's3 cr3t'", "PassWord =***"),
            ("sslpassword=s3cr3t", "sslpassword=***"),
            ("found 'postgres://u:s3 cr3t@h'", "found 'postgres://***"),
            ("found 'POSTGRESQL:u:s3cr3t@h'", "found 'POSTGRESQL:***"),
            ("mysql://u:s3cr3t@h", "mysql://***"),
            ("see https://a.b/c, then mysql://u:s3cr3t@h", "see https://***"),
            ("invalid value 'ftp://x' for '--website <URL>'", "invalid value 'ftp://x' for '--website <URL>'"),
            ("password authentication failed for user \"u\"", "password authentication failed for user \"u\""),
            ("fe_sendauth: no password supplied", "fe_sendauth: no password supplied"),
        ] {
            assert_eq!(redacted::<&str>(text, []), shown);
        }
    }

    proptest! {
        #[test]
        fn no_secret_survives(before in ".{0,20}", secret in "[a-z0-9/?%@:\\[\\]é]{4,12}", after in ".{0,20}") {
            let text = format!("{before}{secret}{after}");
            prop_assert!(!redacted(&text, [&secret]).contains(&secret));
            let url = format!("{before} postgres://u:{secret}@h");
            prop_assert!(before.contains(&secret) || !redacted::<&str>(&url, []).contains(&secret));
            let keyword = format!("{before} password={secret}");
            prop_assert!(before.contains(&secret) || !redacted::<&str>(&keyword, []).contains(&secret));
        }
    }
}
