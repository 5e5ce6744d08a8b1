//! Somebody changes what is kept.

use stats_store::Sample;

use crate::store::site::{Site, write};

#[tokio::test(flavor = "multi_thread")]
async fn a_number_that_somebody_has_changed_is_found_and_mended() {
    let mut site = Site::open().await;
    let _ = write(&site.store, &site.tale.facts_of(9)).await.unwrap();
    for sql in [
        "UPDATE workout_stats.people SET duration_s = duration_s + 1",
        "UPDATE workout_stats.days SET duration_s = duration_s + 1",
        "DELETE FROM workout_stats.days",
        "DELETE FROM workout_stats.efforts",
        "UPDATE workout_stats.workouts SET duration_s = 91",
    ] {
        site.sql(sql).await;
        let verified = site.store.verify(Sample::Random(5), |_| {}).await.unwrap();
        assert!(verified.count >= 3, "{sql}: {verified:?}");
        assert_eq!(site.store.rebuild(true, |_| {}).await.unwrap(), 3);
        site.judge().await;
    }
}
