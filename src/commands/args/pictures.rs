//! Reports as pictures and pages, beside what is printed.

use std::path::PathBuf;

use crate::commands::context::Context;
use crate::commands::outputs::Outputs;
use crate::error::Result;
use crate::export::{self, IfExists};
use crate::ui::{Column, Page, plural};

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
    /// Writes the files that were asked for: all of them, or none. The columns are those of the records that are printed besides.
    ///
    /// # Errors
    /// A file exists, or cannot be written, or a column that is asked for is none.
    pub fn write(&self, page: &Page, columns: &[Column], context: &Context) -> Result<()> {
        context.ui.expect_columns(columns)?;
        Outputs::of(context).claim_all(&[("--svg", self.svg.as_ref()), ("--html", self.html.as_ref())])?;
        let mut texts = Vec::new();
        texts.extend(self.svg.as_deref().map(|path| (path, page.to_svg())));
        texts.extend(self.html.as_deref().map(|path| (path, page.to_html())));
        export::write_whole(&texts, IfExists::of_flag(self.overwrite))?;
        if !texts.is_empty() {
            context.ui.set_committed();
        }
        texts.iter().for_each(|(path, _)| context.ui.note(&format!("wrote {}", path.display())));
        Ok(())
    }
}

/// What stands for leads without a value.
pub const NONE: &str = "(none)";

/// Which leads a report is about: those created in the window.
pub fn created(is_bounded: bool, window: &str, leads: u64) -> String {
    let leads = plural(leads, "lead", "leads");
    match is_bounded {
        true => format!("leads created {window}: {leads}"),
        false => format!("leads of all time: {leads}"),
    }
}
