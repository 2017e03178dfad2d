use proptest::prelude::*;

use super::*;

/// The number of a record, its cells, and what is wrong with it.
type Read = (u64, Vec<String>, Option<String>);

fn records(text: &str, form: CellForm) -> Result<Vec<Read>, ImportError> {
    let mut reader = RecordReader::over(text.as_bytes(), form);
    let mut rows = Vec::new();
    while let Some(record) = reader.next_record()? {
        let problem = match &record {
            Record::Whole(_) => None,
            Record::Torn(_, problem) => Some(problem.describe()),
        };
        let row = record.row();
        rows.push((row.number, row.cells().map(str::to_owned).collect(), problem));
    }
    Ok(rows)
}

fn usual(delimiter: u8) -> CellForm {
    CellForm { delimiter, quoting: Quoting::Doubled }
}

/// The numbers of the rows, those of torn lines below zero.
fn fates(text: &str) -> Vec<i64> {
    let sign = |(number, _, problem): (u64, _, Option<String>)| number as i64 * if problem.is_some() { -1 } else { 1 };
    records(text, usual(b',')).unwrap().into_iter().map(sign).collect()
}

#[test]
fn records_know_their_lines() {
    let text = "a,b\r\n\r\n\"x\r\ny\",2\n\n3,4";
    let expected = [(1, vec!["a", "b"]), (3, vec!["x\r\ny", "2"]), (6, vec!["3", "4"])];
    let found = records(text, usual(b',')).unwrap();
    assert_eq!(found.len(), 3);
    for ((line, cells, _), (want_line, want)) in found.iter().zip(&expected) {
        assert_eq!((line, cells), (want_line, &want.iter().map(|s| (*s).to_owned()).collect::<Vec<_>>()));
    }
}

#[test]
fn old_mac_line_ends() {
    let found = records("a,b\r1,2\r", usual(b',')).unwrap();
    assert_eq!(found.iter().map(|r| r.1.join("|")).collect::<Vec<_>>(), ["a|b", "1|2"]);
    let numbers = |text: &str| records(text, usual(b',')).unwrap().iter().map(|r| r.0).collect::<Vec<_>>();
    assert_eq!(numbers("a,b\r1,2\r3,4"), [1, 2, 3]);
    assert_eq!(numbers("a,b\r\"x\ry\",2\r3,4\r"), [1, 2, 4]);
    assert_eq!(numbers("a,b\r\r3,4\r"), [1, 3]);
    assert_eq!(numbers("a,b\r\"x\"y,2\r3,4\r5,6\r"), [1, 2, 3, 4]);
    assert_eq!(numbers("a,b\n\"x\ry\",2\n3,4\n"), [1, 2, 3]);
}

#[test]
fn an_open_quote_is_named_by_its_line() {
    let reason = |text: &str| match records(text, usual(b',')) {
        Err(ImportError::Read { reason, .. }) => reason,
        _ => panic!("read"),
    };
    assert_eq!(reason("a,b\n1,\"open\n2,3\n"), "a quoted cell in the row that begins in line 2 is never closed");
    assert_eq!(
        reason("a,b\n\"1\n2\",\"open\n2,3\n"),
        "a quoted cell that opens in line 3, in the row that begins in line 2 is never closed"
    );
}

#[test]
fn a_stray_quote_tears_the_lines_that_it_touches() {
    // The opening quote of a later row ends the cell.
    assert_eq!(fates("n,p\nAnn,\"Roe,1\nBob,Low,2\nCy,\"Dey,3\nDan,Fox\n"), [1, -2, -3, -4, 5]);
    // Text behind the end of a cell in one line.
    assert_eq!(fates("n,p\n\"Best\" Shop,1\nBob,2\n"), [1, -2, 3]);
    // A note with a quote inside goes on below, and its last line could be taken for a row.
    assert_eq!(fates("n,p\n\"she said \"hi\" and\nleft\",2\nBob,3\n"), [1, -2, -3, 4]);
    // Blank lines inside are blank.
    assert_eq!(fates("n,p\nAnn,\"Roe\n\nCy,\"Dey,3\nDan,4\n"), [1, -2, -4, 5]);
    // Old line ends.
    assert_eq!(fates("n,p\rAnn,\"Roe\rCy,\"Dey,3\rDan,4\r").len(), 4);
}

#[test]
fn a_torn_line_says_why() {
    let found = records("n,p\nAnn,\"Roe,1\nCy,\"Dey,3\n", usual(b',')).unwrap();
    assert_eq!(found[1].2.as_deref(), Some("`\"Roe` opens a quoted cell behind whose end stands `Dey,3`"));
    assert_eq!(found[2].2.as_deref(), Some("`\"Dey` belongs to a quoted cell of line 2 that cannot be followed"));
    assert_eq!(found[2].1, ["Cy", "\"Dey", "3"]);
}

fn write(rows: &[Vec<String>], style: csv::QuoteStyle, doubled: bool, delimiter: u8) -> String {
    let mut builder = csv::WriterBuilder::new();
    builder.flexible(true).quote_style(style).double_quote(doubled).escape(b'\\').delimiter(delimiter);
    let mut writer = builder.from_writer(Vec::new());
    rows.iter().for_each(|row| writer.write_record(row).unwrap());
    String::from_utf8(writer.into_inner().unwrap()).unwrap()
}

/// Rows of which each has a number of its own as its last cell.
fn sheet() -> impl Strategy<Value = Vec<Vec<String>>> {
    proptest::collection::vec(proptest::collection::vec("[A-Za-z&. ]{1,8}", 2..3), 2..9).prop_map(|rows| {
        let number = |(n, mut row): (usize, Vec<String>)| {
            row.push(format!("+121255501{n:02}"));
            row
        };
        rows.into_iter().enumerate().map(number).collect()
    })
}

/// What a person can see of a text after reading it: rows, torn lines, or the error that ends the import.
fn seen(text: &str, delimiter: u8) -> Option<Vec<(bool, Vec<String>)>> {
    let mut reader = RecordReader::over(text.as_bytes(), usual(delimiter));
    let header = reader.next_record().ok()??.row();
    reader.looks = Some(looks_of(text.as_bytes(), usual(delimiter), &header));
    let mut rows = Vec::new();
    loop {
        match reader.next_record().ok()? {
            None => return Some(rows),
            Some(Record::Whole(row)) => rows.push((row.len() == 3, row.cells().map(str::to_owned).collect())),
            Some(Record::Torn(row, _)) => rows.push((false, row.cells().map(str::to_owned).collect())),
        }
    }
}

proptest! {
    #[test]
    fn what_a_csv_writer_writes_is_read_back(
        rows in proptest::collection::vec(proptest::collection::vec("[a-z,;\"\\n\\r é]{0,8}", 2..4), 1..8),
        style in prop_oneof![Just(csv::QuoteStyle::Necessary), Just(csv::QuoteStyle::Always), Just(csv::QuoteStyle::NonNumeric)],
        doubled in any::<bool>(),
        delimiter in prop_oneof![Just(b','), Just(b';'), Just(b'\t')],
    ) {
        let text = write(&rows, style, doubled, delimiter);
        let quoting = if doubled { Quoting::Doubled } else { Quoting::Backslash };
        let found = records(&text, CellForm { delimiter, quoting }).unwrap();
        prop_assert_eq!(found.into_iter().map(|row| row.1).collect::<Vec<_>>(), rows);
    }

    #[test]
    fn what_is_written_without_quotes_is_read_back(
        rows in proptest::collection::vec(proptest::collection::vec("[a-z,;\" é\\\\]{1,8}", 2..4), 1..8),
    ) {
        let text = write(&rows, csv::QuoteStyle::Never, true, b'\t');
        let found = records(&text, CellForm { delimiter: b'\t', quoting: Quoting::Never }).unwrap();
        prop_assert_eq!(found.into_iter().map(|row| row.1).collect::<Vec<_>>(), rows);
    }

    #[test]
    fn stray_quotes_lose_no_row(
        rows in sheet(),
        style in prop_oneof![3 => Just(csv::QuoteStyle::Necessary), 1 => Just(csv::QuoteStyle::Always)],
        places in proptest::collection::vec(any::<proptest::sample::Index>(), 1..5),
    ) {
        let mut text = String::from("Name,Company,Phone\n") + &write(&rows, style, true, b',');
        let start = text.find('\n').unwrap_or(0) + 1;
        for place in places {
            let at = start + place.index(text.len() - start);
            text.insert(at, '"');
        }
        let Some(seen) = seen(&text, b',') else { return Ok(()) };
        for row in &rows {
            let number = &row[2];
            let plain = |cell: &String| cell.replace('"', "").trim() == number;
            let told = seen.iter().any(|(good, cells)| match good {
                true => plain(&cells[2]),
                false => cells.iter().any(|cell| cell.replace('"', "").contains(number)),
            });
            prop_assert!(told, "{number} is lost in {text:?}: {seen:?}");
        }
    }

    #[test]
    fn no_text_makes_it_panic(text in "(\\PC|[,;\"\\\\\n\r]){0,200}", quoting in 0usize..3) {
        let quoting = [Quoting::Doubled, Quoting::Backslash, Quoting::Never][quoting];
        let mut reader = RecordReader::over(text.as_bytes(), CellForm { delimiter: b',', quoting });
        while let Ok(Some(_)) = reader.next_record() {}
    }
}
