//! Workbooks as rows: XLSX and XLSB read cell by cell as a stream, XLS and ODS loaded whole under a cap.

use std::fs::File;
use std::io::BufReader;
use std::sync::{Arc, Mutex, PoisonError};

use calamine::{
    Data, DataRef, Ods, OdsError, Range, Reader, SheetType, SheetVisible, Xls, XlsError, XlsOptions, Xlsb, XlsbError,
    Xlsx, XlsxError,
};

use roaring::RoaringBitmap;

use super::budget::{MAX_COLUMNS, MAX_RECORD, MAX_ROWS, beyond_sheet, cut, too_large};
use super::format::WorkbookKind;
use super::header::HeaderSearch;
use super::readable::Readable;
use super::records::looks::Looks;
use super::typed::address::{cell_address, column_letters};
use super::typed::format::Shape;
use super::typed::page::Texts;
use super::typed::rows::RowAssembler;
use super::typed::{Extras, ExtrasOfSheets, Look, container, extent, xlsx};
use super::{Format, Item, Sink, SourceOptions, Text, archive, guard, sheets};
use crate::domain::invisible;
use crate::import::ImportError;
use crate::import::row::{CellKind, ProblemKind, Row, RowProblem};
use crate::system::panics::quietly;

/// A workbook that was opened for its header and waits for the reading of its rows.
#[derive(Default)]
pub(super) struct Opened(Mutex<Option<Book>>);

impl std::fmt::Debug for Opened {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Opened")
    }
}

/// What a file is at which the library panics.
const CONTRADICTION: &str = "its records contradict each other";

/// An open workbook.
pub(super) enum Book {
    Xlsx(Box<Xlsx<BufReader<File>>>),
    Xlsb(Box<Xlsb<BufReader<File>>>),
    Loaded(Arc<Loaded>),
}

/// A tab of a workbook.
#[derive(Debug, Clone)]
pub(super) struct Tab {
    pub name: String,
    pub is_visible: bool,
    /// Whether it is a sheet with cells; a chart is none.
    pub has_cells: bool,
}

/// The sheets of a workbook that the library cannot stream.
pub(super) struct Loaded {
    tabs: Vec<Tab>,
    ranges: Vec<Range<Data>>,
}

/// Looks at a workbook once: which sheet, where its header is, how many rows. Returns where they are to be read, too: in a mended copy, if
/// the library cannot read the file as it is.
///
/// # Errors
/// The workbook is damaged, has no rows, or several sheets with rows and none was named.
pub(super) fn open(
    file: &Readable,
    kind: WorkbookKind,
    options: &SourceOptions,
) -> Result<(Text, Readable, Opened), ImportError> {
    let mut file = file.clone();
    let mut checked = None;
    let (mut of_places, mut of_names) = (Vec::new(), ExtrasOfSheets::new());
    let mut texts = None;
    match kind {
        WorkbookKind::Xls => {
            file = container::mended(&file)?.unwrap_or(file);
            let found = guard::check_xls(&file)?;
            if !found.extents.is_empty() {
                file = container::blanked(&file, found.stream, &found.extents)?;
            }
            (of_places, texts) = (found.extras, Some(found.texts));
        }
        WorkbookKind::Xlsx | WorkbookKind::Xlsb => {
            let found = archive::check(&file, kind)?;
            if !found.mended.is_empty() {
                file = extent::copy(&file, &found.mended)?;
            }
            checked = Some(found);
        }
        WorkbookKind::Ods => of_names = guard::check_ods(&file, archive::check(&file, kind)?.held)?,
    }
    let file = file;
    let mut book = Book::open(&file, kind, texts)?;
    let chosen = sheets::choose(&file, &mut book, options.sheet.as_deref())?;
    let extras = match kind {
        WorkbookKind::Xlsx => match checked {
            Some(checked) => xlsx::read(&file, &checked.main, &chosen.name, &checked.special)?,
            None => Extras::default(),
        },
        WorkbookKind::Ods => of_names.remove(&chosen.name).unwrap_or_default(),
        WorkbookKind::Xls => {
            let mut of_tabs = book.tabs().into_iter().zip(of_places);
            of_tabs.find(|(tab, _)| tab.name == chosen.name).map(|(_, extras)| extras).unwrap_or_default()
        }
        // The library tells nothing beyond the values.
        WorkbookKind::Xlsb => Extras::default(),
    };
    let mut search = HeaderSearch::new(options);
    let mut rows = RowAssembler::below(MAX_COLUMNS);
    let declared = book.each_cell(&file, &chosen.name, &extras, &mut |position, value, look| {
        Ok(add(&file, &chosen.name, &mut rows, position, value, look)?.is_none_or(|row| search.take(row)))
    })?;
    if let Some(row) = rows.finish() {
        search.take(row);
    }
    let Some(header) = search.finish(&file.name)? else {
        return Err(ImportError::read(&file.name, format!("its sheet `{}` is empty", chosen.name)));
    };
    if let Some(column) = (0..header.row.len()).find(|index| header.row.kind(*index) == CellKind::Formula) {
        let cell = cell_address(&chosen.name, column, header.row.number);
        let reason = format!("its header {cell} is a formula whose result is not stored");
        return Err(ImportError::read_with(&file.name, reason, "open the file in a spreadsheet program and save it"));
    }
    let mut headers: Vec<String> = header.row.cells().map(|cell| invisible::trim(cell).to_owned()).collect();
    while headers.last().is_some_and(String::is_empty) {
        headers.pop();
    }
    let text = Text {
        format: Format::Workbook { kind, sheet: chosen.name },
        headers,
        header_number: header.row.number,
        header: Default::default(),
        preamble: header.preamble,
        left_out: chosen.left_out,
        notices: Vec::new(),
        looks: Looks::default(),
        extras,
        estimated_rows: declared.min(MAX_ROWS).saturating_sub(header.row.number),
        sha256: None,
    };
    Ok((text, file, Opened(Mutex::new(Some(book)))))
}

/// Where the rows of a sheet are.
pub(super) struct Place<'a> {
    pub kind: WorkbookKind,
    pub sheet: &'a str,
    pub header_number: u64,
    /// The columns of the header.
    pub width: usize,
    pub extras: &'a Extras,
}

/// Reads every row after the header.
///
/// # Errors
/// The sheet is damaged, or the sink's own error.
pub(super) fn read(
    file: &Readable,
    opened: &Opened,
    place: &Place<'_>,
    sink: &mut Sink<'_>,
) -> Result<(), ImportError> {
    let mut book = opened.take(file, place.kind)?;
    let mut rows = RowAssembler::below(place.width);
    // Rows may stand in the file in any order.
    let (mut last, mut seen) = (place.header_number, RoaringBitmap::new());
    let mut take = |row: Row| {
        if row.number <= place.header_number {
            return Ok(());
        }
        last = last.max(row.number);
        match u32::try_from(row.number).is_ok_and(|number| seen.insert(number)) {
            true => deliver(row, place.width, sink),
            false => {
                let remedy = "open the file in a spreadsheet program and save it";
                let text = format!("stands in a further piece of row {}", row.number);
                let problem = RowProblem::of_row(ProblemKind::RaggedRow, row.cell(0), text, remedy);
                sink(Item::Broken(row, problem))
            }
        }
    };
    book.each_cell(file, place.sheet, place.extras, &mut |position, value, look| {
        add(file, place.sheet, &mut rows, position, value, look)?.map_or(Ok(()), &mut take).map(|()| true)
    })?;
    rows.finish().map_or(Ok(()), take)?;
    match (last - place.header_number).saturating_sub(seen.len()) {
        0 => Ok(()),
        blank => sink(Item::Blank(blank)),
    }
}

/// Puts a cell to its row; returns the row before when the cell begins another.
fn add(
    file: &Readable,
    sheet: &str,
    rows: &mut RowAssembler,
    (row, column): (u32, u32),
    value: &DataRef<'_>,
    look: Look<'_>,
) -> Result<Option<Row>, ImportError> {
    if u64::from(row) >= MAX_ROWS || column as usize >= MAX_COLUMNS {
        return Err(beyond_sheet(&file.name, &cell_address(&cut(sheet), column as usize, u64::from(row) + 1)));
    }
    let before = rows.add((row, column), value, look);
    match rows.size() > MAX_RECORD {
        true => Err(too_large(&file.name, &format!("row {} of its sheet `{}`", u64::from(row) + 1, cut(sheet)))),
        false => Ok(before),
    }
}

impl Opened {
    /// The workbook: the one that waits, or another one. What is in memory anyway goes on waiting for others.
    fn take(&self, file: &Readable, kind: WorkbookKind) -> Result<Book, ImportError> {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match waiting.take() {
            Some(Book::Loaded(loaded)) => {
                *waiting = Some(Book::Loaded(loaded.clone()));
                Ok(Book::Loaded(loaded))
            }
            Some(book) => Ok(book),
            None => Book::open(file, kind, None),
        }
    }
}

impl Book {
    /// Opens a workbook; of one that is loaded whole, which is opened once, `texts` says how its texts are written.
    pub fn open(file: &Readable, kind: WorkbookKind, texts: Option<Texts>) -> Result<Book, ImportError> {
        let input = BufReader::new(file.open()?);
        // The library has been known to panic over damaged files; such a file gets a plain error like any other.
        let opened = quietly(move || match kind {
            WorkbookKind::Xlsx => Xlsx::new(input).map(|book| Book::Xlsx(Box::new(book))).map_err(Damage::from),
            WorkbookKind::Xlsb => Xlsb::new(input).map(|book| Book::Xlsb(Box::new(book))).map_err(Damage::from),
            WorkbookKind::Xls => {
                let mut options = XlsOptions::default();
                options.force_codepage = texts.map(Texts::read_as);
                let book = Xls::new_with_options(input, options).map_err(Damage::from);
                book.map(|mut book| Book::Loaded(Arc::new(Loaded::of(&mut book).decoded(texts))))
            }
            WorkbookKind::Ods => {
                Ods::new(input).map_err(Damage::from).map(|mut book| Book::Loaded(Arc::new(Loaded::of(&mut book))))
            }
        });
        opened.unwrap_or_else(|_| Err(Damage::Broken(CONTRADICTION.into()))).map_err(|e| e.of(file))
    }

    /// The tabs in the order of the workbook.
    pub fn tabs(&self) -> Vec<Tab> {
        match self {
            Book::Xlsx(book) => tabs_of(&**book),
            Book::Xlsb(book) => tabs_of(&**book),
            Book::Loaded(loaded) => loaded.tabs.clone(),
        }
    }

    /// Calls `each` with the cells of a sheet, row by row, until it returns false; returns how many rows the sheet
    /// declares to have.
    pub fn each_cell(
        &mut self,
        file: &Readable,
        sheet: &str,
        extras: &Extras,
        each: &mut EachCell<'_>,
    ) -> Result<u64, ImportError> {
        match self {
            Book::Xlsx(book) => {
                let mut cells = quietly(|| book.worksheet_cells_reader(sheet))
                    .unwrap_or_else(|_| Err(XlsxError::Unexpected(CONTRADICTION)))
                    .map_err(|e| Damage::from(e).of(file))?;
                let shapes: Vec<Shape> = cells.styles().iter().map(shape_of).collect();
                // This reader lets numbers overflow.
                while let Some((cell, style)) = quietly(|| cells.next_cell_with_style_id())
                    .unwrap_or(Err(XlsxError::Unexpected(CONTRADICTION)))
                    .map_err(|e| Damage::from(e).of(file))?
                {
                    let look = match extras.look(cell.get_position()) {
                        Look::Plain => shapes.get(style).map_or(Look::Plain, Look::Shaped),
                        look => look,
                    };
                    if !each(cell.get_position(), cell.get_value(), look)? {
                        break;
                    }
                }
                Ok(u64::from(cells.dimensions().end.0) + 1)
            }
            Book::Xlsb(book) => {
                let mut cells = quietly(|| book.worksheet_cells_reader(sheet))
                    .unwrap_or_else(|_| Err(XlsbError::Unrecognized { typ: "sheet", val: cut(sheet) }))
                    .map_err(|e| Damage::from(e).of(file))?;
                let mut last = 0;
                // This reader trusts the lengths of records.
                while let Some(cell) = quietly(|| cells.next_cell())
                    .unwrap_or_else(|_| Err(XlsbError::Unrecognized { typ: "cell", val: format!("after row {last}") }))
                    .map_err(|e| Damage::from(e).of(file))?
                {
                    last = cell.get_position().0 + 1;
                    if !each(cell.get_position(), cell.get_value(), Look::Plain)? {
                        break;
                    }
                }
                Ok(u64::from(cells.dimensions().end.0) + 1)
            }
            Book::Loaded(loaded) => loaded.each_cell(sheet, extras, each),
        }
    }
}

/// Takes a cell at its row and column, both counted from 0; returns whether more are wanted.
pub(super) type EachCell<'a> = dyn FnMut((u32, u32), &DataRef<'_>, Look<'_>) -> Result<bool, ImportError> + 'a;

fn shape_of(style: &calamine::Style) -> Shape {
    let format = style.number_format.as_ref();
    format.map_or(Shape::General, |format| Shape::of(&format.format_code, format.format_id))
}

impl Loaded {
    fn of<R: Reader<BufReader<File>>>(book: &mut R) -> Loaded {
        let tabs = tabs_of(book);
        // The workbook was read as a whole; only a tab without cells has no range.
        let ranges = tabs.iter().map(|tab| book.worksheet_range(&tab.name).unwrap_or_default()).collect();
        Loaded { tabs, ranges }
    }

    /// The same with texts as they are written in.
    fn decoded(mut self, texts: Option<Texts>) -> Loaded {
        let Some(texts) = texts else { return self };
        self.tabs.iter_mut().for_each(|tab| tab.name = texts.decoded(std::mem::take(&mut tab.name)));
        self.ranges.iter_mut().for_each(|range| texts.decode_cells(range));
        self
    }

    fn each_cell(&self, sheet: &str, extras: &Extras, each: &mut EachCell<'_>) -> Result<u64, ImportError> {
        let Some(at) = self.tabs.iter().position(|tab| tab.name == sheet) else { return Ok(0) };
        let Some(range) = self.ranges.get(at) else { return Ok(0) };
        let (first_row, first_column) = range.start().unwrap_or_default();
        // The library passes over cells that are empty, formulas without a stored result among them.
        let mut formulas = extras.formulas_below(0, &|_| true).into_iter().peekable();
        for (row, column, value) in range.used_cells() {
            let text = match value {
                Data::Int(number) => DataRef::Int(*number),
                Data::Float(number) => DataRef::Float(*number),
                Data::String(text) => DataRef::SharedString(text),
                Data::Bool(flag) => DataRef::Bool(*flag),
                Data::DateTime(time) => DataRef::DateTime(*time),
                Data::DateTimeIso(text) => DataRef::DateTimeIso(text.clone()),
                Data::DurationIso(text) => DataRef::DurationIso(text.clone()),
                Data::Error(error) => DataRef::Error(error.clone()),
                Data::Empty => DataRef::Empty,
            };
            // A sheet has far fewer rows and columns than u32 holds.
            let position = (first_row + row as u32, first_column + column as u32);
            while let Some(formula) = formulas.next_if(|formula| *formula <= position) {
                if formula < position && !each(formula, &DataRef::Empty, Look::Formula)? {
                    return Ok(range.end().map_or(0, |(row, _)| u64::from(row) + 1));
                }
            }
            if !each(position, &text, extras.look(position))? {
                return Ok(range.end().map_or(0, |(row, _)| u64::from(row) + 1));
            }
        }
        for formula in formulas {
            if !each(formula, &DataRef::Empty, Look::Formula)? {
                break;
            }
        }
        Ok(range.end().map_or(0, |(row, _)| u64::from(row) + 1))
    }
}

fn tabs_of<R: Reader<BufReader<File>>>(book: &R) -> Vec<Tab> {
    let tab = |sheet: &calamine::Sheet| Tab {
        name: sheet.name.clone(),
        is_visible: sheet.visible == SheetVisible::Visible,
        has_cells: matches!(sheet.typ, SheetType::WorkSheet | SheetType::MacroSheet),
    };
    book.sheets_metadata().iter().map(tab).collect()
}

fn deliver(mut row: Row, width: usize, sink: &mut Sink<'_>) -> Result<(), ImportError> {
    while row.len() < width {
        row.push("");
    }
    match (width..row.len()).find(|&index| !row.cell(index).trim().is_empty()) {
        None if row.contains_nul() => {
            let problem =
                RowProblem::of_row(ProblemKind::NulByte, row.cell(0), "holds the character U+0000", "remove it");
            sink(Item::Broken(row, problem))
        }
        None => sink(Item::Row(row)),
        Some(index) => {
            let column = column_letters(row.beyond.map_or(index, |column| column as usize));
            let text = format!("has the cell `{}` in column {column}, which has no header", row.cell(index));
            let problem = RowProblem::of_row(
                ProblemKind::RaggedRow,
                row.cell(index),
                text,
                "give the column a header, or empty the cell",
            );
            sink(Item::Broken(row, problem))
        }
    }
}

/// Why a workbook cannot be read.
enum Damage {
    Password,
    Broken(String),
}

impl Damage {
    fn of(self, file: &Readable) -> ImportError {
        match self {
            Damage::Password => archive::password(file),
            Damage::Broken(what) => ImportError::read_with(
                &file.name,
                format!("the workbook is damaged or cut off ({what})"),
                "get the file again, or save it anew",
            ),
        }
    }
}

macro_rules! damage_from {
    ($($error:ident),+) => { $(
        impl From<$error> for Damage {
            fn from(error: $error) -> Damage {
                match error {
                    $error::Password => Damage::Password,
                    other => Damage::Broken(other.to_string()),
                }
            }
        }
    )+ };
}
damage_from!(XlsxError, XlsbError, XlsError, OdsError);
