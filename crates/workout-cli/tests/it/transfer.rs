//! `workout export`, and what becomes of it when it is imported or published.

use std::fs;

use stats_store::{Day, Fact, Figures, StatsReader, StatsStore};
use workout_events::types::user::{Units, UserPreferencesChanged, UserVisibilityChanged, WeekStart};
use workout_events::{ActivityType, Event, Source, UserId, WorkoutId, WorkoutPerformed, jiff};

use crate::command::{Run, command, feed};
use crate::import::{Place, check};
use crate::site::Site;

const HEVY: &str = include_str!("../../../workout-import/tests/it/samples/hevy_kg.csv");
const STRONG: &str = include_str!("../../../workout-import/tests/it/samples/strong_ios.csv");

/// A person who used Hevy, then Strong, and then an app of our own; whose days begin at 4 o'clock.
async fn moved_twice() -> Place {
    let place = Place::new();
    check(&place.import("hevy", ["--store", &place.url()], HEVY), 0, [3, 0, 0, 0]);
    check(&place.import("strong", ["--store", &place.url()], STRONG), 0, [2, 0, 0, 0]);
    let started: jiff::Zoned = "2026-03-28T02:00:30[America/New_York]".parse().unwrap();
    let ended = &started + jiff::ToSpan::minutes(45);
    let (workout, user, source) = (WorkoutId::generate(), place.user, Source::new("app"));
    let run = WorkoutPerformed::new(workout, user, source, ActivityType::TrailRunning, &started, &ended);
    let run = run.distance_m(9_000).energy_kcal(600).avg_hr(150).title("=dawn".to_owned());
    let wishes =
        UserPreferencesChanged::new(user).day_start_hour(4).week_start(WeekStart::Sunday).units(Units::Imperial);
    let shown = UserVisibilityChanged::new(user).leaderboard(true);
    let facts = [
        Fact::from(&Event::new("/app", run).unwrap()),
        Fact::from(&Event::new("/app", wishes).unwrap()),
        Fact::from(&Event::new("/app", shown).unwrap()),
    ];
    let _ = place.store().await.writer().write(&facts).await.unwrap();
    place
}

fn export<const N: usize>(place: &Place, format: &str, options: [&str; N]) -> Run {
    let mut command = command();
    command.args(["export", format, "--store", &place.url(), "--user", &place.user.to_string()]);
    feed(command.args(options), &[], 0)
}

async fn figures(reader: &dyn StatsReader, user: UserId) -> Figures {
    let today: Day = "2026-04-02".parse().unwrap();
    reader.figures(user, today).await.unwrap().value
}

#[tokio::test(flavor = "multi_thread")]
async fn events_that_are_exported_and_published_give_the_same_statistics() {
    let place = moved_twice().await;
    let run = export(&place, "jsonl", []);
    assert_eq!((run.code, run.stdout.lines().count(), run.stderr.as_str()), (Some(0), 7, ""), "{run:?}");
    assert_eq!(run, export(&place, "jsonl", []), "an export is the same when nothing has changed");

    let site = Site::with_queue("#").await;
    let published = site.publish(["--json"], run.stdout.as_bytes());
    assert_eq!(published.code, Some(0), "{published:?}");
    let fact = |body: Vec<u8>| match Event::<WorkoutPerformed>::decode(&body) {
        Ok(event) => Fact::from(&event),
        Err(_) => Fact::from(&Event::<UserPreferencesChanged>::decode(&body).unwrap()),
    };
    let facts: Vec<_> = site.messages().await.into_iter().map(fact).collect();
    let fresh = StatsStore::memory();
    let _ = fresh.writer().write(&facts).await.unwrap();
    let store = place.store().await;
    let before = figures(&*store.reader(), place.user).await;
    let mut want = before.clone();
    // Who wants to be seen by others says so anew.
    want.lifetime.preferences.leaderboard = false;
    assert_eq!(figures(&*fresh.reader(), place.user).await, want);
    // And nothing new to the store they come from.
    let _ = store.writer().write(&facts).await.unwrap();
    assert_eq!(figures(&*store.reader(), place.user).await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_export_that_is_imported_again_changes_nothing() {
    let place = moved_twice().await;
    let before = figures(&*place.store().await.reader(), place.user).await;
    for app in ["hevy", "strong"] {
        let file = export(&place, app, []).stdout;
        // The run was in New York, and what the clocks showed there is read as if it was in Berlin: its title is the same.
        check(&place.import(app, ["--store", &place.url()], &file), 0, [0, 0, 6, 0]);
    }
    assert_eq!(figures(&*place.store().await.reader(), place.user).await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_export_that_was_edited_does_not_double_what_other_apps_recorded() {
    let place = moved_twice().await;
    let before = figures(&*place.store().await.reader(), place.user).await;
    // The run is the app's, and the evening Strong's: in Hevy's format both have ids that the store does not know.
    let file = export(&place, "hevy", []).stdout.replace("2700", "2701").replace("100.0,5", "100.0,6");
    let run = place.import("hevy", ["--store", &place.url()], &file);
    check(&run, 0, [0, 0, 6, 0]);
    assert_eq!(run.stderr.matches("known from elsewhere with other details, which stay").count(), 2, "{run:?}");
    assert_eq!(figures(&*place.store().await.reader(), place.user).await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_came_from_hevy_is_a_hevy_file_again() {
    let place = Place::new();
    check(&place.import("hevy", ["--store", &place.url()], HEVY), 0, [3, 0, 0, 0]);
    let run = export(&place, "hevy", []);
    // The last workout comes first.
    let sorted = |file: &str| {
        let mut lines: Vec<_> = file.lines().map(str::to_owned).collect();
        lines.sort();
        lines
    };
    assert_eq!(sorted(&run.stdout), sorted(HEVY));
    assert!(export(&place, "hevy", ["--weight", "lb"]).stdout.contains("weight_lbs"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_appears_when_it_is_whole_and_holds_the_days_that_were_asked_for() {
    let place = moved_twice().await;
    let (file, days) = (place.path("workouts.csv"), ["--from", "2025-03-28", "--to", "2025-04-03"]);
    let run =
        export(&place, "strong", [&days[..], &["-o", file.to_str().unwrap()]].concat().try_into().unwrap_or([""; 6]));
    assert_eq!((run.code, run.stdout.as_str()), (Some(0), ""), "{run:?}");
    assert_eq!(run.stderr, format!("3 workouts in {}\n", file.display()));
    let text = fs::read_to_string(&file).unwrap();
    assert!(text.contains("Push 💪") && !text.contains("Evening Workout"), "{text}");
    assert!(!place.path("workouts.csv.part").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_exported_is_one_line() {
    #[track_caller]
    fn check(arguments: &[&str], want: &str) {
        let run =
            feed(command().args(["export", "hevy", "--user", &UserId::generate().to_string()]).args(arguments), &[], 0);
        assert_eq!((run.code, run.stdout.as_str()), (Some(2), ""), "{run:?}");
        assert!(run.stderr.contains(want) && !run.stderr.contains("hunter2"), "{run:?}");
    }
    let place = Place::new();
    check(&[], "--store");
    check(&["--store", "postgres://a:hunter2@localhost:1/b"], "store: ");
    check(&["--store", &place.url()], "store: ");
    assert!(!place.path("stats.db").exists());
    let _ = place.store().await;
    check(&["--store", &place.url(), "--from", "2025-01-02", "--to", "2025-01-01"], "--from is later than --to");
    check(&["--store", &place.url(), "--from", "soon"], "2026-03-28");
    check(&["--store", &place.url(), "-o", "/nowhere/file.csv"], "/nowhere/file.csv");
}
