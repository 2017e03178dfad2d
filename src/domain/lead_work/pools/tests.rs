//! The rotation beside nginx's algorithm written plainly, and what always holds of decisions.

use std::collections::{BTreeMap, HashMap, HashSet};

use proptest::prelude::*;

use super::conversion::Conversion;
use super::desk::{Decision, Desk, Earlier, Elsewhere, Habits, Member, Standing, Waiting, Why};
use super::rotation::{Part, Place, turn};
use super::{PoolStrategy, RunReason, SkipReason};

fn member(user: i64, weight: i64) -> Member {
    Member { user, weight, is_active: true, ..Member::default() }
}

fn desk(strategy: PoolStrategy, members: Vec<Member>) -> Desk {
    let standings = members.iter().map(|member| (member.user, None)).collect();
    Desk::new(strategy, members, 0, Habits::default(), standings)
}

/// Who gets lead after lead.
fn given(desk: &mut Desk, leads: i64) -> Vec<i64> {
    (0..leads).map(|id| desk.decide(Waiting { id, ..Waiting::default() }).to.unwrap_or_default()).collect()
}

#[test]
fn five_to_one_to_one_is_smooth() {
    let mut desk = desk(PoolStrategy::Weighted, vec![member(1, 5), member(2, 1), member(3, 1)]);
    assert_eq!(given(&mut desk, 7), [1, 1, 2, 1, 3, 1, 1]);
    assert_eq!(given(&mut desk, 7), [1, 1, 2, 1, 3, 1, 1], "and again");
    assert_eq!(desk.cursor, 14);
}

#[test]
fn round_robin_takes_no_notice_of_weights() {
    let mut desk = desk(PoolStrategy::RoundRobin, vec![member(1, 5), member(2, 1), member(3, 1)]);
    assert_eq!(given(&mut desk, 6), [1, 2, 3, 1, 2, 3]);
}

#[test]
fn who_returns_is_not_flooded() {
    let mut desk = desk(PoolStrategy::RoundRobin, vec![member(1, 1), member(2, 1)]);
    desk.members[0].is_active = false;
    assert_eq!(given(&mut desk, 5), [2, 2, 2, 2, 2]);
    desk.members[0].is_active = true;
    assert_eq!(given(&mut desk, 4), [1, 2, 1, 2]);
}

#[test]
fn the_least_loaded_gets_the_next_one() {
    let mut members = vec![member(1, 1), member(2, 2), member(3, 1)];
    (members[0].open, members[1].open, members[2].open) = (4, 4, 1);
    let mut desk = desk(PoolStrategy::LeastLoaded, members);
    // By weight they hold 4, 2 and 1: the third catches up, then the second and the third share.
    assert_eq!(given(&mut desk, 4), [3, 2, 3, 2]);
    let open: Vec<i64> = desk.members.iter().map(|member| member.open).collect();
    assert_eq!(open, [4, 6, 3]);
}

#[test]
fn equal_loads_take_turns_over_runs() {
    let mut desk = desk(PoolStrategy::LeastLoaded, vec![member(1, 1), member(2, 1), member(3, 1)]);
    let mut all = Vec::new();
    for _ in 0..6 {
        all.extend(given(&mut desk, 1));
        // Everyone works what they get before the next run.
        desk.members.iter_mut().for_each(|member| member.open = 0);
    }
    assert_eq!(all, [1, 2, 3, 1, 2, 3]);
}

#[test]
fn a_territory_is_its_members() {
    let mut members = vec![member(1, 1), member(2, 1), member(3, 1)];
    members[0].territories = HashSet::from([7]);
    members[2].territories = HashSet::from([7, 8]);
    let mut desk = desk(PoolStrategy::Territory, members);
    let mut lead = |territory| desk.decide(Waiting { territory, ..Waiting::default() });
    let to: Vec<Option<i64>> = (0..3).map(|_| lead(Some(7)).to).collect();
    assert_eq!(to, [Some(1), Some(3), Some(1)]);
    let elsewhere = lead(Some(9));
    assert_eq!((elsewhere.to, elsewhere.why), (None, Why::Nobody(RunReason::NoMemberThere)));
    assert_eq!(elsewhere.skipped.len(), 3);
    assert_eq!(lead(None).why, Why::Nobody(RunReason::NoTerritory));
}

#[test]
fn who_works_elsewhere_is_not_said_to_be_full() {
    let mut members = vec![member(1, 1), member(2, 1)];
    (members[0].territories, members[1].territories) = (HashSet::from([7]), HashSet::from([8]));
    members.iter_mut().for_each(|member| member.daily_limit = Some(0));
    let mut desk = desk(PoolStrategy::Territory, members);
    let mut lead = |territory| desk.decide(Waiting { territory, ..Waiting::default() });
    let there = lead(Some(7));
    assert_eq!(there.why, Why::Nobody(RunReason::NobodyFree));
    assert_eq!(there.skipped, [(SkipReason::DailyLimit, 1), (SkipReason::OtherTerritory, 2)]);
    let nowhere = lead(Some(9));
    assert_eq!(nowhere.why, Why::Nobody(RunReason::NoMemberThere));
    assert_eq!(nowhere.skipped, [(SkipReason::OtherTerritory, 1), (SkipReason::OtherTerritory, 2)]);
}

#[test]
fn skills_are_those_that_the_pool_lists() {
    let mut members = vec![member(1, 1), member(2, 1)];
    members[1].skills = vec!["german".into(), "tax".into()];
    let standings = HashMap::from([(1, None), (2, None)]);
    let habits = Habits { skills: vec!["german".into(), "tax".into(), "polish".into()], not_back: false };
    let mut desk = Desk::new(PoolStrategy::Skill, members, 0, habits, standings);
    let mut lead = |tags: &[&str]| {
        let tags: Vec<String> = tags.iter().map(|tag| (*tag).to_owned()).collect();
        desk.decide(Waiting { tags: &tags, ..Waiting::default() })
    };
    assert_eq!(lead(&["vip", "german"]).to, Some(2));
    assert_eq!(lead(&["vip"]).to, Some(1), "a tag that is no skill asks for nothing");
    let polish = lead(&["polish", "tax"]);
    assert_eq!(polish.to, None);
    assert_eq!(polish.skipped, [(SkipReason::LacksSkill, 1), (SkipReason::LacksSkill, 2)]);
}

#[test]
fn nobody_gets_back_what_was_theirs() {
    let members = vec![member(1, 1), member(2, 1)];
    let standings = HashMap::from([(1, None), (2, None)]);
    let habits = Habits { skills: Vec::new(), not_back: true };
    let mut desk = Desk::new(PoolStrategy::RoundRobin, members, 0, habits, standings);
    let decision = desk.decide(Waiting { previous_owner: Some(1), ..Waiting::default() });
    assert_eq!((decision.to, &decision.skipped[..]), (Some(2), &[(SkipReason::PreviousOwner, 1)][..]));
    let earlier = [Earlier { lead: 5, owner: 1 }];
    let both = desk.decide(Waiting { previous_owner: Some(1), earlier: &earlier, ..Waiting::default() });
    assert_eq!(both.to, Some(2));
}

#[test]
fn the_owner_of_an_earlier_lead_goes_first() {
    let mut full = member(1, 1);
    full.capacity = Some(0);
    let members = vec![full, member(2, 1), member(3, 1)];
    let standings: HashMap<i64, Standing> =
        HashMap::from([(1, None), (2, None), (3, None), (8, Some(SkipReason::Absent)), (9, None)]);
    let mut desk = Desk::new(PoolStrategy::RoundRobin, members, 0, Habits::default(), standings);
    let mut lead = |owners: &[i64]| {
        let earlier: Vec<Earlier> = owners.iter().map(|owner| Earlier { lead: owner * 10, owner: *owner }).collect();
        let Decision { to, why, .. } = desk.decide(Waiting { earlier: &earlier, ..Waiting::default() });
        (to, why)
    };
    assert_eq!(lead(&[3]), (Some(3), Why::Earlier(30)));
    assert_eq!(lead(&[9]), (Some(9), Why::Earlier(90)), "who is no member, too");
    assert_eq!(lead(&[8, 9]), (Some(9), Why::Earlier(90)), "but nobody who is away");
    assert_eq!(lead(&[1]), (Some(2), Why::Strategy), "nor a member who is full");
    assert_eq!(lead(&[77]), (Some(3), Why::Strategy), "nor a stranger");
    assert_eq!(desk.cursor, 2, "turns are those of the strategy");
    assert_eq!(desk.given_to_others, BTreeMap::from([(9, 2)]));
    assert_eq!(desk.members[2].given, 2);
}

#[test]
fn the_best_leads_go_to_those_who_win_most() {
    let conversion = |closed, bound| Some(Conversion { closed, rate: bound, bound });
    let mut members: Vec<Member> = (1..=4).map(|user| member(user, 1)).collect();
    members[0].conversion = conversion(100, 0.1);
    members[1].conversion = conversion(100, 0.3);
    members[2].conversion = conversion(29, 0.9);
    members[3].conversion = None;
    let mut desk = desk(PoolStrategy::Score, members);
    // 3 and 4 are newcomers. In the first round they come first; each fifth lead goes by rotation.
    let all = given(&mut desk, 40);
    assert_eq!(all[..4], [3, 4, 2, 1]);
    for user in 1..=4 {
        assert_eq!(all.iter().filter(|to| **to == user).count(), 10, "everyone gets as many: {all:?}");
    }
    // Newcomers are not always first, and not always last.
    let firsts: HashSet<i64> = all.chunks(4).map(|round| round[0]).collect();
    assert!(firsts.len() >= 3, "{all:?}");
    let place =
        |user: i64| -> usize { all.chunks(4).filter_map(|round| round.iter().position(|to| *to == user)).sum() };
    assert!(place(2) < place(1), "who wins more chooses earlier: {all:?}");
}

/// nginx's algorithm (ngx_http_upstream_get_peer), of which each server that is down is left out, with what this program adds: who is
/// down starts at 0 on coming back.
fn nginx(weights: &[i64], current: &mut [i64], is_down: &[bool]) -> Option<usize> {
    let mut total = 0;
    let mut best = None;
    for server in 0..weights.len() {
        if is_down[server] {
            current[server] = 0;
            continue;
        }
        current[server] += weights[server];
        total += weights[server];
        if best.is_none_or(|best: usize| current[server] > current[best]) {
            best = Some(server);
        }
    }
    current[best?] -= total;
    best
}

/// What happens between leads.
#[derive(Debug, Clone)]
enum Event {
    Lead,
    /// A member leaves or returns.
    Toggle(usize),
    /// A member has worked so many leads.
    Works(usize, i64),
    /// A run ends; the next one begins with what is stored.
    RunEnds,
    /// A day ends, too.
    DayEnds,
}

fn events() -> impl Strategy<Value = Vec<Event>> {
    let event = prop_oneof![
        12 => Just(Event::Lead),
        2 => (0..8_usize).prop_map(Event::Toggle),
        2 => (0..8_usize, 1..5_i64).prop_map(|(member, leads)| Event::Works(member, leads)),
        1 => Just(Event::RunEnds),
        1 => Just(Event::DayEnds),
    ];
    proptest::collection::vec(event, 1..400)
}

fn members() -> impl Strategy<Value = Vec<(i64, Option<i64>, Option<i64>)>> {
    let limit = || proptest::option::weighted(0.4, 0..12_i64);
    proptest::collection::vec((1..9_i64, limit(), limit()), 1..8)
}

proptest! {
    #[test]
    fn the_order_is_that_of_nginx(events in events(), said in members()) {
        let mut desk = desk(PoolStrategy::Weighted, said.iter().enumerate().map(|(place, (weight, capacity, limit))| {
            Member { capacity: *capacity, daily_limit: *limit, ..member(place as i64 + 1, *weight) }
        }).collect());
        let weights: Vec<i64> = said.iter().map(|(weight, ..)| *weight).collect();
        let (mut current, mut open, mut today) = (vec![0; weights.len()], vec![0; weights.len()], vec![0; weights.len()]);
        let mut has_left = vec![false; weights.len()];
        for event in events {
            match event {
                Event::Lead => {
                    let is_down: Vec<bool> = (0..weights.len()).map(|place| {
                        has_left[place]
                            || said[place].1.is_some_and(|capacity| open[place] >= capacity)
                            || said[place].2.is_some_and(|limit| today[place] >= limit)
                    }).collect();
                    let expected = nginx(&weights, &mut current, &is_down);
                    let decision = desk.decide(Waiting::default());
                    prop_assert_eq!(decision.to, expected.map(|place| place as i64 + 1));
                    if let Some(place) = expected {
                        open[place] += 1;
                        today[place] += 1;
                    }
                    let is_down_in_all = is_down.iter().filter(|down| **down).count();
                    prop_assert_eq!(decision.skipped.len(), is_down_in_all, "who is passed over is told");
                }
                Event::Toggle(place) if place < weights.len() => {
                    has_left[place] = !has_left[place];
                    desk.members[place].is_active = !has_left[place];
                }
                Event::Works(place, leads) if place < weights.len() => {
                    open[place] = (open[place] - leads).max(0);
                    desk.members[place].open = open[place];
                }
                Event::RunEnds | Event::DayEnds => {
                    if matches!(event, Event::DayEnds) {
                        today.fill(0);
                    }
                    // What is stored of a member, and what is counted anew.
                    let members = desk.members.iter().enumerate().map(|(place, stored)| Member {
                        user: stored.user,
                        weight: stored.weight,
                        current: stored.current,
                        capacity: stored.capacity,
                        daily_limit: stored.daily_limit,
                        is_active: stored.is_active,
                        open: open[place],
                        today: today[place],
                        ..Member::default()
                    }).collect();
                    let standings = (1..=weights.len() as i64).map(|user| (user, None)).collect();
                    desk = Desk::new(PoolStrategy::Weighted, members, desk.cursor, Habits::default(), standings);
                }
                Event::Toggle(_) | Event::Works(..) => {}
            }
            for member in &desk.members {
                let is_within = |held: i64, most: Option<i64>| most.is_none_or(|most| held <= most);
                prop_assert!(is_within(member.open, member.capacity), "capacity: {member:?}");
                prop_assert!(is_within(member.today, member.daily_limit), "daily limit: {member:?}");
            }
        }
    }

    #[test]
    fn two_members_stay_within_a_turn_of_their_weights(a in 1..50_i64, b in 1..50_i64, turns in 1..400_i64) {
        let mut places = [Place { weight: a, current: 0 }, Place { weight: b, current: 0 }];
        let mut taken = [0_i64; 2];
        for done in 1..=turns {
            let Some(index) = turn(&mut places, &[Part::Takes, Part::Takes]) else { panic!("nobody") };
            taken[index] += 1;
            // |taken - done * weight / sum| < 1, without fractions.
            for (count, weight) in taken.iter().zip([a, b]) {
                prop_assert!((count * (a + b) - done * weight).abs() < a + b, "{taken:?} after {done} of {a}:{b}");
            }
        }
    }

    #[test]
    fn whatever_the_strategy_nobody_is_overloaded(
        strategy in proptest::sample::select(PoolStrategy::ALL),
        said in members(),
        leads in 0..120_i64,
    ) {
        let mut desk = desk(strategy, said.iter().enumerate().map(|(place, (weight, capacity, limit))| Member {
            capacity: *capacity,
            daily_limit: *limit,
            territories: HashSet::from([place as i64 % 2]),
            ..member(place as i64 + 1, *weight)
        }).collect());
        let mut left = 0;
        for id in 0..leads {
            let before = desk.clone();
            let decision = desk.decide(Waiting { id, territory: Some(id % 2), ..Waiting::default() });
            match decision.to {
                Some(user) => {
                    let member = before.members.iter().find(|member| member.user == user).unwrap();
                    prop_assert_eq!(before.barred(member), None);
                    prop_assert!(decision.skipped.iter().all(|(_, skipped)| *skipped != user));
                }
                None => {
                    left += 1;
                    prop_assert_eq!(decision.skipped.len(), said.len(), "nobody is left only when everyone is passed over");
                }
            }
        }
        let given: i64 = desk.members.iter().map(|member| member.given).sum();
        prop_assert_eq!(given + left, leads, "every lead is accounted for");
        prop_assert_eq!(desk.cursor, given);
    }

    /// Two pools take turns; each user has open leads once, whichever pool gave them.
    #[test]
    fn pools_that_share_users_share_the_smallest_capacity(
        said in proptest::collection::vec((proptest::option::of(0..9_i64), proptest::option::of(0..9_i64)), 1..6),
        leads in proptest::collection::vec((0..2_usize, proptest::option::of(0..6_usize)), 0..80),
    ) {
        // A user is in the first pool, in the second or in both, by which capacities are said.
        let smallest = |user: usize| [said[user].0, said[user].1].into_iter().flatten().min();
        let mut open = vec![0_i64; said.len()];
        for (pool, owner) in leads {
            let is_member = |user: &usize| [said[*user].0, said[*user].1][pool].is_some();
            let members = (0..said.len()).filter(is_member).map(|user| Member {
                capacity: smallest(user),
                open: open[user],
                ..member(user as i64, 1)
            }).collect();
            let elsewhere = (0..said.len()).filter(|user| !is_member(user)).filter_map(|user| {
                Some((user as i64, Elsewhere { open: open[user], capacity: smallest(user)? }))
            }).collect();
            let standings = (0..said.len() as i64).map(|user| (user, None)).collect();
            let mut desk = Desk::new(PoolStrategy::RoundRobin, members, 0, Habits::default(), standings).heeding(elsewhere);
            let earlier: Vec<Earlier> = owner.iter().map(|owner| Earlier { lead: 1, owner: *owner as i64 }).collect();
            for id in 0..3 {
                if let Some(to) = desk.decide(Waiting { id, earlier: &earlier, ..Waiting::default() }).to {
                    open[to as usize] += 1;
                }
            }
            for (user, open) in open.iter().enumerate() {
                prop_assert!(smallest(user).is_none_or(|most| *open <= most), "{user}: {open} of {:?}", smallest(user));
            }
        }
    }

    #[test]
    fn ranked_turns_give_what_the_weights_say(weights in proptest::collection::vec(1..9_i64, 2..7), rounds in 1..12_i64) {
        let mut desk = desk(PoolStrategy::Score, weights.iter().enumerate().map(|(place, weight)| {
            let bound = (place as f64 * 0.37) % 1.0;
            Member { conversion: Some(Conversion { closed: 40, rate: bound, bound }), ..member(place as i64 + 1, *weight) }
        }).collect());
        let sum: i64 = weights.iter().sum();
        given(&mut desk, sum * rounds);
        for (member, weight) in desk.members.iter().zip(&weights) {
            // Who is last in the order waits for all others at most.
            let lag = (member.given - weight * rounds).abs();
            prop_assert!(lag <= weights.len() as i64, "{} of {} for weight {weight}", member.given, sum * rounds);
        }
    }
}
