//! The lanes: each takes a window of events, publishes it, and sorts what became of them.

use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::sleep;
use tracing::warn;
use workout_broker::{BrokerError, Lane, Outcome};
use workout_events::amqp::Message;

use super::flights::{Back, Boarded, Flights};
use crate::breaker::Breaker;
use crate::settings::Settings;

/// What carries a window: a lane of the broker, or in tests one that does as it is told.
pub(crate) trait Way: Send + 'static {
    /// Publishes messages together and says what became of each.
    fn window(
        &mut self,
        messages: &[Message],
        limit: Duration,
    ) -> impl Future<Output = Result<Vec<Outcome>, BrokerError>> + Send;
}

impl Way for Lane {
    fn window(
        &mut self,
        messages: &[Message],
        limit: Duration,
    ) -> impl Future<Output = Result<Vec<Outcome>, BrokerError>> + Send {
        Lane::window(self, messages, limit)
    }
}

/// The running lanes. They end with it.
#[derive(Debug)]
pub(crate) struct Engine {
    pub(crate) flights: Arc<Flights>,
    pub(crate) breaker: Arc<Breaker>,
    _lanes: JoinSet<()>,
}

impl Engine {
    pub(crate) fn start<W: Way>(ways: impl Iterator<Item = W>, settings: Settings) -> Self {
        let flights = Arc::new(Flights::new(settings.capacity));
        let breaker = Arc::new(Breaker::new(settings.breaker));
        let mut lanes = JoinSet::new();
        for way in ways {
            let (flights, breaker) = (Arc::clone(&flights), Arc::clone(&breaker));
            lanes.spawn(run(way, flights, breaker, settings));
        }
        Self { flights, breaker, _lanes: lanes }
    }
}

async fn run<W: Way>(mut way: W, flights: Arc<Flights>, breaker: Arc<Breaker>, settings: Settings) {
    loop {
        // Whoever is ready to publish now shall be in this window and not in the next.
        tokio::task::yield_now().await;
        let Some((boarded, messages)) = flights.take(settings.window).await else { return };
        match way.window(&messages, settings.confirm_limit).await {
            Ok(outcomes) => sort(&flights, &breaker, &settings, boarded, messages, &outcomes),
            Err(error) => refused(&flights, &breaker, &settings, boarded, messages, error).await,
        }
    }
}

/// Ends what has a final outcome, and keeps the rest for another attempt.
fn sort(
    flights: &Arc<Flights>,
    breaker: &Breaker,
    settings: &Settings,
    boarded: Vec<Boarded>,
    messages: Vec<Message>,
    outcomes: &[Outcome],
) {
    let (mut ended, mut back) = (Vec::with_capacity(boarded.len()), Vec::new());
    for ((boarded, message), outcome) in boarded.into_iter().zip(messages).zip(outcomes) {
        match outcome {
            Outcome::Nacked | Outcome::Unknown => {
                back.push(Back { boarded, message, written: true, otherwise: Ok(*outcome) });
            }
            outcome => ended.push((boarded.id, Ok(*outcome))),
        }
    }
    flights.end(ended);
    let Some(attempts) = back.iter().map(|back| back.boarded.attempts).max() else {
        breaker.succeeded();
        return;
    };
    breaker.failed("the broker refused events, or did not answer");
    // The pause is for these events and not for the lane: the next window may be for another queue.
    let (pause, flights) = (settings.pause(attempts), Arc::clone(flights));
    tokio::spawn(async move {
        sleep(pause).await;
        flights.again(back);
    });
}

/// The window was certainly not written.
async fn refused(
    flights: &Flights,
    breaker: &Breaker,
    settings: &Settings,
    boarded: Vec<Boarded>,
    messages: Vec<Message>,
    error: BrokerError,
) {
    let (is_transient, error) = (error.is_transient(), Arc::new(error));
    if let ([only], false) = (boarded.as_slice(), is_transient) {
        // Alone and still refused: it is this event, and neither a neighbour nor the link.
        flights.end([(only.id, Err(error))]);
        return;
    }
    warn!(error = &*error as &dyn std::error::Error, events = boarded.len(), "a window was not published");
    breaker.failed("nothing could be published");
    let attempts = boarded.iter().map(|boarded| boarded.attempts).min().unwrap_or_default();
    let back = boarded.into_iter().zip(messages).map(|(boarded, message)| {
        // When it was no passing trouble, each goes alone from now on, so that the one that is refused is found.
        let attempts = if is_transient { boarded.attempts } else { boarded.attempts.max(1) };
        let boarded = Boarded { attempts, ..boarded };
        Back { boarded, message, written: false, otherwise: Err(Arc::clone(&error)) }
    });
    flights.again(back.collect());
    if is_transient {
        sleep(settings.pause(attempts)).await;
    }
}
