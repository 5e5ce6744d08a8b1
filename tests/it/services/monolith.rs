//! The monolith alone: nobody has ever heard of statistics here.

use std::time::Duration;

use serde_json::{Value, json};
use sqlx::{Connection, PgConnection};
use support::service::Running;
use support::{http, wait};
use ureq::http::Request;
use workout_broker::Topology;
use workout_consumer::Broker;
use workout_events::types::user::UserErased;
use workout_events::{Event, SessionId, UserId, WorkoutId};
use workout_publisher::{Outcome, Publisher};

use super::LIMIT;
use super::performing::workout;
use super::stack::Stack;
use crate::broker::close_connections;

#[tokio::test]
async fn a_workout_is_performed_once_however_often_that_is_said() {
    let mut stack = Stack::new().await;
    let monolith = stack.start("monolith").await;
    let (user, id) = (UserId::generate(), WorkoutId::generate());
    let (path, first) = (format!("/workout/{id}/perform"), workout(user, 0));
    assert_eq!(monolith.get(&format!("/workout/{id}")).await.unwrap().status, 404);

    let answer = monolith.post(&path, &first).await.unwrap();
    assert_eq!(answer.status, 200, "{answer:?}");
    assert_eq!(answer.json()["status"], "performed");
    assert_eq!(monolith.post(&path, &first).await.unwrap(), answer);
    assert_eq!(last(&monolith, user, id, 1).await["calories_burned"], 300);

    // One revision does not say two things, and the next one may.
    let mut edit = workout(user, 60);
    refused(&monolith, &path, &edit, (409, "conflict")).await;
    edit["revision"] = json!(2);
    assert_eq!(monolith.post(&path, &edit).await.unwrap().status, 200);
    assert_eq!(monolith.post(&path, &first).await.unwrap(), answer);
    last(&monolith, user, id, 2).await;
    let status = monolith.get(&format!("/workout/{id}")).await.unwrap().json();
    assert_eq!(status, json!({ "workout_id": id, "revision": 2, "status": "performed" }));

    // Exactly what was new was told.
    assert_eq!(told(&stack).await, 2);
}

#[tokio::test]
async fn what_is_not_as_agreed_is_refused_with_a_reason() {
    let mut stack = Stack::new().await;
    let monolith = stack.start("monolith").await;
    let (user, path) = (UserId::generate(), format!("/workout/{}/perform", WorkoutId::generate()));
    let with = |field: &str, value: Value| {
        let mut body = workout(user, 0);
        body[field] = value;
        body
    };
    refused(&monolith, &path, &with("energy_kcal", json!(-1)), (422, "invalid_workout")).await;
    refused(&monolith, &path, &with("calories", json!(1)), (422, "invalid_workout")).await;
    refused(&monolith, &path, &with("notes", json!("x".repeat(300_000))), (413, "invalid_body")).await;
    refused(&monolith, "/workout/1/perform", &workout(user, 0), (400, "invalid_workout_id")).await;
    refused(&monolith, "/workouts/start", &json!({ "user_id": user }), (422, "invalid_body")).await;
    refused(&monolith, "/workouts/start", &json!([]), (400, "invalid_json")).await;
    let start = json!({ "user_id": user, "workout_type": "sleeping" });
    refused(&monolith, "/workouts/start", &start, (422, "invalid_body")).await;
    let end = json!({ "end_time": "2026-01-01T00:00:00Z" });
    refused(&monolith, &format!("/workouts/{}/end", SessionId::generate()), &end, (404, "not_found")).await;
    refused(&monolith, "/elsewhere", &json!({}), (404, "not_found")).await;

    let answer = monolith.get(&path).await.unwrap();
    assert_eq!((answer.status, answer.json()["code"].as_str()), (405, Some("method_not_allowed")));

    // A form is what a page of a stranger can make a browser send.
    let form = Request::post(format!("{}{path}", monolith.url())).header("content-type", "text/plain");
    let answer = http::send(form.body(workout(user, 0).to_string()).unwrap()).await.unwrap();
    assert_eq!((answer.status, answer.json()["code"].as_str()), (415, Some("unsupported_media_type")));
    // So is a name of its own that suddenly means this machine.
    for (header, stranger) in [("host", "evil.example:8082"), ("origin", "https://evil.example")] {
        let json = Request::post(format!("{}{path}", monolith.url())).header("content-type", "application/json");
        let json = json.header(header, stranger).body(workout(user, 0).to_string());
        let answer = http::send(json.unwrap()).await.unwrap();
        assert_eq!((answer.status, answer.json()["code"].as_str()), (403, Some("foreign_origin")), "{header}");
    }
    assert_eq!(monolith.get(&format!("/users/{user}/last-workout")).await.unwrap().status, 404);
}

#[tokio::test]
async fn a_session_becomes_a_workout_when_it_ends() {
    let mut stack = Stack::new().await;
    let monolith = stack.start("monolith").await;
    let (user, session) = (UserId::generate(), SessionId::generate());
    let mut start = json!({ "user_id": user, "workout_type": "running", "session_id": session });
    let started = monolith.post("/workouts/start", &start).await.unwrap();
    assert_eq!((started.status, &started.json()["session_id"]), (201, &json!(session)));
    assert_eq!(monolith.post("/workouts/start", &start).await.unwrap(), started);
    start["workout_type"] = json!("yoga");
    refused(&monolith, "/workouts/start", &start, (409, "conflict")).await;

    let path = format!("/workouts/{session}/end");
    let begun: workout_events::Moment = started.json()["start_time"].as_str().unwrap().parse().unwrap();
    let end = |seconds: i64| {
        let at = begun.timestamp() + workout_events::jiff::SignedDuration::from_secs(seconds);
        json!({ "end_time": workout_events::Moment::from(at) })
    };
    refused(&monolith, &path, &end(0), (422, "invalid_workout")).await;
    refused(&monolith, &path, &end(-60), (422, "invalid_workout")).await;
    refused(&monolith, &path, &end(25 * 3_600), (422, "invalid_workout")).await;
    let mut measured = end(1_800);
    measured["calories_burned"] = json!(20_001);
    refused(&monolith, &path, &measured, (422, "invalid_workout")).await;

    let ended = monolith.post(&path, &end(3_600)).await.unwrap();
    assert_eq!(ended.json(), json!({ "session_id": session, "duration": 3_600, "calories_burned": 665 }), "{ended:?}");
    // What would come of a session may have been performed as another workout.
    let other = monolith.post("/workouts/start", &json!({ "user_id": user, "workout_type": "yoga" })).await.unwrap();
    let other = other.json()["session_id"].as_str().unwrap().to_owned();
    let taken = WorkoutId::from_foreign("monolith.session", &other);
    let performed = monolith.post(&format!("/workout/{taken}/perform"), &workout(UserId::generate(), 0)).await.unwrap();
    assert_eq!(performed.status, 200, "{performed:?}");
    refused(&monolith, &format!("/workouts/{other}/end"), &end(3_600), (409, "conflict")).await;
    // What was said first holds.
    measured["calories_burned"] = json!(500);
    assert_eq!(monolith.post(&path, &measured).await.unwrap(), ended);

    let last = wait::value("the workout is heard", LIMIT, || async {
        let last = monolith.get(&format!("/users/{user}/last-workout")).await.ok()?;
        (last.status == 200).then(|| last.json())
    })
    .await;
    assert_eq!((&last["duration"], &last["activity_type"]), (&json!(3_600), &json!("running")));
    // Two starts, one end, and two workouts.
    assert_eq!(told(&stack).await, 5);
}

#[tokio::test]
async fn a_history_that_an_operator_has_made_stays_as_it_is() {
    let mut stack = Stack::new().await;
    let broker = Broker::connect(&stack.vhost.amqp_url()).await.unwrap();
    let year = Topology::new().history(Duration::from_hours(8_760));
    broker.apply(&year).await.unwrap();
    let (_monolith, coach) = (stack.start("monolith").await, stack.start("coach_service").await);
    broker.check(&year).await.unwrap();
    // What only the history wants is told nevertheless: that a workout was requested, and generated.
    let asked = coach.post(&format!("/users/{}/wods", UserId::generate()), &json!({})).await.unwrap();
    assert_eq!(asked.status, 202, "{asked:?}");
    wait::until("it is told", LIMIT, || async { told(&stack).await == 2 }).await;
}

#[tokio::test]
async fn whoever_was_erased_is_forgotten_and_does_not_come_back() {
    let mut stack = Stack::new().await;
    let monolith = stack.start("monolith").await;
    let (user, id) = (UserId::generate(), WorkoutId::generate());
    let path = format!("/workout/{id}/perform");
    assert_eq!(monolith.post(&path, &workout(user, 0)).await.unwrap().status, 200);
    let session = monolith.post("/workouts/start", &json!({ "user_id": user, "workout_type": "yoga" })).await.unwrap();
    last(&monolith, user, id, 1).await;

    let publisher = Publisher::new(Broker::connect(&stack.vhost.amqp_url()).await.unwrap());
    let erased = Event::new("/auth", UserErased::new(user)).unwrap();
    assert_eq!(publisher.publish(&erased).await.unwrap(), Outcome::Confirmed);
    wait::until("nothing is known", LIMIT, || async {
        monolith.get(&format!("/users/{user}/last-workout")).await.is_ok_and(|answer| answer.status == 404)
    })
    .await;
    refused(&monolith, &path, &workout(user, 0), (410, "user_erased")).await;
    refused(&monolith, "/workouts/start", &json!({ "user_id": user, "workout_type": "yoga" }), (410, "user_erased"))
        .await;
    let end = format!("/workouts/{}/end", session.json()["session_id"].as_str().unwrap());
    refused(&monolith, &end, &json!({ "end_time": "2026-01-01T00:00:00Z" }), (404, "not_found")).await;

    // What another service tells late brings nothing back.
    let mut late = super::order::performed(user, id, 5, 7);
    late.revision = 7;
    let late = Event::new("/coach", late).unwrap();
    assert_eq!(publisher.publish(&late).await.unwrap(), Outcome::Confirmed);
    wait::until("it was heard", LIMIT, || async {
        let status = monolith.get(&format!("/workout/{id}")).await.ok();
        status.is_some_and(|answer| answer.status == 200 && answer.json()["revision"] == 7)
    })
    .await;
    assert_eq!(monolith.get(&format!("/users/{user}/last-workout")).await.unwrap().status, 404);
}

#[tokio::test]
async fn to_forget_somebody_only_their_workouts_are_looked_at() {
    let mut stack = Stack::new().await;
    let _monolith = stack.start("monolith").await;
    let mut connection = PgConnection::connect(&stack.database("monolith")).await.unwrap();
    let user = UserId::generate();
    for (whose, workouts) in [(UserId::generate(), 5_000), (user, 3)] {
        let heard = "INSERT INTO monolith.heard
                     SELECT gen_random_uuid(), 1, false, $1, n, '{}'::jsonb FROM generate_series(1, $2) AS n";
        sqlx::query(heard).bind(whose.as_uuid()).bind(workouts).execute(&mut connection).await.unwrap();
    }
    sqlx::query("ANALYZE monolith.heard").execute(&mut connection).await.unwrap();
    let counted = "SELECT n_tup_upd, seq_scan FROM pg_stat_user_tables WHERE relid = 'monolith.heard'::regclass";
    let before: (i64, i64) = sqlx::query_as(counted).fetch_one(&mut connection).await.unwrap();

    let publisher = Publisher::new(Broker::connect(&stack.vhost.amqp_url()).await.unwrap());
    let erased = Event::new("/auth", UserErased::new(user)).unwrap();
    assert_eq!(publisher.publish(&erased).await.unwrap(), Outcome::Confirmed);
    // The server counts them together, a moment later.
    let after = wait::value("they are forgotten", LIMIT, || async {
        let mut connection = PgConnection::connect(&stack.database("monolith")).await.unwrap();
        let after: (i64, i64) = sqlx::query_as(counted).fetch_one(&mut connection).await.unwrap();
        (after.0 == before.0 + 3).then_some(after)
    })
    .await;
    assert_eq!(after.1, before.1, "the whole table was read");
}

#[tokio::test]
async fn it_says_how_it_is_and_ends_when_asked() {
    let mut stack = Stack::new().await;
    let mut monolith = stack.start("monolith").await;
    assert_eq!(monolith.get("/healthz").await.unwrap().json(), json!({ "status": "ok" }));
    wait::until("it is ready", LIMIT, || async {
        monolith.get("/readyz").await.is_ok_and(|answer| answer.status == 200)
    })
    .await;
    let path = format!("/workout/{}/perform", WorkoutId::generate());
    monolith.post(&path, &workout(UserId::generate(), 0)).await.unwrap();
    let figures = monolith.get("/metrics").await.unwrap();
    assert!(figures.text.contains("workout_outbox_enqueued_total"), "{figures:?}");

    stack.vhost.forbid().await.unwrap();
    close_connections(&stack.vhost, 2).await;
    wait::until("it is not ready without a broker", LIMIT, || async {
        monolith.get("/readyz").await.is_ok_and(|answer| answer.status == 503)
    })
    .await;
    // What is performed meanwhile waits in the outbox.
    let path = format!("/workout/{}/perform", WorkoutId::generate());
    assert_eq!(monolith.post(&path, &workout(UserId::generate(), 0)).await.unwrap().status, 200);
    stack.vhost.permit(support::rabbitmq::everything()).await.unwrap();
    wait::until("it is told", LIMIT, || async { told(&stack).await == 2 }).await;
    monolith.stop().await;
}

/// How many events the history has.
async fn told(stack: &Stack) -> u64 {
    let broker = Broker::connect(&stack.vhost.amqp_url()).await.unwrap();
    let newest = broker.end_of(workout_broker::topology::HISTORY).await.unwrap();
    broker.close().await.unwrap();
    newest.map_or(0, |newest| newest + 1)
}

/// Waits until this is what is known as the last workout.
async fn last(monolith: &Running, user: UserId, workout: WorkoutId, revision: u32) -> Value {
    let path = format!("/users/{user}/last-workout");
    wait::value("the workout is the last one", LIMIT, || async {
        let last = monolith.get(&path).await.ok().filter(|answer| answer.status == 200)?.json();
        (last["workout_id"] == json!(workout) && last["revision"] == json!(revision)).then_some(last)
    })
    .await
}

async fn refused(monolith: &Running, path: &str, body: &Value, (status, code): (u16, &str)) {
    let answer = monolith.post(path, body).await.unwrap();
    assert_eq!(answer.content_type, "application/problem+json", "{path} {body}: {answer:?}");
    assert_eq!((answer.status, answer.json()["code"].as_str()), (status, Some(code)), "{path} {body}: {answer:?}");
}
