//! Numbering plans that changed: digits that stood before the subscriber's own, and what stands there since.

use super::{after, is_valid, vietnam};

/// One prefix, with the calling code, that became another one before the same last digits.
#[derive(Debug, Clone, Copy)]
pub(super) struct Change {
    pub old: u64,
    pub new: u64,
    /// How many digits follow.
    pub rest: u32,
}

const fn of(old: u64, new: u64, rest: u32) -> Change {
    Change { old, new, rest }
}

/// The number on the other side of each change that a number of a calling code has part in.
pub(super) fn other_side(code: u64, digits: u64, add: &mut impl FnMut(u64)) {
    for change in of_code(code) {
        let place = 10u64.pow(change.rest);
        if let Some(rest) = after(digits, change.old, change.rest) {
            let new = change.new * place + rest;
            if !is_valid(digits) && is_valid(new) {
                add(new);
            }
        } else if let Some(rest) = after(digits, change.new, change.rest) {
            let old = change.old * place + rest;
            if is_valid(digits) && !is_valid(old) {
                add(old);
            }
        }
    }
}

fn of_code(code: u64) -> &'static [Change] {
    match code {
        20 => EGYPT,
        52 => MEXICO,
        56 => CHILE,
        57 => COLOMBIA,
        84 => vietnam::CHANGES,
        225 => IVORY_COAST,
        229 => BENIN,
        230 => MAURITIUS,
        237 => CAMEROON,
        381 | 383 | 386 => KOSOVO,
        593 => ECUADOR,
        _ => &[],
    }
}

/// Since 6 October 2011 mobile numbers have a digit more, by the operator (NTRA; ITU, National Numbering Plan +20).
const EGYPT: &[Change] = &[
    of(2010, 20_100, 7),
    of(2011, 20_111, 7),
    of(2012, 20_122, 7),
    of(2014, 20_114, 7),
    of(2016, 20_106, 7),
    of(2017, 20_127, 7),
    of(2018, 20_128, 7),
    of(2019, 20_109, 7),
];

/// Since August 2019 mobile numbers have no 1 behind the calling code any more (IFT, Plan Técnico Fundamental de
/// Numeración).
const MEXICO: &[Change] = &[of(521, 52, 10)];

/// Fixed lines got a digit, a 2 behind the area code, from 2010 to 2014 (SUBTEL, Plan Técnico Fundamental de Numeración).
const CHILE: &[Change] = &[
    of(562, 5622, 7),
    of(5632, 56_322, 6),
    of(5633, 56_332, 6),
    of(5634, 56_342, 6),
    of(5635, 56_352, 6),
    of(5641, 56_412, 6),
    of(5642, 56_422, 6),
    of(5643, 56_432, 6),
    of(5645, 56_452, 6),
    of(5651, 56_512, 6),
    of(5652, 56_522, 6),
    of(5653, 56_532, 6),
    of(5655, 56_552, 6),
    of(5657, 56_572, 6),
    of(5658, 56_582, 6),
    of(5661, 56_612, 6),
    of(5663, 56_632, 6),
    of(5664, 56_642, 6),
    of(5665, 56_652, 6),
    of(5667, 56_672, 6),
    of(5671, 56_712, 6),
    of(5672, 56_722, 6),
    of(5673, 56_732, 6),
    of(5675, 56_752, 6),
];

/// Since 1 September 2021 fixed lines have a 60 before the area code (CRC; ITU, National Numbering Plan +57).
const COLOMBIA: &[Change] = &[
    of(571, 57_601, 7),
    of(572, 57_602, 7),
    of(574, 57_604, 7),
    of(575, 57_605, 7),
    of(576, 57_606, 7),
    of(577, 57_607, 7),
    of(578, 57_608, 7),
];

/// Since 31 January 2021 numbers have two digits more, by the operator who assigned them: mobiles 01, 05 or 07, fixed lines
/// 21, 25 or 27 (ARTCI, Plan national de numérotation; ITU, National Numbering Plan +225).
const IVORY_COAST: &[Change] = &[
    of(225, 22_501, 8),
    of(225, 22_505, 8),
    of(225, 22_507, 8),
    of(225, 22_521, 8),
    of(225, 22_525, 8),
    of(225, 22_527, 8),
];

/// Since 30 November 2024 all numbers begin with 01 (ARCEP Bénin; ITU, National Numbering Plan +229).
const BENIN: &[Change] = &[of(229, 22_901, 8)];

/// Since 1 September 2013 mobile numbers begin with a 5 (ICTA; ITU, National Numbering Plan +230).
const MAURITIUS: &[Change] = &[of(230, 2305, 7)];

/// Since 21 November 2014 mobile numbers begin with a 6 more and fixed lines with a 2 (ART; ITU, National Numbering Plan
/// +237).
const CAMEROON: &[Change] =
    &[of(2372, 23_722, 7), of(2373, 23_723, 7), of(2376, 23_766, 7), of(2377, 23_767, 7), of(2379, 23_769, 7)];

/// Since 2017 Kosovo has +383 in place of Serbia's +381 for fixed lines, and of Slovenia's +386 for mobiles (ARKEP; ITU,
/// National Numbering Plan +383).
const KOSOVO: &[Change] = &[
    of(38_128, 38_328, 6),
    of(38_129, 38_329, 6),
    of(38_138, 38_338, 6),
    of(38_139, 38_339, 6),
    of(38_643, 38_343, 6),
    of(38_649, 38_349, 6),
];

/// Since 30 September 2012 mobile numbers begin with a 9 more (SENATEL, Plan Técnico Fundamental de Numeración; ITU,
/// National Numbering Plan +593).
const ECUADOR: &[Change] = &[of(5938, 59_398, 7), of(5939, 59_399, 7)];
