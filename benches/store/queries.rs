//! What questions cost about a person with 1,000 and with 50,000 workouts.
//!
//! `cargo bench --bench queries` finds or starts a PostgreSQL.
#![expect(clippy::print_stdout, reason = "a bench prints what it measured")]

use std::sync::Arc;
use std::time::{Duration, Instant};

use stats_store::{Day, Days, Fact, Period, Schedule, StatsReader, StatsStore, WorkoutFilter};
use support::servers::{Need, provide};
use workout_benches::Failure;
use workout_events::jiff::Timestamp;
use workout_events::types::user::WeekStart;
use workout_events::{
    ActivityType, Event, Exercise, Moment, Set, SetKind, Source, UserId, WorkoutId, WorkoutPerformed, ZoneName,
};

/// The first workout, and how long the history is: ten years.
const FIRST: i64 = 1_430_000_000;
const SPAN: i64 = 315_360_000;

fn main() -> Result<(), Failure> {
    let is_bench = std::env::args().any(|arg| arg == "--bench");
    let (sizes, times): (&[i64], usize) = if is_bench { (&[1_000, 50_000], 200) } else { (&[50], 2) };
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?.block_on(bench(sizes, times))
}

async fn bench(sizes: &[i64], times: usize) -> Result<(), Failure> {
    let servers = provide(&[Need::Postgres]).await?;
    let url = servers.setting("WORKOUT_TEST_POSTGRES_URL").ok_or("no PostgreSQL")?.to_owned();
    let result = all(&url, sizes, times).await;
    servers.stop().await;
    result
}

async fn all(url: &str, sizes: &[i64], times: usize) -> Result<(), Failure> {
    let folder = tempfile::tempdir()?;
    let sqlite = StatsStore::sqlite(folder.path().join("stats.db")).await?;
    let stores = [("SQLite", sqlite), ("PostgreSQL", StatsStore::connect(url).await?)];
    for (name, store) in stores {
        for workouts in sizes {
            let user = UserId::generate();
            fill(&store, user, *workouts).await?;
            println!("{name}, {workouts} workouts: p50 and p99 in ms");
            questions(&store.reader(), user, times).await?;
        }
        store.close().await;
    }
    Ok(())
}

async fn fill(store: &StatsStore, user: UserId, workouts: i64) -> Result<(), Failure> {
    let mut facts = Vec::new();
    for n in 0..workouts {
        let started = FIRST + SPAN / workouts * n;
        let moment = |second: i64| Timestamp::from_second(second).map(Moment::from);
        let mut data = WorkoutPerformed::in_zone(
            (WorkoutId::generate(), user),
            Source::new("bench"),
            [ActivityType::Running, ActivityType::Strength][usize::from(n % 2 == 0)],
            (moment(started)?, moment(started + 3_600)?),
            ZoneName::new("Europe/Berlin")?,
        );
        // Every fifth workout has the exercise that is asked for.
        let name = format!("exercise-{}", n % 5);
        let set = Set::new(0, SetKind::Normal).reps(8).load_g(80_000);
        data.exercises.push(Exercise::new(name.clone(), name).sets(vec![set]));
        facts.push(Fact::from(&Event::new("/bench", data)?));
    }
    for batch in facts.chunks(1_000) {
        let _ = store.writer().write(batch).await?;
    }
    Ok(())
}

async fn questions(reader: &Arc<dyn StatsReader>, user: UserId, times: usize) -> Result<(), Failure> {
    let day =
        |second: i64| Timestamp::from_second(second).map(|at| Day::new(at.to_zoned(ZoneName::utc().zone()).date()));
    let today = day(FIRST + SPAN)?;
    let year = Days::new(today.plus(-364), today);
    let week = Period::Week(WeekStart::Monday);
    let page = WorkoutFilter::new(50);
    let deep = page.days(Days::new(Day::MIN, day(FIRST + SPAN / 2)?));
    macro_rules! ask {
        ($($what:literal: $question:expr;)*) => {$(
            let mut took = Vec::with_capacity(times);
            for _ in 0..times {
                let start = Instant::now();
                let _ = $question.await?;
                took.push(start.elapsed());
            }
            took.sort_unstable();
            let ms = |time: Duration| time.as_secs_f64() * 1_000.0;
            println!("  {:32} {:8.2} {:8.2}", $what, ms(took[times / 2]), ms(took[times * 99 / 100]));
        )*};
    }
    ask! {
        "totals": reader.totals(user);
        "sums of a year": reader.sums(user, year);
        "sums of ten years": reader.sums(user, Days::ALL);
        "weeks of a year": reader.series(user, year, week, None);
        "months of ten years": reader.series(user, Days::ALL, Period::Month, None);
        "calendar of a year": reader.calendar(user, year);
        "calendar of ten years": reader.calendar(user, Days::ALL);
        "streaks": reader.streaks(user, today, WeekStart::Monday, Schedule::DAILY);
        "last workout": reader.last_workout(user);
        "first page": reader.workouts(user, &page);
        "page in the middle": reader.workouts(user, &deep);
        "trend of a year": reader.trend(user, "exercise-1", year, week);
        "records of an exercise": reader.records(user, "exercise-1");
        "exercises": reader.exercises(user);
    }
    Ok(())
}
