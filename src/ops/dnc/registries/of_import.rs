//! What the registries that must be honoured say of the leads that an import made.

use std::collections::BTreeSet;

use diesel::prelude::*;

use super::{Found, Registries};
use crate::db::models::leads::lead_phones;
use crate::db::schema::leads;
use crate::db::{Db, DbError, OrgId};
use crate::domain::leads::status::Status;
use crate::domain::phone::E164;
use crate::domain::timestamp::Timestamp;

/// How many leads have a number of which a registry says so.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct OnRegistries {
    /// It has one of the lead's numbers.
    pub listed: u64,
    /// It cannot say whether it has it, and none has another.
    pub unknown: u64,
}

/// Counts the live leads that an import made and that are not `dnc` anyway.
///
/// # Errors
/// The database cannot be read.
pub fn of_import(conn: &mut Db, org: OrgId, import: i64, now: Timestamp) -> Result<OnRegistries, DbError> {
    let registries = Registries::required(conn, org, now)?;
    if registries.lists.is_empty() {
        return Ok(OnRegistries::default());
    }
    let made: Vec<(i64, Option<String>)> = leads::table
        .filter(leads::organization_id.eq(org.0).and(leads::import_id.eq(import)))
        .filter(leads::deleted_at.is_null().and(leads::status.ne(Status::Dnc)))
        .select((leads::id, leads::phone_number))
        .load(conn)?;
    let ids: Vec<i64> = made.iter().map(|(id, _)| *id).collect();
    let further = lead_phones::of_leads(conn, org, &ids)?;
    let further =
        further.into_iter().flat_map(|(id, phones)| phones.into_iter().map(move |phone| (id, phone.phone_number)));
    let first = made.into_iter().filter_map(|(id, number)| Some((id, number?)));
    let numbers: Vec<(i64, E164)> =
        first.chain(further).filter_map(|(id, number)| Some((id, E164::from_e164(&number)?))).collect();
    let asked: Vec<E164> = numbers.iter().map(|(_, number)| *number).collect();
    let answers = registries.ask(conn, &asked)?;
    let (mut listed, mut unknown) = (BTreeSet::new(), BTreeSet::new());
    for (id, number) in numbers {
        for (_, found) in registries.said(&answers, number) {
            match found {
                Found::Listed(_) => {
                    listed.insert(id);
                }
                Found::Short(_) | Found::NotAsked => {
                    unknown.insert(id);
                }
                Found::Clear => {}
            }
        }
    }
    Ok(OnRegistries { listed: listed.len() as u64, unknown: unknown.difference(&listed).count() as u64 })
}
