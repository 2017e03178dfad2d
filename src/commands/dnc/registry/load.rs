//! `crmctl dnc registry load`

use std::path::PathBuf;
use std::time::Instant;

use jiff::civil::Date;
use roaring::RoaringTreemap;
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::{covers, region_of, today};
use crate::commands::args::complete;
use crate::commands::args::times;
use crate::commands::args::vocabulary::one_of;
use crate::commands::context::{Context, Session};
use crate::db::models::dnc::registries::dnc_registries::NewRegistry;
use crate::db::models::dnc::registries::dnc_requirements;
use crate::domain::access::role::Right;
use crate::domain::dnc::registry::area_codes::AreaCodes;
use crate::domain::dnc::registry::{LoadMode, RegistryKind, greatest_age_days, name};
use crate::domain::phone::Region;
use crate::domain::text::hex;
use crate::domain::time::datetime;
use crate::error::{CommandError, Exit, Result};
use crate::import::options::MaxRejects;
use crate::import::registry::line::Country;
use crate::import::registry::{Numbers, RegistryFile, RejectedLine};
use crate::ops::dnc::registries::{Loaded, NewNumbers, Outlook, area_codes_in, load, outlook};
use crate::ui::{Column, grouped};

/// Load the numbers of a registry
///
/// A file has one number a line (212,5550142 or 2125550142 or 0207 3787244), the tags of the lists of the United States and Canada, or
/// several columns, of which --column names one; zipped or not. Several files are one list. What was loaded before answers until the
/// new list is whole.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  crmctl dnc registry load us-national list.zip --as-of 2026-11-20 --region US\n  \
    crmctl dnc registry load us-national 212.txt 718.txt --as-of yesterday --area-codes 212,718\n  \
    crmctl dnc registry load us-national added.txt --mode add --as-of today\n  \
    crmctl dnc registry load litigators people.csv --column Phone --kind litigator --area-codes all --as-of today\n\n\
    Exit code 3 when lines were left out.")]
pub struct Args {
    /// The name of the registry: letters, digits, dots, hyphens and underscores
    #[arg(value_parser = name, add = complete::registry_names())]
    name: String,
    /// The files of the list
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,
    /// The day as of which the list was made, which its age counts from
    #[arg(long, value_name = "WHEN")]
    as_of: String,
    /// What the files hold: the full list, numbers to add to what is loaded, or numbers to remove from it
    #[arg(long, default_value = "full", value_parser = one_of::<LoadMode>())]
    mode: LoadMode,
    /// The region of the numbers, such as US [default: that of what is loaded, else the organization's]
    #[arg(long)]
    region: Option<Region>,
    /// The area codes that the list covers, such as 212,718, or all; numbers of others are unknown [default: those that are
    /// in it]
    #[arg(long, value_name = "CODES")]
    area_codes: Option<AreaCodes>,
    /// What kind of list it is [default: national]
    #[arg(long, value_parser = one_of::<RegistryKind>())]
    kind: Option<RegistryKind>,
    /// How old the list may be before its answers count no more [default: 31 days for US and CA, else 28]
    #[arg(long, value_name = "DAYS", value_parser = clap::value_parser!(i32).range(1..=3660))]
    max_age: Option<i32>,
    /// A column that holds numbers, where a file is a sheet of several: a header, or a place such as #2; may be given several times
    #[arg(long, value_name = "HEADER")]
    column: Vec<String>,
    /// Load nothing when more lines are rejected: a number or a percentage such as 5%
    #[arg(long, value_name = "N|N%", default_value = "0")]
    max_rejects: MaxRejects,
    /// Read the files and load nothing
    #[arg(long)]
    dry_run: bool,
}

/// What a load did.
#[derive(Serialize)]
struct Answer {
    registry: String,
    country: String,
    mode: LoadMode,
    as_of: Date,
    version: Option<i32>,
    /// Lines with a number.
    read: u64,
    rejected: u64,
    /// Numbers of the files, each once.
    numbers: u64,
    /// Numbers of the registry before and after.
    before: u64,
    number_count: Option<u64>,
    covers: Option<String>,
    digest: Option<String>,
    seconds: f64,
}

const COLUMNS: &[Column] = &[
    Column::whole("registry", "registry"),
    Column::whole("country", "country"),
    Column::whole("mode", "mode"),
    Column::whole("as_of", "as of"),
    Column::number("version", "version"),
    Column::count("read", "read"),
    Column::count("rejected", "rejected"),
    Column::count("numbers", "different numbers"),
    Column::count("before", "numbers before"),
    Column::count("number_count", "numbers"),
    Column::text("covers", "covers"),
    Column::hidden("digest"),
    Column::hidden("seconds"),
];

const REJECTED: &[Column] = &[
    Column::text("member", "file").optional(),
    Column::number("line", "line").kept(),
    Column::text("text", "text").kept(),
    Column::text("problem", "problem").kept(),
];

#[derive(Serialize)]
struct Rejected<'a> {
    member: Option<&'a str>,
    line: u64,
    text: &'a str,
    problem: String,
}

pub fn run(args: Args, context: &Context) -> Result<Exit> {
    let began = Instant::now();
    context.ui.expect_columns(COLUMNS)?;
    let mut session = context.session(Right::Administer)?;
    let org = session.org.org_id();
    let Outlook { registry: known, current } = session.db.read(org, |conn| outlook(conn, &args.name))?;
    let as_of = day(&session, &args.as_of)?;
    let requirement = session.db.read(org, |conn| dnc_requirements::of(conn, org, &args.name))?;
    let required_of = requirement.as_ref().and_then(|it| it.country.parse::<Region>().ok());
    let (region, calling_code) = region_of(args.region.or(required_of), known.as_ref(), &session)?;
    let country = region.to_string();
    // What was said of it with an earlier list of the country.
    let was = known.as_ref().filter(|known| known.country == country).map(|known| (known.kind, known.max_age_days));
    let kind = args.kind.or(was.map(|(kind, _)| kind)).unwrap_or(RegistryKind::National);
    let max_age_days = args.max_age.or(was.map(|(_, days)| days)).unwrap_or_else(|| greatest_age_days(&country));
    let registry = NewRegistry { name: &args.name, kind, country: &country, calling_code, max_age_days };
    let nothing = RoaringTreemap::new();
    let mut new = NewNumbers {
        registry,
        mode: args.mode,
        as_of,
        area_codes: args.area_codes.clone(),
        numbers: &nothing,
        file_name: "",
        file_sha256: "",
        rejected: 0,
    };
    let before = Outlook { registry: known, current };
    if let Some(required) = requirement.as_ref().filter(|required| required.country != country) {
        let message = format!("the organization requires `{}` as a registry of {}", args.name, required.country);
        return Err(
            CommandError::failed(message).hint("load it under another name, or say which country is meant by --region")
        );
    }
    if kind == RegistryKind::National && max_age_days > greatest_age_days(&country) {
        return Err(CommandError::usage(format!(
            "--max-age: a national list of {country} may be {} days old",
            greatest_age_days(&country)
        ))
        .hint("for a list that the law says nothing of, name its kind: --kind other"));
    }
    // Before minutes are spent on reading.
    before.check(&new)?;
    let read = read(&args, Country::new(region, calling_code), &session)?;
    (new.numbers, new.file_name, new.file_sha256) = (&read.numbers, &read.file_name, &read.sha256);
    new.rejected = read.rejected;
    let loaded = match args.dry_run {
        true => None,
        false => {
            ask(&before, &new, context)?;
            let mut bar = context.ui.progress();
            let stamp = session.stamp.clone();
            Some(load(&mut session.db, &new, &stamp, &mut |done, all| bar.set(done, all))?)
        }
    };
    if loaded.as_ref().is_some_and(|loaded| !loaded.is_swept) {
        context.ui.warn("the numbers that answered before still take room; the next load takes them away");
    }
    if let Some((had, days)) = was.filter(|was| *was != (kind, max_age_days)) {
        context.ui.note(&format!(
            "it was a registry of the kind {had} that may be {days} days old, and is one of the kind {kind} and {max_age_days} days"
        ));
    }
    let answer = answer(&args, &new, &before, &read, loaded, began);
    read.notices.iter().for_each(|notice| context.ui.note(notice));
    if let Some(told) = args.area_codes.as_ref().and_then(|codes| told_others(codes, &read.numbers)) {
        context.ui.note(&told);
    }
    context.ui.record(&answer, COLUMNS)?;
    context.ui.part("rejected lines", &rejected(&read.rejects), REJECTED)?;
    if requirement.is_none() {
        context.ui.note(&format!("the organization does not require it: crmctl dnc registry require {}", args.name));
    }
    if args.dry_run {
        context.ui.note("dry run: nothing was changed");
    }
    Ok(if read.rejected > 0 { Exit::NeedsAttention } else { Exit::Done })
}

/// The day that is meant, which does not lie ahead.
fn day(session: &Session, text: &str) -> Result<Date> {
    let zone = datetime::zone(&session.org.timezone).map_err(CommandError::failed)?;
    let day = times::point(session, "--as-of", text)?.to_jiff().to_zoned(zone).date();
    match day > today(session)? {
        true => Err(CommandError::usage(format!("--as-of: {day} lies ahead"))
            .hint("write the day on which the operator of the registry made the list")),
        false => Ok(day),
    }
}

fn read(args: &Args, country: Country, session: &Session) -> Result<Numbers> {
    let mut whole: Option<Numbers> = None;
    let mut hashes = Vec::new();
    for path in &args.files {
        let file = RegistryFile { path, country, columns: &args.column, interrupted: session.db.interrupted() };
        let mut bar = session.ui.progress();
        let read = file.read(&mut |done, all| bar.set(done, all))?;
        hashes.push(read.sha256.clone());
        whole = Some(match whole {
            None => read,
            Some(whole) => whole.and(read),
        });
    }
    let mut whole = whole.ok_or_else(|| CommandError::usage("no files were given"))?;
    whole.check(args.max_rejects)?;
    if hashes.len() > 1 {
        // Of several files it is the hash of their hashes, in the order of the call.
        whole.sha256 = hex(&Sha256::digest(hashes.concat()));
    }
    Ok(whole)
}

/// Asks before most of a list goes away: a list of additions that is loaded as the full one would do that.
fn ask(before: &Outlook, new: &NewNumbers<'_>, context: &Context) -> Result<()> {
    let had = before.current.as_ref().and_then(|it| it.number_count).unwrap_or_default().unsigned_abs();
    if new.mode != LoadMode::Full || new.numbers.len() * 2 >= had {
        return Ok(());
    }
    let (has, had) = (grouped(new.numbers.len() as i64), grouped(had as i64));
    let told = format!(
        "the registry `{}` has {had} numbers, and the full list that is to take its place has {has}",
        new.registry.name
    );
    context.ui.warn(&told);
    Ok(context.ui.confirm("Load it in its place?")?)
}

fn answer(
    args: &Args,
    new: &NewNumbers<'_>,
    before: &Outlook,
    read: &Numbers,
    loaded: Option<Loaded>,
    began: Instant,
) -> Answer {
    Answer {
        registry: args.name.clone(),
        country: new.registry.country.to_owned(),
        mode: new.mode,
        as_of: new.as_of,
        version: loaded.as_ref().map(|it| it.revision),
        read: read.read,
        rejected: read.rejected,
        numbers: read.numbers.len(),
        before: before.current.as_ref().and_then(|it| it.number_count).unwrap_or_default().unsigned_abs(),
        number_count: loaded.as_ref().map(|it| it.number_count),
        covers: loaded.as_ref().map(|it| covers(&it.coverage)),
        digest: loaded.map(|it| it.digest),
        seconds: (began.elapsed().as_secs_f64() * 1000.0).round() / 1000.0,
    }
}

/// Area codes that are told one by one.
const TOLD: usize = 8;

/// Says which numbers are of area codes that the list was not said to cover.
fn told_others(codes: &AreaCodes, numbers: &RoaringTreemap) -> Option<String> {
    let AreaCodes::These(codes) = codes else { return None };
    let others = area_codes_in(numbers).filter(|(code, _)| !codes.contains(code)).collect::<Vec<_>>();
    let count: u64 = others.iter().map(|(_, count)| count).sum();
    let shown: Vec<String> = others.iter().take(TOLD).map(|(code, _)| code.to_string()).collect();
    let more = if others.len() > TOLD { " and others" } else { "" };
    (count > 0).then(|| {
        format!(
            "numbers of area codes that --area-codes does not name: {} ({}{more}); they are on the list, and other numbers of these \
             area codes are unknown",
            grouped(count as i64),
            shown.join(", ")
        )
    })
}

fn rejected(rejects: &[RejectedLine]) -> Vec<Rejected<'_>> {
    let row = |it: &RejectedLine| (it.line, it.problem.to_string());
    rejects
        .iter()
        .map(|it| {
            let (line, problem) = row(it);
            Rejected { member: it.member.as_deref(), line, text: &it.text, problem }
        })
        .collect()
}
