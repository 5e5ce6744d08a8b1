//! What an operator does, on SQLite.

use sqlx::AssertSqlSafe;
use sqlx::sqlite::{SqliteConnectOptions, SqlitePool};
use stats_store::{Effect, Fact, Sample, StatsStore, Totals};
use tempfile::TempDir;
use workout_events::jiff::{ToSpan, Zoned};
use workout_events::{ActivityType, Event, Source, UserId, WorkoutDeleted, WorkoutId, WorkoutPerformed};

struct Opened {
    _folder: TempDir,
    store: StatsStore,
    /// Another way into the file.
    pool: SqlitePool,
}

impl Opened {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("stats.db");
        let store = StatsStore::sqlite(&file).await.unwrap();
        let pool = SqlitePool::connect_with(SqliteConnectOptions::new().filename(&file)).await.unwrap();
        Self { _folder: folder, store, pool }
    }

    async fn execute(&self, sql: &str) {
        sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(&self.pool).await.unwrap();
    }

    async fn count(&self, table: &str) -> i64 {
        let sql = format!("SELECT count(*) FROM workout_stats_{table}");
        sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(&self.pool).await.unwrap()
    }
}

fn performed(user: UserId, minutes: i64) -> WorkoutPerformed {
    let (ended, workout) = (Zoned::now(), WorkoutId::generate());
    let started = &ended - minutes.minutes();
    WorkoutPerformed::new(workout, user, Source::new("tests"), ActivityType::Running, &started, &ended)
}

fn fact(data: WorkoutPerformed) -> Fact {
    Fact::from(&Event::new("/tests", data).unwrap())
}

#[tokio::test]
async fn statistics_of_an_older_definition_are_not_read_until_they_are_rebuilt() {
    let opened = Opened::new().await;
    let users: Vec<_> = (0..5).map(|_| UserId::generate()).collect();
    let facts: Vec<_> = users.iter().map(|user| fact(performed(*user, 10))).collect();
    assert_eq!(opened.store.writer().write(&facts).await.unwrap(), [Effect::Applied; 5]);
    // As a program would have left it that knew no days.
    opened.execute("UPDATE workout_stats_people SET definition = 0; DELETE FROM workout_stats_days").await;
    let error = opened.store.reader().totals(users[0]).await.unwrap_err();
    assert!(error.is_outdated() && !error.is_transient(), "{error:?}");

    // Whoever is written to is rebuilt first, and the rebuild goes on with the others.
    assert_eq!(opened.store.writer().write(&[fact(performed(users[0], 5))]).await.unwrap(), [Effect::Applied]);
    assert_eq!(opened.store.reader().totals(users[0]).await.unwrap(), Totals::new(2, 900, None));
    let mut told = Vec::new();
    assert_eq!(opened.store.rebuild(false, |progress| told.push((progress.done, progress.all))).await.unwrap(), 4);
    assert_eq!(told, [(1, 5), (2, 5), (3, 5), (4, 5), (5, 5)]);
    assert_eq!(opened.store.rebuild(false, |_| {}).await.unwrap(), 0);
    let verified = opened.store.verify(Sample::All, |_| {}).await.unwrap();
    assert_eq!((verified.people, verified.count), (5, 0));
}

#[tokio::test]
async fn a_newer_definition_is_left_alone() {
    let opened = Opened::new().await;
    let user = UserId::generate();
    let _ = opened.store.writer().write(&[fact(performed(user, 10))]).await.unwrap();
    opened.execute("UPDATE workout_stats_people SET definition = definition + 1").await;
    let read = opened.store.reader().totals(user).await.unwrap_err();
    let written = opened.store.writer().write(&[fact(performed(user, 10))]).await.unwrap_err();
    assert!(read.is_newer() && written.is_newer(), "{read:?} {written:?}");
    assert_eq!(opened.count("ledger").await, 1);
}

#[tokio::test]
async fn a_drift_is_told_and_mended() {
    let opened = Opened::new().await;
    let (user, other) = (UserId::generate(), UserId::generate());
    let facts = [fact(performed(user, 10)), fact(performed(other, 10))];
    let _ = opened.store.writer().write(&facts).await.unwrap();
    for table in ["people", "days", "workouts"] {
        opened.execute(&format!("UPDATE workout_stats_{table} SET duration_s = duration_s + 1")).await;
        for sample in [Sample::All, Sample::Random(2)] {
            let verified = opened.store.verify(sample, |_| {}).await.unwrap();
            assert_eq!((verified.people, verified.count), (2, 2), "{table}");
            assert!(verified.drifts.iter().all(|drift| drift.table == table), "{:?}", verified.drifts);
        }
        assert_eq!(opened.store.verify(Sample::User(user), |_| {}).await.unwrap().count, 1);
        assert_eq!(opened.store.rebuild(true, |_| {}).await.unwrap(), 2);
        assert_eq!(opened.store.verify(Sample::All, |_| {}).await.unwrap().count, 0, "{table}");
    }
}

#[tokio::test]
async fn nothing_of_an_erased_person_is_left_in_any_table() {
    let opened = Opened::new().await;
    let (user, other) = (UserId::generate(), UserId::generate());
    let data = performed(user, 10).notes("nobody else's business");
    let edit = data.clone().revision(2);
    let conflict = data.clone().notes("something else");
    let mut deletion = WorkoutDeleted::new(WorkoutId::generate(), 3);
    deletion.user_id = Some(user);
    let deletion = Fact::from(&Event::new("/tests", deletion).unwrap());
    // The edit comes first, so that nothing of what it corrects ever counts.
    let facts =
        [fact(edit), fact(data), fact(conflict), deletion, fact(performed(user, 5)), fact(performed(other, 10))];
    let _ = opened.store.writer().write(&facts).await.unwrap();
    assert!(opened.store.erase_user(user).await.unwrap());
    assert!(!opened.store.erase_user(user).await.unwrap());
    for table in ["ledger", "days"] {
        assert_eq!(opened.count(table).await, 1, "{table}");
    }
    for table in ["quarantine", "past"] {
        assert_eq!(opened.count(table).await, 0, "{table}");
    }
    assert_eq!(opened.store.reader().totals(user).await.unwrap(), Totals::default());
    assert_eq!(opened.store.verify(Sample::All, |_| {}).await.unwrap().count, 0);
}

#[tokio::test]
async fn what_contradicts_the_ledger_can_be_looked_at() {
    let opened = Opened::new().await;
    let user = UserId::generate();
    let data = performed(user, 10);
    let others: Vec<_> = (0..3).map(|second| fact(data.clone().active_s(second))).collect();
    let _ = opened.store.writer().write(&[fact(data)]).await.unwrap();
    for _ in 0..2 {
        assert_eq!(opened.store.writer().write(&others).await.unwrap(), [Effect::Conflict; 3]);
        assert_eq!(opened.store.quarantined().await.unwrap(), 3);
    }
    let first = opened.store.quarantine(None, 2).await.unwrap();
    let rest = opened.store.quarantine(Some(first[1].id), 2).await.unwrap();
    assert_eq!((first.len(), rest.len()), (2, 1));
    for aside in first.iter().chain(&rest) {
        assert_eq!((aside.user_id, aside.source.as_str()), (Some(user), "/tests"));
        assert!(aside.data.contains("active_s") && !format!("{aside:?}").contains("active_s"));
    }
}
