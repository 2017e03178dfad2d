//! The texts of all tables, as the catalogue lists them, for the erasure of a person: emptying those of the person's rows,
//! looking through all others, and putting others in their place.

use super::erasures::mark_row;
use crate::db::bulk::Stamp;
use crate::db::catalogue::{OnErase, Table, Tenant, Text};
use crate::db::{Cell, Cells, Db, DbError, OrgId, Statement};

/// What stands between the texts of a row that are looked through together: no text holds it.
pub const BETWEEN: char = '\u{1f}';

/// A row of a table, by the values of its key, in the order of the catalogue.
#[derive(Debug, Clone)]
pub struct RowKey(Vec<Cell>);

impl RowKey {
    /// The number of a row that is named by one.
    pub fn number(&self) -> Option<i64> {
        match self.0.as_slice() {
            [Cell::Number(number)] => Some(*number),
            _ => None,
        }
    }
}

impl std::fmt::Display for RowKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let shown = self.0.iter().map(|cell| match cell {
            Cell::Empty => String::new(),
            Cell::Number(number) => number.to_string(),
            Cell::Text(text) => text.clone(),
        });
        f.write_str(&shown.collect::<Vec<_>>().join(" "))
    }
}

/// Gives all texts of each row, joined by [`BETWEEN`], with the key of the row, in no order.
///
/// # Errors
/// The database cannot be read.
pub fn each(
    conn: &mut Db,
    org: OrgId,
    table: &'static Table,
    mut take: impl FnMut(&RowKey, &str),
) -> Result<(), DbError> {
    let keys = table.key.len();
    let mut select = columns_of(Statement::new("SELECT "), table.key.iter().copied()).sql(", ");
    for (place, text) in table.texts.iter().enumerate() {
        if place > 0 {
            select = select.either(" || char(31) || ", " || chr(31) || ");
        }
        select = select.sql("coalesce(").then(as_text(text)).sql(", '')");
    }
    let rows = of_organization(select.sql(" FROM ").sql(table.name), org, table);
    rows.each_row(conn, |cells: Cells| -> Result<(), DbError> {
        let mut values = cells.0;
        if let Some(Cell::Text(texts)) = values.get(keys).cloned() {
            values.truncate(keys);
            take(&RowKey(values), &texts);
        }
        Ok(())
    })
}

/// A row's label, and its texts in the order of the catalogue.
///
/// # Errors
/// The database cannot be read.
pub fn row(
    conn: &mut Db,
    org: OrgId,
    table: &'static Table,
    key: &RowKey,
) -> Result<Option<(Cell, Vec<Option<String>>)>, DbError> {
    let mut select = Statement::new("SELECT ").sql(table.label.or(table.key.first().copied()).unwrap_or("NULL"));
    for text in table.texts {
        select = select.sql(", ").then(as_text(text));
    }
    let select = of_key(of_organization(select.sql(" FROM ").sql(table.name), org, table), table, key);
    Ok(select.rows(conn)?.pop().map(|cells| {
        let texts = (1..=table.texts.len()).map(|place| cells.at(place).text().map(str::to_owned));
        (cells.at(0).clone(), texts.collect())
    }))
}

/// Puts other texts in place of those of a row. A row of a log is named as one of which an erasure of `lead` changed texts.
///
/// # Errors
/// The database refuses.
pub fn set(
    conn: &mut Db,
    table: &'static Table,
    key: &RowKey,
    texts: Vec<(&'static Text, String)>,
    lead: i64,
    stamp: &Stamp,
) -> Result<(), DbError> {
    if let (true, Some(id)) = (table.is_log(), key.number()) {
        mark_row(conn, stamp.org, table.name, id, lead)?;
    }
    let mut update = Statement::new("UPDATE ").sql(table.name).sql(" SET ");
    for (place, (text, value)) in texts.into_iter().enumerate() {
        update = update.sql(if place > 0 { ", " } else { "" }).sql(text.name).sql(" = ");
        update = match text.is_json {
            true => update.either_of(
                Statement::default().text(value.clone()),
                Statement::default().text(value).sql("::text::jsonb"),
            ),
            false => update.text(value),
        };
    }
    if table.is_versioned() {
        update = update.sql(", version = version + 1, updated_at = ").time(stamp.now);
    }
    of_key(of_organization(update, stamp.org, table), table, key).run(conn)
}

/// Deletes the rows of a table that are parts of these leads. Returns how many there were.
///
/// # Errors
/// The database refuses.
pub fn remove_parts(conn: &mut Db, org: OrgId, table: &'static Table, leads: &[i64]) -> Result<i64, DbError> {
    let rows =
        |verb: &'static str| among(of_organization(Statement::new(verb).sql(table.name), org, table), "lead_id", leads);
    let count = count(conn, rows("SELECT count(*) FROM "))?;
    rows("DELETE FROM ").run(conn)?;
    Ok(count)
}

/// Deletes leads and empties their texts: what stays is their tombstones. Returns how many leads they are.
///
/// # Errors
/// The database refuses.
pub fn bury(conn: &mut Db, table: &'static Table, leads: &[i64], stamp: &Stamp) -> Result<i64, DbError> {
    let buried = emptied(table)
        .sql(", deleted_at = coalesce(deleted_at, ")
        .time(stamp.now)
        .sql("), updated_at = ")
        .time(stamp.now)
        .sql(", version = version + 1");
    among(of_organization(buried, stamp.org, table), "id", leads).run(conn)?;
    Ok(i64::try_from(leads.len()).unwrap_or(i64::MAX))
}

/// Empties the texts of a log's rows that tell of a lead, but for the values of these fields. Returns how many rows they are.
///
/// # Errors
/// The database refuses.
pub fn blank_log(
    conn: &mut Db,
    org: OrgId,
    table: &'static Table,
    lead: i64,
    kept_fields: &[&'static str],
) -> Result<i64, DbError> {
    let about = |statement: Statement| {
        let mut about = of_organization(statement, org, table).sql(" AND lead_id = ").number(lead).sql(" AND (");
        about = about.joined(table.erasable().map(|text| Statement::new(text.name).sql(" IS NOT NULL")), " OR ");
        about = about.sql(")");
        if table.erasable().any(|text| text.on_erase == OnErase::Value) {
            let fields = kept_fields.iter().map(|field| Statement::default().text(*field));
            about = about.sql(" AND field_name NOT IN (").joined(fields, ", ").sql(")");
        }
        about
    };
    let count = count(conn, about(Statement::new("SELECT count(*) FROM ").sql(table.name)))?;
    let mark = Statement::new(
        "INSERT INTO erased_rows (organization_id, table_name, row_id, lead_id) SELECT organization_id, ",
    )
    .text(table.name)
    .sql(", id, lead_id FROM ")
    .sql(table.name);
    about(mark).run(conn)?;
    about(emptied(table)).run(conn)?;
    Ok(count)
}

fn emptied(table: &'static Table) -> Statement {
    let set = table.erasable().map(|text| {
        let empty = match (text.is_required, text.is_json) {
            (false, _) => " = NULL",
            (true, false) => " = ''",
            (true, true) => " = '{}'",
        };
        Statement::new(text.name).sql(empty)
    });
    Statement::new("UPDATE ").sql(table.name).sql(" SET ").joined(set, ", ")
}

fn as_text(text: &'static Text) -> Statement {
    match text.is_json {
        true => Statement::new(text.name).either("", "::text"),
        false => Statement::new(text.name),
    }
}

fn columns_of(statement: Statement, names: impl Iterator<Item = &'static str>) -> Statement {
    statement.joined(names.map(Statement::new), ", ")
}

fn of_organization(statement: Statement, org: OrgId, table: &'static Table) -> Statement {
    match table.tenant {
        Tenant::Organization => statement.sql(" WHERE organization_id = ").org(org),
        Tenant::Everyone => statement.sql(" WHERE id = ").org(org),
    }
}

fn of_key(mut statement: Statement, table: &'static Table, key: &RowKey) -> Statement {
    for (name, cell) in table.key.iter().zip(&key.0) {
        statement = statement.sql(" AND ").sql(name);
        statement = match cell {
            Cell::Empty => statement.sql(" IS NULL"),
            Cell::Number(number) => statement.sql(" = ").number(*number),
            Cell::Text(text) => statement.sql(" = ").text(text.as_str()),
        };
    }
    statement
}

fn among(statement: Statement, column: &'static str, ids: &[i64]) -> Statement {
    let ids = ids.iter().map(|id| Statement::default().number(*id));
    statement.sql(" AND ").sql(column).sql(" IN (").joined(ids, ", ").sql(")")
}

fn count(conn: &mut Db, statement: Statement) -> Result<i64, DbError> {
    Ok(statement.rows(conn)?.first().and_then(|row| row.at(0).number()).unwrap_or_default())
}
