//! Which leads a verb is about: by a filter, by a segment, or by both.

use super::territories::name_territories;
use crate::commands::args::complete;
use crate::commands::context::Session;
use crate::db::models::access::users;
use crate::domain::phone::Region;
use crate::domain::text::nearest;
use crate::domain::time::datetime;
use crate::error::{CommandError, Result};
use crate::filter::field::Kind;
use crate::filter::value::Value;
use crate::filter::{self, Filter, FilterError, LeadQuery, Moment, Problem, Reading};

/// Which leads are meant.
#[derive(Debug, Clone, clap::Args)]
pub struct Selection {
    /// Leads for which this filter holds, for example 'status = hot and score >= 70'
    #[arg(long = "where", value_name = "FILTER")]
    filter: Option<String>,
    /// The same as JSON, in the form that `segment show` prints
    #[arg(long, value_name = "JSON")]
    filter_json: Option<String>,
    /// Leads of this segment
    #[arg(long, value_name = "NAME", add = complete::segment_names())]
    segment: Option<String>,
    /// The region of national phone numbers in the filter, such as US
    #[arg(long)]
    region: Option<Region>,
}

impl Selection {
    /// Whether leads are chosen at all.
    pub fn is_given(&self) -> bool {
        self.filter.is_some() || self.filter_json.is_some() || self.segment.is_some()
    }

    /// The region of national phone numbers.
    pub fn region(&self) -> Option<Region> {
        self.region
    }

    /// What is chosen: leads for which everything given holds. None: every lead.
    ///
    /// # Errors
    /// A filter cannot be read, or there is no such segment.
    pub fn filter(&self, session: &mut Session) -> Result<Option<Filter>> {
        let mut parts = Vec::new();
        if let Some(name) = &self.segment {
            parts.push(super::segments::asked(session, name)?.1);
        }
        parts.extend(self.written(session)?);
        Ok(all_of(parts))
    }

    /// The filter that is written out, without the segment.
    fn written(&self, session: &mut Session) -> Result<Option<Filter>> {
        let reading = reading(session, self.region);
        let mut parts = Vec::new();
        if let Some(text) = &self.filter {
            parts.push(filter::parse(text, &reading)?);
        }
        if let Some(text) = &self.filter_json {
            parts.push(Filter::from_json_text(text, &reading)?);
        }
        let mut filter = all_of(parts);
        if let Some(filter) = &mut filter {
            let text = self.filter.as_deref().unwrap_or_default();
            resolve_names(session, filter, text)?;
        }
        Ok(filter)
    }
}

/// Every part holds; `None` when there are none.
pub fn all_of(parts: Vec<Filter>) -> Option<Filter> {
    match parts.is_empty() {
        true => None,
        false => Some(Filter::all(parts)),
    }
}

/// What the reading of a filter depends on.
pub fn reading(session: &Session, region: Option<Region>) -> Reading {
    Reading { region: region.or_else(|| session.org.default_region.parse().ok()) }
}

/// For whom and when a question is asked.
pub fn moment(session: &Session) -> Result<Moment> {
    let zone = datetime::zone(&session.org.timezone).map_err(CommandError::failed)?;
    Ok(Moment { org: session.org.org_id(), now: session.stamp.now, zone })
}

/// Every live lead for which the filter holds.
pub fn query(session: &Session, filter: Option<Filter>) -> Result<LeadQuery> {
    Ok(LeadQuery { filter, ..LeadQuery::all(moment(session)?) })
}

/// Puts the names of users and territories that a filter speaks of as they are written. What there is not matches nobody, which is hardly
/// what was meant.
///
/// # Errors
/// An owner is no user, or there is no such territory.
pub fn resolve_names(session: &mut Session, filter: &mut Filter, text: &str) -> Result<()> {
    name_owners(session, filter, text)?;
    name_territories(session, filter, text)
}

/// Names owners by their emails, which change less often than usernames do.
fn name_owners(session: &mut Session, filter: &mut Filter, text: &str) -> Result<()> {
    if filter.conditions().iter().all(|condition| condition.subject.kind() != Kind::Owner) {
        return Ok(());
    }
    let org = session.org.org_id();
    let users = session.db.read(org, |conn| users::all(conn, org))?;
    let known = users::by_names(&users);
    filter.change_each(&mut |condition| -> Result<()> {
        if condition.subject.kind() != Kind::Owner {
            return Ok(());
        }
        for value in &mut condition.values {
            let name = Value::text(value);
            let user = known.get(&name).and_then(|id| users.iter().find(|user| user.id == *id));
            let Some(user) = user else {
                let nearest = nearest(&name, users.iter().map(|user| user.email.as_str())).map(str::to_owned);
                let at = text.to_lowercase().find(&name).map(|start| start..start + name.len());
                let problem = Problem::BadValue { subject: condition.subject.clone(), value: name, nearest };
                return Err(FilterError { problem: Box::new(problem), at, text: text.to_owned() }.into());
            };
            *value = Value::Text(user.email.clone());
        }
        Ok(())
    })
}
