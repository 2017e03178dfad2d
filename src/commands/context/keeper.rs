//! Who does what concerns the whole database, and all organizations in it.

use super::{Context, account, account_and_host, now, require, who_acts};
use crate::db::models::access::{organizations, users};
use crate::db::{Database, OrgId};
use crate::domain::access::role::Right;
use crate::error::{CommandError, Result};
use crate::ops::access::organizations::Founder;

impl Context {
    /// Who copies, mends or replaces a whole database: where somebody acts as a user, an admin of one of its organizations, of that which
    /// `--org` names if it does. On PostgreSQL somebody must once there are users; an embedded database is also whose file it is. The
    /// schema may be of another version.
    ///
    /// # Errors
    /// The acting user is none, or no admin.
    pub fn keeper(&self, db: &mut Database) -> Result<Founder> {
        self.catch_interrupts();
        let (now, name) = (now()?, self.settings.user.value.as_deref());
        let nobody = db.read_global(|conn| account(conn, now))?;
        if name.is_none() && db.is_sqlite() {
            return Ok(nobody);
        }
        let orgs = self.meant(db)?;
        let mut refused = None;
        for org in orgs {
            match (db.read(org, |conn| users::standing(conn, org, name))?, name) {
                ((true, _), None) => return Err(who_acts()),
                ((_, Some(user)), _) => {
                    let may = match user.is_active {
                        true => require(user.role, Right::Administer),
                        false => Err(CommandError::failed(format!("the user `{}` is disabled", user.email))),
                    };
                    match may {
                        Ok(()) => {
                            return Ok(Founder { actor: format!("{} ({})", user.email, account_and_host()), ..nobody });
                        }
                        Err(why) => refused = Some(why),
                    }
                }
                ((_, None), _) => {}
            }
        }
        match (refused, name) {
            (Some(why), _) => Err(why),
            (None, Some(name)) => Err(CommandError::failed(format!("nobody here is the user `{}`", name.trim()))
                .hint("list them: crmctl user list")),
            (None, None) => Ok(nobody),
        }
    }

    /// The organizations of whose users the call may be.
    fn meant(&self, db: &mut Database) -> Result<Vec<OrgId>> {
        let org = &self.settings.org;
        let mut all = db.read_global(organizations::slugs)?;
        if let Some(slug) = org.value.as_ref().filter(|_| org.is_from_flag()) {
            all.retain(|(_, one)| one == slug);
            if all.is_empty() {
                return Err(no_such_organization(slug));
            }
        }
        Ok(all.into_iter().map(|(id, _)| id).collect())
    }

    /// Refuses an organization that the database has not, where one is named and can be looked for.
    ///
    /// # Errors
    /// No organization has the slug.
    pub fn refuse_unknown_organization(&self, db: &mut Database) -> Result<()> {
        let Some(slug) = &self.settings.org.value else { return Ok(()) };
        match db.read_global(organizations::slugs) {
            Ok(all) if !all.iter().any(|(_, one)| one == slug) => Err(no_such_organization(slug)),
            _ => Ok(()),
        }
    }
}

fn no_such_organization(slug: &str) -> CommandError {
    CommandError::failed(format!("no organization has the slug `{slug}`")).hint("list them: crmctl org list")
}
