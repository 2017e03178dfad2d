//! The history of leads' statuses: append-only.

use std::collections::HashMap;

use diesel::prelude::*;
use serde::Serialize;

use crate::db::Stamp;
use crate::db::models::IN_LIST;
use crate::db::schema::{imports, lead_status_history};
use crate::db::{Db, DbError, OrgId, Statement};
use crate::domain::imports::kind::{ImportKind, ImportStatus};
use crate::domain::leads::status::{Status, Trigger};
use crate::domain::timestamp::Timestamp;

/// One change to write.
#[derive(Debug, Clone, Insertable)]
#[diesel(table_name = lead_status_history, treat_none_as_default_value = false)]
pub struct NewStatusChange {
    pub organization_id: i32,
    pub lead_id: i64,
    pub from_status: Option<Status>,
    pub to_status: Status,
    pub trigger_type: Trigger,
    pub reason: Option<String>,
    pub changed_by: Option<i64>,
    pub import_id: Option<i64>,
    /// When it was true.
    pub changed_at: Timestamp,
    /// When it was written.
    pub recorded_at: Timestamp,
}

/// One change as `lead show` prints it.
#[derive(Debug, Clone, Serialize)]
pub struct StatusChange {
    pub changed_at: Timestamp,
    pub from_status: Option<Status>,
    pub to_status: Status,
    pub trigger_type: Trigger,
    pub reason: Option<String>,
    pub changed_by: Option<i64>,
    pub import_id: Option<i64>,
    pub recorded_at: Timestamp,
    /// Whether the import that made it is undone, so that reports leave it out.
    pub undone: bool,
}

/// The status that each of these leads had before it last went to `dnc`. What an import that is undone by now made of
/// it does not count.
///
/// # Errors
/// The database cannot be read.
pub fn before_dnc(conn: &mut Db, org: OrgId, leads: &[i64]) -> Result<HashMap<i64, Status>, DbError> {
    let mut rows: HashMap<i64, Vec<(Timestamp, Move)>> = HashMap::new();
    for ids in leads.chunks(IN_LIST) {
        let some: Vec<MoveRow> =
            lead_status_history::table
                .left_join(imports::table.on(
                    imports::id.nullable().eq(lead_status_history::import_id).and(imports::organization_id.eq(org.0)),
                ))
                .filter(lead_status_history::organization_id.eq(org.0))
                .filter(lead_status_history::lead_id.eq_any(ids.to_vec()))
                .order(lead_status_history::id)
                .select((
                    lead_status_history::lead_id,
                    lead_status_history::changed_at,
                    lead_status_history::from_status,
                    lead_status_history::to_status,
                    imports::status.nullable(),
                ))
                .load(conn)?;
        for (lead, at, from, to, import) in some {
            let one = Move { from, to, undone: import == Some(ImportStatus::Undone) };
            rows.entry(lead).or_default().push((at, one));
        }
    }
    let in_time = |mut moves: Vec<(Timestamp, Move)>| {
        // What was written later may be of an earlier time: events of another system.
        moves.sort_by_key(|(at, _)| *at);
        moves.into_iter().map(|(_, one)| one).collect::<Vec<_>>()
    };
    Ok(rows.into_iter().filter_map(|(lead, moves)| Some((lead, last_before_dnc(&in_time(moves))?))).collect())
}

/// A lead, the time of a move, its two statuses, and the status of the import that wrote it.
type MoveRow = (i64, Timestamp, Option<Status>, Status, Option<ImportStatus>);

/// One row of a lead's history.
struct Move {
    from: Option<Status>,
    to: Status,
    undone: bool,
}

/// The status before the last move to `dnc`, of moves in the order of their times.
fn last_before_dnc(moves: &[Move]) -> Option<Status> {
    let mut last = None;
    let mut before = None;
    for one in moves {
        if one.to == Status::Dnc {
            before = last.or(one.from.filter(|from| *from != Status::Dnc)).or(before);
        } else if !one.undone {
            last = Some(one.to);
        }
    }
    before
}

/// The events of these leads that imports of histories wrote which are in force: the lead, the time, the status and the import.
///
/// # Errors
/// The database cannot be read.
pub fn of_histories(conn: &mut Db, org: OrgId, leads: &[i64]) -> Result<Vec<(i64, Timestamp, Status, i64)>, DbError> {
    let mut events = Vec::new();
    for ids in leads.chunks(IN_LIST) {
        let some: Vec<(i64, Timestamp, Status, i64)> =
            lead_status_history::table
                .inner_join(imports::table.on(
                    imports::id.nullable().eq(lead_status_history::import_id).and(imports::organization_id.eq(org.0)),
                ))
                .filter(lead_status_history::organization_id.eq(org.0))
                .filter(lead_status_history::lead_id.eq_any(ids.to_vec()))
                .filter(imports::kind.eq(ImportKind::History).and(imports::status.eq(ImportStatus::Done)))
                .select((
                    lead_status_history::lead_id,
                    lead_status_history::changed_at,
                    lead_status_history::to_status,
                    imports::id,
                ))
                .load(conn)?;
        events.extend(some);
    }
    Ok(events)
}

/// How many rows an import wrote.
///
/// # Errors
/// The database cannot be read.
pub fn count_of_import(conn: &mut Db, org: OrgId, import: i64) -> Result<u64, DbError> {
    let count: i64 = lead_status_history::table
        .filter(lead_status_history::organization_id.eq(org.0).and(lead_status_history::import_id.eq(import)))
        .count()
        .get_result(conn)?;
    Ok(u64::try_from(count).unwrap_or_default())
}

/// Writes what an import wrote of these leads again as of the import of a stamp: the first is undone, and the leads stay.
///
/// # Errors
/// The database refuses.
pub fn hand_over(conn: &mut Db, import: i64, leads: &[i64], stamp: &Stamp) -> Result<(), DbError> {
    for ids in leads.chunks(IN_LIST) {
        let list = ids.iter().map(|id| Statement::default().number(*id));
        Statement::new(
            "INSERT INTO lead_status_history (organization_id, lead_id, from_status, to_status, trigger_type, reason,
                                              changed_by, import_id, changed_at, recorded_at)
             SELECT organization_id, lead_id, from_status, to_status, trigger_type, reason, changed_by, ",
        )
        .maybe_number(stamp.import_id)
        .sql(", changed_at, ")
        .time(stamp.now)
        .sql(" FROM lead_status_history WHERE organization_id = ")
        .org(stamp.org)
        .sql(" AND import_id = ")
        .number(import)
        .sql(" AND lead_id IN (")
        .joined(list, ", ")
        .sql(") ORDER BY id")
        .run(conn)?;
    }
    Ok(())
}

/// A lead's changes in the order in which they were true.
///
/// # Errors
/// The database cannot be read.
pub fn of_lead(conn: &mut Db, org: OrgId, lead: i64) -> Result<Vec<StatusChange>, DbError> {
    let mut rows = of_lead_as_recorded(conn, org, lead)?;
    rows.sort_by_key(|row| row.changed_at);
    Ok(rows)
}

/// A lead's changes in the order in which they were written.
///
/// # Errors
/// The database cannot be read.
pub fn of_lead_as_recorded(conn: &mut Db, org: OrgId, lead: i64) -> Result<Vec<StatusChange>, DbError> {
    use lead_status_history as history;
    type Row = (
        (Timestamp, Option<Status>, Status, Trigger, Option<String>, Option<i64>, Option<i64>, Timestamp),
        Option<ImportStatus>,
    );
    let rows: Vec<Row> = history::table
        .left_join(
            imports::table.on(imports::id.nullable().eq(history::import_id).and(imports::organization_id.eq(org.0))),
        )
        .filter(history::organization_id.eq(org.0).and(history::lead_id.eq(lead)))
        .order(history::id)
        .select((
            (
                history::changed_at,
                history::from_status,
                history::to_status,
                history::trigger_type,
                history::reason,
                history::changed_by,
                history::import_id,
                history::recorded_at,
            ),
            imports::status.nullable(),
        ))
        .load(conn)?;
    Ok(rows
        .into_iter()
        .map(
            |(
                (changed_at, from_status, to_status, trigger_type, reason, changed_by, import_id, recorded_at),
                status,
            )| {
                let undone = status == Some(ImportStatus::Undone);
                StatusChange {
                    changed_at,
                    from_status,
                    to_status,
                    trigger_type,
                    reason,
                    changed_by,
                    import_id,
                    recorded_at,
                    undone,
                }
            },
        )
        .collect())
}

#[cfg(test)]
mod tests {
    use super::Status::{self, *};
    use super::{Move, last_before_dnc};

    fn before(moves: &[(Option<Status>, Status, bool)]) -> Option<Status> {
        let moves: Vec<Move> = moves.iter().map(|&(from, to, undone)| Move { from, to, undone }).collect();
        last_before_dnc(&moves)
    }

    #[test]
    fn the_status_before_dnc_is_that_of_the_imports_in_force() {
        assert_eq!(before(&[(None, New, false), (Some(New), Hot, false), (Some(Hot), Dnc, false)]), Some(Hot));
        // An import moved the lead on and to dnc, and is undone.
        assert_eq!(
            before(&[(None, Contacted, false), (Some(Contacted), Hot, true), (Some(Hot), Dnc, true)]),
            Some(Contacted)
        );
        // There and back, and there again.
        let twice = [(None, New, false), (Some(New), Dnc, false), (Some(Dnc), New, false), (Some(New), Cold, false)];
        assert_eq!(before(&[&twice[..], &[(Some(Cold), Dnc, false)]].concat()), Some(Cold));
        assert_eq!(before(&[(None, Dnc, false)]), None);
        assert_eq!(before(&[(Some(Hot), Dnc, false)]), Some(Hot));
        assert_eq!(before(&[]), None);
    }
}
