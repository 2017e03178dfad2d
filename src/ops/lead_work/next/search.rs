//! Leads in the order of the sum, without reading all of them.
//!
//! Of one person all open leads are read, and of a few area codes everybody's. Else, of everybody, leads are read by falling score, and those that have other points by the index of
//! what gives them: what was not seen then has no such points, or no more than the last one of a list that was cut. So there is a bound
//! on every lead that was not seen, and a lead that reaches it stands before all of them ([`Rank::bound`]). While none does, more are
//! read; at worst all, and the order is that of the sum in every case.

use std::cmp::Ordering;
use std::collections::{BinaryHeap, HashMap};

use rustc_hash::FxHashSet;

use crate::db::models::lead_work::next::candidates::{self, Candidate, Open, Place};
use crate::db::models::lead_work::next::tasks::TaskFilter;
use crate::db::models::lead_work::next::{Scope, Window, pace, tasks};
use crate::db::models::leads::lead_merges;
use crate::db::{Db, DbError, OrgId};
use crate::domain::lead_work::next::priority::{
    ANSWERED, FRESH, Inputs, RISE_DAYS, RISES, Tie, points_of_answer, points_of_due, points_of_pace,
};
use crate::domain::lead_work::next::rank::Rank;
use crate::domain::lead_work::next::{DAY, TaskKind, median_of_won};
use crate::domain::timestamp::Timestamp;

/// How many leads are read by score at first, and of each list.
const FIRST: i64 = 1000;

/// How many are read at once at most.
const MOST: i64 = 200_000;

/// Leads of so few area codes are read as a whole.
const FEW_AREAS: usize = 8;

/// What the sum needs besides the leads themselves.
#[derive(Debug)]
pub struct Facts {
    org: OrgId,
    scope: Scope,
    now: Timestamp,
    /// The first due task of each lead.
    tasks: HashMap<i64, (Timestamp, TaskKind)>,
    /// The scores of seven days ago, of the leads that were read.
    scores_before: HashMap<i64, i16>,
    pace: Option<i64>,
}

impl Facts {
    /// Reads those of all leads.
    ///
    /// # Errors
    /// The database cannot be read.
    fn read(conn: &mut Db, org: OrgId, scope: Scope, now: Timestamp) -> Result<Facts, DbError> {
        let tasks = due_tasks(conn, org, &scope, now)?;
        let pace = median_of_won(pace::of_won(conn, org)?);
        Ok(Facts { org, scope, now, tasks, scores_before: HashMap::new(), pace })
    }

    /// Reads those of one lead.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn of_one(conn: &mut Db, org: OrgId, scope: Scope, lead: &Candidate, now: Timestamp) -> Result<Facts, DbError> {
        let mut leads = lead_merges::absorbed_by(conn, org, lead.id)?;
        leads.push(lead.id);
        // The first one that is due by now: times are whole microseconds.
        let first =
            TaskFilter { leads: Some(leads), due_before: Some(now.before(-1)), most: Some(1), ..Default::default() };
        let tasks = tasks::some(conn, org, &first)?;
        let tasks = tasks.into_iter().map(|task| (lead.id, (task.due_at, task.kind))).collect();
        let pace = median_of_won(pace::of_won(conn, org)?);
        let mut facts = Facts { org, scope, now, tasks, scores_before: HashMap::new(), pace };
        facts.look_up(conn, std::slice::from_ref(lead))?;
        Ok(facts)
    }

    /// Reads what the scores of these leads were before. Lower ones than the least rise have not risen by it.
    fn look_up(&mut self, conn: &mut Db, leads: &[Candidate]) -> Result<(), DbError> {
        let least = RISES.iter().map(|(least, _)| *least).min().unwrap_or_default();
        let may_have_risen = leads.iter().filter(|lead| lead.score.is_some_and(|score| score >= least));
        let ids: Vec<i64> = may_have_risen.map(|lead| lead.id).collect();
        let since = self.now.before(RISE_DAYS * DAY);
        self.scores_before.extend(pace::scores_before(conn, self.org, &ids, since, self.now)?);
        Ok(())
    }

    /// What the sum of a lead is made of.
    pub fn inputs(&self, lead: &Candidate) -> Inputs {
        let tie = match &self.scope {
            Scope::All => Tie::None,
            Scope::Of { user, .. } if lead.owner_id == Some(*user) => Tie::Own,
            Scope::Of { territories, .. } => match lead.territory_id {
                Some(territory) if lead.owner_id.is_none() && territories.contains(&territory) => Tie::Territory,
                _ => Tie::None,
            },
        };
        Inputs {
            now: self.now,
            is_new: lead.is_new != 0,
            created_at: lead.created_at,
            score: lead.score,
            last_contacted_at: lead.last_contacted_at,
            last_attempted_at: lead.last_attempted_at,
            last_engagement_at: lead.last_engagement_at,
            next_contact_at: lead.next_contact_at,
            task: self.tasks.get(&lead.id).copied(),
            rise: lead.score.zip(self.scores_before.get(&lead.id)).map_or(0, |(now, before)| now - before),
            tie,
            pace: self.pace,
        }
    }

    fn window(&self, since: i64, until: i64, most: i64) -> Window {
        Window { since: self.now.before(since), now: self.now.before(until), most }
    }
}

/// The tasks that are due, those of merged leads at their survivors.
fn due_tasks(
    conn: &mut Db,
    org: OrgId,
    scope: &Scope,
    now: Timestamp,
) -> Result<HashMap<i64, (Timestamp, TaskKind)>, DbError> {
    let due = tasks::due(conn, org, scope, now)?;
    let merged: Vec<i64> = due.iter().filter(|(_, due)| due.is_merged).map(|(lead, _)| *lead).collect();
    let survivors = lead_merges::survivors(conn, org, &merged)?;
    let mut found: HashMap<i64, (Timestamp, TaskKind)> = HashMap::new();
    for (lead, due) in due {
        let lead = survivors.get(&lead).copied().unwrap_or(lead);
        let first = found.entry(lead).or_insert((due.at, due.kind));
        *first = (*first).min((due.at, due.kind));
    }
    Ok(found)
}

/// A lead that was read, with where it stands.
#[derive(Debug)]
pub struct Seen {
    pub rank: Rank,
    pub candidate: Candidate,
}

impl PartialEq for Seen {
    fn eq(&self, other: &Seen) -> bool {
        self.rank == other.rank
    }
}

impl Eq for Seen {}

impl PartialOrd for Seen {
    fn partial_cmp(&self, other: &Seen) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Seen {
    fn cmp(&self, other: &Seen) -> Ordering {
        self.rank.cmp(&other.rank)
    }
}

/// A search under way.
#[derive(Debug)]
pub struct Search {
    facts: Facts,
    /// The leads that are read.
    open: Open,
    /// Leads that were read and not handed out yet.
    waiting: BinaryHeap<Seen>,
    read: FxHashSet<i64>,
    /// What no lead that was not read exceeds; `None` when all were.
    bound: Option<Rank>,
    /// How many points a lead that was not read may have besides those of its score.
    others: i32,
    place: Option<Place>,
    most: i64,
}

impl Search {
    /// Begins among these open leads.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn begin(conn: &mut Db, open: Open, scope: Scope, now: Timestamp) -> Result<Search, DbError> {
        let facts = Facts::read(conn, open.org, scope, now)?;
        let (waiting, read) = (BinaryHeap::new(), FxHashSet::default());
        let mut search = Search { facts, open, waiting, read, bound: None, others: 0, place: None, most: FIRST };
        let are_few = search.open.areas.as_ref().is_some_and(|areas| areas.len() <= FEW_AREAS);
        match search.facts.scope {
            Scope::All if !are_few => {
                search.walk_on(conn)?;
                if search.bound.is_some() {
                    search.others = search.read_lists(conn)?;
                    search.look_at_place();
                }
            }
            Scope::All | Scope::Of { .. } => {
                let all = candidates::of_scope(conn, &search.open, &search.facts.scope)?;
                search.take(conn, all)?;
            }
        }
        Ok(search)
    }

    /// What the sum of a lead is made of.
    pub fn inputs(&self, lead: &Candidate) -> Inputs {
        self.facts.inputs(lead)
    }

    /// The next leads in their order, at most so many, and none when there are no more.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn next(&mut self, conn: &mut Db, most: usize) -> Result<Vec<Seen>, DbError> {
        let mut found = Vec::new();
        loop {
            let is_next = |top: &Seen| self.bound.is_none_or(|bound| top.rank >= bound);
            while found.len() < most && self.waiting.peek().is_some_and(is_next) {
                found.extend(self.waiting.pop());
            }
            if !found.is_empty() || self.bound.is_none() {
                return Ok(found);
            }
            self.read_more(conn)?;
        }
    }

    fn take(&mut self, conn: &mut Db, mut leads: Vec<Candidate>) -> Result<(), DbError> {
        leads.retain(|candidate| self.read.insert(candidate.id));
        self.facts.look_up(conn, &leads)?;
        for candidate in leads {
            let points = self.facts.inputs(&candidate).total();
            self.waiting.push(Seen { rank: Rank::new(points, candidate.score, candidate.id), candidate });
        }
        Ok(())
    }

    /// Reads four times as many leads as before: the next ones by falling score, and of each list that was cut.
    fn read_more(&mut self, conn: &mut Db) -> Result<(), DbError> {
        self.most = self.most.saturating_mul(4).min(MOST);
        self.walk_on(conn)?;
        if self.bound.is_some() && self.others > 0 && self.most < MOST {
            self.others = self.read_lists(conn)?;
            self.look_at_place();
        }
        Ok(())
    }

    fn walk_on(&mut self, conn: &mut Db) -> Result<(), DbError> {
        let found = candidates::by_score(conn, &self.open, self.place, self.most)?;
        let is_end = (found.len() as i64) < self.most;
        self.place = found.last().map(|last| Place { score: last.score, id: last.id });
        self.take(conn, found)?;
        match is_end {
            true => self.bound = None,
            false => self.look_at_place(),
        }
        Ok(())
    }

    fn look_at_place(&mut self) {
        self.bound = self.place.map(|place| Rank::bound(self.others, place.score, place.id));
    }

    /// Reads the leads that have other points than those of their score. Returns how many of them a lead may have that is in no list.
    fn read_lists(&mut self, conn: &mut Db) -> Result<i32, DbError> {
        let (now, most) = (self.facts.now, self.most);
        let due = self.read_list(conn, candidates::due, self.facts.window(0, 0, most), |last| {
            last.next_contact_at.map_or(0, |due| points_of_due(due, now))
        })?;
        let answered = ANSWERED.iter().map(|(longest, _)| *longest).max().unwrap_or_default();
        let answered = self.read_list(conn, candidates::engaged, self.facts.window(answered, 0, most), |last| {
            last.last_engagement_at.map_or(0, |at| points_of_answer(at, now))
        })?;
        let (mut fresh, mut youngest) = (0, 0);
        for (longest, points) in FRESH {
            let some =
                self.read_list(conn, candidates::fresh, self.facts.window(longest, youngest, most), |_| points)?;
            (fresh, youngest) = (fresh.max(some), longest);
        }
        let paced = match self.facts.pace {
            None => 0,
            Some(pace) => self.read_list(conn, candidates::contacted, self.facts.window(0, 0, most), |last| {
                last.last_contacted_at.map_or(0, |at| points_of_pace(at, pace, now))
            })?,
        };
        let with_tasks: Vec<i64> = self.facts.tasks.keys().copied().collect();
        self.read_ids(conn, &with_tasks)?;
        let rise = self.read_raised(conn)?;
        // What is fresh was never contacted, so it has one of the two.
        Ok(due + answered + rise + fresh.max(paced))
    }

    /// Reads a list, and returns how many points those may have that it does not reach.
    fn read_list(
        &mut self,
        conn: &mut Db,
        list: fn(&Open, &Window) -> crate::db::Statement,
        window: Window,
        points: impl Fn(&Candidate) -> i32,
    ) -> Result<i32, DbError> {
        let found = candidates::list(conn, &self.open, list, &window)?;
        let is_cut = found.len() as i64 == window.most;
        let left = found.last().filter(|_| is_cut).map_or(0, points);
        self.take(conn, found)?;
        Ok(left)
    }

    fn read_ids(&mut self, conn: &mut Db, ids: &[i64]) -> Result<(), DbError> {
        let missing: Vec<i64> = ids.iter().filter(|id| !self.read.contains(id)).copied().collect();
        let found = candidates::of_ids(conn, &self.open, &self.facts.scope, &missing)?;
        self.take(conn, found)?;
        Ok(())
    }

    /// The leads whose score was raised of late: of those that are left out by then it is not known by how much.
    fn read_raised(&mut self, conn: &mut Db) -> Result<i32, DbError> {
        let window = self.facts.window(RISE_DAYS * DAY, 0, self.most);
        let (ids, is_cut) = pace::raised(conn, self.facts.org, &window)?;
        self.read_ids(conn, &ids)?;
        let most = RISES.iter().map(|(_, points)| *points).max().unwrap_or_default();
        Ok(if is_cut { most } else { 0 })
    }
}
