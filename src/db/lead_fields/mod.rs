//! The fields of a lead, declared once. `table.rs` has a row for each column of `leads`; from it follow the row struct, COPY
//! and the prepared statements (`db/lead_changes`), and [`FIELDS`], which tells the other layers what they need of each.

mod kinds;
mod row;
mod table;
mod value;

pub use kinds::{Kind, Shape, Sorts};
pub use row::Lead;
pub(crate) use table::{if_changing, if_new, lead_fields};
pub use value::{ColumnValue, Value};

use super::schema::leads;
use crate::domain::erasure::on_erase::OnErase::{self, Blank, Code, Identity, Report};
use Kind::{Country, Currency, Date, Email, Exact, Number, Source, Time, Word};
use table::types::*;

/// The audit field by which the survivor's log names the lead that it absorbed; what the merge changed follows it.
pub const ABSORBED: &str = "absorbed_lead_id";

/// A column of `leads` as it is declared.
#[derive(Debug, Clone, Copy)]
pub struct StoredField {
    /// The column.
    pub name: &'static str,
    /// The column with its table, for SQL.
    pub sql: &'static str,
    /// Whether a new lead can have a value in it.
    pub is_new: bool,
    /// Whether it changes.
    pub is_changing: bool,
    /// What people call it.
    pub called: &'static str,
    pub shape: Shape,
    /// Whether it is never NULL.
    pub is_required: bool,
    /// The longest text, in characters, of one that people fill in.
    pub max_length: Option<usize>,
    /// Whether it is a value other than a text that people fill in, and that depends on nothing else.
    pub is_value: bool,
    /// Whether it says when the lead was contacted.
    pub is_contact_time: bool,
    /// Whether a survivor of a merge takes it over when it has none.
    pub is_merged: bool,
    /// The column with which it is one value.
    pub part_of: Option<&'static str>,
    /// Whether the audit log has its changes under its name.
    pub is_logged: bool,
    /// What an erasure does with a column of text or JSON.
    pub on_erase: Option<OnErase>,
    pub is_listed: bool,
    pub sorts: Sorts,
    /// What filters can ask for.
    pub filter: Option<Kind>,
    /// The value as the audit log writes it, if there is one.
    pub text_of: fn(&Lead) -> Option<String>,
    /// Sets the value to what the audit log writes so; false when there is no such value, and then nothing is changed.
    pub set: fn(&mut Lead, Option<&str>) -> bool,
    pub is_empty: fn(&Lead) -> bool,
    pub is_same: fn(&Lead, &Lead) -> bool,
    /// Sets the value of the first lead to that of the second.
    pub take: fn(&mut Lead, &Lead),
}

macro_rules! declare {
    ($($(#[$meta:meta])* $name:ident: $type:ty, $written:ident $(, $word:ident $given:tt)*;)+) => {
        /// The columns of `leads`, in the order of the database.
        pub const FIELDS: &[StoredField] = &[$(
            StoredField {
                name: stringify!($name),
                sql: concat!("leads.", stringify!($name)),
                is_new: if_new!($written { true } { false }),
                is_changing: if_changing!($written { true } { false }),
                called: stringify!($name),
                shape: <$type as ColumnValue>::SHAPE,
                is_required: <$type as ColumnValue>::IS_REQUIRED,
                max_length: None,
                is_value: false,
                is_contact_time: false,
                is_merged: false,
                part_of: None,
                is_logged: true,
                on_erase: None,
                is_listed: true,
                sorts: Sorts::usual(<$type as ColumnValue>::SHAPE, <$type as ColumnValue>::IS_REQUIRED),
                filter: None,
                text_of: |lead| lead.$name.logged(),
                set: |lead, text| <$type>::from_log(text).map(|value| lead.$name = value).is_some(),
                is_empty: |lead| lead.$name.is_empty(),
                is_same: |one, other| one.$name == other.$name,
                take: |lead, other| lead.$name.clone_from(&other.$name),
            }
            $(.$word $given)*
        ),+];

        /// The columns that a new lead can have a value in.
        pub const NEW_COLUMNS: &str =
            without_comma(concat!($(if_new!($written { concat!(", ", stringify!($name)) } { "" })),+));

        /// The other columns: a changed lead may have values in them, too.
        pub const LATER_COLUMNS: &str =
            without_comma(concat!($(if_new!($written { "" } { concat!(", ", stringify!($name)) })),+));

        /// The declaration has every column, in the order of `schema.rs`.
        const _: ($(leads::$name),+) = leads::all_columns;
    };
}
lead_fields!(declare);

const fn without_comma(columns: &str) -> &str {
    columns.split_at(2).1
}

/// The words of the declaration.
impl StoredField {
    const fn text(self, max_length: usize) -> StoredField {
        let filter = if self.filter.is_none() { Some(Kind::Text) } else { self.filter };
        StoredField { max_length: Some(max_length), filter, ..self }.merged()
    }

    const fn value(self) -> StoredField {
        StoredField { is_value: true, ..self }.merged()
    }

    const fn contact_time(self) -> StoredField {
        StoredField { is_contact_time: true, ..self }
    }

    const fn merged(self) -> StoredField {
        StoredField { is_merged: true, ..self }
    }

    const fn part_of(self, column: &'static str) -> StoredField {
        StoredField { part_of: Some(column), ..self }
    }

    const fn unlogged(self) -> StoredField {
        StoredField { is_logged: false, ..self }
    }

    const fn erase(self, on_erase: OnErase) -> StoredField {
        StoredField { on_erase: Some(on_erase), ..self }
    }

    const fn called(self, called: &'static str) -> StoredField {
        StoredField { called, ..self }
    }

    const fn filter(self, kind: Kind) -> StoredField {
        StoredField { filter: Some(kind), ..self }
    }

    const fn unsorted(self) -> StoredField {
        StoredField { sorts: Sorts::Not, ..self }
    }

    const fn unlisted(self) -> StoredField {
        StoredField { is_listed: false, ..self }
    }
}

impl Sorts {
    /// How columns of this shape are sorted.
    const fn usual(shape: Shape, is_required: bool) -> Sorts {
        match shape {
            Shape::Text => Sorts::Folded,
            Shape::Number | Shape::Probability | Shape::Time | Shape::Date if is_required => Sorts::Always,
            Shape::Number | Shape::Probability | Shape::Time | Shape::Date => Sorts::Value,
            Shape::Flag | Shape::Texts | Shape::Json | Shape::Money => Sorts::Not,
        }
    }
}

impl StoredField {
    /// The field that is stored in this column.
    pub const fn of_column(name: &str) -> Option<&'static StoredField> {
        let mut at = 0;
        while at < FIELDS.len() {
            if is_same(FIELDS[at].name, name) {
                return Some(&FIELDS[at]);
            }
            at += 1;
        }
        None
    }

    /// The field that people call so.
    pub const fn called_so(name: &str) -> Option<&'static StoredField> {
        let mut at = 0;
        while at < FIELDS.len() {
            if is_same(FIELDS[at].called, name) {
                return Some(&FIELDS[at]);
            }
            at += 1;
        }
        None
    }

    /// The fields that are one value with this one.
    pub fn parts(&self) -> impl Iterator<Item = &'static StoredField> {
        let head = self.name;
        FIELDS.iter().filter(move |field| field.part_of == Some(head))
    }

    /// The lines of text that people fill in.
    pub fn texts() -> impl Iterator<Item = &'static StoredField> {
        FIELDS.iter().filter(|field| field.max_length.is_some())
    }

    /// The times of contact, which people fill in, too.
    pub fn contact_times() -> impl Iterator<Item = &'static StoredField> {
        FIELDS.iter().filter(|field| field.is_contact_time)
    }

    /// The other values that people fill in, and that depend on nothing else.
    pub fn values() -> impl Iterator<Item = &'static StoredField> {
        FIELDS.iter().filter(|field| field.is_value)
    }
}

/// `==`, which cannot be used in constants yet.
const fn is_same(one: &str, other: &str) -> bool {
    let (one, other) = (one.as_bytes(), other.as_bytes());
    let mut at = 0;
    while at < one.len() && at < other.len() && one[at] == other[at] {
        at += 1;
    }
    at == one.len() && at == other.len()
}

/// Each part is one value with a column that is no part itself.
const _: () = {
    let mut at = 0;
    while at < FIELDS.len() {
        if let Some(head) = FIELDS[at].part_of {
            let head = StoredField::of_column(head);
            assert!(matches!(head, Some(StoredField { part_of: None, .. })), "a part of no column, or of another part");
        }
        at += 1;
    }
};
