//! What is done around every handler.

use std::fmt;
use std::sync::Arc;

use crate::handler::handle::Handling;
use crate::handler::{Context, Ready, Verdict};

/// Something that is done around every handler of a consumer: an async function of the [`Context`] and of what comes
/// [`Next`].
pub trait Around<S>: Send + Sync + 'static {
    /// Does what comes before, runs what comes next or not, and does what comes after.
    fn around(&self, context: Context<S>, next: Next<S>) -> std::pin::Pin<Box<dyn Future<Output = Verdict> + Send>>;
}

impl<S, A, F> Around<S> for A
where
    A: Fn(Context<S>, Next<S>) -> F + Send + Sync + 'static,
    F: Future<Output = Verdict> + Send + 'static,
{
    fn around(&self, context: Context<S>, next: Next<S>) -> Handling {
        Box::pin(self(context, next))
    }
}

/// All of them, outermost first.
pub(crate) type Layers<S> = Arc<[Arc<dyn Around<S>>]>;

/// What is inside: the next [`Around`], or the handler.
#[must_use = "the handler does nothing until `run` is called"]
pub struct Next<S> {
    layers: Layers<S>,
    position: usize,
    ready: Ready<S>,
}

impl<S: Send + Sync + 'static> Next<S> {
    pub(crate) fn new(layers: &Layers<S>, ready: Ready<S>) -> Self {
        Self { layers: Arc::clone(layers), position: 0, ready }
    }

    /// Runs it.
    pub async fn run(self, context: Context<S>) -> Verdict {
        self.start(context).await
    }

    pub(crate) fn start(self, context: Context<S>) -> Handling {
        let Self { layers, position, ready } = self;
        match layers.get(position).map(Arc::clone) {
            Some(layer) => layer.around(context, Self { layers, position: position + 1, ready }),
            None => ready.start(context),
        }
    }
}

impl<S> fmt::Debug for Next<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Next").field(&self.ready).finish()
    }
}
