//! Whether what is stored belongs together: pages, indexes, CHECKs and references.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};

use crate::db::backup::verify;
use crate::db::{Db, DbError};

/// What is wrong with what is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Flaw {
    /// Pages that cannot be read, or do not belong together.
    Page(String),
    /// An index that does not have every row, or has others: it can be built anew.
    Index(String),
    /// Rows that break a CHECK or lack a value.
    Constraint(String),
    /// Rows that refer to rows which are not there.
    Reference(String),
}

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = BigInt)]
    number: i64,
}

#[derive(QueryableByName)]
struct Name {
    #[diesel(sql_type = Text)]
    name: String,
}

/// The most flaws that are told of each kind.
const MOST: usize = 100;

/// Rows of each table that a quick look reads, from both ends.
const ENDS: i64 = 50;

/// Looks at an embedded database for a moment: whether a file of so many bytes has all of its pages, and whether the ends of each table
/// can be read. Nothing is wrong on PostgreSQL, whose server looks for itself.
///
/// # Errors
/// It cannot be read for another reason than damage.
pub fn glance(conn: &mut Db, bytes: u64) -> Result<Vec<Flaw>, DbError> {
    let Db::Sqlite(sqlite) = conn else { return Ok(Vec::new()) };
    let mut flaws = Vec::new();
    let tables =
        "SELECT CASE WHEN wr THEN '\"' || name || '\"' ELSE '\"' || name || '\" ORDER BY rowid DESC' END AS name
         FROM pragma_table_list WHERE schema = 'main' AND type = 'table' ORDER BY pragma_table_list.name";
    // The size comes last: where there is a log, pages may be in it alone.
    let pages = "SELECT page_count * page_size AS number FROM pragma_page_count, pragma_page_size";
    let of_file: Number = diesel::sql_query(pages).get_result(sqlite)?;
    let has_log: Number =
        diesel::sql_query("SELECT count(*) AS number FROM pragma_journal_mode WHERE journal_mode = 'wal'")
            .get_result(sqlite)?;
    if has_log.number == 0 && of_file.number.unsigned_abs() > bytes {
        let lacks = format!("its pages take {} bytes, and the file has {bytes}", of_file.number);
        flaws.push(Flaw::Page(lacks));
    }
    for Name { name } in diesel::sql_query(tables).load::<Name>(sqlite)? {
        let begin = name.strip_suffix(" ORDER BY rowid DESC").map(|name| format!("{name} ORDER BY rowid"));
        for from in begin.into_iter().chain([name]) {
            let rows = format!("SELECT count(*) AS number FROM (SELECT * FROM {from} LIMIT {ENDS})");
            if let Err(e) = diesel::sql_query(rows).get_result::<Number>(sqlite) {
                flaws.push(Flaw::Page(damage(e)?));
            }
        }
    }
    flaws.dedup();
    Ok(flaws)
}

fn damage(error: diesel::result::Error) -> Result<String, DbError> {
    match DbError::from(error) {
        DbError::Damaged { reason, .. } => Ok(reason),
        other => Err(other),
    }
}

/// Reads all of a database: every page, every row by each of its indexes, every constraint and every reference. On PostgreSQL rows are
/// those of the organization that the transaction acts for.
///
/// # Errors
/// It cannot be read for another reason than damage.
pub fn whole(conn: &mut Db) -> Result<Vec<Flaw>, DbError> {
    match conn {
        Db::Sqlite(sqlite) => {
            let found = match verify::findings_up_to(sqlite, MOST) {
                Ok(found) => found,
                Err(e) => vec![damage(e)?],
            };
            let mut flaws: Vec<Flaw> = found.into_iter().map(flaw).collect();
            // What cannot be read leads nowhere.
            if !flaws.iter().any(|flaw| matches!(flaw, Flaw::Page(_))) {
                flaws.extend(verify::orphans(sqlite)?.iter().map(|orphan| Flaw::Reference(orphan.to_string())));
            }
            Ok(flaws)
        }
        Db::Postgres(pg) => broken_rules(pg),
    }
}

/// What a line of `PRAGMA integrity_check` tells of, by the words that SQLite has for rows of an index and for constraints (its
/// `pragma.c`). All others are about pages.
fn flaw(line: String) -> Flaw {
    let is_of_index = line.starts_with("wrong # of entries in index ")
        || line.starts_with("row ")
            && (line.contains(" missing from index ") || line.contains(" values differ from index "))
        || line.starts_with("non-unique entry in index ");
    let is_of_value = line.starts_with("CHECK constraint failed in ")
        || line.starts_with("NULL value in ")
        || line.starts_with("TEXT value in ")
        || line.starts_with("NUMERIC value in ")
        || line.starts_with("non-")
        || line.starts_with("rowid not at end-of-record");
    match (is_of_index, is_of_value) {
        (true, _) => Flaw::Index(line),
        (_, true) => Flaw::Constraint(line),
        _ => Flaw::Page(line),
    }
}

/// A CHECK or a foreign key of PostgreSQL, with the query that counts the rows which break it.
#[derive(QueryableByName)]
struct Rule {
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    query: String,
}

/// The names in these statements are quoted by the server, and conditions are those that it holds itself.
const RULES: &str = "
    SELECT k.contype::text AS kind, c.relname || ': ' || k.conname AS name,
        CASE k.contype
            WHEN 'c' THEN format('SELECT count(*) AS number FROM public.%I WHERE NOT (%s)', c.relname, pg_get_expr(k.conbin, k.conrelid))
            ELSE format('SELECT count(*) AS number FROM public.%I t WHERE %s AND NOT EXISTS (SELECT 1 FROM public.%I o WHERE %s)',
                c.relname,
                (SELECT string_agg(format('t.%I IS NOT NULL', a.attname), ' AND ') FROM pg_attribute a
                 WHERE a.attrelid = k.conrelid AND a.attnum = ANY (k.conkey)),
                (SELECT relname FROM pg_class WHERE oid = k.confrelid),
                (SELECT string_agg(format('o.%I = t.%I', b.attname, a.attname), ' AND ')
                 FROM unnest(k.conkey, k.confkey) AS pair (own, other)
                 JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = pair.own
                 JOIN pg_attribute b ON b.attrelid = k.confrelid AND b.attnum = pair.other))
        END AS query
    FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
    WHERE c.relnamespace = 'public'::regnamespace AND k.contype IN ('c', 'f') ORDER BY 1, 2";

fn broken_rules(pg: &mut PgConnection) -> Result<Vec<Flaw>, DbError> {
    let mut flaws = Vec::new();
    for rule in diesel::sql_query(RULES).load::<Rule>(pg)? {
        let broken: Number = diesel::sql_query(&rule.query).get_result(pg)?;
        let rows = broken.number;
        match (rows, rule.kind.as_str()) {
            (0, _) => {}
            (_, "c") => flaws.push(Flaw::Constraint(format!("{} does not hold for rows: {rows}", rule.name))),
            _ => flaws.push(Flaw::Reference(format!("{} leads nowhere from rows: {rows}", rule.name))),
        }
    }
    Ok(flaws)
}

/// Indexes of PostgreSQL that are not in use, for building them was broken off; with `all`, also those in which `amcheck` finds
/// something wrong, where that is installed and the role may use it.
///
/// # Errors
/// The server cannot be asked.
pub fn indexes(conn: &mut Db, all: bool) -> Result<Vec<Flaw>, DbError> {
    let Db::Postgres(pg) = conn else { return Ok(Vec::new()) };
    let invalid = "SELECT i.relname::text AS name FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid
         WHERE i.relnamespace = 'public'::regnamespace AND NOT (x.indisvalid AND x.indisready) ORDER BY 1";
    let mut flaws: Vec<Flaw> = diesel::sql_query(invalid)
        .load::<Name>(pg)?
        .into_iter()
        .map(|it| Flaw::Index(format!("{} was not built to its end, and is not used", it.name)))
        .collect();
    let amcheck = "SELECT p.oid::regprocedure::text AS name FROM pg_proc p JOIN pg_extension e ON e.extname = 'amcheck'
         JOIN pg_depend d ON d.refobjid = e.oid AND d.objid = p.oid AND d.deptype = 'e'
         WHERE p.proname = 'bt_index_check' AND p.pronargs = 2 AND has_function_privilege(p.oid, 'EXECUTE')";
    let function = match all {
        true => diesel::sql_query(amcheck).load::<Name>(pg)?.pop(),
        false => None,
    };
    let Some(Name { name: function }) = function else { return Ok(flaws) };
    let function = function.split('(').next().unwrap_or_default().to_owned();
    let indexes = "SELECT quote_literal('public.' || quote_ident(i.relname)) AS name FROM pg_index x
         JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_am m ON m.oid = i.relam AND m.amname = 'btree'
         WHERE i.relnamespace = 'public'::regnamespace AND x.indisvalid AND x.indisready ORDER BY 1";
    for Name { name } in diesel::sql_query(indexes).load::<Name>(pg)? {
        let check = format!("SELECT count({function}({name}::regclass, true)) AS number");
        // A failed statement would end the transaction.
        let checked = pg.transaction(|pg| diesel::sql_query(check).get_result::<Number>(pg));
        if let Err(diesel::result::Error::DatabaseError(_, info)) = checked {
            flaws.push(Flaw::Index(info.message().to_owned()));
        }
    }
    Ok(flaws)
}

/// Builds all indexes anew, and returns their names.
///
/// # Errors
/// A unique index would have two equal rows, or the database refuses: on PostgreSQL only the owner may.
pub fn rebuild_indexes(conn: &mut Db) -> Result<Vec<String>, DbError> {
    use diesel::connection::SimpleConnection;
    let names = match conn {
        Db::Sqlite(sqlite) => {
            let names = "SELECT name FROM sqlite_schema WHERE type = 'index' ORDER BY 1";
            let names: Vec<Name> = diesel::sql_query(names).load(sqlite)?;
            sqlite.batch_execute("REINDEX")?;
            names
        }
        Db::Postgres(pg) => {
            let names = "SELECT format('public.%I', i.relname) AS name FROM pg_index x
                 JOIN pg_class i ON i.oid = x.indexrelid WHERE i.relnamespace = 'public'::regnamespace ORDER BY 1";
            let names: Vec<Name> = diesel::sql_query(names).load(pg)?;
            names.iter().try_for_each(|it| pg.batch_execute(&format!("REINDEX INDEX {}", it.name)))?;
            names
        }
    };
    Ok(names.into_iter().map(|it| it.name).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// In the words of SQLite 3.53.
    #[test]
    fn lines_of_integrity_check_are_told_apart() {
        let kind = |line: &str| match flaw(line.to_owned()) {
            Flaw::Page(_) => "page",
            Flaw::Index(_) => "index",
            Flaw::Constraint(_) => "constraint",
            Flaw::Reference(_) => "reference",
        };
        for (line, expected) in [
            ("row 7 missing from index leads_live_email", "index"),
            ("wrong # of entries in index leads_live_email", "index"),
            ("row 7 values differ from index leads_live_email", "index"),
            ("non-unique entry in index sqlite_autoindex_leads_1", "index"),
            ("CHECK constraint failed in leads", "constraint"),
            ("NULL value in leads.uid", "constraint"),
            ("TEXT value in leads.id", "constraint"),
            ("non-INTEGER value in leads.id", "constraint"),
            ("Tree 12 page 40 cell 3: Rowid 9 out of order", "page"),
            ("database disk image is malformed", "page"),
            ("Freelist: size is 3 but should be 2", "page"),
        ] {
            assert_eq!(kind(line), expected, "{line}");
        }
    }
}
