//! When to end.

use std::io;

use tokio::sync::watch;

/// Says to whoever asks that it is time to end.
#[derive(Debug, Clone)]
pub struct Shutdown(watch::Sender<bool>);

impl Shutdown {
    /// Says it when told to.
    #[must_use]
    pub fn by_hand() -> Self {
        Self(watch::Sender::new(false))
    }

    /// Says it also on SIGTERM and ctrl-c.
    ///
    /// # Errors
    /// When the system does not let anybody wait for signals.
    pub fn on_signal() -> io::Result<Self> {
        let this = Self::by_hand();
        let (end, signal) = (this.clone(), signal()?);
        tokio::spawn(async move {
            signal.await;
            end.now();
        });
        Ok(this)
    }

    /// It is time now.
    pub fn now(&self) {
        self.0.send_replace(true);
    }

    /// Until it is time.
    pub fn wait(&self) -> impl Future<Output = ()> + Send + 'static {
        let mut said = self.0.subscribe();
        async move {
            // Without anyone left who could say it, it is time as well.
            let _ = said.wait_for(|said| *said).await;
        }
    }
}

#[cfg(unix)]
fn signal() -> io::Result<impl Future<Output = ()> + Send> {
    use tokio::signal::unix::{SignalKind, signal};
    // Registered here and not in the future: from now on a signal does not just kill.
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}

#[cfg(not(unix))]
#[expect(clippy::unnecessary_wraps, reason = "the other implementation can fail")]
fn signal() -> io::Result<impl Future<Output = ()> + Send> {
    Ok(async {
        let _ = tokio::signal::ctrl_c().await;
    })
}
