//! What a person says of a file's form, as a mapping keeps it.

use serde::{Deserialize, Serialize};

use crate::import::source::SourceOptions;
use crate::import::source::encoding;

/// What was said of how files of a form are opened.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Form {
    pub delimiter: Option<char>,
    /// By the name that `--encoding` takes.
    pub encoding: Option<String>,
    pub sheet: Option<String>,
    pub header_row: Option<u64>,
    pub no_header: bool,
}

impl Form {
    /// What was said.
    pub fn of(said: &SourceOptions) -> Form {
        Form {
            delimiter: said.delimiter,
            encoding: said.encoding.map(|encoding| encoding.name().to_owned()),
            sheet: said.sheet.clone(),
            header_row: said.header_row,
            no_header: said.no_header,
        }
    }

    /// What was said, with what it leaves open taken from here.
    ///
    /// # Errors
    /// A sentence that names an encoding which this program does not know.
    pub fn under(&self, said: SourceOptions) -> Result<SourceOptions, String> {
        let encoding = self.encoding.as_deref().map(encoding::named).transpose().map_err(|e| e.to_string())?;
        // Where the header is was said as a whole.
        let is_header_said = said.header_row.is_some() || said.no_header;
        Ok(SourceOptions {
            delimiter: said.delimiter.or(self.delimiter),
            encoding: said.encoding.or(encoding),
            sheet: said.sheet.or_else(|| self.sheet.clone()),
            header_row: if is_header_said { said.header_row } else { self.header_row },
            no_header: if is_header_said { said.no_header } else { self.no_header },
            ..said
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_now_goes_first() {
        let said = SourceOptions {
            delimiter: Some(';'),
            sheet: Some("Leads".into()),
            no_header: true,
            ..SourceOptions::default()
        };
        let saved = Form { encoding: Some("cp850".into()), ..Form::of(&said) };
        let stored: Form = serde_json::from_str(&serde_json::to_string(&saved).unwrap()).unwrap();
        assert_eq!(stored, saved);
        let now = SourceOptions { header_row: Some(3), delimiter: Some('|'), ..SourceOptions::default() };
        let opened = saved.under(now).unwrap();
        assert_eq!((opened.delimiter, opened.header_row, opened.no_header), (Some('|'), Some(3), false));
        assert_eq!(opened.sheet.as_deref(), Some("Leads"));
        assert_eq!(opened.encoding.map(|encoding| encoding.name()), Some("cp850"));
        assert!(Form { encoding: Some("klingon".into()), ..Form::default() }.under(SourceOptions::default()).is_err());
    }
}
