//! What is said to a broker before it has said anything: shown to a socket that is no broker.

use std::time::Duration;

use tokio::io::AsyncReadExt;
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;
use workout_broker::Broker;

const LIMIT: Duration = Duration::from_secs(20);

/// Without the guard a thread and its socket would be left behind for each attempt.
#[tokio::test]
async fn a_handshake_that_is_given_up_ends_its_connection() {
    let (listener, url) = listen("amqp", "127.0.0.1").await;
    let attempt = tokio::spawn(async move { Broker::connect(&url).await });
    let mut bytes = accepted(&listener).await;
    let mut header = [0; 8];
    bytes.read_exact(&mut header).await.unwrap();
    assert_eq!(&header, b"AMQP\x00\x00\x09\x01");

    attempt.abort();
    let mut rest = Vec::new();
    timeout(LIMIT, bytes.read_to_end(&mut rest)).await.unwrap().unwrap();
}

#[cfg(feature = "tls")]
#[tokio::test]
async fn whoever_does_not_speak_tls_is_told_nothing() {
    let (listener, url) = listen("amqps", "localhost").await;
    for answer in ["", "AMQP\x00\x00\x09\x01", "220 smtp.example.org\r\n"] {
        let url = url.clone();
        let attempt = tokio::spawn(async move { Broker::connect(&url).await });
        let mut bytes = accepted(&listener).await;
        let mut heard = vec![0; 5];
        bytes.read_exact(&mut heard).await.unwrap();
        // The record of a handshake, in any version of TLS.
        assert_eq!(heard[..2], [22, 3], "{heard:?}");
        bytes.try_write(answer.as_bytes()).unwrap();
        let (mut read, write) = bytes.into_split();
        drop(write);
        // The end may come as a reset.
        let _ = timeout(LIMIT, read.read_to_end(&mut heard)).await.unwrap();
        let error = timeout(LIMIT, attempt).await.unwrap().unwrap().unwrap_err();
        assert_eq!((error.is_untrusted(), error.is_transient()), (!answer.is_empty(), answer.is_empty()), "{error:?}");
        assert!(!String::from_utf8_lossy(&heard).contains("hunter2"));
    }
}

#[cfg(feature = "tls")]
#[tokio::test]
async fn what_the_link_needs_and_cannot_be_used_is_named() {
    use workout_broker::{Pem, Tls};

    #[track_caller]
    fn check(error: &workout_broker::BrokerError, what: &str) {
        assert!(error.is_invalid() && !error.is_transient() && error.to_string().contains(what), "{error:?}");
    }
    let (_listener, url) = listen("amqps", "localhost").await;
    let text = || Pem::text("hunter2");
    for (tls, what) in [
        (Tls::new().authority(text()), "the certificate of the authority"),
        (Tls::new().authority(Pem::file("/nowhere.pem")), "the certificate of the authority"),
        (Tls::new().identity(text(), text()), "our certificate"),
    ] {
        assert!(!format!("{tls:?}").contains("hunter2"));
        check(&Broker::builder(&url).tls(tls).connect().await.unwrap_err(), what);
    }
    let (_listener, url) = listen("amqp", "127.0.0.1").await;
    check(&Broker::builder(&url).tls(Tls::new()).connect().await.unwrap_err(), "write amqps://");
    let url = url.replace(":hunter2", "");
    check(&Broker::builder(&url).password_file("/nowhere").connect().await.unwrap_err(), "the credentials");
}

async fn listen(scheme: &str, host: &str) -> (TcpListener, String) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let url = format!("{scheme}://user:hunter2@{host}:{}/%2f", listener.local_addr().unwrap().port());
    (listener, url)
}

async fn accepted(listener: &TcpListener) -> TcpStream {
    timeout(LIMIT, listener.accept()).await.unwrap().unwrap().0
}
