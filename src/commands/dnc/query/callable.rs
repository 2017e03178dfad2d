//! `crmctl dnc callable`

use jiff::tz::TimeZone;
use serde::Serialize;

use super::super::numbers::Numbers;
use crate::commands::args::times;
use crate::commands::context::{Context, Session, timed};
use crate::domain::access::role::Right;
use crate::domain::dnc::hours::{Answer, Callable, NotKnown, Window};
use crate::domain::phone::PhoneProblem;
use crate::domain::phone::reading::Reading;
use crate::domain::timestamp::Timestamp;
use crate::error::{CommandError, Exit, Result};
use crate::ops::dnc::hours::Homes;
use crate::ui::{Column, Format, ListWriter};

/// Say whether it is the hour to call numbers
///
/// It is when the law allows sales calls in every state and every time zone where the subscriber may be: by the area code, and by the
/// addresses of the leads with the number. What is not known is unknown, never yes. A number that is not callable is told the next hours
/// (crmctl help calling-hours). This is about hours alone: `dnc check` says whether a number may be called at all.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  crmctl dnc callable '(212) 555-0142' +13055550143\n  \
    crmctl dnc callable --file numbers.txt --at 2026-11-30T09:30 --format csv\n\n\
    Exit code 0 only when every number is callable, 3 when one is not or it is not known.")]
pub struct Args {
    #[command(flatten)]
    numbers: Numbers,
    /// The time of the call, such as 2026-11-30T09:30 where the organization is [default: now]
    #[arg(long, value_name = "WHEN")]
    at: Option<String>,
}

/// Numbers that are looked up together.
const TOGETHER: usize = 1000;

/// An answer as programs read it.
#[derive(Serialize)]
struct Said<'a> {
    input: &'a str,
    number: Option<String>,
    callable: Callable,
    not_known: Option<NotKnown>,
    from: Option<Timestamp>,
    until: Option<Timestamp>,
    local: Vec<Local>,
    places: &'a [&'static str],
    zones: &'a [&'static str],
    laws: &'a [&'static str],
}

/// The hours by the clocks of a zone: RFC 3339 with its offset.
#[derive(Serialize)]
struct Local {
    zone: &'static str,
    from: String,
    until: String,
}

/// An answer as tables and CSV print it.
#[derive(Serialize)]
struct Line<'a> {
    input: &'a str,
    number: Option<String>,
    callable: Callable,
    not_known: Option<&'static str>,
    from: Option<Timestamp>,
    until: Option<Timestamp>,
    local: String,
    places: String,
    zones: String,
    laws: String,
}

const COLUMNS: &[Column] = &[
    Column::whole("input", "input").kept(),
    Column::whole("number", "number").optional(),
    Column::whole("callable", "callable").kept(),
    Column::text("not_known", "not known"),
    Column::time("from", "from").kept(),
    Column::time("until", "until").kept(),
    Column::text("local", "where the number is"),
    Column::text("places", "places").optional(),
    Column::hidden("zones"),
    Column::text("laws", "laws").optional(),
];

pub fn run(args: Args, context: &Context) -> Result<Exit> {
    answer(args, context).map_err(CommandError::unheard)
}

fn answer(args: Args, context: &Context) -> Result<Exit> {
    context.ui.expect_columns(COLUMNS)?;
    let mut session = context.session(Right::Read)?;
    let at = args.at.as_deref().map(|text| times::coming(&session, "--at", text)).transpose()?;
    if at.is_some_and(|at| at < session.stamp.now) {
        context.ui.warn(PAST);
    }
    let mut work = Work {
        at: at.unwrap_or(session.stamp.now),
        list: context.ui.list(COLUMNS),
        as_it_is: matches!(context.ui.format, Format::Json | Format::Ndjson),
        counts: [0; 2],
    };
    let mut asked = Vec::new();
    let organization = session.org.clone();
    args.numbers.each(&organization, context.interrupted(), |written| {
        asked.push((written.text, written.number));
        if asked.len() < TOGETHER {
            return Ok(());
        }
        work.answer(&mut session, &std::mem::take(&mut asked))
    })?;
    work.answer(&mut session, &asked)?;
    let Work { list, counts: [callable, others], .. } = work;
    list.finish("no numbers")?;
    if callable > 0 {
        context.ui.note("this is about hours alone: crmctl dnc check says whether a number may be called at all");
    }
    Ok(if others > 0 { Exit::NeedsAttention } else { Exit::Done })
}

/// What is said of an hour that is over.
pub const PAST: &str = "--at is past: what is callable was so then";

/// What was written, and what was read.
type Asked = (String, Result<Reading, PhoneProblem>);

/// A call under way.
struct Work {
    at: Timestamp,
    list: ListWriter,
    /// Whether answers are printed as they are, not as lines of text.
    as_it_is: bool,
    /// Numbers that are callable, and others.
    counts: [u64; 2],
}

impl Work {
    fn answer(&mut self, session: &mut Session, asked: &[Asked]) -> Result<()> {
        let (ui, org) = (session.ui, session.org.org_id());
        let homes = timed(ui, "addresses looked up", || {
            session.db.read(org, |conn| Homes::of_numbers(conn, org, asked.iter().map(|(_, read)| read)))
        })?;
        for (input, read) in asked {
            let answer = homes.judge(read, self.at);
            self.counts[usize::from(answer.callable != Callable::Yes)] += 1;
            let number = read.as_ref().ok().map(|reading| reading.number.to_string());
            match self.as_it_is {
                true => self.list.push(&said(input, number, &answer))?,
                false => self.list.push(&line(input, number, &answer))?,
            }
        }
        Ok(())
    }
}

fn said<'a>(input: &'a str, number: Option<String>, answer: &'a Answer) -> Said<'a> {
    let Answer { callable, not_known, places, zones, window, laws } = answer;
    let local = window.iter().flat_map(|window| clocks(window, zones)).map(|(zone, [from, until])| Local {
        zone,
        from: from.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string(),
        until: until.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string(),
    });
    Said {
        input,
        number,
        callable: *callable,
        not_known: *not_known,
        from: window.map(|window| window.from),
        until: window.map(|window| window.until),
        local: local.collect(),
        places,
        zones,
        laws,
    }
}

fn line<'a>(input: &'a str, number: Option<String>, answer: &Answer) -> Line<'a> {
    let Answer { callable, not_known, places, zones, window, laws } = answer;
    let local = window.iter().flat_map(|window| clocks(window, zones)).map(|(zone, [from, until])| {
        let last = if from.date() == until.date() { "%H:%M" } else { "%Y-%m-%d %H:%M" };
        format!("{} to {} {zone}", from.strftime("%Y-%m-%d %H:%M"), until.strftime(last))
    });
    Line {
        input,
        number,
        callable: *callable,
        not_known: not_known.map(NotKnown::told),
        from: window.map(|window| window.from),
        until: window.map(|window| window.until),
        local: local.collect::<Vec<_>>().join("; "),
        places: places.join(", "),
        zones: zones.join(", "),
        laws: laws.join("; "),
    }
}

/// The ends of a window by the clocks of each zone of which this machine has data.
fn clocks(window: &Window, zones: &[&'static str]) -> impl Iterator<Item = (&'static str, [jiff::Zoned; 2])> {
    let of_zone = |name: &&'static str| {
        let zone = TimeZone::get(name).ok()?;
        Some((*name, [window.from, window.until].map(|time| time.to_jiff().to_zoned(zone.clone()))))
    };
    zones.iter().filter_map(of_zone)
}
