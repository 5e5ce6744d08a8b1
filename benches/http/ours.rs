//! The service as somebody else would mount it, with its limits, for this machine alone.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use stats_http::{Api, RateLimit};
use stats_store::{Fact, StatsStore};
use tokio::net::TcpListener;
use uuid::Uuid;
use workout_benches::Failure;
use workout_events::jiff::{Timestamp, ToSpan};
use workout_events::{ActivityType, Event, Source, UserId, WorkoutId, WorkoutPerformed, ZoneName};

/// How many workouts are written together.
const BATCH: usize = 1_000;

/// Writes a workout on each of so many days for each of so many people, and says who they are.
pub(crate) async fn fill(url: &str, people: usize, days: usize) -> Result<Vec<Uuid>, Failure> {
    let store = StatsStore::connect(url).await?;
    for number in 0..people {
        write(&store, (0..days).map(|day| workout(crate::person(number), 24 * i64::try_from(day)?))).await?;
    }
    store.close().await;
    Ok(crate::ids(people))
}

/// So many workouts of one person, evenly over ten years.
pub(crate) async fn fill_one(url: &str, workouts: usize) -> Result<Uuid, Failure> {
    let (store, user) = (StatsStore::connect(url).await?, UserId::generate());
    let workouts = i64::try_from(workouts)?;
    write(&store, (0..workouts).map(|number| workout(user, number * 87_600 / workouts - 87_600))).await?;
    store.close().await;
    Ok(user.into())
}

async fn write(store: &StatsStore, facts: impl Iterator<Item = Result<Fact, Failure>>) -> Result<(), Failure> {
    for facts in facts.collect::<Result<Vec<_>, _>>()?.chunks(BATCH) {
        let _ = store.writer().write(facts).await?;
    }
    Ok(())
}

fn workout(user: UserId, hour: i64) -> Result<Fact, Failure> {
    let first: Timestamp = "2025-01-01T17:00:00Z".parse()?;
    let started = first + hour.hours();
    let times = (started.into(), (started + 1.hours()).into());
    let activity = [ActivityType::Running, ActivityType::Strength][usize::from(hour % 2 == 0)];
    let ids = (WorkoutId::generate(), user);
    let data = WorkoutPerformed::in_zone(ids, Source::new("bench"), activity, times, ZoneName::utc());
    Ok(Fact::from(&Event::new("/bench", data)?))
}

/// Serves it, until the runtime ends.
pub(crate) async fn serve(url: &str, connections: u32, kept_bytes: usize) -> Result<(SocketAddr, StatsStore), Failure> {
    let builder = StatsStore::builder(url).acquire_timeout(Duration::from_mins(5));
    let store = builder.connections(connections).open().await?;
    // Counted as for everybody, but never reached.
    let api = Api::new(store.reader()).rate_limit(RateLimit::per_second(10_000_000)).keep_answers(kept_bytes);
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let address = listener.local_addr()?;
    tokio::spawn(stats_http::serve(listener, api.router(), std::future::pending()));
    Ok((address, store))
}
