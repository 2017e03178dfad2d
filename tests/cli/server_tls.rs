//! Certificates of servers: a good one, and each that must not be trusted. The authorities and certificates are made here.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::path::Path;
use std::time::Duration;

use openssl::asn1::Asn1Time;
use openssl::bn::BigNum;
use openssl::ec::{EcGroup, EcKey};
use openssl::hash::MessageDigest;
use openssl::nid::Nid;
use openssl::pkey::{PKey, Private};
use openssl::x509::extension::{BasicConstraints, SubjectAlternativeName};
use openssl::x509::{X509, X509Name};

use crate::support::side_cluster::SideCluster;
use crate::support::{Ran, program, ran};

const PASSWORD: &str = "s3cr3t-of-tests";
const DAY: i64 = 24 * 60 * 60;

fn key() -> PKey<Private> {
    let curve = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1).unwrap();
    PKey::from_ec_key(EcKey::generate(&curve).unwrap()).unwrap()
}

/// A certificate for a key, signed by an authority or by itself; its days are counted from today.
fn certificate(name: &str, key: &PKey<Private>, by: Option<(&X509, &PKey<Private>)>, days: (i64, i64)) -> X509 {
    let mut subject = X509Name::builder().unwrap();
    subject.append_entry_by_text("CN", name).unwrap();
    let subject = subject.build();
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs() as i64;
    let mut builder = X509::builder().unwrap();
    builder.set_version(2).unwrap();
    let mut serial = BigNum::new().unwrap();
    serial.rand(64, openssl::bn::MsbOption::MAYBE_ZERO, false).unwrap();
    builder.set_serial_number(&serial.to_asn1_integer().unwrap()).unwrap();
    builder.set_subject_name(&subject).unwrap();
    builder.set_issuer_name(by.map_or(&*subject, |(authority, _)| authority.subject_name())).unwrap();
    builder.set_pubkey(key).unwrap();
    builder.set_not_before(&Asn1Time::from_unix(now + days.0 * DAY).unwrap()).unwrap();
    builder.set_not_after(&Asn1Time::from_unix(now + days.1 * DAY).unwrap()).unwrap();
    match by {
        None => builder.append_extension(BasicConstraints::new().critical().ca().build().unwrap()).unwrap(),
        Some((authority, _)) => {
            let names =
                SubjectAlternativeName::new().dns(name).build(&builder.x509v3_context(Some(authority), None)).unwrap();
            builder.append_extension(names).unwrap();
        }
    }
    builder.sign(by.map_or(key, |(_, key)| key), MessageDigest::sha256()).unwrap();
    builder.build()
}

/// An authority.
struct Authority(X509, PKey<Private>);

impl Authority {
    fn new(name: &str) -> Authority {
        let key = key();
        Authority(certificate(name, &key, None, (-10, 10)), key)
    }

    /// Writes a certificate for a server, with its key.
    fn issue(&self, folder: &Path, host: &str, days: (i64, i64)) {
        let key = key();
        let signed = certificate(host, &key, Some((&self.0, &self.1)), days);
        std::fs::write(folder.join("server.crt"), signed.to_pem().unwrap()).unwrap();
        std::fs::write(folder.join("server.key"), key.private_key_to_pem_pkcs8().unwrap()).unwrap();
    }

    fn write(&self, path: &Path) {
        std::fs::write(path, self.0.to_pem().unwrap()).unwrap();
    }
}

#[test]
fn only_the_right_certificate_is_told_a_password() {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path();
    let (ours, theirs) = (Authority::new("Example Root"), Authority::new("Somebody Else"));
    // One of the same name, with another key.
    let namesake = Authority::new("Example Root");
    ours.write(&folder.join("ours.crt"));
    ours.issue(folder, "db.example.test", (-1, 1));
    let mut cluster = SideCluster::start(&["tls", folder.to_str().unwrap()]);
    let [port, log] = [cluster.told[0].clone(), cluster.told[1].clone()];
    let url = |host: &str, parameters: &str| {
        format!("postgres://crmctl_owner:{PASSWORD}@{host}:{port}/crm?hostaddr=127.0.0.1&{parameters}")
    };
    let full = format!("sslmode=verify-full&sslrootcert={}", folder.join("ours.crt").display());
    let call = |url: &str, args: &[&str]| ran(program(folder).env("CRM_DATABASE_URL", url).args(args));
    let log = || std::fs::read_to_string(&log).unwrap();
    let up = call(&url("db.example.test", &full), &["migrate", "up", "--quiet"]);
    assert_eq!(up.code, Some(0), "{}", up.stderr);
    let before = log().matches("connection authenticated").count();
    let refused = |ran: Ran, said: &[&str]| {
        let text = format!("{}{}", ran.stdout, ran.stderr);
        assert_eq!(ran.code, Some(1), "{text}");
        for said in said.iter().chain(&["no password was sent"]) {
            assert!(text.contains(said), "{said}: {text}");
        }
        assert!(!text.contains(PASSWORD), "{text}");
    };
    let status = |host: &str, parameters: &str| call(&url(host, parameters), &["migrate", "status"]);
    refused(status("db.other.test", &full), &["`db.other.test`", "is for `db.example.test`", "hostaddr=ADDRESS"]);
    let missing = full.replace("ours.crt", "none.crt");
    refused(status("db.example.test", &missing), &["none.crt", "does not exist", "sslrootcert=FILE"]);
    for (authority, days, said) in [
        (&theirs, (-1, 1), ["signed by `CN=Somebody Else`", "ours.crt has no such authority"]),
        (&namesake, (-1, 1), ["signed by `CN=Example Root`", "no such authority"]),
        (&ours, (-5, -2), ["`CN=db.example.test`, has ended on", "has to renew it"]),
        (&ours, (2, 5), ["does not hold before", "set the clock"]),
    ] {
        authority.issue(folder, "db.example.test", days);
        cluster.ask("take it anew");
        refused(status("db.example.test", &full), &said);
    }
    // The server has heard of nobody who is somebody.
    assert_eq!(log().matches("connection authenticated").count(), before, "{}", log());
    ours.issue(folder, "db.example.test", (-1, 1));
    cluster.ask("take it anew");
    assert_eq!(status("db.example.test", &full).code, Some(0));
    // A password that is wrong is not a matter of certificates.
    let wrong = call(&url("db.example.test", &full).replace(PASSWORD, "another-one"), &["migrate", "status"]);
    assert!(wrong.stderr.contains("password authentication failed"), "{}", wrong.stderr);
    assert!(!wrong.stderr.contains("another-one"));
}

/// A server that says that it has no TLS gets to read nothing but the question.
#[test]
fn a_server_without_tls_learns_nothing() {
    let home = tempfile::tempdir().unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let server = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
        let mut question = [0; 8];
        stream.read_exact(&mut question).unwrap();
        stream.write_all(b"N").unwrap();
        let mut rest = Vec::new();
        let _ = stream.read_to_end(&mut rest);
        (question, rest)
    });
    let url = format!("postgres://ada:{PASSWORD}@127.0.0.1:{port}/crm?sslmode=require&gssencmode=disable");
    let refused = ran(program(home.path()).env("CRM_DATABASE_URL", url).args(["lead", "list"]));
    let (question, rest) = server.join().unwrap();
    assert_eq!((question, rest), ([0, 0, 0, 8, 4, 210, 22, 47], Vec::new()));
    assert_eq!(refused.code, Some(1));
    for said in ["does not speak TLS", "no password was sent", "ssl = on"] {
        assert!(refused.stderr.contains(said), "{said}: {}", refused.stderr);
    }
    assert!(!refused.stderr.contains(PASSWORD));
}
