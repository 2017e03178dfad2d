//! A second look at a certificate that does not hold: the handshake is made again as far as the certificate, and broken off.

use std::io::{Read, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use openssl::error::ErrorStack;
use openssl::ssl::{Ssl, SslContext, SslMethod, SslVerifyMode};
use openssl::x509::{X509NameRef, X509StoreContextRef};

use super::TlsFault;
use crate::db::connection::server::Server;

/// How long each step may take: libpq has just spoken to the server.
const PATIENCE: Duration = Duration::from_secs(5);

/// The message `SSLRequest` of PostgreSQL's protocol: its length, and the number that means it.
const SSL_REQUEST: [u8; 8] = [0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f];

/// What is wrong with the certificate of a server; `None` where it cannot be told.
pub(super) fn fault(server: &Server) -> Option<TlsFault> {
    let said =
        |keyword: &str| server.parameters.iter().rfind(|(known, _)| *known == keyword).map(|(_, value)| value.as_str());
    let [host] = server.hosts.as_slice() else { return None };
    // Without the question of the protocol, libpq begins otherwise.
    if said("sslnegotiation") == Some("direct") {
        return None;
    }
    let address = said("hostaddr").unwrap_or(host);
    let port: u16 = match server.ports.first().map(String::as_str).unwrap_or_default() {
        "" => 5432,
        port => port.parse().ok()?,
    };
    let stream = protected(address, port).ok()?;
    look(stream, host, &server.authorities()).ok()?
}

/// A connection on which the server expects a handshake.
fn protected(address: &str, port: u16) -> std::io::Result<TcpStream> {
    let address = (address, port).to_socket_addrs()?.next().ok_or(std::io::ErrorKind::NotFound)?;
    let mut stream = TcpStream::connect_timeout(&address, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    stream.write_all(&SSL_REQUEST)?;
    let mut answer = [0];
    stream.read_exact(&mut answer)?;
    if answer == *b"S" { Ok(stream) } else { Err(std::io::ErrorKind::Unsupported.into()) }
}

fn look(stream: TcpStream, host: &str, file: &str) -> Result<Option<TlsFault>, ErrorStack> {
    let mut context = SslContext::builder(SslMethod::tls_client())?;
    context.set_ca_file(file)?;
    let found: Arc<Mutex<Option<TlsFault>>> = Arc::default();
    let (seen, file) = (found.clone(), file.to_owned());
    context.set_verify_callback(SslVerifyMode::PEER, move |holds, chain| {
        if !holds {
            let mut seen = seen.lock().unwrap_or_else(PoisonError::into_inner);
            *seen = Some(described(chain, &file));
        }
        holds
    });
    let mut ssl = Ssl::new(&context.build())?;
    ssl.set_hostname(host)?;
    // It ends with the certificate, or holds after all: then there is nothing to tell.
    drop(ssl.connect(stream));
    let fault = found.lock().unwrap_or_else(PoisonError::into_inner).take();
    Ok(fault)
}

fn described(chain: &X509StoreContextRef, file: &str) -> TlsFault {
    let certificate = chain.current_cert();
    let subject = certificate.map(|it| name(it.subject_name())).unwrap_or_default();
    let issuer = certificate.map(|it| name(it.issuer_name())).unwrap_or_default();
    let time = |of: fn(&openssl::x509::X509Ref) -> &openssl::asn1::Asn1TimeRef| {
        certificate.map(|it| of(it).to_string()).unwrap_or_default()
    };
    match chain.error().as_raw() {
        openssl_sys::X509_V_ERR_CERT_HAS_EXPIRED => TlsFault::Expired { subject, at: time(|it| it.not_after()) },
        openssl_sys::X509_V_ERR_CERT_NOT_YET_VALID => TlsFault::NotYet { subject, at: time(|it| it.not_before()) },
        openssl_sys::X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT
        | openssl_sys::X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY
        | openssl_sys::X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE
        | openssl_sys::X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT
        | openssl_sys::X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN
        // An authority of the same name, with another key.
        | openssl_sys::X509_V_ERR_CERT_SIGNATURE_FAILURE => TlsFault::UnknownAuthority { issuer, file: file.to_owned() },
        _ => TlsFault::Rejected(chain.error().error_string().to_owned()),
    }
}

/// A name as it stands in a certificate: `O=Example, CN=Example Root`.
fn name(of: &X509NameRef) -> String {
    let part = |entry: &openssl::x509::X509NameEntryRef| {
        let key = entry.object().nid().short_name().unwrap_or("?").to_owned();
        let value = entry.data().to_string().unwrap_or_default();
        format!("{key}={value}")
    };
    of.entries().map(part).collect::<Vec<_>>().join(", ")
}
