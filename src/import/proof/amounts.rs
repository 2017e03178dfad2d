//! What the amounts of a column prove.

use super::{Cell, Undecided, keep_first};
use crate::domain::money::{DecimalSeparator, Evidence, Grouping, SeparatorEvidence};
use crate::import::error::{Choices, choices};

const AMOUNT_REMEDY: &str = "say which with --decimal-separator point or --decimal-separator comma";

/// Words that say how numbers are written.
fn by_separator() -> Choices {
    choices("--decimal-separator", DecimalSeparator::ALL)
}

/// What the amounts of one column show.
#[derive(Debug, Default)]
pub(super) struct AmountColumn {
    point: Option<Cell>,
    comma: Option<Cell>,
    /// The same of amounts in currencies without decimals.
    whole_point: Option<Cell>,
    whole_comma: Option<Cell>,
    /// Three decimals or more: where amounts have as many, a yen may be written with them, too.
    long: Option<Cell>,
    suggested_point: Option<Cell>,
    ambiguous_point: Option<Cell>,
    ambiguous_comma: Option<Cell>,
    ungrouped: Option<Cell>,
    grouped: bool,
    /// Whether some cell shows that three decimals or more are at home here.
    thousandths: bool,
    /// Whether a person says that amounts have more decimals than their currency has; `None` where nothing is rounded.
    rounds: Option<bool>,
}

impl AmountColumn {
    pub fn new(rounds: Option<bool>) -> AmountColumn {
        AmountColumn { rounds, ..AmountColumn::default() }
    }

    pub fn take(&mut self, row: u64, text: &str, evidence: Evidence) {
        if evidence.decimals > 2 {
            keep_first(&mut self.long, row, text);
        }
        match evidence.separator {
            Some(SeparatorEvidence::Proves(DecimalSeparator::Point)) if evidence.is_whole => {
                keep_first(&mut self.whole_point, row, text);
            }
            Some(SeparatorEvidence::Proves(DecimalSeparator::Comma)) if evidence.is_whole => {
                keep_first(&mut self.whole_comma, row, text);
            }
            Some(SeparatorEvidence::Proves(DecimalSeparator::Point)) => keep_first(&mut self.point, row, text),
            Some(SeparatorEvidence::Proves(DecimalSeparator::Comma)) => keep_first(&mut self.comma, row, text),
            Some(SeparatorEvidence::SuggestsPoint) => keep_first(&mut self.suggested_point, row, text),
            Some(SeparatorEvidence::Ambiguous('.')) => keep_first(&mut self.ambiguous_point, row, text),
            Some(SeparatorEvidence::Ambiguous(_)) => keep_first(&mut self.ambiguous_comma, row, text),
            None => {}
        }
        self.thousandths |= evidence.thousandths;
        match evidence.grouping {
            Grouping::Ungrouped => keep_first(&mut self.ungrouped, row, text),
            Grouping::Grouped => self.grouped = true,
            Grouping::Unknown => {}
        }
    }

    pub fn verdict(&self) -> Result<Option<(DecimalSeparator, Cell)>, Undecided> {
        let contradict = |a: &Cell, b: &Cell| Undecided {
            cells: vec![a.clone(), b.clone()],
            problem: "are not written alike: what separates decimals in one would group digits in the other".to_owned(),
            remedy: "correct one of them, or say how numbers are written with --decimal-separator point or comma",
            choices: by_separator(),
        };
        // What a currency without decimals shows counts where no other amount shows anything.
        let (point, comma) = match (&self.point, &self.comma) {
            (None, None) => match (&self.whole_point, &self.whole_comma) {
                (Some(a), Some(b)) if self.is_doubtful() => return Err(contradict(a, b)),
                (Some(_), Some(_)) => (self.whole_point.as_ref(), None),
                (point, comma) => (point.as_ref(), comma.as_ref()),
            },
            (point, comma) => (point.as_ref(), comma.as_ref()),
        };
        let (decided, cell, in_groups) = match (point, comma) {
            (Some(a), Some(b)) => return Err(contradict(a, b)),
            (Some(cell), None) => (DecimalSeparator::Point, cell, self.ambiguous_comma.as_ref()),
            (None, Some(cell)) => {
                (DecimalSeparator::Comma, cell, self.ambiguous_point.as_ref().or(self.suggested_point.as_ref()))
            }
            (None, None) => return self.unproven().map_or(Ok(None), Err),
        };
        let in_decimals = match decided {
            DecimalSeparator::Point => &self.ambiguous_point,
            DecimalSeparator::Comma => &self.ambiguous_comma,
        };
        if let (Some(whole), Some(long)) = (self.whole_apart(decided), &self.long) {
            return Err(contradict(whole, long));
        }
        // `2,000` beside `1.250,00`: a column with three decimals nowhere else hardly has them here, and two thousand would
        // become two. It has them where a person says so, and `1250.50` that nothing is grouped.
        let has_thousandths = self.thousandths || self.rounds == Some(true) && self.is_plain();
        if let Some(thousands) = in_decimals.as_ref().filter(|_| !has_thousandths) {
            let mut undecided = contradict(thousands, cell);
            if self.rounds == Some(false) && self.is_plain() {
                undecided.remedy = "correct one of them, round what has more decimals than its currency, or say how numbers are written";
                undecided.choices.insert(0, vec!["--round".to_owned()]);
            }
            return Err(undecided);
        }
        match (in_groups, &self.ungrouped) {
            // `50.000` beside `146536,25`: a column that groups its digits nowhere else hardly does so here.
            (Some(grouped), Some(ungrouped)) if !self.grouped => Err(contradict(grouped, ungrouped)),
            _ => Ok(Some((decided, cell.clone()))),
        }
    }

    /// Whether thousands stand without anything between them, and never with it.
    fn is_plain(&self) -> bool {
        self.ungrouped.is_some() && !self.grouped
    }

    /// An amount in a currency without decimals that groups its digits by what separates decimals in the others.
    fn whole_apart(&self, decided: DecimalSeparator) -> Option<&Cell> {
        match decided {
            DecimalSeparator::Point => self.whole_comma.as_ref(),
            DecimalSeparator::Comma => self.whole_point.as_ref(),
        }
    }

    pub fn has_whole_apart(&self, decided: DecimalSeparator) -> bool {
        self.whole_apart(decided).is_some()
    }

    /// Whether an amount can be read in two ways.
    fn is_doubtful(&self) -> bool {
        self.ambiguous_point.is_some() || self.ambiguous_comma.is_some()
    }

    fn unproven(&self) -> Option<Undecided> {
        let point = self.ambiguous_point.as_ref().or(self.suggested_point.as_ref().filter(|_| self.is_doubtful()));
        match (point, &self.ambiguous_comma) {
            (Some(a), Some(b)) => Some(Undecided {
                cells: vec![a.clone(), b.clone()],
                problem: "contradict each other: in one of them the separator must group digits".to_owned(),
                remedy: AMOUNT_REMEDY,
                choices: by_separator(),
            }),
            (Some(cell), None) | (None, Some(cell)) => Some(Undecided {
                cells: vec![cell.clone()],
                problem: "may have a decimal separator or grouped digits, and no amount of the column proves which"
                    .to_owned(),
                remedy: AMOUNT_REMEDY,
                choices: by_separator(),
            }),
            (None, None) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::money;

    fn amounts(texts: &[&str]) -> Result<Option<(DecimalSeparator, u64)>, Vec<u64>> {
        let mut column = AmountColumn::default();
        texts.iter().zip(2..).for_each(|(text, row)| column.take(row, text, money::evidence(text, || None)));
        let verdict = column.verdict().map_err(|e| e.cells.iter().map(|cell| cell.row).collect::<Vec<_>>())?;
        Ok(verdict.map(|(separator, cell)| (separator, cell.row)))
    }

    #[test]
    fn amounts_that_are_rounded_may_have_three_decimals() {
        let verdict = |rounds, texts: &[&str]| {
            let mut column = AmountColumn::new(rounds);
            texts.iter().zip(2..).for_each(|(text, row)| column.take(row, text, money::evidence(text, || None)));
            column.verdict().map(|it| it.map(|(separator, _)| separator)).map_err(|undecided| undecided.choices.len())
        };
        let plain = ["1250.50", "99.999"];
        assert_eq!(verdict(Some(true), &plain), Ok(Some(DecimalSeparator::Point)));
        assert_eq!((verdict(Some(false), &plain), verdict(None, &plain)), (Err(3), Err(2)));
        // Two thousand would become two.
        for texts in [&["1.250,00", "2,000"][..], &["12.50", "99.999"], &["1250,50", "1.300,00", "2,000"]] {
            assert_eq!(verdict(Some(true), texts), Err(2), "{texts:?}");
        }
    }

    #[test]
    fn amounts_are_proven_by_one_row_or_not_at_all() {
        use DecimalSeparator::{Comma, Point};
        assert_eq!(amounts(&["50.000", "1.250,75"]), Ok(Some((Comma, 3))));
        assert_eq!(amounts(&["50.000", "12,5"]), Ok(Some((Comma, 3))));
        assert_eq!(amounts(&["50.000", "50.5"]), Err(vec![2, 3]));
        assert_eq!(amounts(&["$2,000", "1.250,00", "$2,500"]), Err(vec![2, 3]));
        assert_eq!(amounts(&["1.5", "2.000"]), Err(vec![3, 2]));
        assert_eq!(amounts(&["0,500", "2,000"]), Err(vec![3, 2]));
        assert_eq!(amounts(&["0.000", "2.000", "3.000"]), Err(vec![3, 2]));
        assert_eq!(amounts(&["1.505M", "2.5M"]), Ok(Some((Point, 3))));
        assert_eq!(amounts(&["50,000", "1.234.567"]), Err(vec![2, 3]));
        assert_eq!(amounts(&["50.000", "50.125", "0.5", "1250.375"]), Ok(Some((Point, 4))));
        assert_eq!(amounts(&["50.000", "146536,25"]), Err(vec![2, 3]));
        assert_eq!(amounts(&["50.000", "146536,25", "1.250,75"]), Ok(Some((Comma, 3))));
        assert_eq!(amounts(&["1,250.75", "1.250,75"]), Err(vec![2, 3]));
        assert_eq!(amounts(&["50.000"]), Err(vec![2]));
        assert_eq!(amounts(&["50.000", "50,000"]), Err(vec![2, 3]));
        assert_eq!(amounts(&["5000", "12", "much"]), Ok(None));
        // What is no amount is no proof, and an amount without decimals is one.
        assert_eq!(amounts(&["192.168.001.001", "50,000"]), Err(vec![3]));
        assert_eq!(amounts(&["1.23.456", "1,250.75"]), Ok(Some((Point, 3))));
        assert_eq!(amounts(&["17.03.2026", "1,250.75"]), Ok(Some((Point, 3))));
        assert_eq!(amounts(&["1.500,-", "2.000"]), Ok(Some((Comma, 2))));
        assert_eq!(amounts(&["2.000", "50,-"]), Ok(Some((Comma, 3))));
        assert_eq!(amounts(&["2.000", "1500,-"]), Err(vec![2, 3]));
        assert_eq!(amounts(&["1,500.-", "2,000"]), Ok(Some((Point, 2))));
        // Dinars suggest a decimal point; a column that proves a comma groups by points there, too.
        assert_eq!(amounts(&["KWD 1.505", "BHD 2.250", "30"]), Ok(None));
        assert_eq!(amounts(&["KWD 1.505", "KWD 12,500"]), Err(vec![2, 3]));
        assert_eq!(amounts(&["KWD 1.505", "USD 1.505"]), Err(vec![3]));
        assert_eq!(amounts(&["KWD 1.505", "KWD 12,5"]), Ok(Some((Comma, 3))));
        assert_eq!(amounts(&["KWD 1.505", "146536,25"]), Err(vec![2, 3]));
        assert_eq!(amounts(&["KWD 1.505", "USD 12.5"]), Ok(Some((Point, 3))));
        // A yen has no decimals that could be meant.
        assert_eq!(amounts(&["¥1,500"]), Ok(Some((Point, 2))));
        assert_eq!(amounts(&["CLP 1.500", "CLP 900"]), Ok(Some((Comma, 2))));
        assert_eq!(amounts(&["USD 1,250", "KRW 1,500"]), Ok(Some((Point, 3))));
        // Each of these can be read in one way only, however the other is written.
        assert_eq!(amounts(&["JPY 1.500", "USD 12.50"]), Ok(Some((Point, 3))));
        assert_eq!(amounts(&["JPY 1,500", "EUR 12,50"]), Ok(Some((Comma, 3))));
        assert_eq!(amounts(&["¥1,234,500", "EUR 1.250,50"]), Ok(Some((Comma, 3))));
        assert_eq!(amounts(&["JPY 1.500", "KRW 1,500"]), Ok(Some((Point, 3))));
        // But a program that writes three decimals everywhere writes twelve yen as `12.000`.
        assert_eq!(amounts(&["JPY 12.000", "1500.000"]), Err(vec![2, 3]));
        assert_eq!(amounts(&["JPY 12.000", "USD 12.5", "USD 0.125"]), Err(vec![2, 4]));
        assert_eq!(amounts(&["JPY 1.500", "KRW 1,500", "USD 1.500"]), Err(vec![3, 2]));
        assert_eq!(amounts(&["JPY 1.500", "USD 12.50", "USD 2.000"]), Err(vec![4, 3]));
    }
}
