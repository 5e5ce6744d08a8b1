use support::postgres::{self, Database};
use tokio_postgres::{Client, NoTls};

#[tokio::test]
async fn two_databases_do_not_see_each_other() {
    let (one, two) = (postgres::database().await, postgres::database().await);
    for (database, value) in [(&one, "one"), (&two, "two")] {
        let sql = format!("CREATE TABLE same_name (value text); INSERT INTO same_name VALUES ('{value}')");
        connect(database).await.batch_execute(&sql).await.unwrap();
    }
    for (database, value) in [(&one, "one"), (&two, "two")] {
        let rows = connect(database).await.query("SELECT value FROM same_name", &[]).await.unwrap();
        assert_eq!(rows.iter().map(|row| row.get::<_, String>(0)).collect::<Vec<_>>(), [value]);
    }
}

#[tokio::test]
async fn a_dropped_database_is_gone_although_a_connection_is_open() {
    let (kept, dropped) = (postgres::database().await, postgres::database().await);
    let client = connect(&kept).await;
    let _open = connect(&dropped).await;
    let name = dropped.name().to_owned();
    let there = async || client.query("SELECT 1 FROM pg_database WHERE datname = $1", &[&name]).await.unwrap().len();
    assert_eq!(there().await, 1);

    drop(dropped);

    assert_eq!(there().await, 0);
}

#[tokio::test]
async fn a_refused_statement_says_why() {
    let database = postgres::database().await;
    let problem = database.administer(format!("CREATE DATABASE {}", database.name())).await.unwrap_err();
    assert!(problem.contains("already exists"), "{problem}");
}

async fn connect(database: &Database) -> Client {
    let (client, connection) = tokio_postgres::connect(&database.url(), NoTls).await.unwrap();
    tokio::spawn(connection);
    client
}
