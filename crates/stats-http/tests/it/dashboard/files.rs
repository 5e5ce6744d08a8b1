//! Files of other apps: how many at a time, and what becomes of one that cannot be written.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use axum::body::{Body, Bytes};
use axum::http::{Request, StatusCode, header};
use futures_util::stream;
use stats_http::Identity;
use stats_store::{Effect, Fact, StatsStore, StatsWriter, StoreError};
use tokio::sync::Semaphore;
use tokio::time::timeout;
use workout_events::UserId;

use super::forms::{HEVY, count, writing_to};
use super::site::{Answer, Site};
use crate::support::LIMIT;

const FIELDS: [(&str, &str); 2] = [("app", ""), ("zone", "Europe/Berlin")];

/// Waits before it writes, and fails where it is told to.
#[derive(Debug)]
struct Gate {
    store: StatsStore,
    arrived: Semaphore,
    open: Semaphore,
    is_down: AtomicBool,
}

impl Gate {
    fn new(store: &StatsStore, open: usize) -> Arc<Self> {
        let (arrived, open) = (Semaphore::new(0), Semaphore::new(open));
        Arc::new(Self { store: store.clone(), arrived, open, is_down: AtomicBool::new(false) })
    }
}

#[async_trait]
impl StatsWriter for Gate {
    async fn write(&self, facts: &[Fact]) -> Result<Vec<Effect>, StoreError> {
        self.arrived.add_permits(1);
        let _open = self.open.acquire().await;
        if self.is_down.load(Ordering::SeqCst) {
            return Err(StoreError::other("the store is down"));
        }
        self.store.writer().write(facts).await
    }
}

/// The path of the button that says yes.
fn button(looked: &Answer, user: UserId) -> String {
    let confirm = looked.all("action").into_iter().find(|action| action.contains("/import/")).unwrap();
    confirm.strip_prefix(&format!("/dashboard/{user}")).unwrap().to_owned()
}

#[tokio::test]
async fn a_person_imports_one_file_at_a_time_and_only_a_few_people_do() {
    let site = Site::of(&[]).await;
    let gate = Gate::new(&site.store, 0);
    let site = Site { routes: writing_to(gate.clone(), &site.store, Identity::admin()), ..site };
    let people = [(); 5].map(|()| UserId::generate());
    let mut buttons = Vec::new();
    for user in people {
        buttons.push(button(&site.upload(user, &FIELDS, HEVY).await, user));
    }
    let mut under_way = Vec::new();
    for (user, button) in people.into_iter().zip(buttons.clone()).take(4) {
        let site = Site { routes: site.routes.clone(), store: site.store.clone() };
        under_way.push(tokio::spawn(async move { site.post(user, &button, "").await }));
        gate.arrived.acquire().await.unwrap().forget();
    }
    for (user, button, status) in [
        (people[0], &buttons[0], StatusCode::TOO_MANY_REQUESTS),
        (people[4], &buttons[4], StatusCode::SERVICE_UNAVAILABLE),
    ] {
        let is_read = Arc::new(AtomicBool::new(false));
        let reads = Arc::clone(&is_read);
        let body = stream::once(async move {
            reads.store(true, Ordering::SeqCst);
            Ok::<_, std::io::Error>(Bytes::from_static(b"--line--\r\n"))
        });
        let request = Request::post(format!("/dashboard/{user}/import"))
            .header(header::CONTENT_TYPE, "multipart/form-data; boundary=line")
            .header("sec-fetch-site", "same-origin");
        let looked = site.ask(request.body(Body::from_stream(body)).unwrap()).await;
        for refused in [looked, site.post(user, button, "").await] {
            assert_eq!(refused.status, status, "{}", refused.body);
            assert_eq!(refused.header(&header::RETRY_AFTER), "5");
        }
        assert!(!is_read.load(Ordering::SeqCst), "the file was not even read");
    }
    gate.open.add_permits(people.len());
    for under_way in under_way {
        assert_eq!(under_way.await.unwrap().status, StatusCode::OK);
    }
    // What was refused is not lost.
    let last = site.post(people[4], &buttons[4], "").await;
    assert!(last.status == StatusCode::OK && count(&last, "Created") != "0", "{}", last.body);
}

#[tokio::test]
async fn a_file_that_could_not_be_written_waits_for_another_try() {
    let site = Site::of(&[]).await;
    let (gate, user) = (Gate::new(&site.store, 1), UserId::generate());
    let site = Site { routes: writing_to(gate.clone(), &site.store, Identity::user(user)), ..site };
    let button = button(&site.upload(user, &FIELDS, HEVY).await, user);
    gate.is_down.store(true, Ordering::SeqCst);
    assert_eq!(site.post(user, &button, "").await.status, StatusCode::SERVICE_UNAVAILABLE);
    gate.is_down.store(false, Ordering::SeqCst);
    let done = site.post(user, &button, "").await;
    assert!(done.status == StatusCode::OK && count(&done, "Created") != "0", "{}", done.body);
}

#[tokio::test]
async fn a_file_is_imported_although_whoever_said_yes_presses_the_button_again() {
    let site = Site::of(&[]).await;
    let (gate, user) = (Gate::new(&site.store, 0), UserId::generate());
    let site = Site { routes: writing_to(gate.clone(), &site.store, Identity::user(user)), ..site };
    let button = button(&site.upload(user, &FIELDS, HEVY).await, user);
    tokio::select! {
        answer = site.post(user, &button, "") => panic!("it waits: {answer:?}"),
        arrived = gate.arrived.acquire() => arrived.unwrap().forget(),
    }
    // The browser has given the first request up.
    assert_eq!(site.post(user, &button, "").await.status, StatusCode::TOO_MANY_REQUESTS);
    gate.open.add_permits(1);
    let later = async {
        loop {
            let answer = site.post(user, &button, "").await;
            if answer.status != StatusCode::TOO_MANY_REQUESTS {
                return answer;
            }
            tokio::task::yield_now().await;
        }
    };
    let later = timeout(LIMIT, later).await.unwrap();
    assert!(later.body.contains("Either it was imported"), "{}", later.body);
    assert!(site.store.reader().totals(user).await.unwrap().total_workouts > 1);
}
