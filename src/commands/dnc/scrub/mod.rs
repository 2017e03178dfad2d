//! `crmctl dnc scrub`

mod since;
pub(super) mod verify;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::key::store::KeyStore;
use super::numbers;
use super::query::callable::PAST;
use crate::commands::args::sheets::{FileForm, Watcher};
use crate::commands::args::times;
use crate::commands::args::vocabulary::one_of;
use crate::commands::context::{Context, Session};
use crate::commands::outputs::Outputs;
use crate::db::models::dnc::dnc_bans::ListedBans;
use crate::db::{DbError, Lock, RunMode};
use crate::domain::access::role::Right;
use crate::domain::dnc::certificates::keys::PublicKey;
use crate::domain::dnc::certificates::{
    Certificate, Counts, FORMAT, FileUsed, HoursUsed, Organization, Rules, Since, hex,
};
use crate::domain::dnc::hours::digest;
use crate::domain::dnc::{Channel, codes};
use crate::domain::phone::Region;
use crate::domain::phone::equivalents::RULES_VERSION;
use crate::domain::timestamp::Timestamp;
use crate::error::{CommandError, Exit, Explain, Result};
use crate::export::{IfExists, Named, Together};
use crate::import::ImportError;
use crate::import::options::Assignment;
use crate::import::scrub::{Before, Files, Scrub, ScrubError, ScrubRequest, Scrubbed, Written};
use crate::import::source::SourceOptions;
use crate::ops::access::organizations::refuse_disabled;
use crate::ops::dnc::hours::CallableNow;
use crate::ops::dnc::lists::Lists;
use crate::ops::dnc::scrubs::{self, known_keys, trust};
use crate::ui::{Column, grouped};
use since::Earlier;

/// Part a sheet into rows that may be contacted and rows that may not
///
/// Every number in a column of phones is checked, as `dnc check` does; one that is blocked, or that cannot be checked, keeps
/// its row out of the clean file. Both files have the form and the columns of the sheet, and rows as they stand in it; the
/// blocked one says why in a further column, `dnc_reason`. A signed certificate says what was checked against which lists, and
/// `dnc verify` proves it (crmctl help certificates). The scrub is recorded for `dnc history`.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  crmctl dnc scrub campaign.csv --clean clean.csv --blocked blocked.csv\n  \
    crmctl dnc scrub campaign.xlsx --clean clean.xlsx --blocked blocked.xlsx --channel texts --map phone=Fone\n  \
    crmctl dnc scrub campaign.csv --clean clean2.csv --blocked blocked2.csv --since clean.csv.cert.json --changes changes.csv\n  \
    crmctl dnc scrub campaign.csv --clean clean.csv --blocked blocked.csv --calling-hours --at 2026-11-30T09:30\n\n\
    Exit code 0 only when every row is clean, 3 when one is blocked or unknown.")]
pub struct Args {
    /// The file; `-` is standard input
    file: PathBuf,
    /// Where rows go that may be contacted
    #[arg(long, value_name = "FILE")]
    clean: PathBuf,
    /// Where the other rows go, each with its reasons
    #[arg(long, value_name = "FILE")]
    blocked: PathBuf,
    /// Where the certificate goes [default: the clean file's name with .cert.json]
    #[arg(long, value_name = "FILE")]
    certificate: Option<PathBuf>,
    /// Replace files of these names
    #[arg(long)]
    overwrite: bool,
    /// Ask for one channel; without it an entry for either blocks
    #[arg(long, value_parser = one_of::<Channel>())]
    channel: Option<Channel>,
    /// The region of national numbers, such as US [default: the organization's]
    #[arg(long)]
    region: Option<Region>,
    /// Check a column whose header does not say that it holds phones: phone=HEADER, or its place as phone=#3
    #[arg(long, value_name = "FIELD=HEADER")]
    map: Vec<Assignment>,
    /// Leave a column unchecked; may be given several times
    #[arg(long, value_name = "HEADER")]
    ignore: Vec<String>,
    /// Keep rows back, too, whose numbers are not callable by the hour (crmctl help calling-hours)
    #[arg(long)]
    calling_hours: bool,
    /// The time of the calls, such as 2026-11-30T09:30 where the organization is [default: now]
    #[arg(long, value_name = "WHEN", requires = "calling_hours")]
    at: Option<String>,
    /// The certificate of an earlier scrub of the same file: say what the lists say otherwise since, and ask registries for that
    /// alone; the hour is no such change
    #[arg(long, value_name = "CERTIFICATE")]
    since: Option<PathBuf>,
    /// Where rows go of which the earlier scrub said something else, each with what it newly is
    #[arg(long, value_name = "FILE", requires = "since")]
    changes: Option<PathBuf>,
    #[command(flatten)]
    form: FileForm,
}

/// The answer.
#[derive(Serialize)]
struct Answer {
    read: u64,
    clean: u64,
    blocked: u64,
    unknown: u64,
    by_reason: BTreeMap<String, u64>,
    certificate: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    newly_blocked: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    newly_clear: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    newly_unknown: Option<u64>,
}

const COLUMNS: &[Column] = &[
    Column::count("read", "rows read"),
    Column::count("clean", "clean").kept(),
    Column::count("blocked", "blocked").kept(),
    Column::count("unknown", "unknown").kept(),
    Column::hidden("by_reason"),
    Column::text("certificate", "certificate"),
    Column::count("newly_blocked", "newly blocked"),
    Column::count("newly_clear", "newly clear"),
    Column::count("newly_unknown", "newly unknown"),
];

/// How many rows a reason keeps out of the clean file.
#[derive(Serialize)]
struct Reason<'a> {
    reason: &'a str,
    rows: u64,
}

const REASONS: &[Column] = &[Column::whole("reason", "reason"), Column::count("rows", "rows")];

pub fn run(args: Args, context: &Context) -> Result<Exit> {
    let ui = context.ui;
    ui.expect_columns(COLUMNS)?;
    context.catch_interrupts();
    let certificate = args.certificate.clone().unwrap_or_else(|| {
        let mut name = args.clean.clone().into_os_string();
        name.push(".cert.json");
        PathBuf::from(name)
    });
    let mut outputs = Outputs::of(context);
    outputs.keep(&args.file, "the file that is scrubbed");
    if let Some(since) = &args.since {
        outputs.keep(since, "the certificate of the earlier scrub");
    }
    let store = KeyStore::of(context)?;
    outputs.keep_folder(store.folder(), "the folder of the keys that sign certificates");
    let mut all = vec![("--clean", &args.clean), ("--blocked", &args.blocked), ("--certificate", &certificate)];
    all.extend(args.changes.as_ref().map(|changes| ("--changes", changes)));
    all.iter().try_for_each(|(option, path)| outputs.claim(option, path))?;
    let mut session = context.session(Right::Read)?;
    let at = args.at.as_deref().map(|text| times::coming(&session, "--at", text)).transpose()?;
    let calls_at = args.calling_hours.then_some(at.unwrap_or(session.stamp.now));
    calls_at.iter().for_each(|at| tell_hours(*at, args.since.is_some(), &session));
    // It reads the lists, and writes a record of it.
    refuse_disabled(&session.org)?;
    refuse_untrusted(&store, &mut session)?;
    let paths: Vec<&Path> = all.iter().map(|(_, path)| path.as_path()).collect();
    let files = Together::begin(&paths, IfExists::of_flag(args.overwrite))?;
    let mut watcher = Watcher::new(ui, Vec::new());
    let request = ScrubRequest {
        path: &args.file,
        source: SourceOptions::from(args.form),
        map: &args.map,
        ignore: &args.ignore,
        region: args.region,
        organization: &session.org,
        interrupted: context.interrupted(),
    };
    let scrub = Scrub::open(request, &mut watcher).map_err(ScrubError::from)?;
    let earlier =
        args.since.as_deref().map(|path| Earlier::of(path, &scrub, args.channel, &mut session)).transpose()?;
    let writer = |path: &'_ PathBuf| files.writer(path);
    let written = Files {
        clean: (&args.clean, writer(&args.clean)?),
        blocked: (&args.blocked, writer(&args.blocked)?),
        changes: args
            .changes
            .as_ref()
            .map(|path| Ok::<_, CommandError>((path.as_path(), writer(path)?)))
            .transpose()?,
    };
    // All answers are of one moment.
    let (org, now) = (session.org.org_id(), session.stamp.now);
    let done = session.db.read(org, |conn| {
        let mut lists: Lists<ListedBans> = Lists::open(conn, org, args.channel, now)?;
        lists.load(conn)?;
        let is_asked = match &earlier {
            _ if lists.registries().is_empty() => true,
            Some(earlier) => earlier.ask(conn, &mut lists)?,
            None => false,
        };
        if !is_asked {
            lists.ask_registries(conn, &scrub.numbers()?)?;
        }
        let before = earlier.as_ref().map(|earlier| |number| earlier.verdict(number));
        let before = before.as_ref().map(|before| before as &Before<'_>);
        let hours = calls_at.map(|at| CallableNow::load(conn, org, at)).transpose()?;
        let scrubbed = scrub.run(&lists, written, before, hours.as_ref(), &mut watcher)?;
        Ok::<_, ImportError>((scrubbed, lists.used().to_vec()))
    });
    let (scrubbed, lists) = done.map_err(ScrubError::from)?;
    let unsigned = Certificate {
        format: FORMAT.to_owned(),
        organization: Organization { slug: session.org.slug.clone(), uid: session.org.uid.0.to_string() },
        sequence: 0,
        previous_hash: String::new(),
        made_at: now.to_string(),
        actor: session.stamp.actor.clone(),
        rules: Rules {
            program: env!("CARGO_PKG_NAME").to_owned(),
            program_version: env!("CARGO_PKG_VERSION").to_owned(),
            phone_rules_version: RULES_VERSION,
            channel: args.channel,
            region: scrub.region().map(|region| region.to_string()),
            columns: scrub.columns_checked(),
            calling_hours: calls_at.map(|at| HoursUsed { at: at.to_string(), digest: digest() }),
            other_columns: scrubbed.other_columns.clone(),
        },
        lists,
        input: scrub.input(scrubbed.counts.read),
        clean: file_used(&args.clean, &scrubbed.clean),
        blocked: file_used(&args.blocked, &scrubbed.blocked),
        counts: scrubbed.counts,
        by_reason: scrubbed.by_reason.clone(),
        since: earlier.as_ref().map(|earlier| Since {
            certificate: hex(&earlier.hash),
            newly_blocked: scrubbed.newly.blocked,
            newly_clear: scrubbed.newly.clear,
            newly_unknown: scrubbed.newly.unknown,
            changes: args.changes.as_deref().zip(scrubbed.changes.as_ref()).map(|(path, file)| file_used(path, file)),
        }),
        public_key: String::new(),
        signature: String::new(),
    };
    let answer = Answer::of(&scrubbed, &certificate, earlier.is_some());
    let unregistered = scrubbed.unregistered.clone();
    let is_region_missing = scrub.region().is_none() && answer.by_reason.contains_key(codes::UNREADABLE);
    record(unsigned, scrubbed, files, &certificate, &store, &mut session)?;
    let is_clean = answer.clean == answer.read;
    ui.record(&answer, COLUMNS)?;
    let reasons = answer.by_reason.iter().map(|(reason, rows)| Reason { reason, rows: *rows });
    ui.part("rows by reason", &reasons.collect::<Vec<_>>(), REASONS)?;
    ui.note(&format!(
        "clean rows: {} of {}, by the lists that the certificate names",
        grouped(answer.clean as i64),
        grouped(answer.read as i64)
    ));
    let changed = [answer.newly_blocked, answer.newly_clear, answer.newly_unknown].into_iter().flatten().sum::<u64>();
    if changed > 0 && args.changes.is_none() {
        ui.note("--changes FILE writes the rows of which the earlier scrub said something else");
    }
    if !unregistered.is_empty() {
        ui.note(&numbers::told_unregistered(&unregistered));
    }
    if is_region_missing {
        ui.note("numbers without a country are unknown: say which it is, for example --region US");
    }
    Ok(if is_clean { Exit::Done } else { Exit::NeedsAttention })
}

impl Answer {
    fn of(scrubbed: &Scrubbed, certificate: &Path, is_since: bool) -> Answer {
        let Counts { read, clean, blocked, unknown } = scrubbed.counts;
        Answer {
            read,
            clean,
            blocked,
            unknown,
            by_reason: scrubbed.by_reason.clone(),
            certificate: certificate.display().to_string(),
            newly_blocked: is_since.then_some(scrubbed.newly.blocked),
            newly_clear: is_since.then_some(scrubbed.newly.clear),
            newly_unknown: is_since.then_some(scrubbed.newly.unknown),
        }
    }
}

fn file_used(path: &Path, written: &Written) -> FileUsed {
    let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
    FileUsed { name, sha256: written.sha256.clone(), bytes: written.bytes, rows: written.rows }
}

/// Refuses to sign by a key that no admin has trusted, unless whoever scrubs is one.
fn refuse_untrusted(store: &KeyStore, session: &mut Session) -> Result<()> {
    if session.role.may(Right::Administer) {
        return Ok(());
    }
    let (key, is_new) = store.current_or_new()?;
    if is_new {
        tell_new_key(store, session);
    }
    let org = session.org.org_id();
    let keys = session.db.read(org, |conn| known_keys(conn, org))?;
    match keys.contains(&key.public()) {
        true => Ok(()),
        false => Err(ScrubNotSigned { key: key.public(), org: session.org.slug.clone() }.into()),
    }
}

/// A certificate would be signed by a key that nobody has trusted.
#[derive(Debug, thiserror::Error)]
#[error("the key {} of this installation is none that an admin of `{org}` has trusted; nothing was scrubbed", .key.fingerprint())]
struct ScrubNotSigned {
    key: PublicKey,
    org: String,
}

impl Explain for ScrubNotSigned {
    fn explain(&self) -> CommandError {
        CommandError::failed(self.to_string()).hint(
            "write it here: crmctl dnc key export > key.pem\nand let an admin trust it: crmctl dnc key trust key.pem",
        )
    }
}

/// Says by what hours go, and by what they do not.
fn tell_hours(at: Timestamp, is_since: bool, session: &Session) {
    let ui = session.ui;
    ui.note(&format!(
        "calling hours at {}, by the area codes of numbers and the addresses of the leads that have them",
        ui.time(at)
    ));
    if at < session.stamp.now {
        ui.warn(PAST);
    }
    if is_since {
        ui.note("what is new since the earlier scrub is what the lists say, whatever the hour");
    }
}

fn tell_new_key(store: &KeyStore, session: &Session) {
    session.ui.note(&format!("made the key that signs certificates: {}", store.path().display()));
}

/// Why a scrub is not recorded.
enum Refused {
    Db(DbError),
    Told(CommandError),
}

impl From<DbError> for Refused {
    fn from(error: DbError) -> Refused {
        Refused::Db(error)
    }
}

/// Signs and records a scrub, and gives its files their names, all or nothing.
fn record(
    unsigned: Certificate,
    scrubbed: Scrubbed,
    files: Together,
    certificate: &Path,
    store: &KeyStore,
    session: &mut Session,
) -> Result<()> {
    let (key, is_new) = store.current_or_new()?;
    if is_new {
        tell_new_key(store, session);
    }
    let (stamp, may_trust) = (session.stamp.clone(), session.role.may(Right::Administer));
    let mut named: Option<Named> = None;
    let recorded = session.db.write_under(Lock::Scrubs, stamp.org, RunMode::Commit, |conn| {
        if may_trust {
            trust(conn, &key.public(), &stamp)?;
        }
        let text = scrubs::record(conn, unsigned, scrubbed.numbers, &key, &stamp)?;
        files.write(certificate, &text).map_err(|e| Refused::Told(e.explain()))?;
        named = Some(files.finish().map_err(|e| Refused::Told(e.explain()))?);
        Ok(())
    });
    match recorded {
        Ok(()) => {
            keep(named);
            Ok(())
        }
        Err(Refused::Told(error)) => Err(error),
        Err(Refused::Db(error)) => {
            // What may be recorded keeps its files.
            if matches!(error, DbError::CommitUnknown(_)) {
                keep(named);
            }
            Err(error.into())
        }
    }
}

fn keep(named: Option<Named>) {
    if let Some(named) = named {
        named.keep();
    }
}
