//! `workout import`

use std::fs;
use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use serde_json::{Value, json};
use stats_store::{Fact, StatsStore};
use support::wait;
use tempfile::TempDir;
use workout_events::types::import::ImportCompleted;
use workout_events::{Event, UserId, WorkoutDeleted, WorkoutPerformed};

use crate::command::{Run, command, feed};
use crate::site::{Site, interrupt};

const HEAD: &str = "title,start_time,end_time,exercise_title,set_index,set_type,weight_kg,reps";

/// A person, a file and a store.
pub(crate) struct Place {
    pub(crate) folder: TempDir,
    pub(crate) user: UserId,
}

impl Place {
    pub(crate) fn new() -> Self {
        Self { folder: TempDir::new().unwrap(), user: UserId::generate() }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn url(&self) -> String {
        format!("sqlite://{}", self.path("stats.db").display())
    }

    pub(crate) async fn store(&self) -> StatsStore {
        StatsStore::connect(&self.url()).await.unwrap()
    }

    /// Imports this text, with these options besides.
    pub(crate) fn import<const N: usize>(&self, app: &str, options: [&str; N], file: &str) -> Run {
        let mut command = command();
        command.args(["import", app, "-", "--json", "--zone", "Europe/Berlin", "--user"]);
        feed(command.arg(self.user.to_string()).args(options), file.as_bytes(), 1)
    }
}

/// Workouts on consecutive days of April 2025.
fn hevy(count: usize, weight: &str) -> String {
    let row = |day| format!("Push,\"{day} Apr 2025, 06:00\",\"{day} Apr 2025, 07:00\",Squat,0,normal,{weight},5\n");
    format!("{HEAD}\n{}", (1..=count).map(row).collect::<String>())
}

/// Expects this exit code and these counts: created, updated, duplicate, rejected.
#[track_caller]
pub(crate) fn check(run: &Run, code: i32, counts: [u64; 4]) {
    let report: Value = serde_json::from_str(&run.stdout).unwrap();
    let got = ["created", "updated", "duplicate", "rejected"].map(|name| report[name].as_u64().unwrap());
    assert_eq!((got, run.code), (counts, Some(code)), "{run:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn importing_twice_changes_nothing_and_a_changed_file_corrects() {
    let place = Place::new();
    let (url, file) = (place.url(), hevy(3, "100"));
    check(&place.import("hevy", ["--store", &url], &file), 0, [3, 0, 0, 0]);
    let store = place.store().await;
    let lifetime = async || store.reader().lifetime(place.user).await.unwrap();
    let before = lifetime().await;
    check(&place.import("hevy", ["--store", &url], &file), 0, [0, 0, 3, 0]);
    assert_eq!(lifetime().await, before);

    let changed = file.replacen("normal,100", "normal,110", 1);
    check(&place.import("hevy", ["--store", &url, "--dry-run"], &changed), 0, [0, 1, 2, 0]);
    assert_eq!(lifetime().await, before);
    check(&place.import("hevy", ["--store", &url], &changed), 0, [0, 1, 2, 0]);
    let after = lifetime().await.value.sums;
    assert_eq!((after.workouts, after.volume_g), (3, 1_550_000));
    // The file of before says nothing that was not known.
    check(&place.import("hevy", ["--store", &url], &file), 0, [0, 0, 3, 0]);
    assert_eq!(lifetime().await.value.sums, after);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_edited_or_deleted_since_stays_so() {
    let place = Place::new();
    let (url, file) = (place.url(), hevy(2, "100"));
    check(&place.import("hevy", ["--store", &url], &file), 0, [2, 0, 0, 0]);
    let store = place.store().await;
    let listed = store.reader().whole_workouts(place.user, &stats_store::WorkoutFilter::new(9)).await.unwrap().value;
    let edited = listed[0].data.clone().revision(2).energy_kcal(300).title("Mine".to_owned());
    let deleted = WorkoutDeleted::new(listed[1].data.workout_id, 1).user_id(place.user);
    let facts = [Fact::from(&Event::new("/test", edited).unwrap()), Fact::from(&Event::new("/test", deleted).unwrap())];
    let _ = store.writer().write(&facts).await.unwrap();
    let before = store.reader().lifetime(place.user).await.unwrap();
    check(&place.import("hevy", ["--store", &url], &file), 0, [0, 0, 2, 0]);
    let run = place.import("hevy", ["--store", &url], &file.replacen("100", "90", 1));
    check(&run, 0, [0, 0, 2, 0]);
    assert_eq!(run.stderr, "line 2: the workout was deleted since, and stays so\n");
    assert_eq!(store.reader().lifetime(place.user).await.unwrap(), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bad_line_is_told_and_harms_no_other_workout() {
    let place = Place::new();
    let (url, file) = (place.url(), hevy(3, "100").replacen("normal,100,5\nPush,\"3", "normal,100,five\nPush,\"3", 1));
    let strict = place.import("hevy", ["--store", &url, "--strict"], &file);
    check(&strict, 1, [0, 0, 0, 1]);
    assert!(strict.stderr.contains("line 3: rejected: reps is not a number"), "{strict:?}");
    assert!(strict.stderr.ends_with("nothing was imported, because of --strict\n"), "{strict:?}");
    assert!(!place.path("stats.db").exists());

    let run = place.import("hevy", ["--store", &url], &file);
    check(&run, 1, [2, 0, 0, 1]);
    let report: Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(report["rejections"], json!([{ "line": 3, "reason": "reps is not a number" }]));
    assert_eq!(place.store().await.reader().lifetime(place.user).await.unwrap().value.sums.workouts, 2);
}

#[test]
fn looking_only_needs_no_store_and_makes_none() {
    let place = Place::new();
    check(&place.import("hevy", ["--dry-run"], &hevy(3, "100")), 0, [3, 0, 0, 0]);
    let run = place.import("hevy", ["--dry-run", "--store", &place.url()], &hevy(3, "100"));
    assert_eq!((run.code, run.stderr.lines().count()), (Some(2), 1), "{run:?}");
    assert!(!place.path("stats.db").exists());
}

#[test]
fn what_cannot_be_done_is_one_line_with_its_mend() {
    #[track_caller]
    fn check(file: &[u8], options: &[&str], want: &str) {
        let user = UserId::generate().to_string();
        let mut command = command();
        command.args(["import", "hevy", "-", "--zone", "Europe/Berlin", "--user", &user]).args(options);
        let run = feed(&mut command, file, 1);
        assert_eq!((run.code, run.stdout.as_str(), run.stderr.lines().count()), (Some(2), "", 1), "{run:?}");
        assert!(run.stderr.contains(want) && !run.stderr.contains("hunter2"), "{run:?}");
    }
    let file = hevy(1, "100");
    check(file.as_bytes(), &[], "--store URL");
    check(b"", &["--dry-run"], "-: it is empty");
    check(&[0, 159, 146, 150], &["--dry-run"], "UTF-8");
    check(b"Date,Workout Name\n", &["--dry-run"], "no CSV export of Hevy: the column \"title\" is missing");
    check(file.as_bytes(), &["--store", ""], "the URL of the store is empty");
    check(file.as_bytes(), &["--store", "mysql://a:hunter2@localhost"], "sqlite://FILE");
    check(file.as_bytes(), &["--publish", ""], "the URL of the broker is empty");
    check(file.as_bytes(), &["--publish", "amqp://a:hunter2@rabbitmq/"], "amqps://");
    let run = feed(
        command().args([
            "import",
            "hevy",
            "nowhere.csv",
            "--dry-run",
            "--zone",
            "UTC",
            "--user",
            &UserId::generate().to_string(),
        ]),
        &[],
        0,
    );
    assert!(run.code == Some(2) && run.stderr.contains("nowhere.csv"), "{run:?}");
    for (option, value, want) in
        [("--user", "me", "UUID"), ("--zone", "Berlin", "Europe/Berlin"), ("--weight", "stone", "kg or lb")]
    {
        let run = feed(command().args(["import", "hevy", "-", option, value]), &[], 0);
        assert!(run.code == Some(2) && run.stderr.contains(want), "{run:?}");
    }
}

#[test]
fn a_workout_that_is_new_in_a_store_without_a_person_is_not_looked_for_in_vain() {
    let place = Place::new();
    // A head alone is an import of nothing.
    check(&place.import("hevy", ["--store", &place.url()], HEAD), 0, [0, 0, 0, 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn published_workouts_are_followed_by_the_end_of_the_import() {
    let site = Site::with_queue("#").await;
    let broker = site.vhost.amqp_url();
    let place = Place::new();
    let file = hevy(3, "100");
    check(&place.import("hevy", ["--publish", &broker], &file), 0, [3, 0, 0, 0]);
    let messages = site.messages().await;
    let performed: Vec<_> = messages.iter().filter_map(|body| Event::<WorkoutPerformed>::decode(body).ok()).collect();
    assert_eq!((messages.len(), performed.len()), (4, 3));
    let completed = messages.iter().find_map(|body| Event::<ImportCompleted>::decode(body).ok()).unwrap();
    let data = completed.data();
    assert_eq!((data.user_id, data.format.as_str(), data.created, data.rejected), (place.user, "hevy", 3, 0));

    // With a store it knows what is new, and only reads.
    let store = place.store().await;
    let facts: Vec<_> = performed.iter().map(Fact::from).collect();
    let _ = store.writer().write(&facts).await.unwrap();
    let changed = file.replacen("normal,100", "normal,110", 1);
    check(&place.import("hevy", ["--publish", &broker, "--store", &place.url()], &changed), 0, [0, 1, 2, 0]);
    let messages = site.messages().await;
    let corrected: Vec<_> = messages.iter().filter_map(|body| Event::<WorkoutPerformed>::decode(body).ok()).collect();
    assert_eq!(corrected.iter().map(|event| event.data().revision).collect::<Vec<_>>(), [2]);
    assert_eq!(store.reader().lifetime(place.user).await.unwrap().value.sums.volume_g, 1_500_000);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_no_queue_wants_is_rejected() {
    let site = Site::with_queue("nothing").await;
    let run = Place::new().import("hevy", ["--publish", &site.vhost.amqp_url()], &hevy(2, "100"));
    check(&run, 1, [0, 0, 0, 2]);
    assert!(run.stderr.contains("line 2: rejected: returned: no queue wants it"), "{run:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broker_that_takes_nothing_ends_the_import() {
    let site = Site::with_queue("#").await;
    let url = site.writer_to("^workout.events$").await;
    let run = Place::new().import("hevy", ["--publish", &url], &hevy(1, "100"));
    check(&run, 2, [0, 0, 0, 1]);
    assert!(run.stderr.contains("workout: the broker takes nothing any more: "), "{run:?}");
    assert!(run.stderr.contains("ACCESS_REFUSED") && !run.stderr.contains("hunter2"), "{run:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn ctrl_c_in_the_middle_loses_nothing() {
    const COUNT: usize = 6_000;
    let place = Place::new();
    let (store, file) = (place.store().await, place.path("workouts.csv"));
    let row = |n: usize| {
        let (day, hour, minute) = (n % 28 + 1, n / 28 % 22, n / 28 / 22);
        format!(
            "W,\"{day} Apr 2025, {hour}:{minute:02}\",\"{day} Apr 2025, {}:{minute:02}\",Squat,0,normal,100,5\n",
            hour + 1
        )
    };
    fs::write(&file, format!("{HEAD}\n{}", (0..COUNT).map(row).collect::<String>())).unwrap();
    let import = || {
        let mut import = command();
        import.args(["import", "hevy", "--json", "--zone", "UTC", "--store", &place.url(), "--user"]);
        import.arg(place.user.to_string()).arg(&file).stdin(Stdio::null());
        import
    };
    let child = import().stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let workouts = async || store.reader().lifetime(place.user).await.unwrap().value.sums.workouts;
    wait::until("something is imported", Duration::from_mins(1), async || workouts().await > 0).await;
    interrupt(&child);
    let output = child.wait_with_output().unwrap();
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((output.status.code(), &report["interrupted"]), (Some(1), &json!(true)), "{report}");
    let done = report["created"].as_u64().unwrap();
    assert_eq!(workouts().await.unsigned_abs(), done);
    assert!(done < COUNT as u64);

    let again = feed(&mut import(), &[], 0);
    check(&again, 0, [COUNT as u64 - done, 0, done, 0]);
    assert_eq!(workouts().await.unsigned_abs(), COUNT as u64);
}
