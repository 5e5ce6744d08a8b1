//! What a Strong export says.

use workout_events::{ActivityType, EnteredUnit, SetKind};
use workout_import::{DistanceUnit, Format, Units, WeightUnit};

use crate::files::{STRONG_ANDROID, STRONG_IOS, measures, options, workouts};

#[test]
fn zeros_are_what_nobody_entered() {
    let [evening, run] = workouts(Format::Strong, STRONG_IOS).try_into().unwrap();
    assert_eq!(evening.started_at.to_string(), "2025-07-23T19:16:49+02:00");
    assert_eq!(evening.duration_s(), 3_900);
    assert_eq!(evening.notes.as_deref(), Some("Hot day\n[1. Squat (Barbell)] deep"));
    let sets: Vec<_> = evening.exercises.iter().flat_map(|exercise| &exercise.sets).map(measures).collect();
    assert_eq!(
        sets,
        [
            (Some(10), Some(40_000), None, None),
            (Some(5), Some(100_000), None, None),
            (Some(5), Some(100_000), None, None),
            (Some(12), None, None, None),
            (None, None, None, Some(60_000)),
        ]
    );
    assert_eq!(evening.exercises[0].sets[0].kind, SetKind::Warmup);
    assert_eq!(evening.exercises[0].sets[1].entered.as_ref().unwrap().value, "100.0");
    assert_eq!((run.activity_type, run.distance_m), (ActivityType::Running, Some(5_200)));
}

#[test]
fn the_export_of_android_names_its_units() {
    let push = workouts(Format::Strong, STRONG_ANDROID).remove(0);
    assert_eq!((push.title.as_deref(), push.duration_s()), (Some("Push; day"), 3_600));
    let sets: Vec<_> = push.exercises.iter().flat_map(|exercise| &exercise.sets).collect();
    assert_eq!(measures(sets[1]), (Some(8), Some(73_709), None, None));
    let entered = sets[1].entered.as_ref().unwrap();
    assert_eq!((entered.value.as_str(), entered.unit, sets[1].rpe_x10), ("162,5", EnteredUnit::Lb, Some(85)));
    assert_eq!(sets[1].rest_s, Some(120));
    let kinds: Vec<_> = sets.iter().map(|set| set.kind).collect();
    assert_eq!(kinds, [SetKind::Warmup, SetKind::Normal, SetKind::Dropset, SetKind::Failure, SetKind::Normal]);
    assert_eq!(measures(sets[4]), (None, None, Some(1_500), Some(360_000)));
}

#[test]
fn units_that_a_file_does_not_name_are_those_of_the_options() {
    let units = Units { weight: WeightUnit::Lb, distance: DistanceUnit::Mi };
    let imported = Format::Strong.read(STRONG_IOS.as_bytes(), &options().units(units)).unwrap();
    let sets = |place: usize| &imported.workouts[place].1.exercises[0].sets;
    assert_eq!(sets(0)[1].load_g, Some(45_359));
    assert_eq!(sets(1)[0].distance_m, Some(8_369));
    // Those that it names are not.
    let imported = Format::Strong.read(STRONG_ANDROID.as_bytes(), &options().units(units)).unwrap();
    assert_eq!(imported.workouts[0].1, workouts(Format::Strong, STRONG_ANDROID)[0]);
}

#[test]
fn a_workout_of_unknown_length_lasted_as_long_as_its_sets() {
    let head = "Date;Workout Name;Exercise Name;Set Order;Weight;Weight Unit;Reps;RPE;Distance;Distance Unit;Seconds";
    let file = format!(
        "{head}\n2019-01-11 12:31:54;Leg;Plank;1;;;;;;;90\n2019-01-11 12:31:54;Leg;Run;1;;;;;1,5;mi;600\n\
         2019-01-12 12:31:54;Leg;Deadlift (Barbell);1;20;kg;5;;;;0\n"
    );
    let found = workouts(Format::Strong, &file);
    assert_eq!(found.iter().map(workout_events::WorkoutPerformed::duration_s).collect::<Vec<_>>(), [690, 1]);
    assert_eq!(found[0].exercises[1].sets[0].distance_m, Some(2_414));
}

#[test]
fn an_hour_that_came_twice_is_measured_by_its_duration() {
    let head = STRONG_IOS.lines().next().unwrap();
    let file = format!("{head}\n2025-10-26 01:30:00,\"Night\",1h 30m,\"Squat\",1,100,5,0,0,\"\",\"\",\n");
    let night = workouts(Format::Strong, &file).remove(0);
    assert_eq!(night.ended_at.timestamp().to_string(), "2025-10-26T01:00:00Z");
    assert_eq!(night.duration_s(), 5_400);
}
