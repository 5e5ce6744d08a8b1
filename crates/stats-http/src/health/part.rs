//! What the host adds: parts of the service, and figures.

use std::fmt;
use std::sync::Arc;

/// A part of the service that has to work.
#[derive(Clone)]
pub(crate) struct Part {
    pub(super) name: String,
    pub(super) works: Arc<dyn Fn() -> bool + Send + Sync>,
}

impl Part {
    pub(crate) fn new(name: String, works: impl Fn() -> bool + Send + Sync + 'static) -> Self {
        Self { name, works: Arc::new(works) }
    }
}

impl fmt::Debug for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Part").field(&self.name).finish()
    }
}

/// What an exporter has collected, as text.
#[derive(Clone)]
pub(crate) struct Figures(pub(super) Arc<dyn Fn() -> String + Send + Sync>);

impl Figures {
    pub(crate) fn new(render: impl Fn() -> String + Send + Sync + 'static) -> Self {
        Self(Arc::new(render))
    }
}

impl fmt::Debug for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Figures")
    }
}
