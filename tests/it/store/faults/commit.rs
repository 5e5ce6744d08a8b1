//! Commits that are none.

use support::proxy::Place;
use tokio::time::timeout;

use crate::store::LIMIT;
use crate::store::site::{Site, are_new, were_there, write};

/// The last statement succeeds, and the commit does not.
#[tokio::test(flavor = "multi_thread")]
async fn a_commit_that_is_refused_is_no_success() {
    let mut site = Site::open().await;
    site.sql(
        "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'refused'; END $$;
         CREATE CONSTRAINT TRIGGER refuse AFTER INSERT ON workout_stats.ledger
             DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION refuse()",
    )
    .await;
    let facts = site.tale.facts_of(6);
    assert!(write(&site.store, &facts).await.is_err());
    assert_eq!(site.count("SELECT count(*) FROM workout_stats.people").await, 0);
    site.sql("DROP TRIGGER refuse ON workout_stats.ledger").await;
    assert!(are_new(&write(&site.store, &facts).await.unwrap()));
    site.judge().await;
}

/// Trap H2: the server answers COMMIT of an aborted transaction with a ROLLBACK, which is no error. Whatever statement has
/// failed without anybody having noticed, nobody is told that the facts are written.
#[tokio::test(flavor = "multi_thread")]
async fn a_transaction_that_was_aborted_unnoticed_is_no_success() {
    let mut site = Site::open().await;
    let mut before = String::new();
    for nth in 1.. {
        site.open_again().await;
        let facts = site.tale.facts_of(12);
        let mut stop = site.proxy.stop(Place::BeforeNth(nth));
        let mut writing = tokio::spawn({
            let (writer, facts) = (site.store.writer(), facts.clone());
            async move { writer.write(&facts).await }
        });
        let held = tokio::select! {
            held = stop.reached() => held,
            written = &mut writing => {
                assert!(are_new(&written.unwrap().unwrap()));
                break;
            }
        };
        let text = held.text().to_owned();
        // Between the answer to the last look and COMMIT nothing is sent, so nothing can fail.
        if text == "COMMIT" && before == "SELECT 1" {
            held.pass();
        } else {
            held.spoil();
        }
        let written = timeout(LIMIT, writing).await.unwrap().unwrap();
        let again = write(&site.store, &facts).await.unwrap();
        let all = if written.is_ok() { were_there(&again) } else { are_new(&again) };
        assert!(all, "after {before}, before {text}: {written:?}, then {again:?}");
        before = text;
    }
    assert_eq!(before, "COMMIT");
    site.judge().await;
}
