use stats_store::{StatsStore, testing};

#[tokio::test(flavor = "multi_thread")]
async fn memory_keeps_it() {
    let store = StatsStore::memory();
    testing::keeps_the_contract(store.writer(), store.reader()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sqlite_keeps_it() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}", folder.path().join("stats.db").display());
    let store = StatsStore::connect(&url).await.unwrap();
    testing::keeps_the_contract(store.writer(), store.reader()).await;
    store.close().await;
}
