//! Models that have learned from what became of earlier leads: naive Bayes over what was known of each.

pub mod calibrate;
pub mod figures;
pub mod train;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::domain::timestamp::Timestamp;

/// What is added to each count, so that nothing is impossible.
pub const ADDED: f64 = 0.1;

/// The key under which factors have what speaks for a win before anything is known of a lead.
pub const INTERCEPT: &str = "intercept";

/// The word under which rare ones are counted.
pub const OTHER: &str = "other";

vocabulary! {
    /// How the values of a field are counted.
    FieldKind {
        /// One of few words.
        Category = "category",
        /// A number, in ranges that hold about as many leads each.
        Number = "number",
        /// Several words of one lead.
        Tags = "tags",
        /// How far a lead came: one that was won counts in every stage, one that was lost in those up to the last that it reached.
        Stage = "stage",
    }
}

/// What a lead has in a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Seen {
    Nothing,
    Word(String),
    Number(i64),
    Words(Vec<String>),
    /// The place of the last stage that it reached, among those of the field.
    Stage(usize),
}

/// Leads that were won and that were lost with a value.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Cell {
    /// The word; of a number the range, as people read it.
    pub value: String,
    pub won: u64,
    pub lost: u64,
}

/// What was counted of a field.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FieldCounts {
    pub field: String,
    pub kind: FieldKind,
    /// Leads with any value of it.
    pub won: u64,
    pub lost: u64,
    pub cells: Vec<Cell>,
    /// Of numbers: the first number of each range but the first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub edges: Vec<i64>,
}

/// A model as it is stored.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LearnedModel {
    /// Leads that were won and that were lost.
    pub won: u64,
    pub lost: u64,
    pub fields: Vec<FieldCounts>,
    /// So many days after a lead was made its values were read.
    pub at_days: u32,
    /// Whether a run gives scores, too.
    #[serde(default)]
    pub sets_score: bool,
    /// When the last lead was closed that it has learned from: of leads that were made since it knows nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
}

impl LearnedModel {
    /// Reads a model as it is stored; `None` when a newer program wrote it.
    pub fn from_json(definition: &Value) -> Option<LearnedModel> {
        LearnedModel::deserialize(definition).ok()
    }

    /// What speaks for a win before anything is known of a lead.
    pub fn intercept(&self) -> f64 {
        log_ratio(self.won as f64 + ADDED, self.lost as f64 + ADDED)
    }

    /// What each field says of a lead, in the order of the fields; nothing where it has no value that was counted.
    pub fn log_odds(&self, seen: &[Seen]) -> Vec<f64> {
        self.fields.iter().zip(seen).map(|(field, seen)| field.log_odds(seen)).collect()
    }

    /// The logarithm of the odds of a win.
    pub fn total(&self, seen: &[Seen]) -> f64 {
        self.intercept() + self.log_odds(seen).iter().sum::<f64>()
    }
}

/// The probability of which this is the logarithm of the odds.
pub fn probability(log_odds: f64) -> f64 {
    1.0 / (1.0 + (-log_odds).exp())
}

impl FieldCounts {
    /// What a value says: the logarithm of how much more likely it is among leads that were won.
    pub fn log_odds(&self, seen: &Seen) -> f64 {
        match seen {
            Seen::Nothing => 0.0,
            Seen::Word(word) => self.cell(word).or_else(|| self.cell(OTHER)).map_or(0.0, |cell| self.of_cell(cell)),
            Seen::Number(number) => self.cells.get(self.range_of(*number)).map_or(0.0, |cell| self.of_cell(cell)),
            Seen::Words(words) => words.iter().filter_map(|word| self.cell(word)).map(|cell| self.of_cell(cell)).sum(),
            Seen::Stage(place) => self.cells.get(*place).map_or(0.0, |cell| self.of_cell(cell)),
        }
    }

    fn cell(&self, word: &str) -> Option<&Cell> {
        let place = self.cells.binary_search_by(|cell| cell.value.as_str().cmp(word)).ok()?;
        self.cells.get(place)
    }

    /// The range of a number.
    pub fn range_of(&self, number: i64) -> usize {
        self.edges.partition_point(|edge| *edge <= number)
    }

    /// What a value says that was counted.
    pub fn of_cell(&self, cell: &Cell) -> f64 {
        // Of words that exclude each other one is always there; a tag or a stage is there or not.
        let cells = match self.kind {
            FieldKind::Category | FieldKind::Number => self.cells.len() as f64,
            FieldKind::Tags | FieldKind::Stage => 1.0,
        };
        let share = |count: u64, of: u64| (count as f64 + ADDED) / (of as f64 + ADDED * cells);
        log_ratio(share(cell.won, self.won), share(cell.lost, self.lost))
    }
}

fn log_ratio(one: f64, other: f64) -> f64 {
    (one / other).ln()
}
