//! Several coaches at once.

use std::collections::BTreeSet;

use support::wait;
use workout_events::types::wod::WodRequested;
use workout_events::{Event, UserId, WodRequestId};

use super::site::{LIMIT, Site, text};

const WODS: &str = "SELECT count(*) FROM coach.wods";

fn requests(count: usize) -> Vec<Event<WodRequested>> {
    let request = |_| {
        let id = WodRequestId::generate();
        Event::new("/tests", WodRequested::new(id, UserId::generate(), WodRequested::seed_of(id))).unwrap()
    };
    (0..count).map(request).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn two_hundred_requests_of_which_many_fail_make_two_hundred_workouts_although_an_instance_is_killed() {
    let site = Site::new().await;
    let coach = || site.coach().setting("FAIL_PERCENT", "30").setting("FAIL_SEED", "7").start();
    let (mut killed, one, other) = tokio::join!(coach(), coach(), coach());
    let requests = requests(200);
    let (first, second) = requests.split_at(100);
    for request in first {
        site.publish(request).await;
    }
    wait::until("it is in the middle of it", LIMIT, || async { site.count(WODS).await > 10 }).await;
    killed.kill();
    for request in second {
        site.publish(request).await;
    }
    killed.start_again().await;
    wait::until("all are generated", LIMIT, || async { site.count(WODS).await >= 200 }).await;

    let told = site.told("wod.generated").await;
    let of = |name: &str| told.iter().map(|event| text(&event["data"], name)).collect::<BTreeSet<_>>();
    let asked: BTreeSet<_> = requests.iter().map(|request| request.data().request_id.to_string()).collect();
    assert_eq!(of("request_id"), asked);
    assert_eq!(of("wod_id").len(), 200);
    // What the killed one had published and not yet noted goes out again, as the same event.
    assert_eq!(told.iter().map(|event| text(event, "id")).collect::<BTreeSet<_>>().len(), 200);
    assert_eq!(site.count("SELECT count(*) FROM workout_outbox.events WHERE routing_key = 'wod.generated'").await, 200);
    let attempts: i64 = site.count("SELECT sum(attempts)::bigint FROM coach.requests").await;
    let failed: BTreeSet<_> = site.told("wod.attempt_failed").await.iter().map(|event| text(event, "id")).collect();
    assert!(failed.len() > 20, "{failed:?}");
    assert_eq!(attempts, 200 + i64::try_from(failed.len()).unwrap());
    assert!(site.told("wod.dead_lettered").await.is_empty());
    for coach in [&mut killed, &mut { one }, &mut { other }] {
        coach.stop().await;
    }
    assert_eq!((site.count(WODS).await, site.broker.depth("coach.wods.dead").await.unwrap()), (200, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_comes_fifty_times_to_three_instances_makes_one_workout() {
    let site = Site::new().await;
    let (one, _two, _three) = tokio::join!(site.coach().start(), site.coach().start(), site.coach().start());
    let requests = requests(4);
    for _ in 0..50 {
        for request in &requests {
            site.publish(request).await;
        }
    }
    for request in &requests {
        let request = site.request(&one, &request.data().request_id.to_string(), "generated").await;
        assert_eq!(request["attempts"], 1, "{request}");
    }
    wait::until("all are through", LIMIT, || async {
        let metrics = one.get("/metrics").await.unwrap().text;
        site.broker.depth("coach.wods").await.unwrap() == 0
            && metrics.lines().any(|line| line == "workout_consumer_in_flight_messages{queue=\"coach.wods\"} 0")
    })
    .await;
    assert_eq!(site.count(WODS).await, 4);
    assert_eq!(site.told("wod.generated").await.len(), 4);
    assert_eq!(site.broker.depth("coach.wods.dead").await.unwrap(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_with_the_id_of_another_changes_nothing_and_is_a_dead_letter() {
    let site = Site::new().await;
    let coach = site.coach().start().await;
    let request = requests(1).remove(0);
    let id = request.data().request_id;
    site.publish(&request).await;
    let before = site.request(&coach, &id.to_string(), "generated").await;
    let other = WodRequested::new(id, UserId::generate(), request.data().seed);
    site.publish(&Event::new("/tests", other).unwrap()).await;
    wait::until("it is dead", LIMIT, || async { site.broker.depth("coach.wods.dead").await.unwrap() == 1 }).await;
    assert_eq!(site.request(&coach, &id.to_string(), "generated").await, before);
    assert_eq!((site.count(WODS).await, site.told("wod.generated").await.len()), (1, 1));
}
