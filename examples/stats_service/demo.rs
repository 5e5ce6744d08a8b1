//! People to look at.

use stats_store::demo::Story;
use stats_store::{StatsStore, StoreError};
use workout_events::UserId;
use workout_events::jiff::Timestamp;

/// As many facts in a transaction.
const BATCH: usize = 200;

/// Somebody with five years of training, somebody in the first week, and somebody who has not begun.
pub(crate) async fn fill(store: &StatsStore) -> Result<[(UserId, &'static str); 3], StoreError> {
    let [ada, grace, joan] = ["ada", "grace", "joan"].map(|name| UserId::from_foreign("demo", name));
    for story in [Story::years(ada, 5), Story::newcomer(grace)] {
        for facts in story.facts(Timestamp::now()).chunks(BATCH) {
            // Nobody else has written anything, so each of them is new.
            let _ = store.writer().write(facts).await?;
        }
    }
    Ok([(ada, "Ada"), (grace, "Grace"), (joan, "Joan")])
}
