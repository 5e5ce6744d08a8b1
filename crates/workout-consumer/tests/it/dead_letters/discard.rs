use std::future::{pending, ready};

use workout_consumer::dead_letters::{End, Filter, Progress};

use super::site::{Site, at, check_order, ids};
use crate::support::soon;

#[tokio::test]
async fn what_is_meant_is_gone_and_the_rest_stays_in_its_order() {
    let (site, events) = Site::with_letters(1_100).await;
    let filter = Filter::all().from(at(100)).until(at(200));
    let mut done = 0;
    let each = |progress: Progress<'_>| done += u32::from(matches!(progress, Progress::Done(_)));
    let report = soon(site.dead.discard(filter, pending(), each)).await.unwrap();
    assert_eq!((report.seen, report.meant, report.done, done), (1_100, 100, 100, 100));
    assert!(report.is_complete());
    let rest: Vec<_> = events[..100].iter().chain(&events[200..]).map(|event| event.id().to_string()).collect();
    check_order(&ids(&site.letters().await), &rest);
}

#[tokio::test]
async fn a_stop_leaves_what_is_not_done() {
    let (site, _) = Site::with_letters(5).await;
    let report = soon(site.dead.discard(Filter::all(), ready(()), |_| {})).await.unwrap();
    assert!(matches!(report.end, End::Asked), "{report:?}");
    assert_eq!((report.done, site.waiting()), (0, [0, 5]));
}
