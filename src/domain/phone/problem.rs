//! What keeps a text from being a telephone number.

/// Why a text is not a telephone number.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PhoneProblem {
    #[error("is a national number and no region is known")]
    RegionMissing,
    #[error("has lost digits to the spreadsheet's number format")]
    LostDigits,
    #[error("is a spreadsheet error, not a phone number")]
    SpreadsheetError,
    #[error("is a date: a spreadsheet may have made it of a phone number")]
    Date,
    #[error("is too short to be a phone number")]
    TooShort,
    #[error("is too long to be a phone number")]
    TooLong,
    #[error("begins with a country calling code that does not exist")]
    CallingCode,
    #[error("is not a phone number")]
    NotANumber,
    #[error("is not a possible phone number{}", in_region(.0))]
    NotPossible(Option<String>),
    #[error("is not a valid phone number{}", in_region(.0))]
    NotValid(Option<String>),
    #[error("is not a phone number{}, but would be one with a plus", in_region(.0))]
    NeedsPlus(Option<String>),
    #[error("has letters that are no part of a phone number")]
    Letters,
    #[error("may hold two phone numbers where one is wanted")]
    SecondNumber,
}

impl PhoneProblem {
    /// What a person can do about it.
    pub fn remedy(&self) -> &'static str {
        match self {
            PhoneProblem::RegionMissing => {
                "give the region, for example --region US, or write the number with + and country code"
            }
            PhoneProblem::LostDigits | PhoneProblem::Date => {
                "format the column as text in the spreadsheet and export it again"
            }
            PhoneProblem::SpreadsheetError => "correct the formula, or empty the cell",
            PhoneProblem::NotValid(_) => {
                "correct the number, or accept numbers of possible length with --phone-check possible"
            }
            PhoneProblem::NeedsPlus(_) => "write it with + before the country code, or correct the number",
            PhoneProblem::Letters => "leave the letters out, or write those of the number as digits",
            PhoneProblem::SecondNumber => "write one number, or an extension as `ext. 12`",
            PhoneProblem::TooShort
            | PhoneProblem::TooLong
            | PhoneProblem::CallingCode
            | PhoneProblem::NotANumber
            | PhoneProblem::NotPossible(_) => "correct the number, or empty the cell",
        }
    }
}

fn in_region(region: &Option<String>) -> String {
    region.as_ref().map(|r| format!(" in {r}")).unwrap_or_default()
}
