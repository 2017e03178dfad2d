//! Files whose rows are no lines: HTML tables, spreadsheets of Excel 2003 in XML, JSON and vCards. A first pass lays their rows
//! into a private copy, which is read like the rows of a workbook.

mod bounded;
mod decoded;
mod form;
mod html;
mod json;
mod records;
mod sheet2003;
mod shown;
mod store;
mod tables;
mod vcard;

use super::budget::{MAX_COLUMNS, too_wide};
use super::csv;
use super::header::{HeaderSearch, Preamble};
use super::readable::Readable;
use super::records::looks::Looks;
use super::{Format, Item, Sink, SourceOptions, Text};
use crate::domain::text::cell_text;
use crate::import::ImportError;
pub use form::Form;
use records::Records;
use store::Store;

/// What a text is that has no rows of its own.
pub(super) enum Found {
    Form(Form),
    /// What it is, and what to do about it.
    Unsupported(&'static str, &'static str),
}

/// What a file is by how it begins; `None` when that is text of any kind.
///
/// # Errors
/// The file cannot be read.
pub(super) fn found(file: &Readable) -> Result<Option<Found>, ImportError> {
    let (head, beginning) = decoded::beginning(file)?;
    let text = beginning.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
    let lower = text.to_ascii_lowercase();
    let is_json =
        |open: char, inner: &[char]| text.strip_prefix(open).is_some_and(|rest| rest.trim_start().starts_with(inner));
    let is_marked =
        lower.strip_prefix('<').is_some_and(|rest| rest.starts_with(|c: char| matches!(c, '!' | '?' | 'a'..='z')));
    let has = |tag: &str| is_marked && lower.contains(tag);
    Ok(match () {
        () if lower.starts_with("begin:vcard") => Some(Found::Form(Form::VCard)),
        () if is_json('[', &['{', ']']) || is_json('{', &['"', '}']) => Some(Found::Form(Form::Json)),
        // Excel names the schema in its HTML, too.
        () if has("urn:schemas-microsoft-com:office:spreadsheet") && !has("<html") => {
            Some(Found::Form(Form::Sheet2003))
        }
        () if has("<html") || has("<table") || has("<tr") || begins_page(&lower) => Some(Found::Form(Form::Html)),
        () => form::unsupported(&head, text).map(|(what, remedy)| Found::Unsupported(what, remedy)),
    })
}

/// Whether this is how a page begins that may have its table further on.
fn begins_page(lower: &str) -> bool {
    ["<!doctype html", "<meta", "<head", "<body", "<style", "<center", "<div"]
        .iter()
        .any(|word| lower.starts_with(word))
}

/// Lays the rows of a file out; the copy holds them.
///
/// # Errors
/// The file is damaged, holds no rows, or several tables of which none was asked for.
pub(super) fn open(file: &Readable, form: Form, options: &SourceOptions) -> Result<(Text, Readable), ImportError> {
    let (file, encoding) = decoded::in_utf8(file, form, options.encoding)?;
    let sheet = options.sheet.as_deref();
    match form {
        Form::Json => Ok(of_records(form, records::laid_out(&file, &json::each)?)),
        Form::VCard => Ok(of_records(form, records::laid_out(&file, &vcard::each)?)),
        Form::Html => of_tables(&file, form, tables::laid_out(&file, sheet, &html::each)?, options),
        Form::Sheet2003 => of_tables(&file, form, tables::laid_out(&file, sheet, &sheet2003::each)?, options),
    }
    .map(|(mut text, rows)| {
        text.notices.extend(encoding);
        (text, rows)
    })
}

fn of_records(form: Form, records: Records) -> (Text, Readable) {
    let text = Text {
        format: Format::Rows { form, table: None },
        headers: records.names,
        header_number: 0,
        preamble: Preamble::default(),
        header: Default::default(),
        left_out: Vec::new(),
        notices: records.notices,
        looks: Looks::default(),
        extras: Default::default(),
        estimated_rows: records.count,
        sha256: None,
    };
    (text, records.rows)
}

fn of_tables(
    file: &Readable,
    form: Form,
    table: tables::Table,
    options: &SourceOptions,
) -> Result<(Text, Readable), ImportError> {
    let mut search = HeaderSearch::new(options);
    let mut rows = Store::open(&table.rows)?;
    while let Some(row) = rows.next_row()? {
        if !row.is_blank() && !search.take(row) {
            break;
        }
    }
    let Some(header) = search.finish(&file.name)? else {
        return Err(ImportError::read(&file.name, "it holds nothing but blank rows"));
    };
    let header_number = header.row.number;
    if header.row.len() > MAX_COLUMNS {
        return Err(too_wide(&file.name, &format!("the header in row {header_number}")));
    }
    let text = Text {
        format: Format::Rows { form, table: Some(table.name) },
        headers: header.row.cells().map(|cell| cell_text(cell).to_owned()).collect(),
        header_number,
        header: Default::default(),
        preamble: header.preamble,
        left_out: table.left_out,
        notices: table.notices,
        looks: Looks::default(),
        extras: table.extras,
        estimated_rows: table.count.saturating_sub(header_number),
        sha256: None,
    };
    Ok((text, table.rows))
}

/// Reads every row after the header.
///
/// # Errors
/// The copy cannot be read, or the sink's own error.
pub(super) fn read(rows: &Readable, header_number: u64, width: usize, sink: &mut Sink<'_>) -> Result<(), ImportError> {
    let mut rows = Store::open(rows)?;
    // Rows that the file passes over are blank, too.
    let (mut last, mut end) = (header_number, header_number);
    while let Some(mut row) = rows.next_row()? {
        if row.number <= header_number {
            continue;
        }
        end = row.number;
        if row.is_blank() {
            continue;
        }
        match (row.number - last).saturating_sub(1) {
            0 => {}
            blank => sink(Item::Blank(blank))?,
        }
        last = row.number;
        while row.len() < width {
            row.push("");
        }
        match csv::problem_of(&mut row, width) {
            None => sink(Item::Row(row))?,
            Some(problem) => sink(Item::Broken(row, problem))?,
        }
    }
    match end - last {
        0 => Ok(()),
        blank => sink(Item::Blank(blank)),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use proptest::prelude::*;

    use super::super::Source;
    use super::*;
    use crate::import::kinds::leads::fields::recognise;

    const SAMPLES: [&str; 5] = [
        "<table><tr><th colspan=2>Phone<th>City</tr><tr style='display:none'><td rowspan=3 x:num=5>5<td sdval='1e9'>1E+9<table><tr><td>x</table></td></tr><tr><td>&amp;&#x41;<br>b</table>",
        "<?xml version=\"1.0\"?><Workbook xmlns=\"urn:schemas-microsoft-com:office:spreadsheet\"><Styles><Style ss:ID=\"d\"><NumberFormat ss:Format=\"000\"/></Style></Styles>\
         <Worksheet ss:Name=\"a\"><Table><Column ss:StyleID=\"d\" ss:Span=\"3\"/><Row ss:Index=\"2\" ss:Span=\"1\">\
         <Cell ss:MergeAcross=\"3\"><Data ss:Type=\"String\">Phone &lt;</Data></Cell></Row><Row><Cell ss:Index=\"2\"><Data ss:Type=\"Number\">1e3</Data></Cell></Row></Table></Worksheet></Workbook>",
        "[{\"phone\":\"5\",\"a\":{\"b\":[1,\"x\",null]},\"properties\":{\"c\":true}},{\"d\":[{\"value\":1}],\"e\":1e400}]",
        "{\"phone\":1}\n{\"phone\":\"\\ud83d\\ude00\",\"custom_fields\":{\"a\":{}}}\n",
        "BEGIN:VCARD\nVERSION:2.1\nN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:a=3D=\n;b\nitem1.TEL;TYPE=\"a:b\":+1\nADR:;;a\\,b;c\n \nPHOTO:x\nEND:VCARD\n",
    ];

    fn rows_of(bytes: &[u8]) -> Result<(usize, Vec<Vec<String>>), ImportError> {
        let file = tempfile::NamedTempFile::new().unwrap();
        fs::write(file.path(), bytes).unwrap();
        let source = Source::open(file.path(), &SourceOptions { recognise, ..SourceOptions::default() })?;
        let mut rows = Vec::new();
        source.read(&mut |item| {
            if let Item::Row(row) = item {
                rows.push(row.cells().map(str::to_owned).collect());
            }
            Ok(())
        })?;
        Ok((source.headers.len(), rows))
    }

    fn structured_form(bytes: &[u8]) -> bool {
        let file = tempfile::NamedTempFile::new().unwrap();
        fs::write(file.path(), bytes).unwrap();
        matches!(found(&Readable::of_file(file.path()).unwrap()), Ok(Some(Found::Form(_))))
    }

    #[test]
    fn the_samples_are_read() {
        assert!(rows_of(SAMPLES[0].as_bytes()).unwrap_err().to_string().contains("several of its tables"));
        let rows: Vec<_> = SAMPLES[1..].iter().map(|sample| rows_of(sample.as_bytes()).unwrap().1).collect();
        assert_eq!(rows[0], [["", "1000", "", ""]]);
        assert_eq!(rows[1][0], ["5", "1, x", "TRUE", "", ""]);
        assert_eq!(rows[2][1], ["😀"]);
        assert_eq!(rows[3][0], ["a=", "b", "+1", "a,b", "c"]);
    }

    #[test]
    fn spans_leave_the_columns_in_their_places() {
        let page = "<table><tr><td>Phone<td>A<td>B<td>C</tr><tr><td rowspan=2>1<td colspan=2>2<td>3</tr><tr><td>4<td>5<td>6</tr><tr><td>7<td>8</table>";
        let (width, rows) = rows_of(page.as_bytes()).unwrap();
        assert_eq!(width, 4);
        assert_eq!(rows, [["1", "2", "", "3"], ["", "4", "5", "6"], ["7", "8", "", ""]]);
    }

    #[test]
    fn what_is_too_large_is_refused() {
        let wide = format!("<table><tr>{}</tr></table>", "<td colspan=1000>Phone".repeat(40));
        let long = format!("<table><tr><td>Phone<tr><td>{}</table>", "x".repeat(6 << 20));
        let deep = format!("[{}1{}]", "{\"a\":".repeat(300), "}".repeat(300));
        let record = format!("[{{\"phone\":\"{}\"}}]", "5".repeat(6 << 20));
        let card = format!("BEGIN:VCARD\nNOTE:{}\nEND:VCARD\n", "x".repeat(6 << 20));
        let tables = "<table><tr><td>".repeat(5000) + "Phone";
        let many = "<table><tr><td>1</table>".repeat(100_001);
        let gaps =
            SAMPLES[1].replace("<Row>", "<Row ss:Span=\"18446744073709551615\">").replace("</Table>", "<Row/></Table>");
        let columns = SAMPLES[1].replace("<Row>", "<Row><Cell ss:Index=\"18446744073709551615\"/>");
        for (name, text) in [
            ("wide", wide),
            ("long", long),
            ("record", record),
            ("card", card),
            ("tables", tables),
            ("many", many),
            ("gaps", gaps),
            ("columns", columns),
        ] {
            assert!(rows_of(text.as_bytes()).is_err(), "{name}");
        }
        assert!(rows_of(deep.as_bytes()).is_ok());
    }

    proptest! {
        #![proptest_config(match std::env::var_os("PROPTEST_CASES") {
            Some(_) => ProptestConfig::default(),
            None => ProptestConfig::with_cases(300),
        })]

        /// Parts of the samples put together anew end in rows or in an error.
        #[test]
        fn mutated_files_are_read_or_refused(
            sample in 0usize..SAMPLES.len(),
            edits in proptest::collection::vec((any::<proptest::sample::Index>(), any::<proptest::sample::Index>(), 0usize..4, any::<u8>()), 1..6),
        ) {
            let mut bytes = SAMPLES[sample].as_bytes().to_vec();
            for (from, to, kind, byte) in edits {
                let (a, b) = (from.index(bytes.len()), to.index(bytes.len()));
                let (a, b) = (a.min(b), a.max(b));
                match kind {
                    0 => bytes[a] = byte,
                    1 => drop(bytes.drain(a..b)),
                    2 => bytes.extend_from_within(a..b),
                    _ => {
                        let part = bytes[a..b].to_vec();
                        bytes.splice(a..a, part);
                    }
                }
                bytes.truncate(20_000);
                if bytes.is_empty() {
                    bytes.push(b'[');
                }
            }
            let found = structured_form(&bytes);
            if let Ok((width, rows)) = rows_of(&bytes) {
                // What is no form of these any more is text, whose rows may be short.
                prop_assert!(!found || rows.iter().all(|row| row.len() >= width));
            }
        }
    }
}
