//! Registries: loading and dropping them, which ones an organization must honour, and what they say of numbers.

mod adopt;
mod drop;
mod load;
mod logged;
mod look_up;
mod of_import;
mod require;

pub use adopt::{adopt, limit_age};
pub use drop::{broken_off, drop_registry, give_up, requiring};
pub use load::{Loaded, NewNumbers, Outlook, area_codes_in, load, outlook};
pub use look_up::{Answers, Found, Registries};
pub use of_import::{OnRegistries, of_import};
pub use require::{require, unrequire};

use crate::db::DbError;
use crate::domain::dnc::registry::{LoadMode, RegistryKind};
use crate::error::{CommandError, Exit, Explain};

/// Why a registry was not loaded, dropped or required.
#[derive(Debug, thiserror::Error)]
pub enum RegistryError {
    #[error(transparent)]
    Db(#[from] DbError),
    #[error("there is no registry `{0}`")]
    Unknown(String),
    #[error("nothing of the registry `{name}` is loaded, so that there is nothing to {mode}")]
    NothingLoaded { name: String, mode: LoadMode },
    #[error("the registry `{name}` is one of {country}")]
    OtherCountry { name: String, country: String },
    #[error("the registry `{name}` is loaded as of {loaded}, which is later than {given}; nothing was loaded")]
    Earlier { name: String, loaded: String, given: String },
    #[error(
        "what is loaded of the registry `{name}` is as of {as_of}, more than {max_age_days} days before; changes do not make it younger"
    )]
    BaseTooOld { name: String, as_of: String, max_age_days: i32 },
    #[error("the registry `{0}` covers what it did when numbers are removed")]
    CoverageStays(String),
    #[error(
        "`{name}` is a registry of the kind {kind} that may be {max_age_days} days old, and changes of its numbers leave that as it is"
    )]
    DescriptionStays { name: String, kind: RegistryKind, max_age_days: i32 },
    #[error("area codes are those of the North American Numbering Plan, and `{0}` is a registry of another country")]
    NoAreaCodes(String),
    #[error("another load of the registry `{0}` took the place of this one; what answered before still answers")]
    Superseded(String),
    #[error(
        "another load of the registry `{0}` ended first, so that the numbers of this one have another base; nothing was loaded"
    )]
    BaseChanged(String),
    #[error("nothing would be left of the registry `{0}`; nothing was loaded")]
    NothingLeft(String),
    #[error("the organization does not require the registry `{0}`")]
    NotRequired(String),
    #[error("what the database holds of the registry `{0}` is not what was loaded")]
    Damaged(String),
}

impl Explain for RegistryError {
    fn explain(&self) -> CommandError {
        let error = CommandError::failed(self.to_string());
        match self {
            RegistryError::Db(DbError::Interrupted) => CommandError {
                message: "interrupted; what answered before still answers".into(),
                exit: Exit::Interrupted,
                ..error
            },
            RegistryError::Db(e) => e.explain(),
            RegistryError::Unknown(_) => error.hint("list them: crmctl dnc registry list"),
            RegistryError::NothingLoaded { .. } => error.hint("load the full list first: --mode full"),
            RegistryError::OtherCountry { .. } => {
                error.hint("load it under another name, or drop what is loaded first: crmctl dnc registry drop NAME")
            }
            RegistryError::Earlier { .. } => {
                error.hint("check --as-of; to go back to an older list, drop the registry first")
            }
            RegistryError::BaseTooOld { .. } => error.hint("nothing was loaded; load the full list: --mode full"),
            RegistryError::CoverageStays(_) => error.hint("leave --area-codes out"),
            RegistryError::DescriptionStays { .. } => {
                error.hint("leave --kind and --max-age out, or say them with the full list: --mode full")
            }
            RegistryError::NoAreaCodes(_) => error.hint("leave --area-codes out: the list covers the country"),
            RegistryError::Superseded(_) | RegistryError::BaseChanged(_) => {
                error.hint("look at what is loaded now (crmctl dnc registry show NAME), then load again")
            }
            RegistryError::NothingLeft(_) => error.hint("to take the registry away: crmctl dnc registry drop NAME"),
            RegistryError::NotRequired(_) => error.hint("list what is required: crmctl dnc registry list"),
            RegistryError::Damaged(_) => error.hint("load the full list again: crmctl dnc registry load"),
        }
    }
}
