//! The columns of a sheet that is scrubbed: those of phones, and which headers mean them.

use crate::import::sheet::columns::{Columns, SheetField};
use crate::import::template::About;
use crate::import::unclaimed::Watch;
use crate::import::vocabulary::phone::phone_column;

vocabulary! {
    /// A field that a column of a scrubbed sheet can fill.
    ScrubField {
        Phone = "phone",
    }
}

impl SheetField for ScrubField {
    const ROW: &'static str = "row that is scrubbed";
    const REQUIRED: &'static [(&'static [Self], &'static str)] = &[(&[ScrubField::Phone], "phone numbers")];

    fn about(self) -> About {
        About::text("A number that is to be contacted", "+1 212 555 0142")
    }

    fn may_repeat(self) -> bool {
        true
    }

    fn may_hold_wishes(self) -> bool {
        true
    }

    fn of_many_forms(header: &str) -> Option<Self> {
        phone_column(header).map(|_| ScrubField::Phone)
    }

    fn watch(_columns: &Columns<Self>) -> Watch {
        // What a sheet itself says of people's wishes is not passed over.
        Watch { phones: Some(Some(ScrubField::Phone.as_str())), consents: Some(None), ..Watch::default() }
    }

    fn must_be_known(self) -> bool {
        false
    }

    fn synonyms(self) -> &'static [&'static str] {
        &[
            "number",
            "numbers",
            "caller",
            "caller id",
            "recipient",
            "to number",
            "recipient number",
            "contact number",
            "contact no",
            "direct line",
            "phone e164",
            "e164",
            "ani",
            "msisdn",
        ]
    }
}
