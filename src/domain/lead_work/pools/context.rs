//! What the log of assignments keeps of a lead that a pool gave: by which run, why, and who was passed over.

use serde_json::{Value, json};

use super::SkipReason;

/// The longest context, in characters.
pub const MAX: usize = 2000;

/// So many users of one reason are named where all would be too many.
const NAMED: usize = 10;

/// The context of an assignment.
pub fn context(pool: &str, run: i64, reason: &str, lead: Option<i64>, skipped: &[(SkipReason, i64)]) -> String {
    let written = |most: usize| {
        let mut context = json!({ "pool": pool, "run": run, "reason": reason, "skipped": grouped(skipped, most) });
        if let (Some(lead), Some(context)) = (lead, context.as_object_mut()) {
            context.insert("lead".into(), lead.into());
        }
        context.to_string()
    };
    let all = written(usize::MAX);
    if all.chars().count() > MAX { written(NAMED) } else { all }
}

/// Who was passed over, by reason.
fn grouped(skipped: &[(SkipReason, i64)], most: usize) -> Value {
    let of = |reason: SkipReason| {
        let users: Vec<i64> = skipped.iter().filter(|(why, _)| *why == reason).map(|(_, user)| *user).collect();
        let named: Vec<i64> = users.iter().copied().take(most).collect();
        (!users.is_empty()).then(|| match named.len() < users.len() {
            true => json!({ "reason": reason, "users": named, "count": users.len() }),
            false => json!({ "reason": reason, "users": named }),
        })
    };
    SkipReason::ALL.iter().filter_map(|reason| of(*reason)).collect()
}

/// Who was passed over for leads that nobody got, by reason, and in which territory they lie where that matters.
pub fn recorded(skipped: &[(SkipReason, i64)], territory: Option<i64>) -> Value {
    let mut groups = grouped(skipped, usize::MAX);
    if let Some(territory) = territory {
        let groups = groups.as_array_mut().into_iter().flatten().filter_map(Value::as_object_mut);
        groups.for_each(|group| {
            group.insert("territory".into(), territory.into());
        });
    }
    groups
}

/// The territory of what [`recorded`] wrote.
pub fn recorded_territory(groups: &Value) -> Option<i64> {
    groups.as_array()?.iter().find_map(|group| group.get("territory")?.as_i64())
}

/// What a context says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    pub pool: String,
    pub run: i64,
    pub reason: String,
    /// The earlier lead whose owner got this one, too.
    pub lead: Option<i64>,
    /// Who was passed over, by reason.
    pub skipped: Vec<SkippedSaid>,
}

/// Who was passed over for one reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SkippedSaid {
    pub reason: String,
    /// All of them, or the first ones.
    pub users: Vec<i64>,
    /// How many there were.
    pub count: usize,
}

impl Said {
    /// The same as people read it.
    pub fn in_words(&self, email: impl Fn(i64) -> String) -> String {
        let mut words = format!("pool {}, run {}", self.pool, self.run);
        if let Some(lead) = self.lead {
            words.push_str(&format!(", as lead {lead}"));
        }
        for (place, SkippedSaid { reason, users, count }) in self.skipped.iter().enumerate() {
            let named: Vec<String> = users.iter().map(|user| email(*user)).collect();
            let begin = if place == 0 { "; passed over:" } else { ";" };
            let more = match count.saturating_sub(users.len()) {
                0 => String::new(),
                more => format!(" and {more} more"),
            };
            words.push_str(&format!("{begin} {}{more} ({})", named.join(", "), reason.replace('_', " ")));
        }
        words
    }
}

/// Reads a context; None when no pool wrote it.
pub fn read(context: &str) -> Option<Said> {
    let value: Value = serde_json::from_str(context).ok().filter(Value::is_object)?;
    let skipped = value.get("skipped")?.as_array()?.iter().filter_map(|group| {
        let users: Vec<i64> = group.get("users")?.as_array()?.iter().filter_map(Value::as_i64).collect();
        let count = group.get("count").and_then(Value::as_u64).and_then(|count| usize::try_from(count).ok());
        let count = count.unwrap_or(users.len());
        Some(SkippedSaid { reason: group.get("reason")?.as_str()?.to_owned(), users, count })
    });
    Some(Said {
        pool: value.get("pool")?.as_str()?.to_owned(),
        run: value.get("run")?.as_i64()?,
        reason: value.get("reason")?.as_str()?.to_owned(),
        lead: value.get("lead").and_then(Value::as_i64),
        skipped: skipped.collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_context_is_read_as_it_was_written() {
        let skipped = [(SkipReason::Full, 3), (SkipReason::Absent, 4), (SkipReason::Full, 9)];
        let written = context("Inbound \"A\"", 7, "weighted", None, &skipped);
        assert_eq!(
            written,
            r#"{"pool":"Inbound \"A\"","reason":"weighted","run":7,"skipped":[{"reason":"absent","users":[4]},{"reason":"full","users":[3,9]}]}"#
        );
        let said = read(&written).unwrap();
        assert_eq!((said.pool.as_str(), said.run, said.lead), ("Inbound \"A\"", 7, None));
        let of = |reason: &str, users: Vec<i64>| SkippedSaid { reason: reason.into(), count: users.len(), users };
        assert_eq!(said.skipped, [of("absent", vec![4]), of("full", vec![3, 9])]);
        let words = said.in_words(|user| format!("u{user}"));
        assert_eq!(words, "pool Inbound \"A\", run 7; passed over: u4 (absent); u3, u9 (full)");
        assert_eq!(read(&context("x", 1, "earlier_lead", Some(5), &[])).unwrap().lead, Some(5));
        for other in ["status = hot", "", "[1]", "{}", r#"{"pool":"x"}"#] {
            assert_eq!(read(other), None, "{other}");
        }
    }

    #[test]
    fn many_who_were_passed_over_fit() {
        let skipped: Vec<(SkipReason, i64)> = (0..4000)
            .map(|user| (SkipReason::ALL[user as usize % SkipReason::ALL.len()], 1_000_000_000_000 + user))
            .collect();
        let written = context(&"\"".repeat(100), i64::MAX, "least_loaded", Some(i64::MAX), &skipped);
        assert!(written.chars().count() <= MAX, "{}", written.len());
        assert!(written.contains("\"count\":500"), "{written}");
        let said = read(&written).unwrap();
        assert_eq!(said.skipped.iter().map(|one| one.count).sum::<usize>(), skipped.len());
        let words = said.in_words(|user| format!("u{}", user - 1_000_000_000_000));
        assert!(words.contains("u72 and 490 more (inactive);"), "{words}");
    }
}
