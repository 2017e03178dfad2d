//! Restoring an embedded database.

use std::path::{Path, PathBuf};

use super::{Args, NEWER_COLUMNS, Restored, unknown};
use crate::commands::context::Context;
use crate::db::backup::{BackupError, Held, Newer, Unpacked, newer_rows, set_aside, unpack_beside};
use crate::db::{Database, DbError, Location, SchemaUse};
use crate::error::{Exit, Result};
use crate::ops::backups::carry::{self, Carried, CarryError, Who, carry_over};
use crate::ops::erasure::clearing;
use crate::system::new_file::folder_of;
use crate::ui::grouped;

/// What is where the database goes.
enum Before {
    Nothing,
    Database(Box<Database>),
    /// A file that was a database, and cannot be read any more.
    Unreadable(String),
}

/// What is known of it once it was read.
enum Place {
    Empty,
    /// With what it has and the backup has not.
    Database(Vec<Newer>),
    Unreadable(String),
}

pub(super) fn restore(args: &Args, path: &Path, context: &Context) -> Result<Exit> {
    // Beside the file itself, whatever link leads to it.
    let path = &path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let interrupted = context.interrupted();
    // On a new machine there is no folder for it yet.
    std::fs::create_dir_all(folder_of(path)).map_err(|e| BackupError::Unpack(e.to_string()))?;
    let unpacked = unpack_beside(&args.file, path, &interrupted)?;
    let mut restored = open(&unpacked, args, context)?;
    let mut before = before(path, context)?;
    let founder = context.keeper(match &mut before {
        Before::Database(db) => db,
        Before::Nothing | Before::Unreadable(_) => &mut restored,
    })?;
    let who = Who { actor: founder.actor, ip_address: founder.ip_address, now: founder.now };
    let aside = name_aside(path, who.now);
    let mut done = Restored {
        database: path.display().to_string(),
        backup: args.file.display().to_string(),
        made_at: unpacked.made_at,
        rows: unpacked.tables.values().sum(),
        kept_as: None,
        can_go_back: true,
        carried: Carried::default(),
        newer: Vec::new(),
        dry_run: args.dry_run,
    };
    let replaces = args.replaces.as_ref().map(|url| context.open_other(Location::parse(url.text())?)).transpose()?;
    let place = match before {
        Before::Nothing => Place::Empty,
        Before::Unreadable(why) => Place::Unreadable(why),
        Before::Database(db) => {
            // Nobody may have it open while it is replaced.
            drop(db);
            match newer_rows(path, &unpacked.database()) {
                Ok(newer) => Place::Database(newer),
                Err(BackupError::Damaged { what, .. }) => Place::Unreadable(what),
                Err(e) => return Err(e.into()),
            }
        }
    };
    match place {
        Place::Empty => {
            match replaces {
                Some(mut from) => carry(&mut from, &mut restored, &who, &mut done.carried)?,
                None => done.carried.left.push(unknown("there is no database that is replaced")),
            }
            carry::log(&mut restored, &who, done.made_at)?;
            drop(restored);
            unpacked.settle(&interrupted)?;
            if !args.dry_run {
                unpacked.place(path)?;
                context.ui.set_committed();
            }
        }
        Place::Unreadable(why) => {
            match replaces {
                Some(mut from) => carry(&mut from, &mut restored, &who, &mut done.carried)?,
                None => done.carried.left.push(unknown(format!("the database cannot be read: {why}"))),
            }
            carry::log(&mut restored, &who, done.made_at)?;
            drop(restored);
            unpacked.settle(&interrupted)?;
            done.kept_as = Some(aside.display().to_string());
            done.can_go_back = false;
            if !args.dry_run {
                let question = format!("The database cannot be read ({why}). Put it aside as {}?", aside.display());
                context.ui.confirm(&question)?;
                set_aside(path, &aside)?;
                unpacked.place(path).inspect_err(|_| {
                    // Where that fails, too, the error of the first tells where to look.
                    let _ = set_aside(&aside, path);
                })?;
                context.ui.set_committed();
            }
        }
        Place::Database(newer) => {
            if !args.dry_run {
                confirm(&newer, &done, context)?;
            }
            let held = Held::take(path)?;
            let kept = unpacked.kept();
            held.copy_to(&kept, &interrupted)?;
            // Nobody has written since it is held.
            done.newer = newer_rows(&kept, &unpacked.database())?;
            let mut from = match replaces {
                Some(from) => from,
                None => context.open_other(Location::Sqlite(kept.clone()))?,
            };
            carry(&mut from, &mut restored, &who, &mut done.carried)?;
            carry::log(&mut restored, &who, done.made_at)?;
            drop((from, restored));
            unpacked.settle(&interrupted)?;
            done.kept_as = Some(aside.display().to_string());
            if !args.dry_run {
                place_kept(&kept, &aside)?;
                held.replace(&unpacked.database(), &interrupted).inspect_err(|_| {
                    let _ = std::fs::remove_file(&aside);
                })?;
                context.ui.set_committed();
            }
        }
    }
    done.print(context.ui)
}

/// Opens the unpacked database, and brings its schema up to date.
fn open(unpacked: &Unpacked, args: &Args, context: &Context) -> Result<Database> {
    let opened = context.open_at(Location::Sqlite(unpacked.database()), SchemaUse::Existing);
    Ok(opened.map_err(|e| match e {
        DbError::NewerSchema(_) => BackupError::Newer(args.file.display().to_string()),
        DbError::OfAnotherProgram { .. } => BackupError::NoBackup(args.file.display().to_string()),
        e => e.into(),
    })?)
}

fn before(path: &Path, context: &Context) -> Result<Before> {
    if path.symlink_metadata().is_err() {
        let mut log = path.as_os_str().to_owned();
        log.push("-wal");
        return match Path::new(&log).exists() {
            // SQLite would play it into the restored database.
            true => Err(DbError::Orphan(Path::new(&log).display().to_string()).into()),
            false => Ok(Before::Nothing),
        };
    }
    match context.open_at(Location::Sqlite(path.to_owned()), SchemaUse::Existing) {
        Ok(db) => Ok(Before::Database(Box::new(db))),
        Err(e @ (DbError::NotADatabase(_) | DbError::Damaged { .. } | DbError::NoDatabase(_))) => {
            Ok(Before::Unreadable(e.to_string()))
        }
        Err(e) => Err(e.into()),
    }
}

/// Applies again what can be read.
fn carry(from: &mut Database, to: &mut Database, who: &Who, carried: &mut Carried) -> Result<()> {
    match carry_over(from, to, who, carried) {
        // The restored one was looked through.
        Err(CarryError::Db(e @ DbError::Damaged { .. })) => carried.left.push(unknown(e.to_string())),
        done => done?,
    }
    if carried.erased > 0 {
        clearing::finish(to, who.now)?;
    }
    Ok(())
}

/// Shows what the backup has not, and asks.
fn confirm(newer: &[Newer], done: &Restored, context: &Context) -> Result<()> {
    if !context.ui.yes && !newer.is_empty() {
        context.ui.preview(newer, NEWER_COLUMNS)?;
    }
    let rows: u64 = newer.iter().map(|table| table.rows_missing + table.rows_outdated).sum();
    let lost = match rows {
        0 => "It has nothing that the backup has not.".to_owned(),
        rows => format!(
            "The backup lacks {} rows that it has, or has them as they were.",
            grouped(i64::try_from(rows).unwrap_or(i64::MAX))
        ),
    };
    Ok(context.ui.confirm(&format!("Replace the database {} by the backup? {lost}", done.database))?)
}

/// Where a database is kept that a backup replaces: a name that nothing has.
fn name_aside(path: &Path, now: crate::domain::timestamp::Timestamp) -> PathBuf {
    let stamp = now.to_jiff().strftime("%Y%m%dT%H%M%S%.6fZ").to_string();
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let first = format!("{name}.before-restore-{stamp}");
    let names = std::iter::once(first.clone()).chain((2..100).map(|count| format!("{first}-{count}")));
    let mut places = names.map(|name| path.with_file_name(name));
    places.find(|place| place.symlink_metadata().is_err()).unwrap_or_else(|| path.with_file_name(first))
}

fn place_kept(kept: &Path, aside: &Path) -> Result<(), BackupError> {
    let refused = |e: std::io::Error| BackupError::Replace(e.to_string());
    std::fs::File::open(kept).and_then(|file| file.sync_all()).map_err(refused)?;
    let kept = tempfile::TempPath::try_from_path(kept).map_err(refused)?;
    kept.persist_noclobber(aside).map_err(|e| refused(e.error))
}
