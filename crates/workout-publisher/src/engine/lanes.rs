//! The lanes: each takes events from the line, sends them, and sorts what became of them.

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::{Instant, Sleep, sleep};
use tracing::warn;
use workout_broker::{BrokerError, Lane, Settled};

use super::figures;
use super::flights::{Flights, Sorted, Taken};
use crate::breaker::Breaker;
use crate::settings::Settings;

/// The running lanes. They end with it.
#[derive(Debug)]
pub(crate) struct Engine {
    pub(crate) flights: Arc<Flights>,
    pub(crate) breaker: Arc<Breaker>,
    _lanes: JoinSet<()>,
}

impl Engine {
    pub(crate) fn start(lanes: impl Iterator<Item = Lane>, settings: Settings) -> Self {
        let flights = Arc::new(Flights::new(settings.capacity));
        let breaker = Arc::new(Breaker::new(settings.breaker));
        let mut tasks = JoinSet::new();
        for lane in lanes {
            let (flights, breaker) = (Arc::clone(&flights), Arc::clone(&breaker));
            tasks.spawn(Runner { lane, flights, breaker, settings, alone: false }.run());
        }
        Self { flights, breaker, _lanes: tasks }
    }
}

/// How often a lane that has something under way looks whether the broker takes more in again.
const LOOK_EVERY: Duration = Duration::from_millis(250);

struct Runner {
    lane: Lane,
    flights: Arc<Flights>,
    breaker: Arc<Breaker>,
    settings: Settings,
    /// What is under way, or comes next, must have no company.
    alone: bool,
}

/// What a lane has to do next.
enum Next {
    Settled(Vec<Settled>),
    Waiting,
    /// To see whether the broker takes messages in again.
    Look,
    Stuck,
    Over,
}

impl Runner {
    async fn run(mut self) {
        let mut patience = Patience::new(self.settings.confirm_limit);
        loop {
            let next = {
                let under_way = self.lane.under_way();
                // A lane that is not open and has something under way is told first what became of that.
                let is_open = self.lane.is_open();
                let takes = under_way == 0 || is_open && !self.alone && under_way < self.settings.window;
                tokio::select! {
                    biased;
                    settled = self.lane.settled(), if under_way > 0 => Next::Settled(settled),
                    waiting = self.flights.waiting(), if takes => if waiting { Next::Waiting } else { Next::Over },
                    () = patience.ends(), if under_way > 0 => Next::Stuck,
                    () = sleep(LOOK_EVERY), if under_way > 0 && !is_open => Next::Look,
                }
            };
            match next {
                Next::Settled(settled) => self.sort(settled),
                Next::Waiting => self.take().await,
                Next::Look => {}
                Next::Stuck => {
                    if patience.is_over() {
                        let settled = self.lane.abandon();
                        self.sort(settled);
                    }
                }
                Next::Over => return,
            }
            patience.look(&self.lane);
        }
    }

    /// Sends what waits.
    async fn take(&mut self) {
        // While others are under way, whoever is ready to publish now shall be in this batch and not in the next. Who is
        // alone waits for nobody.
        if self.lane.under_way() > 0 {
            tokio::task::yield_now().await;
        }
        let under_way = self.lane.under_way();
        if !self.lane.is_open() {
            if under_way > 0 {
                // It has just ended, which has to be told first.
                return;
            }
            // While the broker takes nothing in, events wait in the line, where they can be withdrawn.
            if let Err(error) = self.lane.open().await {
                return self.not_open(error).await;
            }
        }
        let Taken { events, alone } = self.flights.take(self.settings.window - under_way, under_way == 0);
        self.alone = alone;
        let mut refused = Vec::new();
        for (token, message) in events {
            if let Err(error) = self.lane.send(token, message) {
                refused.push((token, Arc::new(error)));
            }
        }
        for (token, error) in refused {
            self.flights.refuse([token], &error);
        }
    }

    async fn not_open(&mut self, error: BrokerError) {
        let (is_transient, error) = (error.is_transient(), Arc::new(error));
        if !is_transient {
            let taken = self.flights.take(usize::MAX, true);
            let tokens: Vec<_> = taken.events.into_iter().map(|(token, _)| token).collect();
            return self.flights.refuse(tokens, &error);
        }
        warn!(error = &*error as &dyn std::error::Error, "nothing can be published");
        self.breaker.failed("nothing could be published");
        self.flights.troubled(error);
        sleep(self.settings.pause(1)).await;
    }

    /// Ends what has a final outcome, and keeps the rest for another attempt.
    fn sort(&mut self, settled: Vec<Settled>) {
        figures::said(&settled);
        let Sorted { failed, again, attempts, trouble } = self.flights.sort(settled);
        if failed {
            self.breaker.failed("the broker refused events, or did not answer");
        } else {
            self.breaker.succeeded();
        }
        if let Some(trouble) = trouble {
            self.flights.troubled(trouble);
        }
        if again.is_empty() {
            return;
        }
        metrics::counter!("workout_publisher_retries_total").increment(again.len() as u64);
        // The pause is for these events and not for the lane: the next may be for another queue.
        let (pause, flights) = (self.settings.pause(attempts), Arc::clone(&self.flights));
        tokio::spawn(async move {
            sleep(pause).await;
            flights.again(&again);
        });
    }
}

/// How long the oldest message under way may stay the oldest. When it has been for a whole limit it has no answer to
/// expect, and what came after it has had its chance.
struct Patience {
    limit: Duration,
    oldest: Option<u64>,
    since: Instant,
    /// Ends no later than the patience does.
    sleep: Pin<Box<Sleep>>,
}

impl Patience {
    fn new(limit: Duration) -> Self {
        Self { limit, oldest: None, since: Instant::now(), sleep: Box::pin(sleep(limit)) }
    }

    fn look(&mut self, lane: &Lane) {
        let oldest = lane.oldest();
        if oldest != self.oldest {
            (self.oldest, self.since) = (oldest, Instant::now());
        }
    }

    async fn ends(&mut self) {
        self.sleep.as_mut().await;
    }

    /// Asked at the end of the sleep.
    fn is_over(&mut self) -> bool {
        let end = self.since + self.limit;
        let over = self.oldest.is_some() && end <= Instant::now();
        self.sleep.as_mut().reset(if over { Instant::now() + self.limit } else { end.max(Instant::now()) });
        over
    }
}
