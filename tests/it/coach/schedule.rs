//! The timer, as `deploy/schedule` has it.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use support::service::Running;
use workout_events::UserId;

use super::site::Site;
use crate::command;

fn file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../deploy/schedule").join(name)
}

/// Runs a line of a schedule, with the command of this build and this coach.
#[track_caller]
fn carry_out(line: &str, coach: &Running) {
    let arguments = line.strip_prefix("/usr/local/bin/workout ").unwrap_or_else(|| panic!("{line}"));
    let mut workout = Command::new(command::path());
    let output = workout.args(arguments.split_whitespace()).env("WORKOUT_COACH", coach.url()).output().unwrap();
    assert!(output.status.success(), "{output:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_schedules_start_asks_for_everybody_once() {
    let site = Site::new().await;
    let coach = site.coach().start().await;
    sqlx::query("INSERT INTO coach.people (user_id) VALUES ($1)")
        .bind(UserId::generate().as_uuid())
        .execute(&site.pool)
        .await
        .unwrap();
    let unit = fs::read_to_string(file("workout-wod.service")).unwrap();
    carry_out(unit.lines().find_map(|line| line.strip_prefix("ExecStart=")).unwrap(), &coach);
    assert!(unit.contains("\nEnvironment=WORKOUT_COACH="), "{unit}");

    let cron = fs::read_to_string(file("workout-wod.cron")).unwrap();
    let line = cron.lines().rfind(|line| !line.starts_with('#')).unwrap();
    let fields: Vec<_> = line.splitn(7, ' ').collect();
    assert!(fields[..5].iter().all(|field| field.bytes().all(|byte| b"0123456789*,-/".contains(&byte))), "{line}");
    assert_eq!(fields[5], "nobody");
    carry_out(fields[6], &coach);
    assert!(cron.ends_with('\n'), "cron leaves out a last line without its end");
    // Unless it is midnight in UTC just now.
    let requests = site.count("SELECT count(*) FROM coach.requests").await;
    assert!((1..=2).contains(&requests), "{requests}");
}

#[test]
fn systemd_has_nothing_to_say_against_the_units() {
    let folder = tempfile::tempdir().unwrap();
    let units = ["workout-wod.service", "workout-wod.timer"].map(|name| {
        let text = fs::read_to_string(file(name)).unwrap();
        for line in text.lines().filter(|line| !line.is_empty() && !line.starts_with(['#', '['])) {
            assert!(
                line.split_once('=').is_some_and(|(key, _)| key.bytes().all(|it| it.is_ascii_alphanumeric())),
                "{line}"
            );
        }
        assert!(text.contains("\n[Unit]\n"), "{text}");
        // What is started has to be there for systemd.
        let path = folder.path().join(name);
        fs::write(&path, text.replace("/usr/local/bin/workout", "/bin/true")).unwrap();
        path
    });
    // Where there is no systemd, the lines were looked at.
    let is_there = env::split_paths(&env::var_os("PATH").unwrap()).any(|path| path.join("systemd-analyze").is_file());
    if is_there {
        let output = Command::new("systemd-analyze").arg("verify").args(&units).output().unwrap();
        assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
        let calendar = Command::new("systemd-analyze").args(["calendar", "*-*-* 00:10:00 UTC"]).output().unwrap();
        assert!(calendar.status.success(), "{calendar:?}");
    }
}
