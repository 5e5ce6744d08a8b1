//! What `workout store` does with a file. What only a server can show is in the end-to-end tests.

use std::fs;
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use sqlx::sqlite::{SqliteConnectOptions, SqlitePool};
use stats_store::{Effect, Fact, StatsStore};
use tempfile::TempDir;
use tokio::runtime::Runtime;
use workout_events::jiff::{ToSpan, Zoned};
use workout_events::types::goal::{GoalMetric, GoalPeriod, GoalSet};
use workout_events::{ActivityType, Event, GoalId, Moment, Source, UserId, WorkoutId, WorkoutPerformed};

use crate::command::{Run, command, feed, workout};

/// A file with workouts of these people.
struct Opened {
    _folder: TempDir,
    url: String,
    pool: SqlitePool,
    runtime: Runtime,
    facts: Vec<Fact>,
}

impl Opened {
    fn new(users: &[UserId]) -> Self {
        let (folder, runtime) = (tempfile::tempdir().unwrap(), Runtime::new().unwrap());
        let file = folder.path().join("stats.db");
        let facts: Vec<_> =
            users.iter().map(|user| Fact::from(&Event::new("/tests", performed(*user)).unwrap())).collect();
        let pool = runtime.block_on(async {
            let store = StatsStore::sqlite(&file).await.unwrap();
            assert!(store.writer().write(&facts).await.unwrap().iter().all(|effect| *effect == Effect::Applied));
            store.close().await;
            SqlitePool::connect_with(SqliteConnectOptions::new().filename(&file)).await.unwrap()
        });
        Self { url: format!("sqlite://{}", file.display()), _folder: folder, pool, runtime, facts }
    }

    fn run(&self, arguments: &[&str]) -> Run {
        let run = feed(command().arg("store").args(arguments).env("WORKOUT_STORE", &self.url), &[], 0);
        assert!(run.code == Some(2) || run.code == Some(0) || run.code == Some(1), "{run:?}");
        run
    }

    fn execute(&self, sql: &str) {
        let sql = sqlx::AssertSqlSafe(sql.to_owned());
        self.runtime.block_on(sqlx::raw_sql(sql).execute(&self.pool)).unwrap();
    }

    fn count(&self, of: &str) -> i64 {
        let sql = sqlx::AssertSqlSafe(format!("SELECT count(*) FROM workout_stats_{of}"));
        self.runtime.block_on(sqlx::query_scalar(sql).fetch_one(&self.pool)).unwrap()
    }

    fn write(&self, facts: &[Fact]) -> Vec<Effect> {
        self.runtime.block_on(async {
            let store = StatsStore::connect(&self.url).await.unwrap();
            let effects = store.writer().write(facts).await.unwrap();
            store.close().await;
            effects
        })
    }
}

fn performed(user: UserId) -> WorkoutPerformed {
    let ended = Zoned::now();
    let (id, started) = (WorkoutId::generate(), &ended - 90.minutes());
    let mut data = WorkoutPerformed::new(id, user, Source::new("tests"), ActivityType::Running, &started, &ended);
    data.distance_m = Some(12_345);
    data
}

#[test]
fn a_store_that_cannot_be_used_is_one_line_without_the_password() {
    #[track_caller]
    fn check(url: &str, mend: &str) {
        let user = UserId::generate().to_string();
        let commands: [&[&str]; 10] = [
            &["migrate", "--dry-run"],
            &["stats", "--user", &user],
            &["verify"],
            &["verify", "--random", "3"],
            &["rebuild"],
            &["erase-user", "--yes", "--user", &user],
            &["quarantine"],
            &["retain", "--superseded", "1d", "--yes"],
            &["settle"],
            &["partition", "--partitions", "4", "--yes"],
        ];
        for arguments in commands {
            let by_option = feed(command().arg("store").args(arguments).args(["--store", url]), &[], 0);
            let by_variable = feed(command().arg("store").args(arguments).env("WORKOUT_STORE", url), &[], 0);
            for run in [by_option, by_variable] {
                assert_eq!((run.code, run.stdout.as_str(), run.stderr.lines().count()), (Some(2), "", 1), "{run:?}");
                assert!(run.stderr.contains(mend) && !run.stderr.contains("hunter2"), "{run:?}");
            }
        }
    }
    check("", "WORKOUT_STORE");
    check("memory", "--store");
    check("hunter2", "postgres://");
    check("mysql://a:hunter2@localhost/db", "postgres://");
    check("postgres://a:hunter2@db/stats?sslmode=prefer", "sslmode=verify-full");
    check("postgres://a:hunter2@localhost/stats?sslmod=require", "question mark");
    // Bound and then given up, so that nobody listens there.
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    check(&format!("postgres://a:hunter2@127.0.0.1:{port}/stats"), "refused");
}

#[test]
fn a_file_that_is_not_there_is_made_by_migrate_alone() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}", folder.path().join("stats.db").display());
    let user = UserId::generate().to_string();
    for arguments in [&["stats", "--user", &user][..], &["verify"], &["rebuild"], &["quarantine"]] {
        let run = workout(["store"].iter().chain(arguments).chain(&["--store", &url]));
        assert!(run.code == Some(2) && run.stderr.contains("workout store migrate"), "{run:?}");
    }
    let migrate = |more: &[&str]| workout(["store", "migrate", "--store", &url].iter().chain(more));
    assert_eq!(migrate(&["--dry-run"]).code, Some(1));
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    let run = migrate(&["--json"]);
    let done: Value = serde_json::from_str(&run.stdout).unwrap();
    assert!(run.code == Some(0) && done["applied"].as_i64() == done["version"].as_i64(), "{run:?}");
    assert!(done["tables"].as_array().unwrap().contains(&"days".into()), "{run:?}");
    for run in [migrate(&[]), migrate(&["--dry-run"])] {
        assert!(run.code == Some(0) && run.stdout.contains("up to date"), "{run:?}");
    }
}

#[test]
fn the_figures_of_a_person_are_told_to_people_and_to_programs() {
    let user = UserId::generate();
    let opened = Opened::new(&[user, UserId::generate()]);
    let id = user.to_string();
    let run = opened.run(&["stats", "--user", &id]);
    assert!(run.code == Some(0) && run.stdout.contains("1 h 30 min"), "{run:?}");
    assert!(run.stdout.contains("12.3 km, known for 1 of 1") && run.stdout.contains("not known"), "{run:?}");
    let run = opened.run(&["stats", "--json", "--user", &id, "--today", "2026-03-28"]);
    let told: Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!((&told["user_id"], &told["sums"]["duration_s"]), (&id.as_str().into(), &5_400.into()));
    for name in ["as_of", "preferences", "activities", "days", "weeks", "months", "years", "streaks", "exercises"] {
        assert!(told.get(name).is_some(), "{name} is missing");
    }
    let run = opened.run(&["stats", "--user", &UserId::generate().to_string()]);
    assert_eq!(run.code, Some(1), "{run:?}");
    let run = opened.run(&["stats", "--user", "somebody"]);
    assert!(run.code == Some(2) && run.stderr.contains("UUID"), "{run:?}");
}

#[test]
fn a_number_that_drifts_is_named_and_mended() {
    let users = [UserId::generate(), UserId::generate()];
    let opened = Opened::new(&users);
    let id = users[0].to_string();
    assert_eq!(opened.run(&["verify"]).code, Some(0));
    opened.execute("UPDATE workout_stats_days SET duration_s = duration_s + 1");
    let run = opened.run(&["verify"]);
    assert!(run.code == Some(1) && run.stdout.contains(&id) && run.stdout.contains(" days "), "{run:?}");
    assert!(run.stdout.contains("5401") && run.stdout.contains("5400"), "{run:?}");
    assert_eq!(opened.run(&["verify", "--random", "2"]).stdout.lines().count(), 3);

    // One is mended, and then the other.
    assert_eq!(opened.run(&["rebuild", "--user", &id]).code, Some(0));
    assert_eq!(opened.run(&["verify", "--user", &id]).code, Some(0));
    let run = opened.run(&["verify", "--json"]);
    let lines: Vec<Value> = run.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!((run.code, &lines[0]["table"], &lines[1]["drifts"]), (Some(1), &"days".into(), &1.into()));
    assert_eq!(opened.run(&["rebuild", "--all"]).stdout, "2 people rebuilt\n");
    assert_eq!(opened.run(&["verify"]).code, Some(0));
}

#[test]
fn a_rebuild_that_was_interrupted_goes_on_with_those_who_are_left() {
    let users: Vec<_> = (0..3_000).map(|_| UserId::generate()).collect();
    let opened = Opened::new(&users);
    opened.execute("UPDATE workout_stats_people SET definition = 0; DELETE FROM workout_stats_days");
    let left = || opened.count("people WHERE definition = 0");
    let mut rebuild = command();
    rebuild.args(["store", "rebuild", "--store", &opened.url]).stdout(Stdio::piped()).stderr(Stdio::piped());
    let child = rebuild.spawn().unwrap();
    let begun = Instant::now();
    while left() == 3_000 {
        assert!(begun.elapsed() < Duration::from_mins(1), "nobody is rebuilt");
    }
    kill_process(Pid::from_child(&child), Signal::INT).unwrap();
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.code() == Some(2) && said.contains("goes on"), "{said}");

    let left_over = left();
    assert!((1..3_000).contains(&left_over), "{left_over}");
    assert_eq!(opened.run(&["rebuild"]).stdout, format!("{left_over} people rebuilt\n"));
    assert_eq!((left(), opened.count("days")), (0, 3_000));
    assert_eq!(opened.run(&["rebuild"]).stdout, "0 people rebuilt\n");
}

#[test]
fn a_person_is_erased_when_that_is_confirmed() {
    let users = [UserId::generate(), UserId::generate()];
    let opened = Opened::new(&users);
    let id = users[0].to_string();
    let run = opened.run(&["erase-user", "--user", &id]);
    assert!(run.code == Some(2) && run.stderr.contains("1 workouts") && run.stderr.contains("--yes"), "{run:?}");
    assert_eq!(opened.count("ledger"), 2);
    let run = opened.run(&["erase-user", "--user", &id, "--yes"]);
    assert!(run.code == Some(0) && run.stdout.contains("is erased"), "{run:?}");
    assert_eq!((opened.count("ledger"), opened.count("days")), (1, 1));
    assert_eq!(opened.write(&opened.facts), [Effect::Erased, Effect::Duplicate]);
    assert!(opened.run(&["erase-user", "--user", &id, "--yes"]).stdout.contains("before"));
    assert_eq!(opened.run(&["verify"]).code, Some(0));
}

#[test]
fn what_does_not_count_is_shown_and_let_go() {
    let opened = Opened::new(&[]);
    let data = performed(UserId::generate()).notes("secret");
    let fact = |data: WorkoutPerformed| Fact::from(&Event::new("/tests", data).unwrap());
    let facts = [fact(data.clone()), fact(data.clone().revision(2).notes("public")), fact(data.notes("secret too"))];
    assert_eq!(opened.write(&facts), [Effect::Applied, Effect::Applied, Effect::Conflict]);

    let run = opened.run(&["quarantine"]);
    assert!(run.code == Some(0) && run.stdout.lines().count() == 1, "{run:?}");
    assert!(!run.stdout.contains("secret"), "{run:?}");
    let line: Value = serde_json::from_str(&opened.run(&["quarantine", "--json"]).stdout).unwrap();
    assert_eq!(line["data"]["notes"], "secret too");

    let retain = ["retain", "--superseded", "0s", "--quarantine", "0s"];
    assert!(opened.run(&retain).stderr.contains("--yes") && opened.count("quarantine") == 1);
    assert_eq!(opened.run(&["retain", "--yes"]).code, Some(2));
    let run = opened.run(&["retain", "--superseded", "1d", "--quarantine", "1d", "--yes"]);
    assert_eq!(run.stdout, "0 superseded facts stripped, 0 taken out of quarantine\n");
    let run = opened.run(&[&retain[..], &["--yes"]].concat());
    assert_eq!(run.stdout, "1 superseded facts stripped, 1 taken out of quarantine\n");
    assert_eq!(opened.write(&facts), [Effect::Duplicate, Effect::Duplicate, Effect::Conflict]);
    assert_eq!(opened.run(&["verify"]).code, Some(0));
}

#[test]
fn a_file_has_no_partitions() {
    let opened = Opened::new(&[]);
    let run = opened.run(&["partition", "--partitions", "4", "--yes"]);
    assert!(run.code == Some(2) && run.stderr.contains("PostgreSQL"), "{run:?}");
    let run = opened.run(&["partition", "--partitions", "1", "--yes"]);
    assert!(run.code == Some(2) && run.stderr.contains("--partitions"), "{run:?}");
    assert!(Path::new(opened.url.trim_start_matches("sqlite://")).exists());
}

#[test]
fn the_help_does_not_show_what_the_variable_holds() {
    let help =
        feed(command().args(["store", "verify", "--help"]).env("WORKOUT_STORE", "postgres://a:hunter2@b"), &[], 0);
    assert!(
        help.code == Some(0) && help.stdout.contains("WORKOUT_STORE") && !help.stdout.contains("hunter2"),
        "{help:?}"
    );
}

#[test]
fn a_missed_goal_is_told_once_and_only_where_somebody_can_be_told() {
    let user = UserId::generate();
    let store = Opened::new(&[user]);
    let goal = GoalSet::new(GoalId::generate(), user, GoalMetric::Workouts, 1, GoalPeriod::Once)
        .starts_at("2026-01-01T00:00:00Z".parse::<Moment>().unwrap())
        .due_at("2026-01-31T00:00:00Z".parse::<Moment>().unwrap());
    let set = Event::builder("/tests", goal).time("2026-01-01T00:00:00Z".parse().unwrap()).build().unwrap();
    assert_eq!(store.write(&[Fact::from(&set)]), [Effect::Applied]);
    // There is no outbox, so nothing is told, and nothing is written down as told.
    let run = store.run(&["settle"]);
    assert_eq!((run.code, store.count("outcomes")), (Some(2), 0), "{run:?}");
    store.runtime.block_on(async {
        StatsStore::builder(&store.url).announcing("/stats").connect().await.unwrap().close().await;
    });
    for told in ["1 stretches", "0 stretches"] {
        let run = store.run(&["settle"]);
        assert_eq!(run.code, Some(0), "{run:?}");
        assert!(run.stdout.starts_with(told), "{run:?}");
    }
    assert_eq!(store.count("outcomes"), 1);
}

#[test]
fn the_url_of_a_store_may_be_in_a_file() {
    let opened = Opened::new(&[UserId::generate()]);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("url");
    let run = |text: &str| {
        fs::write(&file, text).unwrap();
        let by_option = workout(["store", "migrate", "--dry-run", "--store-file", file.to_str().unwrap()]);
        let by_variable = command().args(["store", "migrate", "--dry-run"]).env("WORKOUT_STORE_FILE", &file).output();
        assert_eq!(by_option.code, by_variable.unwrap().status.code());
        by_option
    };
    assert_eq!(run(&format!("{}\n", opened.url)).code, Some(0));
    let empty = run("\n");
    assert!(empty.code == Some(2) && empty.stderr.contains("empty"), "{empty:?}");
    fs::remove_file(&file).unwrap();
    let missing = workout(["store", "migrate", "--store-file", file.to_str().unwrap()]);
    assert!(missing.code == Some(2) && missing.stderr.contains("url"), "{missing:?}");
}
