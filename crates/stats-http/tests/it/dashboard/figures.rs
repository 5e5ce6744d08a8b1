//! What a page says is what the store says.

use axum::http::StatusCode;
use stats_store::{Board, Day, Days, RankedBy, Span, WorkoutFilter};

use super::site::{Site, ada, grace, joan};

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

/// The clock of the site shows 20:00 in Berlin.
fn today() -> Day {
    day("2025-06-15")
}

#[tokio::test]
async fn the_four_figures_are_those_of_the_store() {
    let site = Site::years(2).await;
    let page = site.page(ada(), "").await;
    let days = Days::new(today().plus(-27), today());
    let sums = site.store.reader().total(ada(), days, None).await.unwrap().value;
    let minutes = (sums.duration_s + 30) / 60;
    let tonnes = (sums.volume_g + 50_000) / 100_000;
    assert_eq!(page.figure("Workouts"), sums.workouts.to_string());
    assert_eq!(page.figure("Time"), format!("{} h {} min", minutes / 60, minutes % 60));
    assert_eq!(page.figure("Volume"), format!("{}.{} t", tonnes / 10, tonnes % 10));
    let kcal = sums.energy().unwrap();
    assert_eq!(page.figure("Energy"), format!("{} {:03} kcal", kcal / 1_000, kcal % 1_000));
    let coverage = format!("known for {} of {}", sums.energy_workouts, sums.workouts);
    assert!(page.body.contains(&coverage), "{coverage}");
}

#[tokio::test]
async fn a_figure_is_explained_by_the_workouts_behind_it() {
    let site = Site::years(2).await;
    let (from, to) = (day("2024-11-01"), day("2024-12-31"));
    let sums = site.store.reader().total(ada(), Days::new(from, to), None).await.unwrap().value;
    let page = site.page(ada(), &format!("/why?figure=workouts&from={from}&to={to}")).await;
    assert_eq!(page.figure("total"), format!("{} workouts", sums.workouts));
    let behind = page.all("href").iter().filter(|href| href.contains("/workouts/")).count();
    assert_eq!(i64::try_from(behind).unwrap(), sums.workouts);
}

#[tokio::test]
async fn older_pages_show_each_workout_once() {
    let site = Site::years(1).await;
    let mut shown = Vec::new();
    let mut path = "/workouts".to_owned();
    loop {
        let page = site.page(ada(), &path).await;
        let prefix = format!("/dashboard/{}", ada());
        let own: Vec<_> =
            page.all("href").iter().filter_map(|href| href.strip_prefix(&prefix).map(str::to_owned)).collect();
        shown.extend(own.iter().filter(|href| href.starts_with("/workouts/")).cloned());
        match own.into_iter().find(|href| href.contains("after=")) {
            Some(next) => path = next,
            None => break,
        }
    }
    let all = site.store.reader().workouts(ada(), &WorkoutFilter::new(500)).await.unwrap().value;
    let want: Vec<_> = all.iter().map(|workout| format!("/workouts/{}", workout.workout_id)).collect();
    assert!(want.len() > 100);
    assert_eq!(shown, want);
}

#[tokio::test]
async fn filters_leave_what_matches_and_stay_on_the_next_page() {
    let site = Site::years(1).await;
    let page = site.page(ada(), "/workouts?activity=running&from=2024-07-01&to=").await;
    let next = page.all("href").into_iter().find(|href| href.contains("after=")).unwrap();
    assert!(next.contains("activity=running") && next.contains("from=2024-07-01"), "{next}");
    // What is not a filter is none, and nothing of it comes back.
    let odd = site.page(ada(), "/workouts?activity=%22%3E%3Cb%3E&from=%3Cscript%3E").await;
    assert!(!odd.body.contains("<b>") && !odd.body.contains("<script>"));
}

#[tokio::test]
async fn a_record_on_the_page_is_the_one_in_the_store() {
    let site = Site::years(2).await;
    let records = site.store.reader().bests(ada()).await.unwrap().value;
    let page = site.page(ada(), "/records").await;
    let numbers = page.body.matches("class=\"number record").count();
    assert_eq!(numbers, records.len());
    let squat = site.page(ada(), "/exercises/back-squat").await;
    let heaviest = site.store.reader().records(ada(), "back-squat").await.unwrap().value;
    let heaviest =
        heaviest.iter().filter(|record| record.kind.as_str() == "heaviest_load_g").map(|record| record.value).max();
    let kilograms = format!("{}", heaviest.unwrap() / 1_000);
    assert!(
        squat.body.contains(&format!("{kilograms}\u{a0}kg")) || squat.body.contains(&format!("{kilograms}.5\u{a0}kg"))
    );
}

#[tokio::test]
async fn the_sentence_and_the_bars_know_the_goals() {
    let site = Site::years(1).await;
    let goals = site.store.reader().goals(ada(), today()).await.unwrap().value;
    let week = goals.iter().find(|standing| standing.goal.period.as_str() == "weekly").unwrap();
    let page = site.page(ada(), "").await;
    let text = page.body.replace('\u{a0}', " ");
    assert!(text.contains(&format!("{} of {} workouts", week.value, week.goal.target)), "{week:?}");
    let page = site.page(ada(), "/goals").await;
    assert_eq!(page.body.matches("class=\"meter\"").count(), goals.len());
    let forecasts =
        goals.iter().filter(|standing| standing.forecast.is_some() && standing.value < standing.goal.target);
    assert_eq!(page.body.matches("class=\"forecast\"").count(), forecasts.count());
}

#[tokio::test]
async fn the_leaderboard_has_those_who_want_to_be_seen_in_their_order() {
    let site = Site::years(1).await;
    let board = Board::new(Span::Year, today(), RankedBy::DurationS);
    let ranked = site.store.reader().leaderboard(&board).await.unwrap();
    assert_eq!(ranked.iter().map(|ranked| ranked.user_id).collect::<Vec<_>>(), [ada(), grace()]);
    let page = site.page(ada(), "/leaderboard?span=year&by=time").await;
    let places = ranked.iter().map(|ranked| page.body.find(ranked.display_name.as_deref().unwrap()).unwrap());
    assert!(places.is_sorted());
    assert!(page.body.contains("(you)") && !page.body.contains("You are not shown"));
    assert!(site.page(joan(), "/leaderboard").await.body.contains("You are not shown"));
}

#[tokio::test]
async fn other_peoples_workouts_are_not_there() {
    let site = Site::years(1).await;
    let of_ada = site.store.reader().last_workout(ada()).await.unwrap().value.unwrap().workout_id;
    let path = |user| format!("/dashboard/{user}/workouts/{of_ada}");
    assert_eq!(site.get(&path(ada())).await.status, StatusCode::OK);
    assert_eq!(site.get(&path(grace())).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn nobody_yet_is_told_how_to_begin() {
    let site = Site::of(&[]).await;
    let page = site.page(joan(), "").await;
    assert!(page.body.contains("curl -X POST") && page.body.contains(&joan().to_string()));
    assert_eq!(site.page(joan(), "/version").await.body, "0");
}
