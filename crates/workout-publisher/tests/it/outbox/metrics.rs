//! What an outbox tells those who watch it.

use std::time::Duration;

use workout_publisher::Outcome;
use workout_publisher::outbox::{Relay, SqliteOutbox};

use super::suite::script::Script;
use super::{open, suite};
use crate::figures::{documented, told};

/// What is told only when a database is away.
const FAULTS: [&str; 1] = ["workout_outbox_database_errors_total"];

#[test]
fn every_figure_of_the_outbox_is_documented_and_told() {
    let mut told = told(everything_happens());
    told.extend(FAULTS.map(str::to_owned));
    assert_eq!(told, documented("workout_outbox_"));
}

/// Events are sent, parked, kept and deleted.
async fn everything_happens() {
    let (_folder, pool) = open().await;
    let outbox = SqliteOutbox::new(pool.clone());
    outbox.migrate().await.unwrap();
    let events = [suite::event(), suite::event()];
    let unwanted = events[0].id().to_string();
    suite::enqueue(&outbox, &pool, &events).await;
    let script =
        Script::new(
            move |message, _| {
                if message.properties.message_id == unwanted { Outcome::Returned } else { Outcome::Confirmed }
            },
        );
    let relay = Relay::through(outbox.clone(), script).park_after(1).retention(Duration::ZERO);
    // The one that was sent is deleted, and the parked one is left.
    let left = "SELECT count(*) FROM workout_outbox_events";
    let all = suite::until(async || sqlx::query_scalar::<_, i64>(left).fetch_one(&pool).await.unwrap() == 1);
    let report = suite::bounded(relay.run(all)).await.unwrap();
    assert_eq!((report.sent, report.parked), (1, 1));
}
