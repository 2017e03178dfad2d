//! Where the certificates are by which the system trusts servers. The OpenSSL that is built in looks for them where nothing is:
//! `sslrootcert=system` is the file of this system instead.

use std::path::Path;

/// The files that systems keep: Debian and Ubuntu, Fedora and RHEL, openSUSE, Alpine and macOS, FreeBSD.
const FILES: [&str; 7] = [
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/var/lib/ca-certificates/ca-bundle.pem",
    "/etc/ssl/cert.pem",
    "/usr/local/share/certs/ca-root-nss.crt",
];

/// What the environment says to libpq and to OpenSSL.
struct Environment<'a> {
    variable: &'a dyn Fn(&str) -> Option<String>,
    is_file: &'a dyn Fn(&str) -> bool,
}

/// The keywords by which an address means the certificates of this system, if it wants those of the system.
pub(super) fn of_system(parameters: &[(&'static str, String)]) -> Vec<(&'static str, String)> {
    let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    let is_file = |path: &str| Path::new(path).is_file();
    keywords(parameters, &Environment { variable: &variable, is_file: &is_file })
}

fn keywords(parameters: &[(&'static str, String)], of: &Environment<'_>) -> Vec<(&'static str, String)> {
    let said = |keyword: &str| parameters.iter().rfind(|(known, _)| *known == keyword).map(|(_, value)| value.clone());
    let wanted = said("sslrootcert").or_else(|| (of.variable)("PGSSLROOTCERT"));
    // OpenSSL is told where they are.
    let is_told = (of.variable)("SSL_CERT_FILE").or_else(|| (of.variable)("SSL_CERT_DIR")).is_some();
    if wanted.as_deref() != Some("system") || is_told {
        return Vec::new();
    }
    let mode = said("sslmode").or_else(|| (of.variable)("PGSSLMODE"));
    // libpq refuses every weaker mode with these certificates; a file would let it pass.
    if mode.is_some_and(|mode| mode != "verify-full") {
        return Vec::new();
    }
    let file = FILES.iter().find(|path| (of.is_file)(path));
    file.map(|file| vec![("sslrootcert", (*file).to_owned()), ("sslmode", "verify-full".to_owned())])
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const DEBIAN: &str = FILES[0];

    fn of(parameters: &[(&'static str, &str)], variables: &[(&str, &str)], files: &[&str]) -> String {
        let parameters: Vec<_> = parameters.iter().map(|(keyword, value)| (*keyword, (*value).to_owned())).collect();
        let variable = |name: &str| variables.iter().find(|(known, _)| *known == name).map(|(_, v)| (*v).to_owned());
        let found = keywords(&parameters, &Environment { variable: &variable, is_file: &|path| files.contains(&path) });
        found.iter().map(|(keyword, value)| format!("{keyword}={value} ")).collect()
    }

    #[test]
    fn the_certificates_of_the_system_are_found() {
        let full = |file: &str| format!("sslrootcert={file} sslmode=verify-full ");
        let system = [("sslrootcert", "system")];
        assert_eq!(of(&system, &[], &[DEBIAN]), full(DEBIAN));
        assert_eq!(of(&system, &[], &["/etc/ssl/cert.pem"]), full("/etc/ssl/cert.pem"));
        assert_eq!(of(&[], &[("PGSSLROOTCERT", "system")], &[DEBIAN]), full(DEBIAN));
        assert_eq!(of(&[system[0], ("sslmode", "verify-full")], &[], &[DEBIAN]), full(DEBIAN));
    }

    #[test]
    fn whatever_else_is_said_stays() {
        let system = ("sslrootcert", "system");
        assert_eq!(of(&[("sslrootcert", "my.pem")], &[("PGSSLROOTCERT", "system")], &[DEBIAN]), "");
        assert_eq!(of(&[], &[], &[DEBIAN]), "");
        assert_eq!(of(&[system], &[], &[]), "");
        for variable in ["SSL_CERT_FILE", "SSL_CERT_DIR"] {
            assert_eq!(of(&[system], &[(variable, "/mine")], &[DEBIAN]), "");
        }
        // A weaker mode is left for libpq to refuse.
        for mode in ["require", "verify-ca", "disable"] {
            assert_eq!(of(&[system, ("sslmode", mode)], &[], &[DEBIAN]), "");
        }
        assert_eq!(of(&[system], &[("PGSSLMODE", "require")], &[DEBIAN]), "");
    }
}
