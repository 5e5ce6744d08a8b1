//! Days with a barbell: more on it over the months, less in every fourth week.

use workout_events::{Exercise, LoadMode, Set, SetKind};

use super::chance::Chance;

/// An exercise: what it is called, where its load begins, and how much is gained in the end. Grams.
struct Lift {
    id: &'static str,
    name: &'static str,
    from_g: u32,
    gain_g: u32,
    reps: u16,
    sets: u16,
}

const SQUAT_DAY: [Lift; 4] = [
    Lift { id: "back-squat", name: "Back squat", from_g: 60_000, gain_g: 95_000, reps: 5, sets: 4 },
    Lift { id: "bench-press", name: "Bench press", from_g: 45_000, gain_g: 60_000, reps: 5, sets: 4 },
    Lift { id: "barbell-row", name: "Barbell row", from_g: 40_000, gain_g: 50_000, reps: 8, sets: 3 },
    Lift { id: "leg-curl", name: "Leg curl", from_g: 25_000, gain_g: 30_000, reps: 12, sets: 3 },
];

const PULL_DAY: [Lift; 3] = [
    Lift { id: "deadlift", name: "Deadlift", from_g: 80_000, gain_g: 115_000, reps: 5, sets: 3 },
    Lift { id: "overhead-press", name: "Overhead press", from_g: 30_000, gain_g: 35_000, reps: 6, sets: 4 },
    Lift { id: "hip-thrust", name: "Hip thrust", from_g: 60_000, gain_g: 90_000, reps: 8, sets: 3 },
];

pub(super) fn squat_day(week: u32, chance: &mut Chance) -> Vec<Exercise> {
    SQUAT_DAY.iter().map(|lift| lift.on(week, chance)).collect()
}

pub(super) fn pull_day(week: u32, chance: &mut Chance) -> Vec<Exercise> {
    let mut exercises: Vec<_> = PULL_DAY.iter().map(|lift| lift.on(week, chance)).collect();
    exercises.push(pull_ups(week, chance));
    exercises
}

/// What is gained in so many weeks: half of all there is in the first year and a half.
fn gained(gain: u32, week: u32) -> u32 {
    gain * week / (week + 78)
}

impl Lift {
    fn on(&self, week: u32, chance: &mut Chance) -> Exercise {
        let is_easy_week = week % 4 == 3;
        let full = self.from_g + gained(self.gain_g, week);
        let wanted = if is_easy_week { full / 100 * 88 } else { full + chance.between(0, 4) * 1_000 };
        // To the next plate of 1.25 kg on each side.
        let load = wanted / 2_500 * 2_500;
        let mut sets = vec![set(0, SetKind::Warmup, 8, load / 2 / 2_500 * 2_500)];
        for index in 1..=self.sets {
            let tired = u16::from(index > 2 && chance.percent(30));
            sets.push(set(index, SetKind::Normal, self.reps - tired, load));
        }
        if chance.percent(8) {
            sets.push(set(self.sets + 1, SetKind::Failure, self.reps + 2, load / 100 * 80 / 2_500 * 2_500));
        }
        Exercise::new(self.id, self.name).sets(sets)
    }
}

/// With a rubber band that helps, until none is needed.
fn pull_ups(week: u32, chance: &mut Chance) -> Exercise {
    let help = 30_000_u32.saturating_sub(week * 600) / 5_000 * 5_000;
    let sets = (0..3).map(|index| {
        let mut set = set(index, SetKind::Normal, u16::try_from(chance.between(5, 8)).unwrap_or(5), help);
        set.load_mode = (help > 0).then_some(LoadMode::Assisted);
        set.load_g = set.load_g.filter(|help| *help > 0);
        set
    });
    Exercise::new("pull-up", "Pull-up").sets(sets.collect::<Vec<_>>())
}

fn set(index: u16, kind: SetKind, reps: u16, load_g: u32) -> Set {
    let mut set = Set::new(index, kind);
    (set.reps, set.load_g) = (Some(reps), Some(load_g));
    if kind != SetKind::Warmup {
        set.rest_s = Some(150);
    }
    set
}
