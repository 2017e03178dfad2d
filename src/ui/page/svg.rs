//! The bars of a page as a picture: one file, light and dark. Its texts are placed by an estimate of their widths that
//! is wide for every usual font.

use maud::{PreEscaped, Render, html};

use super::{Bars, Page, Part, Shown};

const WIDTH: f64 = 960.0;
const MARGIN: f64 = 24.0;
/// Of a bar with the gap below it.
const STEP: f64 = 30.0;
const BAR: f64 = 20.0;
const GAP: f64 = 16.0;
/// Sizes of letters.
const TITLE: f64 = 22.0;
const TEXT: f64 = 14.0;
/// The width of an average letter as a part of its size; most fonts are narrower.
const LETTER: f64 = 0.62;
const LONGEST_LABEL: usize = 32;

const STYLE: &str = "text{font-family:system-ui,sans-serif;fill:#1c2330}.soft{fill:#5b6576}.strong{font-weight:600}\
.paper{fill:#ffffff}.bar{fill:#2f6fde}.track{fill:#eef2f8}\
@media (prefers-color-scheme:dark){text{fill:#e6eaf2}.soft{fill:#9aa5b8}.paper{fill:#12161d}.bar{fill:#6ea3ff}.track{fill:#1d2430}}";

pub(super) fn render(page: &Page) -> String {
    let mut drawing = Drawing { y: MARGIN, out: String::new() };
    drawing.lines(&page.title, TITLE, "strong");
    drawing.lines(&page.subtitle, TEXT, "soft");
    for part in &page.parts {
        if let Part::Bars(bars) = part {
            drawing.bars(bars);
        }
    }
    drawing.y += GAP;
    for note in &page.notes {
        drawing.lines(note, TEXT, "soft");
    }
    let height = drawing.y + MARGIN;
    let document = html! {
        svg xmlns="http://www.w3.org/2000/svg" viewBox={ "0 0 " (WIDTH) " " (whole(height)) } width=(WIDTH) height=(whole(height)) role="img" {
            "\n"
            title { (Shown(&page.title)) }
            "\n"
            style { (PreEscaped(STYLE)) }
            "\n"
            rect.paper width="100%" height="100%" {}
            "\n"
            (PreEscaped(drawing.out))
        }
        "\n"
    };
    document.into_string()
}

/// A coordinate to a tenth of a pixel.
fn tenths(length: f64) -> String {
    format!("{length:.1}")
}

fn whole(length: f64) -> String {
    format!("{length:.0}")
}

struct Drawing {
    /// Where the next thing begins.
    y: f64,
    out: String,
}

impl Drawing {
    /// A text, broken into lines at its spaces.
    fn lines(&mut self, text: &str, size: f64, class: &str) {
        let most = ((WIDTH - 2.0 * MARGIN) / (size * LETTER)) as usize;
        let mut line = String::new();
        for word in text.split(' ') {
            if !line.is_empty() && line.chars().count() + 1 + word.chars().count() > most {
                self.line(&line, size, class);
                line.clear();
            }
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
        if !line.is_empty() {
            self.line(&line, size, class);
        }
    }

    fn line(&mut self, text: &str, size: f64, class: &str) {
        self.y += size;
        self.text(MARGIN, self.y, text, size, class, "start");
        self.y += size * 0.5;
    }

    fn text(&mut self, x: f64, y: f64, text: &str, size: f64, class: &str, anchor: &str) {
        let element = html! {
            text x=(tenths(x)) y=(tenths(y)) font-size=(size) class=(class) text-anchor=(anchor) { (Shown(text)) }
            "\n"
        };
        element.render_to(&mut self.out);
    }

    fn bars(&mut self, bars: &Bars) {
        self.y += GAP;
        if !bars.title.is_empty() {
            self.lines(&bars.title, TEXT, "strong");
        }
        let labels: Vec<String> = bars.bars.iter().map(|bar| shortened(&bar.label)).collect();
        let label_width = labels.iter().map(|label| width(label)).fold(0.0, f64::max);
        // The right edge of each column of figures.
        let mut edge = MARGIN + label_width;
        let edges: Vec<f64> = bars
            .columns
            .iter()
            .enumerate()
            .map(|(place, title)| {
                let figures = bars.bars.iter().filter_map(|bar| bar.figures.get(place));
                edge += GAP + figures.chain([title]).map(|text| width(text)).fold(0.0, f64::max);
                edge
            })
            .collect();
        self.y += TEXT;
        for (title, edge) in bars.columns.iter().zip(&edges) {
            self.text(*edge, self.y, title, TEXT, "soft", "end");
        }
        self.y += TEXT * 0.5;
        let begin = edge + GAP;
        let room = (WIDTH - MARGIN - begin).max(120.0);
        for (bar, label) in bars.bars.iter().zip(&labels) {
            let baseline = self.y + BAR * 0.5 + TEXT * 0.36;
            self.text(MARGIN, baseline, label, TEXT, "strong", "start");
            for (figure, edge) in bar.figures.iter().zip(&edges) {
                self.text(*edge, baseline, figure, TEXT, "", "end");
            }
            for (class, length) in [("track", room), ("bar", bar.part() * room)] {
                let element = html! {
                    rect class=(class) x=(tenths(begin)) y=(tenths(self.y)) width=(tenths(length)) height=(BAR) rx="3" {}
                    "\n"
                };
                element.render_to(&mut self.out);
            }
            self.y += STEP;
        }
    }
}

/// About how wide a text is.
fn width(text: &str) -> f64 {
    // Letters of East Asia are as wide as high.
    console::measure_text_width(text) as f64 * TEXT * LETTER
}

fn shortened(label: &str) -> String {
    console::truncate_str(label, LONGEST_LABEL, "…").into_owned()
}
