//! Many messages together, and those that cannot be committed apart from the others.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::time::{Instant, sleep};
use tracing::{Instrument, debug_span, field};
use workout_broker::Delivery;
use workout_events::jiff::Timestamp;

use crate::batch::{BatchHandler, BatchWork, Items};
use crate::handler::{Class, Failure};
use crate::letter::Letter;
use crate::retries::moment;
use crate::run::crew::Work;
use crate::run::figures;
use crate::run::gate::{Outage, Waited};
use crate::run::guard::guarded;
use crate::run::report::Tally;
use crate::run::shared::{Shared, Worked};

/// Handlers of batches.
pub(crate) struct Together {
    shared: Arc<Shared>,
    size: usize,
    within: Duration,
    work: Arc<dyn BatchWork>,
    /// A proof is of one batch.
    number: AtomicU64,
}

/// A handler gave the proof of another batch.
#[derive(Debug, thiserror::Error)]
#[error("the handler gave the proof of another batch than the one it was given")]
struct OtherProof;

/// What became of messages that were to be committed.
enum Became {
    Committed,
    Failed(Failure),
    /// They are not settled, because the consumer ends or what the handler needs is away for too long.
    Left,
}

/// Messages that were read, and what was made of them the first time.
struct Loaded {
    members: Vec<Delivery>,
    items: Items,
    /// When the newest event was said.
    newest: Timestamp,
}

impl Together {
    pub(crate) fn new(shared: &Arc<Shared>, handler: BatchHandler) -> Arc<Self> {
        let BatchHandler { size, within, work, .. } = handler;
        Arc::new(Self { shared: Arc::clone(shared), size, within, work, number: AtomicU64::new(0) })
    }

    async fn work_on(&self, messages: Vec<Delivery>) -> Worked {
        let mut worked = Worked::default();
        let Some(Loaded { members, items, newest }) = self.load(messages, &mut worked).await else { return worked };
        // Pieces that are still to be committed, the first one last.
        let mut pieces = vec![(members, Some(items))];
        let (mut outage, mut may_repeat) = (None, true);
        let mut committed = Vec::new();
        while let Some((mut members, items)) = pieces.pop() {
            match self.commit(&members, items, &mut outage).await {
                Became::Committed => {
                    figures::lag(&self.shared.name, newest);
                    committed.append(&mut members);
                }
                Became::Failed(failure) if failure.class() != Class::Reject && may_repeat => {
                    // Two transactions may have stood in one another's way; that is nobody's fault.
                    may_repeat = false;
                    sleep(moment(0)).await;
                    pieces.push((members, None));
                }
                Became::Failed(failure) => match <[Delivery; 1]>::try_from(members) {
                    Ok([delivery]) => {
                        let letter = Letter::of(&delivery, &self.shared.name);
                        worked.tally += self.shared.fail(delivery, &letter, letter.attempts + 1, &failure).await;
                    }
                    Err(mut members) => {
                        let rest = members.split_off(members.len() / 2);
                        pieces.extend([(rest, None), (members, None)]);
                    }
                },
                Became::Left => {
                    pieces.push((members, None));
                    break;
                }
            }
        }
        worked.tally += self.acknowledge(committed).await;
        worked.add(self.leave(pieces.into_iter().flat_map(|(members, _)| members).collect(), outage.is_some()).await);
        worked
    }

    /// Reads the messages; those that cannot be handled are settled here.
    async fn load(&self, messages: Vec<Delivery>, worked: &mut Worked) -> Option<Loaded> {
        let (shared, work) = (&self.shared, &self.work);
        let mut items = work.items(messages.len());
        let mut members = Vec::with_capacity(messages.len());
        let mut newest = Timestamp::MIN;
        for delivery in messages {
            let letter = || Letter::of(&delivery, &shared.name);
            let (death, letter) = match shared.crashed(&delivery, || letter().attempts) {
                Some(death) => (death, letter()),
                None => match work.read(&shared.settings.decoder, &delivery, &mut items) {
                    Ok(said) => {
                        newest = newest.max(said);
                        members.push(delivery);
                        continue;
                    }
                    // Most of a history is about somebody else's business.
                    Err(unread) if shared.history && unread.is_of_another_type() => {
                        worked.tally += shared.tally(delivery.ack().await, Tally::default());
                        continue;
                    }
                    Err(unread) => {
                        let letter = letter();
                        (unread.death(&letter), letter)
                    }
                },
            };
            worked.tally += shared.bury(delivery, &letter, death).await;
        }
        (!members.is_empty()).then_some(Loaded { members, items, newest })
    }

    /// Commits messages, again and again while what that needs is away.
    async fn commit<'s>(
        &'s self,
        members: &[Delivery],
        items: Option<Items>,
        outage: &mut Option<Outage<'s>>,
    ) -> Became {
        let mut next = items;
        loop {
            let items = next.take().unwrap_or_else(|| self.read_again(members));
            let asks = !self.shared.gate.is_open();
            let became = match self.attempt(members.len(), items).await {
                Ok(()) => Became::Committed,
                Err(failure) => Became::Failed(failure),
            };
            let failure = match became {
                Became::Failed(failure) if failure.class() == Class::Unavailable => failure,
                became => {
                    *outage = None;
                    if asks {
                        self.shared.gate.reopen();
                    }
                    return became;
                }
            };
            match self.shared.gate.shut(outage, &failure, self.shared.settings.hold).await {
                Waited::Again => {}
                Waited::TooLong => return Became::Left,
                Waited::Ending => {
                    *outage = None;
                    return Became::Left;
                }
            }
        }
    }

    fn read_again(&self, members: &[Delivery]) -> Items {
        let mut items = self.work.items(members.len());
        for delivery in members {
            // It could be read before.
            let _ = self.work.read(&self.shared.settings.decoder, delivery, &mut items);
        }
        items
    }

    async fn attempt(&self, events: usize, items: Items) -> Result<(), Failure> {
        let number = self.number.fetch_add(1, Ordering::Relaxed);
        let span = debug_span!("consume_batch", queue = &*self.shared.name, events, outcome = field::Empty);
        let started = Instant::now();
        let committing = async { self.work.commit(number, items).await };
        let (proof, ended) = guarded(self.shared.settings.limit, committing).instrument(span.clone()).await;
        let answer = match proof {
            Ok(proof) if proof == number => Ok(()),
            Ok(_) => Err(Failure::reject(OtherProof)),
            Err(failure) => Err(failure),
        };
        let outcome = figures::attempted(&self.shared.name, answer.as_ref().err(), ended, started.elapsed());
        if answer.is_ok() {
            figures::committed(&self.shared.name, events);
        }
        span.record("outcome", outcome);
        answer
    }

    /// One word for all of them, where nothing that came before them is still to be settled.
    async fn acknowledge(&self, mut committed: Vec<Delivery>) -> Tally {
        let shared = &self.shared;
        let mut tally = Tally::default();
        if !shared.has_suspects()
            && let Some(last) = committed.pop()
        {
            let handled = committed.len() as u64 + 1;
            let settled = shared.tally(last.ack_through().await, Tally { handled, ..Tally::default() });
            // All of them come again.
            tally += if settled.left > 0 { Tally { left: handled, ..Tally::default() } } else { settled };
            return tally;
        }
        for delivery in committed {
            tally += shared.tally(delivery.ack().await, Tally { handled: 1, ..Tally::default() });
        }
        tally
    }

    /// Messages that are not settled.
    async fn leave(&self, mut left: Vec<Delivery>, held_too_long: bool) -> Worked {
        if held_too_long
            && left.len() == 1
            && let Some(delivery) = left.pop()
        {
            let letter = Letter::of(&delivery, &self.shared.name);
            return self.shared.let_go(delivery, &letter).await;
        }
        let count = left.len() as u64;
        if count == 0 { Worked::default() } else { Worked::given_back(count) }
    }
}

impl Work for Together {
    fn size(&self) -> usize {
        self.size
    }

    fn within(&self) -> Duration {
        self.within
    }

    fn at_once(&self) -> usize {
        1
    }

    fn start(self: Arc<Self>, messages: Vec<Delivery>) -> Pin<Box<dyn Future<Output = Worked> + Send>> {
        Box::pin(async move { self.work_on(messages).await })
    }
}
