//! The address of a PostgreSQL server, read as libpq reads it and shown without what is secret.

mod certificates;
pub(super) mod options;
pub(super) mod refusal;
pub(super) mod replica;

use std::fmt;
use std::net::Ipv6Addr;

use crate::domain::secrets::{REDACTED, SECRET_KEYWORDS};

/// The keywords that a URL may have as parameters, other than those that an address shows.
const KEYWORDS: &str = "service password passfile channel_binding connect_timeout hostaddr client_encoding options application_name \
    fallback_application_name keepalives keepalives_idle keepalives_interval keepalives_count tcp_user_timeout \
    sslmode sslnegotiation sslcompression sslcert sslkey sslcertmode sslpassword sslrootcert sslcrl sslcrldir \
    sslsni requirepeer require_auth min_protocol_version max_protocol_version ssl_min_protocol_version \
    ssl_max_protocol_version gssencmode krbsrvname gsslib gssdelegation replication target_session_attrs \
    load_balance_hosts scram_client_key scram_server_key oauth_issuer oauth_client_id oauth_client_secret \
    oauth_scope sslkeylogfile";

/// The keywords whose values are names of files, which errors need to show.
const FILES: [&str; 8] =
    ["service", "passfile", "sslcert", "sslkey", "sslrootcert", "sslcrl", "sslcrldir", "sslkeylogfile"];

/// Where a PostgreSQL server is, and how it is reached. What it prints has no secret.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Server {
    user: Option<String>,
    /// Each with a port, or several of them.
    hosts: Vec<String>,
    ports: Vec<String>,
    database: Option<String>,
    /// All other keywords with their values, decoded; a later one counts.
    parameters: Vec<(&'static str, String)>,
    /// Secrets as they were written.
    written: Vec<String>,
}

fn known() -> impl Iterator<Item = &'static str> {
    KEYWORDS.split_ascii_whitespace()
}

/// Whether a word is a keyword of PostgreSQL's addresses.
pub(super) fn is_keyword(word: &str) -> bool {
    ["user", "host", "port", "dbname"].into_iter().chain(known()).any(|keyword| keyword.eq_ignore_ascii_case(word))
}

impl Server {
    /// Reads what follows `postgres://`.
    ///
    /// # Errors
    /// It is not understood; the error repeats none of it.
    pub(super) fn parse(rest: &str) -> Result<Server, &'static str> {
        if rest.chars().any(|c| c.is_whitespace() || c.is_control()) {
            return Err("it has a blank inside");
        }
        let (credentials, rest) = match rest.split_once('@') {
            Some((before, after)) if !before.contains('/') && !after.contains('@') => (Some(before), after),
            Some(_) => return Err("the `@` before the host is not the only one, or a `/` stands before it"),
            None => (None, rest),
        };
        let mut server = Server::default();
        if let Some(credentials) = credentials {
            let (user, password) = credentials.split_once(':').unwrap_or((credentials, ""));
            server.set("user", decoded(user)?)?;
            server.keep_secret(password);
            server.set("password", decoded(password)?)?;
        }
        let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
        let (hosts, database) = rest.split_once('/').unwrap_or((rest, ""));
        server.read_hosts(hosts)?;
        server.set("dbname", decoded(database)?)?;
        for parameter in query.split('&').filter(|parameter| !parameter.is_empty()) {
            server.read_parameter(parameter)?;
        }
        Ok(server)
    }

    fn read_hosts(&mut self, text: &str) -> Result<(), &'static str> {
        if text.is_empty() {
            return Ok(());
        }
        for part in text.split(',') {
            let (host, port) = match part.strip_prefix('[') {
                Some(rest) => {
                    let (host, rest) = rest.split_once(']').ok_or("the `[` of its host is not closed")?;
                    let port = rest.strip_prefix(':').unwrap_or_default();
                    if !rest.is_empty() && !rest.starts_with(':') {
                        return Err("something stands behind the `]` of its host");
                    }
                    let host = decoded(host)?;
                    if !is_ipv6(&host) {
                        return Err("between `[` and `]` of its host stands no IPv6 address");
                    }
                    (host, port)
                }
                None => {
                    let (host, port) = part.split_once(':').unwrap_or((part, ""));
                    (decoded(host)?, port)
                }
            };
            self.hosts.push(checked_host(host)?);
            self.ports.push(checked_port(decoded(port)?)?);
        }
        Ok(())
    }

    fn read_parameter(&mut self, text: &str) -> Result<(), &'static str> {
        let (keyword, value) = text.split_once('=').ok_or("one of its parameters has no `=`")?;
        if value.contains('=') {
            return Err("one of its parameters has two `=`");
        }
        let keyword = decoded(keyword)?;
        if SECRET_KEYWORDS.contains(&keyword.as_str()) {
            self.keep_secret(value);
        }
        match (keyword.as_str(), decoded(value)?) {
            // As of JDBC.
            ("ssl", value) if value == "true" => self.set("sslmode", "require".into()),
            (keyword, value) => self.set(keyword, value),
        }
    }

    fn keep_secret(&mut self, written: &str) {
        if !written.is_empty() {
            self.written.push(written.to_owned());
        }
    }

    fn set(&mut self, keyword: &str, value: String) -> Result<(), &'static str> {
        match keyword {
            _ if value.is_empty() => {}
            "user" => self.user = Some(checked_name(value, "its user's name has a `:`, `=` or `?`")?),
            "dbname" => self.database = Some(checked_name(value, "its database's name has a `:`, `=` or `?`")?),
            "host" => {
                self.hosts = value.split(',').map(|host| checked_host(host.to_owned())).collect::<Result<_, _>>()?
            }
            "port" => {
                self.ports = value.split(',').map(|port| checked_port(port.to_owned())).collect::<Result<_, _>>()?
            }
            keyword => {
                let known = known().find(|known| *known == keyword);
                self.parameters.push((known.ok_or("one of its parameters is none that PostgreSQL has")?, value));
            }
        }
        Ok(())
    }

    /// The address as libpq's keywords and values: no error in reading it, which would repeat it, is left to libpq.
    pub(super) fn conninfo(&self) -> String {
        let listed = |list: &[String]| Some(list.join(",")).filter(|list| list.chars().any(|c| c != ','));
        let shown = [
            ("user", self.user.clone()),
            ("host", listed(&self.hosts)),
            ("port", listed(&self.ports)),
            ("dbname", self.database.clone()),
        ];
        let shown = shown.into_iter().filter_map(|(keyword, value)| Some((keyword, value?)));
        let all = shown.chain(self.parameters.iter().cloned()).chain(certificates::of_system(&self.parameters));
        all.map(|(keyword, value)| format!("{keyword}={}", quoted(&value))).collect::<Vec<_>>().join(" ")
    }

    /// The same for PostgreSQL's own programs, whose arguments everybody on the machine can read: what is not secret as keywords and values,
    /// and the password. `None` when it has another secret, for which there is no other way.
    pub(in crate::db) fn for_programs(&self) -> Option<(String, Option<String>)> {
        let (secret, shown): (Vec<_>, Vec<_>) =
            self.parameters.iter().cloned().partition(|(keyword, _)| SECRET_KEYWORDS.contains(keyword));
        let password = secret.iter().rev().find(|(keyword, _)| *keyword == "password").map(|(_, value)| value.clone());
        if secret.iter().any(|(keyword, _)| *keyword != "password") {
            return None;
        }
        let open = Server { parameters: shown, written: Vec::new(), ..self.clone() };
        Some((open.conninfo(), password))
    }

    /// What no error of libpq or of the server may repeat.
    pub(in crate::db) fn secrets(&self) -> Vec<String> {
        let of_parameters = self.parameters.iter().flat_map(|(keyword, value)| match keyword {
            keyword if SECRET_KEYWORDS.contains(keyword) => vec![value.clone(), encoded(value)],
            keyword if FILES.contains(keyword) => Vec::new(),
            // Whatever was written there by mistake.
            _ => vec![format!("\"{value}\"")],
        });
        self.written.iter().cloned().chain(of_parameters).collect()
    }

    pub(super) fn has_password(&self) -> bool {
        self.parameters.iter().any(|(keyword, _)| *keyword == "password")
    }
}

impl fmt::Display for Server {
    /// Prints user, hosts, ports and database, and that there is a password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("postgres://")?;
        f.write_str(&self.user.as_deref().map(encoded).unwrap_or_default())?;
        if self.has_password() {
            write!(f, ":{REDACTED}")?;
        }
        if self.user.is_some() || self.has_password() {
            f.write_str("@")?;
        }
        for place in 0..self.hosts.len().max(self.ports.len()) {
            let host = self.hosts.get(place).map(String::as_str).unwrap_or_default();
            // One port is that of all hosts.
            let port = self.ports.get(place).or(self.ports.first()).map(String::as_str).unwrap_or_default();
            let host = if host.contains(':') { format!("[{host}]") } else { encoded(host) };
            let comma = if place > 0 { "," } else { "" };
            let colon = if port.is_empty() { "" } else { ":" };
            write!(f, "{comma}{host}{colon}{port}")?;
        }
        match &self.database {
            Some(database) => write!(f, "/{}", encoded(database)),
            None => Ok(()),
        }
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Server({self})")
    }
}

/// A value as libpq's connection strings quote it.
fn quoted(value: &str) -> String {
    format!("'{}'", value.replace('\\', "\\\\").replace('\'', "\\'"))
}

fn is_ipv6(host: &str) -> bool {
    let (address, _zone) = host.split_once('%').unwrap_or((host, ""));
    address.parse::<Ipv6Addr>().is_ok()
}

/// The name of a host, an IP address, or the folder of a socket.
fn checked_host(host: String) -> Result<String, &'static str> {
    let is_name = host.chars().all(|c| c.is_alphanumeric() || matches!(c, '.' | '-' | '_'));
    let is_folder = host.starts_with(['/', '@']) && !host.chars().any(|c| c.is_control() || matches!(c, '=' | '?'));
    if is_name || is_folder || is_ipv6(&host) {
        Ok(host)
    } else {
        Err("its host is no name, no IP address and no folder")
    }
}

fn checked_port(port: String) -> Result<String, &'static str> {
    let is_port = port.bytes().all(|b| b.is_ascii_digit()) && port.parse::<u16>().is_ok_and(|port| port > 0);
    if port.is_empty() || is_port { Ok(port) } else { Err("what follows the `:` of its host is no port") }
}

/// A name that is shown: one with these signs is more likely a part of an address in the wrong place.
fn checked_name(name: String, problem: &'static str) -> Result<String, &'static str> {
    if name.chars().any(|c| c.is_control() || matches!(c, ':' | '=' | '?')) { Err(problem) } else { Ok(name) }
}

/// A text with its `%XX` resolved.
///
/// # Errors
/// A `%` is followed by something else, or the text cannot be one.
pub(super) fn decoded(text: &str) -> Result<String, &'static str> {
    const BAD: &str = "a `%` is not followed by two hexadecimal digits";
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        let mut digit = || rest.next().and_then(|byte| char::from(byte).to_digit(16)).ok_or(BAD);
        match byte {
            b'%' => bytes.push(u8::try_from(digit()? * 16 + digit()?).map_err(|_| BAD)?),
            byte => bytes.push(byte),
        }
    }
    match String::from_utf8(bytes) {
        Ok(text) if !text.contains('\0') => Ok(text),
        _ => Err("a `%` and its digits stand for no text"),
    }
}

/// A text as it stands in a URL.
fn encoded(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            c if c.is_alphanumeric() || matches!(c, '.' | '-' | '_' | '~') => shown.push(c),
            c => c.encode_utf8(&mut [0; 4]).bytes().for_each(|byte| shown.push_str(&format!("%{byte:02X}"))),
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(rest: &str) -> (String, String) {
        let server = Server::parse(rest).unwrap_or_else(|e| panic!("{rest}: {e}"));
        (server.to_string(), server.conninfo())
    }

    #[test]
    fn addresses_are_read_as_libpq_reads_them() {
        for (rest, shown, conninfo) in [
            ("", "", ""),
            ("h/d", "h/d", "host='h' dbname='d'"),
            ("u@h:5432/d", "u@h:5432/d", "user='u' host='h' port='5432' dbname='d'"),
            ("u:p@h/d", "u:***@h/d", "user='u' host='h' dbname='d' password='p'"),
            ("u:p%40%2f%25'\\@h", "u:***@h", "user='u' host='h' password='p@/%\\'\\\\'"),
            ("u:a:b?c#d@h", "u:***@h", "user='u' host='h' password='a:b?c#d'"),
            (":p@", ":***@", "password='p'"),
            ("u:@h", "u@h", "user='u' host='h'"),
            ("[::1]:5433/d", "[::1]:5433/d", "host='::1' port='5433' dbname='d'"),
            ("h1:1,h2/d", "h1:1,h2/d", "host='h1,h2' port='1,' dbname='d'"),
            ("%2Frun%2Fpg/d", "%2Frun%2Fpg/d", "host='/run/pg' dbname='d'"),
            (
                "/d?host=/run/pg&port=5433&user=u&password=p",
                "u:***@%2Frun%2Fpg:5433/d",
                "user='u' host='/run/pg' port='5433' dbname='d' password='p'",
            ),
            ("h?password=a&pass%77ord=b", ":***@h", "host='h' password='a' password='b'"),
            ("h/d?sslmode=require&ssl=true", "h/d", "host='h' dbname='d' sslmode='require' sslmode='require'"),
            ("h/my%20db", "h/my%20db", "host='h' dbname='my db'"),
        ] {
            let conninfo = conninfo.to_owned();
            assert_eq!(read(rest), (format!("postgres://{shown}"), conninfo), "{rest}");
        }
    }

    #[test]
    fn what_is_not_understood_is_refused() {
        for rest in [
            "u:s3/cr3t@h",
            "u:s3@cr3t@h",
            "u:s3%cr3t@h",
            "u:s3%00cr3t@h",
            "u:s3%ffcr3t@h",
            "u:s3 cr3t@h",
            "u:s3cr3t@[::1",
            "u:s3cr3t@[::1]x",
            "u:s3cr3t@[h]",
            "u:s3cr3t",
            "u:123456/d",
            "u:0/d",
            "u%3As3cr3t@h",
            "h%20password%3Ds3cr3t/d",
            "h/d?s3cr3t",
            "h/d?s3cr3t=1",
            "h/d?password=s3=cr3t",
            "h/dbname=d?x",
            "h/d%3Fpassword%3Ds3cr3t",
            "h/d?user=u:s3cr3t",
            "h/d?port=s3cr3t",
            "h/d?host=u:s3cr3t",
        ] {
            assert!(Server::parse(rest).is_err_and(|e| !e.contains("cr3t")), "{rest}");
        }
    }

    #[test]
    fn secrets_are_known_in_every_form() {
        let server = Server::parse("u:a%2Fb@h?password=c%26d&sslpassword=e&sslmode=off&sslcert=f").unwrap();
        let secrets = server.secrets();
        for form in ["a%2Fb", "a/b", "c%26d", "c&d", "e", "\"off\""] {
            assert!(secrets.iter().any(|secret| secret == form), "{form}: {secrets:?}");
        }
        assert!(!secrets.iter().any(|secret| secret.contains('f') && !secret.contains("off")), "{secrets:?}");
    }

    proptest! {
        #[test]
        fn nothing_shows_a_password(secret in "s3cr3t[a-zé/?%@:=&#\\[\\]'\" ]{0,6}", place in 0..6_usize, coded: bool) {
            let password = if coded { encoded(&secret) } else { secret.clone() };
            let forms = [
                format!("u:{password}@h/d"), format!("u:{password}@[::1/d"), format!("h/d?password={password}"),
                format!("u:x@h/d?pass%77ord={password}"), format!("/d?sslpassword={password}&host=h"), format!("u:{password}"),
            ];
            match Server::parse(&forms[place]) {
                Ok(server) => {
                    let shown = format!("{server} {server:?}");
                    prop_assert!(!shown.contains("s3cr3t"), "{}", shown);
                    if coded && place != 1 && place != 5 {
                        prop_assert!(server.secrets().contains(&secret));
                    }
                }
                Err(problem) => {
                    prop_assert!(!problem.contains("cr3t"));
                    prop_assert!(!coded || place == 1 || place == 5);
                }
            }
        }

        #[test]
        fn what_is_shown_reads_the_same(user in "[a-z@/ é]{1,6}", host in "[a-z.]{1,6}", port in 1..=u16::MAX, name in "[a-z@/ %]{1,6}") {
            let server = Server {
                user: Some(user), hosts: vec![host], ports: vec![port.to_string()], database: Some(name), ..Server::default()
            };
            let shown = server.to_string();
            prop_assert_eq!(Server::parse(shown.strip_prefix("postgres://").unwrap()), Ok(server));
        }

        #[test]
        fn any_text_is_read_or_refused(text in ".{0,40}") {
            let _ = Server::parse(&text);
        }
    }
}
