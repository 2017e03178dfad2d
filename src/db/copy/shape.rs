//! The tables of both databases as they are: the columns that they have in common are all of them, or there is no copy.

use std::collections::BTreeMap;

use diesel::prelude::*;
use diesel::sql_types::{Bool, Text};

use super::error::{BadValue, CopyError};
use crate::db::catalogue::{Table, Tenant, tables};
use crate::db::statement::quoted;
use crate::db::{Db, DbError};
use crate::domain::canonical::kind::Kind;
use crate::domain::canonical::value::Value;

/// A table to be copied.
#[derive(Debug)]
pub(super) struct Shape {
    pub name: &'static str,
    pub tenant: Tenant,
    pub columns: Vec<Column>,
    /// Where the columns stand that tell its rows apart.
    pub key: Vec<usize>,
    /// Where the column stands that the engine numbers.
    pub serial: Option<usize>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Column {
    pub name: String,
    pub kind: Kind,
    is_numbered: bool,
}

impl Shape {
    pub fn kinds(&self) -> Vec<Kind> {
        self.columns.iter().map(|column| column.kind).collect()
    }

    /// The names of its columns, as SQL lists them.
    pub fn column_list(&self) -> String {
        self.columns.iter().map(|column| quoted(&column.name)).collect::<Vec<_>>().join(", ")
    }

    /// Where a column stands.
    pub fn place_of(&self, column: &str) -> Option<usize> {
        self.columns.iter().position(|it| it.name == column)
    }

    /// A row as an error names it.
    pub fn row_name(&self, row: &[Value]) -> String {
        let value = |place: &usize| Some(format!("{} {}", self.columns.get(*place)?.name, row.get(*place)?));
        let key: Vec<String> = self.key.iter().filter_map(value).collect();
        format!("{}, row {}", self.name, key.join(", "))
    }

    /// The first value of a row that cannot be copied.
    pub fn problem(&self, row: &[Value]) -> Option<BadValue> {
        self.columns.iter().zip(row).find_map(|(column, value)| {
            let problem = column.kind.check(value).err()?;
            Some(BadValue { row: self.row_name(row), column: column.name.clone(), value: value.to_string(), problem })
        })
    }
}

/// The tables of the catalogue in its order, parents before children, as both databases have them.
///
/// # Errors
/// They differ, or have a type of column that no copy knows.
pub(super) fn of_both(source: &mut Db, target: &mut Db) -> Result<Vec<Shape>, CopyError> {
    let (mut of_source, mut of_target) = (live(source)?, live(target)?);
    let is_typed = matches!(source, Db::Postgres(_)) || matches!(target, Db::Sqlite(_));
    tables()
        .map(|table| {
            let differ = |what: &str| CopyError::Schema(format!("{} {what}", table.name));
            let from = of_source.remove(table.name).ok_or_else(|| differ("is missing in the source"))?;
            let to = of_target.remove(table.name).ok_or_else(|| differ("is missing in the target"))?;
            if names(&from) != names(&to) {
                return Err(differ(&format!(
                    "has the columns {} and {}",
                    names(&from).join(", "),
                    names(&to).join(", ")
                )));
            }
            // PostgreSQL has a type for each kind; SQLite only for how it is stored.
            let mut columns = if is_typed { from } else { to };
            columns.sort_by(|one, other| one.name.cmp(&other.name));
            shaped(table, columns)
        })
        .collect()
}

fn names(columns: &[Column]) -> Vec<&str> {
    let mut names: Vec<&str> = columns.iter().map(|column| column.name.as_str()).collect();
    names.sort_unstable();
    names
}

fn shaped(table: &Table, columns: Vec<Column>) -> Result<Shape, CopyError> {
    let mut shape = Shape { name: table.name, tenant: table.tenant, columns, key: Vec::new(), serial: None };
    let organization = (table.tenant == Tenant::Organization).then_some("organization_id");
    shape.key = organization.iter().chain(table.key).filter_map(|column| shape.place_of(column)).collect();
    shape.serial = shape.columns.iter().position(|column| column.is_numbered);
    match shape.key.len() == table.key.len() + organization.iter().len() {
        true => Ok(shape),
        false => Err(CopyError::Schema(format!("{} has not the key that the catalogue says", table.name))),
    }
}

#[derive(QueryableByName)]
struct LiveColumn {
    #[diesel(sql_type = Text)]
    table_name: String,
    #[diesel(sql_type = Text)]
    column_name: String,
    #[diesel(sql_type = Text)]
    type_name: String,
    #[diesel(sql_type = Bool)]
    is_numbered: bool,
}

/// Every column of the schema, by table.
fn live(conn: &mut Db) -> Result<BTreeMap<String, Vec<Column>>, CopyError> {
    let sql = match conn {
        // A whole number that alone is the key is SQLite's own number of the row.
        Db::Sqlite(_) => {
            "SELECT m.name AS table_name, c.name AS column_name, upper(c.type) AS type_name,
                    c.pk = 1 AND upper(c.type) = 'INTEGER'
                        AND NOT EXISTS (SELECT 1 FROM pragma_table_info(m.name) o WHERE o.pk = 2) AS is_numbered
             FROM sqlite_schema m JOIN pragma_table_info(m.name) c WHERE m.type = 'table'"
        }
        Db::Postgres(_) => {
            "SELECT c.relname::text AS table_name, a.attname::text AS column_name, format_type(a.atttypid, NULL) AS type_name,
                    a.attidentity <> '' AS is_numbered
             FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
             WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped"
        }
    };
    let found: Vec<LiveColumn> = diesel::sql_query(sql).load(conn).map_err(DbError::from)?;
    let mut tables: BTreeMap<String, Vec<Column>> = BTreeMap::new();
    for LiveColumn { table_name, column_name, type_name, is_numbered } in found {
        let Some(table) = crate::db::catalogue::table(&table_name) else { continue };
        let is_json = table.text(&column_name).is_some_and(|text| text.is_json);
        let kind = kind(&type_name, is_json)
            .ok_or_else(|| CopyError::Schema(format!("{table_name}.{column_name} has the type {type_name}")))?;
        tables.entry(table_name).or_default().push(Column { name: column_name, kind, is_numbered });
    }
    Ok(tables)
}

/// The kind of a column by what either engine calls its type.
fn kind(type_name: &str, is_json: bool) -> Option<Kind> {
    Some(match type_name {
        "boolean" => Kind::Flag,
        "smallint" => Kind::Whole(2),
        "integer" => Kind::Whole(4),
        "bigint" | "INTEGER" => Kind::Whole(8),
        "TEXT" if is_json => Kind::Json,
        "text" | "TEXT" => Kind::Text,
        "jsonb" => Kind::Json,
        "timestamp with time zone" => Kind::Time,
        "date" => Kind::Date,
        "uuid" => Kind::Uuid,
        "bytea" | "BLOB" => Kind::Bytes,
        _ => return None,
    })
}
