//! Numbers in E.164 (ITU-T Recommendation E.164), and the regions that national numbers belong to.

use std::fmt;
use std::str::FromStr;

use rlibphonenumber::PHONE_NUMBER_UTIL;

/// A telephone region: the ISO 3166-1 code of a country, as libphonenumber uses it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Region(pub(super) rlibphonenumber::Region);

/// The regions that have telephone numbers, as the library knows them. Its first answer takes milliseconds: a call that reads
/// no number need not ask it.
const REGIONS: &str = "\
    AC AD AE AF AG AI AL AM AO AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BW BY BZ \
    CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM \
    FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GT GU GW GY HK HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE \
    JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN \
    MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PR PS PT \
    PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TA TC TD TG TH TJ TK \
    TL TM TN TO TR TT TV TW TZ UA UG US UY UZ VA VC VE VG VI VN VU WF WS XK YE YT ZA ZM ZW";

impl FromStr for Region {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let code = text.trim().to_ascii_uppercase();
        rlibphonenumber::Region::from_code(&code)
            .ok()
            .filter(|_| REGIONS.split(' ').any(|known| known == code))
            .map(Region)
            .ok_or_else(|| {
                format!("`{text}` is not a region with telephone numbers; use an ISO 3166 code such as US, GB or DE")
            })
    }
}

impl Region {
    /// The region of a number; none of numbers of no country, such as +800.
    pub fn of(number: E164) -> Option<Region> {
        let parsed = PHONE_NUMBER_UTIL.parse(number.to_string(), None).ok()?;
        PHONE_NUMBER_UTIL.get_region_for_number(&parsed).map(Region)
    }

    /// The calling code of the region's numbers.
    pub fn calling_code(self) -> Option<i32> {
        PHONE_NUMBER_UTIL.get_country_code_for_region(self.0)
    }
}

impl fmt::Display for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// A telephone number in E.164: country calling code and national number, 7 to 15 digits.
///
/// Stored in eight bytes, because an import holds millions of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct E164(u64);

impl E164 {
    /// Reads a number that already is in E.164 (`+` and digits), without asking the phone library.
    pub fn from_e164(text: &str) -> Option<E164> {
        let digits = text.strip_prefix('+')?;
        let well_formed =
            (7..=15).contains(&digits.len()) && !digits.starts_with('0') && digits.bytes().all(|b| b.is_ascii_digit());
        well_formed.then(|| digits.parse().ok().map(E164)).flatten()
    }

    /// The number of these digits, if they may be one in E.164.
    pub fn of_digits(digits: u64) -> Option<E164> {
        (1_000_000..1_000_000_000_000_000).contains(&digits).then_some(E164(digits))
    }

    /// The digits after the plus as one integer, which is the key of number sets.
    pub fn digits(self) -> u64 {
        self.0
    }
}

impl fmt::Display for E164 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "+{}", self.0)
    }
}

/// Reads `+1` and ten digits of which the first and the fourth are 2 to 9, as the North American Numbering Plan has it.
pub fn nanp(text: &str) -> Option<E164> {
    let digits = text.strip_prefix("+1")?.as_bytes();
    let starts = |at: usize| digits.get(at).is_some_and(|digit| (b'2'..=b'9').contains(digit));
    (digits.len() == 10 && starts(0) && starts(3)).then(|| E164::from_e164(text)).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn regions_with_numbers_are_those_of_the_library() {
        let letters = || (b'A'..=b'Z').map(char::from);
        let pairs = letters().flat_map(|a| letters().map(move |b| format!("{a}{b}")));
        let codes: Vec<String> = pairs.chain((0..1000).map(|code| format!("{code:03}"))).collect();
        let known = |code: &&String| {
            let region = rlibphonenumber::Region::from_code(code).ok();
            region.is_some_and(|region| PHONE_NUMBER_UTIL.get_country_code_for_region(region).is_some())
        };
        let wanted: Vec<&String> = codes.iter().filter(known).collect();
        let got: Vec<&String> = codes.iter().filter(|code| code.parse::<Region>().is_ok()).collect();
        assert_eq!(got, wanted);
        assert!(wanted.len() > 240);
    }
}
