//! What was read can be written again, and the other way round.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use workout_events::{Event, WorkoutPerformed, testing};
use workout_import::{DistanceUnit, Format, Options, Units, WeightUnit};

use crate::files::{HEVY_KG, HEVY_LBS, STRONG_ANDROID, STRONG_IOS, options, workouts};

const AMERICAN: Units = Units { weight: WeightUnit::Lb, distance: DistanceUnit::Mi };

fn written(format: Format, units: Units, data: &[WorkoutPerformed]) -> String {
    let mut writer = format.writer(Vec::new(), units).unwrap();
    for workout in data {
        writer.write(workout).unwrap();
    }
    String::from_utf8(writer.into_inner()).unwrap()
}

#[test]
fn a_hevy_export_comes_back_byte_for_byte() {
    assert_eq!(written(Format::Hevy, Units::default(), &workouts(Format::Hevy, HEVY_KG)), HEVY_KG);
    let lbs = written(Format::Hevy, AMERICAN, &workouts(Format::Hevy, HEVY_LBS));
    assert_eq!(
        lbs.replace("28 Mar 2025, 17:29", "Mar 28, 2025, 5:29 PM")
            .replace("28 Mar 2025, 18:31", "Mar 28, 2025, 6:31 PM"),
        HEVY_LBS
    );
}

#[test]
fn a_strong_export_says_the_same_again() {
    for file in [STRONG_IOS, STRONG_ANDROID] {
        let data = workouts(Format::Strong, file);
        // Metres that are no miles are not miles again, but kilometres.
        let units =
            Units { weight: if file == STRONG_IOS { WeightUnit::Kg } else { WeightUnit::Lb }, ..Units::default() };
        let again = written(Format::Strong, units, &data);
        let back = Format::Strong.read(again.as_bytes(), &options().units(units)).unwrap();
        let back: Vec<_> = back.workouts.into_iter().map(|(_, data)| data).collect();
        let plain = |mut data: Vec<WorkoutPerformed>| {
            // A comma became a point, and metres kilometres.
            data.iter_mut()
                .flat_map(|data| &mut data.exercises)
                .flat_map(|one| &mut one.sets)
                .for_each(|set| set.entered = None);
            data
        };
        assert_eq!(plain(back), plain(data), "{again}");
    }
}

#[test]
fn what_a_spreadsheet_would_compute_is_a_text() {
    let mut data = workouts(Format::Hevy, HEVY_LBS).remove(0);
    data.title = Some("=1+1".to_owned());
    data.notes = Some("@home, \"quoted\"".to_owned());
    data.exercises[0].name = "+Squat".to_owned();
    for format in [Format::Hevy, Format::Strong] {
        let file = written(format, Units::default(), std::slice::from_ref(&data));
        assert!(
            file.contains("\"'=1+1\"") && file.contains("\"'@home, \"\"quoted\"\"\"") && file.contains("\"'+Squat\""),
            "{file}"
        );
        let back = workouts(format, &file).remove(0);
        assert_eq!(
            (&back.title, &back.notes, &back.exercises[0].name),
            (&data.title, &data.notes, &data.exercises[0].name)
        );
    }
}

#[test]
fn a_workout_without_exercises_is_one_exercise() {
    let mut data = workouts(Format::Hevy, HEVY_KG).remove(1);
    data.exercises.clear();
    let back = Format::Hevy.carried(&data, &options()).unwrap();
    assert_eq!((back.activity_type, back.distance_m), (data.activity_type, data.distance_m));
    assert_eq!(back.exercises[0].sets[0].duration_ms, Some(2_400_000));
}

/// What came back once comes back as it is, and is the same file again.
fn settles(format: Format, units: Units, data: &WorkoutPerformed) -> Result<(), TestCaseError> {
    let options = Options::new(data.user_id, data.time_zone).units(units);
    let Some(once) = format.carried(data, &options) else {
        let file = written(format, units, std::slice::from_ref(data));
        let rejected = format.read(file.as_bytes(), &options).unwrap().rejected;
        // A workout of 24 hours may be longer by the minutes that the format rounds, or by what the clocks were changed.
        let reason = rejected[0].reason.to_string();
        prop_assert!(reason.contains("span_too_long") || reason.contains("clocks were put forward"), "{}", reason);
        return Ok(());
    };
    let again = format.carried(&once, &options);
    prop_assert_eq!(again.as_ref(), Some(&once));
    let file = written(format, units, std::slice::from_ref(&once));
    let back = format.read(file.as_bytes(), &options).unwrap().workouts.remove(0).1;
    prop_assert_eq!(written(format, units, &[back]), file);
    Ok(())
}

/// Cells that files have, and cells that they should not have.
const CELLS: [&str; 34] = [
    "",
    " ",
    "0",
    "-0",
    "1",
    "-20",
    "12.5",
    "12,5",
    "1,000",
    "99999999999999999999999999",
    "1e9",
    "0.00000000000000000000001",
    "A",
    "=A",
    "'=A",
    "W",
    "Rest Timer",
    "Note",
    "normal",
    "warmup",
    "kg",
    "mi",
    "Running",
    "Приседания",
    "a\nb",
    "\u{202e}",
    "\0",
    "28 Mar 2025, 17:29",
    "28 Mar 2025, 18:29",
    "2025-03-30 02:30:00",
    "26 Oct 2025, 02:30",
    "0000-01-01 00:00",
    "9999-12-31 23:59",
    "1h 5m",
];

const COLUMNS: [&str; 26] = [
    "title",
    "start_time",
    "end_time",
    "description",
    "exercise_title",
    "superset_id",
    "exercise_notes",
    "set_index",
    "set_type",
    "weight_lbs",
    "reps",
    "distance_km",
    "duration_seconds",
    "rpe",
    "Date",
    "Workout Name",
    "Duration",
    "Exercise Name",
    "Set Order",
    "Weight",
    "Weight Unit",
    "Distance",
    "Distance Unit",
    "Seconds",
    "Notes",
    "Workout Notes",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn any_workout_settles(data in testing::data::<WorkoutPerformed>()) {
        for format in [Format::Hevy, Format::Strong] {
            for units in [Units::default(), AMERICAN] {
                settles(format, units, &data)?;
            }
        }
    }

    /// Nothing panics, and what is taken is an event that anybody can read.
    #[test]
    fn any_cells_are_taken_or_rejected(
        rows in vec(vec(prop_oneof![8 => Just(""), 1 => select(&CELLS[..])], COLUMNS.len()), 1..8),
        day in prop_oneof![Just("28 Mar 2025, 17:29"), Just("2025-03-28 17:29")],
        tail in vec(any::<u8>(), 0..40),
    ) {
        let quoted = |cells: &[&str]| cells.iter().map(|cell| format!("\"{cell}\"")).collect::<Vec<_>>().join(",");
        let mut file = quoted(&COLUMNS);
        for mut row in rows {
            // Else nearly every row is no workout at all.
            (row[1], row[14]) = (day, day);
            for (place, usual) in [(4, "A"), (10, "5"), (17, "A"), (18, "1")] {
                row[place] = if row[place].is_empty() { usual } else { row[place] };
            }
            file = format!("{file}\n{}", quoted(&row));
        }
        let file = [file.as_bytes(), b"\n", &tail].concat();
        for format in [Format::Hevy, Format::Strong] {
            let imported = format.read(&*file, &options()).unwrap();
            prop_assert!(imported.workouts.len() + imported.rejected.len() > 0);
            for (_, data) in imported.workouts {
                let event = Event::new("/test", data).unwrap();
                prop_assert_eq!(Event::decode(&event.encode()).unwrap(), event);
            }
        }
    }
}
