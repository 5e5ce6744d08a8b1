//! A client that listens, as a browser would.

use std::net::SocketAddr;

use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;
use workout_events::UserId;

use crate::support::{LIMIT, Served};

/// An event of a stream.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Event {
    pub(super) name: String,
    pub(super) id: String,
    pub(super) data: Value,
}

pub(super) struct Listening {
    pub(super) stream: TcpStream,
    pub(super) head: String,
    /// What has come, without the frames of the transport.
    text: String,
    raw: Vec<u8>,
}

impl Listening {
    /// `headers` are whole lines.
    pub(super) async fn to(served: &Served, user: UserId, headers: &str) -> Self {
        Self::at(served.address, &format!("/v1/users/{user}/live"), headers).await
    }

    pub(super) async fn at(address: SocketAddr, path: &str, headers: &str) -> Self {
        Self::over(TcpStream::connect(address).await.unwrap(), path, headers).await
    }

    pub(super) async fn over(mut stream: TcpStream, path: &str, headers: &str) -> Self {
        let request = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n{headers}\r\n");
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut raw = Vec::new();
        let end = loop {
            if let Some(end) = raw.windows(4).position(|four| four == b"\r\n\r\n") {
                break end;
            }
            assert!(timeout(LIMIT, stream.read_buf(&mut raw)).await.unwrap().unwrap() > 0, "no answer");
        };
        let rest = raw.split_off(end + 4);
        let head = String::from_utf8(raw).unwrap();
        Self { stream, head, text: String::new(), raw: rest }
    }

    /// After having been told everything until this event.
    pub(super) async fn after(served: &Served, user: UserId, last: &str) -> Self {
        Self::to(served, user, &format!("Last-Event-ID: {last}\r\n")).await
    }

    /// The next event; nothing when the stream has ended.
    pub(super) async fn next(&mut self) -> Option<Event> {
        loop {
            while let Some(end) = self.text.find("\n\n") {
                let event = read(&self.text[..end]);
                self.text.drain(..end + 2);
                if event.is_some() {
                    return event;
                }
            }
            if !self.more().await {
                return None;
            }
        }
    }

    /// The events up to the one of this name, which is the last.
    pub(super) async fn until(&mut self, name: &str) -> Vec<Event> {
        let mut events = Vec::new();
        loop {
            let event = self.next().await.unwrap_or_else(|| panic!("the stream ended after {events:?}"));
            events.push(event);
            if events.last().is_some_and(|event| event.name == name) {
                return events;
            }
        }
    }

    /// The text of the stream up to this one.
    pub(super) async fn text_until(&mut self, wanted: &str) -> String {
        while !self.text.contains(wanted) {
            assert!(self.more().await, "the stream ended: {}", self.text);
        }
        self.text.clone()
    }

    /// Reads on; says whether the stream goes on.
    async fn more(&mut self) -> bool {
        loop {
            if let Some(end) = self.raw.windows(2).position(|two| two == b"\r\n") {
                let length = usize::from_str_radix(std::str::from_utf8(&self.raw[..end]).unwrap(), 16).unwrap();
                if self.raw.len() >= end + 4 + length {
                    self.text.push_str(std::str::from_utf8(&self.raw[end + 2..end + 2 + length]).unwrap());
                    self.raw.drain(..end + 4 + length);
                    return length > 0;
                }
            }
            match timeout(LIMIT, self.stream.read_buf(&mut self.raw)).await.expect("something comes") {
                Ok(0) | Err(_) => return false,
                Ok(_) => {}
            }
        }
    }
}

fn read(block: &str) -> Option<Event> {
    let field =
        |name: &str| block.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": ")).map(str::to_owned);
    let (name, data) = (field("event")?, field("data")?);
    Some(Event { name, id: field("id").unwrap_or_default(), data: serde_json::from_str(&data).unwrap() })
}

/// The names of events.
pub(super) fn names(events: &[Event]) -> Vec<&str> {
    events.iter().map(|event| event.name.as_str()).collect()
}
