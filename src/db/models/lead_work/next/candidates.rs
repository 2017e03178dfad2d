//! Open leads in the orders in which `lead next` looks at them, each by an index.
//!
//! `lead next --all` walks through them by falling score (`leads_open_score`) until no other can have more points than those that it has
//! seen; what else has points is read by an index of its own: what is due (`leads_live_next_contact`), what answered
//! (`leads_live_engaged`), what is fresh (`leads_live_created`), who was contacted long ago (`leads_live_contacted`).

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Integer, Nullable, SmallInt};

use super::{Scope, Window};
use crate::db::models::IN_LIST;
use crate::db::types::UtcTimestamp;
use crate::db::{Db, DbError, OrgId, Statement};
use crate::domain::timestamp::Timestamp;

/// What the sum needs of a lead.
#[derive(Debug, Clone, Copy, QueryableByName)]
pub struct Candidate {
    #[diesel(sql_type = BigInt)]
    pub id: i64,
    #[diesel(sql_type = Nullable<SmallInt>)]
    pub score: Option<i16>,
    /// 1 for status `new`.
    #[diesel(sql_type = Integer)]
    pub is_new: i32,
    #[diesel(sql_type = UtcTimestamp)]
    pub created_at: Timestamp,
    #[diesel(sql_type = Nullable<UtcTimestamp>)]
    pub last_contacted_at: Option<Timestamp>,
    #[diesel(sql_type = Nullable<UtcTimestamp>)]
    pub last_attempted_at: Option<Timestamp>,
    #[diesel(sql_type = Nullable<UtcTimestamp>)]
    pub last_engagement_at: Option<Timestamp>,
    #[diesel(sql_type = Nullable<UtcTimestamp>)]
    pub next_contact_at: Option<Timestamp>,
    #[diesel(sql_type = Nullable<BigInt>)]
    pub owner_id: Option<i64>,
    #[diesel(sql_type = Nullable<BigInt>)]
    pub territory_id: Option<i64>,
}

/// A place in the order of falling scores and ids.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    pub score: Option<i16>,
    pub id: i64,
}

/// Which open leads are read.
#[derive(Debug, Clone)]
pub struct Open {
    pub org: OrgId,
    /// Only leads whose first number, if they have one, is of one of these area codes; `None`: all.
    pub areas: Option<Vec<String>>,
}

impl Open {
    /// All open leads of an organization.
    pub fn all(org: OrgId) -> Open {
        Open { org, areas: None }
    }
}

/// The leads that are open: live, and neither won nor lost. Those of status `dnc` are told as left out.
fn open(open: &Open) -> Statement {
    let all = Statement::new(
        "SELECT leads.id, leads.lead_score AS score, CASE leads.status WHEN 'new' THEN 1 ELSE 0 END AS is_new, leads.created_at,
             leads.last_contacted_at, leads.last_attempted_at, leads.last_engagement_at, leads.next_contact_at, leads.owner_id,
             leads.territory_id
         FROM leads WHERE leads.deleted_at IS NULL AND leads.status <> 'recruited' AND leads.status <> 'cold'
             AND leads.organization_id = ",
    )
    .org(open.org);
    match &open.areas {
        None => all,
        Some(areas) => all.then(of_areas(areas)),
    }
}

/// Leads whose first number has one of these area codes, which are bound as one value that the engine reads once; those without a first
/// number may have another one.
fn of_areas(areas: &[String]) -> Statement {
    Statement::new(
        " AND (leads.phone_number IS NULL OR length(leads.phone_number) = 12 AND substr(leads.phone_number, 1, 2) = '+1'
             AND substr(leads.phone_number, 3, 3)",
    )
    .either(" IN (SELECT value FROM json_each(", " = ANY (ARRAY(SELECT jsonb_array_elements_text(CAST(")
    .text(serde_json::Value::from(areas.to_vec()).to_string())
    .either(")))", " AS jsonb)))))")
}

fn listed(ids: &[i64]) -> Statement {
    Statement::default().joined(ids.iter().map(|id| Statement::default().number(*id)), ", ")
}

/// Those of a scope, of the table `leads`.
pub(super) fn within(scope: &Scope) -> Statement {
    match scope {
        Scope::All => Statement::default(),
        Scope::Of { user, territories } if territories.is_empty() => {
            Statement::new(" AND leads.owner_id = ").number(*user)
        }
        Scope::Of { user, territories } => Statement::new(" AND (leads.owner_id = ")
            .number(*user)
            .sql(" OR leads.owner_id IS NULL AND leads.territory_id IN (")
            .then(listed(territories))
            .sql("))"),
    }
}

fn read(conn: &mut Db, statement: Statement, most: i64) -> Result<Vec<Candidate>, DbError> {
    let mut found = Vec::new();
    statement.sql(" LIMIT ").number(most).each_of_about(conn, most, |row: Candidate| -> Result<(), DbError> {
        found.push(row);
        Ok(())
    })?;
    Ok(found)
}

/// The next of all open leads by falling score, then by id; those without a score come last.
///
/// # Errors
/// The database cannot be read.
pub fn by_score(conn: &mut Db, leads: &Open, after: Option<Place>, most: i64) -> Result<Vec<Candidate>, DbError> {
    let mut found = Vec::new();
    if after.is_none_or(|place| place.score.is_some()) {
        found = read(conn, scored(leads, after), most)?;
    }
    let missing = most - found.len() as i64;
    if missing > 0 {
        let id = after.filter(|place| place.score.is_none()).map_or(0, |place| place.id);
        found.extend(read(conn, unscored(leads, id), missing)?);
    }
    Ok(found)
}

/// The open leads with a score, behind a place.
pub fn scored(leads: &Open, after: Option<Place>) -> Statement {
    let behind = match after.and_then(|place| Some((i64::from(place.score?), place.id))) {
        None => Statement::new(" AND leads.lead_score >= 0"),
        Some((score, id)) => Statement::new(" AND leads.lead_score <= ")
            .number(score)
            .sql(" AND (leads.lead_score < ")
            .number(score)
            .sql(" OR leads.id > ")
            .number(id)
            .sql(")"),
    };
    open(leads).then(behind).sql(" ORDER BY leads.lead_score DESC").either("", " NULLS LAST").sql(", leads.id")
}

/// The open leads without a score behind an id.
pub fn unscored(leads: &Open, after: i64) -> Statement {
    open(leads).sql(" AND leads.lead_score IS NULL AND leads.id > ").number(after).sql(" ORDER BY leads.id")
}

/// More leads than one person has: of so many PostgreSQL hands over one after the other.
const OF_ONE: i64 = 200_000;

/// All open leads of a scope, in no order: each part of it by its own index.
///
/// # Errors
/// The database cannot be read.
pub fn of_scope(conn: &mut Db, leads: &Open, scope: &Scope) -> Result<Vec<Candidate>, DbError> {
    let mut found = Vec::new();
    for part in parts_of(leads, scope) {
        part.each_of_about(conn, OF_ONE, |row: Candidate| -> Result<(), DbError> {
            found.push(row);
            Ok(())
        })?;
    }
    Ok(found)
}

/// The statements that read a scope. Everybody's leads of some area codes are read by their numbers, the first one or, where there is
/// none, another one.
pub fn parts_of(leads: &Open, scope: &Scope) -> Vec<Statement> {
    match (scope, &leads.areas) {
        (Scope::All, None) => vec![open(leads)],
        (Scope::All, Some(areas)) => areas.iter().flat_map(|area| of_numbers(leads, area)).collect(),
        (Scope::Of { user, territories }, _) => {
            let own = open(leads).sql(" AND leads.owner_id = ").number(*user);
            let nobodys = || {
                let of_nobody = open(leads).sql(" AND leads.owner_id IS NULL AND leads.territory_id IN (");
                of_nobody.then(listed(territories)).sql(")")
            };
            let nobodys = (!territories.is_empty()).then(nobodys);
            std::iter::once(own).chain(nobodys).collect()
        }
    }
}

/// The leads with numbers of an area code. Numbers of one length are in this order by any collation.
fn of_numbers(leads: &Open, area: &str) -> [Statement; 2] {
    let (from, to) = (format!("+1{area}0000000"), format!("+1{area}9999999"));
    let first = open(leads).sql(" AND leads.phone_number >= ").text(&from).sql(" AND leads.phone_number <= ").text(&to);
    let another = open(leads)
        .sql(" AND leads.phone_number IS NULL AND leads.id IN (SELECT p.lead_id FROM lead_phones p WHERE p.organization_id = ")
        .org(leads.org)
        .sql(" AND p.phone_number >= ")
        .text(from)
        .sql(" AND p.phone_number <= ")
        .text(to)
        .sql(")");
    [first, another]
}

/// Those of these leads that are open and of a scope.
///
/// # Errors
/// The database cannot be read.
pub fn of_ids(conn: &mut Db, leads: &Open, scope: &Scope, ids: &[i64]) -> Result<Vec<Candidate>, DbError> {
    let mut found = Vec::with_capacity(ids.len());
    for some in ids.chunks(IN_LIST) {
        let these = open(leads).then(within(scope)).sql(" AND leads.id IN (").then(listed(some)).sql(")");
        found.extend(read(conn, these, some.len() as i64)?);
    }
    Ok(found)
}

/// Leads whose next contact is due, the most overdue first.
pub fn due(leads: &Open, window: &Window) -> Statement {
    open(leads)
        .sql(" AND leads.next_contact_at IS NOT NULL AND leads.next_contact_at <= ")
        .time(window.now)
        .sql(" ORDER BY leads.next_contact_at")
}

/// Leads that did something themselves since then, the latest first.
pub fn engaged(leads: &Open, window: &Window) -> Statement {
    open(leads)
        .sql(" AND leads.last_engagement_at IS NOT NULL AND leads.last_engagement_at > ")
        .time(window.since)
        .sql(" AND leads.last_engagement_at <= ")
        .time(window.now)
        .sql(" ORDER BY leads.last_engagement_at DESC")
}

/// New leads that nobody has contacted, created since then, in no order: PostgreSQL's index of times of creation has none.
pub fn fresh(leads: &Open, window: &Window) -> Statement {
    open(leads)
        // By its status SQLite would read all new leads.
        .either(" AND +leads.status = 'new'", " AND leads.status = 'new'")
        .sql(" AND leads.last_contacted_at IS NULL AND leads.created_at > ")
        .time(window.since)
        .sql(" AND leads.created_at <= ")
        .time(window.now)
}

/// Leads by their last contact, the earliest first.
pub fn contacted(leads: &Open, window: &Window) -> Statement {
    open(leads)
        .sql(" AND leads.last_contacted_at IS NOT NULL AND leads.last_contacted_at <= ")
        .time(window.now)
        .sql(" ORDER BY leads.last_contacted_at")
}

/// One of the lists above.
///
/// # Errors
/// The database cannot be read.
pub fn list(
    conn: &mut Db,
    leads: &Open,
    of: fn(&Open, &Window) -> Statement,
    window: &Window,
) -> Result<Vec<Candidate>, DbError> {
    read(conn, of(leads, window), window.most)
}
