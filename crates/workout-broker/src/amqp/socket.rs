//! The bytes between us and the broker.
//!
//! lapin would open the connection itself. It is given one of ours instead: for what happens before AMQP is spoken then
//! has errors of our own, TLS needs a dozen crates and not sixty, and a handshake that is given up ends.

use std::future;
use std::io::{self, IoSlice};
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::{Mutex, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::{Duration, Instant};

use async_rs::traits::Reactor;
use async_rs::util::RuntimeParts;
use async_rs::{Runtime, Tokio};
use futures_core::Stream;
use futures_io::{AsyncRead, AsyncWrite};
use lapin::tcp::AsyncTcpStream;
use lapin::uri::AMQPUri;
use lapin::{Connection, ConnectionProperties};
use tokio::io::{AsyncRead as Read, AsyncWrite as Write, ReadBuf};
use tokio::sync::oneshot;

/// Plain or within TLS.
pub(super) trait Bytes: Read + Write + Send + Unpin {}
impl<B: Read + Write + Send + Unpin> Bytes for B {}

/// Speaks AMQP over these bytes until the broker knows who we are.
///
/// When the future is dropped the bytes end. lapin alone would leave a thread behind that waits for the broker's answer
/// without end: one for each attempt to connect to a broker that hangs.
pub(super) async fn handshake(
    bytes: Box<dyn Bytes>,
    uri: AMQPUri,
    properties: ConnectionProperties,
) -> lapin::Result<Connection> {
    let (held, given_up) = oneshot::channel();
    let once = Mutex::new(Some(Socket { bytes, given_up: Some(given_up) }));
    let take = async move |_, _| {
        let socket = once.lock().unwrap_or_else(PoisonError::into_inner).take();
        // lapin's own recovery is off, so it asks once.
        socket.map(AsyncTcpStream::Plain).ok_or_else(|| io::Error::from(io::ErrorKind::NotConnected).into())
    };
    let tokio = Tokio::current();
    let runtime = Runtime::new(RuntimeParts::new(tokio.clone(), Sockets(tokio)));
    let connection = Connection::connector(uri, runtime, take, properties).await?;
    // That lapin has ended meanwhile is noticed by who uses the connection.
    let _ = held.send(());
    Ok(connection)
}

/// What lapin reads from and writes to.
struct Socket {
    bytes: Box<dyn Bytes>,
    /// Until the handshake is done. Its other end is dropped when nobody waits for that any more.
    given_up: Option<oneshot::Receiver<()>>,
}

impl Socket {
    fn poll_given_up(&mut self, context: &mut Context<'_>) -> io::Result<()> {
        let Some(given_up) = &mut self.given_up else {
            return Ok(());
        };
        match Pin::new(given_up).poll(context) {
            Poll::Pending => Ok(()),
            Poll::Ready(Ok(())) => {
                self.given_up = None;
                Ok(())
            }
            Poll::Ready(Err(_)) => Err(io::ErrorKind::ConnectionAborted.into()),
        }
    }
}

/// Leaves it to the reader to notice that the other side has gone. What it said before that is still to be read, and is a
/// better reason than that a write has failed: why it does not accept our certificate, for instance.
fn unless_gone<T>(written: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
    match written {
        Poll::Ready(Err(error))
            if matches!(error.kind(), io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe) =>
        {
            Poll::Pending
        }
        written => written,
    }
}

impl AsyncRead for Socket {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, into: &mut [u8]) -> Poll<io::Result<usize>> {
        self.poll_given_up(context)?;
        let mut buffer = ReadBuf::new(into);
        ready!(Pin::new(&mut self.bytes).poll_read(context, &mut buffer))?;
        Poll::Ready(Ok(buffer.filled().len()))
    }
}

impl AsyncWrite for Socket {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, from: &[u8]) -> Poll<io::Result<usize>> {
        unless_gone(Pin::new(&mut self.bytes).poll_write(context, from))
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        from: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        unless_gone(Pin::new(&mut self.bytes).poll_write_vectored(context, from))
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        unless_gone(Pin::new(&mut self.bytes).poll_flush(context))
    }

    fn poll_close(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.bytes).poll_shutdown(context)
    }
}

/// Tokio's reactor, but for the type of its sockets.
#[derive(Clone, Debug)]
struct Sockets(Tokio);

impl Reactor for Sockets {
    type TcpStream = Socket;
    type Sleep = <Tokio as Reactor>::Sleep;

    fn register<H: Send + 'static>(&self, _: H) -> io::Result<impl AsyncRead + AsyncWrite + Send + Unpin + 'static> {
        Err::<Socket, _>(io::ErrorKind::Unsupported.into())
    }

    fn sleep(&self, duration: Duration) -> Self::Sleep {
        self.0.sleep(duration)
    }

    fn interval(&self, duration: Duration) -> impl Stream<Item = Instant> + Send + 'static {
        self.0.interval(duration)
    }

    /// lapin has no reason to: it was given a socket.
    fn tcp_connect_addr(&self, _: SocketAddr) -> impl Future<Output = io::Result<Self::TcpStream>> + Send + 'static {
        future::ready(Err(io::ErrorKind::Unsupported.into()))
    }
}
