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

    /// What a part of the service gives; when it has ended, by itself or by a panic, it is time for all: a service without it
    /// would go on as if it worked, and whoever watches a service starts it again.
    pub fn ends_with<F: Future>(&self, part: F) -> impl Future<Output = F::Output> + use<F> {
        let end = End(self.clone());
        async move {
            let _end = end;
            part.await
        }
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

/// When this is dropped, it is time.
struct End(Shutdown);

impl Drop for End {
    fn drop(&mut self) {
        self.0.now();
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

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_part_that_ends_or_panics_ends_the_service() {
        let shutdown = Shutdown::by_hand();
        assert_eq!(tokio::spawn(shutdown.ends_with(async { 1 })).await.ok(), Some(1));
        shutdown.wait().await;
        let shutdown = Shutdown::by_hand();
        assert!(tokio::spawn(shutdown.ends_with(async { panic!("what nobody has thought of") })).await.is_err());
        shutdown.wait().await;
    }
}
