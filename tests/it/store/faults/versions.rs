//! Programs of two versions beside one another, in the middle of a deployment. Which numbers a program keeps for a person, it
//! notes with the person: what a newer one would have noted is a higher number.

use crate::store::running::Running;
use crate::store::site::{Site, are_new, write};

const NEWER: &str = "UPDATE workout_stats.people SET definition = definition + 1";
const OLDER: &str = "UPDATE workout_stats.people SET definition = definition - 1";

/// The older program refuses, because it does not know what else there is to keep; its consumer pauses, and loses nothing
/// to the dead letters.
#[tokio::test(flavor = "multi_thread")]
async fn an_older_program_waits_for_its_end_where_a_newer_one_has_been() {
    let mut site = Site::open().await;
    assert!(are_new(&write(&site.store, &site.tale.facts_of(10)).await.unwrap()));
    site.sql(NEWER).await;
    let before = site.tale.said.len();
    let new = site.tale.go_on(10);
    let error = write(&site.store, &[new[1].fact.clone()]).await.unwrap_err();
    assert!(error.is_newer() && !error.is_transient(), "{error:?}");
    for user in site.tale.users.clone() {
        assert!(site.store.reader().lifetime(user).await.unwrap_err().is_newer());
    }
    let running = Running::start(&site.store).await;
    running.publish(&new).await;
    running.until_paused().await;
    assert_eq!(site.count("SELECT count(*) FROM workout_stats.ledger").await, i64::try_from(before).unwrap());

    // As if it had been replaced by the newer one, whose consumer gets the same messages.
    site.sql(OLDER).await;
    running.drained().await;
    site.judge().await;
}

/// The newer program makes anew what it is to write to, and until then refuses to read it: it never adds to what was
/// counted in another way.
#[tokio::test(flavor = "multi_thread")]
async fn a_newer_program_rebuilds_what_it_writes_to_and_reads_nothing_older() {
    let mut site = Site::open().await;
    assert!(are_new(&write(&site.store, &site.tale.facts_of(10)).await.unwrap()));
    // As the older one has left it: with tables that the newer one keeps differently.
    site.sql(OLDER).await;
    site.sql("UPDATE workout_stats.people SET sets = 0; DELETE FROM workout_stats.efforts").await;
    for user in site.tale.users.clone() {
        assert!(site.store.reader().lifetime(user).await.unwrap_err().is_outdated());
    }
    let running = Running::start(&site.store).await;
    running.publish(&site.tale.go_on(10)).await;
    running.drained().await;
    site.judge().await;
}
