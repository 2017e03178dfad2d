//! What the registries that an organization must honour say of numbers.

use std::collections::{BTreeMap, HashMap};

use jiff::civil::Date;

use crate::db::models::dnc::registries::dnc_registry_blocks;
use crate::db::models::dnc::registries::required::{RequiredList, required};
use crate::db::{Db, DbError, OrgId};
use crate::domain::dnc::registry::{Shortfall, block};
use crate::domain::phone::E164;
use crate::domain::phone::equivalents::other_spellings;

/// The registries that an organization must honour, as they are in one transaction.
#[derive(Debug, Clone)]
pub struct Registries {
    pub lists: Vec<RequiredList>,
}

/// What a registry says of a number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// It has the number, or another spelling of it.
    Listed { number: E164 },
    /// It does not have it, and that says nothing.
    Short(Shortfall),
    /// It does not have it.
    Clear,
}

/// What one registry says of a number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The place of the registry among those that are required.
    pub list: usize,
    pub found: Found,
}

/// Blocks that are held in memory together: eight megabytes at most.
const TOGETHER: usize = 1000;

impl Registries {
    /// Those of an organization, and how old they are on a day.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn required(conn: &mut Db, org: OrgId, today: Date) -> Result<Registries, DbError> {
        Ok(Registries { lists: required(conn, org, today)? })
    }

    /// What they say of numbers: of each, those that have to be asked about it. Numbers that none has to be asked about are missing.
    ///
    /// # Errors
    /// The database cannot be read, or what is stored of a registry is damaged.
    pub fn look_up(&self, conn: &mut Db, numbers: &[E164]) -> Result<HashMap<E164, Vec<Finding>>, DbError> {
        let mut findings: HashMap<E164, Vec<Finding>> = HashMap::new();
        for (place, list) in self.lists.iter().enumerate() {
            let mut concerned: Vec<E164> = numbers.iter().copied().filter(|it| list.concerns(*it)).collect();
            concerned.sort_unstable();
            concerned.dedup();
            let listed = listed(conn, list, &concerned)?;
            for number in concerned {
                let found = match listed.get(&number) {
                    Some(number) => Found::Listed { number: *number },
                    None => list.shortfall_of(number).map_or(Found::Clear, Found::Short),
                };
                findings.entry(number).or_default().push(Finding { list: place, found });
            }
        }
        Ok(findings)
    }
}

/// Those of these numbers that a registry has, each with the spelling that it has.
fn listed(conn: &mut Db, list: &RequiredList, numbers: &[E164]) -> Result<HashMap<E164, E164>, DbError> {
    let Some(revision) = &list.revision else { return Ok(HashMap::new()) };
    // By block: what is asked for there, and for which number.
    let mut asked: BTreeMap<i64, Vec<(u16, E164, E164)>> = BTreeMap::new();
    for number in numbers {
        for spelling in std::iter::once(*number).chain(other_spellings(*number)) {
            let (block, low) = block::place(spelling.digits());
            asked.entry(block as i64).or_default().push((low, *number, spelling));
        }
    }
    let wanted: Vec<i64> = asked.keys().copied().collect();
    let mut listed = HashMap::new();
    for some in wanted.chunks(TOGETHER) {
        for stored in dnc_registry_blocks::among(conn, revision.id, some)? {
            for (low, number, spelling) in asked.get(&stored.block).into_iter().flatten() {
                let has_it = block::contains(&stored.numbers, *low).map_err(|damaged| DbError::Damaged {
                    path: format!("registry {}", list.name),
                    reason: format!("block {} of version {}: {damaged}", stored.block, revision.revision),
                })?;
                if has_it {
                    listed.entry(*number).or_insert(*spelling);
                }
            }
        }
    }
    Ok(listed)
}
