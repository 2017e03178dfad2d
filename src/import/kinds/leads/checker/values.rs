//! One cell of each field, into the draft.

use std::str::FromStr;

use super::Work;
use crate::db::types::Json;
use crate::domain::access::owners::OwnerProblem;
use crate::domain::leads::consent::Temperature;
use crate::domain::leads::status::Status;
use crate::domain::leads::tag::TagProblem;
use crate::domain::leads::{name, score, source, stage, tag};
use crate::domain::money::{self, MoneyProblem, Places, currency};
use crate::domain::phone::Region;
use crate::domain::text::{fold_key, is_spreadsheet_error};
use crate::domain::time::datetime;
use crate::domain::{country, invisible, number_format};
use crate::import::kinds::leads::fields::LeadField;
use crate::import::row::{CellKind, ProblemKind};
use crate::import::vocabulary::consent::Reach;
use crate::system::shell;

const SOURCE_REMEDY: &str = "name it with letters or digits, or empty the cell";

impl Work<'_> {
    pub(super) fn parse(&mut self, field: LeadField, column: String, text: &str) {
        if field != LeadField::Phone && field != LeadField::FurtherPhone && is_spreadsheet_error(text) {
            // What may have been an opt-out is never dropped.
            let kind = match field {
                LeadField::Consent => ProblemKind::ConsentUnknown,
                field if field.is_flag() => ProblemKind::FlagUnknown,
                _ => ProblemKind::SpreadsheetError,
            };
            let remedy = "correct the formula, or empty the cell";
            self.problem(kind, column, text, "is a spreadsheet error", remedy);
            return;
        }
        if let Some(kind) = exact(field)
            && let Some(unseen) = invisible::first(text)
        {
            return self.problem(kind, column, text, &invisible::problem(unseen), invisible::REMEDY);
        }
        match field {
            LeadField::Phone => self.phone(column, text),
            LeadField::FurtherPhone => self.further_phone(column, text),
            LeadField::Email => self.email(column, text),
            LeadField::FurtherEmail => self.further_email(column, text),
            LeadField::Name => self.full_name = Some((self.at.filter(|_| !column.is_empty()), text.to_owned())),
            LeadField::ExternalId => match number_format::id(text) {
                Ok((id, repaired)) if !(self.is_number() && number_format::exceeds_number_cell(&id)) => {
                    self.repaired |= repaired;
                    self.text(field, column, &id);
                }
                _ => {
                    let (problem, remedy) = (number_format::ID_PROBLEM, number_format::ID_REMEDY);
                    self.problem(ProblemKind::ExternalIdDamaged, column, text, problem, remedy);
                }
            },
            LeadField::Source => {
                let name = source::normalize(text);
                if name.is_empty() {
                    let remedy = if self.at.is_some() { SOURCE_REMEDY } else { source::REMEDY };
                    return self.problem(ProblemKind::SourceMissing, column, text, source::PROBLEM, remedy);
                }
                self.text(field, column, &name);
                // Only beside a source: one that is too long is not taken.
                self.draft.lead.source_metadata =
                    self.draft.lead.source.as_ref().and_then(|_| source::metadata(text)).map(Json);
            }
            LeadField::SourceSpelling => match text.chars().count() {
                ..=source::LONGEST_SPELLING => self.spelling = Some(text.to_owned()),
                _ => self.too_long(column, text, source::LONGEST_SPELLING),
            },
            LeadField::Status => match self.checker.status(text) {
                Some((status, stage)) => {
                    // What a person said a word means is known to them.
                    let is_told = stage.is_some()
                        || stage::is_translated(text, status) && !self.checker.status_map.contains_key(&fold_key(text));
                    self.draft.status_word = is_told.then(|| text.to_owned());
                    (self.draft.status, self.draft.stage) = (Some(status), stage);
                }
                None => {
                    let example = if text.contains('\'') { "WORD" } else { text };
                    let remedy = match self.at {
                        Some(_) => format!("use one of {}, or --status-map '{example}=STATUS'", Status::words()),
                        None => format!("use one of {}", Status::words()),
                    };
                    self.problem(ProblemKind::StatusUnknown, column, text, "is not a lead status", &remedy);
                }
            },
            LeadField::Value => self.value(column, text),
            LeadField::Currency => match currency::parse(text) {
                Ok(currency) => {
                    self.draft.currency = Some(currency);
                    self.draft.currency_in_cell = self.at.is_some();
                }
                Err(_) => self.problem(
                    ProblemKind::CurrencyUnknown,
                    column,
                    text,
                    "is not a currency",
                    "use an ISO 4217 code such as USD or EUR",
                ),
            },
            LeadField::Score => match score::parse(text) {
                Some(score) => self.draft.lead.lead_score = Some(score),
                None => self.problem(
                    ProblemKind::ScoreInvalid,
                    column,
                    text,
                    "is not an integer from 0 to 100",
                    "correct the score, or empty the cell",
                ),
            },
            LeadField::Temperature => match Temperature::from_str(text) {
                Ok(temperature) => self.draft.lead.temperature = Some(temperature),
                Err(_) => self.problem(
                    ProblemKind::TemperatureUnknown,
                    column,
                    text,
                    "is not a temperature",
                    "use one of hot, warm, cold",
                ),
            },
            LeadField::Tags => match tag::parse_several(text) {
                Ok(tags) => {
                    for tag in tags {
                        self.look_at_tag(&tag);
                        if !self.draft.tags.contains(&tag) {
                            self.draft.tags.push(tag);
                        }
                    }
                }
                Err(TagProblem::TooLong(long)) => self.too_long(column, &long, tag::MAX_LENGTH),
                Err(problem @ TagProblem::NoList) => {
                    self.problem(ProblemKind::TagsInvalid, column, text, &problem.to_string(), tag::REMEDY);
                }
            },
            LeadField::Owner => match self.checker.owners.find(text) {
                Ok(id) => self.draft.lead.owner_id = Some(id),
                Err(OwnerProblem::Unknown) => {
                    let problem = "is no active user of this organization";
                    // A value for every row is of no column.
                    let keep = match self.at.is_some() && !column.trim().is_empty() {
                        true => format!(", keep the names: --keep {}", shell::word(&column)),
                        false => String::new(),
                    };
                    let remedy = format!("add the user with `crmctl user add`{keep}, or empty the cell");
                    self.problem(ProblemKind::OwnerUnknown, column, text, problem, &remedy);
                }
                Err(OwnerProblem::Ambiguous(users)) => {
                    let problem = format!("is the name of {users} users");
                    self.problem(ProblemKind::OwnerUnknown, column, text, &problem, "use the user's email");
                }
            },
            LeadField::Note => match text.chars().count() {
                ..=50_000 => {
                    let note = self.draft.note.get_or_insert_default();
                    if !note.is_empty() {
                        note.push_str("\n\n");
                    }
                    note.push_str(text);
                    self.look_at_note(text);
                }
                _ => self.too_long(column, text, 50_000),
            },
            field if field.is_time() => self.time(field, column, text),
            field if field.is_link_parameter() => match text.chars().count() {
                ..=source::LONGEST_PARAMETER => self.link.push((field, text.to_owned())),
                _ => self.too_long(column, text, source::LONGEST_PARAMETER),
            },
            LeadField::ScoreFactors => match score::parse_factors(text) {
                Some(factors) => self.draft.lead.lead_score_factors = Some(Json(factors)),
                // What another system says in words.
                None if self.at.is_some() => self.keep_as(field, &column, text),
                None => self.problem(
                    ProblemKind::ScoreInvalid,
                    column,
                    text,
                    "is not an object of numbers",
                    "write it as {\"engagement\":25,\"intent\":15}, or empty the cell",
                ),
            },
            LeadField::DoNotText => self.flag(column, text, |draft| draft.do_not_text = true),
            LeadField::DoNotCall => self.flag(column, text, |draft| draft.do_not_call = true),
            LeadField::EmailOptOut => self.flag(column, text, |draft| draft.email_opt_out = true),
            LeadField::OptOut => self.flag(column, text, |draft| {
                draft.do_not_call = true;
                draft.do_not_text = true;
                draft.email_opt_out = true;
            }),
            LeadField::CallConsent => self.consent_to(field, column, text, |draft| draft.do_not_call = true),
            LeadField::TextConsent => self.consent_to(field, column, text, |draft| draft.do_not_text = true),
            LeadField::EmailConsent => self.consent_to(field, column, text, |draft| draft.email_opt_out = true),
            LeadField::Consent => self.consent(column, text),
            LeadField::MayContact => self.answer(field, column, text, Reach::ALL),
            LeadField::MayCall => self.answer(field, column, text, Reach::CALLS),
            LeadField::MayText => self.answer(field, column, text, Reach::TEXTS),
            LeadField::MayEmail => self.answer(field, column, text, Reach::EMAIL),
            // Programs write it where they know none.
            LeadField::Country if self.at.is_some() && country::is_unknown(text) => {}
            LeadField::Country => match country::parse(text) {
                Some(code) => {
                    self.region = Region::from_str(&code).ok().or(self.region);
                    self.draft.lead.country = Some(code);
                }
                None => self.problem(
                    ProblemKind::CountryUnknown,
                    column,
                    text,
                    "is not a country",
                    "use an ISO 3166 code such as US, or the English name",
                ),
            },
            LeadField::Timezone => match datetime::zone(text) {
                Ok(_) => self.text(field, column, text),
                Err(_) => self.problem(
                    ProblemKind::TimezoneUnknown,
                    column,
                    text,
                    "is not an IANA time zone",
                    "use a name such as America/New_York",
                ),
            },
            // A form of address is no title of a job.
            LeadField::JobTitle if self.at.is_some() && name::is_form_of_address(text) => {
                self.keep_as(field, &column, text);
            }
            // Every other field is a line of text that is taken as it is.
            field => self.text(field, column, text),
        }
    }

    fn value(&mut self, column: String, text: &str) {
        let mut read = self.amount(Places::Exact, text, self.draft.currency);
        if let (Err(MoneyProblem::TooPrecise(_)), Places::Rounded) = (&read, self.checker.places)
            && self.at.is_some()
        {
            read = self.amount(Places::Rounded, text, self.draft.currency);
            self.rounded = read.as_ref().ok().map(|money| format!("`{text}` to {money}"));
        }
        match read {
            Ok(money) => {
                self.draft.lead.value_cents = Some(money.cents);
                self.draft.lead.currency = Some(money.currency.code().to_owned());
                let is_named = matches!(self.kind, CellKind::Number(Some(_))) || money::names_currency(text);
                self.draft.assumes_currency = self.draft.currency.is_none() && !is_named;
            }
            Err(e) => {
                // A lead needs no value.
                let remedy = match (self.at, &e) {
                    (Some(_), MoneyProblem::TooPrecise(_)) => "round it, say --round, or empty the cell".to_owned(),
                    (Some(_), e) => format!("{}, or empty the cell", e.remedy()),
                    (None, MoneyProblem::BadGroups) => "write it as 1250 or 1250.00".to_owned(),
                    (None, e) => e.remedy().into_owned(),
                };
                self.problem(ProblemKind::of_money(&e), column, text, &e.to_string(), &remedy);
            }
        }
    }
}

/// What is wrong with a value of a field that has to be written exactly, when it holds a character that nobody sees. Phones
/// and opt-outs are read without it, and texts keep it.
fn exact(field: LeadField) -> Option<ProblemKind> {
    Some(match field {
        LeadField::Email | LeadField::FurtherEmail => ProblemKind::EmailInvalid,
        LeadField::ExternalId | LeadField::ExternalSource => ProblemKind::ExternalIdDamaged,
        field if field.is_time() => ProblemKind::TimeInvalid,
        LeadField::Value => ProblemKind::MoneyInvalid,
        LeadField::Currency => ProblemKind::CurrencyUnknown,
        LeadField::Status => ProblemKind::StatusUnknown,
        LeadField::Score | LeadField::ScoreFactors => ProblemKind::ScoreInvalid,
        LeadField::Temperature => ProblemKind::TemperatureUnknown,
        LeadField::Owner => ProblemKind::OwnerUnknown,
        LeadField::Country => ProblemKind::CountryUnknown,
        LeadField::Timezone => ProblemKind::TimezoneUnknown,
        _ => return None,
    })
}
