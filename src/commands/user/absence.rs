//! When a user is away, as arguments.

use crate::commands::args::times;
use crate::commands::context::Session;
use crate::db::models::access::users::User;
use crate::domain::timestamp::Timestamp;
use crate::error::{CommandError, Result};

/// When a user is away.
#[derive(Debug, clap::Args)]
pub struct Absence {
    /// From when on the user is away, and gets no leads from pools: a day or a time of the organization
    #[arg(long, value_name = "TIME")]
    absent_from: Option<String>,
    /// When the user is back: the first day, or time, that is no absence any more
    #[arg(long, value_name = "TIME")]
    absent_until: Option<String>,
}

/// The same, read.
#[derive(Debug, Clone, Copy)]
pub struct Times {
    from: Option<Timestamp>,
    until: Option<Timestamp>,
}

impl Absence {
    /// Whether anything is said of it.
    pub fn is_said(&self) -> bool {
        self.absent_from.is_some() || self.absent_until.is_some()
    }

    /// Reads the times.
    ///
    /// # Errors
    /// One is none.
    pub fn read(&self, session: &Session) -> Result<Times, CommandError> {
        let time = |flag: &str, text: &Option<String>| {
            text.as_deref().map(|text| times::coming(session, flag, text)).transpose()
        };
        let from = time("--absent-from", &self.absent_from)?;
        Ok(Times { from, until: time("--absent-until", &self.absent_until)? })
    }
}

impl Times {
    /// Gives a user what was said.
    ///
    /// # Errors
    /// The absence would end before it begins.
    pub fn fill(self, user: &mut User) -> Result<(), CommandError> {
        user.absent_from = self.from.or(user.absent_from);
        user.absent_until = self.until.or(user.absent_until);
        match (user.absent_from, user.absent_until) {
            (Some(from), Some(until)) if until <= from => {
                Err(CommandError::usage(format!("the absence of `{}` would end before it begins", user.email))
                    .hint("say both times: --absent-from 2026-12-24 --absent-until 2027-01-02"))
            }
            _ => Ok(()),
        }
    }
}
