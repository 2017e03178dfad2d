//! Amounts in the organization's currency, by the rates of their months.

use std::collections::BTreeMap;

use iso_currency::Currency;

use super::{MissingRate, RoiError};
use crate::db::models::money::exchange_rates::{self, RateKey};
use crate::db::{Db, DbError, OrgId};
use crate::domain::money::currency;
use crate::domain::money::rate::Rate;
use crate::domain::time::month::Month;

/// The rates to the organization's currency, and those that are missing.
pub(super) struct Rates {
    base: Currency,
    known: BTreeMap<RateKey, Rate>,
    /// What is to be converted by each, for example.
    missing: BTreeMap<(Month, String), String>,
}

impl Rates {
    pub fn load(conn: &mut Db, org: OrgId, base: Currency) -> Result<Rates, DbError> {
        let known = exchange_rates::in_force(conn, org, base.code())?;
        Ok(Rates { base, known, missing: BTreeMap::new() })
    }

    /// An amount in minor units of the organization's currency. Without a rate it counts as zero, and [`Rates::refuse_missing`]
    /// tells.
    ///
    /// # Errors
    /// The amount is too large.
    pub fn convert(
        &mut self,
        cents: i64,
        code: &str,
        period: Month,
        what: impl Fn() -> String,
    ) -> Result<i64, RoiError> {
        if code == self.base.code() {
            return Ok(cents);
        }
        let rate = self.known.get(&(code.to_owned(), period)).copied();
        let (Some(rate), Ok(from)) = (rate, currency::parse(code)) else {
            self.missing.entry((period, code.to_owned())).or_insert_with(what);
            return Ok(0);
        };
        rate.convert(cents, from, self.base).ok_or_else(|| RoiError::TooLarge(what()))
    }

    /// Ends a report that needs rates which are missing.
    ///
    /// # Errors
    /// Some are.
    pub fn refuse_missing(&self) -> Result<(), RoiError> {
        match self.missing.is_empty() {
            true => Ok(()),
            false => Err(RoiError::MissingRates(
                self.missing
                    .iter()
                    .map(|((period, currency), what)| MissingRate {
                        currency: currency.clone(),
                        base: self.base.code().to_owned(),
                        period: *period,
                        what: what.clone(),
                    })
                    .collect(),
            )),
        }
    }
}

/// Says which rates are missing.
pub(super) fn missing_in_words(missing: &[MissingRate]) -> String {
    match missing {
        [one] => {
            format!("no rate of {} to {} is set for {}, which {} needs", one.currency, one.base, one.period, one.what)
        }
        several => {
            let base = several.first().map_or("", |missing| missing.base.as_str());
            format!("{} rates to {base} are not set", several.len())
        }
    }
}
