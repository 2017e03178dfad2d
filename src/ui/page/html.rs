//! A page as a web page: one file, without scripts, fonts or pictures from elsewhere; light and dark, and for print.

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::{Bars, Page, Part, Sheet, SheetColumn, Shown};

const STYLE: &str = include_str!("page.css");

pub(super) fn render(page: &Page) -> String {
    let document = html! {
        (DOCTYPE) "\n"
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (Shown(&page.title)) }
                style { "\n" (PreEscaped(STYLE)) }
            }
            "\n"
            body {
                main {
                    h1 { (Shown(&page.title)) }
                    p.subtitle { (Shown(&page.subtitle)) }
                    "\n"
                    @for part in &page.parts {
                        @match part {
                            Part::Bars(bars) => (bars_of(bars)),
                            Part::Sheet(sheet) => (sheet_of(sheet)),
                        }
                    }
                    @if !page.notes.is_empty() {
                        ul.notes { "\n" @for note in &page.notes { li { (Shown(note)) } "\n" } }
                    }
                }
            }
        }
        "\n"
    };
    document.into_string()
}

fn heading(title: &str) -> Markup {
    html! { @if !title.is_empty() { h2 { (Shown(title)) } "\n" } }
}

/// Bars are a table, so that whoever cannot see them reads the figures.
fn bars_of(bars: &Bars) -> Markup {
    html! {
        section {
            (heading(&bars.title))
            div.wide {
                table.bars {
                    thead {
                        tr {
                            th {}
                            @for title in &bars.columns { th.number { (Shown(title)) } }
                            th.track {}
                        }
                    }
                    "\n"
                    tbody {
                        "\n"
                        @for bar in &bars.bars {
                            tr {
                                th scope="row" { (Shown(&bar.label)) }
                                @for figure in &bar.figures { td.number { (Shown(figure)) } }
                                td.track { div.bar style={ "width:" (format_args!("{:.2}", bar.part() * 100.0)) "%" } {} }
                            }
                            "\n"
                        }
                    }
                }
            }
        }
        "\n"
    }
}

fn sheet_of(sheet: &Sheet) -> Markup {
    let class = |column: &SheetColumn| column.is_number.then_some("number");
    html! {
        section {
            (heading(&sheet.title))
            div.wide {
                table {
                    thead {
                        tr {
                            @for column in &sheet.columns {
                                th class=[class(column)] { (Shown(&column.title)) }
                            }
                        }
                    }
                    "\n"
                    tbody {
                        "\n"
                        @for row in &sheet.rows {
                            tr {
                                @for (cell, column) in row.iter().zip(&sheet.columns) {
                                    td class=[class(column)] { (Shown(cell)) }
                                }
                            }
                            "\n"
                        }
                    }
                }
            }
        }
        "\n"
    }
}
