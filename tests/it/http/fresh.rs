//! Nobody is told what was true before: many clients, two services over one store, and somebody who writes.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use serde_json::Value;
use stats_http::Api;
use stats_store::{Fact, StatsStore};
use support::postgres;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio::time::timeout;
use workout_events::jiff::{Timestamp, ToSpan};
use workout_events::{ActivityType, Event, Source, UserId, WorkoutId, WorkoutPerformed, ZoneName};

/// Many more than there are connections to the database.
const CLIENTS: usize = 24;

const WRITES: u64 = 300;

const PEOPLE: usize = 3;

const LIMIT: Duration = Duration::from_mins(2);

/// One person, and what is known to be true of them.
#[derive(Clone)]
struct Watched {
    user: UserId,
    /// So many workouts are committed.
    committed: Arc<AtomicU64>,
    /// So many have been seen by somebody.
    seen: Arc<AtomicU64>,
}

#[tokio::test(flavor = "multi_thread")]
async fn no_answer_is_older_than_a_commit_or_an_answer_that_was_seen_in_postgres() {
    let database = postgres::database().await;
    let stores =
        [StatsStore::connect(&database.url()).await.unwrap(), StatsStore::connect(&database.url()).await.unwrap()];
    check(&stores).await;
    for store in stores {
        store.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_answer_is_older_than_a_commit_or_an_answer_that_was_seen_in_memory() {
    let store = StatsStore::memory();
    check(&[store.clone(), store]).await;
}

/// A service over each of these stores, which are one place.
async fn check(stores: &[StatsStore]) {
    let mut addresses = Vec::new();
    for store in stores {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        addresses.push(listener.local_addr().unwrap());
        let router = Api::new(store.reader()).rate_limit(None).router();
        tokio::spawn(stats_http::serve(listener, router, std::future::pending()));
    }
    let people: Vec<_> = (0..PEOPLE)
        .map(|_| Watched { user: UserId::generate(), committed: Arc::default(), seen: Arc::default() })
        .collect();
    let over = Arc::new(AtomicBool::new(false));
    let mut asking = JoinSet::new();
    for client in 0..CLIENTS {
        let (addresses, watched) = (addresses.clone(), people[client % PEOPLE].clone());
        asking.spawn(ask(addresses, watched, Arc::clone(&over)));
    }
    for n in 0..WRITES {
        let watched = &people[usize::try_from(n).unwrap() % PEOPLE];
        let writer = stores[usize::try_from(n).unwrap() % stores.len()].writer();
        let _ = writer.write(&[performed(watched.user, n)]).await.unwrap();
        watched.committed.fetch_add(1, Ordering::SeqCst);
    }
    over.store(true, Ordering::SeqCst);
    let asked: u64 = timeout(LIMIT, asking.join_all()).await.unwrap().into_iter().sum();
    assert!(asked > WRITES, "they have asked {asked} times beside {WRITES} writes");
    let seen: u64 = people.iter().map(|watched| watched.seen.load(Ordering::SeqCst)).sum();
    assert_eq!(seen, WRITES, "the last answers are of everything");
}

/// Asks one service after the other, until there is nothing new to come. Says how often.
async fn ask(addresses: Vec<SocketAddr>, watched: Watched, over: Arc<AtomicBool>) -> u64 {
    let mut connections = Vec::new();
    for address in addresses {
        connections.push(BufReader::new(TcpStream::connect(address).await.unwrap()));
    }
    let (mut asked, mut last) = (0, false);
    while !last {
        last = over.load(Ordering::SeqCst);
        for connection in &mut connections {
            let committed = watched.committed.load(Ordering::SeqCst);
            let seen = watched.seen.load(Ordering::SeqCst);
            let workouts = workouts(connection, watched.user).await;
            assert!(workouts >= committed, "{workouts} workouts after {committed} were committed");
            assert!(workouts >= seen, "{workouts} workouts after {seen} were seen");
            watched.seen.fetch_max(workouts, Ordering::SeqCst);
            asked += 1;
        }
    }
    asked
}

async fn workouts(connection: &mut BufReader<TcpStream>, user: UserId) -> u64 {
    let request = format!("GET /users/{user}/statistics HTTP/1.1\r\nHost: localhost\r\n\r\n");
    connection.write_all(request.as_bytes()).await.unwrap();
    let mut length = 0;
    for number in 0.. {
        let mut line = String::new();
        timeout(LIMIT, connection.read_line(&mut line)).await.unwrap().unwrap();
        assert!(number > 0 || line.starts_with("HTTP/1.1 200"), "{line}");
        match line.strip_prefix("content-length: ") {
            Some(said) => length = said.trim().parse().unwrap(),
            None if line == "\r\n" => break,
            None => {}
        }
    }
    let mut body = vec![0; length];
    connection.read_exact(&mut body).await.unwrap();
    serde_json::from_slice::<Value>(&body).unwrap()["total_workouts"].as_u64().unwrap()
}

fn performed(user: UserId, n: u64) -> Fact {
    let first: Timestamp = "2026-01-01T10:00:00Z".parse().unwrap();
    let started = first + i64::try_from(n).unwrap().hours();
    let times = (started.into(), (started + 30.minutes()).into());
    let ids = (WorkoutId::generate(), user);
    let data = WorkoutPerformed::in_zone(ids, Source::new("coach"), ActivityType::Running, times, ZoneName::utc());
    Fact::from(&Event::new("/coach", data).unwrap())
}
