//! Somebody is forgotten.

use serde_json::json;
use support::wait;
use workout_events::types::user::{Units, UserErased, UserRegistered, WeekStart};
use workout_events::types::wod::WodRequested;
use workout_events::{Event, UserId, WorkoutId, ZoneName};

use super::site::{LIMIT, Site, text};

#[tokio::test(flavor = "multi_thread")]
async fn of_one_who_was_erased_nothing_is_left_and_old_messages_bring_nothing_back() {
    let site = Site::new().await;
    let coach = site.coach().start().await;
    let (erased, other) = (UserId::generate(), UserId::generate());
    let mut kept = Vec::new();
    for user in [erased, other] {
        let performed = json!({
            "user_id": user, "source": { "name": "tests" }, "activity_type": "running", "time_zone": "UTC",
            "started_at": "2026-03-28T17:00:00Z", "ended_at": "2026-03-28T17:45:00Z",
        });
        let path = format!("/workout/{}/perform", WorkoutId::generate());
        assert_eq!(coach.post(&path, &performed).await.unwrap().status, 200);
        let asked = coach.post(&format!("/users/{user}/wods"), &json!({ "day": "2026-11-21" })).await.unwrap();
        kept.push(site.request(&coach, &text(&asked.json(), "request_id"), "generated").await);
    }
    site.publish(&Event::new("/tests", UserErased::new(erased)).unwrap()).await;
    let request = |n: usize| format!("/wods/requests/{}", text(&kept[n], "request_id"));
    wait::until("it is gone", LIMIT, || async { coach.get(&request(0)).await.unwrap().status == 404 }).await;
    assert_eq!(coach.get(&format!("/wods/{}", text(&kept[0]["wod"], "wod_id"))).await.unwrap().status, 404);
    assert_eq!(coach.get(&format!("/users/{erased}/wods")).await.unwrap().json(), json!({ "wods": [] }));
    for table in ["requests", "wods", "workouts"] {
        let sql = sqlx::AssertSqlSafe(format!("SELECT user_id::text FROM coach.{table}"));
        let users: Vec<String> = sqlx::query_scalar(sql).fetch_all(&site.pool).await.unwrap();
        assert_eq!(users, [other.to_string()], "{table}");
    }
    assert_eq!(coach.get(&request(1)).await.unwrap().json(), kept[1]);

    // What was under way, or is said by somebody who does not know yet.
    let wanted = WodRequested::of_day(erased, "2026-11-22".parse().unwrap());
    site.publish(&Event::new("/tests", wanted).unwrap()).await;
    let zone = ZoneName::new("UTC").unwrap();
    let registered = UserRegistered::new(erased, zone, WeekStart::Monday, 0, Units::Metric);
    site.publish(&Event::new("/tests", registered).unwrap()).await;
    let late = coach.post(&format!("/users/{erased}/wods"), &json!({})).await.unwrap();
    assert_eq!((late.status, &late.json()["code"]), (410, &json!("user_erased")));
    let page = coach.post("/wods/requests?day=2026-11-23", &json!({})).await.unwrap().json();
    assert_eq!((&page["people"], &page["requested"]), (&json!(1), &json!(1)));
    wait::until("the other has it", LIMIT, || async { site.count("SELECT count(*) FROM coach.wods").await == 2 }).await;
    wait::until("the message is dealt with", LIMIT, || async {
        coach.log().contains("the person was erased, so there is no workout")
    })
    .await;
    assert_eq!(site.told("wod.generated").await.len(), 3);
    assert_eq!(site.broker.depth("coach.wods.dead").await.unwrap(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_registers_is_known_and_gets_the_workout_of_the_day() {
    let site = Site::new().await;
    let coach = site.coach().start().await;
    let zone = ZoneName::new("UTC").unwrap();
    let user = UserId::generate();
    let registered = UserRegistered::new(user, zone, WeekStart::Monday, 0, Units::Metric);
    site.publish(&Event::new("/tests", registered).unwrap()).await;
    wait::until("the user is known", LIMIT, || async { site.count("SELECT count(*) FROM coach.people").await == 1 })
        .await;
    let page = coach.post("/wods/requests?day=2026-11-21", &json!({})).await.unwrap();
    assert_eq!((page.status, &page.json()["requested"]), (200, &json!(1)));
    let id = WodRequested::of_day(user, "2026-11-21".parse().unwrap()).request_id;
    site.request(&coach, &id.to_string(), "generated").await;
}
