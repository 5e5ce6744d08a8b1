use std::sync::Arc;

use stats_store::{Effect, Totals};
use tokio::task::JoinSet;
use workout_events::UserId;

use super::{is_true, open, performed};

#[tokio::test(flavor = "multi_thread")]
async fn writers_with_the_same_people_in_reverse_order_do_not_block_one_another() {
    let (_database, store, _) = open().await;
    let users: Vec<_> = (0..20).map(|_| UserId::generate()).collect();
    let mut writers = JoinSet::new();
    for turn in 0..4 {
        let (writer, mut users) = (store.writer(), users.clone());
        if turn % 2 == 1 {
            users.reverse();
        }
        writers.spawn(async move {
            for _ in 0..10 {
                let facts: Vec<_> = users.iter().map(|user| performed(*user, 60)).collect();
                let effects = writer.write(&facts).await.unwrap();
                assert!(effects.iter().all(|effect| *effect == Effect::Applied), "{effects:?}");
            }
        });
    }
    while let Some(done) = writers.join_next().await {
        done.unwrap();
    }
    for user in users {
        assert_eq!(store.reader().totals(user).await.unwrap(), Totals::new(40, 2_400, None));
    }
    is_true(&store).await;
}

/// 60 facts, each told 50 times by four consumers.
#[tokio::test(flavor = "multi_thread")]
async fn fifty_deliveries_to_four_consumers_count_once() {
    const TIMES: usize = 50;
    let (_database, store, _) = open().await;
    let users: Vec<_> = (0..3).map(|_| UserId::generate()).collect();
    let facts: Arc<Vec<_>> = Arc::new((0..60).map(|n| performed(users[n % users.len()], 60)).collect());
    let mut writers = JoinSet::new();
    for turn in 0..4 {
        let (writer, facts) = (store.writer(), Arc::clone(&facts));
        writers.spawn(async move {
            let (mut applied, mut received) = (0, 0);
            // Deliveries go round, and every consumer is somewhere else.
            let deliveries: Vec<_> = (0..facts.len() * TIMES).filter(|n| n % 4 == turn).collect();
            for batch in deliveries.chunks(75) {
                let batch: Vec<_> = batch.iter().map(|n| facts[(n / 4 + 15 * turn) % facts.len()].clone()).collect();
                let effects = writer.write(&batch).await.unwrap();
                let count = |effect| effects.iter().filter(|other| **other == effect).count();
                assert_eq!(count(Effect::Applied) + count(Effect::Duplicate), batch.len());
                applied += count(Effect::Applied);
                received += batch.len();
            }
            (applied, received)
        });
    }
    let (mut applied, mut received) = (0, 0);
    while let Some(done) = writers.join_next().await {
        let (new, all) = done.unwrap();
        (applied, received) = (applied + new, received + all);
    }
    assert_eq!((applied, received), (facts.len(), facts.len() * TIMES));
    for user in users {
        assert_eq!(store.reader().totals(user).await.unwrap(), Totals::new(20, 1_200, None));
    }
    is_true(&store).await;
}
