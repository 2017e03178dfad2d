//! Italy, the Vatican and San Marino: fixed lines keep their zero behind the calling code, and spreadsheets drop it.

use super::{after, is_valid, length};

/// The other forms of a number of Italy, of the Vatican, which has the code +39 06 698, or of San Marino.
///
/// Source: AGCOM, Piano di numerazione; ITU, National Numbering Plans +39 and +378: San Marino is
/// called by +378 and by the Italian area code 0549.
pub(super) fn other_forms(digits: u64, add: &mut impl FnMut(u64)) {
    if let Some(local) = san_marino(digits) {
        for prefix in SAN_MARINO {
            add(prefix * 1_000_000 + local);
        }
        return;
    }
    let length = length(digits);
    let Some(national) = length.checked_sub(2).and_then(|rest| after(digits, 39, rest)) else { return };
    // The digits without 39, which may begin with a zero.
    let rest = length - 2;
    if national < 10u64.pow(rest - 1) {
        let without = 39 * 10u64.pow(rest - 1) + national;
        if is_valid(digits) && !is_valid(without) {
            add(without);
        }
    } else if length < 15 {
        let with = 390 * 10u64.pow(rest) + national;
        if is_valid(with) && !is_valid(digits) {
            add(with);
        }
    }
}

/// What stands before the six digits of a fixed line of San Marino.
const SAN_MARINO: [u64; 5] = [3_780_549, 390_549, 378_549, 39_549, 378];

fn san_marino(digits: u64) -> Option<u64> {
    let local = SAN_MARINO.into_iter().find_map(|prefix| after(digits, prefix, 6))?;
    is_valid(3_780_549_000_000 + local).then_some(local)
}
