//! `crmctl dnc check`

use std::collections::BTreeSet;

use serde::Serialize;

use super::super::numbers::{Numbers, told_unregistered};
use crate::commands::args::vocabulary::one_of;
use crate::commands::context::{Context, Session, timed};
use crate::db::models::access::system_config;
use crate::domain::access::role::Right;
use crate::domain::dnc::registry::prefix;
use crate::domain::dnc::{Channel, Verdict};
use crate::domain::flag;
use crate::domain::phone::E164;
use crate::domain::timestamp::Timestamp;
use crate::error::{CommandError, Exit, Result};
use crate::ops::access::organizations::refuse_disabled;
use crate::ops::dnc::check::{Answer, Asked, RECORD_KEY, check, record};
use crate::ops::dnc::lists::INTERNAL_LIST;
use crate::ui::{Column, Format, ListWriter};

/// Say whether numbers may be contacted
///
/// Each is clear, blocked, with every reason, or unknown. What could not be checked is unknown, never clear. A number
/// is clear only on the lists that are named beside it; `internal` is the organization's own list.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  crmctl dnc check '(212) 555-0142' +12125550143\n  \
    crmctl dnc check --file numbers.txt --channel texts --format csv\n\n\
    Exit code 0 only when every number is clear, 3 when one is blocked or unknown.")]
pub struct Args {
    #[command(flatten)]
    numbers: Numbers,
    /// Ask for one channel; without it an entry for either blocks
    #[arg(long, value_parser = one_of::<Channel>())]
    channel: Option<Channel>,
    /// Record the answers, for `dnc history`; `org set dnc.record_checks yes` does it always
    #[arg(long)]
    record: bool,
}

/// Numbers that are looked up together.
const TOGETHER: usize = 1000;

/// An answer as tables and CSV print it.
#[derive(Serialize)]
struct Line<'a> {
    input: &'a str,
    number: Option<&'a str>,
    verdict: Verdict,
    reasons: String,
    since: Option<Timestamp>,
    lists_checked: String,
}

const COLUMNS: &[Column] = &[
    Column::whole("input", "input").kept(),
    Column::whole("number", "number").kept(),
    Column::whole("verdict", "verdict").kept(),
    Column::text("reasons", "reasons").kept(),
    Column::hidden_time("since"),
    Column::text("lists_checked", "lists checked").kept(),
];

pub fn run(args: Args, context: &Context) -> Result<Exit> {
    answer(args, context).map_err(CommandError::unheard)
}

fn answer(args: Args, context: &Context) -> Result<Exit> {
    context.ui.expect_columns(COLUMNS)?;
    let mut session = context.session(Right::Read)?;
    let mut work = Work {
        recorded: args.record || records_always(&mut session)?,
        list: context.ui.list(COLUMNS),
        as_it_is: matches!(context.ui.format, Format::Json | Format::Ndjson),
        is_asked: context.ui.wants_records(),
        channel: args.channel,
        not_clear: 0,
        unregistered: BTreeSet::new(),
    };
    if work.recorded {
        refuse_disabled(&session.org)?;
    }
    // Each batch is a transaction of its own: nothing waits while numbers are typed or piped in.
    let mut asked = Vec::new();
    let organization = session.org.clone();
    args.numbers.each(&organization, context.interrupted(), |written| {
        asked.push(Asked { input: written.text, number: written.number });
        if asked.len() < TOGETHER {
            return Ok(());
        }
        work.answer(&mut session, &std::mem::take(&mut asked))
    })?;
    work.answer(&mut session, &asked)?;
    let Work { list, not_clear, unregistered, .. } = work;
    list.finish("no numbers")?;
    if !unregistered.is_empty() {
        context.ui.note(&told_unregistered(&unregistered));
    }
    Ok(if not_clear > 0 { Exit::NeedsAttention } else { Exit::Done })
}

fn records_always(session: &mut Session) -> Result<bool> {
    let org = session.org.org_id();
    let settings = session.db.read(org, |conn| system_config::all(conn, org))?;
    let setting = settings.iter().find(|setting| setting.config_key == RECORD_KEY);
    Ok(setting.and_then(|setting| flag::parse(&setting.config_value)).unwrap_or(false))
}

/// An answer with what only its reasons have otherwise, for who asks for columns.
#[derive(Serialize)]
struct WithSince<'a> {
    #[serde(flatten)]
    answer: &'a Answer,
    since: Option<Timestamp>,
}

/// A check under way.
struct Work {
    list: ListWriter,
    channel: Option<Channel>,
    recorded: bool,
    /// Whether answers are printed as they are, not as lines of text.
    as_it_is: bool,
    /// Whether columns are asked for.
    is_asked: bool,
    not_clear: u64,
    /// The prefixes of numbers about which no registry has to be asked.
    unregistered: BTreeSet<String>,
}

impl Work {
    fn answer(&mut self, session: &mut Session, asked: &[Asked]) -> Result<()> {
        let (org, stamp, channel) = (session.org.org_id(), &session.stamp, self.channel);
        let ui = session.ui;
        // All answers are of one moment, which a transaction that writes is not on PostgreSQL.
        let answers = timed(ui, "numbers looked up", || {
            session.db.read(org, |conn| check(conn, org, asked, channel, stamp.now))
        })?;
        if self.recorded {
            session.db.write(org, |conn| record(conn, &answers, channel, stamp))?;
        }
        for answer in &answers {
            self.not_clear += u64::from(answer.verdict != Verdict::Clear);
            let is_internal_only = answer.lists_checked.len() == 1
                && answer.reasons.iter().all(|reason| reason.list.as_deref().is_none_or(|list| list == INTERNAL_LIST));
            let number = answer.number.as_deref().and_then(E164::from_e164).filter(|_| is_internal_only);
            self.unregistered.extend(number.map(prefix));
            match self.as_it_is {
                true if self.is_asked => self.list.push(&WithSince { answer, since: since(answer) })?,
                true => self.list.push(answer)?,
                false => self.list.push(&line(answer))?,
            }
        }
        Ok(())
    }
}

/// Since when a number is listed.
fn since(answer: &Answer) -> Option<Timestamp> {
    answer.reasons.iter().filter_map(|reason| reason.since).min()
}

fn line(answer: &Answer) -> Line<'_> {
    let told = answer.reasons.iter().map(|reason| match (&reason.list, reason.scope) {
        (Some(list), Some(scope)) => {
            let listed_as = reason.listed_as.as_ref().map(|number| format!(" as {number}")).unwrap_or_default();
            format!("{list}{listed_as} ({scope}): {}", reason.reason)
        }
        (Some(list), None) => {
            let listed_as = reason.listed_as.as_ref().map(|number| format!(" as {number}")).unwrap_or_default();
            format!("{list}{listed_as}: {}", reason.reason)
        }
        (None, _) => reason.reason.clone(),
    });
    Line {
        input: &answer.input,
        number: answer.number.as_deref(),
        verdict: answer.verdict,
        reasons: told.collect::<Vec<_>>().join("; "),
        since: since(answer),
        lists_checked: answer.lists_checked.join(", "),
    }
}
