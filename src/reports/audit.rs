//! Who changed what: the two audit logs as one, the latest entry first.

use std::collections::HashMap;

use crate::db::catalogue;
use crate::db::models::audit::audit_entries::{Entry, EntryFilter, Log, labels, page};
use crate::db::{Db, DbError, OrgId};
use crate::domain::audit::AuditAction;
use crate::domain::audit::entity::Entity;

/// So many entries are read together.
const PAGE: i64 = 1000;

/// Gives the latest entries that are wanted to `take`, at most so many, and returns whether there are more. Each log comes in
/// the reverse of the order in which it was written. Where they meet, the later entry comes first; of two at the same time
/// that of a lead comes last.
///
/// # Errors
/// Those of `take`, or the database cannot be read.
pub fn each<E: From<DbError>>(
    conn: &mut Db,
    org: OrgId,
    filter: &EntryFilter,
    most: Option<u32>,
    mut take: impl FnMut(Entry) -> Result<(), E>,
) -> Result<bool, E> {
    // One more than asked for tells whether there are more.
    let page = most.map_or(PAGE, |most| PAGE.min(i64::from(most) + 1));
    let mut logs = [Log::Others, Log::Leads].map(|log| Backwards::new(org, filter, log, page));
    let mut given = 0;
    loop {
        let mut latest = None;
        for (place, log) in logs.iter_mut().enumerate() {
            if let Some(entry) = log.peek(conn)?
                && latest.is_none_or(|(_, at)| entry.changed_at > at)
            {
                latest = Some((place, entry.changed_at));
            }
        }
        let Some(entry) = latest.and_then(|(place, _)| logs[place].entries.next()) else { return Ok(false) };
        if most == Some(given) {
            return Ok(true);
        }
        take(entry)?;
        given += 1;
    }
}

/// A log on the way from its end to its beginning.
struct Backwards<'a> {
    org: OrgId,
    filter: &'a EntryFilter,
    log: Log,
    page: i64,
    /// What was read and not yet given.
    entries: std::vec::IntoIter<Entry>,
    /// The last entry that was read.
    before: Option<i64>,
    is_at_end: bool,
}

impl Backwards<'_> {
    fn new(org: OrgId, filter: &EntryFilter, log: Log, page: i64) -> Backwards<'_> {
        let is_at_end = !filter.is_in(log);
        Backwards { org, filter, log, page, entries: Vec::new().into_iter(), before: None, is_at_end }
    }

    /// The next entry.
    fn peek(&mut self, conn: &mut Db) -> Result<Option<&Entry>, DbError> {
        if self.entries.as_slice().is_empty() && !self.is_at_end {
            let entries = page(conn, self.org, self.log, self.filter, self.before, self.page)?;
            self.is_at_end = (entries.len() as i64) < self.page;
            self.before = entries.last().map(|entry| entry.id);
            self.entries = entries.into_iter();
        }
        Ok(self.entries.as_slice().first())
    }
}

/// What the ids of entries stand for, as people call it.
pub struct Names {
    /// The names that things have now, by the labels of the catalogue.
    now: HashMap<Entity, HashMap<i64, String>>,
    /// Of things whose ids may be used again: what the log says of their names, in the order in which it was written.
    then: HashMap<(Entity, i64), Vec<Entry>>,
}

/// Things that are deleted: SQLite gives their ids to others.
const DELETED: [Entity; 2] = [Entity::DncRequirement, Entity::Segment];

impl Names {
    /// The names of an organization's things.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn read(conn: &mut Db, org: OrgId) -> Result<Names, DbError> {
        let (mut now, mut then) = (HashMap::new(), HashMap::<_, Vec<Entry>>::new());
        for table in catalogue::tables() {
            if let (Some(entity), Some(label)) = (Entity::of_table(table.name), table.label) {
                now.insert(entity, labels(conn, org, table, label)?);
                if DELETED.contains(&entity) {
                    let filter = EntryFilter { entity: Some(entity), ..EntryFilter::default() };
                    each(conn, org, &filter, None, |entry| {
                        if entry.field_name.as_deref() == Some(label) {
                            then.entry((entity, entry.entity_id)).or_default().push(entry);
                        }
                        Ok::<_, DbError>(())
                    })?;
                }
            }
        }
        then.values_mut().for_each(|entries| entries.reverse());
        Ok(Names { now, then })
    }

    fn name(&self, entity: Entity, id: i64) -> Option<&String> {
        self.now.get(&entity)?.get(&id)
    }

    /// Who made a change: the email of a user, else the account.
    pub fn who<'a>(&'a self, entry: &'a Entry) -> &'a str {
        entry.changed_by.and_then(|id| self.name(Entity::User, id)).unwrap_or(&entry.actor)
    }

    /// A value: of a user its email, of a territory its name.
    pub fn value<'a>(&'a self, entry: &Entry, value: &'a str) -> &'a str {
        let of = match (entry.field_name.as_deref(), entry.entity) {
            (Some("owner_id" | "user_id"), _) => Some(Entity::User),
            (Some("territory_id"), _) | (Some("parent_id"), Entity::Territory) => Some(Entity::Territory),
            _ => None,
        };
        let name = of.zip(value.parse().ok()).and_then(|(entity, id)| self.name(entity, id));
        name.map_or(value, String::as_str)
    }

    /// The name that a thing had when an entry was written, as far as the log says it: that of the same change, else what the next
    /// change of the name found.
    fn name_then(&self, entry: &Entry) -> Option<&String> {
        let entries = self.then.get(&(entry.entity, entry.entity_id))?;
        let is_whole = entry.action != AuditAction::Update;
        let of_it = |it: &&Entry| is_whole && it.action == entry.action && it.changed_at == entry.changed_at;
        let own = entries.iter().filter(of_it).min_by_key(|it| it.id.abs_diff(entry.id));
        let said = own.or_else(|| entries.iter().find(|it| it.id >= entry.id))?;
        if said.action == AuditAction::Create { said.new_value.as_ref() } else { said.old_value.as_ref() }
    }

    /// What was changed: its name, or its id when it has none, or is gone.
    pub fn what(&self, entry: &Entry) -> String {
        let id = entry.entity_id;
        let name = match entry.entity {
            // It is one of the organization's.
            Entity::Setting => self.name(Entity::Organization, id),
            entity => self.name_then(entry).or_else(|| self.name(entity, id)),
        };
        name.cloned().unwrap_or_else(|| id.to_string())
    }
}
