//! What an outbox has to do in every database: its own tests ask it of SQLite, those with servers of PostgreSQL.

pub(crate) mod backlog;
pub(crate) mod chaos;
mod order;
pub(crate) mod script;

use std::time::Duration;

use sqlx::Pool;
use tokio::time::timeout;
use workout_events::amqp::Message;
use workout_events::uuid::Uuid;
use workout_events::{Event, EventId, WorkoutDeleted, WorkoutId};
use workout_publisher::Outcome;
use workout_publisher::outbox::{Backend, Outbox, Relay, Report};

use self::script::Script;

/// For everything, on a loaded machine.
const LIMIT: Duration = Duration::from_mins(2);

/// The first pause, and the longest.
const QUICK: (Duration, Duration) = (Duration::from_millis(2), Duration::from_millis(50));

/// All of it, one after another in one database.
pub(crate) async fn holds<DB: Backend>(pool: &Pool<DB>) {
    let outbox = Outbox::new(pool.clone());
    // Instances that start together, and one that starts later.
    let (one, other) = tokio::join!(outbox.migrate(), outbox.migrate());
    one.unwrap();
    other.unwrap();
    outbox.migrate().await.unwrap();

    only_what_is_committed(&outbox, pool).await;
    only_what_is_confirmed_is_released(&outbox, pool).await;
    subjects_keep_their_order(&outbox, pool).await;
    order::survives_what_fails(&outbox, pool).await;
    order::survives_slow_windows(&outbox, pool).await;
    unwanted_events_are_parked(&outbox, pool).await;
    a_broker_that_is_away_costs_nothing(&outbox, pool).await;
    what_breaks_the_link_goes_alone(&outbox, pool).await;
    a_stopped_relay_leaves_nothing_leased(&outbox, pool).await;
    sent_rows_go_after_their_time(&outbox, pool).await;
}

async fn only_what_is_committed<DB: Backend>(outbox: &Outbox<DB>, pool: &Pool<DB>) {
    let trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    let data = WorkoutDeleted::new(WorkoutId::generate(), 2);
    let kept = Event::builder("/tests", data).traceparent(trace).build().unwrap();
    let mut transaction = pool.begin().await.unwrap();
    assert!(outbox.enqueue(&mut transaction, &kept).await.unwrap());
    assert!(!outbox.enqueue(&mut transaction, &kept).await.unwrap(), "the same event is one row");
    transaction.commit().await.unwrap();
    let mut transaction = pool.begin().await.unwrap();
    outbox.enqueue(&mut transaction, &event()).await.unwrap();
    transaction.rollback().await.unwrap();
    assert_eq!(outbox.lag().await.unwrap().events, 1);

    let script = Script::confirming();
    let report = drain(outbox, &script, |relay| relay).await;
    assert_eq!((report.sent, report.failed, report.parked), (1, 0, 0));
    let published = script.published();
    assert_eq!(published, [Message::of(&kept).unwrap()], "with its properties and headers");

    // What was sent is not sent again.
    enqueue(outbox, pool, &[kept]).await;
    assert_eq!(drain(outbox, &script, |relay| relay).await.sent, 0);
}

async fn only_what_is_confirmed_is_released<DB: Backend>(outbox: &Outbox<DB>, pool: &Pool<DB>) {
    for outcome in [Outcome::Returned, Outcome::Nacked, Outcome::Unknown] {
        enqueue(outbox, pool, &[event()]).await;
        let script = Script::new(move |_, _| outcome);
        let tried = async || script.published().len() == 3;
        let report = run(outbox, &script, |relay| relay, tried).await;
        assert_eq!((report.sent, report.parked), (0, 0), "{outcome:?}");
        assert_eq!(outbox.lag().await.unwrap().events, 1, "{outcome:?}");
        assert_eq!(drain(outbox, &Script::confirming(), |relay| relay).await.sent, 1);
    }
}

async fn subjects_keep_their_order<DB: Backend>(outbox: &Outbox<DB>, pool: &Pool<DB>) {
    let workouts = [(); 3].map(|()| WorkoutId::generate());
    let events: Vec<_> = (0..30).map(|n| revision(workouts[n % 3], n / 3 + 1)).collect();
    enqueue(outbox, pool, &events).await;

    // Every event is refused twice before it is taken.
    let script = Script::new(|_, before| if before < 2 { Outcome::Nacked } else { Outcome::Confirmed });
    let report = drain(outbox, &script, |relay| relay.window(7)).await;
    assert_eq!((report.sent, report.failed, report.parked), (30, 60, 0));
    for workout in workouts {
        let want: Vec<_> = events.iter().filter(|it| it.data().workout_id == workout).map(Event::id).collect();
        assert_eq!(script.confirmed_of(&workout.to_string()), want);
    }
}

async fn unwanted_events_are_parked<DB: Backend>(outbox: &Outbox<DB>, pool: &Pool<DB>) {
    let events: Vec<_> = (0..9).map(|_| event()).collect();
    let unwanted = events[4].id();
    enqueue(outbox, pool, &events).await;

    let id = unwanted.to_string();
    let script = Script::new(
        move |message, _| {
            if message.properties.message_id == id { Outcome::Returned } else { Outcome::Confirmed }
        },
    );
    let report = drain(outbox, &script, |relay| relay.park_after(3)).await;
    assert_eq!((report.sent, report.failed, report.parked), (8, 2, 1));
    let parked = outbox.parked(10).await.unwrap();
    assert_eq!(parked.iter().map(|row| (row.id, row.attempts)).collect::<Vec<_>>(), [(unwanted, 3)]);
    assert!(parked[0].reason.contains("no queue"), "{parked:?}");

    assert_eq!(outbox.retry_parked(&[unwanted, event().id()]).await.unwrap(), 1);
    assert_eq!(drain(outbox, &Script::confirming(), |relay| relay).await.sent, 1);
    assert_eq!(outbox.parked(10).await.unwrap(), []);
}

async fn a_broker_that_is_away_costs_nothing<DB: Backend>(outbox: &Outbox<DB>, pool: &Pool<DB>) {
    let events: Vec<_> = (0..50).map(|_| event()).collect();
    enqueue(outbox, pool, &events).await;
    let script = Script::away_for(8);
    let report = drain(outbox, &script, |relay| relay.window(10)).await;
    assert_eq!((report.sent, report.parked), (50, 0));
    assert!(report.failed <= 80, "what is not known to be reachable is not tried again and again: {report:?}");
    let mut ids: Vec<_> = events.iter().map(Event::id).collect();
    ids.sort_unstable();
    assert_eq!(script.confirmed_ids(), ids);
}

async fn what_breaks_the_link_goes_alone<DB: Backend>(outbox: &Outbox<DB>, pool: &Pool<DB>) {
    let events: Vec<_> = (0..20).map(|_| event()).collect();
    let poison = events[3].id();
    enqueue(outbox, pool, &events).await;
    let script = Script::broken_by(poison);
    let all_but_one = async || outbox.lag().await.unwrap().events == 1;
    let report = run(outbox, &script, |relay| relay, all_but_one).await;
    assert_eq!((report.sent, report.parked), (19, 0));
    // Mended.
    assert_eq!(drain(outbox, &Script::confirming(), |relay| relay).await.sent, 1);
}

async fn a_stopped_relay_leaves_nothing_leased<DB: Backend>(outbox: &Outbox<DB>, pool: &Pool<DB>) {
    let events: Vec<_> = (0..100).map(|_| event()).collect();
    enqueue(outbox, pool, &events).await;
    let hour = Duration::from_hours(1);
    let script = Script::confirming();
    let some = async || !script.published().is_empty();
    let first = run(outbox, &script, |relay| relay.window(3).lease(hour), some).await;
    let second = drain(outbox, &script, |relay| relay).await;
    assert_eq!((first.sent + second.sent, script.published().len()), (100, 100));
}

async fn sent_rows_go_after_their_time<DB: Backend>(outbox: &Outbox<DB>, pool: &Pool<DB>) {
    let again = event();
    enqueue(outbox, pool, std::slice::from_ref(&again)).await;
    assert_eq!(drain(outbox, &Script::confirming(), |relay| relay).await.deleted, 0);

    let script = Script::confirming();
    let is_new = async || {
        let mut transaction = pool.begin().await.unwrap();
        let new = outbox.enqueue(&mut transaction, &again).await.unwrap();
        transaction.rollback().await.unwrap();
        new
    };
    let report = run(outbox, &script, |relay| relay.retention(Duration::ZERO), is_new).await;
    assert!(report.deleted > 0 && script.published().is_empty(), "{report:?}");
}

/// Spoils the row of one of three events by other means.
pub(crate) async fn spoiled<DB: Backend>(pool: &Pool<DB>, spoil: impl AsyncFn(Uuid)) {
    let outbox = Outbox::new(pool.clone());
    outbox.migrate().await.unwrap();
    let events = [event(), event(), event()];
    enqueue(&outbox, pool, &events).await;
    spoil(*events[1].id().as_uuid()).await;

    let script = Script::confirming();
    let report = drain(&outbox, &script, |relay| relay).await;
    assert_eq!((report.sent, report.failed, report.parked), (2, 0, 1));
    let parked = outbox.parked(10).await.unwrap();
    assert_eq!(parked.iter().map(|row| row.id).collect::<Vec<_>>(), [events[1].id()]);
    assert!(parked[0].reason.contains("not readable"), "{parked:?}");
}

/// An event that nobody has seen before.
pub(crate) fn event() -> Event<WorkoutDeleted> {
    revision(WorkoutId::generate(), 1)
}

pub(crate) fn revision(workout: WorkoutId, revision: usize) -> Event<WorkoutDeleted> {
    let revision = u32::try_from(revision).unwrap();
    Event::new("/tests", WorkoutDeleted::new(workout, revision)).unwrap()
}

/// The id of the event in a message, which is that of the message.
pub(crate) fn id_of(message: &Message) -> EventId {
    let event = Event::<WorkoutDeleted>::decode(&message.body).unwrap();
    assert_eq!(message.properties.message_id, event.id().to_string());
    event.id()
}

/// In one transaction.
pub(crate) async fn enqueue<DB: Backend>(outbox: &Outbox<DB>, pool: &Pool<DB>, events: &[Event<WorkoutDeleted>]) {
    let mut transaction = pool.begin().await.unwrap();
    for event in events {
        outbox.enqueue(&mut transaction, event).await.unwrap();
    }
    transaction.commit().await.unwrap();
}

/// Runs a relay until nothing waits.
async fn drain<DB: Backend>(
    outbox: &Outbox<DB>,
    script: &Script,
    with: impl Fn(Relay<DB, Script>) -> Relay<DB, Script>,
) -> Report {
    run(outbox, script, with, async || outbox.lag().await.unwrap().events == 0).await
}

/// Runs a relay until a condition holds.
async fn run<DB: Backend>(
    outbox: &Outbox<DB>,
    script: &Script,
    with: impl Fn(Relay<DB, Script>) -> Relay<DB, Script>,
    condition: impl AsyncFn() -> bool,
) -> Report {
    let relay = with(Relay::through(outbox.clone(), script.clone()).backoff(QUICK.0, QUICK.1).poll(QUICK.1));
    bounded(relay.run(until(condition))).await.unwrap()
}

/// Looks again and again; [`bounded`] ends it when it takes too long.
pub(crate) async fn until(condition: impl AsyncFn() -> bool) {
    bounded(async {
        while !condition().await {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    })
    .await;
}

pub(crate) async fn bounded<T>(work: impl Future<Output = T>) -> T {
    timeout(LIMIT, work).await.expect("it takes too long")
}
