//! How often leads entered each status in a window.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};

use super::breakdown::{Breakdown, By, emails, months, name_of};
use super::figures::entered_of;
use super::{Activity, ActivityGroup, Mode, Question, in_window};
use crate::db::models::leads::status_rows::Counted;
use crate::db::{Db, DbError, Statement};
use crate::domain::leads::status::Status;
use crate::domain::reports::spellings::Spellings;
use crate::domain::text::fold_case;
use crate::domain::time::window::Window;
use crate::filter::Filter;

/// Entries by status, in the order of [`Status::ALL`].
type Counts = [u64; Status::ALL.len()];

/// How many entries into each status happened in the window, and in each part.
///
/// # Errors
/// The database cannot be read.
pub fn activity(conn: &mut Db, question: &Question, breakdown: Option<&Breakdown>) -> Result<Activity, DbError> {
    let counted = Counted::of(conn, question.at.org)?;
    let mut counting = Counting {
        question,
        counted,
        has_merges: has_merges(conn, question)?,
        emails: HashMap::new(),
        relabelled: Vec::new(),
    };
    let whole = sum(&counting.groups(conn, None, None)?);
    let (entries, stages) = entered_of(&question.stages, &whole);
    let mut notes = Vec::new();
    let mut groups: Vec<ActivityGroup> = Vec::new();
    if let Some(breakdown) = breakdown {
        notes.extend(breakdown.by.note());
        let mut parts = parts(conn, &mut counting, breakdown)?;
        if breakdown.by.meets() {
            let spellings = spellings_of(&parts);
            let met = spellings.notes(str::to_owned);
            if !met.is_empty() {
                counting.relabelled = relabelled(&parts, &spellings);
                parts = match breakdown.by {
                    // A lead may have a tag in two spellings, and counts once.
                    By::Tag => counting.groups(conn, Some("t.tag"), None)?.into_iter().collect(),
                    _ => joined(parts, &counting.relabelled),
                };
            }
            notes.extend(met);
        }
        for (group, counts) in parts {
            let (entries, stages) = entered_of(&question.stages, &counts);
            groups.push(ActivityGroup { group, entries, stages });
        }
        match breakdown.by {
            By::Month => {}
            _ => groups.sort_by_cached_key(|part| (part.group.is_none(), Reverse(part.entries), part.group.clone())),
        }
    }
    Ok(Activity {
        mode: Mode::Activity,
        window: question.window.name(),
        since: question.window.since(),
        until: question.window.until(),
        timezone: question.timezone(),
        entries,
        stages,
        by: breakdown.map(|breakdown| breakdown.by),
        groups,
        previous: None,
        notes,
    })
}

fn parts(
    conn: &mut Db,
    counting: &mut Counting<'_>,
    breakdown: &Breakdown,
) -> Result<Vec<(Option<String>, Counts)>, DbError> {
    let mut parts = Vec::new();
    match breakdown.by {
        By::Month => {
            for (month, begin, end) in months(conn, counting.question)? {
                let inside = Window::between(Some(begin), Some(end), counting.question.at.zone.clone());
                let condition = in_window("h.changed_at", &inside);
                parts.push((Some(month.to_string()), sum(&counting.groups(conn, None, Some(condition))?)));
            }
        }
        By::Segment => {
            for (name, filter) in &breakdown.segments {
                parts.push((Some(name.clone()), counting.of_segment(conn, filter)?));
            }
        }
        By::Tag => {
            for (tag, counts) in counting.groups(conn, Some("t.tag"), None)? {
                parts.push((tag, counts));
            }
        }
        by => {
            counting.emails = emails(conn, counting.question, by)?;
            parts.extend(counting.groups(conn, by.column(), None)?);
        }
    }
    parts.retain(|(_, counts)| counts.iter().any(|count| *count > 0));
    Ok(parts)
}

fn spellings_of(parts: &[(Option<String>, Counts)]) -> Spellings {
    let mut spellings = Spellings::default();
    for (name, counts) in parts {
        if let Some(name) = name {
            spellings.add(name, name, counts.iter().sum());
        }
    }
    spellings
}

/// The names of parts that another spelling stands for, and that one.
fn relabelled(parts: &[(Option<String>, Counts)], spellings: &Spellings) -> Vec<(String, String)> {
    let names = parts.iter().filter_map(|(name, _)| name.as_deref());
    let labels = names.filter_map(|name| Some((name, spellings.label(&fold_case(name))?)));
    labels.filter(|(name, label)| name != label).map(|(name, label)| (name.to_owned(), label.to_owned())).collect()
}

/// The parts with those as one that only case or composition tells apart.
fn joined(parts: Vec<(Option<String>, Counts)>, relabelled: &[(String, String)]) -> Vec<(Option<String>, Counts)> {
    let mut sums: BTreeMap<Option<String>, Counts> = BTreeMap::new();
    for (name, counts) in parts {
        let label =
            name.map(|name| relabelled.iter().find(|(from, _)| *from == name).map_or(name, |(_, to)| to.clone()));
        let sums = sums.entry(label).or_default();
        sums.iter_mut().zip(counts).for_each(|(sum, count)| *sum += count);
    }
    sums.into_iter().collect()
}

fn sum(groups: &BTreeMap<Option<String>, Counts>) -> Counts {
    let mut sum = Counts::default();
    for counts in groups.values() {
        sum.iter_mut().zip(counts).for_each(|(sum, count)| *sum += count);
    }
    sum
}

struct Counting<'a> {
    question: &'a Question,
    counted: Counted,
    /// Whether rows of merged leads count for their survivors.
    has_merges: bool,
    /// Of users by id, for groups of owners.
    emails: HashMap<i64, String>,
    /// Tags, and the spellings that they count as.
    relabelled: Vec<(String, String)>,
}

impl Counting<'_> {
    fn of_segment(&self, conn: &mut Db, filter: &Filter) -> Result<Counts, DbError> {
        let mut both = vec![filter.clone()];
        both.extend(self.question.filter.clone());
        let question = Question { filter: Some(Filter::all(both)), ..self.question.clone() };
        let counting = Counting {
            question: &question,
            counted: self.counted,
            has_merges: self.has_merges,
            emails: HashMap::new(),
            relabelled: Vec::new(),
        };
        Ok(sum(&counting.groups(conn, None, None)?))
    }

    /// The tags of leads, each in one spelling.
    fn tags(&self) -> Statement {
        if self.relabelled.is_empty() {
            return Statement::new("lead_tags");
        }
        let cases = self
            .relabelled
            .iter()
            .map(|(from, to)| Statement::new(" WHEN t.tag = ").text(from.clone()).sql(" THEN ").text(to.clone()));
        Statement::new("(SELECT DISTINCT t.organization_id, t.lead_id, CASE")
            .joined(cases, "")
            .sql(" ELSE t.tag END AS tag FROM lead_tags t WHERE t.organization_id = ")
            .org(self.question.at.org)
            .sql(")")
    }

    /// The entries by the value of a column of the lead that each counts for.
    fn groups(
        &self,
        conn: &mut Db,
        column: Option<&'static str>,
        condition: Option<Statement>,
    ) -> Result<BTreeMap<Option<String>, Counts>, DbError> {
        let by_tag = column == Some("t.tag");
        let tags = Statement::new(" LEFT JOIN ")
            .then(self.tags())
            .sql(" t ON t.organization_id = ")
            .org(self.question.at.org)
            .sql(" AND t.lead_id = leads.id");
        let merges = Statement::new(
            "WITH RECURSIVE chain (id, survivor) AS (
             SELECT id, merged_into_id FROM leads WHERE organization_id = ",
        )
        .org(self.question.at.org)
        .sql(
            " AND merged_into_id IS NOT NULL
             UNION
             SELECT chain.id, next.merged_into_id FROM chain JOIN leads next ON next.id = chain.survivor
             WHERE next.merged_into_id IS NOT NULL AND next.organization_id = ",
        )
        .org(self.question.at.org)
        .sql(
            "), ends (id, survivor) AS (
             SELECT chain.id, chain.survivor FROM chain JOIN leads last ON last.id = chain.survivor
             WHERE last.merged_into_id IS NULL AND last.organization_id = ",
        )
        .org(self.question.at.org)
        .sql(") ");
        // SQLite takes a CROSS JOIN as it stands: the history once, in its order, and the lead of each row of the window.
        let join = Statement::default().either(" CROSS JOIN leads ON leads.id = ", " JOIN leads ON leads.id = ");
        let (begin, join) = match self.has_merges {
            false => (Statement::default(), join.sql("h.lead_id")),
            true => (
                merges,
                Statement::new(" LEFT JOIN ends ON ends.id = h.lead_id")
                    .then(join.sql("coalesce(ends.survivor, h.lead_id)")),
            ),
        };
        let statement = begin
            .sql("SELECT h.to_status, ")
            .sql(column.unwrap_or("NULL"))
            .sql(", count(*) FROM lead_status_history h")
            .then(join)
            .then(if by_tag { tags } else { Statement::default() })
            .sql(" WHERE ")
            .then(self.counted.is_entry())
            .then(in_window("h.changed_at", &self.question.window))
            .then(condition.unwrap_or_default())
            .sql(" AND ")
            .then(self.question.live())
            .sql(" GROUP BY 1")
            .sql(if column.is_some() { ", 2" } else { "" });
        let mut groups: BTreeMap<Option<String>, Counts> = BTreeMap::new();
        for row in statement.rows(conn)? {
            let key = name_of(row.at(1).clone(), &self.emails);
            let status = row.at(0).text().and_then(Status::from_word);
            let place = Status::ALL.iter().position(|known| Some(*known) == status);
            let count = row.at(2).number().and_then(|count| u64::try_from(count).ok()).unwrap_or_default();
            if let Some(slot) = place.and_then(|place| groups.entry(key).or_default().get_mut(place)) {
                *slot += count;
            }
        }
        Ok(groups)
    }
}

fn has_merges(conn: &mut Db, question: &Question) -> Result<bool, DbError> {
    let statement = Statement::new("SELECT 1 FROM leads WHERE organization_id = ")
        .org(question.at.org)
        .sql(" AND merged_into_id IS NOT NULL LIMIT 1");
    Ok(!statement.rows(conn)?.is_empty())
}
