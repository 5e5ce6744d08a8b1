//! Which version of HTTP a connection speaks.

use std::io;
use std::time::Duration;

use tokio::net::TcpStream;
use tokio::time::{sleep, timeout};

/// How every connection of HTTP/2 begins.
const PREFACE: &[u8; 24] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// How long half a preface is left to itself before it is looked at again.
const PAUSE: Duration = Duration::from_millis(10);

/// Whether it is HTTP/2, known by the first bytes, which stay where they are.
///
/// hyper can find out as well, but waits for these bytes without end: its timer for headers begins after them.
pub(super) async fn is_http2(stream: &TcpStream, limit: Duration) -> io::Result<bool> {
    let look = async {
        let mut begin = [0; PREFACE.len()];
        loop {
            let count = stream.peek(&mut begin).await?;
            if count == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            if begin[..count] != PREFACE[..count] {
                return Ok(false);
            }
            if count == PREFACE.len() {
                return Ok(true);
            }
            sleep(PAUSE).await;
        }
    };
    timeout(limit, look).await.map_err(|_| io::Error::from(io::ErrorKind::TimedOut))?
}
