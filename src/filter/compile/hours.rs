//! Whether leads may be called at the moment of asking, by the hours of every place where they may be.
//!
//! What is open now is computed before, of each area code and of each state with its zones; the statement looks it up. Of a lead of which
//! it is not known neither condition holds, whether it asks for yes or for no.

use super::{Moment, folded};
use crate::db::Statement;
use crate::domain::dnc::hours::{Callable, OpenNow, area_codes_of, states_of, zones_of_area_codes};

/// Leads that may be called now, or may not; `within_not` says that the condition is to be turned round.
pub(in crate::filter) fn condition(is_callable: bool, within_not: bool, at: &Moment) -> Statement {
    let state = Statement::new("(").then(state(at));
    match (is_callable, within_not) {
        (true, false) => state.sql(" = 2)"),
        (true, true) => state.sql(" >= 1)"),
        (false, false) => state.sql(" = 0)"),
        (false, true) => state.sql(" <= 1)"),
    }
}

/// Leads of which it is not known whether they may be called now.
pub(in crate::filter) fn unknown(at: &Moment) -> Statement {
    Statement::new("(").then(state(at)).sql(" = 1)")
}

/// 2 for a lead all of whose numbers may be called now, 0 for one that has none or one that may not, 1 where it is not known.
fn state(at: &Moment) -> Statement {
    let now = OpenNow::at(at.now);
    let area = || {
        Statement::new(
            "CASE WHEN length(n.number) = 12 AND substr(n.number, 1, 2) = '+1' THEN substr(n.number, 3, 3) ELSE '' END",
        )
    };
    let among = |codes: &[String]| Statement::new("(").then(area()).sql(") IN ").then(list(codes));
    let [open, closed, doubtful] = [Callable::Yes, Callable::No, Callable::Unknown].map(|said| now.areas(said));
    // A place where it is closed decides, whatever is not known of the others.
    Statement::new("coalesce((SELECT min(CASE WHEN ")
        .then(among(&closed))
        .sql(" THEN 0 WHEN ")
        .then(among(&[open, doubtful.clone()].concat()))
        .either(" THEN min(", " THEN least(")
        .sql("CASE WHEN ")
        .then(among(&doubtful))
        .sql(" THEN 1 ELSE 2 END, ")
        .then(homes(&now, &area))
        .sql(
            ") ELSE 1 END) FROM (SELECT leads.phone_number AS number UNION ALL SELECT p.phone_number FROM lead_phones p
             WHERE p.organization_id = leads.organization_id AND p.lead_id = leads.id) n WHERE n.number IS NOT NULL), 0)",
        )
}

/// What the strictest address of the lead and of every live lead with the number says.
fn homes(now: &OpenNow, area: &dyn Fn() -> Statement) -> Statement {
    Statement::new("(SELECT min(").then(home(now, area)).sql(
        ") FROM (SELECT leads.state AS state, leads.country AS country, leads.timezone AS timezone
         UNION ALL SELECT l.state, l.country, l.timezone FROM leads l
         WHERE l.organization_id = leads.organization_id AND l.phone_number = n.number AND l.deleted_at IS NULL
         UNION ALL SELECT l.state, l.country, l.timezone FROM lead_phones q
         JOIN leads l ON l.organization_id = q.organization_id AND l.id = q.lead_id
         WHERE q.organization_id = leads.organization_id AND q.phone_number = n.number AND l.deleted_at IS NULL) h)",
    )
}

/// What an address says, as [`crate::domain::dnc::hours::Address`] does.
fn home(now: &OpenNow, area: &dyn Fn() -> Statement) -> Statement {
    let state = || folded(Statement::new("h.state"));
    let key = || Statement::new("(").then(state()).sql(" || '|' || coalesce(h.timezone, '')) IN ");
    let canadian: Vec<String> = states_of("CA").into_iter().map(str::to_owned).collect();
    Statement::new("CASE WHEN h.state IS NULL THEN CASE WHEN (h.country IS NULL OR h.country = CASE WHEN (")
        .then(area())
        .sql(") IN ")
        .then(list(&area_codes_of("CA")))
        .sql(" THEN 'CA' ELSE 'US' END) AND (h.timezone IS NULL OR ((")
        .then(area())
        .sql(") || '|' || h.timezone) IN ")
        .then(list(&zones_of_area_codes()))
        .sql(") THEN 2 ELSE 1 END WHEN h.country <> CASE WHEN ")
        .then(state())
        .sql(" IN ")
        .then(list(&canadian))
        .sql(" THEN 'CA' ELSE 'US' END THEN 1 WHEN ")
        .then(key())
        .then(list(&now.addresses(Callable::Yes)))
        .sql(" THEN 2 WHEN ")
        .then(key())
        .then(list(&now.addresses(Callable::No)))
        .sql(" THEN 0 ELSE 1 END")
}

/// Texts as one bound value, which the engine reads once.
fn list(texts: &[String]) -> Statement {
    let array = serde_json::Value::from(texts.to_vec()).to_string();
    Statement::default()
        .either("(SELECT value FROM json_each(", "(SELECT jsonb_array_elements_text(CAST(")
        .text(array)
        .either("))", " AS jsonb)))")
}
