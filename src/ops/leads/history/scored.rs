//! The score of a lead as of an earlier time: runs of models are in no audit log, but in the history of scores.

use crate::db::models::lead_work::scores::lead_score_history::GivenScore;
use crate::db::models::leads::Lead;
use crate::db::models::leads::lead_audit_log::AuditEntry;
use crate::db::types::Json;
use crate::domain::timestamp::Timestamp;
use crate::ops::lead_work::scores::evaluate::REPLACED;

/// The fields of which people say what they are, until a run says otherwise.
const SCORED: [&str; 2] = ["lead_score", "lead_score_factors"];

/// Sets score, factors and probability to what they were at a time. The lead is as its audit log says, which knows nothing of runs;
/// the scores are in the order in which they were given.
pub(super) fn take_back(lead: &mut Lead, log: &[AuditEntry], scores: &[GivenScore], time: Timestamp) {
    let edits = || {
        let of_score = |entry: &&AuditEntry| entry.field_name.as_deref().is_some_and(|field| SCORED.contains(&field));
        log.iter().filter(of_score).map(|entry| entry.changed_at)
    };
    let last_edit = edits().filter(|at| *at <= time).max();
    let next_edit = edits().filter(|at| *at > time).min();
    let given = || scores.iter().filter(|given| given.score.is_some() && !given.takes_away());
    let last = given().rfind(|given| given.calculated_at <= time);
    let next = given().find(|given| given.calculated_at > time);
    if let Some(run) = last.filter(|run| last_edit.is_none_or(|edit| edit <= run.calculated_at)) {
        (lead.lead_score, lead.lead_score_factors) = (run.score, run.factors.clone());
    } else if let Some(run) = next.filter(|run| next_edit.is_none_or(|edit| run.calculated_at <= edit)) {
        let replaced = run.inputs.as_ref().and_then(|inputs| inputs.0.get(REPLACED)).cloned();
        (lead.lead_score, lead.lead_score_factors) = (run.old_score, replaced.map(Json));
    }
    let told = |given: &&GivenScore| given.win_probability.is_some() || given.takes_away();
    let likely = scores.iter().filter(|given| given.calculated_at <= time).rfind(told);
    lead.win_probability = likely.filter(|given| !given.takes_away()).and_then(|given| given.win_probability);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::OrgId;
    use crate::domain::audit::AuditAction;
    use crate::domain::lead_work::scores::kind::ModelKind;
    use crate::domain::lead_work::scores::probability::Probability;
    use serde_json::json;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_micros(second * 1_000_000)
    }

    fn run(second: i64, old_score: Option<i16>, score: i16) -> GivenScore {
        GivenScore {
            id: second,
            lead_id: 1,
            calculated_at: at(second),
            old_score,
            score: Some(score),
            win_probability: None,
            model: "default".into(),
            revision: 1,
            kind: ModelKind::Rules,
            factors: Some(Json(json!({ "total": score }))),
            inputs: Some(Json(json!({ "replaced": { "source": "import" } }))),
            actor: "tester".into(),
            model_id: 1,
        }
    }

    #[test]
    fn a_probability_is_there_until_it_is_taken_away() {
        let learned = |second, share: Option<i16>| GivenScore {
            kind: ModelKind::Learned,
            win_probability: share.map(Probability),
            score: Some(70),
            inputs: Some(Json(match share {
                None => json!({ "taken_away": 0.4 }),
                Some(_) => json!({ "replaced": { "source": "hand" } }),
            })),
            ..run(second, Some(70), 70)
        };
        let likely = |scores: &[GivenScore], second| {
            let mut lead = Lead::blank(OrgId(1), at(0));
            // What a person gave stays.
            (lead.lead_score, lead.lead_score_factors) = (Some(70), Some(Json(json!({ "source": "hand" }))));
            take_back(&mut lead, &[edit(5)], scores, at(second));
            assert_eq!(lead.lead_score, Some(70), "as of {second}");
            let is_by_hand = lead.lead_score_factors.unwrap().0.get("source").is_some();
            assert_eq!(is_by_hand, [1, 5, 6, 7].contains(&second), "as of {second}");
            lead.win_probability.map(|share| share.0)
        };
        let rules = GivenScore { inputs: None, ..run(4, Some(70), 70) };
        let mut scores = [learned(2, Some(4000)), rules, learned(6, None), learned(8, Some(3000))];
        let told = |scores: &[GivenScore]| [1, 2, 5, 6, 7, 8].map(|second| likely(scores, second));
        let expected = [None, Some(4000), Some(4000), None, None, Some(3000)];
        assert_eq!(told(&scores), expected);
        // An erasure empties what a row says.
        scores[2].inputs = None;
        assert_eq!(told(&scores), expected);
        // Without a score there is what was taken away.
        scores[2] = GivenScore { score: None, ..learned(6, None) };
        scores[2].win_probability = Some(Probability(4000));
        assert_eq!(told(&scores), expected);
    }

    fn edit(second: i64) -> AuditEntry {
        AuditEntry {
            lead_id: 1,
            changed_at: at(second),
            action: AuditAction::Update,
            field_name: Some("lead_score".into()),
            old_value: None,
            new_value: None,
            actor: "tester".into(),
            changed_by: None,
            ip_address: None,
            import_id: None,
        }
    }

    #[test]
    fn whoever_came_last_before_a_time_said_what_the_score_was() {
        // Created with 40; a run gave 55, a person 70, another run 60.
        let (log, scores) = ([edit(4)], [run(2, Some(40), 55), run(6, Some(70), 60)]);
        // What the audit log alone says: 55 before the edit, what is stored now behind it.
        for (second, by_log, score) in
            [(1, 55, 40), (2, 55, 55), (3, 55, 55), (4, 60, 70), (5, 60, 70), (6, 60, 60), (9, 60, 60)]
        {
            let mut lead = Lead::blank(OrgId(1), at(0));
            lead.lead_score = Some(by_log);
            take_back(&mut lead, &log, &scores, at(second));
            assert_eq!(lead.lead_score, Some(score), "as of {second}");
            let is_given = [2, 3, 6, 9].contains(&second);
            assert_eq!(lead.lead_score_factors.unwrap().0.get("total").is_some(), is_given, "as of {second}");
        }
    }
}
