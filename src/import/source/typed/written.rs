//! Random sheets written by a library are read as they were written, cell by cell and with the types.

use proptest::prelude::*;
use rust_xlsxwriter::{Format, Formula, Workbook};

use crate::domain::money::symbol::Symbol;
use crate::import::row::CellKind;
use crate::import::source::{Item, Source, SourceOptions};

/// A cell to be written.
#[derive(Debug, Clone)]
enum Cell {
    Empty,
    Text(String),
    Number(f64),
    Euro(i32),
    Kronor(i32),
    Postal(u32),
    Dialled(u64),
    Boolean(bool),
    Day(u16),
    Formula,
    Computed(i16),
}

const DIALLED: &str = "\"+\"0";
const KRONOR: &str = "[$kr-41D] #,##0.00";

impl Cell {
    fn any() -> impl Strategy<Value = Cell> {
        prop_oneof![
            Just(Cell::Empty),
            "[a-zäß€,;\"' 0-9&<>]{0,12}".prop_map(Cell::Text),
            (-1_000_000i32..1_000_000, 0u32..5)
                .prop_map(|(n, places)| Cell::Number(f64::from(n) / 10f64.powi(places as i32))),
            (0u64..1_000_000_000_000_000).prop_map(|n| Cell::Number(n as f64)),
            any::<i32>().prop_map(Cell::Euro),
            any::<i32>().prop_map(Cell::Kronor),
            (0u32..100_000).prop_map(Cell::Postal),
            (1u64..1_000_000_000_000).prop_map(Cell::Dialled),
            any::<bool>().prop_map(Cell::Boolean),
            (61u16..65_000).prop_map(Cell::Day),
            Just(Cell::Formula),
            (1i16..1000).prop_map(Cell::Computed),
        ]
    }

    fn write(&self, sheet: &mut rust_xlsxwriter::Worksheet, row: u32, column: u16) {
        let format = |code: &str| Format::new().set_num_format(code);
        let mut number = |number: f64, code: &str| {
            sheet.write_number_with_format(row, column, number, &format(code)).unwrap();
        };
        match self {
            Cell::Empty => {}
            Cell::Text(text) => drop(sheet.write_string(row, column, text).unwrap()),
            Cell::Number(value) => drop(sheet.write_number(row, column, *value).unwrap()),
            Cell::Euro(cents) => number(f64::from(*cents) / 100.0, "#,##0.00 \"€\""),
            Cell::Kronor(cents) => number(f64::from(*cents) / 100.0, KRONOR),
            Cell::Postal(code) => number(f64::from(*code), "00000"),
            Cell::Dialled(digits) => number(*digits as f64, DIALLED),
            Cell::Boolean(flag) => drop(sheet.write_boolean(row, column, *flag).unwrap()),
            Cell::Day(serial) => number(f64::from(*serial), "dd/mm/yyyy"),
            // The library stores 0, and asks for the result to be computed.
            Cell::Formula => drop(sheet.write_formula(row, column, "=1+1").unwrap()),
            Cell::Computed(result) => {
                let formula = Formula::new("=1+1").set_result(result.to_string());
                sheet.write_formula(row, column, formula).unwrap();
            }
        }
    }

    /// What is to be read.
    fn read(&self) -> (CellKind, String) {
        let cents = |cents: i32| (f64::from(cents) / 100.0).to_string();
        match self {
            Cell::Empty => (CellKind::Text, String::new()),
            Cell::Text(text) => (CellKind::Text, text.clone()),
            Cell::Number(number) => (CellKind::Number(None), number.to_string()),
            Cell::Euro(amount) => (CellKind::Number(Symbol::of("€")), cents(*amount)),
            Cell::Kronor(amount) => (CellKind::Number(Symbol::of("SEK")), cents(*amount)),
            Cell::Postal(code) => (CellKind::Number(None), format!("{code:05}")),
            Cell::Dialled(digits) => (CellKind::Number(None), format!("+{digits}")),
            Cell::Boolean(flag) => (CellKind::Boolean, flag.to_string().to_uppercase()),
            Cell::Day(serial) => {
                let first = jiff::civil::date(1899, 12, 30);
                (CellKind::Date, (first + jiff::Span::new().days(i64::from(*serial))).to_string())
            }
            Cell::Formula => (CellKind::Formula, String::new()),
            Cell::Computed(result) => (CellKind::Number(None), result.to_string()),
        }
    }
}

const WIDTH: usize = 5;

fn read(rows: &[Vec<Cell>], hidden: &[bool]) -> (Vec<Vec<(CellKind, String)>>, u64) {
    let file = tempfile::NamedTempFile::with_suffix(".xlsx").unwrap();
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    for column in 0..WIDTH {
        sheet.write_string(0, column as u16, format!("Field {column}")).unwrap();
    }
    for ((row, cells), is_hidden) in (1..).zip(rows).zip(hidden) {
        (0..).zip(cells).for_each(|(column, cell)| cell.write(sheet, row, column));
        if *is_hidden {
            sheet.set_row_hidden(row).unwrap();
        }
    }
    workbook.save(file.path()).unwrap();
    let source = Source::open(file.path(), &SourceOptions::default()).unwrap();
    let mut read = vec![Vec::new(); rows.len()];
    source
        .read(&mut |item| {
            if let Item::Row(row) = item {
                read[row.number as usize - 2] =
                    (0..WIDTH).map(|index| (row.kind(index), row.cell(index).to_owned())).collect();
            }
            Ok(())
        })
        .unwrap();
    (read, source.count_special(&|_| true).hidden_rows)
}

proptest! {
    // Each case writes and reads a workbook; PROPTEST_CASES asks for more of them.
    #![proptest_config(match std::env::var_os("PROPTEST_CASES") {
        Some(_) => ProptestConfig::default(),
        None => ProptestConfig::with_cases(48),
    })]

    #[test]
    fn what_was_written_is_read(
        rows in proptest::collection::vec(
            (proptest::collection::vec(Cell::any(), WIDTH), any::<bool>()), 0..8),
    ) {
        let (cells, hidden): (Vec<Vec<Cell>>, Vec<bool>) = rows.into_iter().unzip();
        let (read, hidden_rows) = read(&cells, &hidden);
        let mut filled_and_hidden = 0;
        for ((written, read), is_hidden) in cells.iter().zip(read).zip(hidden) {
            let expected: Vec<_> = written.iter().map(Cell::read).collect();
            match expected.iter().all(|(kind, text)| *kind == CellKind::Text && text.trim().is_empty()) {
                true => prop_assert!(read.is_empty()),
                false => {
                    prop_assert_eq!(read, expected);
                    filled_and_hidden += u64::from(is_hidden);
                }
            }
        }
        // A row of blank texts is hidden, too, and holds something.
        prop_assert!(hidden_rows >= filled_and_hidden);
    }
}
