//! What a transaction on PostgreSQL begins with. A connection may come from a pooler that hands it to somebody else after each
//! transaction (PgBouncer with `pool_mode = transaction`): nothing is set beyond one, and nothing that others set counts.

use std::time::Duration;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::{Bool, Nullable, Text};

use super::OrgId;
use super::begin::Begin;
use super::server::options::ServerOptions;
use crate::db::{Db, DbError};
use crate::domain::audit::address;

/// Settings that hold until the transaction ends. What another program made in the session, a temporary table named like one of
/// ours, a role or an organization, must not be taken for ours; and what is committed is on the disk, as the server is told.
/// Compiling a statement takes longer than what it saves, and one program at a time may have memory for its joins.
const SETTINGS: &str = "RESET ROLE; RESET synchronous_commit; RESET statement_timeout; RESET lock_timeout; \
    RESET idle_in_transaction_session_timeout; SET LOCAL search_path = public, pg_temp; SET LOCAL row_security = on; \
    SET LOCAL timezone = 'UTC'; SET LOCAL client_min_messages = warning; SET LOCAL jit = off; SET LOCAL work_mem = '64MB'";

/// The statements that begin a transaction for an organization, or for none: one message to the server.
pub(super) fn begin_sql(begin: Begin, org: Option<OrgId>, server: &ServerOptions) -> String {
    let begin = match begin {
        Begin::Read => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
        Begin::Write | Begin::WriteLong => "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE",
    };
    format!("{begin}; {SETTINGS}{}; {}", limits(server), acting_for(org))
}

/// The limits of time that the call has; else those of the role count, which `SETTINGS` has brought back.
fn limits(server: &ServerOptions) -> String {
    let limits = [("statement_timeout", server.statement_timeout), ("lock_timeout", server.lock_timeout)];
    let set = |(name, limit): (&str, Option<Duration>)| {
        limit.map(|limit| format!("; SET LOCAL {name} = {}", limit.as_millis())).unwrap_or_default()
    };
    limits.into_iter().map(set).collect()
}

/// What shows row-level security the organization, until the transaction ends. The key is an integer, so it is safe as text.
fn acting_for(org: Option<OrgId>) -> String {
    let id = org.map(|OrgId(id)| id.to_string()).unwrap_or_default();
    format!("SET LOCAL app.current_org_id = '{id}'")
}

/// Makes a transaction that began outside any organization go on in this one: the one that it has just made.
///
/// # Errors
/// The database refuses.
pub fn act_for(conn: &mut Db, org: OrgId) -> Result<(), DbError> {
    match conn {
        Db::Sqlite(_) => Ok(()),
        Db::Postgres(c) => Ok(c.batch_execute(&acting_for(Some(org)))?),
    }
}

/// Refuses to write as a role that row-level security does not hold; inside the transaction, whose role it is.
pub(super) fn refuse_bypass(conn: &mut Db) -> Result<(), DbError> {
    #[derive(QueryableByName)]
    struct CurrentRole {
        #[diesel(sql_type = Text)]
        name: String,
        #[diesel(sql_type = Bool)]
        bypasses: bool,
    }
    let Db::Postgres(c) = conn else { return Ok(()) };
    let role: CurrentRole = diesel::sql_query(
        "SELECT rolname::text AS name, rolsuper OR rolbypassrls AS bypasses FROM pg_roles WHERE rolname = current_user",
    )
    .get_result(c)?;
    if role.bypasses { Err(DbError::BypassesRowSecurity(role.name)) } else { Ok(()) }
}

/// The address from which the server of PostgreSQL sees this program, if it came over a network: behind a pooler that of the
/// pooler.
///
/// # Errors
/// The database cannot be asked.
pub fn client_address(conn: &mut Db) -> Result<Option<String>, DbError> {
    #[derive(QueryableByName)]
    struct Client {
        #[diesel(sql_type = Nullable<Text>)]
        address: Option<String>,
    }
    let Db::Postgres(c) = conn else { return Ok(None) };
    let client: Client = diesel::sql_query("SELECT host(inet_client_addr()) AS address").get_result(c)?;
    Ok(client.address.as_deref().and_then(address::of_client))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_transaction_says_whose_it_is() {
        for begin in [Begin::Read, Begin::Write, Begin::WriteLong] {
            assert!(
                begin_sql(begin, Some(OrgId(7)), &ServerOptions::default())
                    .ends_with("SET LOCAL app.current_org_id = '7'")
            );
            assert!(begin_sql(begin, None, &ServerOptions::default()).ends_with("SET LOCAL app.current_org_id = ''"));
        }
    }

    #[test]
    fn nothing_is_set_beyond_a_transaction() {
        let second = Some(Duration::from_secs(1));
        let limited = ServerOptions { statement_timeout: second, lock_timeout: second, ..ServerOptions::default() };
        assert!(begin_sql(Begin::Write, None, &limited).contains("SET LOCAL lock_timeout = 1000; "));
        for statement in begin_sql(Begin::Write, None, &limited).split("; ").skip(1) {
            let is_bound = statement.starts_with("SET LOCAL ") || statement.starts_with("RESET ");
            assert!(is_bound, "{statement}");
        }
    }
}
