//! Rows of which every change is logged, and how each is written. Only `ops::audited` writes them.

use std::borrow::Cow;

use super::types::Json;
use super::{Db, DbError, OrgId};
use crate::domain::Vocabulary;
use crate::domain::audit::entity::Entity;
use crate::domain::timestamp::Timestamp;

/// The values of a row that are logged, by the names of their fields.
pub type Fields = Vec<(Cow<'static, str>, Option<String>)>;

/// A row of which every change is logged.
pub trait Audited {
    /// What it is called in the log.
    const ENTITY: Entity;

    /// Its id in the log.
    fn id(&self) -> i64;

    /// What of it is logged, in the order of the table: `logged!` makes the list.
    fn fields(&self) -> Fields;
}

/// A row that can be added.
pub trait Addable: Audited + Sized {
    /// What a new one is made of.
    type New<'a>;

    /// Writes a new row and returns it.
    ///
    /// # Errors
    /// A unique key is taken, or the database refuses.
    fn insert(conn: &mut Db, new: &Self::New<'_>) -> Result<Self, DbError>;
}

/// A row that can be changed.
pub trait Editable: Audited + Clone {
    /// The row as it is now, held against changes by others until the transaction ends.
    ///
    /// # Errors
    /// The database cannot be read.
    fn held(conn: &mut Db, org: OrgId, id: i64) -> Result<Option<Self>, DbError>;

    /// Stores it as it has become since it was `before`, and counts its version up. A unique key that other tables could refer to
    /// is named only if it changes: PostgreSQL would wait for all who refer to the row, such as imports, and they for us.
    ///
    /// # Errors
    /// A unique key is taken, or the database refuses.
    fn store(&mut self, before: &Self, conn: &mut Db, now: Timestamp) -> Result<(), DbError>;
}

/// A row that can be deleted.
pub trait Deletable: Editable {
    /// Deletes it.
    ///
    /// # Errors
    /// Something refers to it, or the database refuses.
    fn delete(self, conn: &mut Db) -> Result<(), DbError>;
}

/// Lists the logged fields of a row, and those that are not: `logged!(self, User { email, role } without { id, uid })`. A
/// field that is in neither list does not compile, so that a new column is not forgotten.
macro_rules! logged {
    ($row:expr, $type:ident { $($field:ident),+ $(,)? } without { $($other:ident),* $(,)? }) => {{
        let $type { $($field,)+ $($other: _,)* } = $row;
        vec![$((stringify!($field).into(), $crate::db::audited::Logged::logged($field))),+]
    }};
}
pub(in crate::db) use logged;

/// Reads a row as it is now and holds it against changes by others until the transaction ends. Who only refers to it does not
/// wait.
macro_rules! held {
    ($conn:expr, $row:expr, $type:ty) => {
        match $conn {
            // Nobody else writes anyway.
            Db::Sqlite(sqlite) => $row.select(<$type>::as_select()).first(sqlite).optional()?,
            Db::Postgres(pg) => $row.select(<$type>::as_select()).for_no_key_update().first(pg).optional()?,
        }
    };
}
pub(in crate::db) use held;

/// A value as the log has it.
pub trait Logged {
    /// The value as text; `None` when there is none.
    fn logged(&self) -> Option<String>;
}

impl Logged for String {
    /// An empty text that cannot be missing stands for none.
    fn logged(&self) -> Option<String> {
        (!self.is_empty()).then(|| self.clone())
    }
}

impl Logged for Option<String> {
    fn logged(&self) -> Option<String> {
        self.clone()
    }
}

impl Logged for Option<i64> {
    fn logged(&self) -> Option<String> {
        self.map(|number| number.to_string())
    }
}

impl Logged for i64 {
    fn logged(&self) -> Option<String> {
        Some(self.to_string())
    }
}

impl Logged for Option<i32> {
    fn logged(&self) -> Option<String> {
        self.map(|number| number.to_string())
    }
}

impl Logged for Timestamp {
    fn logged(&self) -> Option<String> {
        Some(self.to_string())
    }
}

impl Logged for i32 {
    fn logged(&self) -> Option<String> {
        Some(self.to_string())
    }
}

impl Logged for Option<Timestamp> {
    fn logged(&self) -> Option<String> {
        self.map(|time| time.to_string())
    }
}

impl Logged for bool {
    fn logged(&self) -> Option<String> {
        Some(if *self { "yes" } else { "no" }.to_owned())
    }
}

impl Logged for Json {
    /// An empty object stands for none.
    fn logged(&self) -> Option<String> {
        (*self != Json::default()).then(|| self.0.to_string())
    }
}

impl Logged for Option<Json> {
    fn logged(&self) -> Option<String> {
        self.as_ref().and_then(Json::logged)
    }
}

impl<T: Vocabulary> Logged for T {
    fn logged(&self) -> Option<String> {
        Some(self.as_str().to_owned())
    }
}
