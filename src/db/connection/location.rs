//! Where a database is: a file for the embedded engine, or a PostgreSQL server.

use std::fmt;
use std::path::PathBuf;

use super::server::{Server, decoded, is_keyword};
use crate::error::{CommandError, Explain};

/// Where a database is. What it prints has no secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Location {
    /// The embedded engine, in this file.
    Sqlite(PathBuf),
    /// A server.
    Postgres(Server),
}

/// Why an address names no database. No message repeats the address, which may hold a password.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    #[error("the database URL names no file")]
    NoFile,
    #[error("a database in memory keeps nothing")]
    Memory,
    #[error("parameters of SQLite's URLs are not supported")]
    Parameters,
    #[error("the file of the database is on another host")]
    OtherHost,
    #[error("the database URL cannot be read: {0}")]
    BadFile(&'static str),
    #[error("databases of the kind `{0}` are not supported")]
    Kind(&'static str),
    #[error("databases of this kind are not supported")]
    UnknownKind,
    #[error("the address of the PostgreSQL server cannot be read: {0}")]
    BadServer(&'static str),
    #[error("the address of the PostgreSQL server is not written as a URL")]
    NoUrl,
    #[error("the database URL looks like an address, and is none that can be read")]
    LooksLikeAddress,
}

const SERVER_FORM: &str = "a PostgreSQL server is postgres://USER:PASSWORD@HOST:PORT/DATABASE; in user, password and database write \
    / as %2F, ? as %3F, % as %25, @ as %40, : as %3A, [ as %5B, ] as %5D, & as %26, = as %3D and a blank as %20";
const FILE_FORM: &str = "a file with `:` or `=` in its name is ./NAME or sqlite:NAME";

impl Explain for AddressError {
    fn explain(&self) -> CommandError {
        let hint = match self {
            AddressError::NoFile | AddressError::UnknownKind | AddressError::Kind(_) => {
                "a database URL is a file path, sqlite:PATH or postgres://user@host/database".into()
            }
            AddressError::Memory => "name a file; one with that very name is ./NAME".into(),
            AddressError::Parameters => "name the file alone; one with `?` or `#` in its name is ./NAME".into(),
            AddressError::OtherHost => "write a path as file:PATH, file:///PATH or the path alone".into(),
            AddressError::BadFile(_) => "write the path alone, or `%` as %25 behind file:".into(),
            AddressError::BadServer(_) => SERVER_FORM.into(),
            AddressError::NoUrl | AddressError::LooksLikeAddress => format!("{SERVER_FORM}; {FILE_FORM}"),
        };
        CommandError::usage(self.to_string()).hint(hint)
    }
}

/// Kinds of databases, and other schemes, that errors may name: whatever else stands before `://` may be a secret.
const KINDS: [&str; 22] = [
    "cockroachdb",
    "duckdb",
    "ftp",
    "http",
    "https",
    "jdbc",
    "libsql",
    "mariadb",
    "mongodb",
    "mongodb+srv",
    "mssql",
    "mysql",
    "mysql+pymysql",
    "mysql2",
    "odbc",
    "oracle",
    "redis",
    "s3",
    "sqlite3",
    "sqlserver",
    "ssh",
    "turso",
];

impl Location {
    /// Whether the address holds a password.
    pub fn has_password(&self) -> bool {
        match self {
            Location::Sqlite(_) => false,
            Location::Postgres(server) => server.has_password(),
        }
    }

    /// Reads a database URL: a file path, `sqlite:PATH`, `file:PATH`, or `postgres://...`.
    ///
    /// # Errors
    /// It names no database that is kept, or looks like an address and is none.
    pub fn parse(text: &str) -> Result<Location, AddressError> {
        if text.trim().is_empty() {
            return Err(AddressError::NoFile);
        }
        if is_plainly_a_path(text) {
            return file(text);
        }
        if is_memory(text) {
            return Err(AddressError::Memory);
        }
        let (scheme, rest) = text.split_once(':').unwrap_or(("", text));
        match (scheme.to_ascii_lowercase().as_str(), rest.strip_prefix("//")) {
            ("postgres" | "postgresql", Some(rest)) => {
                Server::parse(rest).map(Location::Postgres).map_err(AddressError::BadServer)
            }
            ("sqlite", whole) => sqlite(rest, whole.is_some()),
            ("file", _) => file_url(rest),
            (kind, _) if kind.starts_with("postgres") => Err(AddressError::NoUrl),
            (kind, slashes) => match KINDS.into_iter().find(|known| *known == kind) {
                Some(kind) => Err(AddressError::Kind(kind)),
                None if slashes.is_some() => Err(AddressError::UnknownKind),
                None if has_keyword(text) => Err(AddressError::NoUrl),
                None if looks_like_address(text) => Err(AddressError::LooksLikeAddress),
                None => file(text),
            },
        }
    }
}

/// Whether nobody can take it for anything but a path: it begins with a folder, or where there are drives with one.
fn is_plainly_a_path(text: &str) -> bool {
    let is_drive = cfg!(windows) && text.split_once(':').is_some_and(|(drive, _)| drive.len() == 1);
    is_drive || ["/", "./", "../"].iter().any(|folder| text.starts_with(folder))
}

fn is_memory(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    let name = lower.strip_prefix("sqlite:").or(lower.strip_prefix("file:"));
    let name = name.map(|name| name.trim_start_matches('/')).unwrap_or(&lower);
    let parameters = lower.split_once('?').map(|(_, parameters)| parameters).unwrap_or_default();
    name.strip_prefix(":memory:").is_some_and(|rest| rest.is_empty() || rest.starts_with('?'))
        || parameters.split(['&', '#']).any(|parameter| parameter == "mode=memory" || parameter == "vfs=memdb")
}

/// Whether a keyword of PostgreSQL stands before a `=`.
fn has_keyword(text: &str) -> bool {
    text.match_indices('=').filter_map(|(at, _)| text.get(..at)).any(|before| {
        let before = before.trim_end();
        is_keyword(before.rsplit(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or(before))
    })
}

/// Whether it has a sign of URLs, or names a host behind `@`.
fn looks_like_address(text: &str) -> bool {
    text.contains([':', '=']) || text.split_once('@').is_some_and(|(_, host)| host.contains('/'))
}

fn sqlite(rest: &str, has_slashes: bool) -> Result<Location, AddressError> {
    let path = rest.strip_prefix("//").unwrap_or(rest);
    match () {
        () if path.contains('?') => Err(AddressError::Parameters),
        // Here stands the host, with other databases.
        () if has_slashes && !path.starts_with('/') && path.contains(['@', ':']) => Err(AddressError::LooksLikeAddress),
        () => file(path),
    }
}

/// A URL of a file: SQLite reads it, too, and so do other programs.
fn file_url(rest: &str) -> Result<Location, AddressError> {
    if rest.contains(['?', '#']) {
        return Err(AddressError::Parameters);
    }
    let path = match rest.strip_prefix("//") {
        Some(rest) => match rest.strip_prefix("localhost").unwrap_or(rest) {
            path if path.starts_with('/') => path,
            _ => return Err(AddressError::OtherHost),
        },
        None => rest,
    };
    let path = decoded(path).map_err(AddressError::BadFile)?;
    if is_memory(&path) { Err(AddressError::Memory) } else { file(&path) }
}

fn file(path: &str) -> Result<Location, AddressError> {
    match path.trim().is_empty() || path.ends_with('/') {
        true => Err(AddressError::NoFile),
        false => Ok(Location::Sqlite(PathBuf::from(path))),
    }
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Location::Sqlite(path) => write!(f, "{}", path.display()),
            Location::Postgres(server) => server.fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn files() {
        for (text, path) in [
            ("a/b.db", "a/b.db"),
            ("sqlite:/a/b.db", "/a/b.db"),
            ("sqlite:///a/b.db", "/a/b.db"),
            ("sqlite://a/b.db", "a/b.db"),
            ("SQLite:a.db", "a.db"),
            ("file:a.db", "a.db"),
            ("file:///a%20b.db", "/a b.db"),
            ("file://localhost/a.db", "/a.db"),
            ("./host=h password=p", "./host=h password=p"),
            ("/a:b=c", "/a:b=c"),
            ("../a:b", "../a:b"),
            ("sqlite:a:b=c@d", "a:b=c@d"),
            ("sqlite:file:a", "file:a"),
            ("./:memory:", "./:memory:"),
            ("./x?mode=memory", "./x?mode=memory"),
            ("crm@2.db", "crm@2.db"),
            ("postgres", "postgres"),
            ("postgres.db", "postgres.db"),
            ("my crm.db", "my crm.db"),
        ] {
            assert_eq!(Location::parse(text), Ok(Location::Sqlite(path.into())), "{text}");
        }
    }

    #[test]
    fn what_keeps_nothing_is_refused() {
        use AddressError::{Memory, NoFile, OtherHost, Parameters};
        for (text, error) in [
            (":memory:", Memory),
            (":MEMORY:", Memory),
            ("sqlite::memory:", Memory),
            ("sqlite://:memory:", Memory),
            ("sqlite:///:memory:", Memory),
            ("file::memory:", Memory),
            ("file::memory:?cache=shared", Memory),
            ("file:%3Amemory:", Memory),
            ("file:x?mode=memory", Memory),
            ("file:x?cache=shared&mode=memory", Memory),
            ("file:/x?vfs=memdb", Memory),
            ("sqlite:x.db?mode=memory", Memory),
            ("x.db?mode=memory", Memory),
            ("file:x?mode=ro&cache=shared", Parameters),
            ("sqlite:x.db?mode=rwc", Parameters),
            ("file:x#y", Parameters),
            ("", NoFile),
            (" ", NoFile),
            ("sqlite:", NoFile),
            ("sqlite://", NoFile),
            ("sqlite: ", NoFile),
            ("file:", NoFile),
            ("file:///", NoFile),
            ("folder/", NoFile),
            ("file://host/x.db", OtherHost),
        ] {
            assert_eq!(Location::parse(text), Err(error), "{text}");
        }
    }

    #[test]
    fn what_looks_like_an_address_is_refused() {
        use AddressError::{Kind, LooksLikeAddress, NoUrl, UnknownKind};
        for (text, error) in [
            ("host=h password=s3cr3t", NoUrl),
            ("password = 's3cr3t' host = h", NoUrl),
            ("user=u", NoUrl),
            ("PGHOST=h;password=s3cr3t", NoUrl),
            ("postgres:u:s3cr3t@h", NoUrl),
            ("postgres:/u:s3cr3t@h", NoUrl),
            ("postgresql+psycopg://u:s3cr3t@h", NoUrl),
            ("mysql://u:s3cr3t@h/d", Kind("mysql")),
            ("mysql:u:s3cr3t@h", Kind("mysql")),
            ("http://h/s3cr3t", Kind("http")),
            ("jdbc:postgresql://u:s3cr3t@h", Kind("jdbc")),
            ("s3cr3t://u@h", UnknownKind),
            (" postgres://u:s3cr3t@h", UnknownKind),
            ("'postgres://u:s3cr3t@h'", UnknownKind),
            ("://u:s3cr3t@h", UnknownKind),
            ("u:s3cr3t@h", LooksLikeAddress),
            ("u@h/s3cr3t", LooksLikeAddress),
            ("u:/s3cr3t@h", LooksLikeAddress),
            ("sqlite://u:s3/cr3t@h", LooksLikeAddress),
            ("sqlite://u:s3cr3t@h/d", LooksLikeAddress),
            ("a=s3cr3t", LooksLikeAddress),
            ("h:5432", LooksLikeAddress),
        ] {
            assert_eq!(Location::parse(text), Err(error.clone()), "{text}");
            let explained = error.explain();
            assert!(!format!("{explained:?}").contains("s3cr3t"), "{explained:?}");
            assert_eq!(explained.exit, crate::error::Exit::Usage);
        }
    }

    #[test]
    fn passwords_are_never_printed() {
        for (url, shown) in [
            ("postgres://u:secret@h:5432/d", "postgres://u:***@h:5432/d"),
            ("POSTGRESQL://h/d?user=u&password=secret&sslmode=off", "postgres://u:***@h/d"),
            ("postgres://u@h/d", "postgres://u@h/d"),
        ] {
            let location = Location::parse(url).unwrap();
            assert_eq!(location.to_string(), shown);
            assert!(!format!("{location:?}").contains("secret"));
        }
    }

    proptest! {
        #[test]
        fn no_error_repeats_a_secret(before in "(postgres:|postgres://u:|sqlite://u:|host=h password=|u:|mysql://){1}", after in ".{0,12}") {
            let text = format!("{before}s3cr3t{after}@h");
            match Location::parse(&text) {
                Ok(location) => prop_assert!(!location.to_string().contains("s3cr3t")),
                Err(e) => {
                    let explained = format!("{:?}", e.explain());
                    prop_assert!(!explained.contains("s3cr3t"));
                }
            }
        }

        #[test]
        fn a_path_with_its_folder_is_that_file(name in "[a-z:=@?#% ]{1,20}") {
            let text = format!("./{name}");
            prop_assert_eq!(Location::parse(&text), Ok(Location::Sqlite(text.into())));
        }
    }
}
