//! Whether leads may not be contacted: their numbers on the organization's own list, and on the registries that it requires.
//!
//! A registry that is missing, too old or does not cover a number says nothing of it. Such a lead is neither on the list nor off it: no
//! condition holds of it that asks for either.

use super::Moment;
use crate::db::Statement;

/// Leads that are, or are not, on the list; `within_not` says that the condition is to be turned round.
pub(in crate::filter) fn condition(is_listed: bool, within_not: bool, at: &Moment) -> Statement {
    let least = |state: i64| Statement::new("(").then(own(at)).sql(" OR ").then(registries(state, at)).sql(")");
    let neither = |state: i64| {
        // Apart, so that PostgreSQL may plan an anti-join.
        Statement::new("(NOT ").then(own(at)).sql(" AND NOT ").then(registries(state, at)).sql(")")
    };
    match (is_listed, within_not) {
        (true, false) => least(LISTED),
        (true, true) => least(UNKNOWN),
        (false, false) => neither(UNKNOWN),
        (false, true) => neither(LISTED),
    }
}

/// Leads that are not on the own list, and of which a required registry cannot say whether it has them.
pub(in crate::filter) fn unknown(at: &Moment) -> Statement {
    Statement::new("(NOT ")
        .then(own(at))
        .sql(" AND ")
        .then(registries(UNKNOWN, at))
        .sql(" AND NOT ")
        .then(registries(LISTED, at))
        .sql(")")
}

/// 1 for a lead on the list, 0 for one that is not, NULL where it is not known.
pub(in crate::filter) fn flag(at: &Moment) -> Statement {
    Statement::new("CASE WHEN ")
        .then(condition(true, false, at))
        .sql(" THEN 1 WHEN ")
        .then(registries(UNKNOWN, at))
        .sql(" THEN NULL ELSE 0 END")
}

/// What a registry says of a number.
const LISTED: i64 = 2;
const UNKNOWN: i64 = 1;

/// Leads of one of whose numbers a required registry says at least so much; of what is not known, also those for whose numbers a
/// request is undecided. Where no registry is required, none is asked.
fn registries(least: i64, at: &Moment) -> Statement {
    match least {
        UNKNOWN => Statement::new("(").then(of_registries(least, at)).sql(" OR ").then(undecided(at)).sql(")"),
        _ => of_registries(least, at),
    }
}

/// Leads one of whose numbers waits for somebody to decide a request.
fn undecided(at: &Moment) -> Statement {
    let waiting = || {
        Statement::new("(SELECT u.phone_number FROM dnc_requests u WHERE u.decision IS NULL AND u.organization_id = ")
            .org(at.org)
            .sql(")")
    };
    Statement::new("(leads.phone_number IS NOT NULL AND leads.phone_number IN ")
        .then(waiting())
        .sql(" OR EXISTS (SELECT 1 FROM lead_phones p WHERE p.organization_id = leads.organization_id AND p.lead_id = leads.id AND p.phone_number IN ")
        .then(waiting())
        .sql("))")
}

fn of_registries(least: i64, at: &Moment) -> Statement {
    Statement::new("(EXISTS (SELECT 1 FROM dnc_requirements q WHERE q.organization_id = ")
        .org(at.org)
        .sql(") AND EXISTS (SELECT 1 FROM (SELECT leads.phone_number AS number UNION ALL SELECT p.phone_number FROM lead_phones p
             WHERE p.organization_id = leads.organization_id AND p.lead_id = leads.id) n WHERE ")
        .then(state(at))
        .sql(" >= ")
        .number(least)
        .sql("))")
}

/// What the required registries say of the number `n.number`; NULL when none has to be asked.
pub(in crate::filter) fn state(at: &Moment) -> Statement {
    let digits = || Statement::default().either("CAST(substr(n.number, 2) AS INTEGER)", "substr(n.number, 2)::bigint");
    let today = at.now.to_jiff().to_zoned(at.zone.clone()).date();
    Statement::new("(SELECT max(CASE WHEN b.block IS NOT NULL AND dnc_block_has(b.numbers, ")
        .either("", "(")
        .then(digits())
        .sql(" & 65535")
        .either("", ")::integer")
        .sql(") THEN 2 WHEN v.id IS NULL OR ")
        .either("date(v.as_of, r.max_age_days || ' days')", "v.as_of + r.max_age_days")
        .sql(" < ")
        .date(today)
        .sql(
            " OR NOT dnc_covers(v.area_codes, n.number) THEN 1 ELSE 0 END)
             FROM dnc_requirements q LEFT JOIN dnc_registries r ON r.name = q.registry AND r.country = q.country
             LEFT JOIN dnc_registry_revisions v ON v.registry_id = r.id AND v.revision = r.current_revision
             LEFT JOIN dnc_registry_blocks b ON b.revision_id = v.id AND b.block = ",
        )
        .then(digits())
        .sql(" >> 16 WHERE q.organization_id = ")
        .org(at.org)
        .sql(" AND dnc_concerns(q.country, q.calling_code, n.number))")
}

/// Leads one of whose numbers is on the organization's own list, for calls or texts. PostgreSQL makes a join of it; SQLite would
/// look each lead up, so there the leads of the list, which is the shorter one, are gathered first.
fn own(at: &Moment) -> Statement {
    let in_force = |sql: &'static str| {
        Statement::new(sql)
            .sql(" AND d.organization_id = ")
            .org(at.org)
            .sql(" AND (d.expires_at IS NULL OR d.expires_at > ")
            .time(at.now)
            .sql(")")
    };
    // Live and deleted leads have an index of phones each.
    let gathered = Statement::new("leads.id IN (")
        .then(in_force(
            "SELECT l.id FROM dnc_numbers d CROSS JOIN leads l WHERE l.organization_id = d.organization_id
             AND l.phone_number = d.phone_number AND l.deleted_at IS NULL",
        ))
        .sql(" UNION ALL ")
        .then(in_force(
            "SELECT l.id FROM dnc_numbers d CROSS JOIN leads l WHERE l.organization_id = d.organization_id
             AND l.phone_number = d.phone_number AND l.deleted_at IS NOT NULL",
        ))
        .sql(" UNION ALL ")
        .then(in_force(
            "SELECT p.lead_id FROM dnc_numbers d CROSS JOIN lead_phones p WHERE p.organization_id = d.organization_id
             AND p.phone_number = d.phone_number",
        ))
        .sql(")");
    let joined = Statement::new("(")
        .then(in_force("EXISTS (SELECT 1 FROM dnc_numbers d WHERE d.phone_number = leads.phone_number"))
        .sql(") OR ")
        .then(in_force(
            "EXISTS (SELECT 1 FROM lead_phones p JOIN dnc_numbers d ON d.phone_number = p.phone_number
             WHERE p.lead_id = leads.id AND p.organization_id = leads.organization_id",
        ))
        .sql("))");
    Statement::default().either_of(gathered, joined)
}
