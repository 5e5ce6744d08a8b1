use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use stats_store::{Fact, StatsStore};
use support::wait;
use tokio::sync::oneshot;
use workout_consumer::dead_letters::Filter;
use workout_consumer::{Consumer, Failure, Past, Reason};
use workout_events::amqp::Message;
use workout_events::jiff::Timestamp;
use workout_events::{ActivityType, Event, Moment, Source, UserId, WorkoutId, WorkoutPerformed, ZoneName};

use super::{DEAD, LIMIT, QUEUE, Site};

/// A consumer whose store knows every event by its id, until the other end of this is dropped.
fn consumer(store: &StatsStore, works: &Arc<AtomicBool>) -> Consumer {
    let (writer, works) = (store.writer(), Arc::clone(works));
    Consumer::new(QUEUE).on(move |event: Event<WorkoutPerformed>| {
        let (writer, works) = (Arc::clone(&writer), works.load(Ordering::Acquire));
        async move {
            if !works {
                return Err(Failure::reject("the column is missing"));
            }
            writer.write(&[Fact::from(&event)]).await.map(drop).map_err(Failure::retry)
        }
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_letter_that_is_replayed_twice_is_counted_once() {
    let site = Site::empty().await;
    let (store, works) = (StatsStore::memory(), Arc::new(AtomicBool::new(false)));
    let (stop, stopped) = oneshot::channel::<()>();
    let consumer = consumer(&store, &works);
    site.broker.declare(&consumer.queue()).await.unwrap();
    let running = tokio::spawn(consumer.run(site.broker.clone(), async move { stopped.await.unwrap_or_default() }));

    let user = UserId::generate();
    let event = Event::new("/tests", performed(user)).unwrap();
    site.publish(Message::of(&event).unwrap()).await;
    wait::until("it is dead", LIMIT, || async { site.broker.depth(DEAD).await.unwrap() == 1 }).await;
    let letter = site.letters().await.remove(0);
    assert_eq!((letter.reason, letter.error.as_deref()), (Reason::Rejected, Some("the column is missing")));
    assert_eq!((letter.id, &*letter.exchange), (Some(event.id().to_string()), "workout.performed"));

    // Nothing is mended yet, so it dies again: once, and with all that it went through.
    assert_eq!(site.replay(Filter::all()).await.done, 1);
    wait::until("it is dead again", LIMIT, || async { site.broker.depth(DEAD).await.unwrap() == 1 }).await;
    let letter = site.letters().await.remove(0);
    let history = &letter.history[..];
    assert!(
        matches!(history, [Past::Died { reason: Reason::Rejected, .. }, Past::Replayed { edited: false, .. }]),
        "{letter:?}"
    );
    assert_eq!(letter.exchange, "workout.performed");

    // As after a replay that was killed between the two queues.
    works.store(true, Ordering::Release);
    site.publish(Message::of(&event).unwrap()).await;
    assert_eq!(site.replay(Filter::all()).await.done, 1);
    wait::until("both are handled", LIMIT, || async {
        let work = site.vhost.management().get(&format!("queues/{}/{QUEUE}", site.vhost.name())).await;
        work.is_ok_and(|queue| queue["messages"] == 0)
    })
    .await;
    let totals = store.reader().totals(user).await.unwrap();
    assert_eq!((totals.total_workouts, totals.total_duration), (1, 60));
    assert!(site.letters().await.is_empty());
    drop(stop);
    let report = running.await.unwrap().unwrap();
    assert_eq!(report.handled, 2);
    site.broker.close().await.unwrap();
}

fn performed(user: UserId) -> WorkoutPerformed {
    let moment = |second: i64| Moment::from(Timestamp::from_second(1_700_000_000 + second).unwrap());
    let ids = (WorkoutId::generate(), user);
    let times = (moment(0), moment(60));
    WorkoutPerformed::in_zone(ids, Source::new("coach"), ActivityType::Running, times, ZoneName::utc())
}
