//! Sending a file, to somebody who reads it and may see it.

use std::error::Error;
use std::net::SocketAddr;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::ConnectInfo;
use axum::http::request::Parts;
use futures_util::stream;
use tokio::sync::mpsc;
use tokio::time::timeout;
use tracing::{error, info};

use super::pages::Pages;
use crate::auth::Identity;
use crate::limit::{Client, Full, Place, Places};
use crate::live::Door;
use crate::problem::Code;
use crate::serve::Line;

/// How many files one client takes at a time, and all of them together. Each holds a page of workouts in memory.
const OF_EACH: usize = 4;
const IN_ALL: usize = 64;

/// How much is given to the connection at once: what it has taken it keeps until the client reads.
const PIECE: usize = 64 * 1_024;

/// How long a client may take for a piece.
const TAKEN_WITHIN: Duration = Duration::from_secs(30);

/// How long it may take for the file.
const AT_MOST: Duration = Duration::from_mins(15);

/// Who takes a file. The place is theirs until the file is with them or cut off.
#[derive(Debug)]
pub(crate) struct Taker {
    /// Without one nobody was asked who this is.
    door: Option<Door>,
    line: Option<Line>,
    _place: Place,
}

/// Why a file ends before its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cut {
    /// The client has gone away.
    Gone,
    /// The client does not read.
    Slow,
    /// It has taken too long.
    Over,
    /// The client may see it no longer.
    Refused(Code),
    /// Something of the person was written meanwhile, so that the rest is not of the moment that the file says.
    Changed,
    /// It cannot be made. The log has the reason.
    Failed,
}

impl Taker {
    /// Whoever sends this request, if they take few enough files.
    pub(crate) fn of(places: &Places, door: Option<Door>, request: &Parts) -> Result<Self, Full> {
        let address = || request.extensions.get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip());
        let viewer = door.as_ref().map(Door::viewer).and_then(Identity::user_id);
        let client = viewer.map_or_else(|| Client::stranger(address()), Client::User);
        let place = places.take(client, OF_EACH, IN_ALL)?;
        Ok(Self { door, line: request.extensions.get::<Line>().cloned(), _place: place })
    }

    async fn check(&self) -> Result<(), Cut> {
        let Some(door) = &self.door else { return Ok(()) };
        door.refuses().await.map_or(Ok(()), |code| Err(Cut::Refused(code)))
    }
}

impl Cut {
    pub(super) fn failed(cause: impl Error + 'static) -> Self {
        error!(error = &cause as &dyn Error, "an export was cut off");
        Self::Failed
    }
}

/// A part of a file.
struct Piece {
    bytes: Bytes,
    is_last: bool,
}

/// A body that is made while it is read. It ends well with the last piece of the file, and only then.
pub(super) fn send(pages: Pages, taker: Taker) -> Body {
    let (pieces, sent) = mpsc::channel(1);
    tokio::spawn(run(pages, taker, pieces));
    Body::from_stream(stream::try_unfold(Some(sent), async |sent| {
        let Some(mut sent) = sent else { return Ok(None) };
        let Piece { bytes, is_last } = sent.recv().await.ok_or(CutOff)?;
        Ok::<_, CutOff>(Some((bytes, (!is_last).then_some(sent))))
    }))
}

/// The client sees that the file ends before its end.
#[derive(Debug, thiserror::Error)]
#[error("the file was cut off")]
struct CutOff;

/// A task of its own: nobody asks for more of a body while the client does not read.
async fn run(mut pages: Pages, taker: Taker, pieces: mpsc::Sender<Piece>) {
    let sent = timeout(AT_MOST, follow(&mut pages, &taker, &pieces)).await;
    match sent.unwrap_or(Err(Cut::Over)) {
        Ok(()) | Err(Cut::Gone | Cut::Failed) => {}
        Err(cut) => {
            info!(reason = ?cut, "an export was cut off");
            // What the client does not read keeps its connection from ending.
            if let (Cut::Slow, Some(line)) = (cut, &taker.line) {
                line.cut();
            }
        }
    }
}

async fn follow(pages: &mut Pages, taker: &Taker, pieces: &mpsc::Sender<Piece>) -> Result<(), Cut> {
    let mut is_last = false;
    while !is_last {
        let mut left: Bytes = pages.next().await?.into();
        is_last = pages.are_over();
        loop {
            let bytes = left.split_to(left.len().min(PIECE));
            let is_last = is_last && left.is_empty();
            taken(pieces.reserve()).await?.map_err(|_| Cut::Gone)?.send(Piece { bytes, is_last });
            if left.is_empty() {
                break;
            }
        }
        if !is_last {
            // The next page is made when this one is taken, and no sooner.
            drop(taken(pieces.reserve()).await?.map_err(|_| Cut::Gone)?);
            taker.check().await?;
        }
    }
    taken(pieces.closed()).await
}

async fn taken<T>(taking: impl Future<Output = T>) -> Result<T, Cut> {
    timeout(TAKEN_WITHIN, taking).await.map_err(|_| Cut::Slow)
}
