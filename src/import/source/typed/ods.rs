//! What is special of the sheets of an ODS workbook (OpenDocument 1.3, part 3, "Table"), from the elements of its content.

use quick_xml::events::{BytesStart, Event};

use super::format::Shape;
use super::{Extras, ExtrasOfSheets, Merged};
use crate::domain::money::symbol::Symbol;
use crate::import::source::budget::MAX_ROWS;

/// The most special cells of a sheet that are kept.
const MOST: usize = 3_000_000;

/// Takes the elements of a workbook's content as they come.
#[derive(Default)]
pub struct Collector {
    sheets: ExtrasOfSheets,
    table: Option<(String, Extras)>,
    row: u32,
    row_repeats: u32,
    is_hidden: bool,
    is_filled: bool,
    column: u32,
    /// What is special in the row, by column.
    special: Vec<(u32, u32, Special)>,
    cell: Option<Open>,
    /// Inside a comment, whose text is no cell's.
    in_comment: bool,
    in_text: bool,
}

#[derive(Debug, Clone)]
enum Special {
    Formula,
    Money(Symbol),
    Shown(String),
}

/// A cell under way.
#[derive(Default)]
struct Open {
    repeats: u32,
    /// The digits of a whole number.
    digits: Option<String>,
    symbol: Option<Symbol>,
    is_formula: bool,
    text: String,
}

impl Collector {
    /// Takes an element, whose attributes `value` reads by their names.
    pub fn take(&mut self, event: &Event<'_>, value: &dyn Fn(&BytesStart<'_>, &str) -> Option<String>) {
        match event {
            Event::Start(element) => self.begin(element, &|name| value(element, name)),
            Event::Empty(element) => {
                self.begin(element, &|name| value(element, name));
                self.end(element.name().as_ref());
            }
            Event::Text(text) if self.in_text && !self.in_comment => {
                if let Some(cell) = &mut self.cell {
                    cell.text.push_str(text.as_ref());
                }
            }
            Event::End(element) => self.end(element.name().as_ref()),
            _ => {}
        }
    }

    /// The extras of every sheet by its name.
    pub fn finish(self) -> ExtrasOfSheets {
        self.sheets
    }

    fn begin(&mut self, element: &BytesStart<'_>, value: &dyn Fn(&str) -> Option<String>) {
        let count = |name: &str, most: u32| {
            value(name).and_then(|count| count.parse::<u32>().ok()).map_or(1, |count| count.clamp(1, most))
        };
        match element.name().as_ref() {
            "table:table" => {
                self.table = value("table:name").map(|name| (name, Extras::default()));
                self.row = 0;
            }
            "table:table-row" => {
                self.row_repeats = count("table:number-rows-repeated", 1 << 20);
                self.is_hidden =
                    value("table:visibility").is_some_and(|said| matches!(said.as_str(), "collapse" | "filter"));
                (self.is_filled, self.column) = (false, 0);
                self.special.clear();
            }
            "table:table-cell" | "table:covered-table-cell" => {
                self.begin_cell(value, count("table:number-columns-repeated", 1 << 14));
                let (rows, columns) =
                    (count("table:number-rows-spanned", 1 << 20), count("table:number-columns-spanned", 1 << 14));
                if let Some((_, extras)) = &mut self.table
                    && rows > 1
                {
                    extras.merged.push(Merged {
                        rows: (self.row, self.row.saturating_add(rows - 1)),
                        columns: (self.column, self.column.saturating_add(columns - 1)),
                    });
                }
            }
            "office:annotation" => self.in_comment = true,
            "text:p" => self.in_text = true,
            _ => {}
        }
    }

    fn begin_cell(&mut self, value: &dyn Fn(&str) -> Option<String>, repeats: u32) {
        let kind = value("office:value-type").unwrap_or_default();
        let number = value("office:value");
        let has_result = match kind.as_str() {
            "" => false,
            "float" | "currency" | "percentage" => number.is_some(),
            _ => true,
        };
        let is_formula = !has_result && value("table:formula").is_some();
        self.is_filled |= has_result || is_formula;
        self.cell = Some(Open {
            repeats,
            is_formula,
            symbol: if kind == "currency" { value("office:currency").and_then(|code| Symbol::of(&code)) } else { None },
            digits: number.filter(|number| kind == "float" && number.bytes().all(|byte| byte.is_ascii_digit())),
            text: String::new(),
        });
    }

    fn end(&mut self, name: &str) {
        match name {
            "table:table-cell" | "table:covered-table-cell" => {
                let Some(cell) = self.cell.take() else { return };
                let special = match (cell.is_formula, cell.symbol, &cell.digits) {
                    (true, ..) => Some(Special::Formula),
                    (false, Some(symbol), _) => Some(Special::Money(symbol)),
                    (false, None, Some(digits)) if is_fixed(&cell.text, digits) => Some(Special::Shown(cell.text)),
                    _ => None,
                };
                self.special.extend(special.map(|special| (self.column, cell.repeats, special)));
                self.column = self.column.saturating_add(cell.repeats);
            }
            "table:table-row" => self.end_row(),
            "table:table" => self.sheets.extend(self.table.take()),
            "office:annotation" => self.in_comment = false,
            "text:p" => self.in_text = false,
            _ => {}
        }
    }

    fn end_row(&mut self) {
        // What is beyond the last row of a sheet is cut off by the library.
        let rows = self.row..self.row.saturating_add(self.row_repeats).min(MAX_ROWS as u32);
        self.row = rows.end;
        let Some((_, extras)) = &mut self.table else { return };
        if self.is_hidden && self.is_filled {
            extras.hidden.extend(rows.clone());
        }
        for row in rows.take_while(|_| !self.special.is_empty()) {
            for (first, repeats, special) in &self.special {
                for column in *first..first.saturating_add(*repeats) {
                    if extras.formulas.len() + extras.shaped.len() + extras.shown.len() >= MOST {
                        return;
                    }
                    match special {
                        Special::Formula => drop(extras.formulas.insert((row, column))),
                        Special::Money(symbol) => extras.shape((row, column), &Shape::Money(*symbol)),
                        Special::Shown(text) => drop(extras.shown.insert((row, column), text.clone())),
                    }
                }
            }
        }
    }
}

/// Whether a text shows a whole number in fixed digits: with leading zeros, a plus, or a separator that groups no
/// thousands. The file says how a number is shown; which format made it so is not needed.
fn is_fixed(text: &str, digits: &str) -> bool {
    let shown: String = text.chars().filter(char::is_ascii_digit).collect();
    let is_plain =
        text.chars().all(|c| c.is_ascii_digit() || matches!(c, '+' | '-' | '(' | ')' | '/' | ' ' | '\u{a0}'));
    let significant = digits.trim_start_matches('0');
    let is_number =
        shown.trim_start_matches('0') == significant || text.starts_with(['+', '0']) && shown.ends_with(digits);
    is_plain
        && is_number
        && (text.starts_with(['+', '(']) || text.get(1..).is_some_and(|rest| rest.contains(['-', '/'])) || {
            text.len() > 1 && text.starts_with('0')
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn extras(rows: &str) -> Extras {
        let xml = format!("<table:table table:name=\"A\">{rows}</table:table>");
        let mut reader = quick_xml::Reader::from_str(&xml);
        let mut collector = Collector::default();
        let value = |element: &BytesStart<'_>, name: &str| {
            element.try_get_attribute(name).ok()?.map(|attribute| attribute.value.to_string())
        };
        loop {
            match reader.read_event().unwrap() {
                Event::Eof => break,
                event => collector.take(&event, &value),
            }
        }
        collector.finish().remove("A").unwrap()
    }

    fn row(cells: &str) -> Extras {
        extras(&format!("<table:table-row>{cells}</table:table-row>"))
    }

    #[test]
    fn formulas_without_stored_results() {
        let unsaid = [
            "<table:table-cell table:formula=\"of:=1\"/>",
            "<table:table-cell table:formula=\"of:=1\"></table:table-cell>",
            "<table:table-cell office:value-type=\"float\" table:formula=\"of:=1\"/>",
        ];
        for cell in unsaid {
            assert!(row(cell).formulas.contains(&(0, 0)), "{cell}");
        }
        let said = [
            "<table:table-cell table:formula=\"of:=1\" office:value-type=\"float\" office:value=\"1\"/>",
            "<table:table-cell table:formula=\"of:=1\" office:value-type=\"string\"/>",
            "<table:table-cell/>",
        ];
        for cell in said {
            assert!(row(cell).formulas.is_empty(), "{cell}");
        }
        let repeated = extras(
            "<table:table-row table:number-rows-repeated=\"2\"><table:table-cell table:number-columns-repeated=\"3\"/>\
             <table:table-cell table:number-columns-repeated=\"2\" table:formula=\"of:=1\"/></table:table-row>",
        );
        let mut cells: Vec<_> = repeated.formulas.into_iter().collect();
        cells.sort_unstable();
        assert_eq!(cells, [(0, 3), (0, 4), (1, 3), (1, 4)]);
    }

    #[test]
    fn currencies_and_fixed_digits() {
        let money = row(
            "<table:table-cell office:value-type=\"currency\" office:currency=\"EUR\" office:value=\"99.5\"><text:p>99,50 €</text:p></table:table-cell>",
        );
        assert_eq!(money.shapes, [Shape::Money(Symbol::of("EUR").unwrap())]);
        let shown = |number: &str, text: &str| {
            let cell = format!(
                "<table:table-cell office:value-type=\"float\" office:value=\"{number}\"><office:annotation>\
                 <text:p>0</text:p></office:annotation><text:p>{text}</text:p></table:table-cell>"
            );
            row(&cell).shown.remove(&(0, 0))
        };
        for (number, text) in [
            ("2035", "02035"),
            ("4930123456", "+4930123456"),
            ("2125550142", "2125-550-142"),
            ("0", "00000"),
            ("30", "004930"),
        ] {
            assert_eq!(shown(number, text).as_deref(), Some(text), "{text}");
        }
        for (number, text) in
            [("2035", "2035"), ("12125", "12.125"), ("12125", "12 125"), ("5", "0.5"), ("0", "0"), ("7", "02035")]
        {
            assert_eq!(shown(number, text), None, "{text}");
        }
    }

    #[test]
    fn no_row_is_beyond_the_last_one() {
        let row = "<table:table-row table:visibility=\"collapse\" table:number-rows-repeated=\"4294967295\">\
                   <table:table-cell office:value-type=\"string\"/></table:table-row>";
        let found = extras(&row.repeat(50));
        assert_eq!((found.hidden.len() as u64, found.hidden.last().copied()), (MAX_ROWS, Some(MAX_ROWS as u32 - 1)));
    }

    #[test]
    fn hidden_rows_and_merged_cells() {
        let found = extras(
            "<table:table-row table:visibility=\"collapse\"><table:table-cell office:value-type=\"string\"/></table:table-row>\
             <table:table-row table:visibility=\"filter\"><table:table-cell/></table:table-row>\
             <table:table-row><table:table-cell/><table:table-cell table:number-rows-spanned=\"3\" \
             table:number-columns-spanned=\"1\" office:value-type=\"string\"/></table:table-row>",
        );
        assert_eq!(found.hidden, [0]);
        assert_eq!(found.merged, [Merged { rows: (2, 4), columns: (1, 1) }]);
    }
}
