//! `workout wod request`.

use std::io::Write;
use std::process::{Command, Output, Stdio};

use serde_json::{Value, json};
use support::wait;
use workout_events::UserId;

use super::site::{LIMIT, Site};
use crate::command;

const DAY: &str = "2026-11-21";

/// The command, which knows of no broker.
fn request(arguments: &[&str]) -> Command {
    let mut request = Command::new(command::path());
    request.args(["wod", "request", "--json", "--day", DAY]).args(arguments).env_remove("AMQP_URL");
    request
}

#[track_caller]
fn check(output: &Output, code: i32) -> Value {
    assert_eq!(output.status.code(), Some(code), "{output:?}");
    serde_json::from_slice(&output.stdout).unwrap_or_default()
}

#[tokio::test(flavor = "multi_thread")]
async fn asked_twice_for_some_users_each_has_one_workout() {
    let site = Site::new().await;
    let _coach = site.coach().start().await;
    let (one, two, three) = (UserId::generate().to_string(), UserId::generate().to_string(), UserId::generate());
    for _ in 0..2 {
        let mut named = request(&["--user", &one, "--user", &two, "--user", &one]);
        let summary = check(&named.env("AMQP_URL", site.vhost.amqp_url()).output().unwrap(), 0);
        assert_eq!((&summary["confirmed"], &summary["returned"]), (&json!(2), &json!(0)));
        let mut listed = request(&["--users", "-", "--amqp", &site.vhost.amqp_url()]);
        let mut child = listed.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(format!("{one}\n\n {three}\r\n{three}").as_bytes()).unwrap();
        assert_eq!(check(&child.wait_with_output().unwrap(), 0)["confirmed"], 2);
    }
    wait::until("they are generated", LIMIT, || async { site.count("SELECT count(*) FROM coach.wods").await == 3 })
        .await;
    wait::until("all are through", LIMIT, || async { site.broker.depth("coach.wods").await.unwrap() == 0 }).await;
    assert_eq!(site.told("wod.generated").await.len(), 3);
    assert_eq!(site.count("SELECT count(DISTINCT user_id) FROM coach.wods").await, 3);
    // Eight were published, under three ids.
    let requested = site.told("wod.requested").await;
    let ids: std::collections::HashSet<_> = requested.iter().map(|event| event["id"].to_string()).collect();
    assert_eq!((requested.len(), ids.len()), (8, 3));
}

#[tokio::test(flavor = "multi_thread")]
async fn asked_twice_for_everybody_each_has_one_request() {
    let site = Site::new().await;
    let coach = site.coach().start().await;
    sqlx::query("INSERT INTO coach.people (user_id) SELECT gen_random_uuid() FROM generate_series(1, 1200)")
        .execute(&site.pool)
        .await
        .unwrap();
    sqlx::query("UPDATE coach.people SET erased_at = now() WHERE user_id = (SELECT user_id FROM coach.people LIMIT 1)")
        .execute(&site.pool)
        .await
        .unwrap();
    for (requested, known) in [(1199, 0), (0, 1199)] {
        let output = request(&["--all", "--coach", coach.url()]).output().unwrap();
        let mut summary = check(&output, 0);
        assert!(summary["seconds"].take().is_f64());
        let want = json!({
            "day": DAY, "people": 1199, "requested": requested, "known": known, "seconds": null,
        });
        assert_eq!(summary, want);
    }
    assert_eq!(site.count("SELECT count(*) FROM coach.requests").await, 1199);
    wait::until("all are generated", LIMIT, || async { site.count("SELECT count(*) FROM coach.wods").await == 1199 })
        .await;
    // By an event the request is the same one.
    let user: String =
        sqlx::query_scalar("SELECT user_id::text FROM coach.wods LIMIT 1").fetch_one(&site.pool).await.unwrap();
    check(&request(&["--user", &user, "--amqp", &site.vhost.amqp_url()]).output().unwrap(), 0);
    wait::until("all are through", LIMIT, || async { site.broker.depth("coach.wods").await.unwrap() == 0 }).await;
    assert_eq!(site.told("wod.generated").await.len(), 1199);
    assert_eq!(site.broker.depth("coach.wods.dead").await.unwrap(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_requested_is_said_by_the_exit_code() {
    let site = Site::new().await;
    let user = UserId::generate().to_string();
    site.broker.declare(&workout_broker::Queue::new("none")).await.unwrap();
    let url = site.vhost.amqp_url();
    // Nobody but the observer takes it, and then nobody does.
    site.vhost.management().delete(&format!("queues/{}/told", site.vhost.name())).await.unwrap();
    let returned = check(&request(&["--user", &user, "--amqp", &url]).output().unwrap(), 1);
    assert_eq!(returned["returned"], 1);

    let no_broker = request(&["--user", &user]).output().unwrap();
    check(&no_broker, 2);
    assert!(String::from_utf8_lossy(&no_broker.stderr).contains("AMQP_URL"), "{no_broker:?}");
    let no_coach = request(&["--all", "--coach", "http://127.0.0.1:1"]).output().unwrap();
    assert_eq!(check(&no_coach, 2)["people"], 0);
    assert!(String::from_utf8_lossy(&no_coach.stderr).contains("coach"), "{no_coach:?}");
    check(&request(&["--all", "--user", &user]).output().unwrap(), 2);
    check(&request(&[]).output().unwrap(), 2);
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), format!("{user}\nnobody\n")).unwrap();
    let path = file.path().to_str().unwrap();
    let wrong = request(&["--users", path, "--amqp", &url]).output().unwrap();
    check(&wrong, 2);
    assert!(String::from_utf8_lossy(&wrong.stderr).contains("line 2"), "{wrong:?}");
}
