//! What a Hevy export says.

use workout_events::{ActivityType, EnteredUnit, LoadMode, SetKind};
use workout_import::{Format, workout_id};

use crate::files::{HEVY_KG, HEVY_LBS, measures, options, read, workouts};

#[test]
fn rows_of_one_title_and_start_are_one_workout() {
    let [push, run, squats] = workouts(Format::Hevy, HEVY_KG).try_into().unwrap();
    assert_eq!(push.title.as_deref(), Some("Push 💪"));
    assert_eq!(push.started_at.to_string(), "2025-03-28T17:29:00+01:00");
    assert_eq!(push.ended_at.to_string(), "2025-03-28T18:31:00+01:00");
    assert_eq!(
        push.notes.as_deref(),
        Some("Slept well.\n\"Light\" day\n[1. Bench Press (Barbell)] elbows in\n[4. Push Up] - slow")
    );
    let names: Vec<_> = push.exercises.iter().map(|exercise| exercise.exercise_id.as_str()).collect();
    assert_eq!(names, ["bench-press-barbell", "triceps-dip-assisted", "pull-up-weighted", "push-up", "plank"]);
    assert_eq!(push.exercises[1].superset_id.as_deref(), Some("0"));
    let bench = &push.exercises[0].sets;
    assert_eq!(bench.iter().map(|set| set.index).collect::<Vec<_>>(), [0, 1, 2, 3]);
    let kinds: Vec<_> = bench.iter().map(|set| set.kind).collect();
    assert_eq!(kinds, [SetKind::Warmup, SetKind::Normal, SetKind::Normal, SetKind::Dropset]);
    assert_eq!(measures(&bench[1]), (Some(8), Some(82_500), None, None));
    assert_eq!(bench[1].rpe_x10, Some(85));
    let entered: Vec<_> = bench.iter().map(|set| set.entered.as_ref().unwrap().value.as_str()).collect();
    assert_eq!(entered, ["40", "82.5", "82.50", "60"], "as the person typed it");
    assert_eq!(measures(&push.exercises[4].sets[0]), (None, None, None, Some(90_500)));

    // Over midnight, in the night in which the clocks are put forward.
    assert_eq!(run.ended_at.to_string(), "2025-03-30T00:20:00+01:00");
    assert_eq!((run.activity_type, run.distance_m, run.duration_s()), (ActivityType::Running, Some(7_250), 2_400));

    assert_eq!((&squats.title, squats.exercises.len()), (&None, 1));
    let sets = &squats.exercises[0].sets;
    assert_eq!(sets.len(), 3, "equal rows are sets");
    assert_eq!(measures(&sets[2]), (Some(5), None, None, None), "nothing on the bar is no load");
    assert_eq!(sets[2].entered.as_ref().unwrap().value, "0");
    assert_eq!(squats.duration_s(), 1, "begun and ended within a minute");
}

#[test]
fn the_title_says_what_a_load_does() {
    let push = &workouts(Format::Hevy, HEVY_KG)[0];
    let modes: Vec<_> = push.exercises.iter().map(|exercise| exercise.sets[0].load_mode).collect();
    assert_eq!(modes, [None, Some(LoadMode::Assisted), Some(LoadMode::Added), None, None]);
}

#[test]
fn pounds_and_miles_become_grams_and_metres() {
    let legs = workouts(Format::Hevy, HEVY_LBS).remove(0);
    assert_eq!(legs.started_at.to_string(), "2025-03-28T17:29:00+01:00");
    let sets: Vec<_> = legs.exercises.iter().map(|exercise| &exercise.sets[0]).collect();
    assert_eq!(measures(sets[0]), (Some(5), Some(102_058), None, None));
    assert_eq!(measures(sets[1]), (None, Some(22_680), Some(80), Some(45_000)));
    assert_eq!(measures(sets[2]), (None, None, Some(2_060), Some(600_000)));
    assert_eq!(sets[0].entered.as_ref().unwrap().unit, EnteredUnit::Lb);
    assert_eq!(sets[2].entered.as_ref().unwrap().value, "1.28");
}

#[test]
fn the_same_file_gives_the_same_workouts() {
    assert_eq!(read(Format::Hevy, HEVY_KG), read(Format::Hevy, HEVY_KG));
    let push = &workouts(Format::Hevy, HEVY_KG)[0];
    let external = push.source.external_id.as_deref().unwrap();
    assert!(external.starts_with("2025-03-28T17:29:00/") && !external.contains("Push"), "{external}");
    assert_eq!(push.workout_id, workout_id(push.user_id, "hevy", external));
    // Rows that a spreadsheet has sorted are the same workouts.
    let mut rows: Vec<_> = HEVY_LBS.lines().skip(1).collect();
    let other = rows[0].replace("Legs", "Arms");
    rows.insert(1, &other);
    let sorted = [HEVY_LBS.lines().next().unwrap(), &rows.join("\n")].join("\n");
    assert_eq!(workouts(Format::Hevy, &sorted)[0], workouts(Format::Hevy, HEVY_LBS)[0]);
    // Of another person they are others.
    let other = workout_import::Options::new(workout_events::UserId::generate(), "Europe/Berlin".parse().unwrap());
    let others = Format::Hevy.read(HEVY_KG.as_bytes(), &other).unwrap().workouts;
    assert_ne!(others[0].1.workout_id, push.workout_id);
    assert_ne!(other, options());
}

#[test]
fn an_exercise_that_comes_twice_is_two_with_sets_of_their_own() {
    let head = HEVY_KG.lines().next().unwrap();
    let row = |index, reps| {
        format!(
            "\"A\",\"3 Apr 2025, 06:00\",\"3 Apr 2025, 07:00\",\"\",\"Squat\",,\"\",{index},\"normal\",100,{reps},,,"
        )
    };
    let file = [head.to_owned(), row(0, 1), row(1, 2), row(0, 3), row(1, 4)].join("\r\n");
    let exercises = &workouts(Format::Hevy, &file)[0].exercises;
    let reps: Vec<Vec<_>> =
        exercises.iter().map(|one| one.sets.iter().map(|set| set.reps.unwrap()).collect()).collect();
    assert_eq!(reps, [[1, 2], [3, 4]]);
}
