//! The tour: a workout on its way from somebody's watch to the number on a page, in one process and without servers.
//!
//! Read it from top to bottom, and run it beside: `cargo run --example pipeline`. Each step is what a service of its own does
//! elsewhere; the crate that does it is named in the step.

#![expect(clippy::print_stdout, reason = "a tour is told")]

use std::collections::HashMap;
use std::error::Error;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::extract::ConnectInfo;
use axum::http::{Request, header};
use stats_store::{StatsStore, ingest};
use tokio::time::sleep;
use tower::ServiceExt;
use workout_consumer::dead_letters::Filter;
use workout_consumer::{Broker, Consumer, Context, DeadLetters};
use workout_events::amqp::Message;
use workout_events::jiff::{ToSpan, Zoned};
use workout_events::{ActivityType, Event, Source, UserId, WorkoutId, WorkoutPerformed};
use workout_publisher::Publisher;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    // 1. The event (workout-events). What happened is a fact with a contract: required fields, bounds, integer units. Its id
    //    follows from the workout and its revision, so whoever says the same again, says the same event.
    let ada = UserId::from_foreign("tour", "ada");
    let run = workout(ada, ActivityType::Running, "2025-03-28T18:00[Europe/Berlin]")?.energy_kcal(480);
    let lifting = workout(ada, ActivityType::Strength, "2025-03-29T10:00[Europe/Berlin]")?;
    let corrected = lifting.clone().revision(2).active_s(40 * 60);

    // 2. The broker (workout-broker). This one is inside of the process; with `Broker::connect("amqp://...")` it is RabbitMQ,
    //    and not a line below is another one.
    let broker = Broker::in_process();

    // 3. Who listens (workout-consumer). Each service has a queue of its own: what comes while it is down waits there, and
    //    no service notices the other. One stores statistics, the other keeps the last workout of each person.
    let store = StatsStore::memory();
    let latest = Latest::default();
    let statistics = ingest(Consumer::new("stats.workouts"), store.writer());
    let monolith = Consumer::with_state("monolith.last-workout", Arc::clone(&latest)).on(remember);
    broker.declare(&statistics.queue()).await?;
    broker.declare(&monolith.queue()).await?;

    // 4. Publishing (workout-publisher). The outcome is exact: `Confirmed` means that each of these queues has the event. As
    //    it goes in life, the run is said twice, and the correction of the lifting overtakes what it corrects.
    let publisher = Publisher::new(broker.clone());
    for performed in [&run, &run, &corrected, &lifting] {
        let event = Event::new("/coach", performed.clone())?;
        let outcome = publisher.publish(&event).await?;
        println!("published {:?}, revision {}: {outcome:?}", performed.activity_type, performed.revision);
    }

    // 5. Somebody makes the message by hand, and a sign slips in. The broker does not look into messages.
    let mut spoilt = Message::of(&Event::new("/by-hand", corrected.revision(3))?)?;
    spoilt.body = String::from_utf8(spoilt.body)?.replace("2400", "-2400").into_bytes();
    println!("published a message with a mistake: {:?}", broker.publish(spoilt).await?);

    // 6. The services run until nothing waits any more; real ones do so until a signal. A message is acknowledged when its
    //    transaction is committed and not before, so a process that is killed gets it again, and counts it once.
    let (stored, kept) = tokio::try_join!(
        statistics.run(broker.clone(), emptied(&broker, "stats.workouts")),
        monolith.run(broker.clone(), emptied(&broker, "monolith.last-workout")),
    )?;
    println!("stats.workouts: {} handled, {} refused", stored.handled, stored.quarantined);
    println!("monolith.last-workout: {} handled, {} refused", kept.handled, kept.quarantined);
    if let Some(last) = latest.lock().unwrap_or_else(PoisonError::into_inner).get(&ada) {
        println!("last workout: {:?}, revision {}, {} s", last.activity_type, last.revision, last.duration_s());
    }

    // 7. Statistics over HTTP (stats-http). The run counts once, the lifting as corrected; what the lifting has burned nobody
    //    knows, and unknown is not 0. The router is asked as a server would ask it; `stats_http::serve` is that server.
    let router = stats_http::router(store.reader());
    let request = Request::get(format!("/users/{ada}/statistics")).header(header::HOST, "localhost");
    let here = ConnectInfo(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)));
    let answer = router.oneshot(request.extension(here).body(Body::empty())?).await?;
    println!("{} {}", answer.status(), String::from_utf8(to_bytes(answer.into_body(), 10_000).await?.into())?);

    // 8. The dead letter (workout-consumer). The message with the mistake harmed nobody. It waits beside the queue with the
    //    reason and the place, to be mended and replayed: `workout dlq` does that for an operator.
    let letters = DeadLetters::new(&broker, "stats.workouts");
    if let Some(letter) = letters.find(Filter::all()).await? {
        let (code, pointer) = (letter.code.unwrap_or_default(), letter.pointer.unwrap_or_default());
        println!("dead letter: {}, {code} at {pointer}", letter.reason);
    }
    Ok(())
}

/// An hour of training.
fn workout(user: UserId, activity: ActivityType, started: &str) -> Result<WorkoutPerformed, Box<dyn Error>> {
    let started: Zoned = started.parse()?;
    let ended = &started + 1.hour();
    Ok(WorkoutPerformed::new(WorkoutId::generate(), user, Source::new("watch"), activity, &started, &ended))
}

/// The last workout of each person, as the service knows it that is asked for it.
type Latest = Arc<Mutex<HashMap<UserId, WorkoutPerformed>>>;

/// Events come twice and in any order, so of one workout the higher revision wins, and of two the one that ended later. What
/// this cannot do is to take a workout back: `examples/monolith` keeps enough for that.
async fn remember(
    event: Event<WorkoutPerformed>,
    context: Context<Latest>,
) -> Result<(), Box<dyn Error + Send + Sync>> {
    let said = event.into_data();
    let mut latest = context.state().lock().unwrap_or_else(PoisonError::into_inner);
    let last = latest.entry(said.user_id).or_insert_with(|| said.clone());
    let wins = if said.workout_id == last.workout_id {
        said.revision > last.revision
    } else {
        said.ended_at.timestamp() > last.ended_at.timestamp()
    };
    if wins {
        *last = said;
    }
    Ok(())
}

/// Ready when nothing waits in this queue any more.
async fn emptied(broker: &Broker, queue: &str) {
    while broker.depth(queue).await.is_ok_and(|waiting| waiting > 0) {
        sleep(Duration::from_millis(5)).await;
    }
}
