//! From a message to what the consumer makes of it.

use std::any::Any;
use std::collections::BTreeSet;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};

use workout_broker::Delivery;
use workout_events::jiff::Timestamp;
use workout_events::{DecodeError, Decoder, Event, EventType, Violation};

use crate::letter::{Death, Letter, Reason, error_chain};

/// What a message is made into, and when its event was said.
pub(crate) type Read<O> = Result<(O, Timestamp), Unread>;

/// Why a message is not handled.
#[derive(Debug)]
pub(crate) enum Unread {
    /// It is no event of the types that this consumer knows, or none at all.
    Refused(DecodeError),
    /// What brings it up to date, or makes an item of it, panicked.
    Panicked(String),
    /// Nobody reads anything.
    Nobody,
}

/// The types of event that a consumer knows, each with what it makes of them.
pub(crate) struct Readers<O>(Vec<Reader<O>>);

struct Reader<O> {
    event_type: &'static str,
    read: Box<Decode<O>>,
}

type Decode<O> = dyn Fn(&Decoder, &[u8]) -> Decoded<O> + Send + Sync;

type Decoded<O> = Result<(O, Timestamp), DecodeError>;

impl<O> Readers<O> {
    pub(crate) fn new() -> Self {
        Self(Vec::new())
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether two of them are for one type, so that one would never get anything.
    pub(crate) fn has_twins(&self) -> bool {
        let types: BTreeSet<_> = self.0.iter().map(|reader| reader.event_type).collect();
        types.len() < self.0.len()
    }

    pub(crate) fn push<T: EventType>(&mut self, make: impl Fn(Event<T>) -> O + Send + Sync + 'static) {
        let read = move |decoder: &Decoder, body: &[u8]| -> Decoded<O> {
            let event = decoder.decode::<T>(body)?;
            let time = event.time();
            Ok((make(event), time))
        };
        self.0.push(Reader { event_type: T::TYPE, read: Box::new(read) });
    }

    /// Reads a message by the reader of its type.
    ///
    /// The properties only say whom to ask first. The body decides, because nobody checks the properties.
    pub(crate) fn read(&self, decoder: &Decoder, delivery: &Delivery) -> Read<O> {
        let named = delivery.kind().filter(|kind| !kind.is_empty()).unwrap_or(delivery.routing_key());
        let likely = |reader: &&Reader<O>| reader.event_type == named;
        let others = self.0.iter().filter(|reader| !likely(reader));
        let mut refused = Unread::Nobody;
        for reader in self.0.iter().filter(likely).chain(others) {
            // What a panic leaves behind is dropped, and nobody looks at it again.
            let read = catch_unwind(AssertUnwindSafe(|| (reader.read)(decoder, delivery.body())));
            match read {
                Ok(Err(error @ DecodeError::UnknownType(_))) => refused = Unread::Refused(error),
                Ok(read) => return read.map_err(Unread::Refused),
                Err(panic) => return Err(Unread::Panicked(panic_text(&*panic))),
            }
        }
        Err(refused)
    }
}

impl Unread {
    /// Whether it is an event of a type that this consumer does not handle.
    pub(crate) fn is_of_another_type(&self) -> bool {
        matches!(self, Self::Refused(DecodeError::UnknownType(_)))
    }

    /// What becomes of the message: it is parked when a newer program may know it.
    pub(crate) fn death(&self, letter: &Letter) -> Death {
        let attempts = letter.attempts;
        match self {
            Self::Refused(error) => {
                let reason = match error {
                    DecodeError::UnknownType(_) | DecodeError::UnknownVersion(_) => Reason::Parked,
                    _ => Reason::Quarantined,
                };
                let Violation { code, pointer, .. } = error.violations().first();
                Death {
                    error: Some(error_chain(error)),
                    code: Some(code.as_str().to_owned()),
                    pointer: Some(pointer.clone()),
                    ..Death::of(reason, attempts)
                }
            }
            Self::Panicked(text) => {
                let error = Some(format!("reading it panicked: {text}"));
                Death { error, ..Death::of(Reason::Quarantined, attempts) }
            }
            Self::Nobody => Death::of(Reason::Parked, attempts),
        }
    }
}

/// What a panic said.
pub(crate) fn panic_text(panic: &(dyn Any + Send)) -> String {
    let said = panic.downcast_ref::<&str>().copied();
    said.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("without a word").to_owned()
}

impl<O> fmt::Debug for Readers<O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.iter().map(|reader| reader.event_type)).finish()
    }
}
