//! The coach beside the others: it performs workouts as well, and makes the workout of the day.

use serde_json::json;
use support::wait;
use workout_events::UserId;

use super::LIMIT;
use super::stack::Stack;
use super::together::{last, perform};

#[tokio::test]
async fn what_the_coach_does_is_known_to_all() {
    let mut stack = Stack::new().await;
    let stats = stack.start("stats_service").await;
    let mut monolith = stack.start("monolith").await;
    let mut coach = stack.start("coach_service").await;
    let user = UserId::generate();
    perform(&monolith, user, 0).await;
    let at_the_coach = perform(&coach, user, 3_600).await;
    stack.counts(&stats, user, 2).await;
    last(&monolith, user, at_the_coach).await;

    // While the monolith is away, its queue waits.
    monolith.stop().await;
    let later = perform(&coach, user, 7_200).await;
    monolith.start_again().await;
    last(&monolith, user, later).await;
    stack.counts(&stats, user, 3).await;

    // A workout of the day is made once, however often it is asked for.
    let (path, day) = (format!("/users/{user}/wods"), json!({ "day": "2026-03-28" }));
    let asked = coach.post(&path, &day).await.unwrap();
    assert_eq!(asked.status, 202, "{asked:?}");
    let request = format!("/wods/requests/{}", asked.json()["request_id"].as_str().unwrap());
    let made = wait::value("the workout of the day is made", LIMIT, || async {
        let request = coach.get(&request).await.ok().filter(|answer| answer.status == 200)?.json();
        (request["state"] == "generated").then_some(request)
    })
    .await;
    assert!(made["wod"]["movements"].as_array().is_some_and(|movements| !movements.is_empty()), "{made}");
    assert_eq!(coach.post(&path, &day).await.unwrap(), asked);
    assert_eq!(coach.get(&request).await.unwrap().json(), made);
    let wods = coach.get(&path).await.unwrap().json();
    assert_eq!(wods["wods"].as_array().map(Vec::len), Some(1), "{wods}");
    coach.stop().await;
}
