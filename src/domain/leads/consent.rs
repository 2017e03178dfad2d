//! Consent and the opt-out ratchet: an opt-out is never weakened by anything but its own removal.

vocabulary! {
    /// Whether a person agreed to be contacted.
    Consent {
        Granted = "granted",
        Denied = "denied",
        Pending = "pending",
    }
}

vocabulary! {
    /// How warm a lead is.
    Temperature {
        Hot = "hot",
        Warm = "warm",
        Cold = "cold",
    }
}

impl Default for Consent {
    /// What holds until the person says something.
    fn default() -> Self {
        Consent::Pending
    }
}

impl Consent {
    /// The one of two that allows less.
    pub fn stricter(self, other: Consent) -> Consent {
        match (self, other) {
            (Consent::Denied, _) | (_, Consent::Denied) => Consent::Denied,
            (Consent::Pending, _) | (_, Consent::Pending) => Consent::Pending,
            (Consent::Granted, Consent::Granted) => Consent::Granted,
        }
    }

    /// Reads a consent, in the words of forms and exports. A `no` leaves it open: a box that nobody ticked is no refusal, and
    /// a refusal could not be taken back.
    pub fn parse(text: &str) -> Option<Consent> {
        match crate::domain::text::fold_key(text).as_str() {
            "granted" | "opted in" | "opt in" | "subscribed" | "given" | "accepted" => Some(Consent::Granted),
            "denied" | "opted out" | "opt out" | "unsubscribed" | "refused" | "revoked" | "withdrawn" => {
                Some(Consent::Denied)
            }
            "pending" | "unknown" | "not asked" | "requested" => Some(Consent::Pending),
            _ => crate::domain::flag::parse(text).map(|yes| if yes { Consent::Granted } else { Consent::Pending }),
        }
    }
}

/// The opt-outs that a person has made, gathered from every lead with the same phone or email.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct OptOut {
    /// Consent `denied`, or status `dnc` of a lead whose number is another.
    pub denied: bool,
    /// When the person opted out of email, in microseconds since 1970.
    pub email_opted_out_at: Option<i64>,
}

impl OptOut {
    /// The stricter of both in every part.
    pub fn or(self, other: OptOut) -> OptOut {
        OptOut {
            denied: self.denied || other.denied,
            email_opted_out_at: match (self.email_opted_out_at, other.email_opted_out_at) {
                (Some(a), Some(b)) => Some(a.min(b)),
                (a, b) => a.or(b),
            },
        }
    }

    /// Whether this forbids at least what the other does.
    pub fn covers(self, other: OptOut) -> bool {
        (self.denied || !other.denied) && (self.email_opted_out_at.is_some() || other.email_opted_out_at.is_none())
    }

    /// The consent that a lead gets which asks for `wanted`.
    pub fn ratchet(self, wanted: Consent) -> Consent {
        if self.denied { Consent::Denied } else { wanted }
    }

    pub fn is_none(self) -> bool {
        self == OptOut::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn opt_outs_only_ratchet_up() {
        let denied = OptOut { denied: true, email_opted_out_at: None };
        let mail = OptOut { denied: false, email_opted_out_at: Some(7) };
        let nothing = OptOut::default();
        assert!(denied.or(mail).covers(denied) && denied.or(mail).covers(mail) && denied.covers(nothing));
        assert!(!denied.covers(mail) && !mail.covers(denied) && !nothing.covers(denied));
        for &wanted in Consent::ALL {
            assert_eq!(denied.ratchet(wanted), Consent::Denied);
            assert_eq!(OptOut::default().ratchet(wanted), wanted);
        }
        assert_eq!(denied.or(mail), OptOut { denied: true, email_opted_out_at: Some(7) });
        assert_eq!(mail.or(OptOut { email_opted_out_at: Some(3), ..mail }).email_opted_out_at, Some(3));
        assert!(OptOut::default().is_none());
    }

    #[test]
    fn consent_words() {
        assert_eq!(Consent::parse("Opted-In"), Some(Consent::Granted));
        assert_eq!(Consent::parse("no"), Some(Consent::Pending));
        assert_eq!(Consent::parse("Withdrawn"), Some(Consent::Denied));
        assert_eq!(Consent::parse("perhaps"), None);
        assert_eq!(["1.0", "✔", "Sim"].map(Consent::parse), [Some(Consent::Granted); 3]);
        assert_eq!(["0.0", "☐", "Não"].map(Consent::parse), [Some(Consent::Pending); 3]);
    }
}
