//! Services that are killed while people perform workouts.

use support::service::Running;

use super::performing::Crowd;
use super::stack::{Stack, counts};

/// Who performs at the same time.
const PEOPLE: usize = 4;

/// How often each service is killed.
const TIMES: usize = 3;

#[tokio::test(flavor = "multi_thread")]
async fn whatever_is_killed_everything_that_was_performed_is_counted_once() {
    let mut stack = Stack::new().await;
    let mut stats = [stack.start("stats_service").await, stack.start("stats_service").await];
    let mut monolith = stack.start("monolith").await;
    let crowd = Crowd::of(PEOPLE, monolith.url());
    for _ in 0..TIMES {
        monolith = killed_at_work(monolith, &crowd).await;
        crowd.follow(monolith.url());
        for stats in &mut stats {
            crowd.gets_on().await;
            stats.kill();
            crowd.gets_on().await;
            stats.start_again().await;
        }
    }
    let seen = crowd.ends().await;
    assert!(seen.iter().any(|seen| seen.repeated > 0), "nobody noticed that the service was killed");
    for seen in &seen {
        for stats in &stats {
            counts(stats, seen.user, seen.performed).await;
        }
    }
    monolith.stop().await;
    for mut stats in stats {
        stats.stop().await;
    }
}

async fn killed_at_work(mut service: Running, crowd: &Crowd) -> Running {
    crowd.gets_on().await;
    service.kill();
    service.start_again().await;
    service
}
