//! Restoring a database on PostgreSQL.

use std::path::Path;

use super::{Args, Done, Restored, replaces, unknown};
use crate::commands::context::Context;
use crate::db::backup::{BackupError, restore_server};
use crate::db::{Location, SchemaUse, Server};
use crate::error::{Exit, Explain, Result};
use crate::ops::backups::carry::{self, Carried, Who, carry_over};

pub(super) fn restore(args: &Args, file: &Path, server: &Server, context: &Context) -> Result<Exit> {
    let location = Location::Postgres(server.clone());
    let mut db = context.open_at(location.clone(), SchemaUse::AsItIs).map_err(BackupError::from)?;
    let mut replaces = replaces(args, context)?;
    // Who acts is settled while nothing is restored.
    let founder = replaces.as_mut().map(|from| context.founder(from)).transpose()?;
    let manifest = restore_server(&mut db, server, file, args.dry_run, || context.ui.set_committed())?;
    let mut done = Restored {
        database: location.to_string(),
        backup: Some(file.display().to_string()),
        made_at: Some(manifest.made_at),
        rows: Some(manifest.tables.values().sum()),
        kept_as: None,
        can_go_back: false,
        carried: Carried::default(),
        newer: Vec::new(),
        dry_run: args.dry_run,
        again: format!(
            "apply it by the database that tells of it: crmctl restore --wishes-only --replaces URL --database-url {location}"
        ),
        done: if args.dry_run && args.replaces.is_some() { Done::Untried } else { Done::Restored },
    };
    if args.dry_run {
        return done.print(context.ui);
    }
    if db.known_migrations()?.pending() > 0 {
        db.migrate_up()?;
    }
    match replaces.zip(founder) {
        Some((mut from, founder)) => {
            let who = Who { actor: founder.actor, ip_address: founder.ip_address, now: founder.now };
            carry::log(&mut db, &who, done.made_at)?;
            let finish = format!(
                "nobody's wishes since the backup are known in it until this has ended: crmctl restore --wishes-only \
                 --replaces {} --database-url {location}",
                from.location()
            );
            let carried = carry_over(&mut from, &mut db, &who, &mut done.carried);
            carried.map_err(|e| e.explain().hint(finish))?;
        }
        None => {
            let account = context.account(&mut db)?;
            let who = Who { actor: account.actor, ip_address: account.ip_address, now: account.now };
            carry::log(&mut db, &who, done.made_at)?;
            done.carried.left.push(unknown("no database was named that it replaces"));
        }
    }
    let exit = done.print(context.ui)?;
    context.ui.note(&format!(
        "give the everyday role its rights, by its name: crmctl migrate up --app-role crm_app --database-url {location}"
    ));
    Ok(exit)
}
