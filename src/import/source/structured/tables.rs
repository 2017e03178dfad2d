//! The table of a file that is wanted, among several.

use std::collections::HashMap;

use super::super::budget::{cut, some, some_names};
use super::super::readable::Readable;
use super::form::SAVE_AS;
use super::store;
use crate::import::ImportError;
use crate::import::row::Row;

/// What a walk through a file meets: a row of the table with this place, counted from 0. Its name is told with its first row.
pub(super) struct Met<'a> {
    pub table: usize,
    pub name: &'a str,
    pub row: &'a Row,
    pub is_hidden: bool,
}

/// Walks through all rows of all tables.
pub(super) type Walk<'a> =
    dyn Fn(&Readable, &mut dyn FnMut(Met<'_>) -> Result<(), ImportError>) -> Result<(), ImportError> + 'a;

/// The rows of a table.
pub(super) struct Table {
    pub name: String,
    pub rows: Readable,
    /// The number of its last row.
    pub count: u64,
    pub notices: Vec<String>,
}

struct Seen {
    name: String,
    place: usize,
    rows: u64,
}

/// Lays out the table that was asked for, or the only one with rows.
///
/// # Errors
/// There is no such table, or several hold rows.
pub(super) fn laid_out(file: &Readable, sheet: Option<&str>, walk: &Walk<'_>) -> Result<Table, ImportError> {
    let (mut seen, mut places): (Vec<Seen>, HashMap<usize, usize>) = (Vec::new(), HashMap::new());
    walk(file, &mut |met| {
        if met.row.is_blank() {
            return Ok(());
        }
        match places.get(&met.table).and_then(|at| seen.get_mut(*at)) {
            Some(seen) => seen.rows += 1,
            None => {
                places.insert(met.table, seen.len());
                seen.push(Seen { name: met.name.to_owned(), place: met.table, rows: 1 });
            }
        }
        Ok(())
    })?;
    seen.sort_by_key(|seen| seen.place);
    let chosen = choose(file, &seen, sheet)?;
    let (mut count, mut hidden) = (0, 0);
    let rows = Readable::copied(&file.name, |out| {
        let mut out = std::io::BufWriter::new(out);
        walk(file, &mut |met| {
            if met.table != chosen.place {
                return Ok(());
            }
            count = met.row.number;
            hidden += u64::from(met.is_hidden);
            store::write(&mut out, file, met.row)
        })?;
        let full = |e: std::io::Error| ImportError::read_with(&file.name, e.to_string(), "make room, or set TMPDIR");
        std::io::Write::flush(&mut out).map_err(full)
    })?;
    let notices = match hidden {
        0 => Vec::new(),
        1 => vec!["1 hidden row is read like the others".to_owned()],
        hidden => vec![format!("{hidden} hidden rows are read like the others")],
    };
    Ok(Table { name: chosen.name.clone(), rows, count, notices })
}

fn choose<'a>(file: &Readable, seen: &'a [Seen], wanted: Option<&str>) -> Result<&'a Seen, ImportError> {
    let names: Vec<&str> = seen.iter().map(|seen| seen.name.as_str()).collect();
    if let Some(wanted) = wanted {
        let place = wanted.parse::<usize>().ok().and_then(|place| place.checked_sub(1));
        let chosen = seen.iter().find(|seen| seen.name == wanted);
        return chosen.or_else(|| seen.iter().find(|seen| Some(seen.place) == place)).ok_or_else(|| {
            ImportError::read_with(
                &file.name,
                format!("it has no table `{wanted}` with rows"),
                format!("its tables: {}", some_names(&names)),
            )
        });
    }
    match seen {
        [only] => Ok(only),
        [] => Err(ImportError::read_with(&file.name, "it holds no table with rows", SAVE_AS)),
        several => {
            let list = several.iter().map(|seen| format!("`{}` ({} rows)", cut(&seen.name), seen.rows));
            Err(ImportError::read_with(
                &file.name,
                format!("several of its tables hold rows: {}", some(list)),
                format!("choose one, for example --sheet '{}'", names[0]),
            ))
        }
    }
}
