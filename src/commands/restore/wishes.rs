//! Applying alone what people asked for, to a database into which a backup was restored before.

use super::{Args, Done, Restored, refuse_pending, replaces};
use crate::commands::context::Context;
use crate::db::SchemaUse;
use crate::error::{CommandError, Exit, Result};
use crate::ops::backups::carry::{Carried, Who};

pub(super) fn apply(args: &Args, context: &Context) -> Result<Exit> {
    let location = context.location()?;
    let Some(mut from) = replaces(args, context)? else {
        return Err(CommandError::usage("name the database that was replaced: --replaces URL"));
    };
    refuse_pending(&location, context)?;
    let mut db = context.open_at(location.clone(), SchemaUse::Existing)?;
    let founder = context.founder(&mut db)?;
    let who = Who { actor: founder.actor, ip_address: founder.ip_address, now: founder.now };
    let mut done = Restored {
        database: location.to_string(),
        backup: None,
        made_at: None,
        rows: None,
        kept_as: None,
        can_go_back: false,
        carried: Carried::default(),
        newer: Vec::new(),
        dry_run: false,
        again: String::new(),
        done: Done::WishesOnly,
    };
    // Each organization is a transaction of its own.
    context.ui.set_committed();
    super::embedded::carry(&mut from, &mut db, &who, &mut done.carried)?;
    done.print(context.ui)
}
