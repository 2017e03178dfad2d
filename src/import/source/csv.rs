//! Delimited text: its encoding, delimiter and header, and its rows.

use encoding_rs::UTF_8;

use super::budget::{MAX_COLUMNS, some, too_wide};
use super::charsets::TextEncoding;
use super::header::HeaderSearch;
use super::profile::{self, TextError, TextProfile};
use super::readable::Readable;
use super::records::delimiters::{detect_delimiter, unusual_delimiter};
use super::records::looks::Looks;
use super::records::quotes::Quoting;
use super::records::raw::HeaderText;
use super::records::short::{Held, QUOTES_REMEDY, width_of};
use super::records::survey::quoting_of;
use super::records::{CellForm, Record, RecordReader, declared_delimiter, looks_of};
use super::{Format, Item, Sink, Source, SourceOptions, Text, encoding};
use crate::domain::formula::unmark_inside;
use crate::domain::text::cell_text;
use crate::import::ImportError;
use crate::import::row::{ProblemKind, Row, RowProblem};

/// Looks at a whole text file once. What is not UTF-8 is read from a copy that is.
///
/// # Errors
/// The file is no text with a header.
pub(super) fn open(file: &Readable, options: &SourceOptions) -> Result<(Text, Readable), ImportError> {
    let Decoded { file, profile, encoding, notice } = as_utf8(file, options)?;
    let TextProfile { lines, head, sha256, quotes, signs } = profile;
    let delimiter = match options.delimiter {
        Some(c) => u8::try_from(c).ok().filter(u8::is_ascii).ok_or_else(|| {
            ImportError::read_with(&file.name, format!("`{c}` cannot separate cells"), "use one of , ; | or a tab")
        })?,
        None => declared_delimiter(&head).unwrap_or_else(|| detect_delimiter(&head)),
    };
    let (quoting, shown_by) = quoting_of(&file, delimiter, quotes)?;
    let form = CellForm { delimiter, quoting };
    let mut reader = RecordReader::open(&file, form)?;
    let mut search = HeaderSearch::new(options);
    let mut torn = Vec::new();
    while let Some(record) = reader.next_record()? {
        let row = match record {
            Record::Whole(row) => row,
            Record::Torn(row, problem) => {
                if !options.no_header {
                    torn.push((row.number, problem));
                }
                row
            }
        };
        if !row.is_blank() && !search.take(row) {
            break;
        }
    }
    let Some(header) = search.finish(&file.name)? else {
        return Err(ImportError::read(&file.name, "it holds nothing but blank lines"));
    };
    if let Some((line, problem)) = torn.iter().find(|(line, _)| *line == header.row.number) {
        let reason = format!("the header in line {line}: {}", problem.describe());
        return Err(ImportError::read_with(&file.name, reason, problem.remedy.clone()));
    }
    let header_number = header.row.number;
    if header.row.len() > MAX_COLUMNS {
        let what = if options.no_header { "a row".to_owned() } else { format!("the header in line {header_number}") };
        return Err(too_wide(&file.name, &what));
    }
    let width = width_of(&file, form, &header.row)?;
    let text = Text {
        format: Format::Text { cells: form, encoding: encoding::shown(encoding) },
        looks: looks_of(&head, form, &header.row),
        headers: header.row.cells().take(width).map(|cell| cell_text(&unmark_inside(cell)).to_owned()).collect(),
        header_number,
        header: HeaderText::of(&header.row, &head),
        preamble: header.preamble,
        left_out: Vec::new(),
        notices: notice.into_iter().chain(quoting_notice(quoting, shown_by)).chain(signs.notices()).collect(),
        extras: Default::default(),
        estimated_rows: lines.saturating_sub(header_number),
        // The hash of a decoded copy is not the file's.
        sha256: (encoding == PLAIN).then_some(sha256),
    };
    Ok((text, file))
}

impl Source {
    /// A text of which nobody has said what separates its cells, cut by an unusual delimiter that would fit.
    pub fn cut_otherwise(&self, options: &SourceOptions) -> Option<(char, Source)> {
        let Format::Text { encoding, .. } = self.format else { return None };
        let profile = profile::of_text(&self.rows).ok().filter(|_| options.delimiter.is_none())?;
        let delimiter = char::from(unusual_delimiter(&profile.head)?);
        // What is read is UTF-8 by now.
        let options = SourceOptions { delimiter: Some(delimiter), encoding: None, ..options.clone() };
        let (text, rows) = open(&self.rows, &options).ok()?;
        let format = match text.format {
            Format::Text { cells, .. } => Format::Text { cells, encoding },
            other => other,
        };
        let source = Source {
            rows,
            format,
            headers: text.headers,
            header_number: text.header_number,
            header: text.header,
            looks: text.looks,
            ..self.clone()
        };
        Some((delimiter, source))
    }
}

/// Says how cells are quoted, if not in the usual way.
fn quoting_notice(quoting: Quoting, line: Option<u64>) -> Option<String> {
    let place = line.map(|line| format!(", as line {line} shows")).unwrap_or_default();
    match quoting {
        Quoting::Doubled => None,
        Quoting::Backslash => Some(format!("quotes inside cells stand behind a backslash{place}; read so")),
        Quoting::Never => Some(format!("no cell is in quotes{place}; they are read as text")),
    }
}

/// A text in UTF-8.
struct Decoded {
    file: Readable,
    profile: TextProfile,
    /// What it was before.
    encoding: TextEncoding,
    /// Why it was read so, if that is not plain.
    notice: Option<String>,
}

/// The text in UTF-8, by the encoding that was asked for, that its first bytes declare, or that it shows.
fn as_utf8(file: &Readable, options: &SourceOptions) -> Result<Decoded, ImportError> {
    let plain = |error: TextError| match error {
        TextError::NotUtf8(e) | TextError::Other(e) => e,
    };
    let decoded = |encoding, notice| {
        let copy = encoding::in_utf8(file, encoding)?;
        let profile = profile::of_text(&copy).map_err(plain)?;
        Ok(Decoded { file: copy, profile, encoding, notice })
    };
    let asked = options.encoding.or(encoding::declared(&file.head()?));
    if let Some(encoding) = asked.filter(|encoding| *encoding != PLAIN) {
        return decoded(encoding, None);
    }
    match profile::of_text(file) {
        Ok(profile) => Ok(Decoded { file: file.clone(), profile, encoding: PLAIN, notice: None }),
        Err(TextError::NotUtf8(error)) if options.encoding.is_none() => match encoding::detected(file)? {
            Some((encoding, notice)) => decoded(encoding, notice),
            None => Err(encoding::with_another(error, file, PLAIN, true)),
        },
        Err(TextError::NotUtf8(error)) => Err(encoding::with_another(error, file, PLAIN, false)),
        Err(error) => Err(plain(error)),
    }
}

/// What needs no copy.
const PLAIN: TextEncoding = TextEncoding::Standard(UTF_8);

/// Where the rows of a text begin, and how they look.
pub(super) struct Place<'a> {
    pub cells: CellForm,
    pub header_number: u64,
    pub width: usize,
    pub looks: &'a Looks,
}

/// Reads every record after the header.
///
/// # Errors
/// A quoted cell never ends, or the sink's own error.
pub(super) fn read(file: &Readable, place: &Place<'_>, sink: &mut Sink<'_>) -> Result<(), ImportError> {
    let mut reader = RecordReader::open(file, place.cells)?;
    if place.header_number > 0 {
        while reader.next_record()?.is_some_and(|record| record.row().number < place.header_number) {}
    }
    reader.blank_lines = 0;
    reader.looks = Some(place.looks.clone());
    let mut blank = 0;
    let mut held = Held::new(place.width, place.looks);
    while let Some(record) = reader.next_record()? {
        blank += std::mem::take(&mut reader.blank_lines);
        let mut row = match record {
            Record::Whole(row) => row.unmarked(),
            Record::Torn(row, problem) => {
                if blank > 0 {
                    sink(Item::Blank(std::mem::take(&mut blank)))?;
                }
                held.release(None).map_or(Ok(()), |held| sink(item(held)))?;
                sink(Item::Broken(row, *problem))?;
                continue;
            }
        };
        if row.is_blank() {
            blank += 1;
            continue;
        }
        if blank > 0 {
            sink(Item::Blank(std::mem::take(&mut blank)))?;
        }
        held.release(Some(&row)).map_or(Ok(()), |held| sink(item(held)))?;
        match problem_of(&mut row, place.width) {
            None if row.len() < place.width => held.hold(row),
            None => sink(Item::Row(row))?,
            Some(problem) => sink(Item::Broken(row, problem))?,
        }
    }
    held.end(reader.is_cut_off()).map_or(Ok(()), |held| sink(item(held)))?;
    blank += reader.blank_lines;
    if blank > 0 {
        sink(Item::Blank(blank))?;
    }
    Ok(())
}

fn item((row, problem): (Row, Option<RowProblem>)) -> Item {
    match problem {
        None => Item::Row(row),
        Some(problem) => Item::Broken(row, problem),
    }
}

pub(super) fn problem_of(row: &mut Row, width: usize) -> Option<RowProblem> {
    if row.contains_nul() {
        let value = row.cells().find(|cell| cell.contains('\0')).unwrap_or("");
        let remedy = "remove it; the file may be damaged or be UTF-16";
        return Some(RowProblem::of_row(ProblemKind::NulByte, value, "holds the character U+0000", remedy));
    }
    let extra: Vec<&str> = (width..row.len()).map(|i| row.cell(i)).filter(|cell| !cell.trim().is_empty()).collect();
    if extra.is_empty() {
        return None;
    }
    let told = some(extra.iter().map(|cell| format!("`{cell}`")));
    let problem = format!("has cells beyond the {width} of the header: {told}");
    Some(RowProblem::of_row(ProblemKind::RaggedRow, row.cell(0), problem, QUOTES_REMEDY))
}
