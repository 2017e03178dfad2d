//! What the registries that an organization must honour say of numbers.

use std::collections::BTreeMap;

use roaring::RoaringTreemap;
use rustc_hash::FxHashMap;

use crate::db::models::dnc::registries::dnc_registry_blocks;
use crate::db::models::dnc::registries::dnc_registry_revisions::Revision;
use crate::db::models::dnc::registries::required::{RequiredList, required};
use crate::db::{Db, DbError, OrgId};
use crate::domain::dnc::registry::Shortfall;
use crate::domain::dnc::registry::block::{self, Damaged};
use crate::domain::phone::E164;
use crate::domain::phone::equivalents::other_spellings;
use crate::domain::timestamp::Timestamp;

/// The registries that an organization must honour, as they are in one transaction.
#[derive(Debug, Clone, Default)]
pub struct Registries {
    pub lists: Vec<RequiredList>,
}

/// What registries said of the numbers that they were asked about.
#[derive(Debug, Default)]
pub struct Answers {
    asked: RoaringTreemap,
    /// Of each registry the numbers that it has, with the spelling that it has.
    listed: Vec<FxHashMap<E164, E164>>,
}

/// What one registry says of a number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// It has the number, or another spelling of it.
    Listed(E164),
    /// It does not have it, and that says nothing.
    Short(Shortfall),
    /// It does not have it.
    Clear,
    /// It was not asked.
    NotAsked,
}

/// Blocks that are held in memory together: a megabyte at most, which is used again for the next.
const TOGETHER: usize = 128;

/// So many numbers of a block are asked about one by one on PostgreSQL; for more the block is fetched.
const FEW: usize = 4;

impl Registries {
    /// Those of an organization, as they are at a time.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn required(conn: &mut Db, org: OrgId, now: Timestamp) -> Result<Registries, DbError> {
        Ok(Registries { lists: required(conn, org, now)? })
    }

    /// Asks them about numbers.
    ///
    /// # Errors
    /// The database cannot be read, or what is stored of a registry is damaged.
    pub fn ask(&self, conn: &mut Db, numbers: &[E164]) -> Result<Answers, DbError> {
        self.ask_but(conn, numbers, |_, _| false)
    }

    /// The same where of some numbers it is known that a list has them not: `is_known` says so.
    ///
    /// # Errors
    /// Those of [`Registries::ask`].
    pub fn ask_but(
        &self,
        conn: &mut Db,
        numbers: &[E164],
        is_known: impl Fn(&RequiredList, E164) -> bool,
    ) -> Result<Answers, DbError> {
        let mut answers = Answers::default();
        if self.lists.is_empty() {
            return Ok(answers);
        }
        let mut sorted = numbers.to_vec();
        sorted.sort_unstable();
        sorted.dedup();
        answers.asked.extend(sorted.iter().map(|number| number.digits()));
        for list in &self.lists {
            let concerned: Vec<E164> =
                sorted.iter().copied().filter(|it| list.concerns(*it) && !is_known(list, *it)).collect();
            answers.listed.push(listed(conn, list, &concerned)?);
        }
        Ok(answers)
    }

    /// Whether one of them has a number about which they were asked.
    pub fn have(&self, answers: &Answers, number: E164) -> bool {
        self.said(answers, number).any(|(_, found)| matches!(found, Found::Listed(_)))
    }

    /// What each registry that has to be asked about a number said of it.
    pub fn said<'a>(&'a self, answers: &'a Answers, number: E164) -> impl Iterator<Item = (&'a RequiredList, Found)> {
        let was_asked = !self.lists.is_empty() && answers.asked.contains(number.digits());
        let concerning = self.lists.iter().enumerate().filter(move |(_, list)| list.concerns(number));
        concerning.map(move |(place, list)| {
            let found = match answers.listed.get(place).filter(|_| was_asked) {
                None => Found::NotAsked,
                Some(listed) => match listed.get(&number) {
                    Some(spelling) => Found::Listed(*spelling),
                    None => list.shortfall_of(number).map_or(Found::Clear, Found::Short),
                },
            };
            (list, found)
        })
    }
}

/// Those of these numbers that a registry has, each with the spelling that it has.
fn listed(conn: &mut Db, list: &RequiredList, numbers: &[E164]) -> Result<FxHashMap<E164, E164>, DbError> {
    let Some(revision) = &list.revision else { return Ok(FxHashMap::default()) };
    let mut asked = Asked::new();
    for number in numbers {
        for spelling in std::iter::once(*number).chain(other_spellings(*number)) {
            let (block, low) = block::place(spelling.digits());
            asked.entry(block as i64).or_default().push((low, *number, spelling));
        }
    }
    match conn {
        Db::Postgres(pg) if numbers.len() <= asked.len() * FEW => {
            let places: Vec<(i64, u16)> =
                asked.iter().flat_map(|(block, places)| places.iter().map(|(low, ..)| (*block, *low))).collect();
            let mut listed = FxHashMap::default();
            let mut parts = dnc_registry_blocks::parts_at(pg, revision.id, &places)?;
            parts.sort_unstable_by_key(|part| (part.block, part.place));
            for part in parts {
                let is_it = |(low, ..): &&(u16, E164, E164)| i32::from(*low) == part.place;
                for (low, number, spelling) in asked.get(&part.block).into_iter().flatten().filter(is_it) {
                    let has_it = match part.bytes.first() {
                        Some(byte) if part.is_bits => block::has_bit(*byte, *low),
                        _ => block::contains(&part.bytes, *low).map_err(damaged(list, revision, part.block))?,
                    };
                    if has_it {
                        listed.entry(*number).or_insert(*spelling);
                    }
                }
            }
            Ok(listed)
        }
        conn => listed_in_blocks(conn, list, revision, &asked),
    }
}

/// What is asked of a registry: by block the places, each for a number by one of its spellings.
type Asked = BTreeMap<i64, Vec<(u16, E164, E164)>>;

/// The same by a look into whole blocks.
fn listed_in_blocks(
    conn: &mut Db,
    list: &RequiredList,
    revision: &Revision,
    asked: &Asked,
) -> Result<FxHashMap<E164, E164>, DbError> {
    let wanted: Vec<i64> = asked.keys().copied().collect();
    let mut listed = FxHashMap::default();
    for some in wanted.chunks(TOGETHER) {
        for stored in dnc_registry_blocks::among(conn, revision.id, some)? {
            for (low, number, spelling) in asked.get(&stored.block).into_iter().flatten() {
                let has_it = block::contains(&stored.numbers, *low).map_err(damaged(list, revision, stored.block))?;
                if has_it {
                    listed.entry(*number).or_insert(*spelling);
                }
            }
        }
    }
    Ok(listed)
}

fn damaged(list: &RequiredList, revision: &Revision, block: i64) -> impl Fn(Damaged) -> DbError {
    move |damaged| DbError::Damaged {
        path: format!("registry {}", list.name),
        reason: format!("block {block} of version {}: {damaged}", revision.revision),
    }
}
