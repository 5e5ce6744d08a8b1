//! `GET /users/{user_id}/statistics` beside a sum that is written by hand, both over HTTP and PostgreSQL.
//!
//! `cargo bench --bench http` finds or starts a PostgreSQL, and measures in turns, over 32 connections: by hand, ours, and
//! a constant answer, which shows how far HTTP and the client are from being the limit. Cold: the store and the service have
//! just been opened, and each person is asked about once. Warm: the same people again and again. It prints medians and the
//! median of the ratios. Figures drift with the machine; the ratios of one run do not. Then it asks for what is heaviest about one
//! person with 50,000 workouts in ten years, without answers that are kept and with them.
//!
//! `-- --rounds 21` measures more often than 11 times, `--people 10000` among more people than 3,000, `--days 300` of whom
//! each has trained on more days than 100, `--connections 10` with more connections to PostgreSQL than 5 on both sides.
#![expect(clippy::print_stdout, reason = "a bench prints what it measured")]

mod by_hand;
mod client;
mod ours;

mod heaviest;

use std::net::SocketAddr;
use std::time::Duration;

use sqlx::postgres::PgPool;
use support::servers::{Need, provide};
use uuid::Uuid;
use workout_benches::{Failure, median};

use crate::client::Seen;

/// How many ask at the same time.
const TOGETHER: usize = 32;

/// How many bytes of answers are kept, as it is unless it is said otherwise.
const KEPT: usize = 16 << 20;

/// About how many people warm requests are.
const KNOWN: usize = 500;

/// What the command line asks for.
struct Wanted {
    rounds: usize,
    people: usize,
    days: usize,
    /// Requests of a warm round.
    requests: usize,
    connections: u32,
    /// Of the one person who is asked for everything.
    workouts: usize,
}

#[derive(Clone, Copy, PartialEq)]
enum Way {
    ByHand,
    Ours,
    Constant,
}

fn main() -> Result<(), Failure> {
    let wanted = Wanted::parse(std::env::args().skip(1))?;
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?.block_on(bench(wanted))
}

async fn bench(wanted: Wanted) -> Result<(), Failure> {
    let servers = provide(&[Need::Postgres]).await?;
    let url = servers.setting("WORKOUT_TEST_POSTGRES_URL").ok_or("no PostgreSQL")?.to_owned();
    let result = tokio::spawn(async move { all(&url, &wanted).await }).await?;
    servers.stop().await;
    result
}

async fn all(url: &str, wanted: &Wanted) -> Result<(), Failure> {
    let people = ours::fill(url, wanted.people, wanted.days).await?;
    let pool = PgPool::connect(url).await?;
    by_hand::create(&pool).await?;
    sqlx::raw_sql("VACUUM ANALYZE").execute(&pool).await?;
    pool.close().await;
    println!(
        "{} people with {} days each, {TOGETHER} connections, {} to PostgreSQL, {} rounds",
        wanted.people, wanted.days, wanted.connections, wanted.rounds
    );
    let mut cold = Vec::new();
    for round in 0..wanted.rounds {
        let mut seen = Vec::new();
        for way in turns(round) {
            // By whoever was opened for this round.
            let service = Service::open(way, url, wanted.connections).await?;
            seen.push((way, client::ask(service.address, people.iter().map(statistics).collect(), TOGETHER).await?));
            service.close().await;
        }
        cold.push(seen);
    }
    print("cold", &cold);
    let (by_hand, ours) = (service(Way::ByHand, url, wanted).await?, service(Way::Ours, url, wanted).await?);
    let constant = service(Way::Constant, url, wanted).await?;
    for person in people.iter().take(10) {
        let [theirs, our] = [
            client::body(by_hand.address, &statistics(person)).await?,
            client::body(ours.address, &statistics(person)).await?,
        ];
        if serde_json::from_str::<serde_json::Value>(&theirs)? != serde_json::from_str::<serde_json::Value>(&our)? {
            return Err(format!("other figures: {theirs} and {our}").into());
        }
    }
    let known: Vec<_> = people.iter().take(KNOWN).map(statistics).cycle().take(wanted.requests).collect();
    let mut warm = Vec::new();
    for round in 0..=wanted.rounds {
        let mut seen = Vec::new();
        for way in turns(round) {
            let service = [&by_hand, &ours, &constant].into_iter().find(|service| service.way == way);
            let address = service.ok_or("no such service")?.address;
            seen.push((way, client::ask(address, known.clone(), TOGETHER).await?));
        }
        warm.push(seen);
    }
    // The first round makes it warm.
    let result = print("warm", &warm[1..]);
    for service in [by_hand, ours, constant] {
        service.close().await;
    }
    heaviest::measure(url, wanted).await?;
    println!("RESULT {result:.0}");
    Ok(())
}

/// Whoever goes first finds the caches of the other: they take turns in that as well.
fn turns(round: usize) -> [Way; 3] {
    let mut ways = [Way::ByHand, Way::Ours, Way::Constant];
    ways.rotate_left(round % 3);
    ways
}

/// Prints the medians, and how many times as many answers ours gave as the sum by hand. Gives the answers a second.
fn print(what: &str, rounds: &[Vec<(Way, Seen)>]) -> f64 {
    let of = |round: &[(Way, Seen)], way| {
        let seen = round.iter().find(|(found, _)| *found == way);
        seen.map_or((f64::NAN, Duration::ZERO), |(_, seen)| (seen.per_second, seen.p99))
    };
    for (name, way) in [("by hand", Way::ByHand), ("ours", Way::Ours), ("constant", Way::Constant)] {
        let per_second = median(rounds.iter().map(|round| of(round, way).0).collect());
        let p99 = median(rounds.iter().map(|round| of(round, way).1.as_secs_f64() * 1_000.0).collect());
        println!("{what:5} {name:9} {per_second:9.0} a second, p99 {p99:6.2} ms");
    }
    let ratio = |round: &Vec<(Way, Seen)>| of(round, Way::Ours).0 / of(round, Way::ByHand).0;
    println!("RATIO {what}: ours is {:.2} times as fast as by hand", median(rounds.iter().map(ratio).collect()));
    median(rounds.iter().map(|round| of(round, Way::Ours).0).collect())
}

async fn service(way: Way, url: &str, wanted: &Wanted) -> Result<Service, Failure> {
    Service::open(way, url, wanted.connections).await
}

/// One of those that are compared, on a port of its own.
struct Service {
    way: Way,
    address: SocketAddr,
    behind: Behind,
}

enum Behind {
    Pool(PgPool),
    Store(stats_store::StatsStore),
    Nothing,
}

impl Service {
    async fn open(way: Way, url: &str, connections: u32) -> Result<Self, Failure> {
        let (address, behind) = match way {
            Way::ByHand => {
                let (address, pool) = by_hand::serve(url, connections).await?;
                (address, Behind::Pool(pool))
            }
            Way::Ours => {
                let (address, store) = ours::serve(url, connections, KEPT).await?;
                (address, Behind::Store(store))
            }
            Way::Constant => (by_hand::serve_constant().await?, Behind::Nothing),
        };
        Ok(Self { way, address, behind })
    }

    async fn close(self) {
        match self.behind {
            Behind::Pool(pool) => pool.close().await,
            Behind::Store(store) => store.close().await,
            Behind::Nothing => {}
        }
    }
}

impl Wanted {
    fn parse(mut args: impl Iterator<Item = String>) -> Result<Self, Failure> {
        // `cargo test --benches` only asks whether the bench still runs.
        let mut wanted = Self { rounds: 1, people: 40, days: 3, requests: 100, connections: 5, workouts: 100 };
        while let Some(arg) = args.next() {
            let mut number = || args.next().ok_or("how many?");
            match arg.as_str() {
                "--bench" => {
                    wanted = Self {
                        rounds: 11,
                        people: 3_000,
                        days: 100,
                        requests: 20_000,
                        connections: 5,
                        workouts: 50_000,
                    };
                }
                "--rounds" => wanted.rounds = number()?.parse()?,
                "--people" => wanted.people = number()?.parse()?,
                "--days" => wanted.days = number()?.parse()?,
                "--requests" => wanted.requests = number()?.parse()?,
                "--connections" => wanted.connections = number()?.parse()?,
                "--workouts" => wanted.workouts = number()?.parse()?,
                _ => return Err("there are: --rounds, --people, --days, --requests, --connections, --workouts".into()),
            }
        }
        Ok(wanted)
    }
}

/// What both sides are asked for.
fn statistics(person: &Uuid) -> String {
    format!("/users/{person}/statistics")
}

/// Somebody who is asked about.
fn person(number: usize) -> workout_events::UserId {
    workout_events::UserId::from_foreign("bench-http", &number.to_string())
}

/// As both sides know them.
fn ids(people: usize) -> Vec<Uuid> {
    (0..people).map(|number| Uuid::from(person(number))).collect()
}
