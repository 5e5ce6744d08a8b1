//! Messages that follow one another on a lane, without waiting.

use std::collections::BTreeMap;
use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;

use tokio::time::timeout;

use super::FreshServer;
use super::kit::{LIMIT, declare, left, message};
use crate::lane::Lane;
use crate::lane::Settled;
use crate::outcome::Outcome;

/// RELIABILITY, L1, while there are always some under way: each token is settled once, and with its own outcome.
pub async fn messages_follow_one_another_each_with_its_own_outcome(server: &impl FreshServer) {
    const MESSAGES: u64 = 2_000;
    const UNDER_WAY: usize = 300;
    let broker = server.connect().await;
    let queue = declare(&broker, "following", &["wanted"]).await;
    // No pattern that a wrong attribution could keep by being wrong regularly.
    let is_wanted = |token: u64| (token * token * 7 + token * 13) % 31 > 2;
    let mut lane = broker.lane();
    lane.open().await.expect("there is a link");
    assert!(lane.is_open());
    let (mut known, mut next) = (BTreeMap::new(), 0);
    while next < MESSAGES || lane.under_way() > 0 {
        while next < MESSAGES && lane.under_way() < UNDER_WAY {
            send(&mut lane, next, is_wanted(next));
            next += 1;
        }
        assert_eq!(lane.oldest(), (0..MESSAGES).find(|token| !known.contains_key(token)));
        // Whoever stops waiting misses nothing.
        {
            let mut given_up = pin!(lane.settled());
            let early = poll_fn(|context| Poll::Ready(given_up.as_mut().poll(context))).await;
            note(
                &mut known,
                match early {
                    Poll::Ready(settled) => settled,
                    Poll::Pending => Vec::new(),
                },
            );
        }
        if lane.under_way() > 0 {
            note(&mut known, timeout(LIMIT, lane.settled()).await.expect("the broker answers"));
        }
    }
    for token in 0..MESSAGES {
        let want = if is_wanted(token) { Outcome::Confirmed } else { Outcome::Returned };
        assert_eq!(known.get(&token), Some(&want), "message {token}");
    }
    let want = (0..MESSAGES).filter(|token| is_wanted(*token)).count();
    assert_eq!(left(&broker, &queue).await, want);
}

/// With what is certain and nothing else; and what the broker says afterwards is taken for nobody else's.
pub async fn what_is_abandoned_is_settled_and_harms_no_later_message(server: &impl FreshServer) {
    let broker = server.connect().await;
    declare(&broker, "abandoned", &["wanted"]).await;
    let mut lane = broker.lane();
    for round in 0..5 {
        lane.open().await.expect("there is a link");
        let (first, mut known) = (round * 100, BTreeMap::new());
        (first..first + 20).for_each(|token| send(&mut lane, token, token % 2 == 0));
        assert_eq!((lane.under_way(), lane.oldest()), (20, Some(first)));
        note(&mut known, lane.abandon());
        assert_eq!((lane.under_way(), lane.oldest()), (0, None));
        assert_eq!(known.keys().copied().collect::<Vec<_>>(), (first..first + 20).collect::<Vec<_>>());
        for (token, outcome) in known {
            let certain = if token % 2 == 0 { Outcome::Confirmed } else { Outcome::Returned };
            assert!(outcome == certain || outcome == Outcome::Unknown, "message {token} is {outcome:?}");
        }

        // The same tokens, the other way round.
        lane.open().await.expect("there is a link");
        (first..first + 20).for_each(|token| send(&mut lane, token, token % 2 == 1));
        let mut known = BTreeMap::new();
        while lane.under_way() > 0 {
            note(&mut known, timeout(LIMIT, lane.settled()).await.expect("the broker answers"));
        }
        for (token, outcome) in known {
            let want = if token % 2 == 1 { Outcome::Confirmed } else { Outcome::Returned };
            assert_eq!(outcome, want, "message {token}");
        }
    }
}

fn send(lane: &mut Lane, token: u64, wanted: bool) {
    let message = message(if wanted { "wanted" } else { "unwanted" });
    lane.send(token, Arc::new(message)).expect("AMQP can say the message");
}

fn note(known: &mut BTreeMap<u64, Outcome>, settled: Vec<Settled>) {
    for Settled { token, outcome, .. } in settled {
        let outcome = outcome.expect("the message was written");
        let before = known.insert(token, outcome);
        assert!(before.is_none(), "message {token} is settled twice: {before:?}, {outcome:?}");
    }
}
