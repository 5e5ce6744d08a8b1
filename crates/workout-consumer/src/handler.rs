//! Handlers of one type of event each, and the choice among them.

use std::error::Error;
use std::fmt;
use std::pin::Pin;

use workout_broker::Delivery;
use workout_events::{DecodeError, Decoder, Event, EventType};

/// What a handler's failure is carried in.
pub(crate) type Failure = Box<dyn Error + Send + Sync>;

/// A handler that has been given its event.
pub(crate) type Handling = Pin<Box<dyn Future<Output = Result<(), Failure>> + Send>>;

/// Reads a message and starts handling it.
type Start = Box<dyn Fn(&[u8]) -> Result<Handling, DecodeError> + Send + Sync>;

/// A handler whose type of event has been forgotten.
pub(crate) struct Handler {
    event_type: &'static str,
    start: Start,
}

impl Handler {
    pub(crate) fn new<T, H, F, E>(handle: H) -> Self
    where
        T: EventType,
        H: Fn(Event<T>) -> F + Send + Sync + 'static,
        F: Future<Output = Result<(), E>> + Send + 'static,
        E: Into<Failure>,
    {
        let start = move |body: &[u8]| -> Result<Handling, DecodeError> {
            let handling = handle(Decoder::new().decode::<T>(body)?);
            Ok(Box::pin(async move { handling.await.map_err(Into::into) }))
        };
        Self { event_type: T::TYPE, start: Box::new(start) }
    }
}

impl fmt::Debug for Handler {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Handler").field(&self.event_type).finish()
    }
}

/// Gives the message to the handler of its type.
///
/// The properties only say which handler to ask first. The body decides, because nobody checks the properties.
pub(crate) fn start(handlers: &[Handler], delivery: &Delivery) -> Option<Result<Handling, DecodeError>> {
    let named = delivery.kind().unwrap_or(delivery.routing_key());
    let (likely, others): (Vec<_>, Vec<_>) = handlers.iter().partition(|handler| handler.event_type == named);
    let mut refused = None;
    for handler in likely.into_iter().chain(others) {
        match (handler.start)(delivery.body()) {
            Err(error @ DecodeError::UnknownType(_)) => refused = Some(Err(error)),
            decided => return Some(decided),
        }
    }
    refused
}
