//! Why a lead is not to be contacted now.

use super::{ContactChannel, Outcome};
use crate::domain::dnc::Verdict;
use crate::domain::dnc::hours::Callable;
use crate::domain::leads::consent::Consent;
use crate::domain::leads::status::Status;

vocabulary! {
    /// Why a lead is left out: the first that applies, in this order.
    LeftOut {
        NoNumber = "no_number",
        NoEmail = "no_email",
        ConsentDenied = "consent_denied",
        /// Opted out of emails.
        EmailOptedOut = "email_opted_out",
        /// One of its numbers is on the own list or a registry.
        OnList = "on_list",
        /// It cannot be said that its numbers are on no list.
        NotChecked = "not_checked",
        OutOfHours = "out_of_hours",
        HoursNotKnown = "hours_not_known",
        Done = "done",
        Snoozed = "snoozed",
        Dismissed = "dismissed",
        HeldOut = "held_out",
    }
}

impl LeftOut {
    /// Whether it holds at any hour, whatever became of recommendations.
    pub fn is_of_the_person(self) -> bool {
        match self {
            LeftOut::NoNumber
            | LeftOut::NoEmail
            | LeftOut::ConsentDenied
            | LeftOut::EmailOptedOut
            | LeftOut::OnList
            | LeftOut::NotChecked => true,
            LeftOut::OutOfHours
            | LeftOut::HoursNotKnown
            | LeftOut::Done
            | LeftOut::Snoozed
            | LeftOut::Dismissed
            | LeftOut::HeldOut => false,
        }
    }

    /// What it means, for people.
    pub fn told(self) -> &'static str {
        match self {
            LeftOut::NoNumber => "no number",
            LeftOut::NoEmail => "no email",
            LeftOut::ConsentDenied => "consent denied",
            LeftOut::EmailOptedOut => "opted out of emails",
            LeftOut::OnList => "on a do-not-call list",
            LeftOut::NotChecked => "not known to be off the lists",
            LeftOut::OutOfHours => "outside calling hours",
            LeftOut::HoursNotKnown => "calling hours not known",
            LeftOut::Done => "done already",
            LeftOut::Snoozed => "snoozed",
            LeftOut::Dismissed => "dismissed",
            LeftOut::HeldOut => "held out for the comparison",
        }
    }
}

/// What is known of a lead that decides whether it may be contacted.
#[derive(Debug, Clone, Copy)]
pub struct Known {
    pub status: Status,
    pub consent: Consent,
    pub has_number: bool,
    pub has_email: bool,
    pub is_opted_out_of_email: bool,
    /// What the lists say of its numbers, the worst of them; `None` without one.
    pub verdict: Option<Verdict>,
    /// Whether it is the hour to call it; `None` when nobody asks.
    pub callable: Option<Callable>,
    /// What became of its last recommendation, while that counts.
    pub outcome: Option<Outcome>,
    pub is_held_out: bool,
}

/// Why a lead may not be contacted now; `None` when it may. What is not known is never allowed.
pub fn left_out(known: &Known, channel: ContactChannel) -> Option<LeftOut> {
    forbidden(known, channel).or(match known.outcome {
        Some(Outcome::Done) => Some(LeftOut::Done),
        Some(Outcome::Snoozed) => Some(LeftOut::Snoozed),
        Some(Outcome::Dismissed) => Some(LeftOut::Dismissed),
        None => known.is_held_out.then_some(LeftOut::HeldOut),
    })
}

fn forbidden(known: &Known, channel: ContactChannel) -> Option<LeftOut> {
    let denied = (known.consent == Consent::Denied).then_some(LeftOut::ConsentDenied);
    match channel {
        ContactChannel::Email if !known.has_email => Some(LeftOut::NoEmail),
        ContactChannel::Email => denied
            .or(known.is_opted_out_of_email.then_some(LeftOut::EmailOptedOut))
            // Whether who wants no calls wants emails is in doubt.
            .or((known.status == Status::Dnc).then_some(LeftOut::OnList)),
        ContactChannel::Call | ContactChannel::Sms if !known.has_number => Some(LeftOut::NoNumber),
        ContactChannel::Call | ContactChannel::Sms => denied.or_else(|| by_number(known)),
    }
}

fn by_number(known: &Known) -> Option<LeftOut> {
    match (known.verdict, known.callable) {
        (Some(Verdict::Blocked), _) => Some(LeftOut::OnList),
        // An entry that another program wrote may reach fewer spellings than it should.
        _ if known.status == Status::Dnc => Some(LeftOut::OnList),
        (Some(Verdict::Unknown) | None, _) => Some(LeftOut::NotChecked),
        (Some(Verdict::Clear), Some(Callable::No)) => Some(LeftOut::OutOfHours),
        (Some(Verdict::Clear), Some(Callable::Unknown)) => Some(LeftOut::HoursNotKnown),
        (Some(Verdict::Clear), Some(Callable::Yes) | None) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FINE: Known = Known {
        status: Status::New,
        consent: Consent::Pending,
        has_number: true,
        has_email: true,
        is_opted_out_of_email: false,
        verdict: Some(Verdict::Clear),
        callable: Some(Callable::Yes),
        outcome: None,
        is_held_out: false,
    };

    #[test]
    fn nothing_but_what_is_known_to_be_allowed_is() {
        for channel in ContactChannel::ALL {
            assert_eq!(left_out(&FINE, *channel), None);
            assert_eq!(left_out(&Known { consent: Consent::Denied, ..FINE }, *channel), Some(LeftOut::ConsentDenied));
        }
        let cases = [
            (Known { has_number: false, verdict: None, callable: None, ..FINE }, LeftOut::NoNumber),
            (Known { verdict: Some(Verdict::Blocked), callable: Some(Callable::No), ..FINE }, LeftOut::OnList),
            (Known { verdict: Some(Verdict::Unknown), ..FINE }, LeftOut::NotChecked),
            (Known { verdict: None, ..FINE }, LeftOut::NotChecked),
            (Known { callable: Some(Callable::No), ..FINE }, LeftOut::OutOfHours),
            (Known { callable: Some(Callable::Unknown), ..FINE }, LeftOut::HoursNotKnown),
        ];
        for (known, why) in cases {
            assert_eq!(left_out(&known, ContactChannel::Call), Some(why));
            assert_eq!(left_out(&known, ContactChannel::Sms), Some(why));
            assert_eq!(left_out(&known, ContactChannel::Email), None);
        }
        for channel in ContactChannel::ALL {
            assert_eq!(left_out(&Known { status: Status::Dnc, ..FINE }, *channel), Some(LeftOut::OnList));
        }
        let opted_out = Known { is_opted_out_of_email: true, ..FINE };
        assert_eq!(left_out(&opted_out, ContactChannel::Email), Some(LeftOut::EmailOptedOut));
        assert_eq!(left_out(&opted_out, ContactChannel::Call), None);
        assert_eq!(left_out(&Known { has_email: false, ..FINE }, ContactChannel::Email), Some(LeftOut::NoEmail));
    }

    #[test]
    fn what_somebody_put_off_does_not_come_again() {
        let put_off = |outcome| left_out(&Known { outcome: Some(outcome), ..FINE }, ContactChannel::Call);
        assert_eq!(put_off(Outcome::Done), Some(LeftOut::Done));
        assert_eq!(put_off(Outcome::Snoozed), Some(LeftOut::Snoozed));
        assert_eq!(put_off(Outcome::Dismissed), Some(LeftOut::Dismissed));
        assert_eq!(left_out(&Known { is_held_out: true, ..FINE }, ContactChannel::Call), Some(LeftOut::HeldOut));
    }
}
