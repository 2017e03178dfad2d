//! Why a protected connection is not made: what libpq says of it, and of a certificate what is wrong with it.
//!
//! libpq breaks off before it tells the server who is connecting, so nobody learns a password by it. Of a certificate that does not hold it
//! says no more than that; `certificate` looks at it again.

#[cfg(feature = "tls")]
mod certificate;

use super::Server;
use super::certificates;

/// Why a protected connection is not made. No password was sent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TlsFault {
    #[error("the certificate of the server is for {named}, and not for `{host}`")]
    OtherHost { host: String, named: String },
    #[error("the certificate of the server is signed by `{issuer}`, and {file} has no such authority")]
    UnknownAuthority { issuer: String, file: String },
    #[error("the certificate of the server, of `{subject}`, has ended on {at}")]
    Expired { subject: String, at: String },
    #[error(
        "the certificate of the server, of `{subject}`, does not hold before {at}; this machine's clock may be wrong"
    )]
    NotYet { subject: String, at: String },
    /// Whatever else is wrong with it, in the words of OpenSSL.
    #[error("the certificate of the server does not hold: {0}")]
    Rejected(String),
    #[error("the server does not speak TLS, and `sslmode` requires it")]
    NoTls,
    #[error("the certificates that are to be trusted cannot be read: {0}")]
    NoAuthorities(String),
}

impl TlsFault {
    /// What to do about it.
    pub(in crate::db) fn remedy(&self) -> String {
        let remedy = match self {
            TlsFault::OtherHost { .. } => {
                "name the server as its certificate does (?hostaddr=ADDRESS says where that is), or have one made for this name"
            }
            TlsFault::UnknownAuthority { .. } => {
                "name the certificate of the authority that signs for this server: ?sslmode=verify-full&sslrootcert=FILE; if you expect \
                 none but those named, this may be another server"
            }
            TlsFault::Expired { .. } => "who runs the server has to renew it",
            TlsFault::NotYet { .. } => "set the clock, or let who runs the server look at the certificate",
            TlsFault::Rejected(_) => {
                "look at it: openssl s_client -starttls postgres -connect HOST:PORT -CAfile FILE; the authority is named by \
                 ?sslmode=verify-full&sslrootcert=FILE"
            }
            TlsFault::NoTls => {
                "who runs the server turns it on (`ssl = on` in postgresql.conf); without it passwords and rows can be read on their way, so \
                 ?sslmode=disable is for a network of your own"
            }
            TlsFault::NoAuthorities(_) => {
                "name a file of certificates: ?sslrootcert=FILE, or ?sslrootcert=system for those of this machine"
            }
        };
        format!("no password was sent; {remedy}")
    }
}

/// What a connection failed by, where its protection is the reason. The reason is libpq's, on one line.
pub(in crate::db::connection) fn of(server: &Server, reason: &str) -> Option<TlsFault> {
    // Of several hosts, another one may have been told who is connecting.
    if server.hosts.len() > 1 || reason.contains("authentication failed") {
        return None;
    }
    if let Some(fault) = said(reason) {
        return Some(fault);
    }
    // A signature that does not fit is told as a fault of the library.
    if !reason.contains("SSL error") {
        return None;
    }
    #[cfg(feature = "tls")]
    if let Some(fault) = certificate::fault(server) {
        return Some(fault);
    }
    let fault = format!("it is not signed by an authority in {}, or has ended", server.authorities());
    reason.contains("certificate verify failed").then_some(TlsFault::Rejected(fault))
}

/// What libpq says plainly.
fn said(reason: &str) -> Option<TlsFault> {
    if reason.contains("does not support SSL, but SSL was required") {
        return Some(TlsFault::NoTls);
    }
    if let Some(at) = ["root certificate file", "could not read root certificate"].iter().find_map(|it| reason.find(it))
    {
        // What libpq advises behind it stands in the hint.
        let text = reason.get(at..).unwrap_or_default();
        let end = text.find(" Either provide").unwrap_or(text.len());
        return Some(TlsFault::NoAuthorities(text.get(..end).unwrap_or(text).to_owned()));
    }
    let (_, of) = reason.split_once("server certificate for ")?;
    let (named, host) = of.split_once(" does not match host name ")?;
    let host = host.trim_start_matches('"').split('"').next().unwrap_or_default();
    Some(TlsFault::OtherHost { host: host.to_owned(), named: named.replace('"', "`") })
}

impl Server {
    /// The file of the authorities that are trusted, as libpq finds it.
    fn authorities(&self) -> String {
        let of_system = certificates::of_system(&self.parameters);
        let said = |list: &[(&'static str, String)]| {
            list.iter().rfind(|(keyword, _)| *keyword == "sslrootcert").map(|(_, value)| value.clone())
        };
        let variable = || std::env::var("PGSSLROOTCERT").ok().filter(|value| !value.is_empty());
        let home = || std::env::var("HOME").unwrap_or_default() + "/.postgresql/root.crt";
        said(&of_system).or_else(|| said(&self.parameters)).or_else(variable).unwrap_or_else(home)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_libpq_says_plainly_is_understood() {
        for (reason, fault) in [
            (
                r#"connection to server at "h" (10.0.0.1), port 5432 failed: server certificate for "a.test" (and 1 other name) does not match host name "h""#,
                TlsFault::OtherHost { host: "h".into(), named: "`a.test` (and 1 other name)".into() },
            ),
            (
                r#"connection to server at "h", port 5432 failed: server does not support SSL, but SSL was required"#,
                TlsFault::NoTls,
            ),
            (
                r#"connection failed: root certificate file "/x/root.crt" does not exist Either provide the file, use the system's trusted roots"#,
                TlsFault::NoAuthorities(r#"root certificate file "/x/root.crt" does not exist"#.into()),
            ),
        ] {
            assert_eq!(said(reason), Some(fault), "{reason}");
        }
        assert_eq!(said("connection refused"), None);
    }

    #[test]
    fn every_remedy_says_that_no_password_was_sent() {
        for fault in [TlsFault::NoTls, TlsFault::Rejected(String::new()), TlsFault::NoAuthorities(String::new())] {
            assert!(fault.remedy().starts_with("no password was sent; "));
        }
    }
}
