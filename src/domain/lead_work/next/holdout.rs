//! Which leads are held out, so that those that are recommended can be compared with others that are no worse.

use super::Arm;

/// The fewest leads of either group of which a comparison is told.
pub const FEWEST: i64 = 30;

/// For how many days a lead stays in its group, and its status is followed.
pub const DAYS: i64 = 30;

/// The group of a lead. Ids are random in their lower half, so that a share of all leads is held out; the same ones each time.
pub fn arm_of(uid: uuid::Uuid, percent: u8) -> Arm {
    match uid.as_u128() % 100 < u128::from(percent) {
        true => Arm::HeldOut,
        false => Arm::Shown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_held_out_and_always_the_same() {
        let uids: Vec<uuid::Uuid> = (0..10_000).map(|_| uuid::Uuid::now_v7()).collect();
        let held = |percent| uids.iter().filter(|uid| arm_of(**uid, percent) == Arm::HeldOut).count();
        assert_eq!((held(0), held(100)), (0, 10_000));
        assert!((700..1300).contains(&held(10)), "{}", held(10));
        assert!(uids.iter().all(|uid| arm_of(*uid, 10) == arm_of(*uid, 10)));
    }
}
