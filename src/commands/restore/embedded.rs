//! Restoring an embedded database.

use std::path::{Path, PathBuf};

use super::{Args, Done, NEWER_COLUMNS, Restored, refuse_pending, replaces, unknown};
use crate::commands::context::Context;
use crate::db::backup::{BackupError, Held, Newer, Unpacked, newer_rows, set_aside, unpack_beside};
use crate::db::{Database, DbError, Location, SchemaUse};
use crate::error::{Exit, Result};
use crate::ops::backups::carry::{self, Carried, Left, Who, carry_over};
use crate::ops::backups::schema;
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

pub(super) fn restore(args: &Args, file: &Path, path: &Path, context: &Context) -> Result<Exit> {
    // Beside the file itself, whatever link leads to it.
    let path = &path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let interrupted = context.interrupted();
    // On a new machine there is no folder for it yet.
    let place = match folder_of(path).is_dir() {
        false if args.dry_run => &std::env::temp_dir().join("backup"),
        _ => path,
    };
    std::fs::create_dir_all(folder_of(place)).map_err(|e| BackupError::Unpack(e.to_string()))?;
    let unpacked = unpack_beside(file, place, &interrupted)?;
    let mut restored = open(&unpacked, file, context)?;
    let mut before = before(path, context)?;
    let founder = context.keeper(match &mut before {
        Before::Database(db) => db,
        Before::Nothing | Before::Unreadable(_) => &mut restored,
    })?;
    let who = Who { actor: founder.actor, ip_address: founder.ip_address, now: founder.now };
    let aside = name_aside(path, who.now);
    let mut done = Restored {
        database: path.display().to_string(),
        backup: Some(file.display().to_string()),
        made_at: unpacked.made_at,
        rows: Some(unpacked.tables.values().sum()),
        kept_as: None,
        can_go_back: true,
        carried: Carried::default(),
        newer: Vec::new(),
        dry_run: args.dry_run,
        again: "restore it again with --replaces URL, the database that tells of them".to_owned(),
        done: Done::Restored,
    };
    done.carried.left.extend(schema::changed(&mut restored)?);
    let replaces = replaces(args, context)?;
    match before {
        Before::Nothing => {
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
        Before::Unreadable(why) => {
            let ready = Ready { unpacked, restored, replaces, aside };
            over_unreadable(&why, ready, path, &who, &mut done, context)?;
        }
        Before::Database(db) => {
            drop(db);
            if !args.dry_run {
                confirm(&newer_of(path, &unpacked)?, &done, context)?;
            }
            let ready = Ready { unpacked, restored, replaces, aside };
            over_database(ready, path, &who, &mut done, context)?;
        }
    }
    done.print(context.ui)
}

/// What is ready to take the place of a database.
struct Ready {
    unpacked: Unpacked,
    /// The same, open.
    restored: Database,
    replaces: Option<Database>,
    /// The name under which what is replaced stays.
    aside: PathBuf,
}

fn over_unreadable(
    why: &str,
    ready: Ready,
    path: &Path,
    who: &Who,
    done: &mut Restored,
    context: &Context,
) -> Result<()> {
    let Ready { unpacked, mut restored, replaces, aside } = ready;
    // What it alone knew nobody tells, whatever another one tells.
    done.carried.left.push(unknown(format!("the database cannot be read: {why}")));
    if let Some(mut from) = replaces {
        carry(&mut from, &mut restored, who, &mut done.carried)?;
        done.again = "nothing else tells of them: look for them in letters, logs and other backups".to_owned();
    }
    carry::log(&mut restored, who, done.made_at)?;
    drop(restored);
    unpacked.settle(&context.interrupted())?;
    done.kept_as = Some(aside.display().to_string());
    done.can_go_back = false;
    if !done.dry_run {
        let question = format!("The database cannot be read ({why}). Put it aside as {}?", aside.display());
        context.ui.confirm(&question)?;
        set_aside(path, &aside)?;
        unpacked.place(path).inspect_err(|_| {
            // Where that fails, too, the error of the first tells where to look.
            let _ = set_aside(&aside, path);
        })?;
        context.ui.set_committed();
    }
    Ok(())
}

fn over_database(ready: Ready, path: &Path, who: &Who, done: &mut Restored, context: &Context) -> Result<()> {
    let interrupted = context.interrupted();
    let kept = ready.unpacked.kept();
    let held = Held::take(path).and_then(|held| held.copy_to(&kept, &interrupted).map(|()| held));
    let held = match held {
        Err(BackupError::Db(e)) if e.is_damage() => {
            return over_unreadable(&e.to_string(), ready, path, who, done, context);
        }
        held => held?,
    };
    let Ready { unpacked, mut restored, replaces, aside } = ready;
    let mut left = Vec::new();
    match newer_of(&kept, &unpacked)? {
        Ok(newer) => done.newer = newer,
        Err(why) => left.push(Left {
            what: "what the backup has not",
            which: "not counted".into(),
            ..unknown(format!("the database is damaged: {why}"))
        }),
    }
    match context.open_at(Location::Sqlite(kept.clone()), SchemaUse::Existing) {
        Ok(mut from) => carry(&mut from, &mut restored, who, &mut done.carried)?,
        Err(e) if e.is_damage() => left.push(unknown(e.to_string())),
        Err(e) => return Err(e.into()),
    }
    if let Some(mut from) = replaces {
        // What the other one does not list, nobody took off its list.
        let (listed, numbers) = (done.carried.listed_again, done.carried.listed_again_numbers.clone());
        carry(&mut from, &mut restored, who, &mut done.carried)?;
        (done.carried.listed_again, done.carried.listed_again_numbers) = (listed, numbers);
    }
    done.carried.left.extend(left);
    carry::log(&mut restored, who, done.made_at)?;
    drop(restored);
    unpacked.settle(&interrupted)?;
    done.kept_as = Some(aside.display().to_string());
    if !done.dry_run {
        place_kept(&kept, &aside)?;
        held.replace(&unpacked.database(), &interrupted).inspect_err(|_| {
            let _ = std::fs::remove_file(&aside);
        })?;
        context.ui.set_committed();
    }
    Ok(())
}

/// What a database has that the backup has not, or what is damaged so that nobody can tell.
fn newer_of(database: &Path, unpacked: &Unpacked) -> Result<std::result::Result<Vec<Newer>, String>> {
    match newer_rows(database, &unpacked.database()) {
        Err(BackupError::Damaged { what, .. }) => Ok(Err(what)),
        newer => Ok(Ok(newer?)),
    }
}

/// Opens the unpacked database, and brings its schema up to date.
fn open(unpacked: &Unpacked, file: &Path, context: &Context) -> Result<Database> {
    let opened = context.open_at(Location::Sqlite(unpacked.database()), SchemaUse::Existing);
    Ok(opened.map_err(|e| match e {
        DbError::NewerSchema(_) => BackupError::Newer(file.display().to_string()),
        DbError::OfAnotherProgram { .. } => BackupError::NoBackup(file.display().to_string()),
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
    refuse_pending(&Location::Sqlite(path.to_owned()), context)?;
    match context.open_at(Location::Sqlite(path.to_owned()), SchemaUse::Existing) {
        Ok(db) => Ok(Before::Database(Box::new(db))),
        Err(e @ (DbError::NotADatabase(_) | DbError::Damaged { .. } | DbError::NoDatabase(_))) => {
            Ok(Before::Unreadable(e.to_string()))
        }
        Err(e) => Err(e.into()),
    }
}

pub(super) fn carry(from: &mut Database, to: &mut Database, who: &Who, carried: &mut Carried) -> Result<()> {
    carry_over(from, to, who, carried)?;
    if carried.erased > 0 {
        clearing::finish(to, who.now)?;
    }
    Ok(())
}

/// Shows what the backup has not, and asks.
fn confirm(newer: &std::result::Result<Vec<Newer>, String>, done: &Restored, context: &Context) -> Result<()> {
    let rows = |newer: &[Newer]| newer.iter().map(|table| table.rows_missing + table.rows_outdated).sum::<u64>();
    let lost = match newer {
        Err(why) => format!("It is damaged ({why}): nobody can tell what it has that the backup has not."),
        Ok(newer) if rows(newer) == 0 => "It has nothing that the backup has not.".to_owned(),
        Ok(newer) => {
            if !context.ui.yes {
                context.ui.preview(newer, NEWER_COLUMNS)?;
            }
            format!(
                "The backup lacks {} rows that it has, or has them as they were.",
                grouped(i64::try_from(rows(newer)).unwrap_or(i64::MAX))
            )
        }
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
