//! From the queue to those who work on messages, until the shutdown.

use std::collections::VecDeque;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use tokio::task::{JoinError, JoinSet};
use tokio::time::{Instant, sleep_until};
use tracing::{error, info, warn};
use workout_broker::{BrokerError, Delivery, LinkState};

use crate::health::ConsumerState;
use crate::run::figures;
use crate::run::report::{Report, Tally};
use crate::run::shared::{Shared, Worked};
use crate::run::source::Source;
use crate::shutdown::Shutdown;

/// What is done with messages that came together.
pub(crate) trait Work: Send + Sync + 'static {
    /// How many messages are worked on together.
    fn size(&self) -> usize;

    /// How long the first of them waits for the others.
    fn within(&self) -> Duration;

    /// How often that is done at the same time.
    fn at_once(&self) -> usize;

    /// Begins to work on messages, which come in their order, and sees to it that all of them are settled. A message whose
    /// future is dropped comes again.
    fn start(self: Arc<Self>, messages: Vec<Delivery>) -> Pin<Box<dyn Future<Output = Worked> + Send>>;
}

/// Where a history ends, for who reads it up to now.
#[derive(Debug, Clone, Copy)]
pub(crate) struct End {
    /// The offset of the last message.
    pub(crate) last: u64,
    /// All of it may lie before the place from which it is read, which only the silence tells.
    pub(crate) may_be_before: bool,
}

/// After how long a silence a history has nothing for us.
const QUIET: Duration = Duration::from_secs(5);

/// The messages that are being worked on, and those that wait.
pub(crate) struct Crew<W> {
    shared: Arc<Shared>,
    source: Source,
    work: Arc<W>,
    tasks: JoinSet<(Worked, usize)>,
    in_flight: usize,
    /// What has come and does not fill a batch yet.
    filling: Vec<Delivery>,
    /// When it is worked on in any case.
    due: Instant,
    /// Messages that may end this process: each alone, when nothing else is out.
    suspects: VecDeque<Delivery>,
    /// Where it gets nothing more for now.
    pause: Pause,
    /// What has come is still taken, and nothing else.
    narrow: bool,
    report: Report,
}

/// Why nothing more is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Pause {
    No,
    /// What was out before a suspect came is finished first.
    Emptying,
    /// Nothing but suspects is out.
    Emptied,
    /// All is given back.
    GivingBack,
}

impl<W: Work> Crew<W> {
    pub(crate) fn new(shared: Arc<Shared>, source: Source, work: Arc<W>) -> Self {
        Self {
            shared,
            source,
            work,
            tasks: JoinSet::new(),
            in_flight: 0,
            filling: Vec::new(),
            due: Instant::now(),
            suspects: VecDeque::new(),
            pause: Pause::No,
            narrow: false,
            report: Report::default(),
        }
    }

    /// Works until the shutdown, or to the end of a history, and drains.
    pub(crate) async fn run(mut self, mut shutdown: Shutdown<'_>, end: Option<End>) -> Result<Report, BrokerError> {
        info!(queue = &*self.shared.name, "consuming");
        let mut quiet = Instant::now() + QUIET;
        let mut link = self.shared.broker.health().consuming;
        let (mut caught_up, mut begun) = (false, false);
        while !(caught_up && self.is_idle()) {
            self.turn()?;
            if std::mem::take(&mut self.narrow) {
                self.source.stop().await;
            }
            let (room, takes, waits) = (self.room(), self.takes() && !caught_up, self.waits_for_more());
            tokio::select! {
                biased;
                () = shutdown.wait() => break,
                Some(worked) = self.tasks.join_next(), if !self.tasks.is_empty() => self.joined(worked),
                () = sleep_until(self.due), if waits => self.begin(true),
                () = sleep_until(quiet), if !begun && !caught_up && end.is_some_and(|end| end.may_be_before) => {
                    let before = std::mem::replace(&mut link, self.shared.broker.health().consuming);
                    // Without a link there is silence as well.
                    caught_up = link.state == LinkState::Up && link.generation == before.generation;
                    quiet = Instant::now() + QUIET;
                }
                messages = self.source.next(room), if takes => match messages? {
                    Some(messages) => {
                        begun = true;
                        caught_up = end.is_some_and(|end| messages.iter().any(|one| one.offset() >= Some(end.last)));
                        self.take(messages);
                    }
                    None => self.pause = Pause::Emptied,
                },
            }
        }
        self.drain().await
    }

    /// What follows when all that was out is finished.
    fn turn(&mut self) -> Result<(), BrokerError> {
        if !self.tasks.is_empty() || !self.filling.is_empty() && self.pause != Pause::GivingBack {
            return Ok(());
        }
        match self.pause {
            Pause::No | Pause::Emptying => {}
            Pause::Emptied => match self.suspects.pop_front() {
                Some(suspect) => self.start(vec![suspect]),
                None => self.begin_again(),
            },
            // What was left of a history does not come again, and is not to be passed over.
            Pause::GivingBack if self.shared.history => {
                return Err(BrokerError::transient("a part of the history could not be handled"));
            }
            Pause::GivingBack => self.begin_again(),
        }
        Ok(())
    }

    fn begin_again(&mut self) {
        self.leave(self.unsettled());
        self.pause = Pause::No;
        self.in_flight = 0;
        self.filling.clear();
        self.suspects.clear();
        self.shared.keep_suspects(false);
        self.shared.gave_back();
        self.source.reopen();
    }

    /// Messages that nobody has begun with come again.
    fn leave(&mut self, left: u64) {
        figures::settled(&self.shared.name, Tally { left, ..Tally::default() });
        self.report.left += left;
    }

    fn is_idle(&self) -> bool {
        self.tasks.is_empty() && self.filling.is_empty() && self.pause == Pause::No
    }

    /// How many messages are here and were not reported.
    fn unsettled(&self) -> u64 {
        (self.filling.len() + self.suspects.len() + self.in_flight) as u64
    }

    fn takes(&self) -> bool {
        let stopped = matches!(self.pause, Pause::Emptied | Pause::GivingBack);
        !stopped && self.room() > 0
    }

    /// How many more messages there is something to do for. While what the handlers need is away, nothing is begun; but one
    /// message has to try whether it is back.
    fn room(&self) -> usize {
        if !self.shared.gate.is_open() {
            return usize::from(self.tasks.is_empty() && self.filling.is_empty());
        }
        let most = if self.size() == 1 { self.at_once().saturating_sub(self.tasks.len()) } else { self.size() };
        most.saturating_sub(self.filling.len())
    }

    fn size(&self) -> usize {
        if self.shared.is_careful() { 1 } else { self.work.size() }
    }

    fn at_once(&self) -> usize {
        if self.shared.is_careful() { 1 } else { self.work.at_once() }
    }

    /// Whether there are messages that could be begun, and are not because more may come.
    fn waits_for_more(&self) -> bool {
        !self.filling.is_empty() && self.tasks.len() < self.at_once() && self.pause != Pause::GivingBack
    }

    fn take(&mut self, messages: Vec<Delivery>) {
        if self.filling.is_empty() {
            self.due = Instant::now() + self.work.within();
        }
        let careful = self.shared.is_careful();
        for message in messages {
            if !careful && self.shared.is_suspect(&message) {
                self.suspects.push_back(message);
                self.shared.keep_suspects(true);
            } else {
                self.filling.push(message);
            }
        }
        if !self.suspects.is_empty() && self.pause == Pause::No {
            warn!(queue = &*self.shared.name, "a message has come back repeatedly, and is handled alone");
            self.pause = Pause::Emptying;
            self.narrow = true;
        }
        self.begin(false);
    }

    /// Begins with what fills a batch, or with what there is.
    fn begin(&mut self, whatever: bool) {
        while self.waits_for_more() && (whatever || self.filling.len() >= self.size()) {
            let rest = self.filling.split_off(self.size().min(self.filling.len()));
            let messages = std::mem::replace(&mut self.filling, rest);
            self.start(messages);
        }
    }

    /// Begins with messages. Those that come again in any case are left out: they would be handled twice.
    fn start(&mut self, mut messages: Vec<Delivery>) {
        let came = messages.len();
        messages.retain(|message| !message.is_lost());
        let count = messages.len();
        self.leave((came - count) as u64);
        self.in_flight += count;
        self.tell_in_flight();
        let working = Arc::clone(&self.work).start(messages);
        self.tasks.spawn(async move { (working.await, count) });
    }

    fn joined(&mut self, joined: Result<(Worked, usize), JoinError>) {
        match joined {
            Ok((worked, count)) => {
                figures::settled(&self.shared.name, worked.tally);
                self.report += worked.tally;
                self.in_flight = self.in_flight.saturating_sub(count);
                if worked.gave_back || self.shared.history && worked.tally.left > 0 {
                    self.pause = Pause::GivingBack;
                }
            }
            Err(error) if error.is_cancelled() => {}
            Err(error) => {
                let error = &error as &dyn std::error::Error;
                error!(queue = &*self.shared.name, error, "messages were left unsettled, and come again");
                self.pause = Pause::GivingBack;
            }
        }
        self.tell_in_flight();
        self.begin(self.due <= Instant::now());
    }

    fn tell_in_flight(&self) {
        self.shared.health.works_on(self.in_flight);
        figures::in_flight(&self.shared.name, self.in_flight);
    }

    /// Finishes what has come, as far as there is time, and leaves the rest to the next process.
    async fn drain(mut self) -> Result<Report, BrokerError> {
        let deadline = Instant::now() + self.shared.settings.drain;
        self.shared.health.is(ConsumerState::Draining);
        info!(queue = &*self.shared.name, "draining");
        // What waits for something that is away would wait for the whole time.
        self.shared.gate.end();
        self.source.stop().await;
        let mut more = self.pause == Pause::No && self.shared.gate.is_open();
        loop {
            self.begin(true);
            let waits = !self.filling.is_empty() && self.pause != Pause::GivingBack;
            if self.tasks.is_empty() && !waits && !more {
                break;
            }
            let room = self.room();
            tokio::select! {
                biased;
                () = sleep_until(deadline) => break,
                Some(worked) = self.tasks.join_next(), if !self.tasks.is_empty() => {
                    self.joined(worked);
                    more &= self.shared.gate.is_open();
                }
                messages = self.source.next(room), if more && room > 0 => match messages {
                    Ok(Some(messages)) => self.filling.extend(messages),
                    Ok(None) | Err(_) => more = false,
                },
            }
        }
        self.leave(self.unsettled());
        self.tasks.shutdown().await;
        self.in_flight = 0;
        self.tell_in_flight();
        figures::paused(&self.shared.name, false);
        let closed = self.source.close().await;
        let Report { handled, retried, dead, quarantined, parked, left } = self.report;
        info!(queue = &*self.shared.name, handled, retried, dead, quarantined, parked, left, "drained");
        closed.map(|()| self.report)
    }
}
