//! The parts that a funnel is broken down into.

use std::collections::HashMap;
use std::hash::Hash;

use rustc_hash::FxHashMap;

use super::members::Members;
use super::{Question, in_window};
use crate::db::models::access::users;
use crate::db::{Cell, Cells, Db, DbError, Statement};
use crate::domain::reports::spellings::Spellings;
use crate::domain::time::month::{Month, begin_of};
use crate::domain::timestamp::Timestamp;
use crate::filter::{Filter, LeadQuery};

vocabulary! {
    /// What a funnel is broken down by.
    By {
        Source = "source",
        Owner = "owner",
        Segment = "segment",
        Tag = "tag",
        Campaign = "campaign",
        Month = "month",
    }
}

/// What a funnel is broken down by, with what that needs.
#[derive(Debug, Clone)]
pub struct Breakdown {
    pub by: By,
    /// The segments and their filters, by name; for [`By::Segment`] only.
    pub segments: Vec<(String, Filter)>,
}

impl By {
    /// What a reader must know of parts that do not add up to the whole.
    pub(super) fn note(self) -> Option<String> {
        matches!(self, By::Tag | By::Segment).then(|| {
            format!("a lead may be in several of these groups, or in none: they do not add up to the whole (by {self})")
        })
    }

    /// Whether its groups are names that people write in several ways.
    pub(super) fn meets(self) -> bool {
        matches!(self, By::Source | By::Tag | By::Campaign)
    }

    /// The column of `leads` that decides.
    pub(super) fn column(self) -> Option<&'static str> {
        match self {
            By::Source => Some("leads.source"),
            By::Owner => Some("leads.owner_id"),
            By::Campaign => Some("leads.campaign"),
            By::Segment | By::Tag | By::Month => None,
        }
    }
}

/// The groups of a cohort: their names, and which leads are in which.
pub(super) struct Groups {
    pub names: Vec<Option<String>>,
    /// Place of the lead in the cohort, place of the group.
    pub pairs: Vec<(u32, u32)>,
    /// Which spellings are of one group.
    pub met: Vec<String>,
}

/// Gives numbers to keys in the order in which they come.
struct Numbered<K> {
    numbers: FxHashMap<K, u32>,
    keys: Vec<K>,
}

impl<K: Hash + Eq + Clone> Numbered<K> {
    fn new() -> Numbered<K> {
        Numbered { numbers: FxHashMap::default(), keys: Vec::new() }
    }

    fn number(&mut self, key: K) -> u32 {
        if let Some(number) = self.numbers.get(&key) {
            return *number;
        }
        let number = self.keys.len() as u32;
        self.numbers.insert(key.clone(), number);
        self.keys.push(key);
        number
    }
}

impl Groups {
    /// Which leads of a cohort are in which part.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn of(
        conn: &mut Db,
        question: &Question,
        breakdown: &Breakdown,
        members: &mut Members,
    ) -> Result<Groups, DbError> {
        let groups = match breakdown.by {
            By::Source | By::Campaign | By::Owner => {
                let emails = emails(conn, question, breakdown.by)?;
                let values = members
                    .leads
                    .iter_mut()
                    .map(|lead| name_of(std::mem::replace(&mut lead.value, Cell::Empty), &emails));
                Groups::alike(values)
            }
            By::Month => {
                let mut months = Months::new(question);
                Groups::alike(members.leads.iter().map(|lead| Some(months.of(lead.created))))
            }
            By::Tag => Groups::by_tag(conn, question, members)?,
            By::Segment => Groups::by_segment(conn, question, &breakdown.segments, members)?,
        };
        Ok(if breakdown.by.meets() { groups.met() } else { groups })
    }

    /// The same with groups as one that only case or composition tells apart.
    fn met(mut self) -> Groups {
        let mut sizes = vec![0; self.names.len()];
        for (_, group) in &self.pairs {
            sizes[*group as usize] += 1;
        }
        let mut spellings = Spellings::default();
        let named = self.names.iter().zip(sizes);
        let keys: Vec<Option<String>> =
            named.map(|(name, size)| name.as_ref().map(|name| spellings.add(name, name, size))).collect();
        self.met = spellings.notes(str::to_owned);
        if self.met.is_empty() {
            return self;
        }
        let mut numbered = Numbered::new();
        let numbers: Vec<u32> = keys.into_iter().map(|key| numbered.number(key)).collect();
        self.pairs.iter_mut().for_each(|(_, group)| *group = numbers[*group as usize]);
        // A lead may have a tag in two spellings.
        self.pairs.sort_unstable();
        self.pairs.dedup();
        let label = |key: Option<String>| key.map(|key| spellings.label(&key).unwrap_or(&key).to_owned());
        self.names = numbered.keys.into_iter().map(label).collect();
        self
    }

    fn alike(values: impl Iterator<Item = Option<String>>) -> Groups {
        let mut numbered = Numbered::new();
        let pairs = values.enumerate().map(|(place, value)| (place as u32, numbered.number(value))).collect();
        Groups { names: numbered.keys, pairs, met: Vec::new() }
    }

    fn by_tag(conn: &mut Db, question: &Question, members: &Members) -> Result<Groups, DbError> {
        let mut numbered = Numbered::new();
        let (mut pairs, mut tagged) = (Vec::new(), vec![false; members.leads.len()]);
        Statement::new(
            "SELECT t.lead_id, t.tag FROM lead_tags t JOIN leads ON leads.id = t.lead_id WHERE t.organization_id = ",
        )
        .org(question.at.org)
        .sql(" AND ")
        .then(question.live())
        .each_row(conn, |row| -> Result<(), DbError> {
            let place = row.at(0).number().and_then(|lead| members.place(lead));
            // A merge has given the survivor the tags of the others.
            if let (Some(place), Some(tag)) = (place, row.at(1).text()) {
                pairs.push((place as u32, numbered.number(Some(tag.to_owned()))));
                tagged[place] = true;
            }
            Ok(())
        })?;
        let untagged = tagged.iter().enumerate().filter(|(_, tagged)| !**tagged).map(|(place, _)| place as u32);
        for place in untagged {
            pairs.push((place, numbered.number(None)));
        }
        Ok(Groups { names: numbered.keys, pairs, met: Vec::new() })
    }

    fn by_segment(
        conn: &mut Db,
        question: &Question,
        segments: &[(String, Filter)],
        members: &Members,
    ) -> Result<Groups, DbError> {
        let mut pairs = Vec::new();
        for (number, (_, filter)) in segments.iter().enumerate() {
            let query = LeadQuery { filter: Some(filter.clone()), ..LeadQuery::all(question.at.clone()) };
            Statement::new("SELECT leads.id FROM leads WHERE ").then(query.condition()).each_row(
                conn,
                |row| -> Result<(), DbError> {
                    let place = row.at(0).number().and_then(|lead| members.place(lead));
                    pairs.extend(place.map(|place| (place as u32, number as u32)));
                    Ok(())
                },
            )?;
        }
        Ok(Groups { names: segments.iter().map(|(name, _)| Some(name.clone())).collect(), pairs, met: Vec::new() })
    }
}

/// The emails of users by id, when they are asked for.
pub(super) fn emails(conn: &mut Db, question: &Question, by: By) -> Result<HashMap<i64, String>, DbError> {
    match by {
        By::Owner => Ok(users::all(conn, question.at.org)?.into_iter().map(|user| (user.id, user.email)).collect()),
        _ => Ok(HashMap::new()),
    }
}

/// The name of a group from the value of its column.
pub(super) fn name_of(value: Cell, emails: &HashMap<i64, String>) -> Option<String> {
    match value {
        Cell::Empty => None,
        Cell::Text(text) => Some(text),
        Cell::Number(user) => Some(emails.get(&user).cloned().unwrap_or_else(|| format!("user {user}"))),
    }
}

/// Which month a time lies in, remembering the last one: neighbours are mostly of one month.
struct Months<'a> {
    question: &'a Question,
    last: Option<(Timestamp, Timestamp, String)>,
}

impl Months<'_> {
    fn new(question: &Question) -> Months<'_> {
        Months { question, last: None }
    }

    fn of(&mut self, time: Timestamp) -> String {
        if let Some((_, _, name)) = self.last.as_ref().filter(|(begin, end, _)| (*begin..*end).contains(&time)) {
            return name.clone();
        }
        let zone = &self.question.at.zone;
        let month = Month::at(time, zone);
        let (begin, end) = (begin_of(month.first_day(), zone), begin_of(month.next().first_day(), zone));
        let name = month.to_string();
        self.last = Some((begin, end, name.clone()));
        name
    }
}

/// The months that the times of the window lie in, each with its begin and its end.
///
/// # Errors
/// The database cannot be read.
pub(super) fn months(conn: &mut Db, question: &Question) -> Result<Vec<(Month, Timestamp, Timestamp)>, DbError> {
    let statement = Statement::new(
        "SELECT min(h.changed_at), max(h.changed_at) FROM lead_status_history h WHERE h.organization_id = ",
    )
    .org(question.at.org)
    .then(in_window("h.changed_at", &question.window));
    let ends: Vec<Cells> = statement.rows(conn)?;
    let end = |place: usize| ends.first().and_then(|row| row.at(place).number()).map(Timestamp::from_micros);
    let (Some(first), Some(last)) = (end(0), end(1)) else { return Ok(Vec::new()) };
    let zone = &question.at.zone;
    let mut months = Vec::new();
    let mut month = Month::at(first, zone);
    loop {
        let (begin, end) = (begin_of(month.first_day(), zone), begin_of(month.next().first_day(), zone));
        if begin > last {
            return Ok(months);
        }
        months.push((month, begin, end));
        month = month.next();
    }
}
