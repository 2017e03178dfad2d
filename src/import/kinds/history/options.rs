//! What a person asks of an import of status events.

use serde::{Deserialize, Serialize};

use crate::domain::leads::status::MoveRule;
use crate::domain::time::datetime::DateOrder;
use crate::import::options::{Assignment, StatusMeaning};
use crate::import::proof::Formats;
use crate::import::saved::{Lists, Mappable};
use crate::import::sheet::Options;

/// What a person asked of an import of status events.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct HistoryOptions {
    /// ISO 3166 code; none for the organization's default.
    pub region: Option<String>,
    pub map: Vec<Assignment>,
    pub ignore: Vec<String>,
    pub set: Vec<Assignment>,
    /// The system that external ids are of.
    pub source_system: Option<String>,
    /// Words of the status column, before the usual aliases.
    pub status_map: Vec<StatusMeaning>,
    pub date_order: Option<DateOrder>,
    /// Whether leads follow events that tell of moves which leads cannot make.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub force_moves: bool,
}

impl HistoryOptions {
    /// Which moves leads make.
    pub fn rule(&self) -> MoveRule {
        MoveRule::of_flag(self.force_moves)
    }
}

impl Mappable for HistoryOptions {
    fn lists(&mut self) -> Lists<'_> {
        Lists::of(&mut self.map, &mut self.set, &mut self.ignore)
    }

    fn under(self, saved: HistoryOptions) -> HistoryOptions {
        self.or(saved)
    }

    fn of_any_file(self, said: &HistoryOptions) -> HistoryOptions {
        HistoryOptions { date_order: said.date_order, ..self }
    }
}

impl Options for HistoryOptions {
    fn or(self, earlier: HistoryOptions) -> HistoryOptions {
        HistoryOptions {
            region: self.region.or(earlier.region),
            map: if self.map.is_empty() { earlier.map } else { self.map },
            ignore: if self.ignore.is_empty() { earlier.ignore } else { self.ignore },
            set: if self.set.is_empty() { earlier.set } else { self.set },
            source_system: self.source_system.or(earlier.source_system),
            // Of a word that is said again the last counts.
            status_map: earlier.status_map.into_iter().chain(self.status_map).collect(),
            date_order: self.date_order.or(earlier.date_order),
            force_moves: self.force_moves || earlier.force_moves,
        }
    }

    fn map(&self) -> &[Assignment] {
        &self.map
    }

    fn ignore(&self) -> &[String] {
        &self.ignore
    }

    fn set(&self) -> &[Assignment] {
        &self.set
    }

    fn region(&self) -> Option<&str> {
        self.region.as_deref()
    }

    fn formats(&self) -> Formats {
        Formats { date_order: self.date_order, ..Formats::default() }
    }

    fn with_formats(self, formats: Formats) -> HistoryOptions {
        HistoryOptions { date_order: formats.date_order, ..self }
    }
}
