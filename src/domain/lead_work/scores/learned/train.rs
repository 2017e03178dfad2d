//! Counting what became of leads.

use std::collections::HashMap;

use crate::domain::money::amount::grouped;

use super::{Cell, FieldCounts, FieldKind, LearnedModel, OTHER, Seen};

/// A tag with fewer leads is left out.
pub const FEWEST_OF_TAG: u64 = 50;
/// A word with fewer leads is counted under [`OTHER`]: a model stays, and is to tell of nobody who is erased.
pub const FEWEST_OF_WORD: u64 = 10;
/// So many words of a field are kept at most: those that most leads have.
const MOST_WORDS: usize = 500;
/// Numbers are counted in so many ranges.
const RANGES: usize = 5;

/// A field that a model is to learn from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    pub name: String,
    pub kind: FieldKind,
}

/// Counts of one field while leads are read.
#[derive(Debug, Default)]
struct Counting {
    words: HashMap<String, [u64; 2]>,
    numbers: Vec<(i64, bool)>,
    stages: Vec<[u64; 2]>,
    /// Leads with a value: won, lost.
    having: [u64; 2],
}

/// Counts leads whose outcome is known.
#[derive(Debug)]
pub struct Trainer {
    fields: Vec<Field>,
    counts: Vec<Counting>,
    stages: Vec<String>,
    outcomes: [u64; 2],
}

impl Trainer {
    /// Begins with these fields; `stages` are the names of the stages in their order.
    pub fn new(fields: Vec<Field>, stages: Vec<String>) -> Trainer {
        let counting = || Counting { stages: vec![[0; 2]; stages.len()], ..Counting::default() };
        Trainer { counts: fields.iter().map(|_| counting()).collect(), fields, stages, outcomes: [0; 2] }
    }

    /// Counts a lead by what was known of it, in the order of the fields.
    pub fn add(&mut self, is_won: bool, seen: &[Seen]) {
        let outcome = usize::from(!is_won);
        self.outcomes[outcome] += 1;
        for (counting, seen) in self.counts.iter_mut().zip(seen) {
            counting.add(outcome, seen);
        }
    }

    /// How many were won and lost.
    pub fn outcomes(&self) -> (u64, u64) {
        (self.outcomes[0], self.outcomes[1])
    }

    /// The model; fields of which nothing was counted are left out.
    pub fn finish(self, at_days: u32) -> LearnedModel {
        let (won, lost) = self.outcomes();
        let counted = self.fields.into_iter().zip(self.counts);
        let fields =
            counted.map(|(field, counts)| counts.finish(field, &self.stages)).filter(|it| !it.cells.is_empty());
        LearnedModel { won, lost, fields: fields.collect(), at_days, sets_score: false, until: None }
    }
}

impl Counting {
    fn add(&mut self, outcome: usize, seen: &Seen) {
        if *seen != Seen::Nothing {
            self.having[outcome] += 1;
        }
        match seen {
            Seen::Nothing => {}
            Seen::Word(word) => self.count(word, outcome),
            Seen::Words(words) => words.iter().for_each(|word| self.count(word, outcome)),
            Seen::Number(number) => self.numbers.push((*number, outcome == 0)),
            Seen::Stage(last) => {
                // Whoever was won has passed them all.
                let passed = if outcome == 0 { self.stages.len() } else { last + 1 };
                self.stages.iter_mut().take(passed).for_each(|stage| stage[outcome] += 1);
            }
        }
    }

    fn count(&mut self, word: &str, outcome: usize) {
        match self.words.get_mut(word) {
            Some(counts) => counts[outcome] += 1,
            None => {
                let mut counts = [0; 2];
                counts[outcome] += 1;
                self.words.insert(word.to_owned(), counts);
            }
        }
    }

    fn finish(self, field: Field, stages: &[String]) -> FieldCounts {
        let [won, lost] = self.having;
        let mut counts =
            FieldCounts { field: field.name, kind: field.kind, won, lost, cells: Vec::new(), edges: Vec::new() };
        match field.kind {
            FieldKind::Category => counts.cells = words(self.words),
            FieldKind::Tags => counts.cells = most(self.words, FEWEST_OF_TAG).0,
            FieldKind::Stage => {
                let each = stages.iter().zip(self.stages);
                counts.cells = each.map(|(name, [won, lost])| Cell { value: name.clone(), won, lost }).collect();
            }
            FieldKind::Number => ranges(&mut counts, self.numbers),
        }
        counts
    }
}

/// The words that most leads have, sorted, and the others as one.
fn words(counted: HashMap<String, [u64; 2]>) -> Vec<Cell> {
    let (mut cells, [won, lost]) = most(counted, FEWEST_OF_WORD);
    if won + lost > 0 {
        match cells.binary_search_by(|cell| cell.value.as_str().cmp(OTHER)) {
            Ok(place) => {
                cells[place].won += won;
                cells[place].lost += lost;
            }
            Err(place) => cells.insert(place, Cell { value: OTHER.to_owned(), won, lost }),
        }
    }
    cells
}

/// The words that at least so many leads have, sorted, of very many those that most have; and the sums of the others.
fn most(counted: HashMap<String, [u64; 2]>, fewest: u64) -> (Vec<Cell>, [u64; 2]) {
    let mut cells: Vec<Cell> = counted.into_iter().map(|(value, [won, lost])| Cell { value, won, lost }).collect();
    cells.sort_by(|a, b| (b.won + b.lost).cmp(&(a.won + a.lost)).then_with(|| a.value.cmp(&b.value)));
    let kept = cells.iter().take(MOST_WORDS).take_while(|cell| cell.won + cell.lost >= fewest).count();
    let others = cells.split_off(kept);
    cells.sort_by(|a, b| a.value.cmp(&b.value));
    (cells, others.iter().fold([0, 0], |[won, lost], cell| [won + cell.won, lost + cell.lost]))
}

/// An amount of hundredths in units: `5,000`, or `99.50`. Values of several currencies are counted together.
fn units(hundredths: i64) -> String {
    let (whole, rest) = (hundredths.unsigned_abs() / 100, hundredths.unsigned_abs() % 100);
    let sign = if hundredths < 0 { "-" } else { "" };
    let decimals = if rest == 0 { String::new() } else { format!(".{rest:02}") };
    format!("{sign}{}{decimals}", grouped(whole))
}

/// Ranges that hold about as many numbers each; equal numbers are in one.
fn ranges(counts: &mut FieldCounts, mut numbers: Vec<(i64, bool)>) {
    numbers.sort_unstable();
    let Some((least, _)) = numbers.first().copied() else { return };
    for place in 1..RANGES {
        let edge = numbers[numbers.len() * place / RANGES].0;
        if edge > counts.edges.last().copied().unwrap_or(least) {
            counts.edges.push(edge);
        }
    }
    let mut found = vec![[0_u64; 2]; counts.edges.len() + 1];
    for (number, is_won) in numbers {
        found[counts.range_of(number)][usize::from(!is_won)] += 1;
    }
    let edges = &counts.edges;
    let names = (0..found.len()).map(|place| {
        match (place.checked_sub(1).and_then(|before| edges.get(before)), edges.get(place)) {
            (None, None) => "any".to_owned(),
            (None, Some(end)) => format!("below {}", units(*end)),
            (Some(begin), None) => format!("{} and more", units(*begin)),
            (Some(begin), Some(end)) => format!("{} to below {}", units(*begin), units(*end)),
        }
    });
    counts.cells = names.zip(found).map(|(value, [won, lost])| Cell { value, won, lost }).collect();
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::lead_work::scores::learned::probability;
    use proptest::prelude::*;

    const STAGES: [&str; 3] = ["new", "contacted", "hot"];

    fn fields() -> Vec<Field> {
        [
            ("source", FieldKind::Category),
            ("value", FieldKind::Number),
            ("tag", FieldKind::Tags),
            ("stage", FieldKind::Stage),
        ]
        .map(|(name, kind)| Field { name: name.to_owned(), kind })
        .to_vec()
    }

    type Case = (bool, Option<usize>, Option<i64>, Vec<usize>, usize);

    fn seen((_, source, value, tags, stage): &Case) -> Vec<Seen> {
        vec![
            source.map_or(Seen::Nothing, |source| Seen::Word(format!("source {source}"))),
            value.map_or(Seen::Nothing, Seen::Number),
            Seen::Words(tags.iter().map(|tag| format!("tag {tag}")).collect()),
            Seen::Stage(*stage),
        ]
    }

    fn cases() -> impl Strategy<Value = Vec<Case>> {
        let tags = proptest::sample::subsequence(vec![0usize, 1, 2], 0..=3);
        proptest::collection::vec(
            (any::<bool>(), proptest::option::of(0usize..4), proptest::option::of(-3i64..9), tags, 0usize..3),
            1..200,
        )
    }

    proptest! {
        /// Against sums over the cases themselves, by the definition.
        #[test]
        fn counts_and_log_odds_are_those_of_the_cases(cases in cases()) {
            let mut trainer = Trainer::new(fields(), STAGES.map(str::to_owned).to_vec());
            cases.iter().for_each(|case| trainer.add(case.0, &seen(case)));
            let model = trainer.finish(3);
            let all = |is_won: bool| cases.iter().filter(move |case| case.0 == is_won);
            let count = |is_won: bool, holds: &dyn Fn(&Case) -> bool| all(is_won).filter(|case| holds(case)).count() as f64;
            let [won, lost] = [true, false].map(|is_won| all(is_won).count() as f64);
            let by_definition = |case: &Case| {
                let mut odds = ((won + 0.1) / (lost + 0.1)).ln();
                let mut say = |cells: f64, holds: &dyn Fn(&Case) -> bool, has: &dyn Fn(&Case) -> bool| {
                    let share = |is_won| (count(is_won, holds) + 0.1) / (count(is_won, has) + 0.1 * cells);
                    odds += (share(true) / share(false)).ln();
                };
                if let Some(source) = case.1 {
                    // Rare ones are one.
                    let is_rare = |source: usize| cases.iter().filter(|other| other.1 == Some(source)).count() < 10;
                    let known = |source: usize| if is_rare(source) { None } else { Some(source) };
                    let all: std::collections::BTreeSet<_> = cases.iter().filter_map(|other| other.1.map(known)).collect();
                    let mine = Some(known(source));
                    say(all.len() as f64, &|other| other.1.map(known) == mine, &|other| other.1.is_some());
                }
                if let Some(value) = case.2 {
                    let field = model.fields.iter().find(|field| field.field == "value").unwrap();
                    let range = |value: i64| field.edges.iter().filter(|edge| **edge <= value).count();
                    say(field.edges.len() as f64 + 1.0, &|other| other.2.is_some_and(|it| range(it) == range(value)), &|other| other.2.is_some());
                }
                for tag in &case.3 {
                    if cases.iter().filter(|other| other.3.contains(tag)).count() >= 50 {
                        say(1.0, &|other| other.3.contains(tag), &|_| true);
                    }
                }
                say(1.0, &|other| other.0 || other.4 >= case.4, &|_| true);
                odds
            };
            for case in &cases {
                let told: Vec<Seen> = model.fields.iter().map(|field| {
                    let place = ["source", "value", "tag", "stage"].iter().position(|name| *name == field.field).unwrap();
                    seen(case)[place].clone()
                }).collect();
                let (found, expected) = (model.total(&told), by_definition(case));
                prop_assert!((found - expected).abs() < 1e-9, "{found} and not {expected} of {case:?}");
                prop_assert!((0.0..=1.0).contains(&probability(found)));
            }
            // Nobody is lost on the way.
            for field in &model.fields {
                if matches!(field.kind, FieldKind::Category | FieldKind::Number) {
                    prop_assert_eq!(field.cells.iter().map(|cell| cell.won).sum::<u64>(), field.won);
                    prop_assert_eq!(field.cells.iter().map(|cell| cell.lost).sum::<u64>(), field.lost);
                }
            }
            let stored = serde_json::to_value(&model).unwrap();
            prop_assert_eq!(LearnedModel::from_json(&stored).unwrap(), model);
        }
    }

    #[test]
    fn ranges_of_values_are_told_in_units() {
        let mut trainer = Trainer::new(vec![Field { name: "value".into(), kind: FieldKind::Number }], Vec::new());
        for cents in [0, 9_950, 500_000, 500_000, 900_000] {
            trainer.add(true, &[Seen::Number(cents)]);
        }
        let model = trainer.finish(3);
        let told: Vec<&str> = model.fields[0].cells.iter().map(|cell| cell.value.as_str()).collect();
        assert_eq!(told, ["below 99.50", "99.50 to below 5,000", "5,000 to below 9,000", "9,000 and more"]);
        assert_eq!(model.fields[0].edges, [9_950, 500_000, 900_000]);
        assert_eq!(units(-5), "-0.05");
    }

    #[test]
    fn words_of_few_leads_are_not_kept() {
        let model = |rare: &str| {
            let mut trainer =
                Trainer::new(vec![Field { name: "job_title".into(), kind: FieldKind::Category }], Vec::new());
            let mut add = |count: usize, word: &str| {
                (0..count).for_each(|place| trainer.add(place % 2 == 0, &[Seen::Word(word.to_owned())]));
            };
            add(10, "nurse");
            add(9, "astronaut");
            add(1, rare);
            trainer.finish(3)
        };
        let cells = |rare: &str| -> Vec<(String, u64, u64)> {
            model(rare).fields[0].cells.iter().map(|cell| (cell.value.clone(), cell.won, cell.lost)).collect()
        };
        assert_eq!(cells("pope"), [("nurse".to_owned(), 5, 5), ("other".to_owned(), 6, 4)]);
        // Who is said to be another is, too; and whoever has a word that is not kept.
        assert_eq!(cells("other"), cells("pope"));
        let odds = |word: &str| model("pope").log_odds(&[Seen::Word(word.to_owned())])[0];
        assert!(odds("pope") > 0.0 && odds("pope") == odds("astronaut") && odds("pope") == odds("never seen"));
    }

    #[test]
    fn a_win_counts_in_every_stage_and_a_loss_up_to_the_last_one() {
        let mut trainer = Trainer::new(
            vec![Field { name: "stage".into(), kind: FieldKind::Stage }],
            STAGES.map(str::to_owned).to_vec(),
        );
        trainer.add(true, &[Seen::Stage(0)]);
        trainer.add(false, &[Seen::Stage(1)]);
        trainer.add(false, &[Seen::Stage(0)]);
        let model = trainer.finish(3);
        let counts: Vec<(u64, u64)> = model.fields[0].cells.iter().map(|cell| (cell.won, cell.lost)).collect();
        assert_eq!(counts, [(1, 2), (1, 1), (1, 0)]);
    }
}
