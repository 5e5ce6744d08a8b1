//! All services together: what happens at one is known at the others.

use serde_json::{Value, json};
use support::service::Running;
use support::wait;
use workout_events::{UserId, WorkoutId};

use super::LIMIT;
use super::performing::workout;
use super::stack::Stack;

#[tokio::test]
async fn what_is_performed_anywhere_is_counted_once_and_is_the_last_workout() {
    let mut stack = Stack::new().await;
    // First, so that its queue is there: what was told before nobody keeps for it.
    let mut stats = stack.start("stats_service").await;
    let mut monolith = stack.start("monolith").await;
    let user = UserId::generate();
    let first = perform(&monolith, user, 0).await;
    stack.counts(&stats, user, 1).await;
    last(&monolith, user, first).await;

    // A session adds to the statistics what it says of itself.
    let session = monolith.post("/workouts/start", &json!({ "user_id": user, "workout_type": "yoga" })).await.unwrap();
    let session = session.json()["session_id"].as_str().unwrap().to_owned();
    let end = json!({ "end_time": in_half_an_hour(), "calories_burned": 100 });
    let ended = monolith.post(&format!("/workouts/{session}/end"), &end).await.unwrap();
    assert_eq!(ended.status, 200, "{ended:?}");
    let statistics = stack.counts(&stats, user, 2).await;
    assert_eq!(statistics["total_calories_burned"], 400);
    assert_eq!(statistics["total_duration"], 1_800 + ended.json()["duration"].as_u64().unwrap());

    // While the statistics are away, their queue waits.
    stats.stop().await;
    for minute in 1..=20 {
        perform(&monolith, user, minute * 60).await;
    }
    stats.start_again().await;
    stack.counts(&stats, user, 22).await;
    // The session ended in the future of all of them.
    let last = monolith.get(&format!("/users/{user}/last-workout")).await.unwrap().json();
    assert_eq!(last["activity_type"], "yoga");
    monolith.stop().await;
    stats.stop().await;
}

pub(super) async fn perform(service: &Running, user: UserId, ended: i64) -> WorkoutId {
    let id = WorkoutId::generate();
    let (path, body) = (format!("/workout/{id}/perform"), workout(user, ended));
    let answer = service.post(&path, &body).await.unwrap();
    assert_eq!(answer.status, 200, "{answer:?}");
    assert_eq!(service.post(&path, &body).await.unwrap(), answer);
    id
}

pub(super) async fn last(monolith: &Running, user: UserId, id: WorkoutId) {
    wait::until("the workout is the last one", LIMIT, || async {
        let last = monolith.get(&format!("/users/{user}/last-workout")).await;
        last.is_ok_and(|answer| answer.status == 200 && answer.json()["workout_id"] == json!(id))
    })
    .await;
}

fn in_half_an_hour() -> Value {
    let at = workout_events::jiff::Timestamp::now() + workout_events::jiff::SignedDuration::from_mins(30);
    json!(workout_events::Moment::from(at))
}
