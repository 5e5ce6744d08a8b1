//! What follows from a write is told if, and only if, the write is committed.

use sqlx::PgPool;
use stats_store::{Effect, StatsStore};
use support::postgres;
use workout_broker::Queue;
use workout_broker::in_process::Server;
use workout_events::UserId;
use workout_events::types::record::RecordSet;
use workout_publisher::outbox::PgOutbox;

use super::tale::performed;

#[tokio::test]
async fn migrations_make_the_outbox_of_a_store_that_announces() {
    let database = postgres::database().await;
    let _ = StatsStore::builder(&database.url()).migrate().await.unwrap();
    let outbox = PgOutbox::new(PgPool::connect(&database.url()).await.unwrap());
    assert!(outbox.lag().await.is_err(), "nobody asked for one");
    // Of the store itself nothing is missing any more.
    let announcing = StatsStore::builder(&database.url()).announcing("/stats");
    assert!(announcing.clone().migrate().await.unwrap().is_empty());
    assert_eq!(outbox.lag().await.unwrap().events, 0);
    // Who may make no tables can now write.
    let store = announcing.open().await.unwrap();
    assert_eq!(store.writer().write(&[performed(UserId::generate(), 60)]).await.unwrap(), [Effect::Applied]);
    assert_eq!(outbox.lag().await.unwrap().events, 1);
    store.close().await;
}

#[tokio::test]
async fn what_was_rolled_back_is_not_told() {
    let database = postgres::database().await;
    let store = StatsStore::builder(&database.url()).announcing("/stats").connect().await.unwrap();
    let pool = PgPool::connect(&database.url()).await.unwrap();
    let outbox = PgOutbox::new(pool.clone());
    let user = UserId::generate();
    // The last statement of a write fails: everything before it is undone, the outbox included.
    sqlx::raw_sql(
        "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'no' USING ERRCODE = '53100'; END $$;
         CREATE TRIGGER refuse BEFORE UPDATE ON workout_stats.people FOR EACH ROW EXECUTE FUNCTION refuse();",
    )
    .execute(&pool)
    .await
    .unwrap();
    let fact = performed(user, 60);
    let error = store.writer().write(std::slice::from_ref(&fact)).await.unwrap_err();
    assert!(error.is_transient(), "{error}");
    assert_eq!(outbox.lag().await.unwrap().events, 0);
    sqlx::raw_sql("DROP TRIGGER refuse ON workout_stats.people").execute(&pool).await.unwrap();
    assert_eq!(store.writer().write(std::slice::from_ref(&fact)).await.unwrap(), [Effect::Applied]);
    assert_eq!(store.writer().write(&[fact]).await.unwrap(), [Effect::Duplicate]);
    assert_eq!(outbox.lag().await.unwrap().events, 1, "a record of duration");

    let broker = Server::new().connect();
    broker.declare(&Queue::new("alerts").bind_type::<RecordSet>()).await.unwrap();
    let sent = async {
        while outbox.lag().await.unwrap().events > 0 {
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    };
    assert_eq!(store.relay(&broker, sent).await.unwrap().sent, 1);
    store.close().await;
}
