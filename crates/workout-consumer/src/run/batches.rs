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
use crate::retries::{Step, moment};
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

/// Messages that are to be committed together.
struct Piece {
    members: Vec<Delivery>,
    /// What was made of them, unless they are to be read again.
    items: Option<Items>,
    /// How often the only one of them has failed alone.
    failed: u32,
}

/// Messages that were read, and what was made of them.
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
        let mut pieces = vec![Piece { items: Some(items), ..Piece::of(members) }];
        let (mut outage, mut may_repeat) = (None, true);
        let mut committed = Vec::new();
        while let Some(mut piece) = pieces.pop() {
            match self.commit(&mut piece, &mut outage, &mut worked).await {
                Became::Committed => {
                    figures::lag(&self.shared.name, newest);
                    committed.append(&mut piece.members);
                }
                Became::Failed(failure) if piece.members.len() == 1 => {
                    pieces.extend(self.fail(piece, &failure, &mut worked).await);
                }
                Became::Failed(failure) if failure.class() != Class::Reject && may_repeat => {
                    // Two transactions may have stood in one another's way; that is nobody's fault.
                    may_repeat = false;
                    sleep(moment(0)).await;
                    pieces.push(piece);
                }
                Became::Failed(_) => {
                    let rest = piece.members.split_off(piece.members.len() / 2);
                    pieces.extend([Piece::of(rest), piece]);
                }
                Became::Left => {
                    pieces.push(piece);
                    break;
                }
            }
        }
        worked.tally += self.acknowledge(committed).await;
        worked.add(self.leave(pieces.into_iter().flat_map(|piece| piece.members).collect(), outage.is_some()).await);
        worked
    }

    /// What follows when a message failed alone: the same as where there are no batches. Gives it back if it is to be tried
    /// again at once.
    async fn fail(&self, mut piece: Piece, failure: &Failure, worked: &mut Worked) -> Option<Piece> {
        let delivery = piece.members.pop()?;
        let letter = Letter::of(&delivery, &self.shared.name);
        let failed = piece.failed + 1;
        let attempts = letter.attempts + failed;
        if self.shared.step(failure, attempts) == Step::AtOnce {
            sleep(moment(attempts)).await;
            return Some(Piece { failed, ..Piece::of(vec![delivery]) });
        }
        worked.tally += self.shared.fail(delivery, &letter, attempts, failure).await;
        None
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
    async fn commit<'s>(&'s self, piece: &mut Piece, outage: &mut Option<Outage<'s>>, worked: &mut Worked) -> Became {
        loop {
            let items = match piece.items.take() {
                Some(items) => items,
                None => match self.load(std::mem::take(&mut piece.members), worked).await {
                    Some(loaded) => {
                        piece.members = loaded.members;
                        loaded.items
                    }
                    // What could be read before cannot be any more, and is settled.
                    None => return Became::Committed,
                },
            };
            let asks = !self.shared.gate.is_open();
            let became = match self.attempt(piece.members.len(), items).await {
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
            match self.shared.gate.shut(outage, &failure, self.shared.hold()).await {
                Waited::Again => {}
                Waited::TooLong => return Became::Left,
                Waited::Ending => {
                    *outage = None;
                    return Became::Left;
                }
            }
        }
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
        // Of those whose channel has ended meanwhile the last one knows nothing.
        let before = committed.len();
        committed.retain(|delivery| !delivery.is_lost());
        let mut tally = Tally { left: (before - committed.len()) as u64, ..Tally::default() };
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
        if count == 0 { Worked::default() } else { self.shared.give_back(count) }
    }
}

impl Piece {
    fn of(members: Vec<Delivery>) -> Self {
        Self { members, items: None, failed: 0 }
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
