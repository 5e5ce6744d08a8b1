//! From the outbox to the broker.

use std::pin::pin;
use std::time::{Duration, Instant};

use tokio::time::sleep;
use tracing::Instrument;
use uuid::Uuid;

use crate::outbox::backend::{Backend, Hints, Lease};
use crate::outbox::backoff::Backoff;
use crate::outbox::error::OutboxError;
use crate::outbox::handle::{Outbox, apart};
use crate::outbox::row::Row;
use crate::outbox::sink::Sink;
use crate::outbox::window::{self, Rules, Window};

/// A pause from which it pays to ask writers for hints.
const WORTH_A_HINT: Duration = Duration::from_millis(100);

/// How many rows are deleted at once: little enough that nobody waits for it.
const SWEEP: i64 = 1000;

/// Publishes what is in an [`Outbox`]. Several at once share the work, in one process or in many.
#[derive(Debug, Clone)]
#[must_use = "a relay does nothing until it runs"]
pub struct Relay<DB: Backend, S> {
    outbox: Outbox<DB>,
    sink: S,
    window: i64,
    lease: Duration,
    poll: Backoff,
    rules: Rules,
    retention: Duration,
    sweep_every: Duration,
    ahead: Option<Leased>,
}

/// Rows, and under which lease.
#[derive(Debug, Clone)]
struct Leased {
    lease: Uuid,
    rows: Vec<Row>,
}

/// What a relay has done until it was told to stop.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Report {
    /// Events that were confirmed.
    pub sent: u64,
    /// Attempts that were in vain and are repeated.
    pub failed: u64,
    /// Events that were parked.
    pub parked: u64,
    /// Events that were deleted after their time.
    pub deleted: u64,
}

/// What a step means for the next one.
enum Step {
    /// There may be more.
    More,
    /// Nothing was there to do.
    Idle,
    /// The broker or the database is away.
    Trouble,
}

impl<DB: Backend, S: Sink> Relay<DB, S> {
    /// Publishes what is in this outbox to this sink: usually [`Broker::lane`](crate::Broker::lane).
    pub fn new(outbox: Outbox<DB>, sink: S) -> Self {
        Self {
            outbox,
            sink,
            window: 500,
            lease: Duration::from_mins(1),
            poll: Backoff { first: Duration::from_millis(5), longest: Duration::from_secs(1) },
            rules: Rules {
                backoff: Backoff { first: Duration::from_millis(200), longest: Duration::from_mins(5) },
                park_after: 20,
            },
            retention: Duration::from_hours(24),
            sweep_every: Duration::from_secs(10),
            ahead: None,
        }
    }

    /// How many events are leased and published together: 500, unless said otherwise; at least one.
    pub fn window(mut self, events: u32) -> Self {
        self.window = events.max(1).into();
        self
    }

    /// How long nobody else has the events of a window: one minute, unless said otherwise.
    ///
    /// Longer than a window takes, or events are published twice; as short as that permits, because the events of a
    /// relay that died wait for so long.
    pub fn lease(mut self, lease: Duration) -> Self {
        self.lease = lease;
        self
    }

    /// The longest pause between two looks at an outbox in which nothing happens: one second, unless said otherwise.
    pub fn poll(mut self, longest: Duration) -> Self {
        self.poll.longest = longest;
        self
    }

    /// How long an event waits after its first attempt in vain, and at most: 200 ms, doubling, up to five minutes,
    /// unless said otherwise. The relay itself waits likewise while the broker is away.
    pub fn backoff(mut self, first: Duration, longest: Duration) -> Self {
        self.rules.backoff = Backoff { first, longest };
        self
    }

    /// How often an event may come back because no queue wants it before it is parked: 20 times, which take an hour,
    /// unless said otherwise.
    pub fn park_after(mut self, returns: u32) -> Self {
        self.rules.park_after = i32::try_from(returns).unwrap_or(i32::MAX);
        self
    }

    /// How long sent events are kept, and enqueueing them again changes nothing: a day, unless said otherwise.
    pub fn retention(mut self, retention: Duration) -> Self {
        self.retention = retention;
        self.sweep_every = self.sweep_every.min(retention.max(Duration::from_millis(100)));
        self
    }

    /// Publishes until `shutdown` ends; then the window that is under way is finished, and nothing is left leased.
    ///
    /// While the broker or the database is away it waits and tries again, without end. When the future is dropped,
    /// events that are under way are published again after their lease, under the same ids.
    ///
    /// # Errors
    /// When the database refuses for a reason that does not pass by itself, such as a missing migration.
    pub async fn run(mut self, shutdown: impl Future<Output = ()>) -> Result<Report, OutboxError> {
        let mut shutdown = pin!(shutdown);
        let hints = DB::listen(&self.outbox.pool);
        let mut report = Report::default();
        let (mut idle, mut trouble) = (0, 0);
        let mut swept = None;
        loop {
            let pause = async {
                if trouble > 0 {
                    sleep(self.rules.backoff.pause(trouble - 1)).await;
                } else if idle > 0 {
                    self.doze(&hints, self.poll.pause(idle - 1)).await;
                }
            };
            tokio::select! {
                biased;
                () = &mut shutdown => {
                    self.give_back().await?;
                    return Ok(report);
                }
                () = pause => {}
            }
            let step = match self.step(&mut report, &mut swept).await {
                Ok(step) => step,
                Err(error) if error.is_transient() => {
                    tracing::warn!(error = &error as &dyn std::error::Error, "the outbox cannot reach its database");
                    Step::Trouble
                }
                Err(error) => return Err(error),
            };
            (idle, trouble) = match step {
                Step::More => (0, 0),
                Step::Idle => (idle.saturating_add(1), 0),
                Step::Trouble => (0, trouble.saturating_add(1)),
            };
        }
    }

    /// Waits for the next look, or for a hint that it pays now.
    async fn doze(&self, hints: &Hints, pause: Duration) {
        if pause >= WORTH_A_HINT {
            // Only a hint about hints: what goes wrong here goes wrong again at the next statement that matters.
            let _ = apart(DB::asleep(self.outbox.pool.clone(), pause)).await;
        }
        tokio::select! {
            () = sleep(pause) => {}
            () = hints.next() => {}
        }
    }

    async fn step(&mut self, report: &mut Report, swept: &mut Option<Instant>) -> Result<Step, OutboxError> {
        if swept.is_none_or(|last| last.elapsed() >= self.sweep_every) {
            let deleted = apart(DB::sweep(self.outbox.pool.clone(), self.retention, SWEEP)).await?;
            report.deleted += deleted;
            // A full batch means that there is more: the next one comes after a window.
            if deleted < SWEEP.unsigned_abs() {
                *swept = Some(Instant::now());
            }
        }
        let leased = match self.ahead.take() {
            Some(leased) => leased,
            None => self.next_window().await?,
        };
        let Leased { lease, rows } = leased;
        if rows.is_empty() {
            return Ok(Step::Idle);
        }
        let span = tracing::debug_span!("relay", outbox.rows = rows.len());
        let more = i64::try_from(rows.len()).is_ok_and(|rows| rows >= self.window);
        let ahead = self.next_window_if(more);
        let passing = pass_on(&self.outbox, &mut self.sink, self.rules, lease, Window::plan(rows), report);
        let (step, ahead) = tokio::join!(passing.instrument(span), ahead);
        // What goes wrong here goes wrong again in the next step, where it is heard.
        self.ahead = ahead.ok().flatten();
        match step {
            Ok(Step::More) => {}
            // What was leased ahead is not to wait with us. Where even that fails, its lease ends some time.
            Ok(_) | Err(_) => drop(self.give_back().await),
        }
        step
    }

    /// The next window, while the present one is on its way. It has no row of a subject of the present one, because those
    /// wait for one that is leased.
    fn next_window_if(
        &self,
        more: bool,
    ) -> impl Future<Output = Result<Option<Leased>, OutboxError>> + Send + use<DB, S> {
        let leasing = more.then(|| self.next_window());
        async move {
            match leasing {
                Some(leasing) => leasing.await.map(Some),
                None => Ok(None),
            }
        }
    }

    fn next_window(&self) -> impl Future<Output = Result<Leased, OutboxError>> + Send + use<DB, S> {
        let lease = Lease { id: Uuid::now_v7(), limit: self.window, duration: self.lease };
        let leasing = DB::lease(self.outbox.pool.clone(), lease);
        async move { Ok(Leased { lease: lease.id, rows: apart(leasing).await? }) }
    }

    /// Gives back what was leased ahead.
    async fn give_back(&mut self) -> Result<(), OutboxError> {
        let Some(Leased { lease, rows }) = self.ahead.take() else { return Ok(()) };
        if rows.is_empty() {
            return Ok(());
        }
        let untried = rows.iter().map(window::untried).collect();
        apart(DB::release(self.outbox.pool.clone(), lease, untried)).await
    }
}

/// Publishes a window round by round, and says in the database what became of it.
async fn pass_on<DB: Backend, S: Sink>(
    outbox: &Outbox<DB>,
    sink: &mut S,
    rules: Rules,
    lease: Uuid,
    mut window: Window,
    report: &mut Report,
) -> Result<Step, OutboxError> {
    let mut step = Step::More;
    while let Some(round) = window.next() {
        let outcomes = match &round.messages[..] {
            [] => Vec::new(),
            messages => sink.publish(messages).await,
        };
        if !window.settle(round.rows, &outcomes, rules) {
            window.abandon();
            step = Step::Trouble;
        }
    }
    let Window { sent, released, .. } = window;
    report.sent += count(sent.len());
    report.failed += count(released.iter().filter(|row| row.tried && row.reason.is_none()).count());
    report.parked += count(released.iter().filter(|row| row.reason.is_some()).count());
    if !sent.is_empty() {
        apart(DB::sent(outbox.pool.clone(), sent)).await?;
    }
    if !released.is_empty() {
        tracing::debug!(outbox.released = released.len(), "not confirmed");
        apart(DB::release(outbox.pool.clone(), lease, released)).await?;
    }
    Ok(step)
}

fn count(rows: usize) -> u64 {
    u64::try_from(rows).unwrap_or(u64::MAX)
}
