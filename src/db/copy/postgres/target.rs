//! COPY into a table whose name is known only while the program runs.

use std::cell::RefCell;
use std::io::Write;

use diesel::pg::{CopyFormat, CopyTarget, Pg, PgConnection};
use diesel::prelude::*;
use diesel::query_builder::AstPass;
use diesel::sql_types::BigInt;

use crate::db::copy::error::CopyError;
use crate::db::copy::shape::Shape;
use crate::db::statement::quoted;

diesel::table! {
    use diesel::sql_types::BigInt;
    /// Stands for whichever table is filled.
    any_table (id) {
        id -> BigInt,
    }
}

thread_local! {
    /// The table and its columns: Diesel asks the type of a target for them, which has room for no value.
    static TABLE: RefCell<String> = const { RefCell::new(String::new()) };
}

struct AnyTable;

impl CopyTarget for AnyTable {
    type Table = any_table::table;
    type SqlType = BigInt;
    fn walk_target(mut out: AstPass<'_, '_, Pg>) -> QueryResult<()> {
        TABLE.with_borrow(|table| out.push_sql(table));
        Ok(())
    }
}

/// Sends what `send` writes, in COPY's binary format.
///
/// # Errors
/// Those of `send`, or the server refuses a row.
pub(super) fn copy_into(
    conn: &mut PgConnection,
    shape: &Shape,
    send: impl Fn(&mut dyn Write) -> Result<(), CopyError>,
) -> Result<(), CopyError> {
    TABLE.set(format!("{} ({})", quoted(shape.name), shape.column_list()));
    let copy = diesel::copy_from(any_table::table).from_raw_data(AnyTable, send).with_format(CopyFormat::Binary);
    copy.execute(conn).map(|_| ())
}
