//! In which order territories take leads.
//!
//! A territory is a part of its parent: it takes leads for which its filter holds and those of all territories that it is inside. Of
//! several next to each other the one with the smaller priority is asked first, then the one whose name comes first; each is asked after
//! what is inside it. One that is not active takes nothing, and still bounds what is inside it.

use std::collections::{HashMap, HashSet};

/// How many territories can be inside each other, the outermost included.
pub const DEEPEST: usize = 20;

/// What the order of territories depends on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    pub id: i64,
    pub parent: Option<i64>,
    pub priority: i32,
    pub name: String,
    pub is_active: bool,
}

/// The territories of an organization.
#[derive(Debug, Clone, Default)]
pub struct Tree {
    places: HashMap<i64, Place>,
    /// Those inside each, and at the top, in the order in which they are asked.
    inside: HashMap<Option<i64>, Vec<i64>>,
}

/// A territory with those inside it, in the order in which they are asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    pub id: i64,
    pub is_active: bool,
    pub inside: Vec<Step>,
}

/// Why a territory cannot be inside another one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Misplaced {
    #[error("the territory `{0}` cannot be inside itself")]
    Itself(String),
    #[error("the territory `{parent}` is inside `{child}` already")]
    Circle { child: String, parent: String },
    #[error("no more than {DEEPEST} territories can be inside each other")]
    TooDeep,
}

impl Tree {
    pub fn of(places: impl IntoIterator<Item = Place>) -> Tree {
        let places: HashMap<i64, Place> = places.into_iter().map(|place| (place.id, place)).collect();
        let mut inside: HashMap<Option<i64>, Vec<i64>> = HashMap::new();
        for place in places.values() {
            // What another program put inside nothing is at the top.
            let parent = place.parent.filter(|parent| places.contains_key(parent));
            inside.entry(parent).or_default().push(place.id);
        }
        for ids in inside.values_mut() {
            ids.sort_by_key(|id| places.get(id).map(|place| (place.priority, place.name.clone(), place.id)));
        }
        Tree { places, inside }
    }

    /// The territories at the top, each with what is inside it.
    pub fn steps(&self) -> Vec<Step> {
        self.steps_inside(None)
    }

    fn steps_inside(&self, parent: Option<i64>) -> Vec<Step> {
        let ids = self.inside.get(&parent).into_iter().flatten();
        let places = ids.filter_map(|id| self.places.get(id));
        places
            .map(|place| Step { id: place.id, is_active: place.is_active, inside: self.steps_inside(Some(place.id)) })
            .collect()
    }

    /// The territories as a list shows them, each with how many it is inside of: what is inside one follows it.
    pub fn listed(&self) -> Vec<(i64, usize)> {
        fn walk(steps: &[Step], depth: usize, listed: &mut Vec<(i64, usize)>) {
            for step in steps {
                listed.push((step.id, depth));
                walk(&step.inside, depth + 1, listed);
            }
        }
        let mut listed = Vec::new();
        walk(&self.steps(), 0, &mut listed);
        listed
    }

    /// The territories that are right inside one.
    pub fn inside(&self, id: i64) -> &[i64] {
        self.inside.get(&Some(id)).map(Vec::as_slice).unwrap_or_default()
    }

    /// The territories that one is inside of, the nearest first.
    pub fn around(&self, id: i64) -> Vec<i64> {
        let mut around = Vec::new();
        let mut seen = HashSet::from([id]);
        let mut at = self.parent(id);
        while let Some(parent) = at.filter(|parent| seen.insert(*parent)) {
            around.push(parent);
            at = self.parent(parent);
        }
        around
    }

    fn parent(&self, id: i64) -> Option<i64> {
        self.places.get(&id)?.parent.filter(|parent| self.places.contains_key(parent))
    }

    /// Whether a territory may be put inside another one; a new one has no id yet.
    ///
    /// # Errors
    /// It would be inside itself, or too deep.
    pub fn may_be_inside(&self, child: Option<i64>, parent: i64) -> Result<(), Misplaced> {
        let name = |id: i64| self.places.get(&id).map(|place| place.name.clone()).unwrap_or_default();
        let around = self.around(parent);
        if let Some(child) = child {
            if child == parent {
                return Err(Misplaced::Itself(name(child)));
            }
            if around.contains(&child) {
                return Err(Misplaced::Circle { child: name(child), parent: name(parent) });
            }
        }
        let height = child.map_or(1, |child| self.height(child, DEEPEST));
        match around.len() + 1 + height > DEEPEST {
            true => Err(Misplaced::TooDeep),
            false => Ok(()),
        }
    }

    /// How many territories are inside each other from one on, itself included; those beyond `most` are not counted.
    fn height(&self, id: i64, most: usize) -> usize {
        match most.checked_sub(1) {
            None => 0,
            Some(less) => 1 + self.inside(id).iter().map(|inside| self.height(*inside, less)).max().unwrap_or(0),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    fn place(id: i64, parent: i64, priority: i32, name: &str) -> Place {
        let (parent, name) = (Some(parent).filter(|parent| *parent > 0), name.to_owned());
        Place { id, parent, priority, name, is_active: true }
    }

    /// The territory that takes a lead, of which it is known whose filters hold for it, by walking through the steps.
    fn first_of(steps: &[Step], holding: &BTreeSet<i64>) -> Option<i64> {
        let holds = steps.iter().filter(|step| holding.contains(&step.id));
        holds.filter_map(|step| first_of(&step.inside, holding).or(step.is_active.then_some(step.id))).next()
    }

    fn first(places: &[Place], holding: &[i64]) -> Option<i64> {
        first_of(&Tree::of(places.to_vec()).steps(), &holding.iter().copied().collect())
    }

    #[test]
    fn what_is_inside_comes_first_then_the_priority_then_the_name() {
        let places = [
            place(1, 0, 100, "West"),
            place(2, 1, 100, "California"),
            place(3, 1, 50, "Oregon"),
            place(4, 0, 100, "East"),
            place(5, 0, 10, "Key accounts"),
        ];
        for (holding, taken) in [
            (&[1][..], Some(1)),
            (&[1, 2], Some(2)),
            (&[1, 2, 3], Some(3)),
            (&[1, 4], Some(4)),
            (&[1, 2, 3, 4, 5], Some(5)),
            // Outside of the West there is no California.
            (&[2], None),
            (&[2, 4], Some(4)),
            (&[], None),
        ] {
            assert_eq!(first(&places, holding), taken, "{holding:?}");
        }
        let listed: Vec<(i64, usize)> = Tree::of(places).listed();
        assert_eq!(listed, [(5, 0), (4, 0), (1, 0), (3, 1), (2, 1)]);
    }

    #[test]
    fn what_is_not_active_takes_nothing_and_bounds_what_is_inside() {
        let mut places = [place(1, 0, 1, "a"), place(2, 1, 1, "b"), place(3, 0, 2, "c")];
        places[0].is_active = false;
        for (holding, taken) in
            [(&[1][..], None), (&[1, 2], Some(2)), (&[2], None), (&[1, 3], Some(3)), (&[2, 3], Some(3))]
        {
            assert_eq!(first(&places, holding), taken, "{holding:?}");
        }
    }

    #[test]
    fn nothing_is_inside_itself() {
        let places = [place(1, 0, 1, "a"), place(2, 1, 1, "b"), place(3, 2, 1, "c"), place(4, 0, 1, "d")];
        let tree = Tree::of(places);
        assert_eq!(tree.around(3), [2, 1]);
        assert_eq!(tree.may_be_inside(Some(1), 1), Err(Misplaced::Itself("a".into())));
        let circle = Misplaced::Circle { child: "a".into(), parent: "c".into() };
        assert_eq!(tree.may_be_inside(Some(1), 3), Err(circle));
        assert_eq!(tree.may_be_inside(Some(3), 1), Ok(()));
        assert_eq!(tree.may_be_inside(Some(1), 4), Ok(()));
        assert_eq!(tree.may_be_inside(None, 3), Ok(()));
    }

    #[test]
    fn a_tree_has_an_end() {
        let deep = (1..=DEEPEST as i64).map(|id| place(id, id - 1, 1, "x"));
        let tree = Tree::of(deep.chain([place(90, 0, 1, "y"), place(91, 90, 1, "z")]));
        let deepest = DEEPEST as i64;
        assert_eq!(tree.may_be_inside(None, deepest), Err(Misplaced::TooDeep));
        assert_eq!(tree.may_be_inside(None, deepest - 1), Ok(()));
        assert_eq!(tree.may_be_inside(Some(90), deepest - 1), Err(Misplaced::TooDeep));
        assert_eq!(tree.may_be_inside(Some(90), deepest - 2), Ok(()));
    }

    /// A circle that another program wrote is nowhere in the tree, and is no endless one.
    #[test]
    fn a_circle_ends() {
        let tree = Tree::of([place(1, 2, 1, "a"), place(2, 1, 1, "b"), place(3, 0, 1, "c")]);
        assert_eq!(tree.listed(), [(3, 0)]);
        assert_eq!(tree.around(1), [2]);
        assert_eq!(first_of(&tree.steps(), &[1, 2, 3].into()), Some(3));
    }

    /// Random trees: each is inside one with a smaller id, or at the top.
    fn places() -> impl Strategy<Value = Vec<Place>> {
        prop::collection::vec((any::<prop::sample::Index>(), 0..3i32, "[a-c]", any::<bool>()), 1..12).prop_map(|all| {
            let place =
                |(at, (parent, priority, name, is_active)): (usize, (prop::sample::Index, i32, String, bool))| {
                    let parent = parent.index(at + 1) as i64;
                    let parent = (parent > 0 && at > 0).then_some(parent);
                    Place { id: at as i64 + 1, parent, priority, name, is_active }
                };
            all.into_iter().enumerate().map(place).collect()
        })
    }

    proptest! {
        /// Said without a tree: of all active ones whose filter holds, with those of everything around it, the one whose way from the top
        /// comes first, where a longer way comes before its beginning.
        #[test]
        fn the_first_is_the_first_by_its_way(places in places(), holding in prop::collection::btree_set(1..12i64, 0..12)) {
            let by_id = |id: i64| places.iter().find(|place| place.id == id).unwrap();
            let way = |place: &Place| {
                let mut way = vec![(place.priority, place.name.clone(), place.id)];
                let mut at = place.parent;
                while let Some(parent) = at {
                    way.insert(0, (by_id(parent).priority, by_id(parent).name.clone(), parent));
                    at = by_id(parent).parent;
                }
                // Behind everything that is inside it.
                way.push((i32::MAX, String::new(), i64::MAX));
                way
            };
            let holds = |place: &&Place| {
                place.is_active && way(place).iter().rev().skip(1).all(|(_, _, id)| holding.contains(id))
            };
            let wanted = places.iter().filter(holds).min_by_key(|place| way(place)).map(|place| place.id);
            prop_assert_eq!(first_of(&Tree::of(places.clone()).steps(), &holding), wanted);
        }
    }
}
