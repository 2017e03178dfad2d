//! A territory as it is printed.

use std::collections::HashMap;

use serde::Serialize;

use crate::commands::args::leads::selection::reading;
use crate::commands::context::Session;
use crate::db::models::access::users::{self, User};
use crate::db::models::lead_work::territories::{self, LeadCount, Territory, TerritoryMember};
use crate::db::{Db, DbError, OrgId};
use crate::domain::lead_work::territories::MemberRole;
use crate::error::Result;
use crate::filter::{Filter, Reading};
use crate::ui::{Change, Column, Ui};

/// A territory with what a person reads of it.
#[derive(Debug, Serialize)]
pub struct Shown {
    #[serde(flatten)]
    territory: Territory,
    /// The name of the territory that it is inside of.
    parent: Option<String>,
    /// The filter as text.
    filter_text: String,
    /// How many live leads lie in it, and not in one inside it.
    lead_count: i64,
    /// Those that a person has put there.
    manual_count: i64,
    members: Vec<Member>,
    member_count: usize,
}

/// A user who works a territory.
#[derive(Debug, Clone, Serialize)]
pub struct Member {
    pub email: String,
    pub role: MemberRole,
    /// Whether the user may act at all.
    is_active: bool,
}

pub const COLUMNS: &[Column] = &[
    Column::hidden("id"),
    Column::hidden("uid"),
    Column::whole("name", "name").kept(),
    Column::text("parent", "inside"),
    Column::hidden("parent_id"),
    Column::text("description", "description").optional(),
    Column::text("filter_text", "filter"),
    Column::hidden("filter"),
    Column::number("priority", "priority"),
    Column::whole("is_active", "active").optional(),
    Column::count("lead_count", "leads").kept(),
    Column::count("manual_count", "by hand").optional(),
    Column::count("member_count", "members").optional(),
    Column::hidden("members"),
    Column::hidden_time("created_at"),
    Column::hidden_time("updated_at"),
    Column::hidden("version"),
];

impl Shown {
    /// Prints it with who works it.
    pub fn print(&self, ui: Ui) -> Result<()> {
        ui.record(self, COLUMNS)?;
        Ok(ui.part("members", &self.members, MEMBERS)?)
    }
}

pub const MEMBERS: &[Column] = &[
    Column::text("email", "email").kept(),
    Column::whole("role", "role"),
    Column::whole("is_active", "active").optional(),
];

/// All that is known of the territories of an organization.
pub struct Known {
    all: Vec<Territory>,
    leads: HashMap<i64, LeadCount>,
    members: Vec<TerritoryMember>,
    users: Vec<User>,
    reading: Reading,
}

impl Known {
    pub fn read(session: &mut Session) -> Result<Known> {
        let (org, reading) = (session.org.org_id(), reading(session, None));
        Ok(session.db.read(org, |conn| Known::within(conn, org, reading))?)
    }

    /// The same inside a transaction: as a change that may be taken back leaves it.
    pub fn within(conn: &mut Db, org: OrgId, reading: Reading) -> Result<Known, DbError> {
        Ok(Known {
            all: territories::all(conn, org)?,
            leads: territories::lead_counts(conn, org)?,
            members: territories::members(conn, org)?,
            users: users::all(conn, org)?,
            reading,
        })
    }

    /// The territories, what is inside one behind it.
    pub fn in_order(&self) -> impl Iterator<Item = &Territory> {
        let listed = territories::tree(&self.all).listed();
        // What another program has put into a circle is nowhere, and comes last.
        let place = |id: i64| listed.iter().position(|(listed, _)| *listed == id).unwrap_or(usize::MAX);
        let mut all: Vec<&Territory> = self.all.iter().collect();
        all.sort_by_key(|territory| place(territory.id));
        all.into_iter()
    }

    pub fn shown(&self, territory: Territory) -> Shown {
        let filter_text = match Filter::from_json(&territory.filter.0, &self.reading) {
            Ok(filter) => filter.to_string(),
            Err(e) => format!("({e})"),
        };
        let leads = self.leads.get(&territory.id).copied().unwrap_or_default();
        let members = self.members_of(territory.id);
        Shown {
            parent: territory.parent_id.and_then(|id| self.name(id)).map(str::to_owned),
            filter_text,
            lead_count: leads.live,
            manual_count: leads.manual,
            member_count: members.len(),
            members,
            territory,
        }
    }

    fn name(&self, id: i64) -> Option<&str> {
        self.all.iter().find(|territory| territory.id == id).map(|territory| territory.name.as_str())
    }

    /// Who works a territory, its owners first.
    pub fn members_of(&self, territory: i64) -> Vec<Member> {
        let of = self.members.iter().filter(|member| member.territory_id == territory);
        let member = |member: &TerritoryMember| {
            let user = self.users.iter().find(|user| user.id == member.user_id)?;
            Some(Member { email: user.email.clone(), role: member.role, is_active: user.is_active })
        };
        let mut members: Vec<Member> = of.filter_map(member).collect();
        members.sort_by(|a, b| (a.role, &a.email).cmp(&(b.role, &b.email)));
        members
    }

    /// Changes of a territory as people read them: filters as text, the one around it by its name.
    pub fn readable(&self, mut changes: Vec<Change>) -> Vec<Change> {
        let told = |key: &str, value: Option<String>| {
            let value = value?;
            let text = match key {
                "filter" => {
                    let json = serde_json::from_str(&value).ok();
                    json.and_then(|json| Filter::from_json(&json, &self.reading).ok()).map(|filter| filter.to_string())
                }
                "parent_id" => value.parse().ok().and_then(|id| self.name(id)).map(str::to_owned),
                _ => None,
            };
            Some(text.unwrap_or(value))
        };
        for change in &mut changes {
            change.old = told(&change.key, change.old.take());
            change.new = told(&change.key, change.new.take());
        }
        changes
    }
}
