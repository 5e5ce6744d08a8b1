//! Several consumers, to whom everything comes often and in any order, while somebody reads.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use sqlx::PgPool;
use stats_store::{Days, Effect, StatsReader, StatsStore, Tally};
use support::{postgres, wait};
use tokio::task::{JoinHandle, JoinSet, yield_now};
use workout_events::UserId;

use crate::store::LIMIT;
use crate::store::judge::{Ledger, judge};
use crate::store::queue::Queue;
use crate::store::site::Site;
use crate::store::tale::{Tale, contradiction};

const CONSUMERS: usize = 4;
const TIMES: usize = 50;

/// Corrections come before what they correct, and deletions before both.
#[tokio::test(flavor = "multi_thread")]
async fn fifty_deliveries_of_everything_to_four_processes_count_once_at_any_time() {
    let database = postgres::database().await;
    let pool = PgPool::connect(&database.url()).await.unwrap();
    let store = StatsStore::connect(&database.url()).await.unwrap();
    let queue = Queue::open(&store).await;
    let tale = Tale::of(40);
    let reader = Reader::start(&store, &tale.users);
    let processes: Vec<_> = (0..CONSUMERS).map(|n| queue.process(&database.url(), 20 + 7 * n)).collect();
    queue.until_readers(4).await;
    queue.publish(&tale.shuffled(TIMES, 0x5eed)).await;
    wait::until("the queue is empty", LIMIT, || async { queue.depth().await == 0 }).await;
    // Nobody has more than the last batches now, and whoever is killed with one gives it back.
    drop(processes);
    queue.drain(&store).await;
    let readings = reader.stop().await;
    assert!(readings > 100, "{readings} readings while it was written");
    judge(&store, Ledger::Postgres(&pool), tale.facts()).await;
}

/// Whoever comes first stays, and everybody is told the same of the other one, however often it comes.
#[tokio::test(flavor = "multi_thread")]
async fn of_two_facts_with_one_identity_one_counts_and_one_is_put_aside() {
    let site = Site::open().await;
    let user = UserId::generate();
    let (one, other) = contradiction(user);
    let mut writers = JoinSet::new();
    for turn in 0..8 {
        let (writer, mut facts) = (site.store.writer(), vec![one.clone(), other.clone()]);
        facts.rotate_left(turn % 2);
        writers.spawn(async move {
            let mut told = Vec::new();
            for fact in facts {
                told.push((fact.clone(), writer.write(&[fact]).await.unwrap()[0]));
            }
            told
        });
    }
    let told: Vec<_> = writers.join_all().await.into_iter().flatten().collect();
    let count = |effect| told.iter().filter(|(_, told)| *told == effect).count();
    let (applied, conflicts) = (count(Effect::Applied), count(Effect::Conflict));
    assert_eq!((applied, count(Effect::Duplicate), conflicts), (1, 7, 8), "{told:?}");
    let (first, _) = told.iter().find(|(_, effect)| *effect == Effect::Applied).unwrap();
    assert_eq!(site.count("SELECT count(*) FROM workout_stats.quarantine").await, 1);
    judge(&site.store, Ledger::Postgres(&site.pool), vec![first.clone()]).await;
}

/// Looks again and again whether what it reads is whole (I6).
struct Reader {
    stop: Arc<AtomicBool>,
    readings: Arc<AtomicU64>,
    task: JoinHandle<()>,
}

impl Reader {
    fn start(store: &StatsStore, users: &[UserId]) -> Self {
        let (stop, readings) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
        let (reader, users) = (store.reader(), users.to_vec());
        let task = tokio::spawn({
            let (stop, readings) = (Arc::clone(&stop), Arc::clone(&readings));
            async move {
                while !stop.load(Ordering::Relaxed) {
                    for user in &users {
                        look(&*reader, *user, &readings).await;
                    }
                    yield_now().await;
                }
            }
        });
        Self { stop, readings, task }
    }

    async fn stop(self) -> u64 {
        self.stop.store(true, Ordering::Relaxed);
        self.task.await.unwrap();
        self.readings.load(Ordering::Relaxed)
    }
}

/// Of one version, the total is the sum of the days and that of the activities.
async fn look(reader: &dyn StatsReader, user: UserId, readings: &AtomicU64) {
    let total = reader.lifetime(user).await.unwrap();
    let days = reader.days(user, Days::ALL).await.unwrap();
    let activities = reader.sums(user, Days::ALL).await.unwrap();
    if days.as_of == total.as_of {
        let of_days = sum(days.value.iter().map(|day| day.sums));
        assert_eq!(of_days, sum([total.value.sums].into_iter()));
        readings.fetch_add(1, Ordering::Relaxed);
    }
    if activities.as_of == total.as_of {
        let of_activities = sum(activities.value.iter().map(|activity| activity.sums));
        assert_eq!(of_activities, sum([total.value.sums].into_iter()));
    }
}

fn sum(tallies: impl Iterator<Item = Tally>) -> [i64; 5] {
    tallies.fold([0; 5], |mut sum, Tally { workouts, duration_s, sets, reps, volume_g, .. }| {
        sum.iter_mut().zip([workouts, duration_s, sets, reps, volume_g]).for_each(|(sum, more)| *sum += more);
        sum
    })
}
