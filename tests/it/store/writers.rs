use stats_store::Totals;
use tokio::task::JoinSet;
use workout_events::UserId;

use super::site::{Site, are_new, totals};
use super::tale::performed;

#[tokio::test(flavor = "multi_thread")]
async fn writers_with_the_same_people_in_reverse_order_do_not_block_one_another() {
    let site = Site::open().await;
    let users: Vec<_> = (0..20).map(|_| UserId::generate()).collect();
    let mut writers = JoinSet::new();
    for turn in 0..4 {
        let (writer, mut users) = (site.store.writer(), users.clone());
        if turn % 2 == 1 {
            users.reverse();
        }
        writers.spawn(async move {
            for _ in 0..10 {
                let facts: Vec<_> = users.iter().map(|user| performed(*user, 60)).collect();
                assert!(are_new(&writer.write(&facts).await.unwrap()));
            }
        });
    }
    writers.join_all().await;
    for user in users {
        assert_eq!(totals(&site.store, user).await, Totals::new(40, 2_400, None));
    }
    assert_eq!(site.store.verify(stats_store::Sample::All, |_| {}).await.unwrap().drifts, []);
}
