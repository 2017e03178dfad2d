//! A page as a web page: one file, without scripts, fonts or pictures from elsewhere; light and dark, and for print.

use super::{Bars, Page, Part, Sheet, markup};

const STYLE: &str = include_str!("page.css");

pub(super) fn render(page: &Page) -> String {
    let title = markup(&page.title);
    let mut out = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n\
         <title>{title}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n<main>\n\
         <h1>{title}</h1>\n<p class=\"subtitle\">{}</p>\n",
        markup(&page.subtitle)
    );
    for part in &page.parts {
        match part {
            Part::Bars(bars) => out.push_str(&bars_of(bars)),
            Part::Sheet(sheet) => out.push_str(&sheet_of(sheet)),
        }
    }
    if !page.notes.is_empty() {
        let notes: String = page.notes.iter().map(|note| format!("<li>{}</li>\n", markup(note))).collect();
        out.push_str(&format!("<ul class=\"notes\">\n{notes}</ul>\n"));
    }
    out.push_str("</main>\n</body>\n</html>\n");
    out
}

fn heading(title: &str) -> String {
    match title.is_empty() {
        true => String::new(),
        false => format!("<h2>{}</h2>\n", markup(title)),
    }
}

/// Bars are a table, so that whoever cannot see them reads the figures.
fn bars_of(bars: &Bars) -> String {
    let titles: String =
        bars.columns.iter().map(|title| format!("<th class=\"number\">{}</th>", markup(title))).collect();
    let mut out = format!(
        "<section>\n{}<div class=\"wide\"><table class=\"bars\">\n<thead><tr><th></th>{titles}<th class=\"track\"></th></tr></thead>\n<tbody>\n",
        heading(&bars.title)
    );
    for bar in &bars.bars {
        let figures: String =
            bar.figures.iter().map(|figure| format!("<td class=\"number\">{}</td>", markup(figure))).collect();
        out.push_str(&format!(
            "<tr><th scope=\"row\">{}</th>{figures}<td class=\"track\"><div class=\"bar\" style=\"width:{:.2}%\"></div></td></tr>\n",
            markup(&bar.label),
            bar.part() * 100.0
        ));
    }
    out.push_str("</tbody>\n</table></div>\n</section>\n");
    out
}

fn sheet_of(sheet: &Sheet) -> String {
    let class = |is_number: bool| if is_number { " class=\"number\"" } else { "" };
    let titles: String = sheet
        .columns
        .iter()
        .map(|column| format!("<th{}>{}</th>", class(column.is_number), markup(&column.title)))
        .collect();
    let mut out = format!(
        "<section>\n{}<div class=\"wide\"><table>\n<thead><tr>{titles}</tr></thead>\n<tbody>\n",
        heading(&sheet.title)
    );
    for row in &sheet.rows {
        let cells: String = row
            .iter()
            .zip(&sheet.columns)
            .map(|(cell, column)| format!("<td{}>{}</td>", class(column.is_number), markup(cell)))
            .collect();
        out.push_str(&format!("<tr>{cells}</tr>\n"));
    }
    out.push_str("</tbody>\n</table></div>\n</section>\n");
    out
}
