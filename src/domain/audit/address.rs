//! From where somebody acted: the address of the machine at which a person sits, as far as one is known.

use std::net::IpAddr;

/// The address from which a remote shell came: the first word of `SSH_CONNECTION`.
pub fn of_remote_shell(connection: &str) -> Option<String> {
    read(connection.split_whitespace().next()?).map(|address| address.to_string())
}

/// The address from which a database server sees its client. That of the server's own machine says no more than a socket,
/// which has none.
pub fn of_client(address: &str) -> Option<String> {
    read(address).filter(|address| !address.is_loopback()).map(|address| address.to_string())
}

/// An address without its network and zone; one of IPv4 that is written in IPv6 is one of IPv4.
fn read(text: &str) -> Option<IpAddr> {
    let address = text.trim().split(['%', '/']).next()?;
    Some(address.parse::<IpAddr>().ok()?.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_remote_shell_has_an_address() {
        for (connection, address) in [
            ("192.0.2.7 50112 192.0.2.1 22", Some("192.0.2.7")),
            ("2001:db8::7 50112 2001:db8::1 22", Some("2001:db8::7")),
            ("fe80::7%eth0 50112 fe80::1%eth0 22", Some("fe80::7")),
            ("::ffff:192.0.2.7 50112 ::ffff:192.0.2.1 22", Some("192.0.2.7")),
            ("127.0.0.1 50112 127.0.0.1 22", Some("127.0.0.1")),
            ("UNKNOWN 50112 UNKNOWN 22", None),
            ("", None),
            ("desk.example 1 2 3", None),
        ] {
            assert_eq!(of_remote_shell(connection).as_deref(), address, "{connection}");
        }
    }

    #[test]
    fn the_server_s_own_machine_has_none() {
        for (seen, address) in [
            ("192.0.2.7", Some("192.0.2.7")),
            ("192.0.2.7/32", Some("192.0.2.7")),
            ("2001:db8::7", Some("2001:db8::7")),
            ("127.0.0.1", None),
            ("127.3.2.1", None),
            ("::1", None),
            ("::ffff:127.0.0.1", None),
            ("", None),
        ] {
            assert_eq!(of_client(seen).as_deref(), address, "{seen}");
        }
    }
}
