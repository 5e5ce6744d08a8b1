//! The dashboard with believable people: nobody's first day, somebody's first week, and five years of somebody else.
//!
//! ```sh
//! cargo run -p stats-http --example dashboard
//! ```

#![expect(clippy::print_stdout, reason = "a program talks to whoever started it")]

use std::net::Ipv4Addr;

use stats_http::Dashboard;
use stats_store::StatsStore;
use stats_store::demo::Story;
use tokio::net::TcpListener;
use workout_events::UserId;
use workout_events::jiff::Timestamp;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let store = StatsStore::memory();
    let [ada, grace, joan] = ["ada", "grace", "joan"].map(|name| UserId::from_foreign("demo", name));
    for story in [Story::years(ada, 5), Story::newcomer(grace)] {
        for facts in story.facts(Timestamp::now()).chunks(200) {
            store.writer().write(facts).await?;
        }
    }
    let people = [(ada, "Ada"), (grace, "Grace"), (joan, "Joan")];
    let dashboard =
        people.iter().fold(Dashboard::new(store.reader()), |board, (user, name)| board.person(*user, *name));

    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 8080)).await?;
    let url = format!("http://{}/dashboard", listener.local_addr()?);
    println!("{url}");
    for (user, name) in people {
        println!("{url}/{user}  {name}");
    }
    axum::serve(listener, dashboard.routes()).await?;
    Ok(())
}
