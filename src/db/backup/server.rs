//! Backups of PostgreSQL, by its own `pg_dump` and `pg_restore`.

use std::collections::BTreeMap;
use std::io::{self, BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use diesel::connection::SimpleConnection;
use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Integer, Text};

use super::container::{Content, Fingerprint, Manifest, manifest_of, unpack};
use super::error::BackupError;
use super::programs::{Enough, Running, find};
use super::{Made, Packing, is_plain, manifest, refuse_target};
use crate::db::connection::server::Server;
use crate::db::statement::quoted;
use crate::db::{Database, Db, DbError};
use crate::domain::timestamp::Timestamp;

#[derive(QueryableByName)]
struct Role {
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Bool)]
    sees_all: bool,
    #[diesel(sql_type = Integer)]
    version: i32,
}

#[derive(QueryableByName)]
struct Name {
    #[diesel(sql_type = Text)]
    name: String,
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    rows: i64,
}

/// The server's version, once it is sure that the role sees every row: a dump that lacks some would look like a whole one.
fn major_for_all_rows(conn: &mut PgConnection) -> Result<i32, BackupError> {
    let role: Role = diesel::sql_query(
        "SELECT rolname::text AS name, rolsuper OR rolbypassrls AS sees_all,
                current_setting('server_version_num')::integer / 10000 AS version
         FROM pg_roles WHERE rolname = current_user",
    )
    .get_result(conn)
    .map_err(DbError::from)?;
    if role.sees_all { Ok(role.version) } else { Err(BackupError::SeesSomeRows(role.name)) }
}

fn tables(conn: &mut PgConnection) -> Result<Vec<String>, DbError> {
    let names: Vec<Name> = diesel::sql_query(
        "SELECT tablename::text AS name FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename",
    )
    .load(conn)?;
    Ok(names.into_iter().map(|row| row.name).collect())
}

/// The rows of each table. A policy that would hide one is an error.
fn count(conn: &mut PgConnection) -> Result<BTreeMap<String, u64>, DbError> {
    conn.batch_execute("SET LOCAL row_security = off")?;
    let mut counts = BTreeMap::new();
    for table in tables(conn)? {
        let sql = format!("SELECT count(*) AS rows FROM public.{}", quoted(&table));
        let count: Count = diesel::sql_query(sql).get_result(conn)?;
        counts.insert(table, u64::try_from(count.rows).unwrap_or_default());
    }
    Ok(counts)
}

fn text(conn: &mut PgConnection, sql: &'static str) -> Result<String, DbError> {
    let row: Name = diesel::sql_query(sql).get_result(conn)?;
    Ok(row.name)
}

/// A command that connects to the server: what is secret goes by the environment.
fn connecting(program: &'static str, major: i32, server: &Server) -> Result<Command, BackupError> {
    let (conninfo, password) = server.for_programs().ok_or(BackupError::Secret)?;
    let mut command = Command::new(find(program, major)?);
    command.arg("--no-password").arg(format!("--dbname={conninfo}"));
    if let Some(password) = password {
        command.env("PGPASSWORD", password);
    }
    Ok(command)
}

/// Makes a backup of a whole database on PostgreSQL, as of one moment. It counts as made only once it was read again, and `pg_restore` has
/// found every table in it with as many rows as the database had.
///
/// # Errors
/// The target exists or cannot be written, the role does not see all rows, the server's programs are not installed or fail, or the person
/// asked to stop; then no target is left behind.
pub fn back_up_server(
    db: &mut Database,
    server: &Server,
    target: &Path,
    level: i32,
    now: Timestamp,
) -> Result<Made, BackupError> {
    refuse_target(target)?;
    let interrupted = db.interrupted();
    db.read_global(|conn| {
        let Db::Postgres(conn) = conn else {
            return Err(BackupError::OtherEngine {
                path: target.display().to_string(),
                is: "of PostgreSQL",
                of: "an embedded one",
            });
        };
        let major = major_for_all_rows(conn)?;
        let restore = find("pg_restore", major)?;
        let counts = count(conn)?;
        let version =
            text(conn, "SELECT coalesce(max(version::text), '') AS name FROM public.__diesel_schema_migrations")?;
        // Dump and counts are of one moment.
        let snapshot = text(conn, "SELECT pg_export_snapshot() AS name")?;
        let mut dump = connecting("pg_dump", major, server)?;
        dump.args(["--format=custom", "--compress=0"]).arg(format!("--snapshot={snapshot}"));
        let dump = Running::start("pg_dump", dump.stdin(Stdio::null()).stdout(Stdio::piped()), Some(server))?;
        let failed = |e: io::Error| BackupError::Program { program: "pg_dump", reason: e.to_string() };
        let dump = dump.output().map_err(failed)?;
        let mut script = Command::new(restore);
        // What it holds as a script: rows are lines.
        script.args(["--data-only", "--file=-"]).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut script = Running::start("pg_restore", &mut script, None)?;
        let archive = script.stdin().ok_or_else(|| failed(io::ErrorKind::BrokenPipe.into()))?;
        let script = script.output().map_err(failed)?;
        let found = std::thread::spawn(move || rows_of(BufReader::with_capacity(1 << 18, script)));
        let packing = Packing { target, level, interrupted: &interrupted };
        let describe = |of: Fingerprint| manifest(Content::PgDump, of, version.clone(), counts.clone(), now);
        let check = || {
            let problem = |reason: String| DbError::Backup { path: target.display().to_string(), reason };
            let found = found.join().map_err(|_| problem("the thread that counts has ended".into()))?;
            let found = found.map_err(|e| problem(format!("the backup does not verify: {e}")))?;
            match counts.iter().find(|(table, rows)| found.get(*table).copied().unwrap_or_default() != **rows) {
                None => Ok(()),
                Some((table, rows)) => {
                    let found = found.get(table).copied().unwrap_or_default();
                    Err(problem(format!("it has {found} rows of {table} where the database has {rows}")))
                }
            }
        };
        let (file, making, verifying) = packing.write(dump, describe, Enough(archive), check)?;
        Ok(Made { file, schema_version: version, tables: counts, making, verifying })
    })
}

/// The rows of each table in a script of `pg_restore`.
fn rows_of(script: impl BufRead) -> io::Result<BTreeMap<String, u64>> {
    let mut counts = BTreeMap::new();
    let mut current: Option<(String, u64)> = None;
    let mut line = Vec::new();
    let mut script = script;
    loop {
        line.clear();
        if script.read_until(b'\n', &mut line)? == 0 {
            return match current {
                None => Ok(counts),
                Some((table, _)) => Err(io::Error::other(format!("the rows of {table} have no end"))),
            };
        }
        match &mut current {
            Some(_) if line == b"\\.\n" => counts.extend(current.take()),
            Some((_, rows)) => *rows += 1,
            None => {
                let text = String::from_utf8_lossy(&line);
                let named = text.strip_prefix("COPY public.").filter(|_| text.ends_with(" FROM stdin;\n"));
                let name = named.and_then(|rest| rest.split([' ', '(']).next());
                current = name.map(|name| (name.trim_matches('"').to_owned(), 0));
            }
        }
    }
}

/// Restores a backup into an empty database, in one transaction; `committed` is called when that has ended. With `dry_run` everything is
/// looked at, and nothing restored.
///
/// # Errors
/// The backup is damaged or of another kind, the database is not empty, the server's programs are not installed or fail, or the person
/// asked to stop; then the database is as it was. Or the server has not stored what is in the backup
/// ([`BackupError::RestoredOther`]).
pub fn restore_server(
    db: &mut Database,
    server: &Server,
    backup: &Path,
    dry_run: bool,
    committed: impl FnOnce(),
) -> Result<Manifest, BackupError> {
    let interrupted = db.interrupted();
    let path = || backup.display().to_string();
    if is_plain(backup)? || manifest_of(backup)?.content != Content::PgDump {
        return Err(BackupError::OtherEngine { path: path(), is: "of an embedded database", of: "on PostgreSQL" });
    }
    let (manifest, _) = unpack(backup, io::sink(), &interrupted)?;
    let known = db.migrations()?.steps;
    if known.iter().all(|step| step.version != manifest.schema_version) {
        return Err(BackupError::Newer(path()));
    }
    let major = db.read_global(|conn| {
        let Db::Postgres(conn) = conn else { return Err(BackupError::NotEmpty(server.to_string())) };
        let major = major_for_all_rows(conn).map_err(|error| match error {
            BackupError::SeesSomeRows(role) => BackupError::WritesSomeRows(role),
            error => error,
        })?;
        if tables(conn)?.is_empty() { Ok(major) } else { Err(BackupError::NotEmpty(server.to_string())) }
    })?;
    let mut restore = connecting("pg_restore", major, server)?;
    if dry_run {
        return Ok(manifest);
    }
    restore.args(["--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges"]);
    let mut running = Running::start("pg_restore", restore.stdin(Stdio::piped()).stdout(Stdio::null()), Some(server))?;
    let archive = running.stdin().ok_or(BackupError::Program {
        program: "pg_restore",
        reason: io::Error::from(io::ErrorKind::BrokenPipe).to_string(),
    })?;
    // Ended early, it takes back what it has done.
    unpack(backup, Enough(archive), &interrupted)?;
    running.end()?;
    committed();
    let found = db.read_global(|conn| match conn {
        Db::Postgres(conn) => count(conn).map_err(BackupError::from),
        Db::Sqlite(_) => Ok(BTreeMap::new()),
    })?;
    for (table, said) in &manifest.tables {
        let found = found.get(table).copied().unwrap_or_default();
        if found != *said {
            return Err(BackupError::RestoredOther { path: path(), table: table.clone(), said: *said, found });
        }
    }
    Ok(manifest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_counted_in_a_script() {
        let script = "SET row_security = off;\n\nCOPY public.leads (id, name) FROM stdin;\n1\tCOPY public.x (a) FROM stdin;\n2\t\\\\.\n\\.\n\n\
            COPY public.\"odd\" (id) FROM stdin;\n\\.\n\nSELECT 1;\n";
        let expected = BTreeMap::from([("leads".to_owned(), 2), ("odd".to_owned(), 0)]);
        assert_eq!(rows_of(script.as_bytes()).unwrap(), expected);
        assert!(rows_of(&b"COPY public.leads (id) FROM stdin;\n1\n"[..]).is_err());
    }
}
