//! How a kind of import brings its undoing: what it takes back besides leads, and what it says of that.

use crate::db::Stamp;
use crate::db::models::imports::Import;
use crate::db::{Db, DbError};
use crate::domain::imports::kind::ImportKind;

/// How a kind of import is undone. Leads, their statuses and the do-not-call list are put back for all kinds alike; what
/// only this kind writes it takes back itself.
pub trait Undoing: Sync {
    /// Whether do-not-call entries go without being asked for, because such an import is nothing but entries.
    fn takes_dnc(&self) -> bool {
        false
    }

    /// What it counts, in the order in which it is told.
    fn counts(&self) -> &'static [Count] {
        &[]
    }

    /// The list of things that it may have to leave as they are.
    fn kept(&self) -> Option<&'static KeptList> {
        None
    }

    /// Takes back what an import wrote, once its leads are put back, inside the transaction of the undo.
    ///
    /// # Errors
    /// The database refuses.
    fn take_back(&self, _conn: &mut Db, _import: &Import, _stamp: &Stamp) -> Result<TakenBack, DbError> {
        Ok(TakenBack::default())
    }
}

/// Tells how a kind is undone; `None` for records that cannot be undone.
pub type Undoings = fn(ImportKind) -> Option<&'static dyn Undoing>;

/// Something that a kind counts.
#[derive(Debug, PartialEq, Eq)]
pub struct Count {
    /// Its name in JSON, of no other kind.
    pub key: &'static str,
    /// What a person reads when it is done: `costs removed`.
    pub title: &'static str,
    /// What a person reads before: `costs to remove`.
    pub ahead: &'static str,
}

/// A list of things that may stay as they are.
#[derive(Debug, PartialEq, Eq)]
pub struct KeptList {
    /// Its name in JSON, of no other kind.
    pub key: &'static str,
    pub title: &'static str,
    /// The names of a thing's id and name: in JSON, and for a person.
    pub id: (&'static str, &'static str),
    pub name: (&'static str, &'static str),
}

/// What a kind took back.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct TakenBack {
    /// A figure for each of [`Undoing::counts`].
    pub figures: Vec<u64>,
    pub kept: Vec<Kept>,
}

/// A thing that stays as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    pub id: i64,
    pub name: String,
    pub reason: String,
}
