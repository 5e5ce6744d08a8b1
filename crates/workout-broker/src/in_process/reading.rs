//! From a queue to its readers, and back.

use std::time::Duration;

use jiff::Timestamp;
use tokio::time::Instant;

use crate::error::{BrokerError, Kind};
use crate::in_process::links::Side;
use crate::in_process::log::Log;
use crate::in_process::state::State;
use crate::in_process::subscriber::{End, Mode, Next, Subscriber};
use crate::prefetch::Prefetch;
use crate::start::Start;
use crate::transport::Settlement;

impl State {
    pub(super) fn read(&mut self, connection: u64, queue: &str, prefetch: Prefetch) -> Result<u64, BrokerError> {
        self.pass_time();
        if self.queues.get(queue).ok_or(Kind::NotFound)?.log.is_some() {
            return Err(BrokerError::refused("a stream is read from a place in it"));
        }
        Ok(self.subscribe(queue, Subscriber::new(connection, queue, prefetch, None)))
    }

    pub(super) fn read_from(
        &mut self,
        connection: u64,
        stream: &str,
        start: Start,
        prefetch: Prefetch,
    ) -> Result<u64, BrokerError> {
        self.pass_time();
        let log = self.log(stream)?;
        let place = match start {
            Start::First => log.first(),
            Start::Next => log.next(),
            Start::Offset(offset) => offset,
            Start::Time(time) => self.instant(time).map_or_else(|| log.first(), |time| log.since(time)),
        };
        Ok(self.subscribe(stream, Subscriber::new(connection, stream, prefetch, Some(place))))
    }

    pub(super) fn end_of(&mut self, stream: &str) -> Result<Option<u64>, BrokerError> {
        self.pass_time();
        Ok(self.log(stream)?.last())
    }

    fn log(&self, stream: &str) -> Result<&Log, BrokerError> {
        let queue = self.queues.get(stream).ok_or(Kind::NotFound)?;
        queue.log.as_ref().ok_or_else(|| BrokerError::refused("the queue is no stream"))
    }

    /// A time that the machine's clock shows, by the clock of tests, in whole seconds. `None` for what was before the
    /// server.
    fn instant(&self, time: Timestamp) -> Option<Instant> {
        let (began, instant) = self.began;
        let seconds = u64::try_from(time.as_second() - began.as_second()).ok()?;
        // Of the second in which it began, some are already over.
        let over = Duration::from_nanos(u64::try_from(began.subsec_nanosecond()).unwrap_or_default());
        instant.checked_add(Duration::from_secs(seconds).checked_sub(over)?)
    }

    fn subscribe(&mut self, queue: &str, reader: Subscriber) -> u64 {
        self.last += 1;
        self.readers.insert(self.last, reader);
        if let Some(entry) = self.queues.get_mut(queue) {
            entry.readers.push_back(self.last);
            entry.hand_out(&mut self.readers, self.latency);
        }
        self.last
    }

    pub(super) fn reader(&mut self, reader: u64) -> Option<&mut Subscriber> {
        self.readers.get_mut(&reader)
    }

    pub(super) fn next(&mut self, reader: u64) -> Next {
        match self.reader(reader).map_or(Next::End, Subscriber::next) {
            Next::Nothing => {}
            next => return next,
        }
        self.pass_time();
        match self.reader(reader).map_or(Next::End, Subscriber::next) {
            Next::Nothing => self.next_due().map_or(Next::Nothing, |(due, _)| Next::Perhaps(due)),
            next => next,
        }
    }

    pub(super) fn unsettled(&self, queue: &str) -> usize {
        let readers = self.readers.values().filter(|reader| reader.queue == queue);
        readers.map(Subscriber::unsettled).sum()
    }

    pub(super) fn readers_where(&self, holds: impl Fn(&Subscriber) -> bool) -> Vec<u64> {
        self.readers.iter().filter(|(_, reader)| holds(reader)).map(|(number, _)| *number).collect()
    }

    /// Nothing more for this reader, who may still settle what is out.
    pub(super) fn stop(&mut self, number: u64) {
        if let Some(reader) = self.readers.get_mut(&number) {
            reader.mode = match reader.mode {
                Mode::Reading => Mode::Stopped,
                Mode::Waiting | Mode::Ending(_) => Mode::Ended,
                mode @ (Mode::Stopped | Mode::Ended) => mode,
            };
            reader.wake();
        }
        self.leave(number);
    }

    /// The readers lose what is out, and go on as soon as there is a link; those that asked for no more have ended.
    pub(super) fn close_channels(&mut self, meant: impl Fn(&Subscriber) -> bool) {
        // All of it is back before anybody reads on.
        for number in self.readers_where(meant) {
            match self.readers.get(&number).map(|reader| reader.mode) {
                Some(Mode::Reading) => drop(self.put_all_back(number, Mode::Waiting)),
                Some(Mode::Stopped) => drop(self.put_all_back(number, Mode::Ended)),
                Some(Mode::Waiting | Mode::Ending(_) | Mode::Ended) | None => {}
            }
        }
        if !self.is_down(Side::Consuming) {
            self.read_again();
        }
    }

    /// Readers that waited for a link read on.
    pub(super) fn read_again(&mut self) {
        for number in self.readers_where(|reader| reader.mode == Mode::Waiting) {
            let Some(reader) = self.readers.get_mut(&number) else { continue };
            if let Some(queue) = self.queues.get_mut(&reader.queue) {
                reader.mode = Mode::Reading;
                queue.readers.push_back(number);
            } else {
                reader.mode = Mode::Ending(End::NotFound);
                reader.wake();
            }
        }
        for queue in self.queues.values_mut() {
            queue.hand_out(&mut self.readers, self.latency);
        }
    }

    pub(super) fn cancel(&mut self, queue: &str) {
        for number in self.readers_where(|reader| reader.queue == queue && reader.mode == Mode::Reading) {
            self.leave(number);
            if let Some(reader) = self.readers.get_mut(&number) {
                reader.mode = Mode::Ending(End::Cancelled);
                reader.wake();
            }
        }
    }

    /// Its turns are the others'.
    fn leave(&mut self, reader: u64) {
        let queue = self.readers.get(&reader).and_then(|reader| self.queues.get_mut(&reader.queue));
        if let Some(queue) = queue {
            queue.readers.retain(|other| *other != reader);
            queue.is_used();
        }
    }

    /// What is out goes back to the queue, whose name this is.
    fn put_all_back(&mut self, number: u64, mode: Mode) -> Option<String> {
        self.leave(number);
        let reader = self.readers.get_mut(&number)?;
        reader.mode = mode;
        reader.wake();
        let (queue, all) = (reader.queue.clone(), reader.give_up());
        for stored in all {
            self.put_back(&queue, stored);
        }
        Some(queue)
    }

    pub(super) fn give_up(&mut self, number: u64, mode: Mode) {
        if let Some(queue) = self.put_all_back(number, mode) {
            self.hand_out(&queue);
        }
    }

    pub(super) fn end(&mut self, reader: u64) {
        self.give_up(reader, Mode::Ended);
        self.readers.remove(&reader);
    }

    pub(super) fn settle(&mut self, number: u64, tag: u64, settlement: Settlement) -> Result<(), BrokerError> {
        let reader = self.readers.get_mut(&number).ok_or(Kind::NotSettled(None))?;
        let stored = reader.settle(tag, settlement == Settlement::AckThrough)?;
        let queue = reader.queue.clone();
        match settlement {
            Settlement::Ack | Settlement::AckThrough => {}
            Settlement::Requeue => self.put_back(&queue, stored),
            Settlement::Reject => self.reject(&queue, stored),
        }
        self.hand_out(&queue);
        Ok(())
    }
}
