//! The columns of a sheet of status events, and which of its headers means which.

use crate::domain::leads::status::Status;
use crate::import::sheet::columns::{Columns, SheetField};
use crate::import::template::About;
use crate::import::unclaimed::Watch;
use crate::import::vocabulary::email::{EmailColumn, email_column};
use crate::import::vocabulary::phone::{PhoneColumn, phone_column};
use crate::import::vocabulary::{header_key, is_word};

vocabulary! {
    /// A field that a column of a sheet of status events can fill.
    HistoryField {
        Phone = "phone",
        Email = "email",
        ExternalId = "external_id",
        ExternalSource = "external_source",
        Lead = "lead",
        Status = "status",
        ChangedAt = "changed_at",
        ChangedBy = "changed_by",
        Reason = "reason",
    }
}

impl SheetField for HistoryField {
    const ROW: &'static str = "status event";
    const REQUIRED: &'static [(&'static [Self], &'static str)] = {
        use HistoryField::*;
        &[
            (&[Phone, Email, ExternalId, Lead], "a phone number, an email, an external id or the id of a lead"),
            (&[Status], "the status"),
            (&[ChangedAt], "the time of the change"),
        ]
    };
    const PAIRS: &'static [(Self, Self)] = &[(HistoryField::ExternalSource, HistoryField::ExternalId)];
    const PROVEN_DATES: &'static [Self] = &[HistoryField::ChangedAt];

    fn about(self) -> About {
        match self {
            HistoryField::Phone => About::text("The lead, by phone number", "+1 212 555 0142"),
            HistoryField::Email => About::text("The lead, by email address", "ada@example.com"),
            HistoryField::ExternalId => About::text("The lead, by its id in another system", "4711"),
            HistoryField::ExternalSource => About::text("The system that the external id is of", "hubspot"),
            HistoryField::Lead => About::number("The lead, by its number here", "1"),
            HistoryField::Status => About::word::<Status>("The status that was entered", "contacted"),
            HistoryField::ChangedAt => About::day("A day or a time: 2026-03-01, or 2026-03-01 14:30", "2026-02-01"),
            HistoryField::ChangedBy => About::text("Who did it, by name or email", "sales@example.com"),
            HistoryField::Reason => About::text("Why", "first call"),
        }
    }

    fn may_hold_wishes(self) -> bool {
        self == HistoryField::Status
    }

    fn of_many_forms(header: &str) -> Option<Self> {
        let email = || email_column(header).filter(|column| *column == EmailColumn::First);
        let phone = phone_column(header).map(|_| HistoryField::Phone);
        phone.or_else(|| email().map(|_| HistoryField::Email))
    }

    /// A history names leads; whoever wants to keep a refusal of theirs imports them.
    fn watch(_columns: &Columns<Self>) -> Watch {
        Watch { consents: Some(None), ..Watch::default() }
    }

    fn is_second_choice(header: &str) -> bool {
        phone_column(header) == Some(PhoneColumn::Further)
            || (email_column(header).is_some() && !is_word("email", &[header_key(header)]))
    }

    fn must_be_known(self) -> bool {
        !matches!(self, HistoryField::ChangedBy | HistoryField::Reason)
    }

    /// Neither an external id nor the id of a lead is known by its header: a column "ID" of another system must not match
    /// strangers.
    fn synonyms(self) -> &'static [&'static str] {
        match self {
            HistoryField::Phone | HistoryField::Email | HistoryField::ExternalId | HistoryField::Lead => &[],
            HistoryField::ExternalSource => &["external source", "source system"],
            HistoryField::Status => &[
                "status",
                "to status",
                "new status",
                "status to",
                "stage",
                "new stage",
                "to stage",
                "lead status",
                "lead stage",
                "lifecycle stage",
                "new value",
                "state",
            ],
            HistoryField::ChangedAt => &[
                "changed at",
                "changed",
                "change date",
                "changed on",
                "date",
                "time",
                "timestamp",
                "date time",
                "datetime",
                "edit date",
                "entered at",
                "created date",
                "created at",
                "modified at",
                "last modified date",
                "occurred at",
                "when",
            ],
            HistoryField::ChangedBy => &[
                "changed by",
                "user",
                "by",
                "who",
                "edited by",
                "modified by",
                "last modified by",
                "created by",
                "owner",
                "agent",
            ],
            HistoryField::Reason => &["reason", "comment", "comments", "note", "notes", "why"],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::text::fold_key;
    use crate::import::ImportError;
    use crate::import::options::Assignment;

    fn columns(headers: &[&str], map: &[&str]) -> Result<Columns<HistoryField>, ImportError> {
        let headers: Vec<String> = headers.iter().map(|header| (*header).to_owned()).collect();
        let map: Vec<Assignment> = map.iter().map(|text| text.parse().unwrap()).collect();
        Columns::of("history.csv", &headers, &map, &[], &[])
    }

    #[test]
    fn a_sheet_names_leads_statuses_and_times() {
        use HistoryField::*;
        let mapped = columns(&["Phone", "New Status", "Date", "Edited By", "ID"], &[]).unwrap();
        assert_eq!(mapped.targets, [Some(Phone), Some(Status), Some(ChangedAt), Some(ChangedBy), None]);
        let mapped = columns(&["ID", "Stage", "When"], &["external-id=ID"]).unwrap();
        assert_eq!(mapped.targets[0], Some(ExternalId));
        for (headers, missing) in [(["ID", "Stage", "When"], "phone"), (["Phone", "X", "When"], "status")] {
            let error = columns(&headers, &[]).unwrap_err();
            assert!(matches!(error, ImportError::NoColumn { field, .. } if field == missing), "{error}");
        }
    }

    #[test]
    fn every_synonym_is_folded_and_means_one_field() {
        let mut seen = std::collections::HashSet::new();
        for field in HistoryField::ALL {
            for synonym in field.synonyms() {
                assert_eq!(fold_key(synonym), *synonym);
                assert!(seen.insert(*synonym), "{synonym} twice");
            }
        }
    }
}
