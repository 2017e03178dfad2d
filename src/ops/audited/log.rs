//! What the log says of a row that is written: an entry for each field that differs.

use super::pieces::pieces;
use crate::db::Stamp;
use crate::db::audited::{Audited, Fields};
use crate::db::models::audit::audit_log::{self, NewEntry};
use crate::db::{Db, DbError};
use crate::domain::audit::AuditAction;
use crate::domain::timestamp::Timestamp;

/// Appends what becomes of a row: of a new one each field that has a value, of a changed one each that differs, of a deleted one
/// each that had a value. Returns what it says.
///
/// # Errors
/// The database refuses.
pub(in crate::ops) fn record<T: Audited>(
    conn: &mut Db,
    before: Option<&T>,
    after: Option<&T>,
    stamp: &Stamp,
) -> Result<Vec<Difference>, DbError> {
    let (action, row) = match (before, after) {
        (None, Some(row)) => (AuditAction::Create, row),
        (Some(_), Some(row)) => (AuditAction::Update, row),
        (Some(row), None) => (AuditAction::Delete, row),
        (None, None) => return Ok(Vec::new()),
    };
    let values = |row: Option<&T>| row.map(|row| pieces(row.fields())).unwrap_or_default();
    let differences = differences(&values(before), &values(after));
    let entry = NewEntry::new(stamp, T::ENTITY, row.id(), action);
    let entries: Vec<NewEntry> = differences
        .iter()
        .cloned()
        .map(|Difference { field, old, new }| NewEntry {
            field_name: Some(field),
            old_value: old,
            new_value: new,
            ..entry.clone()
        })
        .collect();
    audit_log::append(conn, &entries)?;
    Ok(differences)
}

/// The stamp for a change of a row that the caller holds: its own time, or right behind what was logged of the row last. Whoever
/// waited for the row looked at the clock before, and a clock may have been set back.
///
/// # Errors
/// The database cannot be read.
pub(in crate::ops) fn in_order<T: Audited>(conn: &mut Db, row: &T, stamp: &Stamp) -> Result<Stamp, DbError> {
    let last = audit_log::last_change(conn, stamp.org, T::ENTITY, row.id())?;
    let behind = last.map(|last| Timestamp::from_micros(last.as_micros().saturating_add(1)));
    Ok(Stamp { now: behind.map_or(stamp.now, |behind| behind.max(stamp.now)), ..stamp.clone() })
}

/// A field that differs, with its values as the log writes them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    pub field: String,
    pub old: Option<String>,
    pub new: Option<String>,
}

/// The fields that differ, in their order; those that only `before` has come last.
fn differences(before: &Fields, after: &Fields) -> Vec<Difference> {
    let value = |fields: &Fields, field: &str| fields.iter().find(|(name, _)| name == field)?.1.clone();
    let gone = before.iter().filter(|(name, _)| !after.iter().any(|(other, _)| other == name));
    let fields = after.iter().chain(gone).map(|(name, _)| name);
    let differences = fields.map(|field| Difference {
        field: field.to_string(),
        old: value(before, field),
        new: value(after, field),
    });
    differences.filter(|difference| difference.old != difference.new).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `-` stands for no value.
    fn fields(fields: &[(&'static str, &str)]) -> Fields {
        fields.iter().map(|(name, value)| ((*name).into(), Some((*value).to_owned()).filter(|v| v != "-"))).collect()
    }

    fn told(before: &[(&'static str, &str)], after: &[(&'static str, &str)]) -> Vec<String> {
        let text = |value: Option<String>| value.unwrap_or("-".into());
        let told = |it: Difference| format!("{} {} {}", it.field, text(it.old), text(it.new));
        differences(&fields(before), &fields(after)).into_iter().map(told).collect()
    }

    #[test]
    fn what_differs_is_told_once() {
        assert_eq!(told(&[], &[("email", "a"), ("name", "-"), ("role", "b")]), ["email - a", "role - b"]);
        assert_eq!(
            told(&[("a", "1"), ("b", "-"), ("c", "3")], &[("a", "-"), ("b", "2"), ("c", "3")]),
            ["a 1 -", "b - 2"]
        );
        // An empty text is a value.
        assert_eq!(told(&[("email", "-")], &[("email", "")]), ["email - "]);
        assert_eq!(told(&[("email", "a"), ("role", "b")], &[("email", "a"), ("role", "c")]), ["role b c"]);
        assert_eq!(
            told(&[("a", "1"), ("b", "2"), ("c", "3")], &[("c", "4"), ("d", "5")]),
            ["c 3 4", "d - 5", "a 1 -", "b 2 -"]
        );
        assert_eq!(told(&[("email", "a")], &[]), ["email a -"]);
        assert!(told(&[("email", "a")], &[("email", "a")]).is_empty());
    }
}
