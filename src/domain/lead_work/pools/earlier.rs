//! Earlier leads of the same people: leads that share a phone or an email share one list, so that a placeholder or a switchboard does not
//! make a list for each.

use std::collections::{BTreeMap, HashMap};

use super::desk::Earlier;

/// The earlier leads of many leads.
#[derive(Debug, Default)]
pub struct EarlierLeads {
    /// Of each phone or email, by owner, the leads in ascending order.
    lists: Vec<BTreeMap<i64, Vec<i64>>>,
    /// The lists of each lead.
    of_lead: HashMap<i64, Vec<usize>>,
    /// What was merged into each lead, which may be younger than it.
    merged: HashMap<i64, Vec<Earlier>>,
}

impl EarlierLeads {
    /// Begins a list.
    pub fn list(&mut self) -> usize {
        self.lists.push(BTreeMap::new());
        self.lists.len() - 1
    }

    /// Adds a lead to a list.
    pub fn add(&mut self, list: usize, lead: i64, owner: i64) {
        if let Some(list) = self.lists.get_mut(list) {
            list.entry(owner).or_default().push(lead);
        }
    }

    /// Gives a lead a share in a list.
    pub fn share(&mut self, lead: i64, list: usize) {
        self.of_lead.entry(lead).or_default().push(list);
    }

    /// Adds what was merged into a lead.
    pub fn merge(&mut self, lead: i64, earlier: i64, owner: i64) {
        self.merged.entry(lead).or_default().push(Earlier { lead: earlier, owner });
    }

    /// Makes them ready to be asked.
    pub fn settle(&mut self) {
        for leads in self.lists.iter_mut().flat_map(BTreeMap::values_mut) {
            leads.sort_unstable();
            leads.dedup();
        }
    }

    /// The latest earlier lead of each owner, the latest first.
    pub fn of(&self, lead: i64) -> Vec<Earlier> {
        let mut latest: BTreeMap<i64, i64> = BTreeMap::new();
        let mut take = |earlier: i64, owner: i64| {
            let kept = latest.entry(owner).or_insert(earlier);
            *kept = earlier.max(*kept);
        };
        let lists = self.of_lead.get(&lead).into_iter().flatten().filter_map(|list| self.lists.get(*list));
        for (owner, leads) in lists.flatten() {
            let before = leads.partition_point(|earlier| *earlier < lead);
            if let Some(earlier) = before.checked_sub(1).and_then(|place| leads.get(place)) {
                take(*earlier, *owner);
            }
        }
        self.merged.get(&lead).into_iter().flatten().for_each(|merged| take(merged.lead, merged.owner));
        let mut all: Vec<Earlier> = latest.into_iter().map(|(owner, lead)| Earlier { lead, owner }).collect();
        all.sort_unstable_by_key(|one| std::cmp::Reverse(one.lead));
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_owner_counts_once_with_the_latest_lead_before() {
        let mut all = EarlierLeads::default();
        let (phone, email) = (all.list(), all.list());
        for (list, lead, owner) in [(phone, 9, 1), (phone, 3, 1), (phone, 5, 2), (email, 7, 2), (email, 20, 3)] {
            all.add(list, lead, owner);
        }
        for lead in [8, 10, 30] {
            all.share(lead, phone);
            all.share(lead, email);
        }
        all.share(6, phone);
        all.merge(6, 11, 4);
        all.settle();
        let of = |lead| all.of(lead).iter().map(|one| (one.lead, one.owner)).collect::<Vec<_>>();
        assert_eq!(of(8), [(7, 2), (3, 1)]);
        assert_eq!(of(10), [(9, 1), (7, 2)]);
        assert_eq!(of(30), [(20, 3), (9, 1), (7, 2)]);
        assert_eq!(of(6), [(11, 4), (5, 2), (3, 1)]);
        assert_eq!(of(99), []);
    }

    /// Ten thousand leads with the email of ten thousand others: one list, which is not copied.
    #[test]
    fn a_placeholder_is_no_square() {
        let mut all = EarlierLeads::default();
        let list = all.list();
        (0..10_000).for_each(|lead| all.add(list, lead, lead % 3));
        (10_000..20_000).for_each(|lead| all.share(lead, list));
        all.settle();
        assert!((10_000..20_000).all(|lead| all.of(lead).len() == 3));
        assert_eq!(all.lists.iter().flat_map(BTreeMap::values).map(Vec::len).sum::<usize>(), 10_000);
    }
}
