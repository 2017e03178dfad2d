//! `crmctl dnc detect`

use std::path::PathBuf;

use serde::Serialize;

use crate::commands::args::lines::each_line;
use crate::commands::args::vocabulary::one_of;
use crate::commands::context::{Context, Session};
use crate::db::DbError;
use crate::db::models::leads::OnLocked;
use crate::db::{Lock, RunMode};
use crate::domain::access::role::Right;
use crate::domain::dnc::bans::Terms;
use crate::domain::dnc::opt_out_text::{OptOutClass, detect};
use crate::domain::dnc::{DncScope, DncSource};
use crate::domain::phone::Region;
use crate::domain::phone::reading::read_for_list;
use crate::domain::time::datetime::{self, DateOrder};
use crate::error::{CommandError, Exit, Result};
use crate::import::kinds::dnc::replies::{self, Reply};
use crate::import::kinds::dnc::rows::DncOptions;
use crate::import::options::Assignment;
use crate::ops::dnc::add::{LONGEST_TEXT, Request};
use crate::ops::dnc::remove::expire;
use crate::ops::dnc::requests::replies::{ReplyOutcome, apply};
use crate::ui::{Column, ListWriter, Ui};

/// Tell which replies ask not to be contacted
///
/// With --apply they are honoured.
///
/// `certain`: the whole message is a word that counts by itself under 47 CFR
/// 64.1200(a)(10), courtesies aside: stop, quit, end, revoke, opt out, cancel, unsubscribe. `likely`: it is such a word
/// in another language or spelling (ALTO, STPO), or has a phrase that asks for it. `review`: it has such a word inside
/// other talk, or another sign (wrong number), so a person must decide. `none`: nothing of the kind. `crmctl help opt-outs`
/// has the languages, and how often which is right.
///
/// A scope is told where a text says that the other way to contact is welcome: "don't call me, text me instead" is
/// about calls. Quoted texts (`Liked "Reply STOP to end"`) and signatures are no part of a message.
///
/// With --apply the numbers of certain and likely replies go on the do-not-call list with the text as evidence, and
/// review ones are kept for `dnc due` and `dnc decide`, all in one transaction. Without it nothing is stored.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  crmctl dnc detect 'Please stop' 'we must stop this bill'\n  \
    crmctl dnc detect --file replies.txt --format csv\n  \
    crmctl dnc detect --number '(212) 555-0142' 'stop texting me' --apply\n  \
    crmctl dnc detect --replies inbox.csv --apply\n\n\
    Exit code 3 when a text is for a person to review, or a row was refused.")]
pub struct Args {
    /// The texts, one an argument
    #[arg(value_name = "TEXT", required_unless_present_any = ["file", "replies"], conflicts_with_all = ["file", "replies"])]
    texts: Vec<String>,
    /// A file with one text a line; `-` is standard input
    #[arg(long, value_name = "FILE", conflicts_with_all = ["replies", "apply"])]
    file: Option<String>,
    /// A sheet, of any form that can be imported, with a column of phones and one of texts, and maybe one of times
    #[arg(long, value_name = "FILE")]
    replies: Option<PathBuf>,
    /// Who wrote the texts
    #[arg(long, value_name = "NUMBER", requires = "texts")]
    number: Option<String>,
    /// Honour opt-outs and keep doubtful replies for a person
    #[arg(long)]
    apply: bool,
    /// With --apply: show what would become of each reply, and change nothing
    #[arg(long, requires = "apply")]
    dry_run: bool,
    /// Which contacts an opt-out forbids that does not say so itself [default: all]
    #[arg(long, requires = "apply", value_parser = one_of::<DncScope>())]
    scope: Option<DncScope>,
    /// The region of national numbers, such as US [default: the organization's]
    #[arg(long)]
    region: Option<Region>,
    /// Take a field of --replies from a column: phone, evidence (the text) or requested_at
    #[arg(long, value_name = "FIELD=HEADER", requires = "replies")]
    map: Vec<Assignment>,
    /// The order of day, month and year in dates of --replies such as 03/04/2026, where the file does not prove it
    #[arg(long, requires = "replies", value_parser = one_of::<DateOrder>())]
    date_order: Option<DateOrder>,
}

/// A text alone.
#[derive(Serialize)]
struct Line<'a> {
    text: &'a str,
    class: OptOutClass,
    matched: String,
    /// Which contacts it forbids, where it says so.
    scope: Option<DncScope>,
}

const COLUMNS: &[Column] = &[
    Column::whole("class", "class").kept(),
    Column::text("matched", "matched").optional(),
    Column::whole("scope", "scope").optional(),
    Column::text("text", "text").kept(),
];

/// A reply and what became of it.
#[derive(Serialize)]
struct ReplyLine {
    text: String,
    class: OptOutClass,
    matched: String,
    scope: Option<DncScope>,
    row: Option<u64>,
    number: Option<String>,
    /// Nothing without `--apply`.
    outcome: Option<ReplyOutcome>,
    problem: Option<String>,
}

const REPLY_COLUMNS: &[Column] = &[
    Column::number("row", "row"),
    Column::whole("number", "number").kept(),
    Column::whole("class", "class").kept(),
    Column::text("matched", "matched").optional(),
    Column::whole("scope", "scope").optional(),
    Column::whole("outcome", "outcome").kept(),
    Column::text("text", "text").kept(),
    Column::text("problem", "problem").kept(),
];

pub fn run(args: Args, context: &Context) -> Result<Exit> {
    answer(args, context).map_err(CommandError::unheard)
}

fn answer(args: Args, context: &Context) -> Result<Exit> {
    if args.apply && args.replies.is_none() && args.number.is_none() {
        return Err(CommandError::usage("--apply needs to know who wrote the texts")
            .hint("name the number with --number, or the sheet with --replies"));
    }
    if args.replies.is_some() || args.number.is_some() {
        return tell_replies(&args, context);
    }
    let mut list = context.ui.list(COLUMNS);
    let mut reviews = 0;
    args.texts.iter().try_for_each(|text| tell(&mut list, text, &mut reviews))?;
    if let Some(file) = &args.file {
        each_line(file, context.interrupted(), |_, text| tell(&mut list, text, &mut reviews))?;
    }
    list.finish("no texts")?;
    Ok(if reviews > 0 { Exit::NeedsAttention } else { Exit::Done })
}

/// Prints what a text is, and counts it when a person must look at it.
fn tell(list: &mut ListWriter, text: &str, reviews: &mut u64) -> Result<()> {
    let detected = detect(text);
    *reviews += u64::from(detected.class == OptOutClass::Review);
    Ok(list.push(&Line { text, class: detected.class, matched: detected.matched, scope: detected.scope })?)
}

fn tell_replies(args: &Args, context: &Context) -> Result<Exit> {
    context.ui.expect_columns(REPLY_COLUMNS)?;
    let mut session = context.session(if args.apply { Right::AddDnc } else { Right::Read })?;
    let replies = gather(args, &session, context.ui)?;
    let mut lines: Vec<ReplyLine> = replies.iter().flat_map(lines_of).collect();
    if args.apply {
        let applied = honour_replies(&mut session, &replies, RunMode::of_flag(args.dry_run))?;
        let mut outcomes = applied.into_iter();
        for line in &mut lines {
            line.outcome = match line.problem {
                Some(_) => Some(ReplyOutcome::Refused),
                None => outcomes.next(),
            };
        }
    }
    let mut list = context.ui.list(REPLY_COLUMNS);
    lines.iter().try_for_each(|line| list.push(line))?;
    list.finish("no replies")?;
    if args.dry_run {
        context.ui.note("nothing was changed");
    }
    // A row that says nothing of the kind may have any number.
    let attention = |line: &ReplyLine| match (line.class, line.outcome) {
        (OptOutClass::None, _) => false,
        (OptOutClass::Review, outcome) => outcome != Some(ReplyOutcome::AlreadyListed),
        _ => line.problem.is_some(),
    };
    Ok(if lines.iter().any(attention) { Exit::NeedsAttention } else { Exit::Done })
}

/// The replies of the call: rows of a sheet, or typed texts of one number.
fn gather(args: &Args, session: &Session, ui: Ui) -> Result<Vec<Reply>> {
    let now = session.stamp.now;
    if let Some(path) = &args.replies {
        let options = DncOptions {
            region: args.region.map(|region| region.to_string()),
            map: args.map.clone(),
            scope: args.scope,
            source: Some(DncSource::OptOutText),
            date_order: args.date_order,
            ..DncOptions::default()
        };
        return Ok(replies::read(path, &options, &session.org, now, session.db.interrupted(), &mut |text| {
            ui.note(text)
        })?);
    }
    let written = args.number.as_deref().unwrap_or_default();
    let region = || args.region.or_else(|| session.org.default_region.parse().ok());
    let reading = read_for_list(written, region)
        .map_err(|e| CommandError::failed(format!("`{written}` {e}")).hint(e.remedy()))?;
    if let Some(long) = args.texts.iter().find(|text| text.chars().count() > LONGEST_TEXT) {
        let start: String = long.chars().take(40).collect();
        return Err(CommandError::usage(format!("`{start}…` is longer than {LONGEST_TEXT} characters"))
            .hint("shorten it: it is kept as evidence"));
    }
    let request = |number, text: &String| Request {
        number,
        terms: Terms { scope: detect(text).scope.or(args.scope).unwrap_or_default(), expires_at: None },
        source: DncSource::OptOutText,
        reason: None,
        text: Some(text.clone()),
        class: None,
        received_at: now,
    };
    let reply = |text: &String| Reply {
        row: 0,
        text: text.clone(),
        // In doubt about who wrote it, neither is contacted.
        requests: reading.all().map(|number| request(number, text)).collect(),
        problems: Vec::new(),
    };
    Ok(args.texts.iter().map(reply).collect())
}

/// One line for each number of a reply, or one for what is wrong with it.
fn lines_of(reply: &Reply) -> Vec<ReplyLine> {
    let detected = detect(&reply.text);
    let line = |number: Option<String>, problem: Option<String>| ReplyLine {
        text: reply.text.clone(),
        class: detected.class,
        matched: detected.matched.clone(),
        scope: detected.scope,
        row: (reply.row > 0).then_some(reply.row),
        number,
        outcome: None,
        problem,
    };
    match reply.requests.as_slice() {
        [] => vec![line(None, Some(reply.problems.join("; ")))],
        requests => requests.iter().map(|request| line(Some(request.number.to_string()), None)).collect(),
    }
}

/// Applies every request of the replies in one transaction, and tells what became of each.
fn honour_replies(session: &mut Session, replies: &[Reply], mode: RunMode) -> Result<Vec<ReplyOutcome>> {
    let zone = datetime::zone(&session.org.timezone).map_err(CommandError::failed)?;
    let requests: Vec<Request> = replies.iter().flat_map(|reply| reply.requests.iter().cloned()).collect();
    let stamp = session.stamp.clone();
    let (applied, skipped) = session.db.write_under(Lock::DncList, stamp.org, mode, |conn| {
        let mut skipped = expire(conn, OnLocked::Skip, &stamp)?.skipped;
        let (applied, more) = apply(conn, &requests, &stamp, &zone)?;
        skipped.extend(more);
        Ok::<_, DbError>((applied, skipped))
    })?;
    session.settle(&skipped, mode)?;
    Ok(applied)
}
