//! A dead letter, as it is told.

use std::fmt;

use workout_broker::Delivery;
use workout_events::jiff::Timestamp;
use workout_events::type_of;
use workout_events::uuid::Uuid;

use crate::letter::{Death, Letter, Past, Reason};

/// A message in a dead-letter queue, and what is known of how it got there.
///
/// What its publisher said is a hint, as everywhere: `id` and `event_type` are what its properties call it.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct DeadLetter {
    /// Made from its content, so that it is the same at the next look: how an edit finds its letter. Two copies of a
    /// message that died of the same have the same.
    pub key: Uuid,
    /// The id of the event.
    pub id: Option<String>,
    /// The type of the event; where the properties name none, as the body does.
    pub event_type: Option<String>,
    /// Why it died.
    pub reason: Reason,
    /// When, if anybody noted it: the broker does not, where it moved the message itself.
    pub died: Option<Timestamp>,
    /// What its handler said last, with causes, on one line.
    pub error: Option<String>,
    /// The first rule of the contract that it breaks.
    pub code: Option<String>,
    /// Where it breaks that rule.
    pub pointer: Option<String>,
    /// Attempts that were made in its last life.
    pub attempts: u32,
    /// When the first of them was.
    pub first_time: Option<Timestamp>,
    /// The exchange that it was published to originally.
    pub exchange: String,
    /// The routing key that it had then. Empty where the broker moved the message and does not tell.
    pub routing_key: String,
    /// Its earlier deaths and replays, newest last, up to ten.
    pub history: Vec<Past>,
    body: Vec<u8>,
}

impl DeadLetter {
    pub(super) fn of(delivery: &Delivery, queue: &str) -> Self {
        let Letter { attempts, first_time, exchange, routing_key, history, death, died } = Letter::of(delivery, queue);
        let Death { reason, error, code, pointer, .. } = death.unwrap_or(Death::of(Reason::Unknown, attempts));
        let body = delivery.body().to_vec();
        let said = |text: Option<&str>| text.filter(|text| !text.is_empty()).map(str::to_owned);
        let id = said(delivery.message_id());
        let event_type = said(delivery.kind()).or_else(|| Some(type_of(&body)?.into_owned()));
        let history = history.as_slice().to_vec();
        let key = key(id.as_deref(), died, &body);
        Self {
            key,
            id,
            event_type,
            reason,
            died,
            error,
            code,
            pointer,
            attempts,
            first_time,
            exchange,
            routing_key,
            history,
            body,
        }
    }

    /// The bytes, which may be anything.
    #[must_use]
    pub fn body(&self) -> &[u8] {
        &self.body
    }

    /// Whether another body is that of the same letter, unchanged.
    #[must_use]
    pub fn key_of(id: Option<&str>, died: Option<Timestamp>, body: &[u8]) -> Uuid {
        key(id, died, body)
    }
}

/// Everything that tells two letters apart and does not change.
fn key(id: Option<&str>, died: Option<Timestamp>, body: &[u8]) -> Uuid {
    const LETTERS: Uuid = Uuid::from_u128(0x6b0d_4a52_8f5e_4f0c_9a37_2d1c_55e8_03b1);
    let died = died.map(|died| died.to_string()).unwrap_or_default();
    // No id and no time has a line end in it.
    let all = [id.unwrap_or_default().as_bytes(), b"\n", died.as_bytes(), b"\n", body].concat();
    Uuid::new_v5(&LETTERS, &all)
}

/// Without the body, and without what a handler said of it: both may say something private.
impl fmt::Debug for DeadLetter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DeadLetter")
            .field("key", &self.key)
            .field("id", &self.id)
            .field("event_type", &self.event_type)
            .field("reason", &self.reason)
            .field("died", &self.died)
            .field("attempts", &self.attempts)
            .field("bytes", &self.body.len())
            .finish_non_exhaustive()
    }
}
