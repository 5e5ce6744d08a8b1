use std::future::pending;

use workout_consumer::Reason;
use workout_consumer::dead_letters::{End, Filter};

use super::Site;

/// Expects the same in the same order, and says where it begins to differ.
#[track_caller]
fn check(got: &[String], want: &[String]) {
    let same = got.iter().zip(want).take_while(|(got, want)| got == want).count();
    assert!(got == want, "{} instead of {}, the same up to {same}", got.len(), want.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_filter_leaves_the_others_as_they_were_and_in_their_order() {
    let site = Site::new().await;
    let mut letters = site.bury(3_200).await;
    // However often somebody looks: what came back goes out first.
    for _ in 0..3 {
        check(&site.ids().await, &letters);
    }
    let report = site.replay(Filter::all().reason(Reason::Rejected)).await;
    assert_eq!((report.seen, report.meant, report.done), (3_200, 1_067, 1_067));
    let meant: Vec<_> = letters.iter().step_by(3).cloned().collect();
    check(&site.work().await, &meant);
    letters.retain(|letter| !meant.contains(letter));
    check(&site.ids().await, &letters);

    let filter = letters[..50].iter().fold(Filter::all(), Filter::id);
    let report = site.dead.discard(filter, pending(), |_| {}).await.unwrap();
    assert_eq!((report.seen, report.done), (2_133, 50));
    check(&site.ids().await, &letters[50..]);
    site.broker.close().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn letters_that_are_not_looked_at_are_counted() {
    let site = Site::new().await;
    let letters = site.bury(1_300).await;
    let mut reading = site.dead.clone().hold(600).read(Filter::all()).await.unwrap();
    let mut seen = Vec::new();
    while let Some(letter) = reading.next().await {
        seen.push(letter.unwrap().id.unwrap());
    }
    let report = reading.close().await.unwrap();
    assert!(matches!(report.end, End::Limit), "{report:?}");
    assert_eq!((report.seen, report.waiting), (600, 1_300));
    check(&seen, &letters[..600]);
    check(&site.ids().await, &letters);
    site.broker.close().await.unwrap();
}

/// As when somebody else looks at them at the same time.
#[tokio::test(flavor = "multi_thread")]
async fn what_somebody_else_holds_is_not_waited_for() {
    let site = Site::new().await;
    let letters = site.bury(3).await;
    let mut reading = site.dead.read(Filter::all()).await.unwrap();
    reading.next().await.unwrap().unwrap();
    assert!(site.letters().await.is_empty());
    let report = reading.close().await.unwrap();
    assert_eq!((report.seen, report.waiting), (1, 3));
    check(&site.ids().await, &letters);
    site.broker.close().await.unwrap();
}
