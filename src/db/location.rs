//! Where a database is: a file for the embedded engine, or a PostgreSQL URL.

use std::fmt;
use std::path::PathBuf;

/// Where a database is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Location {
    /// The embedded engine, in this file.
    Sqlite(PathBuf),
    /// A server, by its URL with the password.
    Postgres(String),
}

impl Location {
    /// Reads a database URL: a file path, `sqlite:PATH`, or `postgres://...`.
    pub fn parse(url: &str) -> Location {
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            return Location::Postgres(url.to_owned());
        }
        let path = url.strip_prefix("sqlite:").unwrap_or(url);
        let path = path.strip_prefix("//").filter(|p| p.starts_with('/')).unwrap_or(path);
        Location::Sqlite(PathBuf::from(path))
    }
}

impl fmt::Display for Location {
    /// Prints the URL without its password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Location::Sqlite(path) => write!(f, "{}", path.display()),
            Location::Postgres(url) => f.write_str(&without_password(url)),
        }
    }
}

fn without_password(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else { return url.to_owned() };
    let (authority, path) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
    let shown = match authority.rsplit_once('@') {
        Some((user, host)) => match user.split_once(':') {
            Some((name, _)) => format!("{name}:***@{host}"),
            None => authority.to_owned(),
        },
        None => authority.to_owned(),
    };
    let path = match path.split_once("password=") {
        Some((before, after)) => {
            format!("{before}password=***{}", after.find('&').map_or("", |at| &after[at..]))
        }
        None => path.to_owned(),
    };
    format!("{scheme}://{shown}{path}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms() {
        assert_eq!(Location::parse("a/b.db"), Location::Sqlite("a/b.db".into()));
        assert_eq!(Location::parse("sqlite:/a/b.db"), Location::Sqlite("/a/b.db".into()));
        assert_eq!(Location::parse("sqlite:///a/b.db"), Location::Sqlite("/a/b.db".into()));
        assert!(matches!(Location::parse("postgresql://h/d"), Location::Postgres(_)));
    }

    #[test]
    fn passwords_are_never_printed() {
        for url in ["postgres://u:secret@h:5432/d", "postgres://h/d?user=u&password=secret&x=1", "postgres://u:se@cret@h/d"] {
            let shown = Location::parse(url).to_string();
            assert!(!shown.contains("secret") && !shown.contains("cret@"), "{shown}");
        }
        assert_eq!(Location::parse("postgres://u@h/d").to_string(), "postgres://u@h/d");
    }
}
