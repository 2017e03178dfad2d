//! Rows in COPY's binary format (PostgreSQL manual, "COPY", file formats).

use std::io::Write;

use diesel::result::Error as DieselError;

use crate::db::copy::error::CopyError;
use crate::db::copy::shape::Shape;
use crate::domain::canonical::kind::{FROM_1970_TO_2000, Kind};
use crate::domain::canonical::value::Value;

/// So many bytes are sent together.
const SENT_TOGETHER: usize = 64 * 1024;

/// How the format begins: its signature, no flags, and no extension of the header.
const HEADER: &[u8] = b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0";
/// In place of the number of columns of a row.
const TRAILER: [u8; 2] = (-1_i16).to_be_bytes();
/// In place of the length of a value.
const NULL: [u8; 4] = (-1_i32).to_be_bytes();

/// Sends rows.
pub(super) struct Sender<'a> {
    out: &'a mut dyn Write,
    kinds: Vec<Kind>,
    /// The number of columns, with which each row begins.
    begin: [u8; 2],
    bytes: Vec<u8>,
}

impl<'a> Sender<'a> {
    /// # Errors
    /// The table has more columns than the format can count.
    pub fn new(out: &'a mut dyn Write, shape: &Shape) -> Result<Sender<'a>, CopyError> {
        let kinds = shape.kinds();
        let columns = i16::try_from(kinds.len()).map_err(failed)?;
        let mut bytes = Vec::with_capacity(2 * SENT_TOGETHER);
        bytes.extend_from_slice(HEADER);
        Ok(Sender { out, kinds, begin: columns.to_be_bytes(), bytes })
    }

    /// Sends a row whose values were found to fit their columns.
    ///
    /// # Errors
    /// The connection broke, or a value does not fit all the same.
    pub fn row(&mut self, row: &[Value]) -> Result<(), CopyError> {
        self.bytes.extend_from_slice(&self.begin);
        for (kind, value) in self.kinds.iter().zip(row) {
            write_value(&mut self.bytes, *kind, value)?;
        }
        if self.bytes.len() > SENT_TOGETHER {
            self.send()?;
        }
        Ok(())
    }

    /// # Errors
    /// The connection broke.
    pub fn end(mut self) -> Result<(), CopyError> {
        self.bytes.extend_from_slice(&TRAILER);
        self.send()
    }

    fn send(&mut self) -> Result<(), CopyError> {
        self.out.write_all(&self.bytes).map_err(failed)?;
        self.bytes.clear();
        Ok(())
    }
}

fn failed(error: impl std::error::Error + Send + Sync + 'static) -> CopyError {
    DieselError::SerializationError(error.into()).into()
}

fn write_value(out: &mut Vec<u8>, kind: Kind, value: &Value) -> Result<(), CopyError> {
    match (kind, value) {
        (_, Value::Null) => out.extend_from_slice(&NULL),
        (Kind::Flag, Value::Integer(flag)) => field(out, &[], &[u8::from(*flag != 0)])?,
        (Kind::Whole(2), Value::Integer(number)) => {
            field(out, &[], &i16::try_from(*number).map_err(failed)?.to_be_bytes())?;
        }
        (Kind::Whole(4), Value::Integer(number)) => {
            field(out, &[], &i32::try_from(*number).map_err(failed)?.to_be_bytes())?;
        }
        (Kind::Time, Value::Integer(micros)) => {
            field(out, &[], &micros.saturating_sub(FROM_1970_TO_2000).to_be_bytes())?;
        }
        (_, Value::Integer(number)) => field(out, &[], &number.to_be_bytes())?,
        (Kind::Date, Value::Text(date)) => field(out, &[], &days(date)?.to_be_bytes())?,
        // A version byte, then the text.
        (Kind::Json, Value::Text(text)) => field(out, &[1], text.as_bytes())?,
        (_, Value::Text(text)) => field(out, &[], text.as_bytes())?,
        (_, Value::Bytes(bytes) | Value::NotText(bytes)) => field(out, &[], bytes)?,
    }
    Ok(())
}

/// A value behind its length.
fn field(out: &mut Vec<u8>, begin: &[u8], bytes: &[u8]) -> Result<(), CopyError> {
    let length = i32::try_from(begin.len() + bytes.len()).map_err(failed)?;
    out.extend_from_slice(&length.to_be_bytes());
    out.extend_from_slice(begin);
    out.extend_from_slice(bytes);
    Ok(())
}

/// Days since 2000-01-01.
fn days(date: &str) -> Result<i32, CopyError> {
    let date: jiff::civil::Date = date.parse().map_err(failed)?;
    Ok(jiff::civil::date(2000, 1, 1).until(date).map_err(failed)?.get_days())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(kind: Kind, value: &Value) -> Vec<u8> {
        let mut out = Vec::new();
        write_value(&mut out, kind, value).unwrap();
        out
    }

    #[test]
    fn values_are_written_as_the_server_reads_them() {
        let text = |text: &str| Value::Text(text.to_owned());
        for (kind, value, bytes) in [
            (Kind::Text, Value::Null, &[255, 255, 255, 255][..]),
            (Kind::Text, text(""), &[0, 0, 0, 0]),
            (Kind::Text, text("é\t"), &[0, 0, 0, 3, 0xc3, 0xa9, 9]),
            (Kind::Json, text("{}"), &[0, 0, 0, 3, 1, b'{', b'}']),
            (Kind::Flag, Value::Integer(1), &[0, 0, 0, 1, 1]),
            (Kind::Whole(2), Value::Integer(-2), &[0, 0, 0, 2, 255, 254]),
            (Kind::Whole(4), Value::Integer(7), &[0, 0, 0, 4, 0, 0, 0, 7]),
            (Kind::Whole(8), Value::Integer(7), &[0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0, 7]),
            (Kind::Time, Value::Integer(FROM_1970_TO_2000 + 1), &[0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0, 1]),
            (Kind::Date, text("2000-01-02"), &[0, 0, 0, 4, 0, 0, 0, 1]),
            (Kind::Date, text("1999-12-31"), &[0, 0, 0, 4, 255, 255, 255, 255]),
            (Kind::Bytes, Value::Bytes(vec![0, 1]), &[0, 0, 0, 2, 0, 1]),
        ] {
            assert_eq!(written(kind, &value), bytes, "{kind:?} {value}");
        }
    }
}
