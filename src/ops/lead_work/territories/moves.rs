//! Moves of leads from territory to territory, all at once: gathered in a temporary table while the leads are held, then written with
//! their log by three statements.

use crate::db::{Cells, Db, DbError, OrgId, Stamp, Statement};
use crate::domain::timestamp::Timestamp;

/// Leads that move: from where and by what they were there, to where if anywhere, and by what they come there.
const MOVES: &str = "CREATE TEMPORARY TABLE IF NOT EXISTS territory_moves
    (lead_id bigint, from_id bigint, from_source text, to_id bigint, source text)";

/// A move of a lead.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Move {
    pub lead: i64,
    pub from: Option<i64>,
    pub to: Option<i64>,
}

impl Move {
    /// A row of a lead's id, the territory that it leaves, and the one that it comes to.
    pub fn of(row: &Cells) -> Option<Move> {
        Some(Move { lead: row.at(0).number()?, from: row.at(1).number(), to: row.at(2).number() })
    }
}

/// Gathers the moves that a query about leads selects, and holds the leads against changes by others: what is gathered is what they are
/// then. The query selects what a row of moves is made of.
pub(super) fn gather(conn: &mut Db, moves: Statement) -> Result<(), DbError> {
    Statement::new(MOVES).either("", " ON COMMIT DROP").run(conn)?;
    Statement::new("DELETE FROM territory_moves").run(conn)?;
    Statement::new("INSERT INTO territory_moves (lead_id, from_id, from_source, to_id, source) ")
        .then(moves)
        // All in one order, so that two who hold several never wait for each other.
        .sql(" ORDER BY 1")
        .either("", " FOR UPDATE OF leads")
        .run(conn)
}

/// Gives the moves that are gathered to `take`, by lead.
pub(super) fn each<E: From<DbError>>(conn: &mut Db, mut take: impl FnMut(Move) -> Result<(), E>) -> Result<(), E> {
    let gathered = Statement::new("SELECT m.lead_id, m.from_id, m.to_id FROM territory_moves m ORDER BY m.lead_id");
    gathered.each_row(conn, |row| Move::of(&row).map_or(Ok(()), &mut take))
}

/// Makes the moves that are gathered: the log of each lead says what changed.
pub(super) fn make(conn: &mut Db, stamp: &Stamp) -> Result<(), DbError> {
    let stamp = &behind_the_last(conn, stamp)?;
    entries(stamp, "'territory_id', CAST(m.from_id AS text), CAST(m.to_id AS text)").run(conn)?;
    // A lead that goes into no territory loses what put it there; another one may come by the same.
    entries(stamp, "'territory_source', m.from_source, CASE WHEN m.to_id IS NOT NULL THEN m.source END")
        .sql(" AND m.from_source IS DISTINCT FROM CASE WHEN m.to_id IS NOT NULL THEN m.source END")
        .run(conn)?;
    Statement::new(
        "UPDATE leads SET territory_id = m.to_id, territory_source = CASE WHEN m.to_id IS NOT NULL THEN m.source END,
                          version = leads.version + 1, updated_at = ",
    )
    .time(stamp.now)
    .sql(" FROM territory_moves m WHERE leads.id = m.lead_id AND leads.organization_id = ")
    .org(stamp.org)
    .run(conn)?;
    // On PostgreSQL the end of the transaction takes it away.
    Statement::default().either("DROP TABLE territory_moves", "TRUNCATE territory_moves").run(conn)
}

/// Writes an entry of the log for each move: a field with its old and its new value.
fn entries(stamp: &Stamp, change: &'static str) -> Statement {
    Statement::new(
        "INSERT INTO lead_audit_log (organization_id, lead_id, action, changed_by, actor, ip_address, import_id, changed_at,
                                     field_name, old_value, new_value) SELECT ",
    )
    .org(stamp.org)
    .sql(", m.lead_id, 'update', ")
    .then(signed(stamp))
    .sql(", ")
    .sql(change)
    .sql(" FROM territory_moves m WHERE true")
}

/// What a stamp says in a log: who, as whom, from where, by which import, when.
fn signed(stamp: &Stamp) -> Statement {
    let number = |value: Option<i64>| Statement::new("CAST(").maybe_number(value).sql(" AS bigint), ");
    let text = |value: Option<&str>| Statement::new("CAST(").maybe_text(value).sql(" AS text), ");
    let who = number(stamp.changed_by).then(text(Some(&stamp.actor))).then(text(stamp.ip_address.as_deref()));
    who.then(number(stamp.import_id)).time(stamp.now)
}

/// The stamp for the moves: its own time, or right behind what was written of one of the leads last. Whoever waited for the leads looked
/// at the clock before, and a clock may have been set back.
fn behind_the_last(conn: &mut Db, stamp: &Stamp) -> Result<Stamp, DbError> {
    let touched = Statement::new(
        "SELECT max(leads.updated_at) FROM leads JOIN territory_moves m ON m.lead_id = leads.id WHERE leads.organization_id = ",
    );
    if latest(conn, touched.org(stamp.org))? <= Some(stamp.now) {
        return Ok(stamp.clone());
    }
    let logged = Statement::new(
        "SELECT max(l.changed_at) FROM lead_audit_log l JOIN territory_moves m ON m.lead_id = l.lead_id WHERE l.organization_id = ",
    );
    let recorded = Statement::new(
        "SELECT max(h.recorded_at) FROM lead_status_history h JOIN territory_moves m ON m.lead_id = h.lead_id
         WHERE h.organization_id = ",
    );
    let last = latest(conn, logged.org(stamp.org))?.max(latest(conn, recorded.org(stamp.org))?);
    let behind = last.map(|last| Timestamp::from_micros(last.as_micros().saturating_add(1)));
    Ok(Stamp { now: behind.map_or(stamp.now, |behind| behind.max(stamp.now)), ..stamp.clone() })
}

fn latest(conn: &mut Db, max: Statement) -> Result<Option<Timestamp>, DbError> {
    let rows = max.rows(conn)?;
    Ok(rows.first().and_then(|row| row.at(0).number()).map(Timestamp::from_micros))
}

/// Moves all leads of a territory to another one, or into none; each stays there by what put it there, a rule or a person.
///
/// # Errors
/// The database refuses.
pub(super) fn empty(conn: &mut Db, from: i64, to: Option<i64>, stamp: &Stamp) -> Result<(), DbError> {
    // A lead that another one took over by a merge in the meantime is held by then, and looked for again.
    while has_leads(conn, from, stamp.org)? {
        let moves = Statement::new("SELECT leads.id, leads.territory_id, leads.territory_source, CAST(")
            .maybe_number(to)
            .sql(" AS bigint), leads.territory_source FROM leads WHERE leads.territory_id = ")
            .number(from)
            .sql(" AND leads.organization_id = ")
            .org(stamp.org);
        gather(conn, moves)?;
        make(conn, stamp)?;
    }
    Ok(())
}

fn has_leads(conn: &mut Db, territory: i64, org: OrgId) -> Result<bool, DbError> {
    let one = Statement::new("SELECT 1 FROM leads WHERE leads.territory_id = ")
        .number(territory)
        .sql(" AND leads.organization_id = ")
        .org(org)
        .sql(" LIMIT 1");
    Ok(!one.rows(conn)?.is_empty())
}
