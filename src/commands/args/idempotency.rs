//! `--idempotency-key`

use serde::Serialize;

use super::texts::within;
use crate::domain::timestamp::Timestamp;
use crate::error::{CommandError, Result};
use crate::ops::idempotency::{Keyed, LONGEST_KEY};
use crate::ui::Ui;

/// A key of the call.
#[derive(Debug, clap::Args)]
pub struct IdempotencyKey {
    /// A key for this one call: made again with the same key, it changes nothing
    #[arg(long, value_name = "KEY", value_parser = within::<LONGEST_KEY>)]
    idempotency_key: Option<String>,
}

impl IdempotencyKey {
    /// The call of this verb that asks for this, if it has a key.
    ///
    /// # Errors
    /// The key is blank.
    pub fn keyed(&self, verb: &'static str, asked: &impl Serialize) -> Result<Option<Keyed>> {
        let Some(key) = &self.idempotency_key else { return Ok(None) };
        if key.trim().is_empty() {
            return Err(CommandError::usage("--idempotency-key is blank").hint("give each call a key of its own"));
        }
        let keyed = Keyed::new(key, verb, asked);
        keyed.map(Some).map_err(|e| CommandError::failed(format!("--idempotency-key: {e}")))
    }
}

/// Says that an earlier call with the same key did the work.
pub fn tell_earlier(earlier: Option<Timestamp>, ui: Ui) {
    if let Some(at) = earlier {
        ui.note(&format!("this call was made on {} already; nothing was changed", ui.time(at)));
    }
}
