//! `workout healthy`

use std::io::{Read, Write};
use std::net::TcpListener;
use std::thread;

use crate::command::workout;

/// Answers one request with this head, and nobody after it.
#[track_caller]
fn check(head: &'static str, code: i32, says: &str) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/healthz", listener.local_addr().unwrap());
    let answering = thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let read = stream.read(&mut [0; 1024]).unwrap();
        stream.write_all(head.as_bytes()).unwrap();
        assert!(read > 0);
    });
    let run = workout(["healthy", &url]);
    answering.join().unwrap();
    assert_eq!((run.code, run.stdout.as_str()), (Some(code), ""), "{run:?}");
    assert!(run.stderr.contains(says) && run.stderr.is_empty() == says.is_empty(), "{run:?}");
}

#[test]
fn a_service_is_well_when_it_says_so() {
    check("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok", 0, "");
    check("HTTP/1.1 204 No Content\r\n\r\n", 0, "");
}

#[test]
fn a_service_that_says_anything_else_is_not_well() {
    check("HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\n\r\n", 1, "503");
    check("HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n", 1, "workout: ");
    check("\r\n\r\n", 1, "workout: ");
}

#[test]
fn nobody_there_is_not_well_and_silence_is_not_waited_for() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/healthz", listener.local_addr().unwrap());
    let run = workout(["healthy", "--timeout", "1", &url]);
    assert!(run.code == Some(1) && run.stderr.lines().count() == 1, "{run:?}");
    drop(listener);
    assert_eq!(workout(["healthy", &url]).code, Some(1));
}
