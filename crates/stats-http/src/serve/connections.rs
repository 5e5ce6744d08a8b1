//! The connections that are open.

use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use hyper::Request;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::TcpStream;
use tokio::sync::{OwnedSemaphorePermit, watch};
use tokio::task::JoinSet;
use tokio::time::timeout;
use tower::ServiceExt;
use tracing::{debug, warn};

use super::Server;
use super::line::Line;
use super::patient::Patient;
use super::streams::Streams;
use super::version::is_http2;

/// What serves a connection, and what ends all of them.
pub(super) struct Connections {
    builder: Builder<TokioExecutor>,
    router: Router,
    graceful: GracefulShutdown,
    /// What ends without having been asked to ends with this.
    tasks: JoinSet<()>,
    /// Changes when no more requests are to begin.
    ending: watch::Sender<()>,
    headers_within: Duration,
    taken_within: Duration,
    end_within: Duration,
}

/// HTTP/2 has no timer for headers; a connection that does not answer a ping is gone.
const PING_EVERY: Duration = Duration::from_secs(20);

/// How many requests are under way at a time on a connection of HTTP/2.
const STREAMS: u32 = 100;

impl Connections {
    pub(super) fn new(server: &Server, router: Router) -> Self {
        let mut builder = Builder::new(TokioExecutor::new());
        builder.http1().timer(TokioTimer::new()).header_read_timeout(server.headers_within).max_buf_size(64 * 1024);
        builder
            .http2()
            .timer(TokioTimer::new())
            .keep_alive_interval(PING_EVERY)
            .keep_alive_timeout(server.headers_within)
            .max_concurrent_streams(STREAMS)
            .max_header_list_size(64 * 1024);
        Self {
            builder,
            router,
            graceful: GracefulShutdown::new(),
            tasks: JoinSet::new(),
            ending: watch::Sender::new(()),
            headers_within: server.headers_within,
            taken_within: server.taken_within,
            end_within: server.end_within,
        }
    }

    /// In a task of its own, which holds `place` as long as the connection is open.
    pub(super) fn serve(&mut self, stream: TcpStream, from: SocketAddr, place: OwnedSemaphorePermit) {
        // Answers are written as a whole, so there is nothing to wait for.
        let _ = stream.set_nodelay(true);
        let router = self.router.clone();
        let line = Line::new(self.ending.subscribe());
        let of_each = line.clone();
        let answer = move |mut request: Request<Incoming>| {
            request.extensions_mut().insert(ConnectInfo(from));
            request.extensions_mut().insert(of_each.clone());
            router.clone().oneshot(request.map(Body::new))
        };
        let (builder, headers_within, taken_within) = (self.builder.clone(), self.headers_within, self.taken_within);
        let mut ending = self.ending.subscribe();
        let watcher = self.graceful.watcher();
        while self.tasks.try_join_next().is_some() {}
        self.tasks.spawn(async move {
            let is_http2 = tokio::select! {
                is_http2 = is_http2(&stream, headers_within) => is_http2,
                _ = ending.changed() => return,
            };
            let Ok(is_http2) = is_http2 else { return };
            let stream = TokioIo::new(Patient::new(stream, taken_within));
            let ended = if is_http2 {
                let streams = Streams::new();
                let service = {
                    let streams = streams.clone();
                    service_fn(move |request| {
                        let (stream, answer) = (streams.begin(), answer(request));
                        async move { answer.await.map(|answer| answer.map(|body| stream.answer(body))) }
                    })
                };
                let builder = builder.http2_only();
                let connection = watcher.watch(builder.serve_connection(stream, service));
                // What is cut off is no error of the connection, here and below.
                tokio::select! {
                    ended = connection => ended,
                    () = streams.wait(taken_within) => Ok(()),
                    () = line.is_cut() => Ok(()),
                }
            } else {
                let builder = builder.http1_only();
                let connection = watcher.watch(builder.serve_connection_with_upgrades(stream, service_fn(answer)));
                tokio::select! {
                    ended = connection => ended,
                    () = line.is_cut() => Ok(()),
                }
            };
            if let Err(error) = ended {
                debug!(error = &*error, "a connection ended with an error");
            }
            drop(place);
        });
    }

    /// Idle connections end at once, others after the request that is under way, and all of them in time.
    pub(super) async fn end(self) {
        let Self { graceful, mut tasks, ending, end_within, .. } = self;
        drop(ending);
        if timeout(end_within, graceful.shutdown()).await.is_err() {
            warn!("requests were still open after {end_within:?}");
            tasks.shutdown().await;
        }
    }
}
