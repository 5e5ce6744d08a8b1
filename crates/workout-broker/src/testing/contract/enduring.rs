//! What goes on: over ends, errors, lost links and a broker that takes nothing in. Duplicates are counted.

use std::collections::BTreeMap;
use std::time::Duration;

use tokio::time::{sleep, timeout};

use super::FreshServer;
use super::kit::{
    LIMIT, ack, close, consume, declare, depth_becomes, drain, id, message, messages, next, publish, take,
};
use crate::delivery::Delivery;
use crate::health::LinkState;
use crate::outcome::Outcome;
use crate::topology::Queue;

/// How long a publisher waits for a broker that takes nothing in.
const SHORT: Duration = Duration::from_millis(300);

/// Whoever published it may be gone.
pub async fn who_comes_late_gets_what_was_published_before(server: &impl FreshServer) {
    let early = server.connect().await;
    let queue = declare(&early, "late", &["wanted"]).await;
    let ids = publish(&early, 20, "wanted").await;
    early.close().await.expect("the broker answers");
    let late = server.connect().await;
    assert_eq!(drain(&late, &queue, 20).await, ids);
}

/// Each subscription leaves some that it had taken, and some that had only come: these come again, and no others.
pub async fn reading_goes_on_after_each_end(server: &impl FreshServer) {
    const ROUNDS: usize = 10;
    let broker = server.connect().await;
    let queue = declare(&broker, "ends", &["wanted"]).await;
    let ids = publish(&broker, ROUNDS * 4, "wanted").await;
    let mut settled = Tally::default();
    for _ in 1..ROUNDS {
        let mut deliveries = consume(&broker, &queue, 10).await;
        let mut taken = take(&mut deliveries, 6).await;
        let left = taken.split_off(4);
        for delivery in taken {
            settled.count(&delivery);
            ack(delivery).await;
        }
        close(deliveries).await;
        assert!(left.iter().all(|delivery| !settled.0.contains_key(id(delivery))), "what is settled came again");
    }
    for id in drain(&broker, &queue, 4).await {
        *settled.0.entry(id).or_default() += 1;
    }
    settled.has_each_once(&ids);
}

/// What fails comes again, what is refused is dead, and neither loses nor doubles anything else.
pub async fn errors_now_and_then_lose_and_double_nothing(server: &impl FreshServer) {
    const MESSAGES: usize = 200;
    let broker = server.connect().await;
    let queue = declare(&broker, "errors", &["wanted"]).await;
    let ids = publish(&broker, MESSAGES, "wanted").await;
    let place = |delivery: &Delivery| ids.iter().position(|other| other == id(delivery)).expect("it was published");
    let (mut settled, mut failed, mut rejected) = (Tally::default(), Tally::default(), Tally::default());
    let mut deliveries = consume(&broker, &queue, 20).await;
    while settled.0.len() + rejected.0.len() < MESSAGES {
        let delivery = next(&mut deliveries).await;
        match (place(&delivery) % 7, delivery.returns()) {
            (3, _) => {
                rejected.count(&delivery);
                delivery.reject().await.expect("the message is rejected");
            }
            (5, 0..2) => {
                failed.count(&delivery);
                delivery.requeue().await.expect("the message is put back");
            }
            _ => {
                settled.count(&delivery);
                ack(delivery).await;
            }
        }
    }
    super::kit::nothing_comes(&mut deliveries).await;
    close(deliveries).await;
    let of = |rest: usize| ids.iter().enumerate().filter(move |(n, _)| n % 7 == rest).map(|(_, id)| id.clone());
    settled.has_each_once(&ids.iter().filter(|id| !of(3).any(|other| other == **id)).cloned().collect::<Vec<_>>());
    rejected.has_each_once(&of(3).collect::<Vec<_>>());
    assert_eq!(failed.0, of(5).map(|id| (id, 2)).collect(), "each fails twice");
    let dead = drain(&broker, &Queue::new(&queue).dead_letter_name(), rejected.0.len()).await;
    assert_eq!(dead, of(3).collect::<Vec<_>>());
}

/// On a server whose links can be [cut](FreshServer::cut): lanes and readers go on by themselves. What was confirmed comes,
/// and comes again only if it was not settled.
pub async fn links_are_made_again_and_nothing_confirmed_is_lost(server: &impl FreshServer) {
    let broker = server.connect().await;
    let queue = declare(&broker, "cut", &["wanted"]).await;
    let mut deliveries = consume(&broker, &queue, 100).await;
    let mut lane = broker.lane();
    let mut confirmed = Vec::new();
    let (mut settled, mut lost) = (Tally::default(), Tally::default());
    for round in 1..=2 {
        let window = messages(20, "wanted");
        assert_eq!(lane.window(&window, LIMIT).await.expect("there is a link"), [Outcome::Confirmed; 20]);
        confirmed.extend(super::kit::ids(window));
        let unsettled = next(&mut deliveries).await;
        if !server.cut().await {
            return;
        }
        let again = async {
            while broker.health().consuming.generation <= round || !broker.health().is_well() {
                sleep(Duration::from_millis(10)).await;
            }
        };
        timeout(LIMIT, again).await.expect("the links are made again");
        lost.count(&unsettled);
        assert!(unsettled.ack().await.expect_err("its link is gone").is_not_settled());
        for delivery in take(&mut deliveries, 20).await {
            settled.count(&delivery);
            ack(delivery).await;
        }
    }
    close(deliveries).await;
    depth_becomes(&broker, &queue, 0).await;
    settled.has_each_once(&confirmed);
    assert_eq!(lost.0.len(), 2);
}

/// On a server that can be [starved](FreshServer::starve): publishers are told in the time that they gave, readers go on, and
/// afterwards all is as before.
pub async fn a_starved_server_holds_up_publishers_and_no_readers(server: &impl FreshServer) {
    let broker = server.connect().await;
    let queue = declare(&broker, "starved", &["wanted"]).await;
    let mut confirmed = publish(&broker, 5, "wanted").await;
    if !server.starve(true).await {
        return;
    }
    let mut published = confirmed.clone();
    let blocked = async {
        while broker.health().publishing.state != LinkState::Blocked || published.len() < 8 {
            let message = message("wanted");
            published.push(message.properties.message_id.clone());
            let outcome = timeout(LIMIT, broker.lane().window(std::slice::from_ref(&message), SHORT)).await;
            match outcome.expect("a publisher waits no longer than it said") {
                Ok(outcomes) if outcomes == [Outcome::Confirmed] => confirmed.push(message.properties.message_id),
                Ok(outcomes) => assert_eq!(outcomes, [Outcome::Unknown]),
                Err(error) => assert!(error.is_transient(), "{error:?}"),
            }
        }
    };
    timeout(LIMIT, blocked).await.expect("the broker says that it takes nothing in");
    let mut came = Tally::default();
    let mut deliveries = consume(&broker, &queue, 10).await;
    for _ in 0..confirmed.len() {
        let delivery = next(&mut deliveries).await;
        came.count(&delivery);
        ack(delivery).await;
    }
    assert!(server.starve(false).await, "what could be starved can be fed");
    timeout(LIMIT, broker.well()).await.expect("it is well again").expect("it is not closed");
    let after = publish(&broker, 3, "wanted").await;
    while !came.0.contains_key(&after[2]) {
        let delivery = next(&mut deliveries).await;
        came.count(&delivery);
        ack(delivery).await;
    }
    close(deliveries).await;
    assert!(confirmed.iter().chain(&after).all(|id| came.0.contains_key(id)), "a confirmed message is lost");
    published.extend(after);
    assert!(came.0.iter().all(|(id, times)| published.contains(id) && *times == 1), "{came:?}");
}

/// How often each message came.
#[derive(Debug, Default)]
pub(super) struct Tally(pub(super) BTreeMap<String, usize>);

impl Tally {
    pub(super) fn count(&mut self, delivery: &Delivery) {
        *self.0.entry(id(delivery).to_owned()).or_default() += 1;
    }

    pub(super) fn has_each_once(&self, ids: &[String]) {
        assert_eq!(self.0, ids.iter().map(|id| (id.clone(), 1)).collect());
    }
}
