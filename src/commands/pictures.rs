//! Reports as pictures and pages, beside what is printed.

use std::path::PathBuf;

use crate::export;
use crate::ui::{Page, Ui};

/// Where a report goes besides.
#[derive(Debug, Clone, clap::Args)]
pub struct Pictures {
    /// Write its bars as a picture
    #[arg(long, value_name = "FILE")]
    svg: Option<PathBuf>,
    /// Write it as a web page that needs no other file
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    /// Replace files that exist
    #[arg(long)]
    overwrite: bool,
}

impl Pictures {
    /// Writes the files that were asked for.
    ///
    /// # Errors
    /// A file exists, or cannot be written.
    pub fn write(&self, page: &Page, ui: Ui) -> anyhow::Result<()> {
        type Render = fn(&Page) -> String;
        let forms: [(&Option<PathBuf>, Render); 2] = [(&self.svg, Page::to_svg), (&self.html, Page::to_html)];
        for (path, render) in forms {
            if let Some(path) = path {
                export::write_whole(path, self.overwrite, &render(page))?;
                ui.note(&format!("wrote {}", path.display()));
            }
        }
        Ok(())
    }
}
