//! Spellings that are in use beside each other, valid or not.

use super::{after, is_valid, length};

/// Argentina: mobile numbers have a 9 behind the calling code when they are dialled from abroad, and a 15 behind the area
/// code when they are dialled at home; both are often left out, or kept. Area codes have two digits (11), three or four.
///
/// Source: ENACOM, Plan Fundamental de Numeración Nacional; ITU, National Numbering Plan +54.
pub(super) fn argentina(digits: u64, add: &mut impl FnMut(u64)) {
    let Some(plain) = without_tokens(digits) else { return };
    add(54 * 10u64.pow(10) + plain);
    add(549 * 10u64.pow(10) + plain);
    for area in areas(plain) {
        let local = 10u64.pow(10 - area);
        add(((54 * 10u64.pow(area) + plain / local) * 100 + 15) * local + plain % local);
    }
}

/// The area code and the number of the subscriber, ten digits.
fn without_tokens(digits: u64) -> Option<u64> {
    let begins = |plain: &u64| (1_100_000_000..4_000_000_000).contains(plain);
    let plain = after(digits, 54, 10).or_else(|| after(digits, 549, 10));
    if let Some(plain) = plain.filter(begins) {
        return Some(plain);
    }
    let long = after(digits, 54, 12)?;
    (2..=4).find_map(|area| {
        let local = 10u64.pow(10 - area);
        let (code, token) = (long / local / 100, long / local % 100);
        let plain = code * local + long % local;
        (token == 15 && begins(&plain) && areas(plain).any(|its| its == area)).then_some(plain)
    })
}

fn areas(plain: u64) -> impl Iterator<Item = u32> {
    let is_capital = plain / 100_000_000 == 11;
    if is_capital { 2..=2 } else { 3..=4 }
}

/// Brazil: mobile numbers got a ninth digit, a 9 behind the area code, from 2012 to 2016; of eight digits they began with
/// 6 to 9. Messengers still name many of them without it.
///
/// Source: Anatel, schedule of the ninth digit by area codes; ITU, National Numbering Plan +55.
pub(super) fn brazil(digits: u64, add: &mut impl FnMut(u64)) {
    let is_area = |area: u64| (11..=99).contains(&area) && !area.is_multiple_of(10);
    let is_mobile = |rest: u64| (60_000_000..100_000_000).contains(&rest);
    let national = digits - 55 * 10u64.pow(length(digits) - 2);
    match length(digits) {
        12 => {
            let (area, rest) = (national / 10u64.pow(8), national % 10u64.pow(8));
            if is_area(area) && is_mobile(rest) {
                add((55 * 1000 + area * 10 + 9) * 10u64.pow(8) + rest);
            }
        }
        13 => {
            let (area, rest) = (national / 10u64.pow(8), national % 10u64.pow(8));
            if area % 10 == 9 && is_area(area / 10) && is_mobile(rest) {
                add((55 * 100 + area / 10) * 10u64.pow(8) + rest);
            }
        }
        _ => {}
    }
}

/// Russia and Kazakhstan: the trunk prefix 8 is written for the calling code 7.
///
/// Source: Russian system and plan of numbering; ITU, National Numbering Plan +7.
pub(super) fn russia(digits: u64, add: &mut impl FnMut(u64)) {
    const SEVEN: u64 = 7 * 10u64.pow(10);
    const EIGHT: u64 = 8 * 10u64.pow(10);
    match digits {
        SEVEN..EIGHT if is_valid(digits) => add(digits + EIGHT - SEVEN),
        EIGHT..90_000_000_000 if is_valid(digits - EIGHT + SEVEN) => add(digits - EIGHT + SEVEN),
        _ => {}
    }
}

/// A number that has lost its plus is read as a national one: its calling code stands twice. Where both are valid, either may be
/// meant, as in Germany `4915123456789`.
pub(super) fn lost_plus(code: u64, digits: u64, add: &mut impl FnMut(u64)) {
    // No area code of the North American Numbering Plan begins with 1.
    if code == 1 {
        return;
    }
    let national = digits % 10u64.pow(length(digits) - length(code));
    let doubled = (length(digits) + length(code) <= 15).then(|| code * 10u64.pow(length(digits)) + digits);
    let single = (national > 0 && length(national) + length(code) == length(digits))
        .then_some(national)
        .filter(|rest| length(*rest) > length(code) && rest / 10u64.pow(length(*rest) - length(code)) == code);
    for other in doubled.into_iter().chain(single) {
        if is_valid(digits) && is_valid(other) {
            add(other);
        }
    }
}
