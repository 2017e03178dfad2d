//! The texts of all tables, as the catalogue lists them, for the erasure of a person: emptying those of the person's rows,
//! looking through all others, and putting others in their place.

use super::erasures::mark_row;
use crate::db::Stamp;
use crate::db::catalogue::{Belongs, OnErase, Table, Tenant, Text};
use crate::db::{Cell, Cells, Db, DbError, OrgId, Statement};

/// What stands between the texts of a row that are read together.
const BETWEEN: char = '\u{1f}';

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

/// What there is of a row.
pub struct Row {
    /// Its lead, or else what a person knows it by.
    pub label: Cell,
    /// Its texts, in the order of the catalogue.
    pub texts: Vec<Option<String>>,
}

/// The texts of a row, as they are looked through: one for each text of the table, JSON as what it says.
pub struct Texts<'a> {
    pub of_row: Vec<(&'static Text, std::borrow::Cow<'a, str>)>,
}

/// Gives the texts of each row with the key of the row, in no order.
///
/// # Errors
/// The database cannot be read.
pub fn each(
    conn: &mut Db,
    org: OrgId,
    table: &'static Table,
    mut take: impl FnMut(&RowKey, &Texts<'_>),
) -> Result<(), DbError> {
    let keys = table.key.len();
    let mut select =
        Statement::new("SELECT ").joined(table.key.iter().map(|name| Statement::new(name)), ", ").sql(", ");
    for (place, text) in table.texts.iter().enumerate() {
        if place > 0 {
            select = select.either(" || char(31) || ", " || chr(31) || ");
        }
        // One cell for all texts is read in half the time. What stands between them is no part of them, but where another program
        // wrote it.
        let one = Statement::new("replace(coalesce(").then(as_text(text)).sql(", '')");
        select = select.then(one).either(", char(31), ' ')", ", chr(31), ' ')");
    }
    let rows = of_organization(select.sql(" FROM ").sql(table.name), org, table);
    rows.each_row(conn, |cells: Cells| -> Result<(), DbError> {
        let mut values = cells.0;
        if let Some(Cell::Text(joined)) = values.get(keys).cloned() {
            values.truncate(keys);
            let texts = table.texts.iter().zip(joined.split(BETWEEN)).filter(|(_, value)| !value.is_empty());
            let of_row = texts.map(|(text, value)| (text, said(text, value))).collect();
            take(&RowKey(values), &Texts { of_row });
        }
        Ok(())
    })
}

/// What a text says: of JSON its keys and texts, line by line, without what it is written with.
pub fn said<'a>(text: &Text, value: &'a str) -> std::borrow::Cow<'a, str> {
    match text.is_json && value.contains('\\') {
        true => match serde_json::from_str::<serde_json::Value>(value) {
            Ok(json) => words_of(&json, Keys::Included).into(),
            Err(_) => value.into(),
        },
        false => value.into(),
    }
}

/// Whether the keys of a JSON value count among its texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keys {
    Included,
    LeftOut,
}

/// The texts of a JSON value, line by line.
pub fn words_of(json: &serde_json::Value, keys: Keys) -> String {
    use serde_json::Value;
    match json {
        Value::String(text) => format!("{text}\n"),
        Value::Array(items) => items.iter().map(|item| words_of(item, keys)).collect(),
        Value::Object(fields) => {
            let words = |(key, value): (&String, &Value)| {
                let key = match keys {
                    Keys::Included => format!("{key}\n"),
                    Keys::LeftOut => String::new(),
                };
                key + &words_of(value, keys)
            };
            fields.iter().map(words).collect()
        }
        Value::Number(number) => format!("{number}\n"),
        Value::Null | Value::Bool(_) => String::new(),
    }
}

/// Gives the names of each lead, as they are written in one.
///
/// # Errors
/// The database cannot be read.
pub fn each_name(conn: &mut Db, org: OrgId, mut take: impl FnMut(i64, &str)) -> Result<(), DbError> {
    let names = Statement::new(
        "SELECT id, coalesce(first_name, '') || ' ' || coalesce(last_name, '') FROM leads WHERE organization_id = ",
    );
    names.org(org).each_row(conn, |cells: Cells| -> Result<(), DbError> {
        if let (Some(id), Some(name)) = (cells.at(0).number(), cells.at(1).text()) {
            take(id, name);
        }
        Ok(())
    })
}

/// A row's lead, or else its label, and its texts in the order of the catalogue. Who else would change the row waits, on
/// PostgreSQL, until the transaction ends.
///
/// # Errors
/// The database cannot be read.
pub fn row(conn: &mut Db, org: OrgId, table: &'static Table, key: &RowKey) -> Result<Option<Row>, DbError> {
    let label = match table.belongs {
        Belongs::PartOfLead | Belongs::AboutLead => Some("lead_id"),
        _ => table.label,
    };
    let mut select = Statement::new("SELECT ").sql(label.unwrap_or("NULL"));
    for text in table.texts {
        select = select.sql(", ").then(as_text(text));
    }
    let mut select = of_key(of_organization(select.sql(" FROM ").sql(table.name), org, table), table, key);
    // Rows of logs nobody else changes, and the everyday role may not.
    if table.erasable().next().is_some() && !table.opens_for_erasure() {
        select = select.either("", " FOR NO KEY UPDATE");
    }
    Ok(select.rows(conn)?.pop().map(|cells| {
        let texts = (1..=table.texts.len()).map(|place| cells.at(place).text().map(str::to_owned));
        Row { label: cells.at(0).clone(), texts: texts.collect() }
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
    if let (true, Some(id)) = (table.opens_for_erasure(), key.number()) {
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

/// How many rows of a table are parts of these leads.
///
/// # Errors
/// The database cannot be read.
pub fn count_parts(conn: &mut Db, org: OrgId, table: &'static Table, leads: &[i64]) -> Result<i64, DbError> {
    count(conn, parts("SELECT count(*) FROM ", org, table, leads))
}

/// Deletes the rows of a table that are parts of these leads.
///
/// # Errors
/// The database refuses.
pub fn remove_parts(conn: &mut Db, org: OrgId, table: &'static Table, leads: &[i64]) -> Result<(), DbError> {
    parts("DELETE FROM ", org, table, leads).run(conn)
}

fn parts(verb: &'static str, org: OrgId, table: &'static Table, leads: &[i64]) -> Statement {
    among(of_organization(Statement::new(verb).sql(table.name), org, table), "lead_id", leads)
}

/// Deletes leads and empties their texts: what stays is their tombstones.
///
/// # Errors
/// The database refuses.
pub fn bury(conn: &mut Db, table: &'static Table, leads: &[i64], stamp: &Stamp) -> Result<(), DbError> {
    let buried = emptied(table)
        .sql(", deleted_at = coalesce(deleted_at, ")
        .time(stamp.now)
        .sql("), updated_at = ")
        .time(stamp.now)
        .sql(", version = version + 1");
    among(of_organization(buried, stamp.org, table), "id", leads).run(conn)
}

/// How many rows of a log tell of a lead, but for the values of these fields.
///
/// # Errors
/// The database cannot be read.
pub fn count_log(
    conn: &mut Db,
    org: OrgId,
    table: &'static Table,
    lead: i64,
    kept_fields: &[&'static str],
) -> Result<i64, DbError> {
    let counted = Statement::new("SELECT count(*) FROM ").sql(table.name);
    count(conn, about(counted, org, table, lead, kept_fields))
}

/// Empties the texts of a log's rows that tell of a lead, but for the values of these fields.
///
/// # Errors
/// The database refuses.
pub fn blank_log(
    conn: &mut Db,
    org: OrgId,
    table: &'static Table,
    lead: i64,
    kept_fields: &[&'static str],
) -> Result<(), DbError> {
    let mark = Statement::new(
        "INSERT INTO erased_rows (organization_id, table_name, row_id, lead_id) SELECT organization_id, ",
    )
    .text(table.name)
    .sql(", id, lead_id FROM ")
    .sql(table.name);
    // Another erasure may have named the row before.
    let mark = about(mark, org, table, lead, kept_fields)
        .sql(" AND NOT EXISTS (SELECT 1 FROM erased_rows e WHERE e.organization_id = ");
    let mark = mark.org(org).sql(" AND e.table_name = ").text(table.name).sql(" AND e.row_id = ").sql(table.name);
    mark.sql(".id)").run(conn)?;
    about(emptied(table), org, table, lead, kept_fields).run(conn)
}

/// A statement on the rows of a log that tell of a lead.
fn about(
    statement: Statement,
    org: OrgId,
    table: &'static Table,
    lead: i64,
    kept_fields: &[&'static str],
) -> Statement {
    let mut about = of_organization(statement, org, table).sql(" AND lead_id = ").number(lead).sql(" AND (");
    about = about.joined(table.erasable().map(|text| Statement::new(text.name).sql(" IS NOT NULL")), " OR ");
    about = about.sql(")");
    if table.erasable().any(|text| text.on_erase == OnErase::Value) {
        let fields = kept_fields.iter().map(|field| Statement::default().text(*field));
        about = about.sql(" AND field_name NOT IN (").joined(fields, ", ").sql(")");
    }
    about
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
