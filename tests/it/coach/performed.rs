//! Workouts that were performed.

use serde_json::{Value, json};
use workout_events::{UserId, WorkoutId};

use super::site::Site;

fn workout(user: UserId) -> Value {
    json!({
        "user_id": user,
        "source": { "name": "tests" },
        "activity_type": "running",
        "started_at": "2026-03-28T17:00:00+01:00",
        "ended_at": "2026-03-28T17:45:00+01:00",
        "time_zone": "Europe/Berlin",
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_workout_is_stored_and_told_once_and_the_same_request_has_the_same_answer() {
    let site = Site::new().await;
    let coach = site.coach().start().await;
    let (user, id) = (UserId::generate(), WorkoutId::generate());
    let path = format!("/workout/{id}/perform");
    let first = coach.post(&path, &workout(user)).await.unwrap();
    assert_eq!((first.status, &first.json()["status"]), (200, &json!("performed")), "{first:?}");
    assert_eq!(first, coach.post(&path, &workout(user)).await.unwrap());

    let mut edit = workout(user);
    edit["energy_kcal"] = json!(480);
    let conflict = coach.post(&path, &edit).await.unwrap();
    assert_eq!((conflict.status, &conflict.json()["code"]), (409, &json!("conflict")));
    edit["revision"] = json!(2);
    assert_eq!(coach.post(&path, &edit).await.unwrap().status, 200);
    // What is said late of an older revision is what was said.
    assert_eq!(first, coach.post(&path, &workout(user)).await.unwrap());
    let theirs = coach.post(&path, &workout(UserId::generate())).await.unwrap();
    assert_eq!(theirs.status, 409);

    let told = site.told("workout.performed").await;
    let revisions: Vec<_> = told.iter().map(|event| event["data"]["revision"].as_u64().unwrap()).collect();
    assert_eq!(revisions, [1, 2]);
    assert_eq!(told[0]["id"], first.json()["event_id"]);
    assert_eq!(told[0]["source"], "/coach");
    assert_eq!(site.count("SELECT revision FROM coach.workouts").await, 2);
    // Somebody who tried in vain is nobody whom the coach knows.
    assert_eq!(site.count("SELECT count(*) FROM coach.people").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_workout_that_cannot_be_told_is_not_stored() {
    let site = Site::new().await;
    let coach = site.coach().start().await;
    let path = format!("/workout/{}/perform", WorkoutId::generate());
    let body = workout(UserId::generate());
    sqlx::query("ALTER TABLE workout_outbox.events ADD CONSTRAINT none CHECK (routing_key <> 'workout.performed')")
        .execute(&site.pool)
        .await
        .unwrap();
    let refused = coach.post(&path, &body).await.unwrap();
    assert_eq!((refused.status, &refused.json()["code"]), (503, &json!("not_stored")));
    assert_eq!(site.count("SELECT count(*) FROM coach.workouts").await, 0);
    sqlx::query("ALTER TABLE workout_outbox.events DROP CONSTRAINT none").execute(&site.pool).await.unwrap();
    assert_eq!(coach.post(&path, &body).await.unwrap().status, 200);
    assert_eq!(site.told("workout.performed").await.len(), 1);
}
