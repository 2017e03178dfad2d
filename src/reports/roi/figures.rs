//! The figures of a report of costs, as they are printed and as JSON has them.

use std::cmp::Reverse;

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use super::{By, Groups, Names, Question};
use crate::domain::rounding::each;
use crate::domain::timestamp::Timestamp;
use crate::reports::leads::{left_out, timezone};
use crate::reports::ratios::{of_amounts, points, ratio};

/// What is added up of a group, amounts in minor units of the organization's currency.
#[derive(Debug, Clone, Default)]
pub(super) struct Sums {
    pub leads: u64,
    pub recruited: u64,
    /// Recruited leads without a value.
    pub without_value: u64,
    pub value_cents: i64,
    pub cost_cents: i64,
    /// Whether a cost is recorded, even if it is 0.
    pub has_costs: bool,
}

impl Sums {
    fn add(&mut self, other: &Sums) {
        self.leads += other.leads;
        self.recruited += other.recruited;
        self.without_value += other.without_value;
        self.value_cents = self.value_cents.saturating_add(other.value_cents);
        self.cost_cents = self.cost_cents.saturating_add(other.cost_cents);
        self.has_costs |= other.has_costs;
    }
}

/// What leads cost and what they are worth.
#[derive(Debug, Clone)]
pub struct Roi {
    /// The window for people.
    pub window: String,
    pub since: Option<Timestamp>,
    pub until: Option<Timestamp>,
    pub timezone: String,
    pub as_of: Timestamp,
    /// Of all amounts: the organization's.
    pub currency: String,
    pub by: By,
    pub lines: Vec<Line>,
    /// Lines that were left out, as one.
    pub others: Option<Others>,
    pub total: Line,
    pub reconciliation: Reconciliation,
    /// Deleted leads that were created in the window; they are left out.
    pub deleted: i64,
    pub previous: Option<Box<Roi>>,
    pub notes: Vec<String>,
}

/// The figures of a group, or of all. Amounts are minor units of the organization's currency; cost and what follows from it are
/// `None` where costs cannot be told apart.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Line {
    /// `None` for leads and costs without such a value.
    pub name: Option<String>,
    /// Leads created in the window.
    pub leads: u64,
    /// Those of them that were recruited.
    pub recruited: u64,
    pub cost_cents: Option<i64>,
    pub cost_per_lead_cents: Option<i64>,
    /// Recruited leads of all.
    pub conversion: Option<f64>,
    pub cost_per_recruit_cents: Option<i64>,
    /// Of the recruited leads.
    pub value_cents: i64,
    /// (value − cost) / cost.
    pub roi: Option<f64>,
    /// value / cost.
    pub roas: Option<f64>,
    /// What has changed against the window before.
    pub change: Option<Change>,
}

/// What has changed against the window before; ratios in percentage points.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Change {
    pub leads: i64,
    pub recruited: i64,
    pub cost_cents: Option<i64>,
    pub conversion: Option<f64>,
    pub value_cents: i64,
    pub roi: Option<f64>,
}

/// Lines that a report leaves out.
#[derive(Debug, Clone)]
pub struct Others {
    pub count: usize,
    pub line: Line,
}

/// Whether the costs of the report are those that are recorded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Reconciliation {
    /// What is recorded for the months of the window.
    pub cost_recorded_cents: i64,
    /// What the lines of the report hold.
    pub cost_reported_cents: i64,
    pub difference_cents: i64,
    /// How much of what is recorded was charged in the budget ledger.
    pub in_ledger_cents: i64,
    /// Where the difference lies.
    pub unreported: Vec<Unreported>,
}

/// A cost that no line of the report holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Unreported {
    pub name: Option<String>,
    pub cost_cents: i64,
}

/// What was gathered for a report; amounts are minor units of the organization's currency.
pub(super) struct Gathered {
    pub groups: Groups,
    pub names: Names,
    /// The costs that are recorded for the months of the window.
    pub recorded_cents: i64,
    /// What of them was charged in the budget ledger.
    pub in_ledger_cents: i64,
    /// Deleted leads that were created in the window.
    pub deleted: i64,
}

/// The report of what was gathered.
pub(super) fn report(question: &Question, gathered: Gathered) -> Roi {
    let Gathered { groups, names, recorded_cents: recorded, in_ledger_cents: in_ledger, deleted } = gathered;
    let is_chosen = question.filter.is_some();
    let mut notes: Vec<String> = left_out(deleted).into_iter().chain(names.met()).collect();
    let has_costs = question.by != By::Owner;
    let (mut total, mut lines, mut unreported) = (Sums::default(), Vec::new(), Vec::new());
    for (group, sums) in groups {
        // Of leads that were chosen, costs of groups without such a lead say nothing.
        if is_chosen && sums.leads == 0 {
            unreported.push(Unreported { name: names.label(group), cost_cents: sums.cost_cents });
            continue;
        }
        total.add(&sums);
        lines.push(line(names.label(group), &sums, has_costs));
    }
    lines.sort_by_cached_key(|line| order(question.by, line));
    unreported.sort_by_key(|part| (Reverse(part.cost_cents), part.name.clone()));
    if !has_costs && recorded != 0 {
        unreported.push(Unreported { name: None, cost_cents: recorded });
    }
    if total.without_value > 0 {
        notes.push(format!(
            "{} of {} recruited leads {} no value",
            total.without_value,
            total.recruited,
            if total.without_value == 1 { "has" } else { "have" }
        ));
    }
    if is_chosen && has_costs {
        notes.push(
            "a filter chooses leads, not costs: each line has the whole cost of its group, whichever leads were chosen"
                .to_owned(),
        );
    }
    let reported = if has_costs { total.cost_cents } else { 0 };
    Roi {
        window: question.window.name(),
        since: question.window.since(),
        until: question.window.until(),
        timezone: timezone(&question.at),
        as_of: question.as_of,
        currency: question.base.code().to_owned(),
        by: question.by,
        lines,
        others: None,
        total: line(None, &total, has_costs),
        reconciliation: Reconciliation {
            cost_recorded_cents: recorded,
            cost_reported_cents: reported,
            difference_cents: recorded.saturating_sub(reported),
            in_ledger_cents: in_ledger,
            unreported,
        },
        deleted,
        previous: None,
        notes,
    }
}

/// Months in their order, others the dearest first, then those with the most leads; those without a value last.
fn order(by: By, line: &Line) -> (bool, Reverse<i64>, Reverse<u64>, Option<String>) {
    match by {
        By::Month => (false, Reverse(0), Reverse(0), line.name.clone()),
        _ => {
            let cost = line.cost_cents.unwrap_or_default();
            (line.name.is_none(), Reverse(cost), Reverse(line.leads), line.name.clone())
        }
    }
}

/// The figures of sums: ratios of sums, never sums of ratios.
fn line(name: Option<String>, sums: &Sums, has_costs: bool) -> Line {
    let cost = has_costs.then_some(sums.cost_cents);
    Line {
        name,
        leads: sums.leads,
        recruited: sums.recruited,
        cost_cents: cost,
        cost_per_lead_cents: cost.and_then(|cost| each(cost, sums.leads)),
        conversion: ratio(sums.recruited, sums.leads),
        cost_per_recruit_cents: cost.and_then(|cost| each(cost, sums.recruited)),
        value_cents: sums.value_cents,
        roi: cost.and_then(|cost| of_amounts(sums.value_cents.saturating_sub(cost), cost)),
        roas: cost.and_then(|cost| of_amounts(sums.value_cents, cost)),
        change: None,
    }
}

impl Line {
    fn sums(&self) -> Sums {
        Sums {
            leads: self.leads,
            recruited: self.recruited,
            value_cents: self.value_cents,
            cost_cents: self.cost_cents.unwrap_or_default(),
            ..Sums::default()
        }
    }

    fn compare(&mut self, before: &Line) {
        let count = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
        self.change = Some(Change {
            leads: count(self.leads).saturating_sub(count(before.leads)),
            recruited: count(self.recruited).saturating_sub(count(before.recruited)),
            cost_cents: self.cost_cents.zip(before.cost_cents).map(|(now, before)| now.saturating_sub(before)),
            conversion: points(self.conversion, before.conversion),
            value_cents: self.value_cents.saturating_sub(before.value_cents),
            roi: points(self.roi, before.roi),
        });
    }
}

impl Roi {
    /// Whether there is anything to report.
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// Sets this report beside that of the window before. Groups that only that one has are here, too, so that the changes add
    /// up.
    pub fn compare(&mut self, previous: Roi) {
        // Months are others in each window.
        if self.by != By::Month {
            let has_costs = self.by != By::Owner;
            for before in &previous.lines {
                if !self.lines.iter().any(|line| line.name == before.name) {
                    self.lines.push(line(before.name.clone(), &Sums::default(), has_costs));
                }
            }
            let none = line(None, &Sums::default(), has_costs);
            for line in &mut self.lines {
                let before = previous.lines.iter().find(|before| before.name == line.name).unwrap_or(&none);
                line.compare(before);
            }
            self.lines.sort_by_cached_key(|line| order(self.by, line));
        }
        self.total.compare(&previous.total);
        self.previous = Some(Box::new(previous));
    }

    /// Puts the lines behind the first ones together into one, so that the report still adds up.
    pub fn cut(&mut self, limit: Option<u32>) {
        let most = limit.map_or(self.lines.len(), |limit| limit as usize);
        if self.lines.len() <= most {
            return;
        }
        let rest = self.lines.split_off(most);
        let mut sums = Sums::default();
        rest.iter().for_each(|line| sums.add(&line.sums()));
        let mut together = line(None, &sums, self.by != By::Owner);
        if rest.iter().all(|line| line.change.is_some()) {
            let of = |part: fn(&Change) -> i64| rest.iter().filter_map(|line| line.change.as_ref()).map(part).sum();
            together.change = Some(Change {
                leads: of(|change| change.leads),
                recruited: of(|change| change.recruited),
                cost_cents: together.cost_cents.map(|_| of(|change| change.cost_cents.unwrap_or_default())),
                conversion: None,
                value_cents: of(|change| change.value_cents),
                roi: None,
            });
        }
        self.others = Some(Others { count: rest.len(), line: together });
    }
}

/// The group of a line under the key of what it is broken down by, and its figures.
pub struct Keyed<'a> {
    pub by: By,
    pub line: &'a Line,
}

impl Serialize for Keyed<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry(self.by.as_str(), &self.line.name)?;
        figures(&mut map, self.line)?;
        map.end()
    }
}

/// The figures of a line without its name.
struct Figures<'a>(&'a Line);

impl Serialize for Figures<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        figures(&mut map, self.0)?;
        map.end()
    }
}

fn figures<M: SerializeMap>(map: &mut M, line: &Line) -> Result<(), M::Error> {
    map.serialize_entry("leads", &line.leads)?;
    map.serialize_entry("recruited", &line.recruited)?;
    map.serialize_entry("cost_cents", &line.cost_cents)?;
    map.serialize_entry("cost_per_lead_cents", &line.cost_per_lead_cents)?;
    map.serialize_entry("conversion", &line.conversion)?;
    map.serialize_entry("cost_per_recruit_cents", &line.cost_per_recruit_cents)?;
    map.serialize_entry("value_cents", &line.value_cents)?;
    map.serialize_entry("roi", &line.roi)?;
    map.serialize_entry("roas", &line.roas)?;
    if let Some(change) = &line.change {
        map.serialize_entry("leads_change", &change.leads)?;
        map.serialize_entry("recruited_change", &change.recruited)?;
        map.serialize_entry("cost_cents_change", &change.cost_cents)?;
        map.serialize_entry("conversion_change", &change.conversion)?;
        map.serialize_entry("value_cents_change", &change.value_cents)?;
        map.serialize_entry("roi_change", &change.roi)?;
    }
    Ok(())
}

impl Serialize for Roi {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let lines: Vec<Keyed<'_>> = self.lines.iter().map(|line| Keyed { by: self.by, line }).collect();
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("window", &self.window)?;
        map.serialize_entry("since", &self.since)?;
        map.serialize_entry("until", &self.until)?;
        map.serialize_entry("timezone", &self.timezone)?;
        map.serialize_entry("as_of", &self.as_of)?;
        map.serialize_entry("currency", &self.currency)?;
        map.serialize_entry("by", &self.by)?;
        map.serialize_entry(self.by.plural(), &lines)?;
        if let Some(others) = &self.others {
            map.serialize_entry("others_count", &others.count)?;
            map.serialize_entry("others", &Figures(&others.line))?;
        }
        map.serialize_entry("total", &Figures(&self.total))?;
        map.serialize_entry("reconciliation", &self.reconciliation)?;
        map.serialize_entry("deleted", &self.deleted)?;
        map.serialize_entry("previous", &self.previous)?;
        map.serialize_entry("notes", &self.notes)?;
        map.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sums(leads: u64, recruited: u64, cost_cents: i64, value_cents: i64) -> Sums {
        Sums { leads, recruited, cost_cents, value_cents, ..Sums::default() }
    }

    #[test]
    fn ratios_are_of_sums() {
        let (a, b) = (sums(10, 5, 10_000, 50_000), sums(90, 5, 30_000, 10_000));
        let mut both = a.clone();
        both.add(&b);
        let all = line(None, &both, true);
        assert_eq!((all.conversion, all.roi, all.roas), (Some(0.1), Some(0.5), Some(1.5)));
        assert_eq!((all.cost_per_lead_cents, all.cost_per_recruit_cents), (Some(400), Some(4000)));
        // The mean of the two would be 27.8 % and 1.83.
        assert_eq!((line(None, &a, true).roi, line(None, &b, true).roi), (Some(4.0), Some(-0.666_667)));
    }

    #[test]
    fn ratios_of_nothing_are_nothing() {
        let free = line(None, &sums(4, 0, 0, 0), true);
        assert_eq!((free.cost_cents, free.cost_per_lead_cents, free.cost_per_recruit_cents), (Some(0), Some(0), None));
        assert_eq!((free.roi, free.roas, free.conversion), (None, None, Some(0.0)));
        let idle = line(None, &sums(0, 0, 500, 0), true);
        assert_eq!((idle.cost_per_lead_cents, idle.conversion, idle.roi), (None, None, Some(-1.0)));
        let of_owner = line(None, &sums(4, 2, 0, 100), false);
        assert_eq!((of_owner.cost_cents, of_owner.cost_per_lead_cents, of_owner.roi), (None, None, None));
    }
}
