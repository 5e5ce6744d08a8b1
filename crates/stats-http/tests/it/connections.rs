//! Connections: slow ones, many of them, and the end.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::routing::get;
use stats_http::{Server, router};
use stats_store::StatsStore;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::Notify;
use tokio::time::timeout;

use crate::support::{LIMIT, Reply, Served};

fn app() -> Router {
    router(StatsStore::memory().reader())
}

#[tokio::test]
async fn who_is_slow_with_headers_is_cut_off() {
    let served = Served::by(Server::new().headers_within(Duration::from_millis(300)), app()).await;
    for begun in ["", "GET /healthz HTTP/1.1\r\nHost: x\r\nX-Slow: "] {
        let mut stream = TcpStream::connect(served.address).await.unwrap();
        let began = Instant::now();
        stream.write_all(begun.as_bytes()).await.unwrap();
        let reply = Reply::read(&mut stream).await;
        assert!(matches!(reply.status, 0 | 408), "{reply:?}");
        assert!(began.elapsed() >= Duration::from_millis(250), "{begun}");
    }
    assert_eq!(served.get("/healthz").await.status, 200);
}

#[tokio::test]
async fn a_connection_that_was_used_does_not_stay_for_ever() {
    let served = Served::by(Server::new().headers_within(Duration::from_millis(300)), app()).await;
    let mut stream = TcpStream::connect(served.address).await.unwrap();
    stream.write_all(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
    assert_eq!(Reply::read(&mut stream).await.status, 200);
}

#[tokio::test]
async fn who_comes_when_all_places_are_taken_waits() {
    let served = Served::by(Server::new().connections(1), app()).await;
    let first = TcpStream::connect(served.address).await.unwrap();
    let mut second = TcpStream::connect(served.address).await.unwrap();
    second.write_all(b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").await.unwrap();
    let mut byte = [0];
    assert!(timeout(Duration::from_millis(300), second.read(&mut byte)).await.is_err());
    drop(first);
    assert_eq!(timeout(LIMIT, second.read(&mut byte)).await.unwrap().unwrap(), 1);
}

/// A service with a request under way, and what lets its answer go.
async fn waiting(by: Server) -> (Served, TcpStream, Arc<Notify>) {
    let (begun, go) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let handler = {
        let (begun, go) = (Arc::clone(&begun), Arc::clone(&go));
        async move || {
            begun.notify_one();
            go.notified().await;
            "done"
        }
    };
    let served = Served::by(by, app().route("/wait", get(handler))).await;
    let mut stream = TcpStream::connect(served.address).await.unwrap();
    stream.write_all(b"GET /wait HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
    begun.notified().await;
    (served, stream, go)
}

#[tokio::test]
async fn a_request_under_way_is_answered_before_the_end() {
    let (mut served, mut stream, go) = waiting(Server::new()).await;
    let mut idle = TcpStream::connect(served.address).await.unwrap();
    idle.write_all(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
    assert!(timeout(LIMIT, idle.read(&mut [0; 4_096])).await.unwrap().unwrap() > 0);
    served.end();
    assert_eq!(timeout(LIMIT, idle.read(&mut [0])).await.unwrap().unwrap(), 0);
    assert!(!served.task.as_ref().unwrap().is_finished());
    go.notify_one();
    assert_eq!(Reply::read(&mut stream).await.text(), "done");
    timeout(LIMIT, served.task.take().unwrap()).await.unwrap().unwrap().unwrap();
    assert!(TcpStream::connect(served.address).await.is_err());
}

#[tokio::test]
async fn what_does_not_end_in_time_is_cut_off() {
    let (mut served, mut stream, _go) = waiting(Server::new().end_within(Duration::from_millis(200))).await;
    served.end();
    assert_eq!(Reply::read(&mut stream).await.status, 0);
    timeout(LIMIT, served.task.take().unwrap()).await.unwrap().unwrap().unwrap();
}

/// A service with an answer of 4 MB, which is more than the buffers of the system hold.
async fn large(by: Server) -> Served {
    let handler = async || vec![b'x'; LARGE];
    Served::by(by, app().route("/large", get(handler))).await
}

const LARGE: usize = 4 * 1024 * 1024;

#[tokio::test]
async fn who_reads_slowly_is_given_everything() {
    let within = Duration::from_millis(300);
    let served = large(Server::new().headers_within(within).taken_within(within)).await;
    let mut stream = TcpStream::connect(served.address).await.unwrap();
    stream.write_all(b"GET /large HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").await.unwrap();
    let (began, mut read, mut buffer) = (Instant::now(), 0, vec![0; LARGE / 64]);
    // Longer than a client may take for anything, and never as long at a time.
    loop {
        let count = timeout(LIMIT, stream.read(&mut buffer)).await.unwrap().unwrap();
        read += count;
        if count == 0 {
            break;
        }
        if began.elapsed() < 4 * within {
            tokio::time::sleep(within / 6).await;
        }
    }
    assert!(read > LARGE, "{read} bytes");
    assert!(began.elapsed() >= 4 * within);
}

#[tokio::test]
async fn who_does_not_read_at_all_is_cut_off() {
    let served = large(Server::new().taken_within(Duration::from_millis(300)).connections(1)).await;
    let mut stream = TcpStream::connect(served.address).await.unwrap();
    stream.write_all(b"GET /large HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
    // There is one place, and it is free again.
    assert_eq!(served.get("/healthz").await.status, 200);
    let mut rest = Vec::new();
    let _ = timeout(LIMIT, stream.read_to_end(&mut rest)).await.unwrap();
    assert!(rest.len() < LARGE, "{} bytes", rest.len());
}

/// A connection of HTTP/2 on which so much may be sent of each answer, and a request for this path.
async fn http2(served: &Served, window: u32, path: &str) -> TcpStream {
    let mut bytes = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_vec();
    // Settings: the window of each stream.
    bytes.extend([0, 0, 6, 4, 0, 0, 0, 0, 0, 0, 4]);
    bytes.extend(window.to_be_bytes());
    bytes.extend(headers(1, path));
    let mut stream = TcpStream::connect(served.address).await.unwrap();
    stream.write_all(&bytes).await.unwrap();
    stream
}

/// A frame that asks for this path, without a body.
fn headers(stream: u8, path: &str) -> Vec<u8> {
    // GET, http, and as literals the path and the authority.
    let mut block = vec![0x82, 0x86, 0x04, u8::try_from(path.len()).unwrap()];
    block.extend(path.as_bytes());
    block.extend([0x01, 1, b'x']);
    let length = u8::try_from(block.len()).unwrap();
    [vec![0, 0, length, 1, 5, 0, 0, 0, stream], block].concat()
}

#[tokio::test]
async fn an_answer_of_http2_that_nobody_takes_is_cut_off() {
    let within = Duration::from_millis(300);
    let served = large(Server::new().taken_within(within).connections(1)).await;
    // Nothing of it, a part of it, and all of a short one.
    for (window, path) in [(0, "/large"), (70_000, "/large"), (0, "/healthz"), (1, "/healthz")] {
        let mut stream = http2(&served, window, path).await;
        // It goes on asking for what it takes, so that the connection is never idle.
        let busy = async {
            let mut buffer = vec![0; 100_000];
            let mut next = 3;
            loop {
                match timeout(within / 3, stream.read(&mut buffer)).await {
                    Ok(Ok(0) | Err(_)) => break,
                    Err(_) if path == "/large" && next < 250 => {
                        let _ = stream.write_all(&headers(next, "/nothing")).await;
                        next += 2;
                    }
                    Ok(Ok(_)) | Err(_) => {}
                }
            }
        };
        // Sooner than the pings of the service, which this client does not answer, would end it.
        timeout(Duration::from_secs(18), busy)
            .await
            .unwrap_or_else(|_| panic!("{path} with {window}: it is still open"));
    }
    assert_eq!(served.get("/healthz").await.status, 200);
}

#[tokio::test]
async fn who_takes_an_answer_of_http2_bit_by_bit_is_given_everything() {
    let within = Duration::from_millis(300);
    let served = large(Server::new().taken_within(within)).await;
    let mut stream = http2(&served, 65_535, "/large").await;
    let (began, mut body, mut bytes) = (Instant::now(), 0, Vec::new());
    while body < LARGE {
        let mut buffer = vec![0; 1_000_000];
        let count = timeout(LIMIT, stream.read(&mut buffer)).await.unwrap().unwrap();
        assert!(count > 0, "cut off after {body} bytes");
        bytes.extend(&buffer[..count]);
        let mut taken = 0_u32;
        while let Some(&[a, b, c, kind, ..]) = bytes.get(..9) {
            let length = u32::from_be_bytes([0, a, b, c]);
            let whole = 9 + usize::try_from(length).unwrap();
            if bytes.len() < whole {
                break;
            }
            taken += if kind == 0 { length } else { 0 };
            bytes.drain(..whole);
        }
        if taken > 0 {
            body += usize::try_from(taken).unwrap();
            if began.elapsed() < 4 * within {
                tokio::time::sleep(within / 3).await;
            }
            // More of the connection, and of the stream.
            for id in [0, 1] {
                let update = [&[0, 0, 4, 8, 0, 0, 0, 0, id], &taken.to_be_bytes()[..]].concat();
                stream.write_all(&update).await.unwrap();
            }
        }
    }
    assert!(began.elapsed() >= 4 * within);
}
