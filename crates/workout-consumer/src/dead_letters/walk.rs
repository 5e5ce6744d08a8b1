//! From the first letter to the last, each taken once.

use std::time::Duration;

use tokio::time::{Instant, sleep, timeout, timeout_at};
use workout_broker::{Broker, BrokerError, Deliveries, Delivery, Prefetch};

use crate::dead_letters::End;

/// How many letters one subscription holds. The broker sends as many at once, so this bounds the memory; whoever holds
/// more has several.
const AT_ONCE: usize = 500;

/// How many are held in all.
pub(super) const MOST: usize = 50_000;

/// For how long they are. RabbitMQ ends a channel that holds a message for half an hour.
const LONGEST: Duration = Duration::from_mins(20);

/// When nothing comes for so long, somebody else may have taken the rest.
const QUIET: Duration = Duration::from_secs(1);

/// How long the queue may take to have everything back: as long as it takes where nobody else reads it, and else so long.
const BACK: Duration = Duration::from_secs(5);

/// How often it is asked.
const ASK_EVERY: Duration = Duration::from_millis(20);

/// Takes the letters that were there at the beginning, in their order. What is not acknowledged is held until
/// [`close`](Self::close).
///
/// What came back to a quorum queue goes out before everything else, and in the order in which it came back. So the order of
/// the letters stays if all of them were taken; else those that were come last of all that ever came back.
#[derive(Debug)]
pub(super) struct Walk {
    broker: Broker,
    queue: String,
    most: usize,
    /// How many there are to take.
    waiting: u64,
    taken: u64,
    settled: u64,
    /// The last one is read. The others hold as much as they may, so that nothing more comes to them.
    parts: Vec<Deliveries>,
    /// How many the last one holds.
    in_part: usize,
    began: Instant,
    generation: u64,
}

impl Walk {
    pub(super) async fn begin(broker: &Broker, queue: &str, most: usize) -> Result<Self, BrokerError> {
        // Whoever dies again of what is done here comes after these.
        let waiting = broker.depth(queue).await?;
        let generation = broker.health().consuming.generation;
        let (broker, queue, parts) = (broker.clone(), queue.to_owned(), Vec::new());
        let most = most.min(MOST);
        Ok(Self {
            broker,
            queue,
            most,
            waiting,
            taken: 0,
            settled: 0,
            parts,
            in_part: 0,
            began: Instant::now(),
            generation,
        })
    }

    /// How many there were at the beginning.
    pub(super) fn waiting(&self) -> u64 {
        self.waiting
    }

    /// Whether nothing comes any more before some of what was taken is settled. Whoever has something to settle does so
    /// now.
    pub(super) fn is_full(&self) -> bool {
        self.in_part == AT_ONCE
    }

    /// A letter that was taken is off the queue. Only before the walk goes on from where it [was full](Self::is_full).
    pub(super) fn settled(&mut self) {
        self.in_part -= 1;
        self.settled += 1;
    }

    /// The next letter, or why there is none. To be dropped only by who goes no further.
    pub(super) async fn next(&mut self) -> Result<Delivery, End> {
        loop {
            if self.taken == self.waiting {
                return Err(End::Complete);
            }
            if self.held() >= self.most || self.began.elapsed() > LONGEST {
                return Err(End::Limit);
            }
            let part = self.part().await.map_err(End::Lost)?;
            let next = timeout(QUIET, part.next()).await;
            // What was held is back in the queue then, and would be taken again.
            if self.broker.health().consuming.generation != self.generation {
                return Err(End::Lost(BrokerError::transient("the link was lost meanwhile")));
            }
            match next {
                Ok(Some(Ok(delivery))) => {
                    self.taken += 1;
                    self.in_part += 1;
                    return Ok(delivery);
                }
                Ok(Some(Err(error))) => return Err(End::Lost(error)),
                Ok(None) => return Err(End::Complete),
                Err(_) if self.broker.depth(&self.queue).await.map_err(End::Lost)? == 0 => {
                    return Err(End::Complete);
                }
                Err(_) => {}
            }
        }
    }

    fn held(&self) -> usize {
        self.parts.len().saturating_sub(1) * AT_ONCE + self.in_part
    }

    async fn part(&mut self) -> Result<&mut Deliveries, BrokerError> {
        if self.parts.is_empty() || self.is_full() {
            let prefetch = u32::try_from(AT_ONCE).ok().and_then(|most| Prefetch::new(most).ok()).unwrap_or_default();
            self.parts.push(self.broker.consume(&self.queue, prefetch).await?);
            self.in_part = 0;
        }
        self.parts.last_mut().ok_or_else(BrokerError::closed)
    }

    /// Gives back what is held, after the broker has seen every settlement, and waits until it is there: a queue takes back
    /// what was on a channel some time after the channel has ended, and whoever looked at once would miss letters.
    pub(super) async fn close(mut self) -> Result<(), BrokerError> {
        // Else it would take what the others give back, and their order would be lost.
        let mut result = match self.parts.last_mut() {
            Some(last) => last.stop().await,
            None => Ok(()),
        };
        for part in self.parts {
            let closed = part.close().await;
            result = result.and(closed);
        }
        result?;
        let (deadline, left) = (Instant::now() + BACK, self.waiting - self.settled);
        let back = async {
            while self.broker.depth(&self.queue).await? < left {
                sleep(ASK_EVERY).await;
            }
            Ok(())
        };
        timeout_at(deadline, back).await.unwrap_or(Ok(()))
    }
}
