//! Events as they are sent.

use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::Bytes;
use hyper::body::{Body, Frame};
use tokio::sync::mpsc;

use super::figures;
use super::mark::Place;
use super::news::News;

/// A line that says nothing.
pub(super) const KEEP_ALIVE: &str = ":\n\n";

/// An event. JSON has no line breaks but those that it spells, so its data is one line.
pub(super) fn event(news: &News, place: Option<Place>) -> String {
    let (name, data) = (news.name(), serde_json::to_string(news).unwrap_or_default());
    figures::told(name);
    let id = place.map(|place| format!("id: {place}\n")).unwrap_or_default();
    format!("event: {name}\n{id}data: {data}\n\n")
}

/// After how many milliseconds a client comes back.
pub(super) fn retry(after_ms: u64) -> String {
    format!("retry: {after_ms}\n\n")
}

/// The body of an answer that goes on.
pub(super) struct Frames(pub(super) mpsc::Receiver<Bytes>);

impl Body for Frames {
    type Data = Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        self.0.poll_recv(context).map(|bytes| bytes.map(|bytes| Ok(Frame::data(bytes))))
    }
}
