//! Services that are killed while people perform workouts.

use super::performing::Crowd;
use super::stack::Stack;

/// How many people perform at each service, all at the same time.
const PEOPLE: usize = 3;

/// How often each service is killed.
const TIMES: usize = 3;

#[tokio::test(flavor = "multi_thread")]
async fn whatever_is_killed_everything_that_was_performed_is_counted_once() {
    let mut stack = Stack::new().await;
    let mut stats = [stack.start("stats_service").await, stack.start("stats_service").await];
    let [mut monolith, mut coach] = [stack.start("monolith").await, stack.start("coach_service").await];
    let crowds = [Crowd::of(PEOPLE, monolith.url()), Crowd::of(PEOPLE, coach.url())];
    for _ in 0..TIMES {
        for (service, crowd) in [&mut monolith, &mut coach].into_iter().zip(&crowds) {
            crowd.gets_on().await;
            service.kill();
            service.start_again().await;
            crowd.follow(service.url());
        }
        for stats in &mut stats {
            crowds[0].gets_on().await;
            stats.kill();
            crowds[1].gets_on().await;
            stats.start_again().await;
        }
    }
    // All of them end before anything is counted: it is counted when nothing is under way any more.
    let mut seen = Vec::new();
    for crowd in crowds {
        let people = crowd.ends().await;
        assert!(people.iter().any(|seen| seen.repeated > 0), "nobody noticed that the service was killed");
        seen.extend(people);
    }
    for seen in &seen {
        for stats in &stats {
            stack.counts(stats, seen.user, seen.performed).await;
        }
    }
    for mut service in stats.into_iter().chain([monolith, coach]) {
        service.stop().await;
    }
}
