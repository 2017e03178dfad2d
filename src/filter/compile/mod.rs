//! From the typed tree to SQL with bound values.
//!
//! A condition may be NULL where a value is empty, which counts as false; its opposite is therefore `IS NOT TRUE`. The
//! opposite of what is never NULL is a plain NOT, which lets PostgreSQL plan an anti-join.

mod emails;
pub(super) mod hours;
pub(super) mod listed;
pub(super) mod territories;

use jiff::tz::TimeZone;

use super::columns::sql_of;
use super::field::{Field, Kind, Subject};
use super::names;
use super::tree::{Condition, Filter, Op};
use super::value::{MONEY_SCALE, Value};
use crate::db::{OrgId, Statement};
use crate::domain::leads::{source, tag};
use crate::domain::money::currency;
use crate::domain::text::{fold_case, number_of};
use crate::domain::time::month::begin_of;
use crate::domain::timestamp::Timestamp;

/// For whom and when a filter is evaluated.
#[derive(Debug, Clone)]
pub struct Moment {
    pub org: OrgId,
    pub now: Timestamp,
    /// The organization's time zone: where its days begin.
    pub zone: TimeZone,
}

impl Filter {
    /// The filter as the condition of a search in one organization. Where it asks for a tag or an email, and for nothing that an index
    /// with the organization leads to, the organization is hidden from SQLite, which has no statistics, so that it looks
    /// the leads with it up.
    pub fn search(&self, at: &Moment) -> Statement {
        let asks = |fields: &[Field], ops: &[Op]| {
            let one = |filter: &Filter| {
                matches!(filter, Filter::Is(Condition { subject: Subject::Field(field), op, .. })
                    if fields.contains(field) && ops.contains(op))
            };
            match self {
                Filter::All(parts) => parts.iter().any(one),
                other => one(other),
            }
        };
        let by_status = asks(&[Field::STATUS], &[Op::Eq, Op::In]);
        let by_list = asks(&[Field::TAG], &[Op::Eq, Op::Any, Op::All]) || asks(&[Field::EMAIL], &[Op::Eq, Op::In]);
        let of_org = if by_list && !by_status { "+leads.organization_id = " } else { "leads.organization_id = " };
        Statement::default().either(of_org, "leads.organization_id = ").org(at.org).sql(" AND ").then(self.compile(at))
    }

    /// The filter as a condition on a row of `leads`.
    pub fn compile(&self, at: &Moment) -> Statement {
        self.compile_within(false, at)
    }

    /// The same below an odd number of `not`, or an even one: what is not known of a lead must let neither hold.
    fn compile_within(&self, not: bool, at: &Moment) -> Statement {
        match self {
            Filter::All(parts) => group(parts, " AND ", not, at),
            Filter::Any(parts) => group(parts, " OR ", not, at),
            Filter::Not(part) => match &**part {
                // The form that looks for one tag of one lead, instead of gathering all leads with it.
                Filter::Is(condition)
                    if condition.subject.kind() == Kind::Tag && matches!(condition.op, Op::Eq | Op::Any) =>
                {
                    Condition { op: Op::None, ..condition.clone() }.compile(not, at)
                }
                part => opposite(part.compile_within(!not, at), part.is_never_null()),
            },
            Filter::Is(condition) => condition.compile(not, at),
        }
    }

    fn is_never_null(&self) -> bool {
        match self {
            Filter::All(parts) | Filter::Any(parts) => parts.iter().all(Filter::is_never_null),
            Filter::Not(_) => true,
            Filter::Is(condition) => {
                matches!(condition.subject.kind(), Kind::Tag | Kind::Note | Kind::Flag)
                    || matches!(condition.op, Op::IsEmpty | Op::IsNotEmpty)
            }
        }
    }
}

fn group(parts: &[Filter], word: &'static str, not: bool, at: &Moment) -> Statement {
    Statement::new("(").joined(parts.iter().map(|part| part.compile_within(not, at)), word).sql(")")
}

fn opposite(condition: Statement, never_null: bool) -> Statement {
    match never_null {
        true => Statement::new("NOT (").then(condition).sql(")"),
        false => Statement::new("((").then(condition).sql(") IS NOT TRUE)"),
    }
}

impl Condition {
    fn compile(&self, not: bool, at: &Moment) -> Statement {
        let kind = self.subject.kind();
        let positive = |op: Op| Condition { op, ..self.clone() }.compile(not, at);
        match (kind, self.op) {
            (Kind::Tag, Op::Any | Op::Eq) => tagged(&self.values, at),
            (Kind::Tag, Op::All) => {
                let each = self.values.chunks(1).map(|tag| tagged(tag, at));
                Statement::new("(").joined(each, " AND ").sql(")")
            }
            (Kind::Tag, Op::None | Op::Ne) => Statement::new("NOT ").then(has_tag(Some(&self.values), at)),
            (Kind::Tag, Op::IsEmpty) => Statement::new("NOT ").then(has_tag(None, at)),
            (Kind::Tag, _) => has_tag(None, at),
            (Kind::Note, Op::IsEmpty) => Statement::new("NOT ").then(has_note(at)),
            (Kind::Note, Op::IsNotEmpty) => has_note(at),
            (Kind::Note, _) => {
                Statement::new("leads.id IN (SELECT n.lead_id FROM lead_notes n WHERE n.organization_id = ")
                    .org(at.org)
                    .sql(" AND ")
                    .then(like(folded(Statement::new("n.body")), "%", &self.text()))
                    .sql(")")
            }
            _ if self.subject == Subject::Field(Field::EMAIL) && emails::asks_any(self.op) => {
                emails::any_email(self.op, &self.values, at)
            }
            (Kind::Flag, op) => {
                let asks_for = !matches!(self.values.first(), Some(Value::Flag(false)));
                let holds = asks_for == (op != Op::Ne);
                match self.subject == Subject::Field(Field::CALLABLE) {
                    true => hours::condition(holds, not, at),
                    false => listed::condition(holds, not, at),
                }
            }
            (_, Op::Ne) => opposite(positive(Op::Eq), false),
            (_, Op::NotIn) => opposite(positive(Op::In), false),
            (_, Op::IsEmpty) => stored(&self.subject).sql(" IS NULL"),
            (_, Op::IsNotEmpty) => stored(&self.subject).sql(" IS NOT NULL"),
            (Kind::Time | Kind::Date, op) => {
                self.values.first().map(|value| timed(&self.subject, op, value, at)).unwrap_or_default()
            }
            (Kind::Money, Op::In) => {
                let each = self.values.iter().map(|value| amount(Op::Eq, value));
                Statement::new("(").joined(each, " OR ").sql(")")
            }
            (Kind::Money, op) => self.values.first().map(|value| amount(op, value)).unwrap_or_default(),
            (Kind::Source, Op::Eq | Op::In) => sourced(&self.values),
            (Kind::Owner, _) => owned(&self.values, at),
            (Kind::Territory, _) => territories::lies_in(&self.values, at),
            (_, Op::In) => {
                let values = self.values.iter().map(|value| bound(kind, value));
                compared(&self.subject).sql(" IN (").joined(values, ", ").sql(")")
            }
            (_, Op::Contains) => self.like("%"),
            (_, Op::StartsWith) => self.like(""),
            (Kind::Custom, Op::Lt | Op::Le | Op::Gt | Op::Ge) => {
                let number = number_of(&self.text()).unwrap_or_default();
                let value = Statement::new("number_of(").then(stored(&self.subject)).sql(")");
                value.sql(comparison(self.op)).decimal(number)
            }
            (_, op) => {
                let value = self.values.first().map(|value| bound(kind, value)).unwrap_or_default();
                compared(&self.subject).sql(comparison(op)).then(value)
            }
        }
    }

    fn text(&self) -> String {
        self.values.first().map(Value::text).unwrap_or_default()
    }

    /// Folded on both sides, so that LIKE, which ignores the case of ASCII on SQLite only, tells the same on both engines.
    fn like(&self, before: &str) -> Statement {
        like(folded(stored(&self.subject)), before, &self.text())
    }
}

/// A folded value that has a text in it, behind what `before` stands for.
pub(super) fn like(value: Statement, before: &str, text: &str) -> Statement {
    let literal = fold_case(text).replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
    value.sql(" LIKE ").text(format!("{before}{literal}%")).sql(" ESCAPE '\\'")
}

fn comparison(op: Op) -> &'static str {
    match op {
        Op::Lt => " < ",
        Op::Le => " <= ",
        Op::Gt => " > ",
        Op::Ge => " >= ",
        _ => " = ",
    }
}

/// The value as it is stored.
fn stored(subject: &Subject) -> Statement {
    let field = match subject {
        Subject::Custom(key) => return custom_text(key),
        Subject::Field(field) => *field,
    };
    Statement::new(match field {
        Field::PHONE => "leads.phone_number",
        Field::VALUE => "leads.value_cents",
        Field::OWNER => "leads.owner_id",
        Field::TERRITORY => "leads.territory_id",
        // Tags, notes and the do-not-call list are no columns; their conditions are made elsewhere.
        field => sql_of(field.as_str()),
    })
}

/// A custom field as text. PostgreSQL calls its function of that name once for each use, and has this in place.
pub(super) fn custom_text(key: &str) -> Statement {
    let in_place = Statement::new("nullif(leads.custom_fields ->> ").text(key).sql(", '')");
    Statement::default().either_of(Statement::new("custom_text(leads.custom_fields, ").text(key).sql(")"), in_place)
}

/// The value as it is compared.
fn compared(subject: &Subject) -> Statement {
    match subject.kind() {
        Kind::Text | Kind::Custom => folded(stored(subject)),
        _ => stored(subject),
    }
}

fn bound(kind: Kind, value: &Value) -> Statement {
    match (kind, value) {
        (_, Value::Number(number)) => Statement::default().number(*number),
        (Kind::Probability, Value::Money(parts)) => Statement::default().number(*parts),
        (Kind::Text | Kind::Custom, value) => Statement::default().text(fold_case(&value.text())),
        (_, value) => Statement::default().text(value.text()),
    }
}

/// A text as [`fold_case`] folds it. PostgreSQL's functions of the language-neutral collation do the same as the program's; those of
/// "C" do for ASCII, and take a tenth of the time.
pub(super) fn folded(text: Statement) -> Statement {
    let sent = Statement::new("(CASE WHEN octet_length(")
        .then(text.clone())
        .sql(") = length(")
        .then(text.clone())
        .sql(") THEN upper((")
        .then(text.clone())
        .sql(") COLLATE \"C\") COLLATE pg_catalog.\"und-x-icu\" ELSE replace(normalize(upper(lower(normalize(replace(")
        .then(text.clone())
        .sql(", 'ı', U&'\\FDD0') COLLATE pg_catalog.\"und-x-icu\", NFD))), NFC), U&'\\FDD0', 'ı') END)");
    Statement::default().either_of(Statement::new("fold_case(").then(text).sql(")"), sent)
}

/// Leads of one of these sources, in whatever case. Few names can be written in several ways in their normal form, and most
/// of those can be counted: then the column is compared as it is.
fn sourced(names: &[Value]) -> Statement {
    let names: Vec<String> = names.iter().map(Value::text).collect();
    let forms: Option<Vec<Vec<String>>> = names.iter().map(|name| source::same(name)).collect();
    let (column, wanted) = match forms {
        Some(forms) => (Statement::new("leads.source"), forms.concat()),
        None => (folded(Statement::new("leads.source")), names.iter().map(|name| fold_case(name)).collect()),
    };
    match wanted.as_slice() {
        [one] => column.sql(" = ").text(one.clone()),
        _ => {
            column.sql(" IN (").joined(wanted.iter().map(|name| Statement::default().text(name.clone())), ", ").sql(")")
        }
    }
}

/// The condition that the tag of `t` is one of these, in whatever case.
fn is_one_of(tags: &[Value], at: &Moment) -> Statement {
    let tags: Vec<String> = tags.iter().map(Value::text).collect();
    let list = |words: Vec<String>| {
        Statement::default().joined(words.into_iter().map(|word| Statement::default().text(word)), ", ")
    };
    if tags.iter().all(|tag| tag::has_one_form(tag)) {
        return Statement::new("t.tag IN (").then(list(tags)).sql(")");
    }
    let keys = tags.iter().map(|tag| fold_case(tag)).collect();
    Statement::new("t.tag IN (")
        .then(names::all_tags(at.org))
        .sql(" AND ")
        .then(folded(Statement::new("found.name")))
        .sql(" IN (")
        .then(list(keys))
        .sql("))")
}

/// Leads with one of these tags, found by the index of tags.
fn tagged(tags: &[Value], at: &Moment) -> Statement {
    Statement::new("leads.id IN (SELECT t.lead_id FROM lead_tags t WHERE t.organization_id = ")
        .org(at.org)
        .sql(" AND ")
        .then(is_one_of(tags, at))
        .sql(")")
}

fn has_tag(tags: Option<&[Value]>, at: &Moment) -> Statement {
    let any = Statement::new("EXISTS (SELECT 1 FROM lead_tags t WHERE t.organization_id = ")
        .org(at.org)
        .sql(" AND t.lead_id = leads.id");
    match tags {
        None => any.sql(")"),
        Some(tags) => any.sql(" AND ").then(is_one_of(tags, at)).sql(")"),
    }
}

fn has_note(at: &Moment) -> Statement {
    Statement::new("EXISTS (SELECT 1 FROM lead_notes n WHERE n.organization_id = ")
        .org(at.org)
        .sql(" AND n.lead_id = leads.id)")
}

fn owned(owners: &[Value], at: &Moment) -> Statement {
    let names = || owners.iter().map(|owner| Statement::default().text(owner.text()));
    Statement::new("leads.owner_id IN (SELECT u.id FROM users u WHERE u.organization_id = ")
        .org(at.org)
        .sql(" AND (u.email IN (")
        .joined(names(), ", ")
        .sql(") OR u.username IN (")
        .joined(names(), ", ")
        .sql(")))")
}

fn timed(subject: &Subject, op: Op, value: &Value, at: &Moment) -> Statement {
    let column = || stored(subject);
    let bound = |sql: &'static str, time: Timestamp| match subject.kind() {
        // A day is before a time when all of it is, as far as it is known.
        Kind::Date => column().sql(sql).date(time.to_jiff().to_zoned(at.zone.clone()).date()),
        _ => column().sql(sql).time(time),
    };
    let (from, before) = (|time: Timestamp| bound(" >= ", time), |time: Timestamp| bound(" < ", time));
    let until = |time: Timestamp| bound(" <= ", time);
    let (start, end) = match value {
        Value::Time(when) if subject.kind() == Kind::Date => {
            let (first, end) = when.calendar_days(at.now, &at.zone);
            (begin_of(first, &at.zone), begin_of(end, &at.zone))
        }
        Value::Time(when) => when.bounds(at.now, &at.zone),
        Value::Age(age) => {
            let between = |start: Timestamp, end: Timestamp| {
                Statement::new("(").then(from(start)).sql(" AND ").then(until(end)).sql(")")
            };
            return match op {
                Op::OlderThan => before(age.before(at.now, &at.zone)),
                Op::WithinNext => between(age.begins(at.now, &at.zone), age.after(at.now, &at.zone)),
                _ => between(age.before(at.now, &at.zone), at.now),
            };
        }
        _ => return Statement::new("FALSE"),
    };
    match op {
        Op::Lt => before(start),
        Op::Le => before(end),
        Op::Gt => from(end),
        Op::Ge => from(start),
        _ => Statement::new("(").then(from(start)).sql(" AND ").then(before(end)).sql(")"),
    }
}

/// The amount in minor units of each currency, by how many decimal places it has.
fn amount(op: Op, value: &Value) -> Statement {
    let Value::Money(amount) = value else { return Statement::new("FALSE") };
    let mut bound = Statement::new("leads.value_cents").sql(comparison(op)).sql("CASE");
    for places in [0, 3, 4] {
        let codes = currency::codes_with_places(places).map(|code| Statement::default().text(code));
        bound =
            bound.sql(" WHEN leads.currency IN (").joined(codes, ", ").sql(") THEN ").then(minor(op, *amount, places));
    }
    bound.sql(" ELSE ").then(minor(op, *amount, 2)).sql(" END")
}

/// The bound in minor units with which a comparison says the same as with the amount itself.
fn minor(op: Op, amount: i64, places: u16) -> Statement {
    let per_minor = MONEY_SCALE / 10i64.pow(u32::from(places.min(4)));
    let floor = amount.div_euclid(per_minor);
    let is_exact = amount.rem_euclid(per_minor) == 0;
    match op {
        Op::Gt | Op::Le => Statement::default().number(floor),
        Op::Ge | Op::Lt => Statement::default().number(if is_exact { floor } else { floor + 1 }),
        _ if is_exact => Statement::default().number(floor),
        // No amount of such a currency is equal to it.
        _ => Statement::new("NULL"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_is_stored_somewhere() {
        for field in Field::all() {
            let sql = format!("{:?}", stored(&Subject::Field(field)));
            let is_elsewhere = matches!(field, Field::TAG | Field::NOTE | Field::ON_DNC | Field::CALLABLE);
            assert_eq!(sql.contains("NULL\""), is_elsewhere, "{field}: {sql}");
        }
    }

    #[test]
    fn amounts_compare_in_the_minor_units_of_each_currency() {
        let sql = |op, amount, places| format!("{:?}", minor(op, amount, places));
        // 99.505 in units with two places lies between 9950 and 9951.
        for (op, bound) in [(Op::Gt, "9950"), (Op::Ge, "9951"), (Op::Lt, "9951"), (Op::Le, "9950"), (Op::Eq, "NULL")] {
            assert!(sql(op, 995_050, 2).contains(bound), "{op}");
        }
        assert!(sql(Op::Eq, 995_050, 3).contains("99505") && sql(Op::Ge, -5, 0).contains("(0)"));
    }
}
