//! Requests that fail to the end.

use std::process::Command;

use serde_json::{Value, json};
use support::wait;
use workout_events::UserId;
use workout_events::jiff::{Timestamp, ToSpan};

use super::site::{LIMIT, Site, text};
use crate::command;

fn dlq(site: &Site, arguments: &[&str]) -> String {
    let mut dlq = Command::new(command::path());
    dlq.arg("dlq").args(arguments).env("AMQP_URL", site.vhost.amqp_url());
    let output = dlq.output().unwrap();
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_given_up_is_a_dead_letter_and_a_replay_that_succeeds_makes_the_one_workout() {
    let site = Site::new().await;
    let mut failing = site.coach().setting("FAIL_PERCENT", "100").setting("RETRIES", "100ms,200ms").start().await;
    let user = UserId::generate();
    let asked = failing.post(&format!("/users/{user}/wods"), &json!({})).await.unwrap();
    assert_eq!(asked.status, 202, "{asked:?}");
    let id = text(&asked.json(), "request_id");
    let given_up = site.request(&failing, &id, "given_up").await;
    assert_eq!((&given_up["attempts"], &given_up["reason"]), (&json!(5), &json!("generation_failed")));
    wait::until("it is dead", LIMIT, || async { site.broker.depth("coach.wods.dead").await.unwrap() == 1 }).await;

    let listed = dlq(&site, &["list", "coach.wods", "--json"]);
    let letter: Value = serde_json::from_str(listed.lines().next().unwrap()).unwrap();
    assert_eq!((&letter["reason"], &letter["attempts"]), (&json!("exhausted"), &json!(5)), "{listed}");
    assert!(letter["error"].as_str().unwrap().contains("generation_failed"), "{listed}");
    let failed = site.told("wod.attempt_failed").await;
    let attempts: Vec<_> = failed.iter().map(|event| event["data"]["attempt"].as_u64().unwrap()).collect();
    assert_eq!(attempts, [1, 2, 3, 4]);
    assert!(failed.iter().all(|event| event["data"]["retry_at"].is_string()), "{failed:?}");
    assert_eq!(site.told("wod.dead_lettered").await.len(), 1);
    // Each line of the log about it names the request, and the attempts are in order.
    let log = failing.log();
    assert!((1..=5).all(|n| log.lines().any(|line| line.contains(&id) && line.contains(&format!("attempt={n} ")))));

    // As if a day had passed: what was sent is not there any more.
    sqlx::query("DELETE FROM workout_outbox.events").execute(&site.pool).await.unwrap();
    // It fails once more: the attempts are told as new ones, and that it was given up is not told again.
    dlq(&site, &["replay", "coach.wods", "--yes"]);
    wait::until("it has died again", LIMIT, || async {
        failing.get(&format!("/wods/requests/{id}")).await.unwrap().json()["attempts"] == 10
            && site.broker.depth("coach.wods.dead").await.unwrap() == 1
    })
    .await;
    assert_eq!((site.told("wod.attempt_failed").await.len(), site.told("wod.dead_lettered").await.len()), (8, 1));

    failing.stop().await;
    let coach = site.coach().start().await;
    dlq(&site, &["replay", "coach.wods", "--yes"]);
    let generated = site.request(&coach, &id, "generated").await;
    assert_eq!((&generated["attempts"], generated.get("reason")), (&json!(11), None));
    assert_eq!(site.count("SELECT count(*) FROM coach.wods").await, 1);
    assert_eq!(site.told("wod.generated").await.len(), 1);
    assert_eq!(site.broker.depth("coach.wods.dead").await.unwrap(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_whose_deadline_has_passed_is_given_up_and_not_tried_again() {
    let site = Site::new().await;
    let coach = site.coach().start().await;
    let path = format!("/users/{}/wods", UserId::generate());
    let (past, future) = (Timestamp::now() - 1.hour(), Timestamp::now() + 1.hour());
    let ask = async |deadline: Timestamp| {
        let asked = coach.post(&path, &json!({ "deadline": deadline.to_string() })).await.unwrap();
        text(&asked.json(), "request_id")
    };
    let given_up = site.request(&coach, &ask(past).await, "given_up").await;
    assert_eq!((&given_up["attempts"], &given_up["reason"]), (&json!(1), &json!("deadline_passed")));
    site.request(&coach, &ask(future).await, "generated").await;
    let told = site.told("wod.dead_lettered").await;
    assert_eq!((told.len(), &told[0]["data"]["reason"]), (1, &json!("deadline_passed")));
    assert!(site.told("wod.attempt_failed").await.is_empty());
    // Nobody has to look at it.
    assert_eq!(site.broker.depth("coach.wods.dead").await.unwrap(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_nothing_fits_is_given_up_at_once() {
    let site = Site::new().await;
    let coach = site.coach().start().await;
    let easy = ["air-squat", "wall-sit", "tempo-squat"];
    // Whatever is easy and needs nothing, as the coach itself has shown it, is excluded in turn.
    let mut excluded: Vec<String> = easy.map(str::to_owned).into();
    let path = format!("/users/{}/wods", UserId::generate());
    loop {
        let constraints = json!({ "equipment": ["nothing"], "difficulty": "easy", "excluded_exercises": excluded });
        let asked = coach.post(&path, &json!({ "constraints": constraints })).await.unwrap();
        assert_eq!(asked.status, 202, "{asked:?}");
        let path = format!("/wods/requests/{}", text(&asked.json(), "request_id"));
        let ended = wait::value("it has ended", LIMIT, || async {
            Some(coach.get(&path).await.unwrap().json()).filter(|request| request["state"] != "requested")
        })
        .await;
        if ended["state"] == "given_up" {
            assert_eq!((&ended["reason"], &ended["attempts"]), (&json!("nothing_fits"), &json!(1)));
            break;
        }
        let movements = ended["wod"]["movements"].as_array().unwrap();
        assert!(movements.iter().all(|movement| !excluded.contains(&text(movement, "exercise_id"))), "{ended}");
        excluded.extend(movements.iter().map(|movement| text(movement, "exercise_id")));
    }
    wait::until("it is dead", LIMIT, || async { site.broker.depth("coach.wods.dead").await.unwrap() == 1 }).await;
}
