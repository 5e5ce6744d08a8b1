//! What is told about goals and records, and how often.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use stats_store::{Day, Fact, GoalStatus, StatsStore};
use tempfile::TempDir;
use tokio::sync::oneshot;
use tokio::time::{sleep, timeout};
use workout_broker::in_process::Server;
use workout_consumer::{Consumer, Verdict};
use workout_events::jiff::Timestamp;
use workout_events::types::goal::{
    GoalAchieved, GoalCancelled, GoalChanged, GoalMetric, GoalMissed, GoalPeriod, GoalRevoked, GoalSet,
};
use workout_events::types::record::{RecordRevoked, RecordSet};
use workout_events::types::user::UserErased;
use workout_events::{
    ActivityType, Event, EventType, GoalId, Moment, Source, UserId, WorkoutDeleted, WorkoutId, WorkoutPerformed,
    ZoneName,
};

fn at(day: &str, hour: i64) -> Timestamp {
    let midnight: Timestamp = format!("{day}T00:00:00Z").parse().unwrap();
    Timestamp::from_second(midnight.as_second() + 3_600 * hour).unwrap()
}

fn said<T: EventType>(data: T, at: Timestamp) -> Fact
where
    Fact: for<'e> From<&'e Event<T>>,
{
    Fact::from(&Event::builder("/tests", data).time(at).build().unwrap())
}

/// A run of an hour in the morning.
fn run(user: UserId, workout: WorkoutId, revision: u32, day: &str, metres: u32) -> Fact {
    let (started, ended) = (Moment::from(at(day, 8)), Moment::from(at(day, 9)));
    let source = Source::new("tests");
    let data =
        WorkoutPerformed::in_zone((workout, user), source, ActivityType::Running, (started, ended), ZoneName::utc());
    said(data.revision(revision).distance_m(metres), at(day, 9))
}

/// Those that are told while the store writes these facts one by one, in their order.
struct Listener {
    told: Arc<Mutex<Vec<String>>>,
    stop: oneshot::Sender<()>,
    relaying: tokio::task::JoinHandle<u64>,
    listening: tokio::task::JoinHandle<()>,
}

impl Listener {
    async fn of(store: &StatsStore) -> Self {
        let broker = Server::new().connect();
        let told: Arc<Mutex<Vec<String>>> = Arc::default();
        let tell = |what: &'static str| {
            let told = Arc::clone(&told);
            move |value: u64| told.lock().unwrap().push(format!("{what} {value}"))
        };
        let (set, revoked) = (tell("record"), tell("no record"));
        let (achieved, lost, missed) = (tell("goal"), tell("no goal"), tell("missed"));
        let consumer = Consumer::new("alerts")
            .in_order_of_subjects()
            .on(move |event: Event<RecordSet>| {
                set(event.data().value);
                async { Verdict::Done }
            })
            .on(move |_: Event<RecordRevoked>| {
                revoked(0);
                async { Verdict::Done }
            })
            .on(move |event: Event<GoalAchieved>| {
                achieved(event.data().value);
                async { Verdict::Done }
            })
            .on(move |event: Event<GoalRevoked>| {
                lost(event.data().value);
                async { Verdict::Done }
            })
            .on(move |event: Event<GoalMissed>| {
                missed(event.data().value);
                async { Verdict::Done }
            });
        broker.declare(&consumer.queue()).await.unwrap();
        let (stop, stopped) = oneshot::channel::<()>();
        let (store, relayed) = (store.clone(), broker.clone());
        let (end, ended) = oneshot::channel::<()>();
        let relaying = tokio::spawn(async move {
            let announced = store.relay(&relayed, async { stopped.await.unwrap_or_default() }).await.unwrap();
            drop(end);
            announced.sent
        });
        let listening = tokio::spawn(async move {
            consumer.run(broker, async { ended.await.unwrap_or_default() }).await.map(|_| ()).unwrap();
        });
        Self { told, stop, relaying, listening }
    }

    /// Waits until so much was told, and says what, sorted.
    async fn hears(&self, count: usize) -> Vec<String> {
        let waiting = async {
            while self.told.lock().unwrap().len() < count {
                sleep(Duration::from_millis(5)).await;
            }
        };
        let in_time = timeout(Duration::from_secs(20), waiting).await;
        let mut told = std::mem::take(&mut *self.told.lock().unwrap());
        assert!(in_time.is_ok(), "only {told:?}");
        told.sort();
        told
    }

    /// Nothing more was told than what was heard.
    async fn ends(self, all: u64) {
        drop(self.stop);
        assert_eq!(self.relaying.await.unwrap(), all);
        self.listening.await.unwrap();
        assert_eq!(*self.told.lock().unwrap(), [""; 0]);
    }
}

async fn each_thing_is_told_once(store: &StatsStore) {
    let listener = Listener::of(store).await;
    let (user, goal) = (UserId::generate(), GoalId::generate());
    let write = async |facts: &[Fact]| {
        let _effects = store.writer().write(facts).await.unwrap();
        // All of it once more is nothing new.
        let _effects = store.writer().write(facts).await.unwrap();
    };
    // 15 km a week, from Monday, 5 January 2026 on.
    let aim = GoalSet::new(goal, user, GoalMetric::DistanceM, 15_000, GoalPeriod::Weekly);
    write(&[said(aim, at("2026-01-05", 7))]).await;
    let (one, two, three) = (WorkoutId::generate(), WorkoutId::generate(), WorkoutId::generate());
    write(&[run(user, one, 1, "2026-01-05", 8_000)]).await;
    assert_eq!(listener.hears(2).await, ["record 3600", "record 8000"]);
    write(&[run(user, two, 1, "2026-01-07", 9_000)]).await;
    assert_eq!(listener.hears(2).await, ["goal 17000", "record 9000"]);
    // More of it in the same week is nothing new.
    write(&[run(user, three, 1, "2026-01-08", 1_000)]).await;
    // An edit takes its ground away: the record stands, the goal does not.
    write(&[run(user, one, 2, "2026-01-05", 3_000)]).await;
    assert_eq!(listener.hears(2).await, ["no goal 13000", "record 3000"]);
    let today: Day = "2026-01-08".parse().unwrap();
    let goals = store.reader().goals(user, today).await.unwrap().value;
    assert_eq!((goals[0].value, goals[0].status), (13_000, GoalStatus::OnTrack));
    assert_eq!(goals[0].expected_on.map(|day| day.to_string()).as_deref(), Some("2026-01-09"));
    // A lower goal is reached by what is there.
    write(&[said(GoalChanged::new(goal, user).target(12_500), at("2026-01-08", 20))]).await;
    assert_eq!(listener.hears(1).await, ["goal 13000"]);
    // The longest run was somebody else's.
    write(&[said(WorkoutDeleted::new(two, 2), at("2026-01-08", 21))]).await;
    assert_eq!(listener.hears(2).await, ["no goal 4000", "no record 0"]);

    // The week ends. It is told when nothing can come late any more, and once.
    assert_eq!(store.settle(at("2026-01-12", 1), |_| {}).await.unwrap(), 0);
    for told in [1, 0] {
        assert_eq!(store.settle(at("2026-01-13", 1), |_| {}).await.unwrap(), told);
    }
    assert_eq!(listener.hears(1).await, ["missed 4000"]);
    // Something did come late.
    write(&[run(user, WorkoutId::generate(), 1, "2026-01-10", 8_500)]).await;
    assert_eq!(listener.hears(2).await, ["goal 12500", "record 8500"]);
    write(&[said(GoalCancelled::new(goal, user), at("2026-01-14", 1))]).await;
    assert_eq!(store.settle(at("2026-02-14", 1), |_| {}).await.unwrap(), 0);
    let outcomes = store.reader().outcomes(user).await.unwrap().value;
    assert_eq!(outcomes.iter().map(|outcome| (outcome.achieved, outcome.value)).collect::<Vec<_>>(), [(true, 12_500)]);
    listener.ends(12).await;
}

/// What was over when it was said, what is forgotten with the same commit, and what the time decides anew.
async fn nobody_is_told_what_is_no_news(store: &StatsStore) {
    let listener = Listener::of(store).await;
    let write = async |facts: &[Fact]| {
        let _effects = store.writer().write(facts).await.unwrap();
    };
    let (gone, user) = (UserId::generate(), UserId::generate());
    let erased = said(UserErased::new(gone), at("2026-01-06", 1));
    write(&[run(gone, WorkoutId::generate(), 1, "2026-01-05", 8_000), erased]).await;

    // A goal of last year is said in January: it is neither missed nor achieved today.
    let aim = |target| {
        GoalSet::new(GoalId::generate(), user, GoalMetric::Workouts, target, GoalPeriod::Daily)
            .starts_at(Moment::from(at("1970-01-02", 0)))
            .due_at(Moment::from(at("2025-12-31", 0)))
    };
    let workout = WorkoutId::generate();
    write(&[run(user, workout, 1, "2025-12-24", 8_000)]).await;
    assert_eq!(listener.hears(2).await, ["record 3600", "record 8000"]);
    write(&[said(aim(1), at("2026-01-05", 7)), said(aim(2), at("2026-01-05", 7))]).await;
    assert_eq!(store.settle(at("2026-01-13", 1), |_| {}).await.unwrap(), 0);
    assert_eq!(store.reader().outcomes(user).await.unwrap().value.len(), 1, "it was achieved on one day, and counts");
    write(&[said(WorkoutDeleted::new(workout, 2), at("2026-01-13", 2))]).await;
    assert_eq!(listener.hears(2).await, ["no record 0", "no record 0"]);

    // What was achieved when the week was settled is missed when its ground is gone.
    let weekly = GoalSet::new(GoalId::generate(), user, GoalMetric::Workouts, 1, GoalPeriod::Weekly);
    let workout = WorkoutId::generate();
    write(&[said(weekly, at("2026-01-14", 7)), run(user, workout, 1, "2026-01-14", 8_000)]).await;
    assert_eq!(listener.hears(3).await, ["goal 1", "record 3600", "record 8000"]);
    assert_eq!(store.settle(at("2026-01-20", 1), |_| {}).await.unwrap(), 0);
    write(&[said(WorkoutDeleted::new(workout, 2), at("2026-01-20", 2))]).await;
    assert_eq!(listener.hears(4).await, ["missed 0", "no goal 0", "no record 0", "no record 0"]);
    assert_eq!(store.settle(at("2026-01-21", 1), |_| {}).await.unwrap(), 0);
    listener.ends(11).await;
}

#[tokio::test]
async fn memory_tells_no_news_of_what_is_none() {
    nobody_is_told_what_is_no_news(&StatsStore::builder("memory").announcing("/stats").connect().await.unwrap()).await;
}

#[tokio::test]
async fn sqlite_tells_no_news_of_what_is_none() {
    let folder = TempDir::new().unwrap();
    let builder = StatsStore::builder_of_file(folder.path().join("stats.db")).announcing("/stats");
    let store = builder.connect().await.unwrap();
    nobody_is_told_what_is_no_news(&store).await;
    store.close().await;
}

#[tokio::test]
async fn memory_tells_each_thing_once() {
    each_thing_is_told_once(&StatsStore::builder("memory").announcing("/stats").connect().await.unwrap()).await;
}

#[tokio::test]
async fn sqlite_tells_each_thing_once() {
    let folder = TempDir::new().unwrap();
    let builder = StatsStore::builder_of_file(folder.path().join("stats.db")).announcing("/stats");
    let store = builder.connect().await.unwrap();
    each_thing_is_told_once(&store).await;
    store.close().await;
}

#[tokio::test]
async fn a_store_that_announces_nothing_says_so() {
    let broker = Server::new().connect();
    let error = StatsStore::memory().relay(&broker, async {}).await.unwrap_err();
    assert!(!error.is_transient());
    assert!(error.to_string().contains("announcing"), "{error}");
}
