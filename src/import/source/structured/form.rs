//! The forms of files whose rows are no lines.

/// The forms, by their content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    Html,
    /// SpreadsheetML, which Excel 2003 and many CRMs write.
    Sheet2003,
    Json,
    VCard,
}

impl Form {
    /// What the file is called.
    pub fn describe(self, table: Option<&str>) -> String {
        match (self, table) {
            (Form::Html, Some(table)) => format!("HTML, table {table}"),
            (Form::Html, None) => "HTML".to_owned(),
            (Form::Sheet2003, Some(sheet)) => format!("XML spreadsheet of Excel 2003, sheet `{sheet}`"),
            (Form::Sheet2003, None) => "XML spreadsheet of Excel 2003".to_owned(),
            (Form::Json, _) => "JSON".to_owned(),
            (Form::VCard, _) => "vCards".to_owned(),
        }
    }
}

/// What to do with a file that holds no table that is read.
pub(super) const SAVE_AS: &str = "open it and save the table as CSV or XLSX";

const UNPACK: &str = "unpack it first, and import the file inside";
const EXPORT: &str = "export the table from the program that made it, as CSV or XLSX";

/// What a file is that is not read, by its first bytes or by how its text begins, and what to do about it.
pub(super) fn unsupported(head: &[u8], text: &str) -> Option<(&'static str, &'static str)> {
    const BYTES: [(usize, &[u8], &str, &str); 19] = [
        (0, b"\x89PNG", "it is a picture (PNG)", "get the list itself, as CSV or XLSX"),
        (0, b"\xFF\xD8\xFF", "it is a picture (JPEG)", "get the list itself, as CSV or XLSX"),
        (0, b"7z\xBC\xAF\x27\x1C", "it is a 7z archive", UNPACK),
        (0, b"Rar!\x1A\x07", "it is a RAR archive", UNPACK),
        (0, b"BZh91AY&SY", "it is compressed with bzip2", UNPACK),
        (0, b"\xFD7zXZ\0", "it is compressed with xz", UNPACK),
        (0, b"\x28\xB5\x2F\xFD", "it is compressed with Zstandard", UNPACK),
        (257, b"ustar", "it is a tar archive", UNPACK),
        (0, b"SQLite format 3\0", "it is an SQLite database", EXPORT),
        (4, b"Standard Jet DB", "it is an Access database", EXPORT),
        (4, b"Standard ACE DB", "it is an Access database", EXPORT),
        (0, b"PAR1", "it is a Parquet file", EXPORT),
        (0, b"\x09\x00\x04\x00", "it is a sheet of Excel 2", SAVE_AS),
        (0, b"\x09\x00\x06\x00", "it is a sheet of Excel 2", SAVE_AS),
        (0, b"\x09\x02\x06\x00", "it is a sheet of Excel 3", SAVE_AS),
        (0, b"\x09\x02\x08\x00", "it is a sheet of Excel 3", SAVE_AS),
        (0, b"\x09\x04\x06\x00", "it is a sheet of Excel 4", SAVE_AS),
        (0, b"\x09\x04\x08\x00", "it is a sheet of Excel 4", SAVE_AS),
        (0, b"\x09\x08\x08\x00\x00\x05\x10", "it is a sheet of Excel 5 without its workbook", SAVE_AS),
    ];
    let is_there =
        |(at, bytes, ..): &&(usize, &[u8], &str, &str)| head.get(*at..).is_some_and(|rest| rest.starts_with(bytes));
    if let Some((.., what, remedy)) = BYTES.iter().find(is_there) {
        return Some((what, remedy));
    }
    // A sheet whose first column is called `ID` has no such records.
    let is_sylk = text.starts_with("ID;P") && text.lines().skip(1).any(|line| line.starts_with("C;"));
    match () {
        () if text.starts_with("<?xml") => Some(("it is an XML document, and no spreadsheet", SAVE_AS)),
        () if text.starts_with(r"{\rtf") => Some(("it is a document in RTF", SAVE_AS)),
        () if is_sylk => Some(("it is a spreadsheet in SYLK", SAVE_AS)),
        () if text.starts_with("TABLE\r\n0,1") || text.starts_with("TABLE\n0,1") => {
            Some(("it is a spreadsheet in DIF", SAVE_AS))
        }
        () => mail(text),
    }
}

/// A mail or a page saved as one, by the lines above its text: each is a name, a colon and what it says.
fn mail(text: &str) -> Option<(&'static str, &'static str)> {
    let lines: Vec<&str> =
        text.lines().skip_while(|line| line.starts_with("From ")).take_while(|line| !line.is_empty()).collect();
    let name_of = |line: &str| {
        let name = line.split_once(':')?.0;
        let is_name = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        is_name.then(|| name.to_ascii_lowercase())
    };
    let (cut, whole) = lines.split_last()?;
    let is_head = |line: &str| line.starts_with([' ', '\t']) || name_of(line).is_some();
    // What was read of a long head may end in the middle of a line.
    if !whole.iter().all(|line| is_head(line)) || !(is_head(cut) || whole.len() > 3) {
        return None;
    }
    let names: Vec<String> = lines.iter().filter_map(|line| name_of(line)).collect();
    let says = |name: &str| names.iter().any(|known| known == name);
    if !["mime-version", "content-type", "message-id", "received"].iter().any(|name| says(name)) || names.len() < 2 {
        return None;
    }
    let is_page = says("snapshot-content-location")
        || lines.iter().any(|line| line.to_ascii_lowercase().contains("multipart/related"));
    Some(match is_page {
        true => (
            "it is a page saved with its pictures (MHTML)",
            "open it in a spreadsheet program and save the table as CSV or XLSX",
        ),
        false => ("it is a mail", "save the file that came with it, and import that"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mails_are_known_by_their_head() {
        let told = |text: &str| unsupported(text.as_bytes(), text).map(|(what, _)| what);
        assert_eq!(told("Received: from x\r\n\tby y\r\nSubject: a\r\n\r\nhello"), Some("it is a mail"));
        assert_eq!(told("From a@example.com Mon\nSubject: a\nMIME-Version: 1.0\n\nhello"), Some("it is a mail"));
        for text in [
            "",
            "Received",
            "Received:,Phone\n1,2\n",
            "Message-ID: x\n",
            "Name: Ada\nPhone: 5\n",
            "Date: a\nReceived: b\nc,d\n",
        ] {
            assert_eq!(told(text), None, "{text}");
        }
    }

    #[test]
    fn a_header_that_begins_like_a_signature_is_a_header() {
        for text in ["ID;Phone\n5;C;\n", "PK,Phone\n", "TABLE,Phone\n", "PAR,1\n", "ID;PWXL\n"] {
            assert_eq!(unsupported(text.as_bytes(), text), None, "{text}");
        }
        assert!(unsupported(b"", "ID;PWXL;N;E\r\nC;Y1;X1;K\"Name\"\r\nE\r\n").is_some());
    }
}
