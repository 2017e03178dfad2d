//! Restoring a database on PostgreSQL.

use super::{Args, Restored, unknown};
use crate::commands::context::Context;
use crate::db::backup::{BackupError, restore_server};
use crate::db::catalogue::grants;
use crate::db::{Location, SchemaUse, Server};
use crate::error::{Exit, Result};
use crate::ops::backups::carry::{self, Carried, Who, carry_over};

pub(super) fn restore(args: &Args, server: &Server, context: &Context) -> Result<Exit> {
    let location = Location::Postgres(server.clone());
    let mut db = context.open_at(location.clone(), SchemaUse::AsItIs).map_err(BackupError::from)?;
    let replaces = args.replaces.as_ref().map(|url| context.open_other(Location::parse(url.text())?)).transpose()?;
    let manifest = restore_server(&mut db, server, &args.file, args.dry_run)?;
    let mut done = Restored {
        database: location.to_string(),
        backup: args.file.display().to_string(),
        made_at: Some(manifest.made_at),
        rows: manifest.tables.values().sum(),
        kept_as: None,
        can_go_back: false,
        carried: Carried::default(),
        newer: Vec::new(),
        dry_run: args.dry_run,
    };
    if args.dry_run {
        return done.print(context.ui);
    }
    context.ui.set_committed();
    if db.known_migrations()?.pending() > 0 {
        db.migrate_up()?;
    }
    match replaces {
        Some(mut from) => {
            let founder = context.founder(&mut from)?;
            let who = Who { actor: founder.actor, ip_address: founder.ip_address, now: founder.now };
            carry::log(&mut db, &who, done.made_at)?;
            carry_over(&mut from, &mut db, &who, &mut done.carried)?;
        }
        None => {
            let account = context.account(&mut db)?;
            let who = Who { actor: account.actor, ip_address: account.ip_address, now: account.now };
            carry::log(&mut db, &who, done.made_at)?;
            done.carried.left.push(unknown("no database was named that it replaces"));
        }
    }
    let exit = done.print(context.ui)?;
    context.ui.note(&format!("give the everyday role its rights:\n{}", grants("crm_app").join("\n")));
    Ok(exit)
}
