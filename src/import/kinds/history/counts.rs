//! What an import of status events did besides its rows.

use std::collections::BTreeSet;

use serde::Serialize;

use super::wishes::ReasonsHeard;
use crate::domain::leads::stage::Taken;
use crate::domain::leads::status::Status;
use crate::domain::leads::status_events::KeptBy;
use crate::import::sheet::Told;
use crate::ops::imports::status_events::Kept;

/// What is counted besides the rows.
#[derive(Debug, Default, Serialize)]
pub struct HistoryCounts {
    /// Leads that got events.
    pub leads: u64,
    /// Leads that have another status now, because an event is later than all that was known.
    pub leads_moved: u64,
    /// Leads whose status stays although their latest event tells of another; it is in their history.
    pub status_kept: u64,
    /// Which moves those are.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub kept_moves: Vec<KeptMoves>,
    /// The imports whose events leads did not follow then.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub known_of: BTreeSet<i64>,
    /// Numbers of leads whose latest event is `dnc`: they are on the do-not-call list.
    pub dnc_flagged: u64,
    /// Events that give another word for a status, such as a stage of another system.
    #[serde(skip_serializing_if = "is_none")]
    pub stages_mapped: u64,
    /// What such words were taken for.
    #[serde(skip_serializing_if = "Taken::is_empty")]
    pub stages: Taken,
    /// What became of reasons that ask not to be contacted.
    #[serde(flatten)]
    pub reasons: ReasonsHeard,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
pub(super) fn is_none(count: &u64) -> bool {
    *count == 0
}

/// Moves of one kind that no lead made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct KeptMoves {
    pub from: Status,
    pub to: Status,
    pub kept_by: KeptBy,
    pub leads: u64,
    pub example_lead: i64,
    pub example_row: u64,
}

impl HistoryCounts {
    /// Counts leads whose status stays.
    pub fn note_kept(&mut self, kept: &[Kept]) {
        self.status_kept += kept.len() as u64;
        for Kept { lead, row, from, to, by } in kept.iter().copied() {
            match self.kept_moves.iter_mut().find(|it| (it.from, it.to, it.kept_by) == (from, to, by)) {
                Some(known) => {
                    known.leads += 1;
                    if row < known.example_row {
                        (known.example_lead, known.example_row) = (lead, row);
                    }
                }
                None => self.kept_moves.push(KeptMoves {
                    from,
                    to,
                    kept_by: by,
                    leads: 1,
                    example_lead: lead,
                    example_row: row,
                }),
            }
        }
    }

    /// The sentences about leads whose status stays, and the option that moves them all the same.
    pub fn told(&self) -> Told {
        let is_any = |by: KeptBy| self.kept_moves.iter().any(|it| it.kept_by == by);
        let known_of = || self.known_of.iter().copied().collect::<Vec<_>>();
        Told {
            remarks: self.kept_moves.iter().map(KeptMoves::told).chain(self.reasons.remarks()).collect(),
            option: (is_any(KeptBy::Moves) || !self.known_of.is_empty()).then_some("--force-moves"),
            undo: if is_any(KeptBy::Known) { known_of() } else { Vec::new() },
            undo_this: is_any(KeptBy::Moves),
        }
    }
}

impl KeptMoves {
    fn told(&self) -> String {
        let Self { from, to, leads, example_lead: lead, example_row: row, .. } = self;
        let rule = match self.kept_by {
            KeptBy::Moves | KeptBy::Dnc => {
                from.rule_against(*to).unwrap_or("the lead is on the do-not-call list").to_owned()
            }
            KeptBy::Consent => "who denied consent is moved by no force".to_owned(),
            KeptBy::Known => "the event was known before this import, and the lead did not follow it then".to_owned(),
            KeptBy::Later => format!(
                "they are {from} since after the event; import leads with their creation times (--map created=HEADER), or \
                 move them by `crmctl lead status`"
            ),
        };
        let leads = if *leads == 1 { "1 lead".to_owned() } else { format!("{leads} leads") };
        format!("status kept of {leads}, {from} → {to}, for example lead {lead} in row {row}: {rule}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Status::*;

    #[test]
    fn kept_moves_are_counted_by_their_kind_with_the_first_row() {
        let mut counts = HistoryCounts::default();
        let kept = |lead, row, from, by| Kept { lead, row, from, to: Recruited, by };
        counts.note_kept(&[
            kept(7, 9, New, KeptBy::Moves),
            kept(8, 3, New, KeptBy::Moves),
            kept(9, 4, Dnc, KeptBy::Dnc),
        ]);
        counts.note_kept(&[kept(10, 5, New, KeptBy::Later), kept(11, 6, Cold, KeptBy::Consent)]);
        assert_eq!((counts.status_kept, counts.kept_moves.len()), (5, 4));
        let told = counts.told();
        assert_eq!(told.option, Some("--force-moves"));
        assert_eq!(
            told.remarks[0],
            "status kept of 2 leads, new → recruited, for example lead 8 in row 3: recruited is reached from contacted, \
             qualified, nurturing and hot alone"
        );
        assert!(told.remarks[1].contains("dnc is left only") && told.remarks[2].contains("--map created"));
        assert_eq!(HistoryCounts::default().told().option, None);
        let mut known = HistoryCounts { known_of: BTreeSet::from([2, 5]), ..HistoryCounts::default() };
        known.note_kept(&[kept(7, 9, New, KeptBy::Known)]);
        let told = known.told();
        assert_eq!((told.option, told.undo, told.undo_this), (Some("--force-moves"), vec![2, 5], false));
    }
}
