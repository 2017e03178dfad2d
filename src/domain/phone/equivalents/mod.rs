//! Numbers that are spelled in several ways in E.164 and reach one subscriber.

use super::E164;

/// The version of the rules. It changes with every rule, so that what was made of the rules before is made anew.
pub const RULES_VERSION: i32 = 1;

/// All other spellings of a number that reach, or once reached, the same subscriber; none of almost all numbers.
pub fn other_spellings(_number: E164) -> Vec<E164> {
    Vec::new()
}
