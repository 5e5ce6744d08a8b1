//! What a stream keeps.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;
use workout_events::amqp::Message;

use crate::in_process::queue::Stored;

/// How many messages a stream keeps, whatever it was told: memory is the limit here, and not a disk.
const MOST: usize = 10_000;

#[derive(Debug, Default)]
pub(super) struct Log {
    entries: VecDeque<Entry>,
    /// The offset of the next message.
    next: u64,
    bytes: u64,
}

#[derive(Debug)]
struct Entry {
    message: Arc<Message>,
    written: Instant,
}

impl Log {
    pub(super) fn append(&mut self, message: Arc<Message>, most_bytes: Option<u64>) {
        self.bytes += size(&message);
        self.next += 1;
        self.entries.push_back(Entry { message, written: Instant::now() });
        while self.entries.len() > MOST || most_bytes.is_some_and(|most| self.bytes > most) {
            self.forget_first();
        }
    }

    /// Gives up what is older than this.
    pub(super) fn forget(&mut self, age: Duration) {
        while self.entries.front().is_some_and(|entry| entry.written.elapsed() > age) {
            self.forget_first();
        }
    }

    fn forget_first(&mut self) {
        if let Some(entry) = self.entries.pop_front() {
            self.bytes -= size(&entry.message);
        }
    }

    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    /// The offset of the oldest message that is left, or of the next one.
    pub(super) fn first(&self) -> u64 {
        self.next - self.entries.len() as u64
    }

    pub(super) fn next(&self) -> u64 {
        self.next
    }

    /// The offset of the last message, if there is one.
    pub(super) fn last(&self) -> Option<u64> {
        self.next.checked_sub(1).filter(|_| !self.entries.is_empty())
    }

    /// The offset of the first message that was written at this time or later, or of the next one.
    pub(super) fn since(&self, time: Instant) -> u64 {
        self.first() + self.entries.partition_point(|entry| entry.written < time) as u64
    }

    /// The message at this place or the first behind it that is left.
    pub(super) fn at(&self, place: u64) -> Option<Stored> {
        let offset = place.max(self.first());
        let entry = self.entries.get(usize::try_from(offset - self.first()).ok()?)?;
        Some(Stored::of_a_stream(Arc::clone(&entry.message), offset))
    }
}

fn size(message: &Message) -> u64 {
    message.body.len() as u64
}

#[cfg(test)]
mod tests {
    use workout_events::amqp::Properties;

    use super::*;

    #[test]
    fn a_stream_has_no_more_bytes_than_it_was_told_to() {
        let mut log = Log::default();
        for bytes in [10, 60, 40, 1] {
            let message = Message::new("", "", Properties::new("", ""), vec![0; bytes]);
            log.append(Arc::new(message), Some(100));
        }
        assert_eq!((log.first(), log.last(), log.len()), (2, Some(3), 2));
    }
}
