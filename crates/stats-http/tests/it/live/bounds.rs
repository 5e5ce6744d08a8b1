//! What ends a stream, and who gets none.

use std::net::Ipv4Addr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime};

use async_trait::async_trait;
use axum::http::request::Parts;
use stats_http::{Api, Authenticator, Dashboard, Grants, Identity, Live, Refused, Server};
use stats_store::StatsStore;
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::timeout;
use workout_events::{UserId, WorkoutId};

use super::client::{Listening, names};
use super::seen::Person;
use crate::support::{LIMIT, Served};

/// Lets in whoever says who they are, as long as this door is open.
#[derive(Debug, Clone, Default)]
struct Door {
    expires_in: Option<Duration>,
    /// Whoever has any token is this one.
    bearer: Option<UserId>,
    closed: Arc<AtomicBool>,
}

#[async_trait]
impl Authenticator for Door {
    async fn authenticate(&self, request: &Parts) -> Result<Identity, Refused> {
        let user = request.headers.get("x-user").and_then(|user| user.to_str().ok()?.parse().ok());
        let user = user.or(self.bearer.filter(|_| request.headers.contains_key("authorization")));
        let identity = Identity::user(user.ok_or(Refused::Unauthenticated)?);
        if self.closed.load(Ordering::Relaxed) {
            return Err(Refused::InvalidToken);
        }
        Ok(self.expires_in.map_or(identity.clone(), |time| identity.until(SystemTime::now() + time)))
    }
}

/// Everybody sees everybody, until it is taken back.
#[derive(Debug, Clone, Default)]
struct Open {
    withdrawn: Arc<AtomicBool>,
}

#[async_trait]
impl Grants for Open {
    async fn may_see(&self, _: UserId, _: UserId) -> Result<bool, Refused> {
        Ok(!self.withdrawn.load(Ordering::Relaxed))
    }
}

fn often() -> Live {
    Live::new().check_every(Duration::from_millis(20))
}

fn says(user: UserId) -> String {
    format!("X-User: {user}\r\n")
}

#[tokio::test]
async fn somebody_elses_stream_is_not_there() {
    let api = Api::new(StatsStore::memory().reader()).authenticator(Door::default());
    let served = Served::new(api.router()).await;
    let (me, other) = (UserId::generate(), UserId::generate());
    let path = format!("/v1/users/{other}/live");
    assert_eq!(served.send("GET", &path, &says(me), b"").await.problem(), (404, "not_found".to_owned()));
    assert_eq!(served.get(&path).await.problem(), (401, "unauthenticated".to_owned()));
    let unknown = served.send("GET", &format!("{path}?since=1"), &says(other), b"").await;
    assert_eq!(unknown.problem(), (400, "unknown_parameter".to_owned()));
    assert_eq!(served.send("POST", &path, &says(other), b"").await.status, 405);
}

#[tokio::test]
async fn a_page_of_another_origin_gets_no_stream() {
    let served = Served::new(Api::new(StatsStore::memory().reader()).router()).await;
    let path = format!("/v1/users/{}/live", UserId::generate());
    let reply = served.send("GET", &path, "Origin: https://evil.example\r\n", b"").await;
    assert_eq!(reply.problem(), (403, "foreign_origin".to_owned()));
}

#[tokio::test]
async fn a_stream_ends_when_the_token_does() {
    let door = Door { expires_in: Some(Duration::from_millis(300)), ..Door::default() };
    let served = Served::new(Api::new(StatsStore::memory().reader()).authenticator(door).router()).await;
    let me = UserId::generate();
    let mut listening = Listening::to(&served, me, &says(me)).await;
    let events = listening.until("end").await;
    assert_eq!(names(&events), ["snapshot", "end"]);
    assert_eq!(events[1].data["code"], "expired_token");
    assert!(listening.next().await.is_none());
}

#[tokio::test]
async fn a_stream_ends_when_a_grant_is_taken_back() {
    let grants = Open::default();
    let api = Api::new(StatsStore::memory().reader()).authenticator(Door::default()).grants(grants.clone());
    let served = Served::new(api.live(often()).router()).await;
    let mut listening = Listening::to(&served, UserId::generate(), &says(UserId::generate())).await;
    listening.until("snapshot").await;
    grants.withdrawn.store(true, Ordering::Relaxed);
    assert_eq!(listening.until("end").await[0].data["code"], "not_found");
}

#[tokio::test]
async fn a_page_stops_listening_when_its_reader_is_no_longer_let_in() {
    let (store, door, live) = (StatsStore::memory(), Door::default(), often());
    let pages = Dashboard::new(store.reader()).live(live.clone()).routes();
    let api = Api::new(store.reader()).authenticator(door.clone()).guarded(pages).live(live);
    let served = Served::new(api.router()).await;
    let me = UserId::generate();
    let mut listening = Listening::at(served.address, &format!("/dashboard/{me}/live"), &says(me)).await;
    assert!(listening.head.contains("content-security-policy"), "{}", listening.head);
    listening.until("snapshot").await;
    door.closed.store(true, Ordering::Relaxed);
    assert_eq!(listening.until("end").await[0].data["code"], "invalid_token");
}

#[tokio::test]
async fn signing_out_ends_the_streams_of_that_browser() {
    let (store, me) = (StatsStore::memory(), UserId::generate());
    let api = Api::new(store.reader()).authenticator(Door { bearer: Some(me), ..Door::default() }).browser_sessions();
    let served = Served::new(api.router()).await;
    let listen = async |name: &str| {
        let mut listening = Listening::to(&served, me, name).await;
        listening.until("snapshot").await;
        listening
    };
    let cookie = |token: &str| format!("Cookie: stats_session={token}\r\n");
    let mut here = listen(&cookie("here")).await;
    let mut elsewhere = listen(&cookie("elsewhere")).await;
    let headers = format!("{}Sec-Fetch-Site: same-origin\r\n", cookie("here"));
    assert_eq!(served.send("POST", "/session/end", &headers, b"").await.status, 303);
    assert_eq!(here.until("end").await[0].data["code"], "unauthenticated");
    let headers = format!("{}Sec-Fetch-Site: same-origin\r\n", cookie("elsewhere"));
    assert_eq!(served.send("POST", "/session/end", &headers, b"").await.status, 303);
    assert_eq!(names(&elsewhere.until("end").await), ["end"], "once, and not before");
}

#[tokio::test]
async fn one_client_does_not_take_all_places_and_all_are_bounded() {
    let live = Live::new().per_client(2).in_all(3);
    let api = Api::new(StatsStore::memory().reader()).authenticator(Door::default()).live(live);
    let served = Served::new(api.router()).await;
    let [one, two, three] = [(); 3].map(|()| UserId::generate());
    let mut first = Listening::to(&served, one, &says(one)).await;
    let _second = Listening::to(&served, one, &says(one)).await;
    let ask = async |user| served.send("GET", &format!("/v1/users/{user}/live"), &says(user), b"").await;
    let refused = ask(one).await;
    assert_eq!(refused.problem(), (429, "too_many_streams".to_owned()));
    assert_eq!(refused.header("retry-after"), Some("5"));
    let _third = Listening::to(&served, two, &says(two)).await;
    assert_eq!(ask(three).await.problem(), (503, "no_place".to_owned()));
    // Whoever goes leaves the place to another one.
    first.until("snapshot").await;
    drop(first);
    let took = async {
        loop {
            let listening = Listening::to(&served, three, &says(three)).await;
            if listening.head.starts_with("HTTP/1.1 200") {
                break;
            }
            tokio::task::yield_now().await;
        }
    };
    timeout(LIMIT, took).await.unwrap();
}

#[tokio::test]
async fn who_does_not_read_is_cut_off_and_loses_nothing() {
    let person = Person::new();
    let live = person.live.clone().taken_within(Duration::from_millis(200)).per_client(1);
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_send_buffer_size(4_096).unwrap();
    socket.bind((Ipv4Addr::LOCALHOST, 0).into()).unwrap();
    let patient = Server::new().end_within(Duration::from_mins(10));
    let mut served =
        Served::on(socket.listen(16).unwrap(), patient, Api::new(person.store.reader()).live(live).router());
    let slow = TcpSocket::new_v4().unwrap();
    slow.set_recv_buffer_size(4_096).unwrap();
    let slow: TcpStream = slow.connect(served.address).await.unwrap();
    let path = format!("/v1/users/{}/live", person.user);
    let mut slow = Listening::over(slow, &path, "").await;
    let last = slow.until("snapshot").await.pop().unwrap().id;
    // Nobody reads, until neither end keeps more, and the place goes to another one.
    let runs = [(); 150].map(|()| WorkoutId::generate());
    let mut revision = 0;
    let took = async {
        loop {
            revision += 1;
            let edited = |(day, run): (i64, &WorkoutId)| person.run(*run, day, 5_000, revision);
            person.write(&(0..).zip(&runs).map(edited).collect::<Vec<_>>()).await;
            let mut other = Listening::at(served.address, &path, "").await;
            if other.head.starts_with("HTTP/1.1 200") {
                other.until("snapshot").await;
                break;
            }
            assert!(other.head.starts_with("HTTP/1.1 429"), "{}", other.head);
        }
    };
    timeout(LIMIT, took).await.unwrap();
    // Its connection is closed, although what was sent was never taken: the end of the service waits for nobody.
    served.end();
    timeout(LIMIT, served.task.take().unwrap()).await.unwrap().unwrap().unwrap();
    let other = person.served().await;
    let mut back = Listening::after(&other, person.user, &last).await;
    let told = back.next().await.unwrap().name;
    assert!(told == "snapshot" || told == "workout.performed", "{told}");
}

#[tokio::test]
async fn the_end_of_the_service_does_not_wait_for_streams() {
    let person = Person::new();
    let mut served = Served::by(Server::new().end_within(Duration::from_mins(10)), person.router()).await;
    let mut listening = Listening::to(&served, person.user, "").await;
    listening.until("snapshot").await;
    served.end();
    assert!(listening.next().await.is_none());
    timeout(LIMIT, served.task.take().unwrap()).await.unwrap().unwrap().unwrap();
}

#[tokio::test]
async fn a_stream_lasts_as_long_as_it_was_told_and_ends_when_the_hub_does() {
    let person = Person::new();
    let live = person.live.clone().at_most(Duration::from_millis(100));
    let served = Served::new(Api::new(person.store.reader()).live(live).router()).await;
    let mut listening = Listening::to(&served, person.user, "").await;
    assert_eq!(listening.next().await.unwrap().name, "snapshot");
    assert!(listening.next().await.is_none());

    let served = person.served().await;
    let mut listening = Listening::to(&served, person.user, "").await;
    listening.until("snapshot").await;
    person.live.end();
    assert!(listening.next().await.is_none());
    let path = format!("/v1/users/{}/live", person.user);
    assert_eq!(served.get(&path).await.problem(), (503, "no_place".to_owned()));
}
