//! What a column is: its key in JSON, its title, how it is printed, and what becomes of it where there is no room.

use std::borrow::Cow;

use crate::ui::label;

/// How a column of a table is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Text,
    /// Text that is on one line always: phones, statuses.
    Whole,
    /// Whether there is anything: `yes`, or an empty cell.
    Mark,
    /// A time, shown to the minute where the organization is.
    Time,
    /// The same with how long ago that is.
    Ago,
    /// A time, shown to the day where the organization is.
    Date,
    /// The name of a field, shown as people call it.
    Field,
    /// What was logged of the field that stands under this key: a time where the field holds one.
    Logged(&'static str),
    /// Right-aligned, as it is.
    Number,
    /// Right-aligned, grouped by thousands.
    Count,
    /// A part of a whole, from 0 to 1, shown in per cent.
    Percent,
    /// Minor units, shown as an amount of the currency that stands under this key.
    Money(&'static str),
    /// The same with the currency behind it.
    MoneyIn(&'static str),
    /// Minor units by currency, shown as amounts.
    Amounts,
}

impl Kind {
    /// Whether a table that is too wide sets it on several lines.
    pub(super) fn is_wrapped(self) -> bool {
        matches!(self, Kind::Text | Kind::Field | Kind::Logged(_) | Kind::Amounts)
    }

    /// Whether a table sets it to the right.
    pub(super) fn is_number(self) -> bool {
        matches!(self, Kind::Number | Kind::Count | Kind::Percent | Kind::Money(_) | Kind::MoneyIn(_))
    }
}

/// Which columns a table keeps that is too narrow for all. Of one rank the last one goes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rank {
    /// Goes before any other.
    Optional,
    Usual,
    /// What tells rows apart, or what the table is for: never left out. Where a table names none, it is the first column.
    Key,
    /// What the call asks for: never left out, nor where every row is empty.
    Asked,
}

/// A column: the key of the JSON form and how a table shows it.
#[derive(Debug, Clone)]
pub struct Column {
    pub key: Cow<'static, str>,
    pub title: Cow<'static, str>,
    pub kind: Kind,
    /// Shown in tables; the machine-readable forms have every column.
    pub in_tables: bool,
    pub rank: Rank,
}

impl Column {
    const fn new(key: &'static str, title: &'static str, kind: Kind, in_tables: bool) -> Column {
        Column { key: Cow::Borrowed(key), title: Cow::Borrowed(title), kind, in_tables, rank: Rank::Usual }
    }

    pub const fn text(key: &'static str, title: &'static str) -> Column {
        Column::new(key, title, Kind::Text, true)
    }

    pub const fn whole(key: &'static str, title: &'static str) -> Column {
        Column::new(key, title, Kind::Whole, true)
    }

    /// Tells people only whether a list holds anything; the machine-readable forms have what it holds.
    pub const fn mark(key: &'static str, title: &'static str) -> Column {
        Column::new(key, title, Kind::Mark, true)
    }

    pub const fn time(key: &'static str, title: &'static str) -> Column {
        Column::new(key, title, Kind::Time, true)
    }

    /// A time with how long ago that is.
    pub const fn ago(key: &'static str, title: &'static str) -> Column {
        Column::new(key, title, Kind::Ago, true)
    }

    pub const fn number(key: &'static str, title: &'static str) -> Column {
        Column::new(key, title, Kind::Number, true)
    }

    pub const fn percent(key: &'static str, title: &'static str) -> Column {
        Column::new(key, title, Kind::Percent, true)
    }

    pub const fn count(key: &'static str, title: &'static str) -> Column {
        Column::new(key, title, Kind::Count, true)
    }

    /// Minor units, shown to people as an amount of the currency that stands under `currency`.
    pub const fn money(key: &'static str, title: &'static str, currency: &'static str) -> Column {
        Column::new(key, title, Kind::Money(currency), true)
    }

    /// The same with the currency behind the amount.
    pub const fn money_in(key: &'static str, title: &'static str, currency: &'static str) -> Column {
        Column::new(key, title, Kind::MoneyIn(currency), true)
    }

    /// A time, of which tables show the day.
    pub const fn date(key: &'static str, title: &'static str) -> Column {
        Column::new(key, title, Kind::Date, true)
    }

    /// The name of a field.
    pub const fn field(key: &'static str, title: &'static str) -> Column {
        Column::new(key, title, Kind::Field, true)
    }

    /// What was logged of the field whose name stands under `field`.
    pub const fn logged(key: &'static str, title: &'static str, field: &'static str) -> Column {
        Column::new(key, title, Kind::Logged(field), true)
    }

    /// Minor units by currency, shown to people as amounts.
    pub const fn amounts(key: &'static str, title: &'static str) -> Column {
        Column::new(key, title, Kind::Amounts, true)
    }

    /// A time in the machine-readable forms only.
    pub const fn hidden_time(key: &'static str) -> Column {
        Column::new(key, key, Kind::Time, false)
    }

    /// A column of the machine-readable forms only.
    pub const fn hidden(key: &'static str) -> Column {
        Column::new(key, key, Kind::Text, false)
    }

    /// The column as one that no table leaves out.
    #[must_use]
    pub const fn kept(mut self) -> Column {
        self.rank = Rank::Key;
        self
    }

    /// The column as one that a narrow table leaves out first.
    #[must_use]
    pub const fn optional(mut self) -> Column {
        self.rank = Rank::Optional;
        self
    }

    /// The column as one that the call asks for by name.
    #[must_use]
    pub fn asked(self) -> Column {
        Column { rank: Rank::Asked, ..self }
    }

    /// The column as tables show it that are asked for it.
    #[must_use]
    pub fn visible(&self) -> Column {
        match self.in_tables {
            true => self.clone(),
            false => Column { title: label(&self.key), in_tables: true, ..self.clone() },
        }
    }
}
