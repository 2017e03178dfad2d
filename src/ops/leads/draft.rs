//! What is to become a lead, or to be added to one: values in the form of the domain.

use std::borrow::Cow;

use iso_currency::Currency;

use crate::db::models::leads::Lead;
use crate::db::types::Json;
use crate::db::{OrgId, Stamp};
use crate::domain::leads::consent::{Consent, OptOut};
use crate::domain::leads::score;
use crate::domain::leads::status::Status;
use crate::domain::phone::E164;
use crate::domain::timestamp::Timestamp;
use crate::ops::leads::edit::phone::OTHER;

/// The values of a row, each in the form of the domain. What the row left blank is empty.
#[derive(Debug, Clone)]
pub struct LeadDraft {
    /// Names, company, owner and so on; status, consent and times stand beside it, because blank is not a value there.
    pub lead: Box<Lead>,
    pub phone: Option<E164>,
    pub status: Option<Status>,
    /// What the history is to say of a status that another system's stage stands for.
    pub stage: Option<String>,
    /// The word that the file has for the status, where it is another than the one that is stored.
    pub status_word: Option<String>,
    pub consent: Option<Consent>,
    pub created: Option<Timestamp>,
    /// The currency that the row names, whether or not it has an amount.
    pub currency: Option<Currency>,
    /// Whether a cell of the row names it, and not what is said of all rows.
    pub currency_in_cell: bool,
    /// Whether nobody names the currency of its amount, so that the organization's is taken.
    pub assumes_currency: bool,
    /// Columns whose values are not the row's own words, but those of its link or of a further column: they fill what is empty.
    pub of_link: Vec<&'static str>,
    pub do_not_call: bool,
    /// Whether the person asks for no text messages.
    pub do_not_text: bool,
    pub email_opt_out: bool,
    pub tags: Vec<String>,
    pub further_phones: Vec<(E164, String)>,
    /// Further addresses with their kinds. The first of them may be the lead's own, too, where the row gives no other.
    pub further_emails: Vec<(String, String)>,
    /// What numbers of the draft are when they have lost a plus: each number with the other one.
    pub lost_plus: Vec<(E164, E164)>,
    pub note: Option<String>,
}

impl LeadDraft {
    /// A draft that says nothing yet.
    pub fn blank(org: OrgId, now: Timestamp) -> LeadDraft {
        LeadDraft {
            lead: Box::new(Lead::blank(org, now)),
            phone: None,
            status: None,
            stage: None,
            status_word: None,
            consent: None,
            created: None,
            currency: None,
            currency_in_cell: false,
            assumes_currency: false,
            of_link: Vec::new(),
            do_not_call: false,
            do_not_text: false,
            email_opt_out: false,
            tags: Vec::new(),
            further_phones: Vec::new(),
            further_emails: Vec::new(),
            lost_plus: Vec::new(),
            note: None,
        }
    }

    /// The lead that it makes where none is known. A score without what it is made of says where it is from.
    pub fn as_new(&self, stamp: &Stamp) -> Lead {
        let mut lead = (*self.lead).clone();
        lead.import_id = stamp.import_id;
        if lead.lead_score.is_some() && lead.lead_score_factors.is_none() {
            lead.lead_score_factors = Some(Json(score::given_by(stamp.import_id.is_some())));
        }
        lead
    }

    /// Whether it gives only one of an amount and its currency, and the lead's amount is in another currency: the two are one
    /// value, and stay.
    pub fn is_half_a_value_for(&self, lead: &Lead) -> bool {
        let other = |currency: &str| lead.currency.as_deref().is_some_and(|stored| stored != currency);
        match self.lead.value_cents {
            None => self.currency.is_some_and(|named| other(named.code())),
            Some(_) => self.assumes_currency && self.lead.currency.as_deref().is_some_and(other),
        }
    }

    /// Whether its row names a currency, and there is no amount of which it could be one.
    pub fn is_currency_alone(&self, amount: Option<i64>) -> bool {
        self.currency_in_cell && amount.is_none()
    }

    /// The numbers that the draft gives: the lead's own, then further ones.
    pub fn numbers(&self) -> impl Iterator<Item = E164> {
        self.phone.into_iter().chain(self.further_phones.iter().map(|(number, _)| *number))
    }

    /// The addresses that the draft gives: the lead's own, then further ones.
    pub fn emails(&self) -> impl Iterator<Item = &str> {
        self.lead.email.as_deref().into_iter().chain(self.further_emails.iter().map(|(email, _)| email.as_str()))
    }

    /// The addresses that the draft gives, each with its kind.
    pub fn emails_with_kinds(&self) -> impl Iterator<Item = (&str, &str)> {
        let further = self.further_emails.iter().map(|(email, kind)| (email.as_str(), kind.as_str()));
        // A further one may be the first, too, and has a kind then.
        further.chain(self.lead.email.as_deref().map(|email| (email, OTHER)))
    }

    /// The numbers that the draft gives, and those that they may be.
    pub fn possible_numbers(&self) -> impl Iterator<Item = E164> {
        self.numbers().chain(self.lost_plus.iter().map(|(_, with_plus)| *with_plus))
    }

    /// The draft with each number that may have lost its plus taken for the other one where that is barred and it is not;
    /// `None` when there is none.
    pub fn resolved(&self, is_barred: impl Fn(E164) -> bool) -> Option<LeadDraft> {
        let is_taken = |(number, other): &&(E164, E164)| is_barred(*other) && !is_barred(*number);
        let mut draft: Option<LeadDraft> = None;
        for (number, with_plus) in self.lost_plus.iter().filter(is_taken) {
            draft.get_or_insert_with(|| self.clone()).take_with_plus(*number, *with_plus);
        }
        draft
    }

    fn take_with_plus(&mut self, number: E164, with_plus: E164) {
        if self.phone == Some(number) {
            self.phone = Some(with_plus);
            self.lead.phone_number = Some(with_plus.to_string());
        }
        self.further_phones.iter_mut().filter(|(further, _)| *further == number).for_each(|(n, _)| *n = with_plus);
    }

    /// Whether the person asks not to be contacted in some way.
    pub fn opts_out(&self) -> bool {
        self.wants_dnc() || self.do_not_text || self.email_opt_out || self.consent == Some(Consent::Denied)
    }

    /// What the person opts out of by every address of the draft.
    pub fn opt_out_by_email(&self, now: Timestamp) -> OptOut {
        OptOut {
            denied: self.consent == Some(Consent::Denied) || (self.wants_dnc() && self.phone.is_none()),
            email_opted_out_at: self.email_opt_out.then(|| now.as_micros()),
        }
    }

    /// The draft as a known lead takes it: a further number or email stands for the first of a new lead only.
    pub fn for_known(&self, lead: &Lead, further_phones: &[String]) -> Cow<'_, LeadDraft> {
        let mut draft = Cow::Borrowed(self);
        if self.of_link.contains(&"email") {
            draft.to_mut().lead.email = None;
        }
        let number = self.lead.phone_number.as_ref();
        if self.of_link.contains(&"phone_number")
            && number
                .is_some_and(|number| lead.phone_number.as_ref() != Some(number) && further_phones.contains(number))
        {
            let draft = draft.to_mut();
            (draft.phone, draft.lead.phone_number, draft.lead.phone_extension) = (None, None, String::new());
        }
        draft
    }

    /// Whether the person asks not to be called.
    pub fn wants_dnc(&self) -> bool {
        self.do_not_call || self.status == Some(Status::Dnc)
    }
}
