//! Territories as arguments.

use super::selection::{reading, resolve_names};
use crate::commands::args::named::{named, normal_name, unknown};
use crate::commands::context::Session;
use crate::db::models::lead_work::territories::{self, Territory};
use crate::domain::text::nearest;
use crate::error::Result;
use crate::filter::field::Kind;
use crate::filter::value::Value;
use crate::filter::{Filter, FilterError, Problem};
use crate::system::shell;

/// The organization's territories, by name.
pub fn all(session: &mut Session) -> Result<Vec<Territory>> {
    let org = session.org.org_id();
    Ok(session.db.read(org, |conn| territories::all(conn, org))?)
}

/// The territory with this name, in any case.
///
/// # Errors
/// There is none.
pub fn find(session: &mut Session, name: &str) -> Result<Territory> {
    let name = normal_name(name);
    let all = all(session)?;
    let found = named(&all, |territory| &territory.name, &name);
    found.cloned().ok_or_else(|| unknown("territory", &name, all.iter().map(|territory| territory.name.as_str())))
}

/// The filter of a territory, to be asked.
///
/// # Errors
/// It was written by a newer program, or asks for an owner who is no user any more.
pub fn asked(session: &mut Session, territory: &Territory) -> Result<Filter> {
    let mut filter = Filter::from_json(&territory.filter.0, &reading(session, None))?;
    let text = filter.to_string();
    resolve_names(session, &mut filter, &text).map_err(|error| {
        let hint = format!("change it: crmctl territory edit {} --where FILTER", shell::word(&territory.name));
        error.detail(format!("in the filter of the territory `{}`", territory.name)).hint(hint)
    })?;
    Ok(filter)
}

/// Names territories as they are written. One that there is not has no leads, which is hardly what was meant.
///
/// # Errors
/// There is no such territory.
pub(super) fn name_territories(session: &mut Session, filter: &mut Filter, text: &str) -> Result<()> {
    if filter.conditions().iter().all(|condition| condition.subject.kind() != Kind::Territory) {
        return Ok(());
    }
    let all = all(session)?;
    filter.change_each(&mut |condition| -> Result<()> {
        if condition.subject.kind() != Kind::Territory {
            return Ok(());
        }
        for value in &mut condition.values {
            let name = Value::text(value);
            let Some(territory) = named(&all, |territory| &territory.name, &name) else {
                let nearest = nearest(&name, all.iter().map(|it| it.name.as_str())).map(str::to_owned);
                let at = text.find(&name).map(|start| start..start + name.len());
                let problem = Problem::BadValue { subject: condition.subject.clone(), value: name, nearest };
                return Err(FilterError { problem: Box::new(problem), at, text: text.to_owned() }.into());
            };
            *value = Value::Text(territory.name.clone());
        }
        Ok(())
    })
}
