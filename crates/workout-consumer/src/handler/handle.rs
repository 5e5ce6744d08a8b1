//! Handlers of one type of event each.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;

use workout_events::{Event, EventType};

use crate::handler::{About, Context, IntoVerdict, Verdict};

/// A handler at work.
pub(crate) type Handling = Pin<Box<dyn Future<Output = Verdict> + Send>>;

/// What handles events of type `T`: an async function of the event, or of the event and its [`Context`].
///
/// `M` only tells the two apart; it is never written.
pub trait Handler<T, S, M>: Send + Sync + 'static {
    /// Starts handling an event.
    fn handle(&self, event: Event<T>, context: Context<S>) -> Pin<Box<dyn Future<Output = Verdict> + Send>>;
}

impl<T, S, H, F> Handler<T, S, (Event<T>,)> for H
where
    H: Fn(Event<T>) -> F + Send + Sync + 'static,
    F: Future<Output: IntoVerdict> + Send + 'static,
{
    fn handle(&self, event: Event<T>, _: Context<S>) -> Handling {
        let handling = self(event);
        Box::pin(async move { handling.await.into_verdict() })
    }
}

impl<T, S, H, F> Handler<T, S, (Event<T>, Context<S>)> for H
where
    H: Fn(Event<T>, Context<S>) -> F + Send + Sync + 'static,
    F: Future<Output: IntoVerdict> + Send + 'static,
{
    fn handle(&self, event: Event<T>, context: Context<S>) -> Handling {
        let handling = self(event, context);
        Box::pin(async move { handling.await.into_verdict() })
    }
}

/// An event that has been read, and the handler of its type.
pub(crate) struct Ready<S> {
    pub(crate) about: Arc<About>,
    start: Box<dyn FnOnce(Context<S>) -> Handling + Send>,
}

impl<S: Send + Sync + 'static> Ready<S> {
    pub(crate) fn new<T, M, H>(event: Event<T>, handler: &Arc<H>) -> Self
    where
        T: EventType,
        H: Handler<T, S, M>,
        M: 'static,
    {
        let about = Arc::new(About::of(&event));
        let handler = Arc::clone(handler);
        Self { about, start: Box::new(move |context| handler.handle(event, context)) }
    }

    pub(crate) fn start(self, context: Context<S>) -> Handling {
        (self.start)(context)
    }
}

impl<S> fmt::Debug for Ready<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Ready").field(&self.about).finish()
    }
}
