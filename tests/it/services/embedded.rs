//! The statistics service with nothing configured: what a newcomer starts.

use std::process::Command;

use serde_json::Value;
use support::service::{self, Running};

#[tokio::test]
async fn what_the_first_command_prints_can_be_typed() {
    // In an empty folder, and on a port that is free.
    let mut stats = service::example("stats_service").start().await;
    let said = support::wait::value("all lines", super::LIMIT, || {
        let said = stats.said();
        async move { (said.lines().count() == 4).then_some(said) }
    })
    .await;
    let [url, perform, ask, dashboard] = said.lines().collect::<Vec<_>>()[..] else { panic!("{said}") };
    assert_eq!((url, dashboard), (stats.url(), format!("{}/dashboard", stats.url()).as_str()));

    assert_eq!(typed(perform)["effect"], "applied");
    assert_eq!(typed(perform)["effect"], "duplicate");
    let statistics = typed(ask);
    assert_eq!(statistics["total_workouts"], 1);
    assert_eq!(statistics["total_duration"], 45 * 60);
    assert_eq!(stats.get("/dashboard").await.unwrap().status, 200);

    // What was confirmed is in a file.
    kill_and_start(&mut stats).await;
    assert_eq!(typed(&ask.replace(url, stats.url())), statistics);
    stats.stop().await;
}

async fn kill_and_start(stats: &mut Running) {
    stats.kill();
    stats.start_again().await;
}

/// What a shell makes of a line that was printed.
fn typed(line: &str) -> Value {
    let output =
        Command::new("sh").args(["-c", &format!("{line} --silent --show-error --noproxy '*'")]).output().unwrap();
    assert!(output.status.success(), "{line}: {output:?}");
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{line}: {error}: {output:?}"))
}
