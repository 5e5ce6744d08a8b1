//! Many clients who do nothing or listen, beside one who asks.

use std::net::Ipv4Addr;
use std::process::Stdio;
use std::time::{Duration, Instant};

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use stats_http::{Api, Live, Server};
use stats_store::{Fact, StatsStore};
use support::python;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::process::Command;
use tokio::time::timeout;
use workout_events::jiff::{SignedDuration, Zoned};
use workout_events::{ActivityType, Event, Source, UserId, WorkoutId, WorkoutPerformed};

const IDLE: &str = "10000";

/// One for each of them, and some.
const FILES: u64 = 11_500;

/// The other ends are in a process of their own, so that neither needs more files than a system allows by default.
const CROWD: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/it/http/crowd.py");

const LIMIT: Duration = Duration::from_mins(2);

const LISTENING: &str = "500";

#[tokio::test(flavor = "multi_thread")]
async fn ten_thousand_idle_connections_and_five_hundred_streams_do_not_stop_answers() {
    let limit = getrlimit(Resource::Nofile);
    setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, ..limit }).unwrap();
    assert!(limit.maximum.is_none_or(|files| files >= FILES), "this needs {FILES} open files: raise `ulimit -Hn`");

    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    let (store, user) = (StatsStore::memory(), UserId::generate());
    let live = Live::new().per_client(1_000);
    let writer = live.writer(store.writer());
    let router = Api::new(store.reader()).live(live).rate_limit(None).router();
    let server = Server::new().headers_within(Duration::from_mins(10));
    let serving = tokio::spawn(server.serve(listener, router, std::future::pending()));
    let path = format!("/v1/users/{user}/live");
    let mut crowd = Command::new(python::venv(&[]))
        .args([CROWD, &address.ip().to_string(), &address.port().to_string(), IDLE, LISTENING, &path])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let mut orders = crowd.stdin.take().unwrap();
    let mut said = BufReader::new(crowd.stdout.take().unwrap()).lines();
    assert_eq!(timeout(LIMIT, said.next_line()).await.unwrap().unwrap().as_deref(), Some(IDLE));

    for _ in 0..20 {
        let began = Instant::now();
        let mut client = TcpStream::connect(address).await.unwrap();
        client.write_all(b"GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").await.unwrap();
        let mut answer = String::new();
        timeout(LIMIT, client.read_to_string(&mut answer)).await.unwrap().unwrap();
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
        assert!(began.elapsed() < Duration::from_secs(2), "{:?}", began.elapsed());
    }
    // All who listen are told the same, while others are answered.
    let (now, began) = (Zoned::now(), Instant::now());
    let started = now.checked_sub(SignedDuration::from_mins(30)).unwrap();
    let (workout, source) = (WorkoutId::generate(), Source::new("tests"));
    let run = WorkoutPerformed::new(workout, user, source, ActivityType::Running, &started, &now);
    let _ = writer.write(&[Fact::from(&Event::new("/tests", run).unwrap())]).await.unwrap();
    orders.write_all(b"workout.performed\n").await.unwrap();
    assert_eq!(timeout(LIMIT, said.next_line()).await.unwrap().unwrap().as_deref(), Some("workout.performed"));
    assert!(began.elapsed() < Duration::from_secs(10), "{:?}", began.elapsed());
    drop(orders);
    assert_eq!(timeout(LIMIT, said.next_line()).await.unwrap().unwrap().as_deref(), Some("kept"));
    serving.abort();
}
