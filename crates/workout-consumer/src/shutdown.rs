//! The signal to end, which may be asked for again after it has come.

use std::pin::Pin;

/// A future that stays ready once it has been.
pub(crate) struct Shutdown<'f> {
    signal: Pin<&'f mut (dyn Future<Output = ()> + Send)>,
    came: bool,
}

impl<'f> Shutdown<'f> {
    pub(crate) fn new(signal: Pin<&'f mut (dyn Future<Output = ()> + Send)>) -> Self {
        Self { signal, came: false }
    }

    /// Cancel safe.
    pub(crate) async fn wait(&mut self) {
        if !self.came {
            self.signal.as_mut().await;
            self.came = true;
        }
    }
}
