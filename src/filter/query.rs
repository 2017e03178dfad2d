//! Which leads, in which order, from which one on: counted, listed by id, or read in columns row after row.

use super::columns::{LeadColumn, Shape};
use super::compile::Moment;
use super::compile::{hours, listed};
use super::tree::Filter;
use crate::db::{Cell, Cells, Db, DbError, Statement};
use crate::domain::timestamp::Timestamp;

/// A question about leads.
#[derive(Debug, Clone)]
pub struct LeadQuery {
    pub at: Moment,
    /// None: every lead.
    pub filter: Option<Filter>,
    /// Deleted leads instead of live ones.
    pub deleted: bool,
    pub dnc: Dnc,
    /// The order; the id follows, in the direction of the first. Empty: by id.
    pub sort: Vec<SortBy>,
    /// Whether an empty `sort` means the newest first.
    pub newest_first: bool,
}

/// Whether leads with a number on the do-not-call list are meant, too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dnc {
    Included,
    LeftOut,
    Only,
    /// Only those of which a required registry cannot say whether it has them.
    Unknown,
    /// Only those of which it is not known whether they may be called at this hour.
    HoursUnknown,
}

/// One key of an order.
#[derive(Debug, Clone)]
pub struct SortBy {
    pub column: LeadColumn,
    pub descending: bool,
}

/// Where a page begins: behind this lead, by where it stands now.
#[derive(Debug, Clone)]
pub struct After {
    id: i64,
    keys: Vec<Cell>,
}

/// How many ids from the newest on are looked through before the engine looks for leads by their values: what either does
/// in some hundredths of a second.
fn newest(conn: &Db) -> i64 {
    match conn {
        Db::Sqlite(_) => 5_000,
        Db::Postgres(_) => 40_000,
    }
}

impl LeadQuery {
    /// Every live lead, by id.
    pub fn all(at: Moment) -> LeadQuery {
        LeadQuery { at, filter: None, deleted: false, dnc: Dnc::Included, sort: Vec::new(), newest_first: false }
    }

    /// How many leads there are.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn count(&self, conn: &mut Db) -> Result<i64, DbError> {
        let rows = self.counting().rows(conn)?;
        Ok(rows.first().and_then(|row| row.at(0).number()).unwrap_or_default())
    }

    /// The statement that counts.
    pub(super) fn counting(&self) -> Statement {
        Statement::new("SELECT count(*) FROM leads WHERE ").then(self.condition())
    }

    /// Finds where a page begins.
    ///
    /// # Errors
    /// The database cannot be read. None: there is no such lead, live or deleted.
    pub fn after(&self, conn: &mut Db, id: i64) -> Result<Option<After>, DbError> {
        let keys = self.sort.iter().map(|by| by.column.sort_key(&self.at));
        let statement = Statement::new("SELECT ")
            .joined(std::iter::once(Statement::new("leads.id")).chain(keys), ", ")
            .sql(" FROM leads WHERE leads.organization_id = ")
            .org(self.at.org)
            .sql(" AND leads.id = ")
            .number(id);
        let row = statement.rows(conn)?.pop();
        Ok(row.map(|Cells(mut cells)| After { id, keys: cells.split_off(1) }))
    }

    /// The ids of the leads in order, at most `limit` of them.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn ids(&self, conn: &mut Db, after: Option<&After>, limit: Option<i64>) -> Result<Vec<i64>, DbError> {
        let behind = after.map(|after| self.behind(after));
        let (Some(limit), true, true, true) = (limit, self.filter.is_some(), self.sort.is_empty(), self.newest_first)
        else {
            return self.ids_where(conn, behind, self.order(), limit);
        };
        // Most filters find a page among the newest leads. For the others the engine is to look for the leads first and
        // sort them then, instead of walking through all leads from the newest on.
        let first = match after {
            Some(after) => Some(after.id),
            None => self.newest_id(conn)?,
        };
        let Some(first) = first else { return Ok(Vec::new()) };
        let edge = first.saturating_sub(newest(conn));
        let also = |condition: Statement| match &behind {
            None => condition,
            Some(behind) => behind.clone().sql(" AND ").then(condition),
        };
        let near = also(Statement::new("leads.id > ").number(edge));
        let mut found = self.ids_where(conn, Some(near), self.order(), Some(limit))?;
        let missing = limit - found.len() as i64;
        if missing > 0 {
            let rest = also(Statement::new("leads.id + 0 <= ").number(edge));
            found.extend(self.ids_where(
                conn,
                Some(rest),
                Statement::new(" ORDER BY leads.id + 0 DESC"),
                Some(missing),
            )?);
        }
        Ok(found)
    }

    fn ids_where(
        &self,
        conn: &mut Db,
        and: Option<Statement>,
        order: Statement,
        limit: Option<i64>,
    ) -> Result<Vec<i64>, DbError> {
        let mut statement = Statement::new("SELECT leads.id FROM leads WHERE ").then(self.condition());
        if let Some(and) = and {
            statement = statement.sql(" AND ").then(and);
        }
        statement = statement.then(order);
        if let Some(limit) = limit {
            statement = statement.sql(" LIMIT ").number(limit);
        }
        let mut ids = Vec::new();
        statement.each_row(conn, |row| -> Result<(), DbError> {
            ids.extend(row.at(0).number());
            Ok(())
        })?;
        Ok(ids)
    }

    fn newest_id(&self, conn: &mut Db) -> Result<Option<i64>, DbError> {
        let statement =
            Statement::new("SELECT max(leads.id) FROM leads WHERE leads.organization_id = ").org(self.at.org);
        Ok(statement.rows(conn)?.first().and_then(|row| row.at(0).number()))
    }

    /// Reads columns of the leads in order, row after row.
    ///
    /// # Errors
    /// Those of `take`, or the database cannot be read.
    pub fn each<E: From<DbError>>(
        &self,
        conn: &mut Db,
        columns: &[LeadColumn],
        after: Option<&After>,
        take: impl FnMut(Cells) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut statement = self.selecting(columns).then(self.condition());
        if let Some(after) = after {
            statement = statement.sql(" AND ").then(self.behind(after));
        }
        statement.then(self.order()).each_row(conn, take)
    }

    /// The keys of the custom fields that the leads have, sorted.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn custom_keys(&self, conn: &mut Db) -> Result<Vec<String>, DbError> {
        let statement = Statement::default()
            .either(
                "SELECT DISTINCT j.key FROM leads, json_each(leads.custom_fields) j WHERE leads.custom_fields <> '{}' AND ",
                "SELECT DISTINCT jsonb_object_keys(leads.custom_fields) FROM leads WHERE leads.custom_fields <> '{}' AND ",
            )
            .then(self.condition());
        let rows = statement.rows(conn)?;
        let mut keys: Vec<String> = rows.iter().filter_map(|row| row.at(0).text()).map(str::to_owned).collect();
        keys.sort_unstable();
        Ok(keys)
    }

    /// Reads columns of these few leads, in the order of their ids here.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn of_ids(&self, conn: &mut Db, columns: &[LeadColumn], ids: &[i64]) -> Result<Vec<Cells>, DbError> {
        let mut found = std::collections::HashMap::with_capacity(ids.len());
        for some in ids.chunks(crate::db::models::IN_LIST) {
            let list = some.iter().map(|id| Statement::default().number(*id));
            let select = columns.iter().map(|column| column.select(&self.at));
            let statement = Statement::new("SELECT ")
                .joined(std::iter::once(Statement::new("leads.id")).chain(select), ", ")
                .sql(" FROM leads WHERE leads.organization_id = ")
                .org(self.at.org)
                .sql(" AND leads.id IN (")
                .joined(list, ", ")
                .sql(")");
            for Cells(mut cells) in statement.rows(conn)? {
                let rest = cells.split_off(1);
                found.extend(cells.first().and_then(Cell::number).map(|id| (id, Cells(rest))));
            }
        }
        Ok(ids.iter().filter_map(|id| found.remove(id)).collect())
    }

    fn selecting(&self, columns: &[LeadColumn]) -> Statement {
        let columns = columns.iter().map(|column| column.select(&self.at));
        Statement::new("SELECT ").joined(columns, ", ").sql(" FROM leads WHERE ")
    }

    /// The condition on a row of `leads`.
    pub fn condition(&self) -> Statement {
        let searched = match &self.filter {
            None => Statement::new("leads.organization_id = ").org(self.at.org),
            Some(filter) => filter.search(&self.at),
        };
        let condition = searched.sql(match self.deleted {
            true => " AND leads.deleted_at IS NOT NULL",
            false => " AND leads.deleted_at IS NULL",
        });
        match self.dnc {
            Dnc::Included => condition,
            // The status, too: an entry that another program wrote may have no other spellings yet.
            Dnc::LeftOut => {
                condition.sql(" AND leads.status <> 'dnc' AND ").then(listed::condition(false, false, &self.at))
            }
            Dnc::Only => {
                let listed = listed::condition(true, false, &self.at);
                condition.sql(" AND (leads.status = 'dnc' OR ").then(listed).sql(")")
            }
            Dnc::Unknown => condition.sql(" AND leads.status <> 'dnc' AND ").then(listed::unknown(&self.at)),
            Dnc::HoursUnknown => condition.sql(" AND ").then(hours::unknown(&self.at)),
        }
    }

    fn ids_descend(&self) -> bool {
        self.sort.first().map_or(self.newest_first, |by| by.descending)
    }

    fn order(&self) -> Statement {
        let direction = |descending: bool| if descending { " DESC" } else { "" };
        let mut keys = Vec::new();
        for by in &self.sort {
            if by.column.may_be_empty() {
                keys.push(Statement::new("(").then(by.column.sort_key(&self.at)).sql(") IS NULL"));
            }
            keys.push(by.column.sort_key(&self.at).sql(direction(by.descending)));
        }
        keys.push(Statement::new("leads.id").sql(direction(self.ids_descend())));
        Statement::new(" ORDER BY ").joined(keys, ", ")
    }

    /// The leads that come behind one: equal in the first keys and behind it in the next, or equal in all and with a
    /// later id.
    fn behind(&self, after: &After) -> Statement {
        let mut ways = Vec::new();
        let mut equal: Vec<Statement> = Vec::new();
        for (by, key) in self.sort.iter().zip(&after.keys) {
            let column = || by.column.sort_key(&self.at);
            match bound(by.column.shape, key) {
                None => equal.push(Statement::new("(").then(column()).sql(") IS NULL")),
                Some(value) => {
                    let mut way = equal.clone();
                    let beyond = if by.descending { " < " } else { " > " };
                    let mut behind = Statement::new("(").then(column()).sql(beyond).then(value.clone());
                    if by.column.may_be_empty() {
                        behind = behind.sql(" OR (").then(column()).sql(") IS NULL");
                    }
                    way.push(behind.sql(")"));
                    ways.push(way);
                    equal.push(column().sql(" = ").then(value));
                }
            }
        }
        let beyond = if self.ids_descend() { "leads.id < " } else { "leads.id > " };
        equal.push(Statement::new(beyond).number(after.id));
        ways.push(equal);
        let ways = ways.into_iter().map(|way| Statement::new("(").joined(way, " AND ").sql(")"));
        Statement::new("(").joined(ways, " OR ").sql(")")
    }
}

fn bound(shape: Shape, key: &Cell) -> Option<Statement> {
    match (shape, key) {
        (_, Cell::Empty) => None,
        (Shape::Time, Cell::Number(micros)) => Some(Statement::default().time(Timestamp::from_micros(*micros))),
        (Shape::Date, Cell::Text(day)) => day.parse().ok().map(|day| Statement::default().date(day)),
        (_, Cell::Number(number)) => Some(Statement::default().number(*number)),
        (_, Cell::Text(text)) => Some(Statement::default().text(text)),
    }
}
