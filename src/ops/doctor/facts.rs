//! What the engine says of itself: faults where a limit is passed, else facts.

use super::Scope;
use super::finding::Finding;
use crate::db::health::server::{self, Counted};
use crate::db::{Db, DbError};
use crate::domain::doctor::{MOST_CONNECTIONS, Severity, Subject, are_too_many_dead};
use crate::domain::money::amount::grouped;

pub(super) fn connections(conn: &mut Db, scope: &Scope) -> Result<Vec<Finding>, DbError> {
    let told = |it: Counted| {
        let message = format!("{} of {} connections to the server are in use", it.number, it.other);
        match it.number.saturating_mul(100) > it.other.saturating_mul(MOST_CONNECTIONS) {
            true => Some(Finding::new(
                Subject::Connections,
                Severity::Warning,
                format!("{message}: soon nobody more comes in; put a pooler before it, or raise max_connections"),
            )),
            false => scope.facts.then(|| Finding::fact(Subject::Connections, message)),
        }
    };
    Ok(server::connections(conn)?.into_iter().filter_map(told).collect())
}

pub(super) fn dead_rows(conn: &mut Db, scope: &Scope) -> Result<Vec<Finding>, DbError> {
    let told = |it: Counted| {
        let message = format!("{} has {} dead rows and {} live ones", it.name, grouped(it.number), grouped(it.other));
        match are_too_many_dead(it.number, it.other) {
            true => Some(
                Finding::new(Subject::DeadRows, Severity::Warning, format!("{message}, which slow down reading"))
                    .mended_by(scope.by_shell(&format!("VACUUM (ANALYZE) public.\"{}\"", it.name))),
            ),
            false => (scope.facts && it.number > 0).then(|| Finding::fact(Subject::DeadRows, message)),
        }
    };
    Ok(server::dead_rows(conn)?.into_iter().filter_map(told).collect())
}

pub(super) fn sizes(conn: &mut Db, _: &Scope) -> Result<Vec<Finding>, DbError> {
    let is_sqlite = matches!(conn, Db::Sqlite(_));
    let told = |it: Counted| {
        let beside = match (is_sqlite, it.other) {
            (true, free) => format!("of which {} are free", grouped(free)),
            (false, -1) => "never vacuumed".to_owned(),
            (false, days) => format!("vacuumed {days} days ago"),
        };
        Finding::fact(Subject::Sizes, format!("{}: {} bytes, {beside}", it.name, grouped(it.number)))
    };
    Ok(server::sizes(conn)?.into_iter().map(told).collect())
}

pub(super) fn indexes(conn: &mut Db, _: &Scope) -> Result<Vec<Finding>, DbError> {
    let unused = |it: Counted| {
        let message = format!("{}: not used since the statistics began, {} bytes", it.name, grouped(it.number));
        Finding::fact(Subject::Indexes, message)
    };
    let scanned = |it: Counted| {
        let often =
            format!("read from end to end {} times, by an index {} times", grouped(it.number), grouped(it.other));
        Finding::fact(Subject::Indexes, format!("{}: {often}", it.name))
    };
    let mut facts: Vec<Finding> = server::unused_indexes(conn)?.into_iter().map(unused).collect();
    facts.extend(server::scanned_tables(conn)?.into_iter().map(scanned));
    Ok(facts)
}

pub(super) fn cache(conn: &mut Db, _: &Scope) -> Result<Vec<Finding>, DbError> {
    let told = |it: Counted| {
        let percent = it.number.saturating_mul(100).checked_div(it.other)?;
        let message = format!("{percent} of 100 blocks that were asked for were in memory");
        Some(Finding::fact(Subject::Cache, message))
    };
    Ok(server::cache(conn)?.into_iter().filter_map(told).collect())
}

pub(super) fn statements(conn: &mut Db, _: &Scope) -> Result<Vec<Finding>, DbError> {
    let told = |it: Counted| {
        let message = format!("{} ms on average, {} times: {}", grouped(it.number), grouped(it.other), it.name);
        Finding::fact(Subject::Statements, message)
    };
    Ok(server::slow_statements(conn)?.into_iter().map(told).collect())
}

pub(super) fn settings(conn: &mut Db, _: &Scope) -> Result<Vec<Finding>, DbError> {
    let told = |(name, value)| Finding::fact(Subject::Settings, format!("{name} is {value}"));
    Ok(server::settings(conn)?.into_iter().map(told).collect())
}
