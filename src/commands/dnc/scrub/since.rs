//! What an earlier scrub of the same file said.

use std::path::Path;

use super::verify::read_certificate;
use crate::commands::context::Session;
use crate::db::models::dnc::dnc_bans::ListedBans;
use crate::db::models::dnc::dnc_scrubs;
use crate::db::{Db, DbError};
use crate::domain::dnc::certificates::{Hash, ListUsed, Rules};
use crate::domain::dnc::{Channel, Verdict};
use crate::domain::phone::E164;
use crate::domain::phone::equivalents::RULES_VERSION;
use crate::error::{CommandError, Result};
use crate::import::scrub::Scrub;
use crate::ops::dnc::lists::Lists;
use crate::ops::dnc::scrubs::Recorded;
use crate::ops::dnc::scrubs::since::Since;

/// An earlier scrub, with what it said of each number.
pub struct Earlier {
    pub hash: Hash,
    recorded: Recorded,
    lists: Vec<ListUsed>,
    /// Whether the numbers of its rows are those that this program finds in them.
    is_of_same_rules: bool,
}

impl Earlier {
    /// The scrub of this certificate, if it was one of this very file and is recorded here.
    ///
    /// # Errors
    /// It is none.
    pub fn of(path: &Path, scrub: &Scrub, channel: Option<Channel>, session: &mut Session) -> Result<Earlier> {
        let read = read_certificate(path)?;
        let shown = path.display();
        let (was, is) = (&read.certificate.input, scrub.input(0));
        if was.sha256 != is.sha256 {
            return Err(CommandError::failed(format!(
                "the certificate `{shown}` is of another file: SHA-256 {} of `{}`, not {}",
                was.sha256, was.name, is.sha256
            ))
            .hint("scrub the file without --since"));
        }
        let rules = &read.certificate.rules;
        let (region, columns) = (scrub.region().map(|region| region.to_string()), scrub.columns_checked());
        let (were, are) = (&rules.other_columns, scrub.other_columns());
        let listed = |names: &[String]| if names.is_empty() { "none".to_owned() } else { names.join(", ") };
        let of_channel = |channel: Option<Channel>| channel.map_or("both".to_owned(), |it| it.to_string());
        let or_none = |text: &Option<String>| text.clone().unwrap_or_else(|| "none".to_owned());
        let asked = [
            ("channel", of_channel(rules.channel), of_channel(channel)),
            ("region", or_none(&rules.region), or_none(&region)),
            ("columns of phones", listed(&rules.columns), listed(&columns)),
            ("column of the country", or_none(&were.country), or_none(&are.country)),
            ("columns left out", listed(&were.not_checked), listed(&are.not_checked)),
        ];
        let mut differing = asked.iter().filter(|(_, then, now)| then != now).peekable();
        if differing.peek().is_some() {
            let told = differing.map(|(what, then, now)| format!("{what}: {then} then, {now} now"));
            return Err(CommandError::failed(format!("the certificate `{shown}` is of a scrub that asked otherwise"))
                .details(told)
                .hint("ask as it did, or scrub the file without --since"));
        }
        let org = session.org.org_id();
        let record = session.db.read(org, |conn| dnc_scrubs::by_hash(conn, org, &read.hash))?;
        let record = record.ok_or_else(|| {
            CommandError::failed(format!("the certificate `{shown}` is none that is recorded in this database"))
                .hint("see whether it was changed: crmctl dnc verify; or scrub the file without --since")
        })?;
        let Rules { program_version, phone_rules_version, .. } = rules;
        let is_of_same_rules = program_version == env!("CARGO_PKG_VERSION") && *phone_rules_version == RULES_VERSION;
        let (hash, lists) = (read.hash, read.certificate.lists);
        Ok(Earlier { hash, recorded: Recorded::of(&record)?, lists, is_of_same_rules })
    }

    /// Asks the registries what they may say otherwise than then, without a look at the file. Returns whether that is enough.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn ask(&self, conn: &mut Db, lists: &mut Lists<ListedBans>) -> Result<bool, DbError> {
        if self.is_of_same_rules {
            let since = Since::of(&self.recorded, &self.lists, lists.registries());
            lists.ask_registries_since(conn, &self.recorded.numbers(), &since)?;
        }
        Ok(self.is_of_same_rules)
    }

    /// What was said of a number; `None` of one that was not there.
    pub fn verdict(&self, number: E164) -> Option<Verdict> {
        self.recorded.verdict(number)
    }
}
