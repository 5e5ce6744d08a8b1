//! From the first page, every link leads somewhere.

use std::collections::{BTreeSet, VecDeque};

use axum::http::{StatusCode, header};

use super::safety::is_strict;
use super::site::{Site, ada, grace, joan};

#[tokio::test]
async fn every_link_leads_to_a_page() {
    let site = Site::years(1).await;
    for user in [ada(), grace(), joan()] {
        let mut waiting = VecDeque::from([format!("/dashboard/{user}")]);
        let mut seen = BTreeSet::new();
        while let Some(path) = waiting.pop_front() {
            let page = site.get(&path).await;
            assert_eq!(page.status, StatusCode::OK, "{path}");
            if !page.header(&header::CONTENT_TYPE).starts_with("text/html") {
                continue;
            }
            is_strict(&page);
            assert!(page.body.contains("<h1") && page.body.matches("<main").count() == 1, "{path}");
            for href in page.all("href") {
                let path = href.split('#').next().unwrap_or_default().to_owned();
                // One of each kind: the pages of 200 workouts are all made by the same code.
                let kind = path.split(|letter: char| letter.is_ascii_digit()).collect::<Vec<_>>().join("");
                if !path.is_empty() && path != "/dashboard" && seen.insert(kind) {
                    waiting.push_back(path);
                }
            }
        }
        assert!(seen.len() > 5, "{seen:?}");
    }
}
