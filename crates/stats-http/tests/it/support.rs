//! A service on a port of its own, and a client that sends what it is told, byte by byte.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use axum::Router;
use serde_json::Value;
use stats_http::Server;
use stats_store::{Fact, StatsStore};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time::timeout;
use workout_events::jiff::{Timestamp, ToSpan};
use workout_events::{ActivityType, Event, Source, UserId, WorkoutId, WorkoutPerformed, ZoneName};

/// For anything, on a loaded machine.
pub(crate) const LIMIT: Duration = Duration::from_mins(1);

/// A service that runs until this is dropped.
pub(crate) struct Served {
    pub(crate) address: SocketAddr,
    end: Option<oneshot::Sender<()>>,
    pub(crate) task: Option<JoinHandle<std::io::Result<()>>>,
}

impl Served {
    pub(crate) async fn new(router: Router) -> Self {
        Self::by(Server::new(), router).await
    }

    pub(crate) async fn by(server: Server, router: Router) -> Self {
        Self::on(TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap(), server, router)
    }

    pub(crate) fn on(listener: TcpListener, server: Server, router: Router) -> Self {
        let address = listener.local_addr().unwrap();
        let (end, ended) = oneshot::channel::<()>();
        let task = tokio::spawn(server.serve(listener, router, async {
            let _ = ended.await;
        }));
        Self { address, end: Some(end), task: Some(task) }
    }

    pub(crate) fn end(&mut self) {
        drop(self.end.take());
    }

    pub(crate) async fn get(&self, path: &str) -> Reply {
        self.send("GET", path, "", b"").await
    }

    /// `headers` are whole lines.
    pub(crate) async fn send(&self, method: &str, path: &str, headers: &str, body: &[u8]) -> Reply {
        let host = if headers.to_ascii_lowercase().contains("host:") {
            String::new()
        } else {
            format!("Host: {}\r\n", self.address)
        };
        let length = if body.is_empty() { String::new() } else { format!("Content-Length: {}\r\n", body.len()) };
        let head = format!("{method} {path} HTTP/1.1\r\n{host}Connection: close\r\n{length}{headers}\r\n");
        self.raw(&[head.as_bytes(), body].concat()).await
    }

    /// What is answered to these bytes until the connection ends.
    pub(crate) async fn raw(&self, bytes: &[u8]) -> Reply {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        // A service that refuses early may close before it has read everything.
        let _ = stream.write_all(bytes).await;
        Reply::read(&mut stream).await
    }
}

/// An answer.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    head: String,
    pub(crate) body: Vec<u8>,
}

impl Reply {
    pub(crate) async fn read(stream: &mut TcpStream) -> Self {
        let mut bytes = Vec::new();
        let _ = timeout(LIMIT, stream.read_to_end(&mut bytes)).await.expect("the connection ends");
        let end = bytes.windows(4).position(|four| four == b"\r\n\r\n").unwrap_or(bytes.len());
        let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0);
        let body = bytes.get(end + 4..).unwrap_or_default().to_vec();
        let body = if head.contains("transfer-encoding: chunked") { joined(&body) } else { body };
        Self { status, head, body }
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let lines = self.head.lines().filter_map(|line| line.split_once(": "));
        lines.into_iter().find(|(found, _)| found.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("not JSON: {self:?}"))
    }

    /// The status and the code of a problem.
    #[track_caller]
    pub(crate) fn problem(&self) -> (u16, String) {
        assert_eq!(self.header("content-type"), Some("application/problem+json"), "{self:?}");
        let body = self.json();
        assert_eq!(body["status"], self.status);
        (self.status, body["code"].as_str().unwrap().to_owned())
    }
}

/// Chunks as the whole that they are of.
fn joined(mut body: &[u8]) -> Vec<u8> {
    let mut whole = Vec::new();
    while let Some(end) = body.windows(2).position(|two| two == b"\r\n") {
        let length = usize::from_str_radix(std::str::from_utf8(&body[..end]).unwrap(), 16).unwrap();
        if length == 0 {
            break;
        }
        whole.extend(&body[end + 2..end + 2 + length]);
        body = &body[end + 4 + length..];
    }
    whole
}

/// A store with `count` workouts of this person, one on each day from 1 March 2026 on, of 10, 11, 12... minutes.
pub(crate) async fn store(user: UserId, count: u32) -> StatsStore {
    let store = StatsStore::memory();
    let facts: Vec<_> = (0..count).map(|n| performed(user, n)).collect();
    let _ = store.writer().write(&facts).await.unwrap();
    store
}

/// A workout on a day of March 2026.
pub(crate) fn performed(user: UserId, n: u32) -> Fact {
    let started: Timestamp = "2026-03-01T10:00:00Z".parse().unwrap();
    let started = started + (24 * i64::from(n)).hours();
    let ended = started + (10 + i64::from(n)).minutes();
    let activity = if n.is_multiple_of(2) { ActivityType::Running } else { ActivityType::Cycling };
    let times = (started.into(), ended.into());
    let ids = (WorkoutId::generate(), user);
    let performed = WorkoutPerformed::in_zone(ids, Source::new("coach"), activity, times, ZoneName::utc());
    Fact::from(&Event::new("/coach", performed).unwrap())
}
