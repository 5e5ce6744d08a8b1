//! What a workout of the day can be made of.

use workout_events::types::wod::WodDifficulty;

/// An exercise, as the generator knows it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Exercise {
    /// Its name for programs, a slug.
    pub(crate) id: &'static str,
    /// Its name for people.
    pub(crate) name: &'static str,
    /// Which muscles do the work together: a workout changes between them.
    pub(crate) pattern: Pattern,
    /// How hard it is to do at all.
    pub(crate) difficulty: WodDifficulty,
    /// What it is measured in.
    pub(crate) measure: Measure,
    /// All of it is needed.
    pub(crate) equipment: &'static [&'static str],
}

/// What an exercise is measured in, and how long a measure of it takes somebody who is not in a hurry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Measure {
    /// Repetitions, of so many seconds.
    Reps(u32),
    /// Metres: the shortest stretch that is worth while, and the seconds it takes.
    Distance { metres: u32, seconds: u32 },
    /// Time.
    Time,
}

/// Which muscles do the work together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pattern {
    Squat,
    Hinge,
    Lunge,
    Push,
    Press,
    Pull,
    Core,
    Carry,
    Jump,
    Engine,
}

impl Exercise {
    /// Whether it is lifted for load.
    pub(crate) fn is_loaded(&self) -> bool {
        let weights = ["barbell", "dumbbells", "kettlebell", "sandbag", "trap-bar"];
        matches!(self.measure, Measure::Reps(_)) && self.equipment.iter().any(|needed| weights.contains(needed))
    }
}

/// A line for each exercise: the names, the pattern, how hard it is, what it is measured in, what it needs.
macro_rules! catalogue {
    ($($id:literal $name:literal $pattern:ident $difficulty:ident $measure:expr, [$($needs:literal),*];)*) => {
        /// Every exercise there is, of our own choice.
        pub(crate) const CATALOGUE: &[Exercise] = &[$(Exercise {
            id: $id,
            name: $name,
            pattern: Pattern::$pattern,
            difficulty: WodDifficulty::$difficulty,
            measure: $measure,
            equipment: &[$($needs),*],
        }),*];
    };
}

const TIME: Measure = Measure::Time;

const fn reps(seconds: u32) -> Measure {
    Measure::Reps(seconds)
}

const fn stretch(metres: u32, seconds: u32) -> Measure {
    Measure::Distance { metres, seconds }
}

catalogue! {
    "air-squat" "Air squat" Squat Easy reps(2), [];
    "box-squat" "Squat to a box" Squat Easy reps(3), ["box"];
    "wall-sit" "Wall sit" Squat Easy TIME, [];
    "goblet-squat" "Goblet squat" Squat Easy reps(3), ["kettlebell"];
    "dumbbell-front-squat" "Dumbbell front squat" Squat Moderate reps(3), ["dumbbells"];
    "back-squat" "Back squat" Squat Moderate reps(4), ["barbell", "rack"];
    "front-squat" "Front squat" Squat Moderate reps(4), ["barbell"];
    "sandbag-squat" "Sandbag squat" Squat Moderate reps(4), ["sandbag"];
    "tempo-squat" "Squat, three seconds down" Squat Easy reps(5), [];
    "overhead-squat" "Overhead squat" Squat Hard reps(4), ["barbell"];
    "pistol-squat" "Squat on one leg" Squat Hard reps(4), [];
    "zercher-squat" "Zercher squat" Squat Hard reps(4), ["barbell"];

    "glute-bridge" "Glute bridge" Hinge Easy reps(2), [];
    "hip-hinge" "Good morning without weight" Hinge Easy reps(3), [];
    "single-leg-bridge" "Bridge on one leg" Hinge Easy reps(3), [];
    "superman-hold" "Superman hold" Hinge Easy TIME, [];
    "kettlebell-deadlift" "Kettlebell deadlift" Hinge Easy reps(3), ["kettlebell"];
    "kettlebell-swing" "Kettlebell swing" Hinge Moderate reps(2), ["kettlebell"];
    "deadlift" "Deadlift" Hinge Moderate reps(4), ["barbell"];
    "romanian-deadlift" "Romanian deadlift" Hinge Moderate reps(4), ["barbell"];
    "trap-bar-deadlift" "Trap bar deadlift" Hinge Moderate reps(4), ["trap-bar"];
    "sumo-deadlift" "Sumo deadlift" Hinge Moderate reps(4), ["barbell"];
    "dumbbell-snatch" "Dumbbell snatch, arms in turn" Hinge Moderate reps(3), ["dumbbells"];
    "power-clean" "Power clean" Hinge Hard reps(4), ["barbell"];
    "power-snatch" "Power snatch" Hinge Hard reps(4), ["barbell"];
    "sandbag-over-shoulder" "Sandbag over the shoulder" Hinge Hard reps(6), ["sandbag"];

    "reverse-lunge" "Reverse lunge" Lunge Easy reps(3), [];
    "step-up" "Step-up" Lunge Easy reps(3), ["box"];
    "side-lunge" "Side lunge" Lunge Easy reps(3), [];
    "curtsy-lunge" "Curtsy lunge" Lunge Easy reps(3), [];
    "walking-lunge" "Walking lunge" Lunge Easy stretch(10, 20), [];
    "split-squat" "Split squat" Lunge Moderate reps(3), [];
    "rear-foot-split-squat" "Split squat, rear foot on a bench" Lunge Moderate reps(3), ["bench"];
    "goblet-lunge" "Goblet lunge" Lunge Moderate reps(3), ["kettlebell"];
    "dumbbell-step-up" "Step-up with dumbbells" Lunge Moderate reps(4), ["box", "dumbbells"];
    "front-rack-lunge" "Front rack lunge" Lunge Hard reps(4), ["barbell"];
    "overhead-walking-lunge" "Overhead walking lunge" Lunge Hard stretch(10, 30), ["dumbbells"];
    "jumping-lunge" "Jumping lunge" Lunge Moderate reps(2), [];

    "wall-push-up" "Push-up against a wall" Push Easy reps(2), [];
    "knee-push-up" "Push-up on the knees" Push Easy reps(2), [];
    "incline-push-up" "Push-up, hands on a box" Push Easy reps(2), ["box"];
    "push-up" "Push-up" Push Moderate reps(2), [];
    "narrow-push-up" "Push-up, hands close together" Push Moderate reps(3), [];
    "bench-dip" "Dip on a bench" Push Easy reps(3), ["bench"];
    "dumbbell-bench-press" "Dumbbell bench press" Push Moderate reps(3), ["bench", "dumbbells"];
    "bench-press" "Bench press" Push Moderate reps(4), ["barbell", "bench", "rack"];
    "floor-press" "Floor press" Push Moderate reps(3), ["dumbbells"];
    "ring-push-up" "Push-up on rings" Push Hard reps(3), ["rings"];
    "ring-dip" "Dip on rings" Push Hard reps(4), ["rings"];
    "clapping-push-up" "Clapping push-up" Push Hard reps(3), [];

    "pike-push-up" "Pike push-up" Press Moderate reps(3), [];
    "band-press" "Overhead press against a band" Press Easy reps(3), ["band"];
    "dumbbell-press" "Dumbbell press" Press Easy reps(3), ["dumbbells"];
    "kettlebell-press" "Kettlebell press, arms in turn" Press Moderate reps(3), ["kettlebell"];
    "strict-press" "Strict press" Press Moderate reps(4), ["barbell"];
    "push-press" "Push press" Press Moderate reps(3), ["barbell"];
    "push-jerk" "Push jerk" Press Hard reps(4), ["barbell"];
    "dumbbell-thruster" "Dumbbell thruster" Press Moderate reps(3), ["dumbbells"];
    "thruster" "Thruster" Press Hard reps(4), ["barbell"];
    "wall-ball" "Wall ball" Press Moderate reps(3), ["medicine-ball"];
    "handstand-hold" "Handstand against a wall" Press Hard TIME, [];
    "handstand-push-up" "Handstand push-up" Press Hard reps(4), [];

    "band-pull-apart" "Band pull-apart" Pull Easy reps(2), ["band"];
    "band-row" "Row against a band" Pull Easy reps(3), ["band"];
    "ring-row" "Ring row" Pull Easy reps(3), ["rings"];
    "towel-row" "Row against a towel under the feet" Pull Easy reps(3), [];
    "prone-row" "Rowing in the air, on the belly" Pull Easy reps(3), [];
    "dead-hang" "Dead hang" Pull Easy TIME, ["pull-up-bar"];
    "dumbbell-row" "Dumbbell row, arms in turn" Pull Easy reps(3), ["dumbbells"];
    "barbell-row" "Barbell row" Pull Moderate reps(3), ["barbell"];
    "renegade-row" "Row in a plank" Pull Moderate reps(4), ["dumbbells"];
    "high-pull" "Kettlebell high pull" Pull Moderate reps(3), ["kettlebell"];
    "negative-pull-up" "Pull-up, only the way down" Pull Moderate reps(6), ["pull-up-bar"];
    "pull-up" "Pull-up" Pull Moderate reps(4), ["pull-up-bar"];
    "chin-up" "Chin-up" Pull Moderate reps(4), ["pull-up-bar"];
    "chest-to-bar" "Pull-up, chest to the bar" Pull Hard reps(4), ["pull-up-bar"];
    "muscle-up" "Muscle-up on rings" Pull Hard reps(8), ["rings"];
    "rope-climb" "Rope climb" Pull Hard reps(20), ["rope"];

    "plank" "Plank" Core Easy TIME, [];
    "side-plank" "Side plank, sides in turn" Core Easy TIME, [];
    "dead-bug" "Dead bug" Core Easy reps(4), [];
    "bird-dog" "Bird dog" Core Easy reps(4), [];
    "crunch" "Crunch" Core Easy reps(2), [];
    "sit-up" "Sit-up" Core Easy reps(3), [];
    "bicycle-crunch" "Bicycle crunch" Core Easy reps(2), [];
    "hollow-hold" "Hollow hold" Core Moderate TIME, [];
    "v-up" "V-up" Core Moderate reps(3), [];
    "russian-twist" "Twist with a medicine ball" Core Moderate reps(2), ["medicine-ball"];
    "mountain-climber" "Mountain climber" Core Moderate reps(1), [];
    "hanging-knee-raise" "Hanging knee raise" Core Moderate reps(3), ["pull-up-bar"];
    "toes-to-bar" "Toes to bar" Core Hard reps(3), ["pull-up-bar"];
    "l-sit" "L-sit" Core Hard TIME, [];
    "ab-wheel" "Roll-out with a wheel" Core Hard reps(5), ["ab-wheel"];

    "farmers-carry" "Farmer's carry" Carry Easy stretch(20, 20), ["dumbbells"];
    "suitcase-carry" "Suitcase carry, hands in turn" Carry Easy stretch(20, 20), ["kettlebell"];
    "overhead-carry" "Overhead carry" Carry Moderate stretch(20, 25), ["dumbbells"];
    "sandbag-carry" "Sandbag carry" Carry Moderate stretch(20, 25), ["sandbag"];
    "bear-crawl" "Bear crawl" Carry Moderate stretch(10, 20), [];
    "crab-walk" "Crab walk" Carry Easy stretch(10, 20), [];
    "sled-push" "Sled push" Carry Hard stretch(10, 20), ["sled"];

    "jumping-jack" "Jumping jack" Jump Easy reps(1), [];
    "squat-jump" "Squat jump" Jump Moderate reps(2), [];
    "broad-jump" "Broad jump" Jump Moderate reps(3), [];
    "skater-jump" "Skater jump" Jump Easy reps(2), [];
    "box-jump" "Box jump" Jump Moderate reps(3), ["box"];
    "box-jump-over" "Box jump over" Jump Hard reps(4), ["box"];
    "tuck-jump" "Tuck jump" Jump Hard reps(2), [];
    "single-under" "Rope skipping" Jump Easy reps(1), ["jump-rope"];
    "double-under" "Rope skipping, twice under a jump" Jump Hard reps(1), ["jump-rope"];

    "march-in-place" "Marching on the spot" Engine Easy TIME, [];
    "high-knees" "Running on the spot, knees high" Engine Easy TIME, [];
    "run" "Run" Engine Easy stretch(100, 40), [];
    "shuttle-run" "Shuttle run" Engine Moderate stretch(20, 10), [];
    "burpee" "Burpee" Engine Moderate reps(4), [];
    "burpee-over-bar" "Burpee over the bar" Engine Hard reps(6), ["barbell"];
    "devils-press" "Devil's press" Engine Hard reps(7), ["dumbbells"];
    "row-machine" "Rowing" Engine Easy stretch(100, 30), ["rower"];
    "ski-machine" "Skiing" Engine Moderate stretch(100, 30), ["ski-machine"];
    "bike-machine" "Cycling" Engine Easy stretch(250, 40), ["bike"];
    "swim" "Swim" Engine Moderate stretch(25, 45), ["pool"];
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn the_catalogue_has_more_than_a_hundred_exercises_of_which_none_is_there_twice() {
        let names: HashSet<_> = CATALOGUE.iter().map(|exercise| exercise.name).collect();
        let ids: HashSet<_> = CATALOGUE.iter().map(|exercise| exercise.id).collect();
        assert!(CATALOGUE.len() >= 100, "{}", CATALOGUE.len());
        assert_eq!((ids.len(), names.len()), (CATALOGUE.len(), CATALOGUE.len()));
    }

    #[test]
    fn of_each_pattern_there_is_something_easy_that_needs_nothing() {
        for pattern in CATALOGUE.iter().map(|exercise| exercise.pattern) {
            let easy = |exercise: &&Exercise| {
                exercise.pattern == pattern
                    && exercise.difficulty == WodDifficulty::Easy
                    && exercise.equipment.is_empty()
            };
            // To press over the head without any equipment is to stand on the hands.
            assert!(pattern == Pattern::Press || CATALOGUE.iter().any(|it| easy(&it)), "{pattern:?}");
        }
    }

    #[test]
    fn nothing_takes_longer_than_the_shortest_workout() {
        for exercise in CATALOGUE {
            let seconds = match exercise.measure {
                Measure::Reps(seconds) | Measure::Distance { seconds, .. } => seconds,
                Measure::Time => 1,
            };
            assert!((1..=45).contains(&seconds), "{exercise:?}");
        }
    }
}
