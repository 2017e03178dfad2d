//! The columns of a sheet of do-not-call requests, and which of its headers means which.

use crate::domain::dnc::{DncScope, DncSource};
use crate::import::sheet::columns::{Columns, SheetField};
use crate::import::template::About;
use crate::import::unclaimed::Watch;
use crate::import::vocabulary::consent::{ConsentColumn, consent_column};
use crate::import::vocabulary::phone::phone_column;
use crate::import::vocabulary::{header_keys, is_word};

vocabulary! {
    /// A field that a column of a do-not-call sheet can fill.
    DncField {
        Phone = "phone",
        Reason = "reason",
        Scope = "scope",
        Source = "source",
        Evidence = "evidence",
        RequestedAt = "requested_at",
        Expires = "expires",
        OptOut = "opt_out",
    }
}

impl SheetField for DncField {
    const ROW: &'static str = "do-not-call request";
    const REQUIRED: &'static [(&'static [Self], &'static str)] = &[(&[DncField::Phone], "phone numbers")];
    const PROVEN_DATES: &'static [Self] = &[DncField::RequestedAt, DncField::Expires];

    fn about(self) -> About {
        match self {
            DncField::Phone => About::text("The number that is not to be called or texted", "+1 212 555 0142"),
            DncField::Reason => About::text("Why", "asked on the phone"),
            DncField::Scope => About::word::<DncScope>("What is not wanted; all where it is empty", "all"),
            DncField::Source => About {
                words: DncSource::SAID.iter().map(|(word, _)| *word).collect(),
                ..About::text("How the request came", "manual")
            },
            DncField::Evidence => About::text("The words of the request", "please stop calling"),
            DncField::RequestedAt => About::day("A day or a time: 2026-03-01, or 2026-03-01 14:30", "2026-03-01"),
            DncField::Expires => About::day("The last day, where the request ends by itself", "2027-03-01"),
            DncField::OptOut => About {
                example: "yes",
                ..About::flag("Yes lists the number; a row that says no is listed all the same, and told: leave it out")
            },
        }
    }

    fn may_repeat(self) -> bool {
        matches!(self, DncField::Phone | DncField::OptOut)
    }

    fn is_flag(self) -> bool {
        self == DncField::OptOut
    }

    /// Every column of phones is listed: of several numbers nobody knows which will be called.
    fn may_hold_wishes(self) -> bool {
        true
    }

    fn of_many_forms(header: &str) -> Option<Self> {
        match consent_column(header) {
            Some(ConsentColumn::OptOut(_)) => Some(DncField::OptOut),
            _ => phone_column(header).map(|_| DncField::Phone),
        }
    }

    fn watch(_columns: &Columns<Self>) -> Watch {
        Watch { phones: Some(Some(DncField::Phone.as_str())), ..Watch::default() }
    }

    /// What stands beside a number does not keep it off the list; [`rows`](super::rows) rejects phones by formula themselves.
    fn must_be_known(self) -> bool {
        false
    }

    /// Whom a message went to is asked for nothing, where somebody else is named.
    fn is_second_choice(header: &str) -> bool {
        let keys = header_keys(header);
        ["recipient", "to number", "recipient number", "recipient phone", "to phone"]
            .iter()
            .any(|word| is_word(word, &keys))
    }

    fn synonyms(self) -> &'static [&'static str] {
        match self {
            DncField::Phone => &[
                "number",
                "numbers",
                "dnc number",
                "do not call number",
                "caller",
                "caller id",
                "from",
                "from number",
                "sender",
                "recipient",
                "to number",
                "contact number",
                "contact no",
                "direct line",
                "phone e164",
            ],
            DncField::OptOut => &[],
            DncField::Reason => &[
                "reason",
                "dnc reason",
                "opt out reason",
                "unsubscribe reason",
                "why",
                "grund",
                "motivo",
                "motif",
                "raison",
                "причина",
                "理由",
            ],
            DncField::Scope => &["scope", "channel", "channels"],
            DncField::Source => &["source", "dnc source", "opt out source"],
            DncField::Evidence => &[
                "evidence",
                "text",
                "message",
                "message body",
                "body",
                "reply",
                "sms",
                "content",
                "note",
                "notes",
                "comment",
                "comments",
            ],
            DncField::RequestedAt => &[
                "requested at",
                "requested",
                "request date",
                "requested on",
                "opt out date",
                "optout date",
                "date of request",
                "date",
                "time",
                "timestamp",
                "date added",
                "added",
                "added at",
                "received",
                "received at",
                "sent at",
                "created",
                "created at",
                "dnc date",
                "datum",
                "fecha",
                "data",
                "дата",
                "日付",
            ],
            DncField::Expires => &["expires", "expires at", "expiry", "expiry date", "expiration", "expiration date"],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::text::fold_key;
    use crate::import::ImportError;
    use crate::import::options::Assignment;

    fn columns(headers: &[&str], map: &[&str]) -> Result<Columns<DncField>, ImportError> {
        let headers: Vec<String> = headers.iter().map(|header| (*header).to_owned()).collect();
        let map: Vec<Assignment> = map.iter().map(|text| text.parse().unwrap()).collect();
        Columns::of("dnc.csv", &headers, &map, &[], &[])
    }

    #[test]
    fn headers_then_what_is_left() {
        let mapped = columns(&["phone_number", "Mobile", "Reason", "Agent", "_problem"], &[]).unwrap();
        use DncField::*;
        assert_eq!(mapped.targets, [Some(Phone), Some(Phone), Some(Reason), None, None]);
        assert_eq!(mapped.left_out(), ["Agent"]);
        let named = columns(&["Fone", "Why", "Reason"], &["phone=Fone", "reason=Reason"]).unwrap();
        assert_eq!(named.targets, [Some(Phone), None, Some(Reason)]);
    }

    #[test]
    fn a_sheet_without_phones_is_none() {
        assert!(matches!(columns(&["2125550142"], &[]), Err(ImportError::NoColumn { field: "phone", .. })));
        assert!(matches!(columns(&["Phone"], &["fone=Phone"]), Err(ImportError::Mapping { .. })));
        for map in [["reason=A", "reason=B"], ["reason=A", "evidence=A"]] {
            assert!(matches!(columns(&["Phone", "A", "B"], &map), Err(ImportError::Mapping { .. })), "{map:?}");
        }
    }

    #[test]
    fn every_synonym_is_folded_and_means_one_field() {
        let mut seen = std::collections::HashSet::new();
        for field in DncField::ALL {
            for synonym in field.synonyms() {
                assert_eq!(fold_key(synonym), *synonym);
                assert!(seen.insert(*synonym), "{synonym} twice");
            }
        }
    }
}
