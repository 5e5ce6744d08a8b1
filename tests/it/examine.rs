//! What a PostgreSQL would do to a store.

use stats_store::{Risk, StatsStore};
use support::postgres;

#[tokio::test(flavor = "multi_thread")]
async fn what_a_server_would_lose_is_found_and_nothing_is_made() {
    let database = postgres::database().await;
    let url = database.url();
    let risks = async || {
        let examined = StatsStore::examine(&url).await.unwrap();
        assert!(examined.database.starts_with("PostgreSQL 1"), "{examined:?}");
        // Those of the server as a whole are chosen by whoever started it, for tests above all speed.
        let of_server = |risk: &Risk| matches!(risk, Risk::FsyncOff | Risk::FullPageWritesOff | Risk::EndOfLife);
        examined.risks.into_iter().filter(|risk| !of_server(risk)).collect::<Vec<_>>()
    };
    for _ in 0..2 {
        assert_eq!(risks().await, [Risk::SchemaMissing]);
    }
    StatsStore::connect(&url).await.unwrap().close().await;
    assert_eq!(risks().await, []);

    let set = async |setting: &str| {
        database.administer(format!("ALTER DATABASE {} SET {setting}", database.name())).await.unwrap();
    };
    set("synchronous_commit = off").await;
    assert_eq!(risks().await, [Risk::SynchronousCommitOff]);
    set("default_transaction_read_only = on").await;
    assert_eq!(risks().await, [Risk::SynchronousCommitOff, Risk::ReadOnly]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_does_not_answer_is_an_error_that_passes() {
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let error = StatsStore::examine(&format!("postgres://a:hunter2@127.0.0.1:{port}/db")).await.unwrap_err();
    assert!(error.is_transient() && !format!("{error} {error:?}").contains("hunter2"), "{error:?}");
}
