//! What a connection to a server is opened with, besides its address.

use std::time::Duration;

use super::Server;

/// How a server is spoken to.
#[derive(Debug, Clone, Default)]
pub struct ServerOptions {
    /// What the server calls the program; `None` where the address, or `PGAPPNAME`, may say it.
    pub application_name: Option<String>,
    /// The words of the call, which follow that name.
    pub call: String,
    /// How long one statement may take; `None` leaves that to the server.
    pub statement_timeout: Option<Duration>,
    /// How long a lock is waited for; `None` leaves that to the server.
    pub lock_timeout: Option<Duration>,
    /// After how long without an answer a connection counts as broken; `None` leaves that to the system.
    pub keepalive: Option<Duration>,
}

/// What libpq heeds about connections that do not answer: an address that says one of them says it all.
const KEEPALIVES: [&str; 5] =
    ["keepalives", "keepalives_idle", "keepalives_interval", "keepalives_count", "tcp_user_timeout"];

/// How long connecting may take, in seconds, where nobody says it: libpq waits for ever, or as long as the system.
const CONNECT: &str = "30";

impl Server {
    /// The address as libpq's keywords and values, with what the options ask for.
    pub(in crate::db::connection) fn conninfo_for(&self, options: &ServerOptions) -> String {
        let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
        self.conninfo_of(options, &variable)
    }

    fn conninfo_of(&self, options: &ServerOptions, variable: &dyn Fn(&str) -> Option<String>) -> String {
        let said = |keyword: &str| self.parameters.iter().rfind(|(known, _)| *known == keyword).map(|(_, value)| value);
        // A service file may say whatever an address can.
        let has_service = said("service").is_some() || variable("PGSERVICE").is_some();
        let name = options.application_name.clone();
        let name = name.or_else(|| said("application_name").cloned()).or_else(|| variable("PGAPPNAME"));
        let name = format!("{} {}", name.as_deref().unwrap_or("crmctl"), options.call);
        let mut words = vec![self.conninfo(), format!("application_name={}", super::quoted(name.trim_end()))];
        if said("connect_timeout").is_none() && variable("PGCONNECT_TIMEOUT").is_none() && !has_service {
            words.push(format!("connect_timeout={CONNECT}"));
        }
        if let Some(keepalive) = options.keepalive
            && !has_service
            && !KEEPALIVES.iter().any(|keyword| said(keyword).is_some())
        {
            // Half of the time in silence, then three questions.
            let seconds = keepalive.as_secs().max(6);
            let (idle, interval) = (seconds / 2, seconds / 6);
            words.push(format!(
                "keepalives=1 keepalives_idle={idle} keepalives_interval={interval} keepalives_count=3 tcp_user_timeout={}",
                seconds * 1000
            ));
        }
        words.join(" ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn conninfo(address: &str, options: &ServerOptions, variables: &[(&str, &str)]) -> String {
        let variable =
            |name: &str| variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
        Server::parse(address).unwrap().conninfo_of(options, &variable)
    }

    #[test]
    fn the_call_names_itself() {
        let call = || ServerOptions { call: "dnc check".to_owned(), ..ServerOptions::default() };
        let named = ServerOptions { application_name: Some("night's".to_owned()), ..call() };
        for (address, options, variables, name) in [
            ("h/d", call(), [].as_slice(), "'crmctl dnc check'"),
            ("h/d?application_name=desk", call(), &[], "'desk dnc check'"),
            ("h/d", call(), &[("PGAPPNAME", "cron")], "'cron dnc check'"),
            ("h/d?application_name=desk", named, &[("PGAPPNAME", "cron")], "'night\\'s dnc check'"),
        ] {
            let conninfo = conninfo(address, &options, variables);
            let last = conninfo.rsplit_once("application_name=").unwrap().1;
            assert!(last.starts_with(name), "{conninfo}");
        }
    }

    #[test]
    fn dead_connections_are_noticed_unless_the_address_says_how() {
        let minute = ServerOptions { keepalive: Some(Duration::from_secs(60)), ..ServerOptions::default() };
        let said = conninfo("h/d", &minute, &[]);
        assert!(
            said.contains("keepalives_idle=30 keepalives_interval=10 keepalives_count=3 tcp_user_timeout=60000"),
            "{said}"
        );
        assert!(said.contains("connect_timeout=30"), "{said}");
        let own = conninfo("h/d?keepalives_idle=5&connect_timeout=3", &minute, &[]);
        assert!(!own.contains("tcp_user_timeout") && !own.contains("connect_timeout=30"), "{own}");
        for (address, variables) in [("h/d?service=crm", [].as_slice()), ("h/d", &[("PGSERVICE", "crm")])] {
            let left = conninfo(address, &minute, variables);
            assert!(!left.contains("keepalives") && !left.contains("connect_timeout"), "{left}");
        }
        assert!(!conninfo("h/d", &ServerOptions::default(), &[("PGCONNECT_TIMEOUT", "5")]).contains("timeout"));
    }
}
