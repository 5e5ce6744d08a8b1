//! Opening a stream.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::header::{self, HeaderMap, HeaderName};
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use stats_store::StatsReader;
use tokio::sync::mpsc;
use workout_events::UserId;
use workout_events::jiff::Timestamp;

use super::door::Door;
use super::frame::Frames;
use super::hub::Live;
use super::mark::{Place, Unknown};
use super::stream::Stream;
use crate::auth::Identity;
use crate::limit::Client;
use crate::operation::{Operation, Person, stream};
use crate::problem::{Code, Problem};
use crate::serve::Line;

const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");

/// Proxies that would rather have a whole answer are asked not to wait for it.
const ACCEL_BUFFERING: HeaderName = HeaderName::from_static("x-accel-buffering");

/// Who wants to listen to what.
#[derive(Debug)]
pub(crate) struct Listener {
    pub(crate) reader: Arc<dyn StatsReader>,
    pub(crate) user: UserId,
    pub(crate) now: fn() -> Timestamp,
    /// Without one nobody was asked who this is.
    pub(crate) door: Option<Door>,
}

pub(crate) fn operations() -> Vec<Operation> {
    let summary = "What happens from now on, as it happens, and with `Last-Event-ID` what has happened since then.";
    vec![stream("/v1/users/{user_id}/live", "live", summary, open).may(&[Code::TooManyStreams, Code::NoPlace])]
}

async fn open(person: Person, request: Parts) -> Result<Response, Problem> {
    let Person { shared, viewer, user, .. } = person;
    let door = Door::new(shared.clone(), request.clone(), viewer, user);
    let listener = Listener { reader: Arc::clone(&shared.reader), user, now: shared.settings.now, door: Some(door) };
    shared.live.open(listener, &request)
}

impl Live {
    /// A stream for this listener, if there is a place.
    pub(crate) fn open(&self, listener: Listener, request: &Parts) -> Result<Response, Problem> {
        let ended = self.hub.ended();
        if *ended.borrow() {
            return Err(Code::NoPlace.into());
        }
        let address = || request.extensions.get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip());
        let viewer = listener.door.as_ref().map(Door::viewer).and_then(Identity::user_id);
        let client = viewer.map_or_else(|| Client::stranger(address()), Client::User);
        let place = self.hub.places.take(client, self.limits.per_client, self.limits.in_all)?;
        // Nobody waits for more than one: what a slow client has not read is not yet made.
        let (frames, sent) = mpsc::channel(1);
        let stream = Stream {
            limits: self.limits,
            waiting: self.hub.people.wait_for(listener.user),
            everybody: self.hub.everybody(),
            session: listener.door.as_ref().and_then(Door::token).map(|token| self.hub.session(token)),
            hub: Arc::clone(&self.hub),
            last: last_event_id(&request.headers),
            line: request.extensions.get::<Line>().cloned(),
            listener,
            ended,
            frames,
            place,
            is_failing: false,
        };
        tokio::spawn(stream.run());
        let headers =
            [(header::CONTENT_TYPE, "text/event-stream"), (header::CACHE_CONTROL, "no-store"), (ACCEL_BUFFERING, "no")];
        Ok((headers, Body::new(Frames(sent))).into_response())
    }
}

/// Where the client says that it was, if it does. What it says that is none of ours is not the beginning either.
fn last_event_id(headers: &HeaderMap) -> Option<Result<Place, Unknown>> {
    let said = headers.get(LAST_EVENT_ID)?;
    // A browser that has never had an id says nothing at all.
    Some(said.to_str().map_err(|_| Unknown).and_then(str::parse))
}
