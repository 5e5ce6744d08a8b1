//! Writing with the ledger and every projection, beside what people write by hand for one.
//!
//! `cargo bench --bench ingest` finds or starts a PostgreSQL. Figures drift with the machine; the ratios of one run do not.
#![expect(clippy::print_stdout, reason = "a bench prints what it measured")]

use std::time::{Duration, Instant};

use sqlx::postgres::PgPool;
use stats_store::{Effect, Fact, StatsStore};
use support::servers::{Need, provide};
use uuid::Uuid;
use workout_benches::{Failure, figure, median};
use workout_events::jiff::Timestamp;
use workout_events::{
    ActivityType, Event, Exercise, Moment, Set, SetKind, Source, UserId, WorkoutId, WorkoutPerformed, ZoneName,
};

/// How many of each size a round writes.
const BATCH: usize = 500;

fn main() -> Result<(), Failure> {
    let is_bench = std::env::args().any(|arg| arg == "--bench");
    let (events, rounds) = if is_bench { (50_000, 5) } else { (1_000, 1) };
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?.block_on(bench(events, rounds))
}

async fn bench(events: usize, rounds: usize) -> Result<(), Failure> {
    let servers = provide(&[Need::Postgres]).await?;
    let url = servers.setting("WORKOUT_TEST_POSTGRES_URL").ok_or("no PostgreSQL")?.to_owned();
    let result = all(&url, events, rounds).await;
    servers.stop().await;
    result
}

async fn all(url: &str, events: usize, rounds: usize) -> Result<(), Failure> {
    let folder = tempfile::tempdir()?;
    let sqlite = StatsStore::sqlite(folder.path().join("stats.db")).await?;
    for (what, exercises) in [("endurance", 0), ("strength, 5 exercises of 4 sets", 5)] {
        let mut rows: Vec<(String, Vec<f64>)> = Vec::new();
        for round in 0..rounds {
            let users: Vec<_> = (0..1_000).map(|_| UserId::generate()).collect();
            let mut note = |name: &str, rate: f64| match rows.iter_mut().find(|(other, _)| other == name) {
                Some((_, rates)) => rates.push(rate),
                None => rows.push((name.to_owned(), vec![rate])),
            };
            let store = StatsStore::connect(url).await?;
            let pool = PgPool::connect(url).await?;
            by_hand::create(&pool).await?;
            let (theirs, ours) = (history(&users, events, exercises)?, history(&users, events, exercises)?);
            // In turns, so that what fills up in the meantime is nobody's advantage.
            if round % 2 == 0 {
                note("PostgreSQL, by hand, one projection", by_hand::write(&pool, &theirs).await?);
                note("PostgreSQL, ours", write(&store, &ours).await?);
            } else {
                note("PostgreSQL, ours", write(&store, &ours).await?);
                note("PostgreSQL, by hand, one projection", by_hand::write(&pool, &theirs).await?);
            }
            store.close().await;
            pool.close().await;
            note("SQLite, ours", write(&sqlite, &history(&users, events / 2, exercises)?).await?);
            note("memory, ours", write(&StatsStore::memory(), &history(&users, events / 2, exercises)?).await?);
        }
        println!("{what}: events/s, median of {rounds} rounds");
        for (name, rates) in rows {
            println!("{name:40} {:>10.0}", median(rates));
        }
    }
    Ok(())
}

fn rate(events: usize, took: Duration) -> f64 {
    figure(events) / took.as_secs_f64()
}

/// From decoded events to committed ones.
async fn write(store: &StatsStore, events: &[Event<WorkoutPerformed>]) -> Result<f64, Failure> {
    let start = Instant::now();
    for batch in events.chunks(BATCH) {
        let facts: Vec<_> = batch.iter().map(Fact::from).collect();
        let effects = store.writer().write(&facts).await?;
        assert!(effects.iter().all(|effect| *effect == Effect::Applied), "all are new");
    }
    Ok(rate(events.len(), start.elapsed()))
}

/// Workouts of the last year, in random order of users and days.
fn history(users: &[UserId], events: usize, exercises: usize) -> Result<Vec<Event<WorkoutPerformed>>, Failure> {
    let mut seed = 0x5eed_u64;
    let mut random = |below: usize| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(seed >> 33).unwrap_or(0) % below
    };
    (0..events)
        .map(|_| {
            let start = 1_750_000_000 + i64::try_from(random(365 * 86_400)).unwrap_or(0);
            let moment = |second: i64| Timestamp::from_second(second).map(Moment::from);
            let mut data = WorkoutPerformed::in_zone(
                (WorkoutId::generate(), users[random(users.len())]),
                Source::new("bench"),
                [ActivityType::Running, ActivityType::Strength, ActivityType::Cycling][random(3)],
                (moment(start)?, moment(start + 3_600)?),
                ZoneName::new("Europe/Berlin")?,
            )
            .energy_kcal(500);
            for _ in 0..exercises {
                let name = format!("exercise-{}", random(40));
                let sets: Vec<_> =
                    (0..4).map(|index| Set::new(index, SetKind::Normal).reps(8).load_g(80_000)).collect();
                data.exercises.push(Exercise::new(name.clone(), name).sets(sets));
            }
            Ok(Event::new("/bench", data)?)
        })
        .collect()
}

/// One statement: dedupe by the id, and the sums of each day.
mod by_hand {
    use super::{BATCH, Event, Failure, Instant, PgPool, Uuid, WorkoutPerformed, rate};

    pub(super) async fn create(pool: &PgPool) -> Result<(), Failure> {
        let tables = "
            CREATE TABLE IF NOT EXISTS by_hand_ledger (
                event_id uuid PRIMARY KEY, user_id uuid NOT NULL, day integer NOT NULL,
                duration_s integer NOT NULL, energy_kcal integer, data text NOT NULL);
            CREATE TABLE IF NOT EXISTS by_hand_daily (
                user_id uuid, day integer, n bigint NOT NULL, duration_s bigint NOT NULL, energy_kcal bigint,
                PRIMARY KEY (user_id, day))";
        sqlx::raw_sql(tables).execute(pool).await?;
        Ok(())
    }

    pub(super) async fn write(pool: &PgPool, events: &[Event<WorkoutPerformed>]) -> Result<f64, Failure> {
        let start = Instant::now();
        for batch in events.chunks(BATCH) {
            let (mut ids, mut users, mut days) = (Vec::new(), Vec::<Uuid>::new(), Vec::<i32>::new());
            let (mut durations, mut energies, mut data) = (Vec::new(), Vec::new(), Vec::new());
            for event in batch {
                let workout = event.data();
                ids.push(Uuid::from(event.id()));
                users.push(workout.user_id.into());
                days.push(i32::try_from(workout.started_at.timestamp().as_second() / 86_400)?);
                durations.push(i32::try_from(workout.duration_s())?);
                energies.push(workout.energy_kcal.map(u32::cast_signed));
                data.push(serde_json::to_string(workout)?);
            }
            let new: Vec<Uuid> = sqlx::query_scalar(
                "WITH src AS (SELECT DISTINCT ON (event_id) * FROM unnest(
                          $1::uuid[], $2::uuid[], $3::integer[], $4::integer[], $5::integer[], $6::text[])
                          AS s (event_id, user_id, day, duration_s, energy_kcal, data)),
                      ins AS (INSERT INTO by_hand_ledger SELECT * FROM src ORDER BY event_id
                          ON CONFLICT (event_id) DO NOTHING RETURNING event_id, user_id, day, duration_s, energy_kcal),
                      roll AS (INSERT INTO by_hand_daily AS t
                          SELECT user_id, day, count(*), sum(duration_s), sum(energy_kcal) FROM ins
                          GROUP BY 1, 2 ORDER BY 1, 2
                          ON CONFLICT (user_id, day) DO UPDATE SET n = t.n + excluded.n,
                              duration_s = t.duration_s + excluded.duration_s,
                              energy_kcal = COALESCE(t.energy_kcal + excluded.energy_kcal, t.energy_kcal, excluded.energy_kcal))
                 SELECT event_id FROM ins",
            )
            .bind(ids)
            .bind(users)
            .bind(days)
            .bind(durations)
            .bind(energies)
            .bind(data)
            .fetch_all(pool)
            .await?;
            assert_eq!(new.len(), batch.len(), "all are new");
        }
        Ok(rate(events.len(), start.elapsed()))
    }
}
