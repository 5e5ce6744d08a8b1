//! A workout of the day, made of nothing but a seed, what it must respect, and the catalogue.

use workout_events::types::wod::{WodConstraints, WodMovement, WodScheme};

use super::catalogue::{Exercise, Measure};
use super::chance::Chance;

/// How long a workout takes that may take as long as it wants.
const LONGEST_S: u32 = 30 * 60;

/// How long it takes at least, where there is so much time.
const SHORTEST_S: u32 = 8 * 60;

const MINUTE_S: u32 = 60;

/// Four minutes of twenty seconds of work and ten of rest.
const TABATA_S: u32 = 8 * 30;

/// The rest after a set that is lifted for load.
const REST_S: u32 = 90;

/// A workout before anybody owns it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Wod {
    pub(crate) scheme: WodScheme,
    pub(crate) time_cap_s: Option<u32>,
    pub(crate) rounds: Option<u16>,
    pub(crate) movements: Vec<WodMovement>,
}

/// No exercise is left that would respect the constraints.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct NothingFits;

/// The workout that follows from these: the same ones give the same workout, wherever and whenever.
pub(crate) fn generate(
    seed: u64,
    constraints: Option<&WodConstraints>,
    catalogue: &[Exercise],
) -> Result<Wod, NothingFits> {
    let mut chance = Chance::new(seed);
    let mut allowed: Vec<_> = catalogue.iter().filter(|exercise| is_allowed(exercise, constraints)).collect();
    chance.shuffle(&mut allowed);
    let longest = constraints.and_then(|it| it.max_duration_s).unwrap_or(LONGEST_S) / MINUTE_S;
    let most = longest.min(LONGEST_S / MINUTE_S);
    let time = MINUTE_S * chance.between(most.min(SHORTEST_S / MINUTE_S), most);

    let mut schemes = [
        WodScheme::ForTime,
        WodScheme::Amrap,
        WodScheme::Emom,
        WodScheme::Tabata,
        WodScheme::Strength,
        WodScheme::Rounds,
    ];
    chance.shuffle(&mut schemes);
    let arranged = schemes.into_iter().find_map(|scheme| arrange(scheme, time, &allowed, &mut chance));
    // With one exercise and a minute there is always something to do.
    arranged.or_else(|| in_rounds(WodScheme::Rounds, time, 1, 1, &allowed)).ok_or(NothingFits)
}

/// What nobody has, wants, or is up to is left out. Names that the catalogue does not know forbid and permit nothing.
fn is_allowed(exercise: &Exercise, constraints: Option<&WodConstraints>) -> bool {
    let Some(constraints) = constraints else { return true };
    let at_hand =
        |needed: &&str| constraints.equipment.is_empty() || constraints.equipment.iter().any(|it| it == needed);
    exercise.equipment.iter().all(at_hand)
        && !constraints.excluded_exercises.iter().any(|excluded| excluded == exercise.id)
        && constraints.difficulty.is_none_or(|hardest| exercise.difficulty <= hardest)
}

/// A workout of this scheme, if it can be had from these within so many seconds.
fn arrange(scheme: WodScheme, time: u32, allowed: &[&Exercise], chance: &mut Chance) -> Option<Wod> {
    match scheme {
        WodScheme::ForTime => in_rounds(scheme, time, chance.between(1, 5), chance.between(2, 5), allowed),
        WodScheme::Amrap => as_many_rounds(time, chance.between(2, 4), allowed),
        WodScheme::Emom => every_minute(time, chance.between(1, 4), allowed),
        WodScheme::Tabata => tabata(time, chance.between(1, 4), allowed),
        WodScheme::Strength => strength(time, chance, allowed),
        WodScheme::Rounds => in_rounds(scheme, time, chance.between(2, 5), chance.between(2, 4), allowed),
        _ => None,
    }
}

/// Rounds of some exercises, which take nine tenths of the time: somebody has to change over, and to breathe.
fn in_rounds(scheme: WodScheme, time: u32, rounds: u32, movements: u32, allowed: &[&Exercise]) -> Option<Wod> {
    let each = time * 9 / 10 / rounds / movements;
    let time_cap_s = (scheme == WodScheme::ForTime).then_some(time);
    let movements = portions(movements, each, allowed)?;
    Some(Wod { scheme, time_cap_s, rounds: u16::try_from(rounds).ok(), movements })
}

/// A round takes about a fifth of the time.
fn as_many_rounds(time: u32, movements: u32, allowed: &[&Exercise]) -> Option<Wod> {
    let round = (time / 5).clamp(MINUTE_S, 5 * MINUTE_S);
    let movements = portions(movements, round / movements, allowed)?;
    Some(Wod { scheme: WodScheme::Amrap, time_cap_s: Some(time), rounds: None, movements })
}

/// An exercise each minute, which leaves a third of it for rest.
fn every_minute(time: u32, movements: u32, allowed: &[&Exercise]) -> Option<Wod> {
    let minutes = time / MINUTE_S;
    let movements = portions(movements.min(minutes), MINUTE_S * 2 / 3, allowed)?;
    let together = u32::try_from(movements.len()).ok()?;
    let rounds = minutes / together;
    let time_cap_s = Some(rounds * together * MINUTE_S);
    Some(Wod { scheme: WodScheme::Emom, time_cap_s, rounds: u16::try_from(rounds).ok(), movements })
}

/// Whatever can be done on the spot, as often as it goes.
fn tabata(time: u32, movements: u32, allowed: &[&Exercise]) -> Option<Wod> {
    let on_the_spot = |exercise: &&&Exercise| !matches!(exercise.measure, Measure::Distance { .. });
    let allowed: Vec<_> = allowed.iter().filter(on_the_spot).copied().collect();
    let chosen = choose(movements.min(time / TABATA_S), &allowed)?;
    let time_cap_s = Some(TABATA_S * u32::try_from(chosen.len()).ok()?);
    let movements = chosen.into_iter().map(|exercise| named(exercise).duration_s(20)).collect();
    Some(Wod { scheme: WodScheme::Tabata, time_cap_s, rounds: Some(8), movements })
}

/// Sets of few repetitions, each with its rest.
fn strength(time: u32, chance: &mut Chance, allowed: &[&Exercise]) -> Option<Wod> {
    let (sets, reps) = (chance.between(3, 5), chance.between(3, 8));
    let allowed: Vec<_> = allowed.iter().filter(|exercise| exercise.is_loaded()).copied().collect();
    let set = |exercise: &Exercise| match exercise.measure {
        Measure::Reps(seconds) => sets * (reps * seconds + REST_S),
        Measure::Distance { .. } | Measure::Time => u32::MAX,
    };
    let mut left = time;
    let mut chosen = choose(chance.between(1, 3), &allowed)?;
    chosen.retain(|exercise| match left.checked_sub(set(exercise)) {
        Some(rest) => {
            left = rest;
            true
        }
        None => false,
    });
    let reps = u16::try_from(reps).ok()?;
    let movements: Vec<_> = chosen.into_iter().map(|exercise| named(exercise).reps(reps)).collect();
    let rounds = u16::try_from(sets).ok();
    (!movements.is_empty()).then_some(Wod { scheme: WodScheme::Strength, time_cap_s: Some(time), rounds, movements })
}

/// So many exercises, each of which takes at most so many seconds.
fn portions(movements: u32, seconds: u32, allowed: &[&Exercise]) -> Option<Vec<WodMovement>> {
    let short: Vec<_> = allowed.iter().filter(|exercise| portion(exercise, seconds).is_some()).copied().collect();
    choose(movements, &short)?.into_iter().map(|exercise| portion(exercise, seconds)).collect()
}

/// As many of these as asked for, or as there are; of another pattern each, as far as that goes.
fn choose<'c>(movements: u32, allowed: &[&'c Exercise]) -> Option<Vec<&'c Exercise>> {
    let wanted = usize::try_from(movements).ok()?;
    let mut chosen: Vec<&Exercise> = Vec::new();
    for exercise in allowed {
        if chosen.len() < wanted && chosen.iter().all(|other| other.pattern != exercise.pattern) {
            chosen.push(exercise);
        }
    }
    for exercise in allowed {
        if chosen.len() < wanted && chosen.iter().all(|other| other.id != exercise.id) {
            chosen.push(exercise);
        }
    }
    (!chosen.is_empty()).then_some(chosen)
}

/// As much of an exercise as takes at most so many seconds, in a number that somebody can keep in mind.
fn portion(exercise: &Exercise, seconds: u32) -> Option<WodMovement> {
    match exercise.measure {
        Measure::Reps(each) => {
            let reps = u16::try_from((seconds / each).min(60)).ok()?;
            let round = if reps > 10 { reps - reps % 5 } else { reps };
            (round > 0).then(|| named(exercise).reps(round))
        }
        Measure::Distance { metres, seconds: each } => {
            let stretches = (seconds / each).min(20);
            (stretches > 0).then(|| named(exercise).distance_m(stretches * metres))
        }
        Measure::Time => {
            let held = (seconds - seconds % 5).min(90);
            (held >= 10).then(|| named(exercise).duration_s(held))
        }
    }
}

fn named(exercise: &Exercise) -> WodMovement {
    WodMovement::new(exercise.id, exercise.name)
}
