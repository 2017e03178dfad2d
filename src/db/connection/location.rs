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
    ///
    /// # Errors
    /// The URL is of another kind of database; the message does not repeat it, for it may hold a password.
    pub fn parse(url: &str) -> Result<Location, String> {
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            return Ok(Location::Postgres(url.to_owned()));
        }
        if let Some((scheme, _)) = url.split_once("://")
            && scheme != "sqlite"
        {
            return Err(format!("databases of the kind `{scheme}` are not supported"));
        }
        let path = url.strip_prefix("sqlite:").unwrap_or(url);
        let path = path.strip_prefix("//").unwrap_or(path);
        match path.is_empty() {
            true => Err("the database URL names no file".into()),
            false => Ok(Location::Sqlite(PathBuf::from(path))),
        }
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
        let file = |path: &str| Ok(Location::Sqlite(path.into()));
        assert_eq!(Location::parse("a/b.db"), file("a/b.db"));
        assert_eq!(Location::parse("sqlite:/a/b.db"), file("/a/b.db"));
        assert_eq!(Location::parse("sqlite:///a/b.db"), file("/a/b.db"));
        assert_eq!(Location::parse("sqlite://a/b.db"), file("a/b.db"));
        assert!(matches!(Location::parse("postgresql://h/d"), Ok(Location::Postgres(_))));
        assert!(Location::parse("mysql://u:secret@h/d").is_err_and(|e| !e.contains("secret")));
        assert!(Location::parse("").is_err());
    }

    #[test]
    fn passwords_are_never_printed() {
        for url in
            ["postgres://u:secret@h:5432/d", "postgres://h/d?user=u&password=secret&x=1", "postgres://u:se@cret@h/d"]
        {
            let shown = Location::parse(url).unwrap().to_string();
            assert!(!shown.contains("secret") && !shown.contains("cret@"), "{shown}");
        }
        assert_eq!(Location::parse("postgres://u@h/d").unwrap().to_string(), "postgres://u@h/d");
    }
}
