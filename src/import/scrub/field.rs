//! The columns of a sheet that is scrubbed: those of phones, that of the country, and which headers mean them.

use crate::import::sheet::columns::{Columns, SheetField};
use crate::import::template::About;
use crate::import::unclaimed::{Purpose, Watch};
use crate::import::vocabulary::phone::phone_column;

vocabulary! {
    /// A field that a column of a scrubbed sheet can fill.
    ScrubField {
        Phone = "phone",
        /// The country of the national numbers of a row.
        Country = "country",
    }
}

impl SheetField for ScrubField {
    const ROW: &'static str = "row that is scrubbed";
    const REQUIRED: &'static [(&'static [Self], &'static str)] = &[(&[ScrubField::Phone], "phone numbers")];

    fn about(self) -> About {
        match self {
            ScrubField::Phone => About::text("A number that is to be contacted", "+1 212 555 0142"),
            ScrubField::Country => About::text("The country of the row's national numbers", "US"),
        }
    }

    fn may_repeat(self) -> bool {
        self == ScrubField::Phone
    }

    fn may_hold_wishes(self) -> bool {
        self == ScrubField::Phone
    }

    fn of_many_forms(header: &str) -> Option<Self> {
        phone_column(header).map(|_| ScrubField::Phone)
    }

    fn watch(columns: &Columns<Self>) -> Watch {
        // What a sheet itself says of people's wishes is not passed over.
        Watch {
            phones: Some(Some(ScrubField::Phone.as_str())),
            consents: Some(None),
            country: columns.columns_of(ScrubField::Country).next(),
            purpose: Purpose::Check,
            ..Watch::default()
        }
    }

    fn must_be_known(self) -> bool {
        false
    }

    fn synonyms(self) -> &'static [&'static str] {
        match self {
            ScrubField::Country => COUNTRY,
            ScrubField::Phone => PHONE,
        }
    }
}

/// As imports of leads have them.
const COUNTRY: &[&str] = &[
    "country",
    "country code",
    "mailing country",
    "country region",
    "land",
    "pays",
    "país",
    "paese",
    "kraj",
    "страна",
    "国",
];

const PHONE: &[&str] = &[
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
];
