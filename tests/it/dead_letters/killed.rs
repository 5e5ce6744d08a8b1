use std::collections::BTreeSet;
use std::process::{Command, Stdio};

use support::wait;
use workout_consumer::dead_letters::Filter;

use super::{LIMIT, QUEUE, Site};
use crate::command;

#[tokio::test(flavor = "multi_thread")]
async fn a_replay_that_is_killed_loses_none_of_ten_thousand() {
    let site = Site::new().await;
    let buried = site.bury(10_000).await;
    let mut replay = Command::new(command::path());
    replay.args(["dlq", "replay", QUEUE, "--yes"]).env("AMQP_URL", site.vhost.amqp_url());
    let mut child = replay.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    wait::until("it is in the middle of it", LIMIT, || async { site.broker.depth(QUEUE).await.unwrap() > 2_000 }).await;
    child.kill().unwrap();
    assert!(!child.wait().unwrap().success());
    site.all_are_back(10_000).await;

    let left = site.ids().await;
    assert!(!left.is_empty() && left.len() < 8_000, "{}", left.len());
    let report = site.replay(Filter::all()).await;
    assert!(report.is_complete(), "{report:?}");
    assert_eq!(report.done, left.len() as u64);
    let replayed = site.work().await;
    // What was published and not yet off the dead letters is there twice: at most what goes together.
    assert!((10_000..=10_100).contains(&replayed.len()), "{}", replayed.len());
    assert_eq!(BTreeSet::from_iter(replayed), BTreeSet::from_iter(buried));
    assert!(site.letters().await.is_empty());
    site.broker.close().await.unwrap();
}
