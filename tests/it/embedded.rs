//! The statistics service with nothing configured, killed again and again while people perform workouts.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use serde_json::{Value, json};
use stats_store::{Sample, StatsStore};
use support::service::Running;
use support::{http, service, wait};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::timeout;
use workout_events::{UserId, WorkoutId};

/// How often the service dies.
const DEATHS: u32 = 100;

/// How many people perform workouts at the same time.
const PEOPLE: u32 = 6;

/// The most that is stored between two deaths.
const BETWEEN: u32 = 24;

/// For all that is waited for, on a loaded machine.
const LIMIT: Duration = Duration::from_mins(1);

/// What became of the workouts of one person.
#[derive(Default)]
struct Told {
    stored: BTreeSet<WorkoutId>,
    /// Given up after a request that was not answered: it may have been stored.
    unknown: BTreeSet<WorkoutId>,
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_a_hundred_times_under_load_it_counts_once_what_it_has_confirmed() {
    let mut stats = service::example("stats_service").start().await;
    let (stored, url) = (Arc::new(AtomicU32::new(0)), watch::Sender::new(Some(stats.url().to_owned())));
    let mut people = JoinSet::new();
    for number in 0..PEOPLE {
        people.spawn(train(number, url.subscribe(), Arc::clone(&stored)));
    }
    for death in 0..DEATHS {
        // From none, which is in the middle of a start, to some batches; in no order.
        let target = stored.load(Ordering::Relaxed) + death * 7 % BETWEEN;
        wait::until("enough was stored to die once more", LIMIT, || {
            let stored = stored.load(Ordering::Relaxed);
            async move { stored >= target }
        })
        .await;
        stats.kill();
        stats.start_again().await;
        url.send_replace(Some(stats.url().to_owned()));
    }
    url.send_replace(None);
    let told: BTreeMap<_, _> = people.join_all().await.into_iter().collect();

    let mut unanswered = 0;
    for (user, told) in &told {
        let listed = listed(&stats, *user).await;
        let once: BTreeSet<_> = listed.iter().copied().collect();
        assert_eq!(once.len(), listed.len(), "somebody has a workout twice");
        assert!(once.is_superset(&told.stored), "lost: {:?}", told.stored.difference(&once));
        let more: Vec<_> = once.difference(&told.stored).filter(|workout| !told.unknown.contains(workout)).collect();
        assert!(more.is_empty(), "out of nothing: {more:?}");
        let counted = stats.get(&format!("/users/{user}/statistics")).await.unwrap().json();
        // A minute and 7 kcal each: sums show what a count may hide.
        let want = (listed.len(), listed.len() * 60, listed.len() * 7);
        let number = |name: &str| usize::try_from(counted[name].as_u64().unwrap()).unwrap();
        assert_eq!(
            (number("total_workouts"), number("total_duration"), number("total_calories_burned")),
            want,
            "what is counted is not what is listed"
        );
        unanswered += told.unknown.len();
    }
    assert!(unanswered > 0, "nobody was ever interrupted");
    stats.stop().await;

    let store = StatsStore::sqlite(stats.folder().join("stats.db")).await.unwrap();
    let verified = store.verify(Sample::All, |_| {}).await.unwrap();
    assert_eq!((verified.people, verified.count), (u64::from(PEOPLE), 0), "{:?}", verified.drifts);
    store.close().await;
}

/// Performs one workout after the other, until there is no service any more. What is not answered is given up, or sent again
/// once or twice.
async fn train(number: u32, mut url: watch::Receiver<Option<String>>, stored: Arc<AtomicU32>) -> (UserId, Told) {
    let (user, mut told) = (UserId::from_foreign("embedded", &number.to_string()), Told::default());
    for workout in (0..).map(|_| WorkoutId::generate()) {
        let mut failed = 0;
        loop {
            let Some(place) = url.borrow_and_update().clone() else {
                told.unknown.extend((failed > 0).then_some(workout));
                return (user, told);
            };
            let path = format!("{place}/workout/{workout}/perform");
            match http::post(&path, &body(user)).await {
                Ok(answer) if answer.status == 200 => {
                    told.stored.insert(workout);
                    stored.fetch_add(1, Ordering::Relaxed);
                    break;
                }
                // Too many at once, or not known to be stored in time: the same again is right.
                Ok(answer) if [429, 503].contains(&answer.status) => {
                    failed += usize::from(answer.status == 503);
                    continue;
                }
                Ok(answer) => panic!("{answer:?}"),
                // It is dead, and comes again elsewhere.
                Err(_) => timeout(LIMIT, url.changed()).await.unwrap().unwrap(),
            }
            failed += 1;
            if failed > told.stored.len() % 3 {
                told.unknown.insert(workout);
                break;
            }
        }
    }
    (user, told)
}

fn body(user: UserId) -> Value {
    json!({
        "user_id": user,
        "source": { "name": "test" },
        "activity_type": "running",
        "started_at": "2026-03-28T17:00:00+01:00",
        "ended_at": "2026-03-28T17:01:00+01:00",
        "time_zone": "Europe/Berlin",
        "energy_kcal": 7,
    })
}

/// All workouts of a person, page by page.
async fn listed(stats: &Running, user: UserId) -> Vec<WorkoutId> {
    let (mut all, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = stats.get(&format!("/v1/users/{user}/workouts?limit=100{cursor}")).await.unwrap();
        assert_eq!(page.status, 200, "{page:?}");
        let page = &page.json()["data"];
        let ids = page["workouts"].as_array().unwrap();
        all.extend(ids.iter().map(|workout| workout["workout_id"].as_str().unwrap().parse::<WorkoutId>().unwrap()));
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return all,
        }
    }
}
