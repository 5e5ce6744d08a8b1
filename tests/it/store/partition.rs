//! Large tables in pieces.

use std::time::Duration;

use proptest::test_runner::{Config, TestRunner};
use sqlx::{AssertSqlSafe, PgPool};
use stats_store::testing::{self, agrees_with_its_ledger, histories};
use stats_store::{Effect, Fact, StatsStore};
use support::wait;
use tokio::runtime::Handle;
use tokio::task::block_in_place;
use workout_events::jiff::Timestamp;
use workout_events::{ActivityType, Event, EventId, Moment, Source, UserId, WorkoutId, WorkoutPerformed, ZoneName};

use super::{is_true, open, performed};

const LARGE: [&str; 6] = ["ledger", "past", "workouts", "days", "efforts", "records"];

#[tokio::test(flavor = "multi_thread")]
async fn a_store_goes_on_in_partitions_with_all_that_it_had() {
    let (database, store, pool) = open().await;
    tell_histories(&store, 10);
    let (user, foreign) = (UserId::generate(), EventId::generate());
    let facts = [performed(user, 60), under(foreign, user), performed(user, 30)];
    assert_eq!(store.writer().write(&facts).await.unwrap(), [Effect::Applied; 3]);
    let role = format!("rights_{}", database.name());
    execute(&pool, &format!("CREATE ROLE {role}; GRANT SELECT ON workout_stats.ledger TO {role}")).await;
    let shape = "SELECT tablename || ' ' || regexp_replace(replace(indexdef, ' ON ONLY ', ' ON '), ' UNIQUE', '')
         FROM pg_indexes WHERE schemaname = 'workout_stats' AND tablename = ANY($1) ORDER BY 1";
    let indexes =
        async || -> Vec<String> { sqlx::query_scalar(shape).bind(LARGE.as_slice()).fetch_all(&pool).await.unwrap() };
    let counts = async || {
        let mut counts = Vec::new();
        for table in LARGE {
            let sql = AssertSqlSafe(format!("SELECT count(*) FROM workout_stats.{table}"));
            counts.push(sqlx::query_scalar::<_, i64>(sql).fetch_one(&pool).await.unwrap());
        }
        counts
    };
    let (had, shaped) = (counts().await, indexes().await);

    let builder = StatsStore::builder(&database.url());
    let mut told = Vec::new();
    assert_eq!(builder.clone().partition(4, |table| told.push(table)).await.unwrap(), LARGE);
    assert_eq!(told, LARGE);
    assert!(builder.clone().partition(8, |_| {}).await.unwrap().is_empty());
    assert_eq!((counts().await, indexes().await), (had, shaped));
    for table in LARGE {
        let parts = "SELECT count(*) FROM pg_inherits WHERE inhparent = $1::regclass";
        let parts = sqlx::query_scalar::<_, i64>(parts).bind(format!("workout_stats.{table}"));
        assert_eq!(parts.fetch_one(&pool).await.unwrap(), 4, "{table}");
    }
    let may_read = AssertSqlSafe(format!("SELECT has_table_privilege('{role}', 'workout_stats.ledger', 'SELECT')"));
    assert!(sqlx::query_scalar::<_, bool>(may_read).fetch_one(&pool).await.unwrap());
    execute(&pool, &format!("DROP OWNED BY {role}; DROP ROLE {role}")).await;

    // A service that was connected all the time goes on as well.
    for store in [&store, &builder.connect().await.unwrap()] {
        assert_eq!(store.writer().write(&facts).await.unwrap(), [Effect::Duplicate; 3]);
        assert_eq!(store.reader().totals(user).await.unwrap().total_workouts, 3);
        is_true(store).await;
        testing::keeps_the_contract(store.writer(), store.reader()).await;
        tell_histories(store, 5);
        is_true(store).await;
    }
}

/// What an index over the whole ledger sees to, where there can be none.
#[tokio::test(flavor = "multi_thread")]
async fn an_id_that_somebody_gave_an_event_is_in_the_ledger_once() {
    let (database, store, pool) = open().await;
    let old = [EventId::generate(), EventId::generate()];
    let user = UserId::generate();
    let facts = old.map(|id| under(id, user));
    assert_eq!(store.writer().write(&facts).await.unwrap(), [Effect::Applied; 2]);
    let builder = StatsStore::builder(&database.url());
    assert_eq!(builder.partition(4, |_| {}).await.unwrap(), LARGE);

    assert_eq!(store.writer().write(&[under(old[0], user)]).await.unwrap(), [Effect::Conflict]);
    // Two writers, each with people of his own, so that they do not wait for one another before that.
    for _ in 0..20 {
        let id = EventId::generate();
        let facts = [[under(id, UserId::generate())], [under(id, UserId::generate())]];
        let (writer, other) = (store.writer(), store.writer());
        let (one, two) = tokio::join!(writer.write(&facts[0]), other.write(&facts[1]));
        let effects = [one.unwrap(), two.unwrap()].concat();
        assert!(effects.contains(&Effect::Applied) && effects.contains(&Effect::Conflict), "{effects:?}");
    }
    let insert = "INSERT INTO workout_stats.ledger SELECT gen_random_uuid(), foreign_id, kind, source, said_us, received_us, data
         FROM workout_stats.ledger WHERE foreign_id = $1";
    let twice = sqlx::query(insert).bind(old[0].as_uuid()).execute(&pool).await.unwrap_err();
    assert!(twice.as_database_error().is_some_and(sqlx::error::DatabaseError::is_unique_violation), "{twice:?}");

    // What is erased takes its ids along.
    assert!(store.erase_user(user).await.unwrap());
    let stray = "SELECT count(*) FROM workout_stats.foreign_ids AS f FULL JOIN
             (SELECT foreign_id FROM workout_stats.ledger WHERE foreign_id IS NOT NULL) AS l USING (foreign_id)
         WHERE f.foreign_id IS NULL OR l.foreign_id IS NULL";
    let known = "SELECT count(*) FROM workout_stats.foreign_ids";
    for (sql, want) in [(stray, 0), (known, 20)] {
        assert_eq!(sqlx::query_scalar::<_, i64>(sql).fetch_one(&pool).await.unwrap(), want, "{sql}");
    }
    is_true(&store).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn partitioning_that_was_interrupted_goes_on_with_the_tables_that_are_left() {
    let (database, store, pool) = open().await;
    let user = UserId::generate();
    assert_eq!(store.writer().write(&[performed(user, 60)]).await.unwrap(), [Effect::Applied]);
    let mut reading = pool.begin().await.unwrap();
    sqlx::raw_sql("LOCK TABLE workout_stats.days IN ACCESS SHARE MODE").execute(&mut *reading).await.unwrap();
    let builder = StatsStore::builder(&database.url());
    let partitioning = tokio::spawn(builder.clone().partition(2, |_| {}));
    let waits = "SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted AND relation = 'workout_stats.days'::regclass)";
    wait::until("it waits for the reader", Duration::from_mins(1), || async {
        sqlx::query_scalar::<_, bool>(waits).fetch_one(&pool).await.unwrap()
    })
    .await;
    partitioning.abort();
    assert!(partitioning.await.unwrap_err().is_cancelled());
    reading.rollback().await.unwrap();

    assert_eq!(builder.partition(2, |_| {}).await.unwrap(), ["days", "efforts", "records"]);
    assert_eq!(store.reader().totals(user).await.unwrap().total_workouts, 1);
    is_true(&store).await;
}

/// Random histories, after which the numbers are what the ledger says.
fn tell_histories(store: &StatsStore, cases: u32) {
    let config = Config { cases, failure_persistence: None, ..Config::default() };
    let told = TestRunner::new(config).run(&histories(), |history| {
        block_in_place(|| Handle::current().block_on(agrees_with_its_ledger(&history, store)));
        Ok(())
    });
    told.unwrap_or_else(|failure| panic!("{failure}"));
}

/// A new workout, in an event with an id that does not follow from it.
fn under(id: EventId, user: UserId) -> Fact {
    let moment = |second| Moment::from(Timestamp::from_second(second).unwrap());
    let times = (moment(1_700_000_000), moment(1_700_000_060));
    let workout = (WorkoutId::generate(), user);
    let data = WorkoutPerformed::in_zone(workout, Source::new("tests"), ActivityType::Running, times, ZoneName::utc());
    Fact::from(&Event::builder("/tests", data).id(id).build().unwrap())
}

async fn execute(pool: &PgPool, sql: &str) {
    sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(pool).await.unwrap();
}
