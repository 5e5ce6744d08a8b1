//! One connection.

use std::collections::VecDeque;
use std::io;
use std::sync::atomic::{AtomicI32, Ordering};
use std::sync::{Mutex, PoisonError};

use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;

use super::frames::{self, Prepared};
use super::stop::{Counted, Stops, Verdict};

/// What clients ask before they begin: for TLS, and for GSSAPI.
const ENCRYPTION: [u32; 2] = [80_877_103, 80_877_104];

/// What was sent and is not answered: nothing where the client does not know of it.
type Open = Mutex<VecDeque<Option<Counted>>>;

/// Passes messages on until one side ends, or is cut off.
pub(super) async fn pass(mut near: TcpStream, server: &str, stops: &Stops) -> io::Result<()> {
    let mut far = TcpStream::connect(server).await?;
    near.set_nodelay(true)?;
    far.set_nodelay(true)?;
    loop {
        let (code, bytes) = frames::first(&mut near).await?;
        if ENCRYPTION.contains(&code) {
            near.write_all(b"N").await?;
        } else {
            far.write_all(&bytes).await?;
            break;
        }
    }
    let (open, pid) = (Open::default(), AtomicI32::new(0));
    let (near_reads, near_writes) = near.split();
    let (far_reads, far_writes) = far.split();
    tokio::select! {
        ended = up(near_reads, far_writes, &open, &pid, stops) => ended,
        ended = down(far_reads, near_writes, &open, &pid, stops) => ended,
    }
}

async fn up(
    mut near: impl AsyncRead + Unpin,
    mut far: impl AsyncWrite + Unpin,
    open: &Open,
    pid: &AtomicI32,
    stops: &Stops,
) -> io::Result<()> {
    let mut prepared = Prepared::new();
    loop {
        let request = frames::request(&mut near, &mut prepared).await?;
        if request.is_answered {
            let counted = stops.count(&request.text);
            match stops.before(&counted, pid.load(Ordering::Relaxed)).await {
                Verdict::Pass => {}
                Verdict::Cut => return Ok(()),
                Verdict::Spoil => {
                    lock(open).push_back(None);
                    far.write_all(&frames::failing()).await?;
                }
            }
            lock(open).push_back(Some(counted));
        }
        far.write_all(&request.bytes).await?;
    }
}

async fn down(
    mut far: impl AsyncRead + Unpin,
    mut near: impl AsyncWrite + Unpin,
    open: &Open,
    pid: &AtomicI32,
    stops: &Stops,
) -> io::Result<()> {
    let mut is_begun = false;
    let mut answer = Vec::new();
    loop {
        let frame = match frames::next(&mut far).await {
            Ok(frame) => frame,
            Err(error) => {
                // A server that ends says why, and nothing after that.
                near.write_all(&answer).await?;
                return Err(error);
            }
        };
        if let (b'K', Some(Ok(id))) = (frame[0], frame.get(5..9).map(<[u8; 4]>::try_from)) {
            pid.store(i32::from_be_bytes(id), Ordering::Relaxed);
        }
        let is_ready = frame[0] == b'Z';
        answer.extend(frame);
        if !is_begun {
            // The client has to answer what it is asked before the server is ready for the first time.
            near.write_all(&answer).await?;
            answer.clear();
            is_begun = is_ready;
        } else if is_ready {
            let request = lock(open).pop_front().flatten();
            if let Some(request) = request {
                if stops.after(&request, pid.load(Ordering::Relaxed)).await == Verdict::Cut {
                    return Ok(());
                }
                near.write_all(&answer).await?;
            }
            answer.clear();
        }
    }
}

fn lock(open: &Open) -> std::sync::MutexGuard<'_, VecDeque<Option<Counted>>> {
    open.lock().unwrap_or_else(PoisonError::into_inner)
}
