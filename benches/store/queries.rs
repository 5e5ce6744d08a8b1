//! What questions cost about a person with 1,000 and with 50,000 workouts, among a million workouts of other people, asked
//! by one and by 32 at once.
//!
//! `cargo bench --bench queries` finds or starts a PostgreSQL. Both have done something on every day of ten years or less, so
//! what grows is what was asked for.
#![expect(clippy::print_stdout, reason = "a bench prints what it measured")]

use std::sync::Arc;
use std::time::{Duration, Instant};

use sqlx::postgres::PgPool;
use stats_store::{Day, Days, Fact, Period, Schedule, StatsReader, StatsStore, StoreError, WorkoutFilter};
use support::servers::{Need, provide};
use tokio::task::JoinSet;
use workout_benches::{Failure, backlog};
use workout_events::jiff::Timestamp;
use workout_events::types::user::WeekStart;
use workout_events::{
    ActivityType, Event, Exercise, Moment, Set, SetKind, Source, UserId, WorkoutId, WorkoutPerformed, ZoneName,
};

/// The first workout, and how long the history is: ten years.
const FIRST: i64 = 1_430_000_000;
const SPAN: i64 = 315_360_000;

/// How many ask at the same time.
const TOGETHER: usize = 32;

/// Workouts of other people.
const OTHERS: u64 = 1_000_000;

fn main() -> Result<(), Failure> {
    let is_bench = std::env::args().any(|arg| arg == "--bench");
    let size = if is_bench { Size { few: 1_000, many: 50_000, others: OTHERS, times: 200 } } else { Size::TEST };
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?.block_on(bench(size))
}

#[derive(Clone, Copy)]
struct Size {
    few: i64,
    many: i64,
    others: u64,
    times: usize,
}

impl Size {
    /// `cargo test --benches` only asks whether the bench still runs.
    const TEST: Self = Self { few: 10, many: 50, others: 100, times: 32 };
}

async fn bench(size: Size) -> Result<(), Failure> {
    let servers = provide(&[Need::Postgres]).await?;
    let url = servers.setting("WORKOUT_TEST_POSTGRES_URL").ok_or("no PostgreSQL")?.to_owned();
    let result = tokio::spawn(async move { all(&url, size).await }).await?;
    servers.stop().await;
    result
}

async fn all(url: &str, size: Size) -> Result<(), Failure> {
    let folder = tempfile::tempdir()?;
    let open = |url: &str| {
        // Who waits on a busy machine is slow, and not wrong.
        let builder = StatsStore::builder(url).acquire_timeout(Duration::from_mins(5));
        Ok::<_, Failure>(builder.connections(u32::try_from(TOGETHER)?))
    };
    let sqlite = open(&format!("sqlite://{}", folder.path().join("stats.db").display()))?.connect().await?;
    let postgres = open(url)?.connect().await?;
    let pool = PgPool::connect(url).await?;
    let data = serde_json::to_string(workout(UserId::generate(), 1, 0)?.data())?;
    backlog(&pool, size.others, &data).await?;
    for (name, store) in [("SQLite", sqlite), (&*format!("PostgreSQL, {} workouts of others", size.others), postgres)] {
        let (few, many) = (UserId::generate(), UserId::generate());
        fill(&store, few, size.few).await?;
        fill(&store, many, size.many).await?;
        sqlx::raw_sql("VACUUM ANALYZE").execute(&pool).await?;
        let columns = format!("{} workouts, then {}", size.few, size.many);
        println!("{name}: ms for {columns}, alone and {TOGETHER} at once, and the growth");
        questions(&store.reader(), [few, many], size.times).await?;
        store.close().await;
    }
    pool.close().await;
    Ok(())
}

async fn fill(store: &StatsStore, user: UserId, workouts: i64) -> Result<(), Failure> {
    let facts: Vec<_> =
        (0..workouts).map(|n| Ok(Fact::from(&workout(user, workouts, n)?))).collect::<Result<_, Failure>>()?;
    for batch in facts.chunks(1_000) {
        let _ = store.writer().write(batch).await?;
    }
    Ok(())
}

/// One of so many workouts, which are spread evenly.
fn workout(user: UserId, workouts: i64, n: i64) -> Result<Event<WorkoutPerformed>, Failure> {
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
    Ok(Event::new("/bench", data)?)
}

async fn questions(reader: &Arc<dyn StatsReader>, users: [UserId; 2], times: usize) -> Result<(), Failure> {
    let day =
        |second: i64| Timestamp::from_second(second).map(|at| Day::new(at.to_zoned(ZoneName::utc().zone()).date()));
    let today = day(FIRST + SPAN)?;
    let year = Days::new(today.plus(-364), today);
    let week = Period::Week(WeekStart::Monday);
    let page = WorkoutFilter::new(50);
    let deep = page.days(Days::new(Day::MIN, day(FIRST + SPAN / 2)?));
    macro_rules! ask {
        (|$reader:ident, $user:ident| $($what:literal: $question:expr;)*) => {$(
            let mut medians = Vec::new();
            print!("  {:24}", $what);
            for $user in users {
                for together in [1, TOGETHER] {
                    let mut took = Vec::with_capacity(times);
                    let mut asking = JoinSet::new();
                    for _ in 0..together {
                        let reader = Arc::clone(reader);
                        asking.spawn(async move {
                            let $reader = &reader;
                            let mut took = Vec::new();
                            for _ in 0..times / together {
                                let start = Instant::now();
                                let _ = $question.await?;
                                took.push(start.elapsed());
                            }
                            Ok::<_, StoreError>(took)
                        });
                    }
                    for asked in asking.join_all().await {
                        took.append(&mut asked?);
                    }
                    took.sort_unstable();
                    let ms = |time: Duration| time.as_secs_f64() * 1_000.0;
                    let (p50, p99) = (ms(took[took.len() / 2]), ms(took[took.len() * 99 / 100]));
                    print!(" {p50:7.2} {p99:7.2}");
                    medians.push(p50);
                }
            }
            println!("   x {:.1}", medians[2] / medians[0]);
        )*};
    }
    println!(
        "  {:24} {:>7} {:>7} {:>7} {:>7} {:>7} {:>7} {:>7} {:>7}",
        "", "p50", "p99", "p50", "p99", "p50", "p99", "p50", "p99"
    );
    ask! { |reader, user|
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
