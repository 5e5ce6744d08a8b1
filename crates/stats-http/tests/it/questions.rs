//! Every question, with an answer that says what is in the store.

use serde_json::{Value, json};
use stats_http::Api;
use workout_events::UserId;

use crate::support::{Served, store};

async fn ask(path: &str) -> Value {
    let user = UserId::generate();
    let served = Served::new(Api::new(store(user, 5).await.reader()).router()).await;
    let reply = served.get(&format!("/v1/users/{user}/{path}")).await;
    assert_eq!(reply.status, 200, "{path}: {reply:?}");
    let body = reply.json();
    assert_eq!(body["as_of"]["version"], 1, "{path}");
    assert_eq!(reply.header("stats-position"), Some("1"));
    body["data"].clone()
}

#[tokio::test]
async fn the_names_are_those_that_were_agreed() {
    let user = UserId::generate();
    let served = Served::new(Api::new(store(user, 4).await.reader()).router()).await;
    let want = json!({
        "total_workouts": 4,
        "total_duration": 2_760,
        "total_calories_burned": null,
        "average_session_duration": 690.0,
    });
    assert_eq!(served.get(&format!("/users/{user}/statistics")).await.json(), want);
}

#[tokio::test]
async fn what_is_not_known_is_null() {
    let served = Served::new(Api::new(store(UserId::generate(), 1).await.reader()).router()).await;
    let want = json!({
        "total_workouts": 0,
        "total_duration": 0,
        "total_calories_burned": null,
        "average_session_duration": null,
    });
    let nobody = UserId::generate();
    assert_eq!(served.get(&format!("/users/{nobody}/statistics")).await.json(), want);
    assert_eq!(served.get(&format!("/USERS/{nobody}/statistics").to_lowercase()).await.json(), want);
    let totals = served.get(&format!("/v1/users/{nobody}/totals")).await.json();
    assert_eq!(
        totals["as_of"],
        json!({ "definition": totals["as_of"]["definition"], "version": 0, "changed_at": null })
    );
}

#[tokio::test]
async fn an_upper_case_id_is_the_same_id() {
    let user = UserId::generate();
    let served = Served::new(Api::new(store(user, 4).await.reader()).router()).await;
    let upper = user.to_string().to_uppercase();
    assert_eq!(served.get(&format!("/users/{upper}/statistics")).await.json()["total_workouts"], 4);
}

#[tokio::test]
async fn totals_are_of_everything_or_of_some_days() {
    let all = ask("totals").await;
    assert_eq!((&all["workouts"], &all["duration_s"]), (&json!(5), &json!(3_600)));
    assert_eq!(all["known_for"], json!({ "energy": 0, "distance": 0, "elevation_gain": 0, "volume": 0 }));
    assert_eq!(ask("totals?from=2026-03-02&to=2026-03-03").await["duration_s"], 660 + 720);
    assert_eq!(ask("totals?activity=cycling").await["workouts"], 2);
    assert_eq!(ask("totals?from=2027-01-01").await["workouts"], 0);
}

#[tokio::test]
async fn activities_are_summed_up_one_by_one() {
    let found = ask("activities?to=2026-03-03").await;
    assert_eq!(found.as_array().unwrap().len(), 2);
    let running = found.as_array().unwrap().iter().find(|sums| sums["activity"] == "running").unwrap();
    assert_eq!((&running["workouts"], &running["duration_s"]), (&json!(2), &json!(600 + 720)));
}

#[tokio::test]
async fn a_series_has_periods_with_a_workout() {
    // The first of March 2026 is a Sunday.
    let weeks = ask("series?period=week&from=2026-03-01&to=2026-03-31").await;
    let days: Vec<_> = weeks["points"].as_array().unwrap().iter().map(|point| &point["first_day"]).collect();
    assert_eq!(days, ["2026-02-23", "2026-03-02"]);
    assert_eq!(weeks["week_start"], "monday");
    let weeks = ask("series?period=week&from=2026-03-01&to=2026-03-31&week_start=sunday").await;
    assert_eq!(weeks["points"][0]["workouts"], 5);
    assert_eq!(ask("series?period=month&from=2026-01-01&to=2026-12-31").await["points"][0]["duration_s"], 3_600);
    let calendar = ask("calendar?from=2026-03-04&to=2026-04-01").await;
    assert_eq!(calendar[0], json!({ "day": "2026-03-04", "workouts": 1, "duration_s": 780 }));
    assert_eq!(calendar.as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn two_ranges_are_compared() {
    let compared = ask("compare?from=2026-03-03&to=2026-03-04").await;
    assert_eq!((&compared["one"]["duration_s"], &compared["other"]["duration_s"]), (&json!(1_500), &json!(1_260)));
    assert_eq!(compared["difference"]["duration_s"], 240);
    assert_eq!(compared["difference"]["energy_kcal"], Value::Null);
    let compared = ask("compare?from=2026-03-03&to=2026-03-04&with_from=2026-03-05&with_to=2026-03-05").await;
    assert_eq!(compared["difference"]["workouts"], 1);
}

#[tokio::test]
async fn streaks_know_what_was_once() {
    let streaks = ask("streaks").await;
    assert_eq!(streaks["days"], json!({ "length": 0, "first_day": null, "last_day": null }));
    let longest = json!({ "length": 5, "first_day": "2026-03-01", "last_day": "2026-03-05" });
    assert_eq!(streaks["longest_days"], longest);
}

#[tokio::test]
async fn a_workout_that_nobody_did_an_exercise_in_has_no_exercises() {
    assert_eq!(ask("exercises").await, json!([]));
    let trend = json!({ "period": "day", "e1rm_formula": "epley", "points": [] });
    assert_eq!(ask("exercises/back-squat/trend?period=day").await, trend);
    assert_eq!(ask("exercises/back-squat/records").await, json!([]));
}

#[tokio::test]
async fn the_last_workout_is_the_first_of_the_list() {
    let last = ask("last-workout").await;
    assert_eq!((&last["day"], &last["duration_s"]), (&json!("2026-03-05"), &json!(840)));
}

#[tokio::test]
async fn a_workout_is_shown_as_it_was_said_to_its_person() {
    let user = UserId::generate();
    let served = Served::new(Api::new(store(user, 2).await.reader()).router()).await;
    let last = served.get(&format!("/v1/users/{user}/last-workout")).await.json()["data"].clone();
    let id = last["workout_id"].as_str().unwrap();
    let whole = served.get(&format!("/v1/users/{user}/workouts/{id}")).await.json()["data"].clone();
    assert_eq!(whole["brief"], last);
    assert_eq!(whole["performed"]["source"]["name"], "coach");
    let other = served.get(&format!("/v1/users/{}/workouts/{id}", UserId::generate())).await;
    assert_eq!(other.problem(), (404, "not_found".to_owned()));
}

#[tokio::test]
async fn records_are_those_that_stand_and_those_that_were_set_last() {
    let records = ask("records").await;
    let longest: Vec<_> = records.as_array().unwrap().iter().map(|record| &record["value"]).collect();
    assert_eq!(longest.len(), 2, "{records}");
    let latest = ask("latest-records?limit=1").await;
    assert_eq!((&latest[0]["activity"], &latest[0]["value"]), (&json!("running"), &json!(840)));
}

#[tokio::test]
async fn nobody_is_on_a_leaderboard_who_does_not_want_to_be() {
    let served = Served::new(Api::new(store(UserId::generate(), 5).await.reader()).router()).await;
    let board = served.get("/v1/leaderboard?span=ever&by=duration_s").await;
    assert_eq!((board.status, board.json()), (200, json!({ "data": [] })));
    assert_eq!(served.get("/v1/leaderboard?span=ever").await.problem(), (400, "missing_parameter".to_owned()));
}

#[tokio::test]
async fn a_number_is_explained_by_the_workouts_that_make_it_up() {
    let explained = ask("explain?from=2026-03-02&to=2026-03-04&activity=cycling").await;
    let workouts = explained["workouts"].as_array().unwrap();
    let sum: i64 = workouts.iter().map(|workout| workout["duration_s"].as_i64().unwrap()).sum();
    assert_eq!((workouts.len(), &json!(sum)), (2, &explained["sums"]["duration_s"]));
}

#[tokio::test]
async fn a_number_of_many_workouts_is_explained_page_by_page() {
    let user = UserId::generate();
    let served = Served::new(Api::new(store(user, 25).await.reader()).router()).await;
    let (mut sum, mut pages, mut query) = (0, 0, "from=2026-03-01&to=2026-04-30&limit=10".to_owned());
    loop {
        let page = served.get(&format!("/v1/users/{user}/explain?{query}")).await.json()["data"].clone();
        let workouts = page["workouts"].as_array().unwrap();
        assert!(workouts.len() <= 10);
        sum += workouts.iter().map(|workout| workout["duration_s"].as_i64().unwrap()).sum::<i64>();
        pages += 1;
        let Some(cursor) = page["next_cursor"].as_str() else {
            assert_eq!((pages, &json!(sum)), (3, &page["sums"]["duration_s"]));
            break;
        };
        query = format!("from=2026-03-01&to=2026-04-30&limit=10&cursor={cursor}");
    }
}

#[tokio::test]
async fn pages_have_every_workout_once() {
    let user = UserId::generate();
    let served = Served::new(Api::new(store(user, 25).await.reader()).router()).await;
    let (mut days, mut query) = (Vec::new(), "limit=10&activity=running".to_owned());
    loop {
        let page = served.get(&format!("/v1/users/{user}/workouts?{query}")).await.json()["data"].clone();
        days.extend(page["workouts"].as_array().unwrap().iter().map(|workout| workout["day"].to_string()));
        let Some(cursor) = page["next_cursor"].as_str() else { break };
        query = format!("limit=10&activity=running&cursor={cursor}");
    }
    assert_eq!(days.len(), 13);
    assert!(days.is_sorted_by(|one, two| one > two), "{days:?}");
}

#[tokio::test]
async fn preferences_say_what_today_is() {
    let preferences = ask("preferences").await;
    assert_eq!((&preferences["day_start_hour"], &preferences["week_start"]), (&json!(0), &Value::Null));
    assert!(preferences["today"].as_str().unwrap() >= "2026-03-01");
}
