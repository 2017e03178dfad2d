//! What a filter that found nothing asks for and nobody has: names are easily mistyped.

use crate::commands::context::Session;
use crate::domain::text::{fold_case, nearest};
use crate::error::Result;
use crate::filter::tree::{Filter, Op};
use crate::filter::value::Value;
use crate::filter::{Condition, Dnc, Field, LeadQuery, Subject, names};
use crate::ui::{Ui, plural};

/// So many sources, and so many tags, are compared.
const MOST: usize = 10_000;

/// Says which custom fields, sources and tags of a filter no lead has, with the nearest that one has.
pub fn tell_unknown_names(ui: Ui, session: &mut Session, query: &LeadQuery) -> Result<()> {
    let org = query.at.org;
    let keys = asked(query, |condition| match &condition.subject {
        Subject::Custom(key) => vec![key.clone()],
        Subject::Field(_) => Vec::new(),
    });
    if !keys.is_empty() {
        tell_unknown_custom_fields(ui, session, query, keys)?;
    }
    let is_same = |a: &str, b: &str| fold_case(a) == fold_case(b);
    let sources = asked(query, |condition| words(condition, Field::SOURCE));
    if !sources.is_empty() {
        let known = session.db.read(org, |conn| names::sources(conn, org, MOST))?;
        tell(ui, "source", sources, &known, is_same);
    }
    let tags = asked(query, |condition| words(condition, Field::TAG));
    if !tags.is_empty() {
        let known = session.db.read(org, |conn| names::tags(conn, org, MOST))?;
        tell(ui, "tag", tags, &known, is_same);
    }
    Ok(())
}

/// Says which of these custom fields no lead has, with the nearest one.
///
/// # Errors
/// The database cannot be read.
pub fn tell_unknown_custom_fields(ui: Ui, session: &mut Session, query: &LeadQuery, keys: Vec<String>) -> Result<()> {
    let everyone = LeadQuery { filter: None, ..query.clone() };
    let known = session.db.read(query.at.org, |conn| everyone.custom_keys(conn))?;
    tell(ui, "custom field", keys, &known, |a, b| a == b);
    Ok(())
}

fn asked(query: &LeadQuery, of: impl Fn(&Condition) -> Vec<String>) -> Vec<String> {
    let mut asked: Vec<String> = query.filter.iter().flat_map(Filter::conditions).flat_map(of).collect();
    asked.sort_unstable();
    asked.dedup();
    asked
}

/// The whole names that a condition asks for in a field.
fn words(condition: &Condition, field: Field) -> Vec<String> {
    let is_whole = matches!(condition.op, Op::Eq | Op::Ne | Op::In | Op::NotIn | Op::Any | Op::All | Op::None);
    match condition.subject == Subject::Field(field) && is_whole {
        true => condition.values.iter().map(Value::text).collect(),
        false => Vec::new(),
    }
}

fn tell(ui: Ui, what: &str, asked: Vec<String>, known: &[String], is_same: impl Fn(&str, &str) -> bool) {
    // Where there are more names than are compared, one of the others may be meant.
    if known.len() >= MOST {
        return;
    }
    for name in asked.iter().filter(|name| !known.iter().any(|known| is_same(known, name))) {
        let meant = nearest(name, known.iter().map(String::as_str));
        let hint = meant.map(|meant| format!("; did you mean `{meant}`?")).unwrap_or_default();
        ui.note(&format!("no lead has a {what} `{name}`{hint}"));
    }
}

/// Says of a filter that asks who is on the do-not-call list, or who may be called at this hour, how many leads it leaves out either way.
///
/// # Errors
/// The database cannot be read.
pub fn tell_not_known(ui: Ui, session: &mut Session, query: &LeadQuery) -> Result<()> {
    let about = [
        (
            Field::ON_DNC,
            Dnc::Unknown,
            "whether they may be contacted, so that on_dnc is neither yes nor no: crmctl dnc registry list, crmctl dnc due",
        ),
        (
            Field::CALLABLE,
            Dnc::HoursUnknown,
            "whether it is the hour to call them, so that callable is neither yes nor no: crmctl help calling-hours",
        ),
    ];
    for (field, dnc, what) in about {
        let is_about = |condition: &&Condition| condition.subject == Subject::Field(field);
        if !query.filter.as_ref().is_some_and(|filter| filter.conditions().iter().any(is_about)) {
            continue;
        }
        let unknown = LeadQuery { filter: None, dnc, sort: Vec::new(), ..query.clone() };
        let count = session.db.read(session.org.org_id(), |conn| unknown.count(conn))?;
        if count > 0 {
            let leads = plural(count.unsigned_abs(), "lead", "leads");
            ui.note(&format!("of {leads} it is not known {what}"));
        }
    }
    Ok(())
}
