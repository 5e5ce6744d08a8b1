//! The generator: whatever it is asked for, it keeps the contract and what it was asked to respect.

use proptest::prelude::*;
use workout_events::types::wod::{WodConstraints, WodGenerated, WodMovement, WodScheme};
use workout_events::{Event, UserId, WodId, WodRequestId, testing};

/// The very files of the coach.
#[path = "../../../examples/coach_service/wod/catalogue.rs"]
mod catalogue;
#[path = "../../../examples/coach_service/wod/chance.rs"]
mod chance;
#[path = "../../../examples/coach_service/wod/generate.rs"]
mod generate;

use catalogue::{CATALOGUE, Exercise, Measure};
use generate::{Wod, generate as make};

/// The largest seed of the contract.
const MOST: u64 = 9_007_199_254_740_991;

/// Constraints of the contract, with names that the catalogue knows among others.
fn constraints() -> impl Strategy<Value = Option<WodConstraints>> {
    let ids = prop::sample::subsequence(CATALOGUE.iter().map(|it| it.id.to_owned()).collect::<Vec<_>>(), 0..=80);
    let equipment: Vec<_> = CATALOGUE.iter().flat_map(|it| it.equipment).map(|it| (*it).to_owned()).collect();
    let equipment = prop::sample::subsequence(equipment, 0..=5);
    let known = (testing::part::<WodConstraints>(), ids, equipment).prop_map(|(any, ids, equipment)| {
        let mut constraints = any;
        constraints.excluded_exercises.truncate(20);
        constraints.excluded_exercises.extend(ids);
        constraints.equipment.truncate(20);
        constraints.equipment.extend(equipment);
        constraints
    });
    prop::option::of(known)
}

fn known(movement: &WodMovement) -> &'static Exercise {
    CATALOGUE.iter().find(|exercise| exercise.id == movement.exercise_id).expect("it is in the catalogue")
}

/// How long a movement takes once, from the catalogue and not from the generator.
fn seconds(movement: &WodMovement) -> u32 {
    match (known(movement).measure, movement.reps, movement.distance_m, movement.duration_s) {
        (_, None, None, Some(seconds)) => seconds,
        (Measure::Reps(each), Some(reps), None, None) => each * u32::from(reps),
        (Measure::Distance { metres, seconds }, None, Some(distance), None) => distance.div_ceil(metres) * seconds,
        other => panic!("{other:?}"),
    }
}

/// How long the whole of it takes at most.
fn total(wod: &Wod) -> u32 {
    let round: u32 = wod.movements.iter().map(seconds).sum();
    let (rounds, movements) = (wod.rounds.map_or(1, u32::from), u32::try_from(wod.movements.len()).unwrap());
    match wod.scheme {
        WodScheme::Emom => {
            assert!(wod.movements.iter().all(|movement| seconds(movement) < 60));
            rounds * movements * 60
        }
        WodScheme::Tabata => rounds * movements * 30,
        WodScheme::Strength => rounds * (round + 90 * movements),
        // Until the time is over, in which one round at least has to be possible.
        WodScheme::Amrap => round.max(wod.time_cap_s.unwrap()),
        _ => rounds * round,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn what_is_generated_keeps_the_contract_and_the_constraints(seed in 0..=MOST, constraints in constraints()) {
        let Ok(wod) = make(seed, constraints.as_ref(), CATALOGUE) else {
            // Only where nothing at all is left.
            let constraints = constraints.unwrap();
            let left = CATALOGUE.iter().any(|exercise| {
                !constraints.excluded_exercises.iter().any(|id| id == exercise.id)
                    && constraints.difficulty.is_none_or(|most| exercise.difficulty <= most)
                    && (constraints.equipment.is_empty()
                        || exercise.equipment.iter().all(|it| constraints.equipment.iter().any(|has| has == it)))
            });
            prop_assert!(!left);
            return Ok(());
        };
        prop_assert_eq!(make(seed, constraints.as_ref(), CATALOGUE), Ok(wod.clone()));

        let (id, request, user) = (WodId::generate(), WodRequestId::generate(), UserId::generate());
        let mut data = WodGenerated::new(id, request, user, wod.scheme, wod.movements.clone());
        (data.time_cap_s, data.rounds) = (wod.time_cap_s, wod.rounds);
        prop_assert!(Event::new("/tests", data).is_ok(), "{:?}", wod);

        let mut ids: Vec<_> = wod.movements.iter().map(|movement| &movement.exercise_id).collect();
        ids.sort_unstable();
        ids.dedup();
        prop_assert_eq!(ids.len(), wod.movements.len());
        let time = total(&wod);
        prop_assert!(wod.time_cap_s.is_none_or(|cap| time <= cap), "{} {:?}", time, wod);
        if let Some(constraints) = &constraints {
            prop_assert!(constraints.max_duration_s.is_none_or(|most| time <= most), "{} {:?}", time, wod);
            prop_assert!(constraints.max_duration_s.is_none_or(|most| wod.time_cap_s.is_none_or(|cap| cap <= most)));
            for exercise in wod.movements.iter().map(known) {
                prop_assert!(!constraints.excluded_exercises.iter().any(|id| id == exercise.id));
                prop_assert!(constraints.difficulty.is_none_or(|most| exercise.difficulty <= most));
                let has = |it: &&str| constraints.equipment.is_empty() || constraints.equipment.iter().any(|has| has == it);
                prop_assert!(exercise.equipment.iter().all(has));
            }
        }
    }
}

#[test]
fn other_seeds_give_other_workouts_of_every_scheme() {
    let wods: Vec<_> = (0..500).map(|seed| make(seed, None, CATALOGUE).unwrap()).collect();
    let mut schemes: Vec<_> = wods.iter().map(|wod| wod.scheme).collect();
    schemes.sort_unstable();
    schemes.dedup();
    assert_eq!(schemes.len(), 6);
    let different = wods.windows(2).filter(|pair| pair[0] != pair[1]).count();
    assert!(different > 490, "{different}");
    let used: std::collections::HashSet<_> =
        wods.iter().flat_map(|wod| &wod.movements).map(|it| &it.exercise_id).collect();
    assert!(used.len() > 100, "{}", used.len());
}
