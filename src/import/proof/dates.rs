//! What the dates of a column prove.

use super::{Cell, Undecided, by_order};
use crate::domain::time::date_order::{DateOrder, Orders};
use crate::domain::time::datetime;

/// What the dates of one column show.
#[derive(Debug, Default)]
pub(super) struct DateColumn {
    /// The first cell of each set of orders in which cells can be read.
    read_in: Vec<(Orders, Cell)>,
    /// The same of cells that are another day in each of their orders.
    ambiguous: Vec<(Orders, Cell)>,
}

impl DateColumn {
    pub fn take(&mut self, row: u64, text: &str) {
        let Some(readings) = datetime::evidence(text) else { return };
        let orders = readings.orders();
        let keep = |cells: &mut Vec<(Orders, Cell)>| {
            // There are seven sets.
            if !cells.iter().any(|(known, _)| *known == orders) {
                cells.push((orders, Cell { row, text: text.to_owned() }));
            }
        };
        keep(&mut self.read_in);
        if readings.same().is_none() {
            keep(&mut self.ambiguous);
        }
    }

    /// The order that is left when every other is excluded, with the one or two cells that do so. Years of two digits never
    /// prove that they stand first: a date that can be read in no other way is more likely a slip such as `31.04.26`, and
    /// would move every other day of the column to another year.
    pub fn verdict(&self) -> Result<Option<(DateOrder, Vec<Cell>)>, Undecided> {
        let pairs = || self.read_in.iter().flat_map(|a| self.read_in.iter().map(move |b| (a, b)));
        if let Some(((a, first), (b, second))) = pairs().find(|((a, _), (b, _))| a.and(*b).is_empty()) {
            return Err(Undecided {
                cells: vec![first.clone(), second.clone()],
                problem: format!("contradict each other: one is {a}, the other {b}"),
                remedy: "correct one of them, or say which with --date-order dmy, mdy or ymd; the other's row is then rejected",
                choices: by_order(a.or(*b)),
            });
        }
        if let Some((order, cell)) = self.read_in.iter().find_map(|(orders, cell)| Some((orders.only()?, cell))) {
            return decided(order, vec![cell.clone()]);
        }
        if let Some((order, first, second)) =
            pairs().find_map(|((a, first), (b, second))| Some((a.and(*b).only()?, first, second)))
        {
            return decided(order, vec![first.clone(), second.clone()]);
        }
        let left = self.read_in.iter().fold(Orders::all(), |left, (orders, _)| left.and(*orders));
        match self.ambiguous.iter().min_by_key(|(_, cell)| cell.row) {
            Some((_, cell)) => Err(Undecided {
                cells: vec![cell.clone()],
                problem: format!("may be {left}, and no date of the column proves which"),
                remedy: left.option(),
                choices: by_order(left),
            }),
            None => Ok(None),
        }
    }
}

fn decided(order: DateOrder, cells: Vec<Cell>) -> Result<Option<(DateOrder, Vec<Cell>)>, Undecided> {
    if order != DateOrder::YearFirst {
        return Ok(Some((order, cells)));
    }
    let verb = if cells.len() == 1 { "is" } else { "are" };
    Err(Undecided {
        cells,
        problem: format!(
            "{verb} a day only when read year first, which may be a slip and proves nothing of the column"
        ),
        remedy: "correct it, or say which with --date-order dmy, mdy or ymd; what is no day then is rejected",
        choices: by_order(Orders::all()),
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn dates(texts: &[&str]) -> Result<Option<(DateOrder, u64)>, Vec<u64>> {
        let mut column = DateColumn::default();
        texts.iter().zip(2..).for_each(|(text, row)| column.take(row, text));
        let verdict = column.verdict().map_err(|e| e.cells.iter().map(|cell| cell.row).collect::<Vec<_>>())?;
        Ok(verdict.map(|(order, cells)| (order, cells.last().map_or(0, |cell| cell.row))))
    }

    #[test]
    fn dates_are_proven_by_one_row_or_not_at_all() {
        assert_eq!(dates(&["03/04/2025", "12/13/2025"]), Ok(Some((DateOrder::MonthFirst, 3))));
        assert_eq!(dates(&["03.04.2025", "2025-01-01", "17.03.2025"]), Ok(Some((DateOrder::DayFirst, 4))));
        assert_eq!(dates(&["03/04/2025"]), Err(vec![2]));
        assert_eq!(dates(&["17/03/2025", "03/17/2025"]), Err(vec![2, 3]));
        assert_eq!(dates(&["2025-03-04", "3 Apr 2025", "05/05/2025", "soon"]), Ok(None));
        // Two-digit years may stand first, too.
        assert_eq!(dates(&["26-03-04", "25-12-01", "24-02-29"]), Err(vec![2]));
        assert_eq!(dates(&["17.03.26", "18.03.26"]), Err(vec![2]));
        assert_eq!(dates(&["03/04/26", "03/17/26"]), Ok(Some((DateOrder::MonthFirst, 3))));
        assert_eq!(dates(&["26-03-04", "31-12-99"]), Ok(Some((DateOrder::DayFirst, 3))));
        // One cell excludes month first, the other year first.
        assert_eq!(dates(&["25-12-01", "03-04-99"]), Ok(Some((DateOrder::DayFirst, 3))));
        assert_eq!(dates(&["99-12-31", "31-12-99"]), Err(vec![2, 3]));
        assert_eq!(dates(&["05-05-05", "2026-03-04"]), Ok(None));
    }

    #[test]
    fn an_impossible_date_does_not_turn_its_column() {
        for texts in [
            ["01.02.26", "15.03.26", "31.04.26"],
            ["01-02-26", "15-03-26", "31-04-26"],
            ["26-03-04", "26-03-05", "99-12-31"],
            ["01/02/26", "05/05/05", "30/02/26 10:00"],
            ["01.02.26", "02.02.26", "00.03.26"],
        ] {
            assert_eq!(dates(&texts), Err(vec![4]), "{texts:?}");
        }
        // With a date that is certain, the two contradict each other.
        assert_eq!(dates(&["15.03.2026", "31.04.26"]), Err(vec![2, 3]));
    }

    proptest! {
        /// What a column proves is the only order in which all its cells are days, and never that years stand first.
        #[test]
        fn a_proof_is_the_only_order_left(cells in prop::collection::vec((0u8..100, 0u8..100, 0u8..100), 1..6)) {
            let texts: Vec<String> = cells.iter().map(|(a, b, c)| format!("{a:02}-{b:02}-{c:02}")).collect();
            let dates_only: Vec<&str> = texts.iter().map(String::as_str).filter(|text| datetime::evidence(text).is_some()).collect();
            let left: Vec<DateOrder> = DateOrder::ALL.iter().copied()
                .filter(|order| dates_only.iter().all(|text| datetime::day(text, Some(*order)).is_ok()))
                .collect();
            match dates(&dates_only) {
                Ok(Some((order, _))) => {
                    prop_assert_ne!(order, DateOrder::YearFirst);
                    prop_assert_eq!(left, vec![order]);
                }
                Ok(None) => prop_assert!(dates_only.iter().all(|text| datetime::day(text, None).is_ok())),
                Err(_) => prop_assert!(left.len() != 1 || left == [DateOrder::YearFirst]),
            }
        }
    }
}
