//! What a user is besides a name and a role, as arguments.

use std::str::FromStr;

use serde_json::Value;

use crate::db::models::access::users::User;
use crate::db::types::Json;
use crate::domain::access::preference::{self, MAX_VALUE};
use crate::domain::access::profile::{picture, username};
use crate::error::{CommandError, Result};
use crate::import::options::Assignment;

/// What a user is besides a name and a role.
#[derive(Debug, clap::Args)]
pub struct Profile {
    /// Another name to be known by, wherever the email would do
    #[arg(long, value_name = "NAME", value_parser = username)]
    pub username: Option<String>,
    /// The address of the user's picture
    #[arg(long, value_name = "URL", value_parser = picture)]
    pub avatar_url: Option<String>,
    /// A preference as KEY=VALUE: JSON, or plain text; may be given several times
    #[arg(long = "set-preference", value_name = "KEY=VALUE")]
    preferences: Vec<Assignment>,
    /// The email is known to be the user's
    #[arg(long)]
    pub verified: bool,
}

impl Profile {
    /// Gives a user what was said.
    ///
    /// # Errors
    /// A preference cannot be kept.
    pub fn fill(self, user: &mut User) -> Result<(), CommandError> {
        user.preferences = self.preferences(&user.preferences)?;
        user.username = self.username.or(user.username.take());
        user.avatar_url = self.avatar_url.or(user.avatar_url.take());
        user.is_verified |= self.verified;
        Ok(())
    }

    /// These preferences with those that were said.
    ///
    /// # Errors
    /// A key or a value cannot be kept.
    pub fn preferences(&self, before: &Json) -> Result<Json, CommandError> {
        let mut all = before.clone();
        if let Value::Object(map) = &mut all.0 {
            for said in &self.preferences {
                let key = preference::key(&said.field).map_err(CommandError::usage)?;
                map.insert(key, preference::value(&said.value).map_err(CommandError::usage)?);
            }
        }
        match all.0.to_string().chars().count() {
            ..=MAX_VALUE => Ok(all),
            length => Err(CommandError::failed(format!("the preferences have {length} characters together"))
                .hint(format!("at most {MAX_VALUE} are kept"))),
        }
    }

    /// Whether anything is said of it.
    pub fn is_said(&self) -> bool {
        let Profile { username, avatar_url, preferences, verified } = self;
        username.is_some() || avatar_url.is_some() || !preferences.is_empty() || *verified
    }

    /// Refuses a field that is filled and emptied; `others` are further ones that are filled.
    pub fn refuse_cleared(&self, cleared: &[Cleared], others: &[(Cleared, bool)]) -> Result<(), CommandError> {
        let says = |field: &&Cleared| match field {
            Cleared::Username => self.username.is_some(),
            Cleared::AvatarUrl => self.avatar_url.is_some(),
            Cleared::FirstName | Cleared::LastName | Cleared::Absence => {
                others.iter().any(|(other, is_said)| *is_said && other == *field)
            }
            Cleared::Preferences | Cleared::Preference(_) => false,
        };
        match cleared.iter().find(says) {
            Some(field) => {
                Err(CommandError::usage(format!("`{}` is both given and cleared", field.name()))
                    .hint("say one of both"))
            }
            None => Ok(()),
        }
    }
}

/// A field of a user that is emptied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cleared {
    FirstName,
    LastName,
    Username,
    AvatarUrl,
    /// Both of its times.
    Absence,
    /// All of them.
    Preferences,
    /// The one with this key.
    Preference(String),
}

impl FromStr for Cleared {
    type Err = String;

    fn from_str(text: &str) -> Result<Cleared, String> {
        Ok(match text.trim().to_lowercase().as_str() {
            "first_name" => Cleared::FirstName,
            "last_name" => Cleared::LastName,
            "username" => Cleared::Username,
            "avatar_url" => Cleared::AvatarUrl,
            "absence" => Cleared::Absence,
            "preferences" => Cleared::Preferences,
            field => match field.strip_prefix("preferences.") {
                Some(key) => Cleared::Preference(preference::key(key)?),
                None => {
                    return Err(format!(
                        "`{text}` cannot be cleared; use first_name, last_name, username, avatar_url, absence, preferences or preferences.KEY"
                    ));
                }
            },
        })
    }
}

impl Cleared {
    fn name(&self) -> &str {
        match self {
            Cleared::FirstName => "first_name",
            Cleared::LastName => "last_name",
            Cleared::Username => "username",
            Cleared::AvatarUrl => "avatar_url",
            Cleared::Absence => "absence",
            Cleared::Preferences | Cleared::Preference(_) => "preferences",
        }
    }

    pub fn clear(&self, user: &mut User) {
        match self {
            Cleared::FirstName => user.first_name = None,
            Cleared::LastName => user.last_name = None,
            Cleared::Username => user.username = None,
            Cleared::AvatarUrl => user.avatar_url = None,
            Cleared::Absence => (user.absent_from, user.absent_until) = (None, None),
            Cleared::Preferences => user.preferences = Json::default(),
            Cleared::Preference(key) => {
                if let Value::Object(map) = &mut user.preferences.0 {
                    map.remove(key);
                }
            }
        }
    }
}
