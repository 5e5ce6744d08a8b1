//! Pages stay small, however much there is to tell.

use axum::http::header;

use super::site::{Site, ada};

const MOST: usize = 150_000;

#[tokio::test]
async fn five_years_fit_into_pages_of_150_kb() {
    let site = Site::years(5).await;
    let workouts = site.store.reader().totals(ada()).await.unwrap().total_workouts;
    assert!(workouts > 900, "{workouts}");
    let paths = [
        "",
        "?measure=volume&by=day",
        "?measure=distance&by=month",
        "/workouts",
        "/exercises",
        "/exercises/back-squat",
        "/records",
        "/goals",
        "/why?figure=time&from=2020-01-01&to=2025-12-31",
    ];
    for path in paths {
        let bytes = site.page(ada(), path).await.body.len();
        assert!(bytes < MOST, "{path}: {bytes}");
    }
}

#[tokio::test]
async fn assets_are_kept_for_ever_under_a_name_that_follows_from_their_content() {
    let site = Site::years(1).await;
    let page = site.page(ada(), "").await;
    let links = [page.all("href"), page.all("src")].concat();
    let assets: Vec<_> = links.iter().filter(|link| link.contains("/assets/")).collect();
    assert_eq!(assets.len(), 3);
    for asset in assets {
        let answer = site.get(asset).await;
        assert_eq!(answer.header(&header::CACHE_CONTROL), "public, max-age=31536000, immutable", "{asset}");
    }
    assert_eq!(page.header(&header::CACHE_CONTROL), "no-store");
    assert_eq!(site.get("/dashboard/assets/0000000000000000.css").await.status, 404);
}
