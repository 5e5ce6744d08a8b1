//! What a server on this machine consists of: its processes and its temporary folder.

use std::io;
use std::net::{Ipv4Addr, TcpListener};

use tempfile::TempDir;

use crate::servers::process::{Process, START_LIMIT};
use crate::wait;

/// Between asking for free ports and using them someone else may take one.
const ATTEMPTS: usize = 3;

/// Processes and their folder. The order of the fields is the order of the end: the server, its helpers, the files.
#[derive(Debug)]
pub(crate) struct Local {
    pub(crate) server: Process,
    #[expect(dead_code, reason = "held for its `Drop`, which ends them")]
    pub(crate) helpers: Vec<Process>,
    pub(crate) folder: TempDir,
}

impl Local {
    /// Waits until the server answers. It may also end instead, or do neither.
    pub(crate) async fn answers<F, Fut>(&mut self, mut probe: F) -> Result<(), String>
    where
        F: FnMut() -> Fut,
        Fut: Future<Output = bool>,
    {
        let server = &mut self.server;
        let outcome = wait::poll(START_LIMIT, || {
            let ended = server.ended();
            let probe = probe();
            async move { if ended { Some(false) } else { probe.await.then_some(true) } }
        });
        match outcome.await {
            Some(true) => Ok(()),
            Some(false) => Err(format!("{} did not start: {}", self.server.name(), self.server.last_words())),
            None => {
                Err(format!("no answer in {START_LIMIT:?} from {}: {}", self.server.name(), self.server.last_words()))
            }
        }
    }
}

/// Starts a server, with other ports if the first ones turn out to be taken.
pub(crate) async fn start<T, F, Fut>(mut attempt: F) -> Result<T, String>
where
    F: FnMut() -> Fut,
    Fut: Future<Output = Result<T, String>>,
{
    let mut last = String::new();
    for _ in 0..ATTEMPTS {
        match attempt().await {
            Ok(started) => return Ok(started),
            Err(problem) => last = problem,
        }
    }
    Err(last)
}

/// Ports that are free now. They are all held until the last is found, so that they differ.
pub(crate) fn free_ports<const N: usize>() -> io::Result<[u16; N]> {
    let mut ports = [0; N];
    let mut held = Vec::new();
    for port in &mut ports {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        *port = listener.local_addr()?.port();
        held.push(listener);
    }
    Ok(ports)
}
