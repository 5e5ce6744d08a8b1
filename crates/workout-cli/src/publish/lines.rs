//! Lines on their way from the input to the broker.

use std::io;
use std::thread;

use tokio::sync::mpsc::{Receiver, channel};
use workout_events::amqp::Message;
use workout_events::{DecodeError, EventId, Registry};

use crate::input::{Input, read_line};

/// How many lines are read ahead. A line has at most 256 KiB.
const AHEAD: usize = 64;

/// A line of the input, with its number from 1.
pub(super) struct Line {
    pub(super) number: u64,
    pub(super) bytes: u64,
    /// What to publish for it, or why it is no event.
    pub(super) event: Result<(EventId, Message), DecodeError>,
}

/// Reads and judges lines in a thread of its own, which nobody waits for: standard input may never end.
///
/// The last thing that comes is what the input could not give, if anything.
pub(super) fn read(input: Input, registry: Registry) -> Receiver<io::Result<Line>> {
    let (give, lines) = channel(AHEAD);
    thread::spawn(move || {
        let Input { mut from, .. } = input;
        let mut text = Vec::new();
        for number in 1.. {
            let more = match read_line(&mut from, &mut text) {
                Ok(more) => more,
                Err(cause) => {
                    let _ = give.blocking_send(Err(cause));
                    return;
                }
            };
            // A file without a single byte is one empty message, and not "nothing to do".
            if more || !text.is_empty() || number == 1 {
                let bytes = text.len() as u64 + 1;
                let line = Line { number, bytes, event: registry.forward(&text) };
                if give.blocking_send(Ok(line)).is_err() {
                    return;
                }
            }
            if !more {
                return;
            }
        }
    });
    lines
}
