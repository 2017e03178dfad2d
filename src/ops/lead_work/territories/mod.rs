//! Territories: adding, changing and deleting them, who works them, and which leads lie in them. Whoever calls what changes anything holds
//! [`crate::db::Lock::Territories`], or where leads are moved [`crate::db::Lock::Placing`].

mod members;
mod moves;
pub mod plan;

pub use members::{add_member, remove_member};

use crate::db::models::lead_work::territories::{self, LeadCount, NewTerritory, Territory, TerritoryMember};
use crate::db::{Db, DbError, MOST_VALUES, Stamp};
use crate::domain::lead_work::territories::Misplaced;
use crate::domain::money::amount::grouped;
use crate::domain::text::fold_case;
use crate::error::{CommandError, Explain};
use crate::ops::audited::{self, Edited};
use crate::system::shell::word;

/// Why a territory was not changed.
#[derive(Debug, thiserror::Error)]
pub enum TerritoryError {
    #[error(transparent)]
    Db(#[from] DbError),
    #[error("the territory was deleted meanwhile")]
    Gone,
    #[error("the territory `{name}` has the version {version} by now, not {expected}")]
    OtherVersion { name: String, version: i32, expected: i32 },
    #[error(transparent)]
    Misplaced(#[from] Misplaced),
    #[error("there is a territory `{0}` already")]
    NameTaken(String),
    #[error("there are territories inside `{name}`: {inside}", inside = .inside.join(", "))]
    HasInside { name: String, inside: Vec<String> },
    #[error("{} in the territory `{name}`", told(.count))]
    HasLeads { name: String, count: LeadCount },
    #[error("the leads of `{0}` cannot stay in it when it is deleted")]
    IntoItself(String),
    #[error("the user `{user}` does not work in the territory `{territory}`")]
    NoMember { user: String, territory: String },
    #[error(
        "leads or territories were changed meanwhile, so that other leads move than those you saw; nothing was changed"
    )]
    OtherPlan,
    #[error("the filters of all territories hold {0} values together, and a statement takes {most}", most = MOST_VALUES)]
    TooManyValues(usize),
}

/// So many calls are shown at most.
const HINTED: usize = 3;

/// How many leads there are in a territory.
fn told(count: &LeadCount) -> String {
    let live = match count.live {
        1 => "there is 1 lead".to_owned(),
        live => format!("there are {} leads", grouped(live)),
    };
    match count.deleted {
        0 => live,
        deleted => format!("{live}, and {} deleted", grouped(deleted)),
    }
}

impl Explain for TerritoryError {
    fn explain(&self) -> CommandError {
        let hint = match self {
            TerritoryError::Db(e) => return e.explain(),
            TerritoryError::Gone => "list them: crmctl territory list".to_owned(),
            TerritoryError::OtherVersion { name, .. } => {
                format!("look at it again: crmctl territory show {}", word(name))
            }
            TerritoryError::Misplaced(_) => "look at how they lie: crmctl territory list".to_owned(),
            TerritoryError::NameTaken(_) => "names are unique in the organization; choose another one".to_owned(),
            TerritoryError::HasInside { inside, .. } => {
                let call = |name: &String| format!("crmctl territory edit {} --no-parent", word(name));
                let calls: Vec<String> = inside.iter().take(HINTED).map(call).collect();
                format!("put each elsewhere first, here at the top: {}", calls.join("; "))
            }
            TerritoryError::HasLeads { .. } => "say where they go: --to NAME, or --unassign".to_owned(),
            TerritoryError::IntoItself(_) => "name another territory, or --unassign".to_owned(),
            TerritoryError::NoMember { territory, .. } => {
                format!("see who does: crmctl territory show {}", word(territory))
            }
            TerritoryError::OtherPlan => "look at the plan again: crmctl territory assign --dry-run".to_owned(),
            TerritoryError::TooManyValues(_) => {
                "shorten the lists of values in their filters: crmctl territory list, then crmctl territory edit NAME --where FILTER"
                    .to_owned()
            }
        };
        CommandError::failed(self.to_string()).hint(hint)
    }
}

/// Adds a territory.
///
/// # Errors
/// Its name is taken, it would lie too deep, or the database refuses.
pub fn add(conn: &mut Db, new: &NewTerritory<'_>, stamp: &Stamp) -> Result<Territory, TerritoryError> {
    if let Some(parent) = new.parent_id {
        expect_room(conn, None, parent, stamp)?;
    }
    expect_free(conn, new.name, None, stamp)?;
    audited::add::<Territory>(conn, new, stamp).map_err(|e| name_taken(e, new.name))
}

/// Changes a territory.
///
/// # Errors
/// It is gone, it has another version than expected, its new name is taken, it would lie in itself, or the database refuses.
pub fn change(
    conn: &mut Db,
    id: i64,
    expected_version: Option<i32>,
    stamp: &Stamp,
    edit: impl FnOnce(&mut Territory),
) -> Result<Edited<Territory>, TerritoryError> {
    let (mut parent, mut name) = (None, String::new());
    let edited = audited::change(conn, id, stamp, |territory: &mut Territory| {
        expect(territory, expected_version)?;
        let before = territory.parent_id;
        edit(territory);
        parent = territory.parent_id.filter(|parent| Some(*parent) != before);
        name.clone_from(&territory.name);
        match parent == Some(id) {
            true => Err(Misplaced::Itself(name.clone()).into()),
            false => Ok::<(), TerritoryError>(()),
        }
    });
    let edited = edited.map_err(|error| match error {
        TerritoryError::Db(e) => name_taken(e, &name),
        other => other,
    })?;
    let edited = edited.ok_or(TerritoryError::Gone)?;
    expect_free(conn, &name, Some(id), stamp)?;
    if let Some(parent) = parent {
        expect_room(conn, Some(id), parent, stamp)?;
    }
    Ok(edited)
}

/// Refuses a territory that is deleted, or has another version than expected.
fn expect(territory: &Territory, version: Option<i32>) -> Result<(), TerritoryError> {
    if territory.deleted_at.is_some() {
        return Err(TerritoryError::Gone);
    }
    match version.filter(|expected| *expected != territory.version) {
        None => Ok(()),
        Some(expected) => {
            let (name, version) = (territory.name.clone(), territory.version);
            Err(TerritoryError::OtherVersion { name, version, expected })
        }
    }
}

/// Refuses a place where a territory would lie in itself, or too deep. That of a changed one may be stored already: what is stored of
/// it is not looked at.
fn expect_room(conn: &mut Db, child: Option<i64>, parent: i64, stamp: &Stamp) -> Result<(), TerritoryError> {
    let mut all = territories::all(conn, stamp.org)?;
    if all.iter().all(|territory| territory.id != parent) {
        return Err(TerritoryError::Gone);
    }
    for territory in all.iter_mut().filter(|territory| Some(territory.id) == child) {
        territory.parent_id = None;
    }
    Ok(territories::tree(&all).may_be_inside(child, parent)?)
}

/// Refuses a name that another territory has in any case: people find it so.
fn expect_free(conn: &mut Db, name: &str, of: Option<i64>, stamp: &Stamp) -> Result<(), TerritoryError> {
    let folded = fold_case(name);
    let all = territories::all(conn, stamp.org)?;
    match all.into_iter().find(|other| Some(other.id) != of && fold_case(&other.name) == folded) {
        Some(other) => Err(TerritoryError::NameTaken(other.name)),
        None => Ok(()),
    }
}

fn name_taken(error: DbError, name: &str) -> TerritoryError {
    match error.is_unique_violation() {
        true => TerritoryError::NameTaken(name.to_owned()),
        false => error.into(),
    }
}

/// Where the leads of a territory go that is deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whither {
    /// Nobody said it, so there may be none.
    Unsaid,
    /// Into this territory, each as it was in the deleted one.
    To(i64),
    /// Into none.
    Nowhere,
}

/// A deleted territory.
#[derive(Debug)]
pub struct Deleted {
    pub territory: Territory,
    /// What became of its leads.
    pub leads: LeadCount,
}

/// Deletes a territory with all its members, and moves its leads, deleted ones, too.
///
/// # Errors
/// It is gone, there are others inside it, it has leads and nobody said where they go, or the database refuses.
pub fn delete(conn: &mut Db, id: i64, whither: Whither, stamp: &Stamp) -> Result<Deleted, TerritoryError> {
    let all = territories::all(conn, stamp.org)?;
    let territory = all.iter().find(|territory| territory.id == id).ok_or(TerritoryError::Gone)?;
    let name = || territory.name.clone();
    let inside: Vec<String> =
        all.iter().filter(|other| other.parent_id == Some(id)).map(|other| other.name.clone()).collect();
    if !inside.is_empty() {
        return Err(TerritoryError::HasInside { name: name(), inside });
    }
    let leads = territories::lead_counts(conn, stamp.org)?.remove(&id).unwrap_or_default();
    let to = match whither {
        Whither::Unsaid if leads != LeadCount::default() => {
            return Err(TerritoryError::HasLeads { name: name(), count: leads });
        }
        Whither::To(to) if to == id => return Err(TerritoryError::IntoItself(name())),
        Whither::To(to) if all.iter().all(|other| other.id != to) => return Err(TerritoryError::Gone),
        Whither::To(to) => Some(to),
        Whither::Unsaid | Whither::Nowhere => None,
    };
    moves::empty(conn, id, to, stamp)?;
    for member in territories::members(conn, stamp.org)?.iter().filter(|member| member.territory_id == id) {
        audited::delete::<TerritoryMember>(conn, member.id, stamp)?;
    }
    let deleted = change(conn, id, None, stamp, |territory| territory.deleted_at = Some(stamp.now))?;
    Ok(Deleted { territory: deleted.row, leads })
}
