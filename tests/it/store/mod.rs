//! The statistics store on PostgreSQL: what only a server can do to it.

use sqlx::PgPool;
use stats_store::{Fact, Sample, StatsStore};
use support::postgres::{self, Database};
use workout_events::jiff::Timestamp;
use workout_events::{ActivityType, Event, Moment, Source, UserId, WorkoutId, WorkoutPerformed, ZoneName};

mod faults;
mod histories;
mod open;
mod operate;
mod partition;
mod tls;
mod writers;

/// A store, its database, and another way into it.
async fn open() -> (Database, StatsStore, PgPool) {
    let database = postgres::database().await;
    let store = StatsStore::connect(&database.url()).await.unwrap();
    let pool = PgPool::connect(&database.url()).await.unwrap();
    (database, store, pool)
}

/// A workout of so many seconds.
fn performed(user: UserId, seconds: i64) -> Fact {
    let moment = |second| Moment::from(Timestamp::from_second(second).unwrap());
    let data = WorkoutPerformed::in_zone(
        (WorkoutId::generate(), user),
        Source::new("tests"),
        ActivityType::Running,
        (moment(1_700_000_000), moment(1_700_000_000 + seconds)),
        ZoneName::utc(),
    );
    Fact::from(&Event::new("/tests", data).unwrap())
}

/// What is kept is what the ledger says.
#[track_caller]
fn is_true(store: &StatsStore) -> impl Future<Output = ()> {
    let caller = std::panic::Location::caller();
    async move {
        let verified = store.verify(Sample::All, |_| {}).await.unwrap();
        assert_eq!(verified.drifts, [], "at {caller}");
    }
}
