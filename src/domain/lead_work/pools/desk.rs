//! Who gets the next lead: the members of a pool with what they hold, and lead after lead a decision.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::conversion::Conversion;
use super::rotation::{Part, Place, turn, turn_in_order};
use super::{PoolStrategy, RunReason, SkipReason};
use crate::domain::leads::tag::is_same;

/// A member of the pool, and what they hold.
#[derive(Debug, Clone, Default)]
pub struct Member {
    pub user: i64,
    pub weight: i64,
    /// The place in the rotation.
    pub current: i64,
    /// The most open leads, by the smallest capacity of all the user's memberships.
    pub capacity: Option<i64>,
    /// The most leads that this pool gives on a day.
    pub daily_limit: Option<i64>,
    pub open: i64,
    pub today: i64,
    /// Whether the membership counts.
    pub is_active: bool,
    pub skills: Vec<String>,
    pub territories: HashSet<i64>,
    /// What the member makes of leads; None: nothing is known.
    pub conversion: Option<Conversion>,
    /// How many leads were given here.
    pub given: i64,
}

/// What a user who is no member here may hold by memberships elsewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Elsewhere {
    pub open: i64,
    /// The smallest of their capacities.
    pub capacity: i64,
}

/// Why a user gets no lead at all, whatever pool it is of; None when they may.
pub type Standing = Option<SkipReason>;

/// A lead to be given.
#[derive(Debug, Clone, Copy, Default)]
pub struct Waiting<'a> {
    pub id: i64,
    pub territory: Option<i64>,
    /// The lead's tags.
    pub tags: &'a [String],
    pub previous_owner: Option<i64>,
    /// Earlier leads of the same person with their owners, the latest first.
    pub earlier: &'a [Earlier],
}

/// An earlier lead of the same person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Earlier {
    pub lead: i64,
    pub owner: i64,
}

/// Who gets a lead, why, and who was passed over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    pub to: Option<i64>,
    pub why: Why,
    /// In the order of the members.
    pub skipped: Vec<(SkipReason, i64)>,
}

/// Why a lead goes where it goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    Strategy,
    /// The owner of this earlier lead.
    Earlier(i64),
    Nobody(RunReason),
}

/// What a pool does besides choosing.
#[derive(Debug, Clone, Default)]
pub struct Habits {
    /// The tags that name skills.
    pub skills: Vec<String>,
    /// Nobody gets back what was theirs last.
    pub not_back: bool,
}

/// The members of a pool, to whom leads are given.
#[derive(Debug, Clone)]
pub struct Desk {
    pub strategy: PoolStrategy,
    pub members: Vec<Member>,
    /// How many turns there were.
    pub cursor: i64,
    habits: Habits,
    /// All users of the organization.
    standings: HashMap<i64, Standing>,
    /// Who is no member here, and has a capacity elsewhere.
    elsewhere: HashMap<i64, Elsewhere>,
    /// Leads given to owners of earlier ones who are no members.
    pub given_to_others: BTreeMap<i64, i64>,
}

/// Each so-manieth lead of [`PoolStrategy::Score`] goes by plain rotation.
const ROTATED: i64 = 5;

impl Desk {
    /// The members in the order in which they joined.
    pub fn new(
        strategy: PoolStrategy,
        members: Vec<Member>,
        cursor: i64,
        habits: Habits,
        standings: HashMap<i64, Standing>,
    ) -> Desk {
        let (elsewhere, given_to_others) = (HashMap::new(), BTreeMap::new());
        Desk { strategy, members, cursor, habits, standings, elsewhere, given_to_others }
    }

    /// The same, heeding capacities of users who are no members here.
    #[must_use]
    pub fn heeding(self, elsewhere: HashMap<i64, Elsewhere>) -> Desk {
        Desk { elsewhere, ..self }
    }

    /// The capacity of a user who is no member here.
    pub fn capacity_elsewhere(&self, user: i64) -> Option<i64> {
        self.elsewhere.get(&user).map(|held| held.capacity)
    }

    /// Why a user who is no member here gets nothing; None when they may. A limit of a day is another pool's own.
    pub fn barred_elsewhere(&self, user: i64) -> Option<SkipReason> {
        let is_full = || self.elsewhere.get(&user).is_some_and(|held| held.open >= held.capacity);
        self.standing(user).or_else(|| is_full().then_some(SkipReason::Full))
    }

    /// Decides who gets a lead, and counts it.
    pub fn decide(&mut self, lead: Waiting<'_>) -> Decision {
        let reasons: Vec<Option<SkipReason>> = self.members.iter().map(|member| self.barred(member)).collect();
        if let Some(earlier) = lead.earlier.iter().find(|earlier| self.keeps(earlier.owner, &lead, &reasons)) {
            self.count(earlier.owner);
            return Decision { to: Some(earlier.owner), why: Why::Earlier(earlier.lead), skipped: Vec::new() };
        }
        let reasons: Vec<Option<SkipReason>> = self
            .members
            .iter()
            .zip(reasons)
            .map(|(member, reason)| reason.or_else(|| self.unfit(member, &lead)))
            .collect();
        // Where a member does not work at all it is nothing to the lead that they are full, too.
        let told = |member: &Member, why: SkipReason| match self.is_elsewhere(member, &lead) {
            true => SkipReason::OtherTerritory,
            false => why,
        };
        let skipped =
            self.members.iter().zip(&reasons).filter_map(|(member, why)| Some((told(member, (*why)?), member.user)));
        let skipped: Vec<(SkipReason, i64)> = skipped.collect();
        match self.choose(&reasons) {
            Some(index) => {
                self.cursor += 1;
                let user = self.members.get(index).map_or(0, |member| member.user);
                self.count(user);
                Decision { to: Some(user), why: Why::Strategy, skipped }
            }
            None => {
                let why = match self.members.iter().all(|member| self.is_elsewhere(member, &lead)) {
                    false => RunReason::NobodyFree,
                    true if lead.territory.is_none() => RunReason::NoTerritory,
                    true => RunReason::NoMemberThere,
                };
                Decision { to: None, why: Why::Nobody(why), skipped }
            }
        }
    }

    /// Why a member gets nothing for now; None when they may.
    pub fn barred(&self, member: &Member) -> Option<SkipReason> {
        if !member.is_active {
            return Some(SkipReason::Inactive);
        }
        if let Some(reason) = self.standing(member.user) {
            return Some(reason);
        }
        if member.capacity.is_some_and(|capacity| member.open >= capacity) {
            return Some(SkipReason::Full);
        }
        member.daily_limit.is_some_and(|limit| member.today >= limit).then_some(SkipReason::DailyLimit)
    }

    /// Who is no user of the organization is as good as disabled.
    fn standing(&self, user: i64) -> Standing {
        self.standings.get(&user).copied().unwrap_or(Some(SkipReason::Inactive))
    }

    /// Why a member does not get this lead.
    fn unfit(&self, member: &Member, lead: &Waiting<'_>) -> Option<SkipReason> {
        if self.habits.not_back && lead.previous_owner == Some(member.user) {
            return Some(SkipReason::PreviousOwner);
        }
        let lacks = |skill: &String| !member.skills.iter().any(|own| is_same(own, skill));
        let asks = |tag: &&String| self.habits.skills.iter().any(|skill| is_same(skill, tag));
        match self.strategy {
            PoolStrategy::Territory => self.is_elsewhere(member, lead).then_some(SkipReason::OtherTerritory),
            PoolStrategy::Skill => lead.tags.iter().filter(asks).any(lacks).then_some(SkipReason::LacksSkill),
            _ => None,
        }
    }

    /// Whether the member does not work the lead's territory, where that decides.
    fn is_elsewhere(&self, member: &Member, lead: &Waiting<'_>) -> bool {
        let works = |territory: i64| member.territories.contains(&territory);
        self.strategy == PoolStrategy::Territory && !lead.territory.is_some_and(works)
    }

    /// Whether the owner of an earlier lead gets this one, too: as far as the owner may hold more.
    fn keeps(&self, owner: i64, lead: &Waiting<'_>, reasons: &[Option<SkipReason>]) -> bool {
        let is_barred = match self.members.iter().position(|member| member.user == owner) {
            Some(index) => reasons.get(index).is_none_or(Option::is_some),
            None => self.barred_elsewhere(owner).is_some(),
        };
        !(is_barred || self.habits.not_back && lead.previous_owner == Some(owner))
    }

    fn choose(&mut self, reasons: &[Option<SkipReason>]) -> Option<usize> {
        let mut parts: Vec<Part> = reasons.iter().map(|reason| part_of(*reason)).collect();
        if self.strategy == PoolStrategy::LeastLoaded {
            self.keep_least_loaded(&mut parts);
        }
        let weighs = self.strategy.weighs() && self.strategy != PoolStrategy::LeastLoaded;
        let place = |member: &Member| Place { weight: if weighs { member.weight } else { 1 }, current: member.current };
        let mut places: Vec<Place> = self.members.iter().map(place).collect();
        let is_ranked = self.strategy == PoolStrategy::Score && self.cursor % ROTATED != ROTATED - 1;
        let taken = match is_ranked {
            true => turn_in_order(&mut places, &parts, &self.ranking()),
            false => turn(&mut places, &parts),
        };
        self.members.iter_mut().zip(places).for_each(|(member, place)| member.current = place.current);
        taken
    }

    /// Passes over all but those who have the fewest open leads for their weight.
    fn keep_least_loaded(&self, parts: &mut [Part]) {
        let load = |member: &Member| (i128::from(member.open), i128::from(member.weight.max(1)));
        let taking = |part: &Part| *part == Part::Takes;
        let loads = self.members.iter().zip(parts.iter()).filter(|(_, part)| taking(part)).map(|(one, _)| load(one));
        // Fractions, compared without rounding.
        let Some(least) = loads.min_by(|one, other| (one.0 * other.1).cmp(&(other.0 * one.1))) else { return };
        for (member, part) in self.members.iter().zip(parts.iter_mut()).filter(|(_, part)| taking(part)) {
            let (open, weight) = load(member);
            if open * least.1 != least.0 * weight {
                *part = Part::PassedOver;
            }
        }
    }

    /// The members in the order in which the best leads go to them: those who are known to win most first. Newcomers stand together at
    /// a place that moves on with each round, and so does who of them is first.
    fn ranking(&self) -> Vec<usize> {
        let bound = |index: &usize| {
            let conversion = self.members.get(*index)?.conversion?;
            conversion.is_proven().then_some(conversion.bound)
        };
        let (mut proven, mut newcomers): (Vec<usize>, Vec<usize>) =
            (0..self.members.len()).partition(|index| bound(index).is_some());
        proven.sort_by(|one, other| bound(other).unwrap_or(0.0).total_cmp(&bound(one).unwrap_or(0.0)));
        let round = usize::try_from(self.cursor).unwrap_or(0) / self.members.len().max(1);
        if !newcomers.is_empty() {
            let first = round % newcomers.len();
            newcomers.rotate_left(first);
        }
        let place = round % (proven.len() + 1);
        proven.splice(place..place, newcomers);
        proven
    }

    fn count(&mut self, user: i64) {
        match self.members.iter_mut().find(|member| member.user == user) {
            Some(member) => {
                member.open += 1;
                member.today += 1;
                member.given += 1;
            }
            None => {
                *self.given_to_others.entry(user).or_default() += 1;
                if let Some(held) = self.elsewhere.get_mut(&user) {
                    held.open += 1;
                }
            }
        }
    }
}

fn part_of(reason: Option<SkipReason>) -> Part {
    match reason {
        None => Part::Takes,
        Some(reason) if reason.is_of_lead() => Part::PassedOver,
        Some(_) => Part::Out,
    }
}
