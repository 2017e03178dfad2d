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
        // Written down, so that whoever is held out is so in every process and in later versions.
        for (uid, least) in [
            ("0190a5b0-0000-7000-8000-000000000001", 38),
            ("0190a5b0-0000-7000-8000-000000000009", 46),
            ("0190a5b0-1234-7abc-8def-0123456789ab", 8),
        ] {
            let arm = |percent| arm_of(uid.parse().unwrap(), percent);
            assert_eq!((arm(least - 1), arm(least)), (Arm::Shown, Arm::HeldOut), "{uid}");
        }
    }
}
