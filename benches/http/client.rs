//! Who asks: connections that stay, and a client that does no more than it has to.

use std::net::SocketAddr;
use std::thread;
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use workout_benches::{Failure, figure};

/// No answer is longer.
const LONGEST: usize = 512 * 1024;

/// What was seen of a service.
pub(crate) struct Seen {
    pub(crate) per_second: f64,
    /// Of a hundred requests, the slowest but one took this.
    pub(crate) p99: Duration,
}

/// Asks for these paths over so many connections, one request at a time on each, from a thread of its own.
pub(crate) async fn ask(address: SocketAddr, paths: Vec<String>, connections: usize) -> Result<Seen, Failure> {
    let (told, seen) = tokio::sync::oneshot::channel();
    thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let seen =
            runtime.map_err(Failure::from).and_then(|runtime| runtime.block_on(all(address, paths, connections)));
        let _ = told.send(seen);
    });
    seen.await?
}

async fn all(address: SocketAddr, paths: Vec<String>, connections: usize) -> Result<Seen, Failure> {
    let mut streams = Vec::new();
    for _ in 0..connections {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        streams.push(stream);
    }
    let count = paths.len();
    let begin = Instant::now();
    let mut asking = JoinSet::new();
    for (at, stream) in streams.into_iter().enumerate() {
        let paths: Vec<_> = paths.iter().skip(at).step_by(connections).cloned().collect();
        asking.spawn(one_after_the_other(address, stream, paths));
    }
    let mut took = Vec::with_capacity(count);
    for asked in asking.join_all().await {
        took.append(&mut asked?);
    }
    let seconds = begin.elapsed().as_secs_f64();
    took.sort_unstable();
    let p99 = took.get(took.len() * 99 / 100).copied().unwrap_or_default();
    Ok(Seen { per_second: figure(count) / seconds, p99 })
}

async fn one_after_the_other(
    address: SocketAddr,
    mut stream: TcpStream,
    paths: Vec<String>,
) -> Result<Vec<Duration>, Failure> {
    let (mut took, mut buffer) = (Vec::with_capacity(paths.len()), vec![0; LONGEST]);
    for path in paths {
        let request = request(address, &path);
        let begin = Instant::now();
        stream.write_all(request.as_bytes()).await?;
        answer(&mut stream, &mut buffer).await?;
        took.push(begin.elapsed());
    }
    Ok(took)
}

/// The body of the answer to this.
pub(crate) async fn body(address: SocketAddr, path: &str) -> Result<String, Failure> {
    let (mut stream, mut buffer) = (TcpStream::connect(address).await?, vec![0; LONGEST]);
    stream.write_all(request(address, path).as_bytes()).await?;
    Ok(std::str::from_utf8(answer(&mut stream, &mut buffer).await?)?.to_owned())
}

fn request(address: SocketAddr, path: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nHost: {address}\r\n\r\n")
}

/// Reads one answer, which fits into the buffer and says how long it is.
async fn answer<'b>(stream: &mut TcpStream, buffer: &'b mut [u8]) -> Result<&'b [u8], Failure> {
    let mut filled = 0;
    loop {
        let count = stream.read(&mut buffer[filled..]).await?;
        if count == 0 {
            return Err("the connection ended".into());
        }
        filled += count;
        let Some(end) = buffer[..filled].windows(4).position(|four| four == b"\r\n\r\n") else { continue };
        let head = std::str::from_utf8(&buffer[..end])?;
        if !head.starts_with("HTTP/1.1 200") {
            return Err(format!("not an answer: {head}").into());
        }
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).ok_or("no length")?;
        let whole = end + 4 + length.parse::<usize>()?;
        if filled >= whole {
            return Ok(&buffer[end + 4..whole]);
        }
    }
}
