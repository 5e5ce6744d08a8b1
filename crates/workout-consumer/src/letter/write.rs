//! The next journey of a message.

use std::borrow::Cow;

use workout_broker::{Delivery, Queue};
use workout_events::amqp::{HeaderValue, Message};
use workout_events::jiff::Timestamp;

use crate::letter::text::{MAX_CODE, MAX_ERROR, MAX_POINTER, on_one_line};
use crate::letter::{Death, Letter, Past, names};

type Header = (Cow<'static, str>, HeaderValue);

/// All headers of a message travel in one frame, which the broker allows 128 KiB: one that is larger would end the
/// connection, and with it everybody's work, each time that it is tried. The rest is for properties, and for what
/// the broker adds when it moves the message.
const MAX_HEADERS: usize = 120 * 1024;

impl Letter {
    /// The same message for a delay queue, from which it comes back to its own.
    pub(crate) fn again(&self, delivery: &Delivery, attempts: u32, first_time: Timestamp, to: &str) -> Message {
        self.travel(delivery.message(), attempts, Some(first_time), to, [])
    }

    /// The same message for the dead letters of `queue`. Its history stays as it is: what it died of now is told beside it,
    /// and becomes part of the history when it is replayed.
    pub(crate) fn dead(&self, delivery: &Delivery, death: &Death, now: Timestamp, queue: &str) -> Message {
        self.buried(delivery.message(), death, now, queue)
    }

    /// The same message, or one with another body, for the queue that it died of: as if it had never been tried.
    pub(crate) fn replayed(&self, mut message: Message, body: Option<Vec<u8>>, now: Timestamp, queue: &str) -> Message {
        let edited = body.is_some();
        if let Some(body) = body {
            message.body = body;
        }
        let mut letter = self.clone();
        if let Some(Death { reason, attempts, error, .. }) = letter.death.take() {
            letter.history.push(Past::Died { time: self.died, reason, attempts, error });
        }
        letter.history.push(Past::Replayed { time: now, edited });
        letter.travel(message, 0, None, queue, [])
    }

    pub(super) fn buried(&self, message: Message, death: &Death, now: Timestamp, queue: &str) -> Message {
        let Death { reason, attempts, error, code, pointer } = death;
        let dead = Queue::new(queue).dead_letter_name();
        let optional = |name, value: &Option<String>, limit| Some(text(name, on_one_line(value.as_deref()?, limit)));
        let about = [
            Some(text(names::DEAD_REASON, reason.as_str())),
            Some(text(names::DEAD_TIME, now.to_string())),
            Some(text(names::DEAD_QUEUE, queue)),
            optional(names::DEAD_ERROR, error, MAX_ERROR),
            optional(names::DEAD_CODE, code, MAX_CODE),
            optional(names::DEAD_POINTER, pointer, MAX_POINTER),
        ];
        // A message that was never handed to a handler has no first time.
        let first_time = self.first_time.or((*attempts > 0).then_some(now));
        self.travel(message, *attempts, first_time, &dead, about.into_iter().flatten())
    }

    pub(super) fn travel(
        &self,
        mut message: Message,
        attempts: u32,
        first_time: Option<Timestamp>,
        to: &str,
        more: impl IntoIterator<Item = Header>,
    ) -> Message {
        let mut ours = vec![
            (names::ATTEMPTS.into(), HeaderValue::Integer(attempts.into())),
            text(names::EXCHANGE, &*self.exchange),
            text(names::ROUTING_KEY, &*self.routing_key),
        ];
        ours.extend(first_time.map(|time| text(names::FIRST_TIME, time.to_string())));
        ours.extend(self.history.encode().map(|history| text(names::HISTORY, history)));
        ours.extend(more);

        message.exchange = Cow::Borrowed("");
        message.routing_key = Cow::Owned(to.to_owned());
        message.headers.retain(|(name, _)| !names::is_ours(name));
        make_room(&mut message.headers, ours.iter().map(size).sum());
        message.headers.append(&mut ours);
        message
    }
}

fn text(name: &'static str, text: impl Into<String>) -> Header {
    (Cow::Borrowed(name), HeaderValue::Text(text.into()))
}

/// Leaves out the largest headers of others, should the message else be one that nobody can publish.
fn make_room(headers: &mut Vec<Header>, ours: usize) {
    let mut all = ours + headers.iter().map(size).sum::<usize>();
    while all > MAX_HEADERS
        && let Some((largest, bytes)) = headers.iter().map(size).enumerate().max_by_key(|(_, bytes)| *bytes)
    {
        headers.remove(largest);
        all -= bytes;
    }
}

/// What a header takes of the frame.
pub(super) fn size((name, value): &Header) -> usize {
    let value = match value {
        HeaderValue::Text(text) => 4 + text.len(),
        _ => 8,
    };
    2 + name.len() + value
}
