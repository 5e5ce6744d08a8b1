//! What happens to the database while a relay works.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use sqlx::PgPool;
use sqlx::postgres::PgPoolOptions;
use support::env;
use workout_events::Event;
use workout_publisher::Outcome;
use workout_publisher::outbox::{PgOutbox, Relay, Sink};

use super::suite::script::Script;
use super::{open, suite};

#[tokio::test(flavor = "multi_thread")]
async fn a_relay_that_hears_no_hints_polls() {
    let (_database, pool) = open().await;
    let outbox = PgOutbox::new(pool.clone());
    outbox.migrate().await.unwrap();
    let sent = Script::confirming();
    let relay = Relay::through(outbox.clone(), sent.clone()).poll(Duration::from_millis(300));
    let work = async {
        let listeners = "SELECT count(*) FROM pg_stat_activity
            WHERE datname = current_database() AND pid <> pg_backend_pid() AND query LIKE 'LISTEN%'";
        suite::until(async || sqlx::query_scalar::<_, i64>(listeners).fetch_one(&pool).await.unwrap() == 1).await;
        // Nobody asks for hints any more, and whoever listens is cut off.
        sqlx::query("DELETE FROM workout_outbox.hint").execute(&pool).await.unwrap();
        let cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
            WHERE datname = current_database() AND pid <> pg_backend_pid() AND query LIKE 'LISTEN%'";
        assert!(sqlx::query_scalar::<_, bool>(cut).fetch_one(&pool).await.unwrap());
        for n in 1..=3 {
            suite::enqueue(&outbox, &pool, &[suite::event()]).await;
            suite::until(async || sent.arrived().len() == n).await;
        }
    };
    assert_eq!(suite::bounded(Box::pin(relay.run(work))).await.unwrap().sent, 3);
}

/// Trap H2: what fails only when it is committed has not happened.
#[tokio::test(flavor = "multi_thread")]
async fn a_mark_that_fails_at_its_commit_is_none_and_is_set_again() {
    let (_database, pool) = open().await;
    let outbox = PgOutbox::new(pool.clone());
    outbox.migrate().await.unwrap();
    sqlx::raw_sql(
        "CREATE SEQUENCE marks;
         CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
         BEGIN
             IF nextval('marks') <= 3 THEN
                 RAISE EXCEPTION 'not this time' USING ERRCODE = '40001';
             END IF;
             RETURN NULL;
         END $$;
         CREATE CONSTRAINT TRIGGER refuse AFTER UPDATE ON workout_outbox.events DEFERRABLE INITIALLY DEFERRED
         FOR EACH ROW WHEN (OLD.sent_at IS NULL AND NEW.sent_at IS NOT NULL) EXECUTE FUNCTION refuse();",
    )
    .execute(&pool)
    .await
    .unwrap();
    suite::enqueue(&outbox, &pool, &[suite::event()]).await;
    let sent = Script::confirming();
    let marked = async || sqlx::query_scalar::<_, bool>(MARKED).fetch_one(&pool).await.unwrap();
    let relay = Relay::through(outbox.clone(), sent.clone()).poll(Duration::from_millis(20));
    suite::bounded(relay.run(suite::until(marked))).await.unwrap();
    assert_eq!(sent.published().len(), 1, "it was confirmed: to publish it again would be for nothing");
    let refused: i64 = sqlx::query_scalar("SELECT last_value FROM marks").fetch_one(&pool).await.unwrap();
    assert_eq!(refused, 4);
}

const MARKED: &str = "SELECT count(*) = 1 AND bool_and(sent_at IS NOT NULL) FROM workout_outbox.events";

/// Trap H3: a transaction that is cancelled while it begins would leave a connection that is of no use to anybody.
#[tokio::test(flavor = "multi_thread")]
async fn relays_that_are_dropped_anywhere_leave_the_only_connection_as_it_was() {
    let (database, pool) = open().await;
    let one = PgPoolOptions::new().max_connections(1).connect(&database.url()).await.unwrap();
    let outbox = PgOutbox::new(one.clone());
    outbox.migrate().await.unwrap();
    let events: Vec<_> = (0..200).map(|_| suite::event()).collect();
    suite::enqueue(&outbox, &one, &events).await;
    let sent = Script::confirming();
    let relay = |sink| {
        let relay = Relay::through(outbox.clone(), sink).window(2).lease(Duration::from_millis(50));
        relay.poll(Duration::from_millis(5))
    };
    for micros in 0..150 {
        let _ =
            tokio::time::timeout(Duration::from_micros(micros * 40), relay(sent.clone()).run(std::future::pending()))
                .await;
        let open = "SELECT count(*) FROM pg_stat_activity
            WHERE datname = current_database() AND state LIKE 'idle in transaction%'";
        assert_eq!(sqlx::query_scalar::<_, i64>(open).fetch_one(&pool).await.unwrap(), 0);
        assert_eq!(sqlx::query_scalar::<_, i32>("SELECT 1").fetch_one(&one).await.unwrap(), 1);
    }
    let nothing_waits = suite::until(async || outbox.lag().await.unwrap().events == 0);
    suite::bounded(relay(sent.clone()).run(nothing_waits)).await.unwrap();
    let mut want: Vec<_> = events.iter().map(Event::id).collect();
    want.sort_unstable();
    let mut arrived = sent.confirmed_ids();
    arrived.dedup();
    assert_eq!(arrived, want);
}

/// Killed with -9 as a whole, and back by itself.
#[tokio::test(flavor = "multi_thread")]
async fn a_relay_outlives_a_crash_of_the_server() {
    let server = Server::start();
    // Without the pool's look at each connection, so that it is the relay that finds them broken.
    let options = PgPoolOptions::new().acquire_timeout(Duration::from_secs(2)).test_before_acquire(false);
    let pool = options.connect_lazy(&server.url).unwrap();
    suite::until(async || sqlx::query("SELECT 1").execute(&pool).await.is_ok()).await;
    let outbox = PgOutbox::new(pool.clone());
    outbox.migrate().await.unwrap();
    let writer = PgPoolOptions::new().connect_lazy(&server.url).unwrap();
    let sent = Script::confirming();
    let relay = Relay::through(outbox.clone(), Steady(sent.clone())).window(10);
    let relay = relay.poll(Duration::from_millis(50)).lease(Duration::from_secs(2));
    let work = async {
        for n in 1..=3 {
            // Once while the relay has nothing to do, and once in the middle.
            crash(&writer).await;
            let events: Vec<_> = (0..200).map(|_| suite::event()).collect();
            suite::enqueue(&outbox, &writer, &events).await;
            suite::until(async || sent.arrived().len() > 200 * n - 150).await;
            crash(&writer).await;
            suite::until(async || outbox.lag().await.is_ok_and(|lag| lag.events == 0)).await;
        }
    };
    suite::bounded(Box::pin(relay.run(work))).await.unwrap();
    let mut ids = sent.confirmed_ids();
    ids.dedup();
    assert_eq!(ids.len(), 600);
}

/// The server ends all connections and starts anew when one of its processes dies by a signal that it did not send.
async fn crash(pool: &PgPool) {
    let checkpointer = "SELECT pid FROM pg_stat_activity WHERE backend_type = 'checkpointer'";
    let before: i32 = sqlx::query_scalar(checkpointer).fetch_one(pool).await.unwrap();
    let kill = format!("COPY (SELECT 1) TO PROGRAM 'kill -9 {before}'");
    // The answer may be lost with the server.
    let _ = sqlx::raw_sql(sqlx::AssertSqlSafe(kill)).execute(pool).await;
    let now = async || sqlx::query_scalar::<_, i32>(checkpointer).fetch_one(pool).await;
    suite::until(async || now().await.is_ok_and(|now| now != before)).await;
}

/// A `PostgreSQL` of this test alone.
struct Server {
    child: Child,
    url: String,
}

impl Server {
    fn start() -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_with-servers"));
        command.env_remove(env::POSTGRES_URL).args(["--postgres", "--hold"]);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let prefix = format!("{}=", env::POSTGRES_URL);
        // To the empty line at the end: it would take it for the end of us if nobody read that.
        let settings: Vec<_> = lines.map_while(Result::ok).take_while(|line| !line.is_empty()).collect();
        let url = settings.iter().find_map(|line| line.strip_prefix(&prefix)).unwrap();
        Self { url: format!("{url}/postgres"), child }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It ends with its standard input.
        drop(self.child.stdin.take());
        let _ = self.child.wait();
    }
}

/// A sink that takes its time, so that something is under way when the server dies.
struct Steady(Script);

impl Sink for Steady {
    async fn publish(&mut self, window: &[std::sync::Arc<workout_events::amqp::Message>]) -> Vec<Outcome> {
        tokio::time::sleep(Duration::from_millis(5)).await;
        self.0.publish(window).await
    }
}
