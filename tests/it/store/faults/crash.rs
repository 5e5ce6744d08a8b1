//! The whole server is killed, and comes back.

use sqlx::postgres::PgPoolOptions;
use stats_store::StatsStore;
use support::own;
use support::proxy::{Place, Proxy};
use tokio::time::timeout;

use crate::store::LIMIT;
use crate::store::judge::{Ledger, judge};
use crate::store::running::Running;
use crate::store::tale::Tale;

/// Killed with all of its processes just before a commit reaches it, and when it has committed and nobody has heard of it;
/// each several times, while more comes in.
#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_killed_at_a_commit_loses_nothing_and_doubles_nothing() {
    let Some(mut server) = own::postgres().await else { return };
    let proxy = Proxy::to(&server.url()).await;
    let store = StatsStore::connect(proxy.url()).await.unwrap();
    let running = Running::start(&store).await;
    let mut tale = Tale::new();
    for place in [Place::Before("COMMIT"), Place::After("COMMIT")].into_iter().cycle().take(6) {
        let mut stop = proxy.stop(place);
        running.publish(&tale.go_on(40)).await;
        let held = timeout(LIMIT, stop.reached()).await.unwrap();
        server.kill();
        held.cut();
        running.until_paused().await;
        server.start_again().await;
    }
    running.drained().await;
    let pool = PgPoolOptions::new().connect(&server.url()).await.unwrap();
    judge(&store, Ledger::Postgres(&pool), tale.facts()).await;
}
