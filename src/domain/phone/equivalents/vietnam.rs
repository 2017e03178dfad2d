//! Vietnam: mobile numbers of eleven digits became numbers of ten in 2018, and area codes changed in 2017.
//!
//! Sources: Ministry of Information and Communications, plans of 2018 (mobile numbers) and of 2016 (area codes); ITU, National Numbering Plan +84.

use super::changes::Change;

const fn of(old: u64, new: u64, rest: u32) -> Change {
    Change { old: joined(old), new: joined(new), rest }
}

const fn joined(code: u64) -> u64 {
    match code {
        0..10 => 840 + code,
        10..100 => 8_400 + code,
        _ => 84_000 + code,
    }
}

pub(super) const CHANGES: &[Change] = &[
    // MobiFone
    of(120, 70, 7),
    of(121, 79, 7),
    of(122, 77, 7),
    of(126, 76, 7),
    of(128, 78, 7),
    // VinaPhone
    of(123, 83, 7),
    of(124, 84, 7),
    of(125, 85, 7),
    of(127, 81, 7),
    of(129, 82, 7),
    // Viettel
    of(162, 32, 7),
    of(163, 33, 7),
    of(164, 34, 7),
    of(165, 35, 7),
    of(166, 36, 7),
    of(167, 37, 7),
    of(168, 38, 7),
    of(169, 39, 7),
    // Vietnamobile and Gmobile
    of(186, 56, 7),
    of(188, 58, 7),
    of(199, 59, 7),
    // Area codes of February 2017
    of(22, 212, 7),
    of(231, 213, 7),
    of(20, 214, 7),
    of(230, 215, 7),
    of(29, 216, 7),
    of(52, 232, 7),
    of(53, 233, 7),
    of(54, 234, 7),
    of(510, 235, 7),
    of(511, 236, 7),
    of(37, 237, 7),
    of(38, 238, 7),
    of(39, 239, 7),
    // of April 2017
    of(33, 203, 7),
    of(240, 204, 7),
    of(25, 205, 7),
    of(26, 206, 7),
    of(27, 207, 7),
    of(280, 208, 7),
    of(281, 209, 7),
    of(320, 220, 7),
    of(321, 221, 7),
    of(241, 222, 7),
    of(31, 225, 7),
    of(351, 226, 7),
    of(36, 227, 7),
    of(350, 228, 7),
    of(30, 229, 7),
    of(780, 290, 7),
    of(781, 291, 7),
    of(710, 292, 7),
    of(711, 293, 7),
    of(74, 294, 7),
    of(76, 296, 7),
    of(77, 297, 7),
    of(79, 299, 7),
    // of June 2017
    of(4, 24, 8),
    of(8, 28, 8),
    of(61, 251, 7),
    of(62, 252, 7),
    of(64, 254, 7),
    of(55, 255, 7),
    of(56, 256, 7),
    of(57, 257, 7),
    of(58, 258, 7),
    of(68, 259, 7),
    of(60, 260, 7),
    of(501, 261, 7),
    of(500, 262, 7),
    of(63, 263, 7),
    of(59, 269, 7),
    of(70, 270, 7),
    of(651, 271, 7),
    of(72, 272, 7),
    of(73, 273, 7),
    of(650, 274, 7),
    of(75, 275, 7),
    of(66, 276, 7),
    of(67, 277, 7),
];
