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
