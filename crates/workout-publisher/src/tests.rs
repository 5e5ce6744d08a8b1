//! The publisher over a way that does as it is told, under controlled time.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::StreamExt;
use tokio::sync::{mpsc, oneshot};
use workout_broker::{BrokerError, Outcome};
use workout_events::amqp::Message;
use workout_events::types::user::UserErased;
use workout_events::{Event, UserId};

use crate::engine::Way;
use crate::settings::Settings;
use crate::{BreakerState, Publisher, WhenFull};

/// A window that was written: the ids in it, and where to say what became of them.
struct Written {
    ids: Vec<String>,
    answer: oneshot::Sender<Vec<Outcome>>,
}

impl Written {
    fn all(self, outcome: Outcome) {
        let outcomes = vec![outcome; self.ids.len()];
        self.answer.send(outcomes).expect("the lane waits");
    }
}

struct Told(mpsc::UnboundedSender<Written>);

impl Way for Told {
    async fn window(&mut self, messages: &[Message], limit: Duration) -> Result<Vec<Outcome>, BrokerError> {
        let ids = messages.iter().map(|message| message.properties.message_id.clone()).collect();
        let (answer, answered) = oneshot::channel();
        let _ = self.0.send(Written { ids, answer });
        let unknown = vec![Outcome::Unknown; messages.len()];
        Ok(tokio::time::timeout(limit, answered).await.ok().and_then(Result::ok).unwrap_or(unknown))
    }
}

fn publisher(change: impl FnOnce(&mut Settings)) -> (Publisher, mpsc::UnboundedReceiver<Written>) {
    let mut settings = Settings { lanes: 1, ..Settings::default() };
    change(&mut settings);
    let (sender, receiver) = mpsc::unbounded_channel();
    (Publisher::over([Told(sender)].into_iter(), settings), receiver)
}

fn event() -> Event<UserErased> {
    Event::new("/tests", UserErased::new(UserId::generate())).expect("valid")
}

/// Answers every window with these outcomes, one for each window, and after them with Confirmed.
fn answering(mut written: mpsc::UnboundedReceiver<Written>, outcomes: &[Outcome]) -> Arc<Mutex<Vec<Vec<String>>>> {
    let mut outcomes = VecDeque::from(outcomes.to_vec());
    let seen = Arc::new(Mutex::new(Vec::new()));
    let windows = Arc::clone(&seen);
    tokio::spawn(async move {
        while let Some(window) = written.recv().await {
            windows.lock().expect("no panic").push(window.ids.clone());
            window.all(outcomes.pop_front().unwrap_or(Outcome::Confirmed));
        }
    });
    seen
}

#[tokio::test(start_paused = true)]
async fn concurrent_callers_share_a_window() {
    let (publisher, written) = publisher(|_| {});
    let windows = answering(written, &[]);
    let events: Vec<_> = (0..100).map(|_| event()).collect();
    let outcomes = futures_util::future::join_all(events.iter().map(|event| publisher.publish(event))).await;
    assert!(outcomes.iter().all(|outcome| *outcome.as_ref().unwrap() == Outcome::Confirmed));
    let windows = windows.lock().unwrap();
    assert!(windows.len() <= 2, "{} windows", windows.len());
    assert_eq!(windows.concat(), events.iter().map(|event| event.id().to_string()).collect::<Vec<_>>());
}

#[tokio::test(start_paused = true)]
async fn callers_with_one_event_share_its_outcome() {
    let (publisher, mut written) = publisher(|_| {});
    let event = event();
    let (first, second, window) = tokio::join!(publisher.publish(&event), publisher.publish(&event), async {
        let window = written.recv().await.unwrap();
        let count = window.ids.len();
        window.all(Outcome::Returned);
        count
    });
    assert_eq!((first.unwrap(), second.unwrap(), window), (Outcome::Returned, Outcome::Returned, 1));
    assert!(written.try_recv().is_err(), "nothing is written twice");
}

#[tokio::test(start_paused = true)]
async fn what_has_no_answer_is_published_again_under_its_id() {
    let (publisher, written) = publisher(|_| {});
    let windows = answering(written, &[Outcome::Unknown, Outcome::Nacked]);
    let event = event();
    assert_eq!(publisher.publish(&event).await.unwrap(), Outcome::Confirmed);
    let id = vec![event.id().to_string()];
    assert_eq!(*windows.lock().unwrap(), vec![id.clone(), id.clone(), id]);
}

#[tokio::test(start_paused = true)]
async fn a_returned_event_is_not_published_again() {
    let (publisher, written) = publisher(|_| {});
    let windows = answering(written, &[Outcome::Returned]);
    assert_eq!(publisher.publish(&event()).await.unwrap(), Outcome::Returned);
    assert_eq!(windows.lock().unwrap().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_deadline_withdraws_what_was_not_written() {
    let (publisher, mut written) = publisher(|settings| settings.window = 1);
    let (stuck, waiting) = (event(), event());
    let limit = Duration::from_secs(1);
    let (first, second) =
        tokio::join!(publisher.publish_with_deadline(&stuck, limit), publisher.publish_with_deadline(&waiting, limit));
    assert_eq!(first.unwrap(), Outcome::Unknown, "it was written, and nobody knows");
    assert!(second.unwrap_err().is_withdrawn());
    written.recv().await.unwrap().all(Outcome::Confirmed);
    // The lane is free again, and steps over what was withdrawn.
    let third = event();
    let (outcome, ids) = tokio::join!(publisher.publish(&third), async {
        let window = written.recv().await.unwrap();
        let ids = window.ids.clone();
        window.all(Outcome::Confirmed);
        ids
    });
    assert_eq!((outcome.unwrap(), ids), (Outcome::Confirmed, vec![third.id().to_string()]));
}

#[tokio::test(start_paused = true)]
async fn a_caller_who_goes_away_withdraws_what_was_not_written() {
    let (publisher, mut written) = publisher(|settings| settings.window = 1);
    let (stuck, dropped, last) = (event(), event(), event());
    let (stuck_outcome, (), last_outcome, ids) = tokio::join!(
        publisher.publish(&stuck),
        async {
            let going = publisher.publish(&dropped);
            assert!(tokio::time::timeout(Duration::from_millis(10), going).await.is_err());
        },
        async {
            tokio::time::sleep(Duration::from_millis(20)).await;
            publisher.publish(&last).await
        },
        async {
            tokio::time::sleep(Duration::from_millis(30)).await;
            let mut ids = Vec::new();
            for _ in 0..2 {
                let window = written.recv().await.unwrap();
                ids.extend(window.ids.clone());
                window.all(Outcome::Confirmed);
            }
            ids
        }
    );
    assert_eq!((stuck_outcome.unwrap(), last_outcome.unwrap()), (Outcome::Confirmed, Outcome::Confirmed));
    assert_eq!(ids, [stuck.id().to_string(), last.id().to_string()]);
}

#[tokio::test(start_paused = true)]
async fn a_full_line_refuses_or_waits_as_it_was_told() {
    let (publisher, mut written) = publisher(|settings| {
        settings.capacity = 1;
        settings.when_full = WhenFull::Refuse;
    });
    let (first, second) = (event(), event());
    let (outcome, refused) = tokio::join!(publisher.publish(&first), async {
        let window = written.recv().await.unwrap();
        let refused = publisher.publish(&second).await;
        window.all(Outcome::Confirmed);
        refused
    });
    assert!(outcome.unwrap().is_confirmed() && refused.unwrap_err().is_full());

    let (publisher, written) = self::publisher(|settings| settings.capacity = 1);
    let _windows = answering(written, &[]);
    let outcomes = tokio::join!(publisher.publish(&first), publisher.publish(&second));
    assert!(outcomes.0.unwrap().is_confirmed() && outcomes.1.unwrap().is_confirmed());
}

#[tokio::test(start_paused = true)]
async fn withdrawn_events_free_their_places() {
    let (publisher, mut written) = publisher(|settings| (settings.capacity, settings.window) = (2, 1));
    let stuck = event();
    for _ in 0..10 {
        let (limit, other) = (Duration::from_millis(5), event());
        let long = Duration::from_millis(10);
        let _ =
            tokio::join!(publisher.publish_with_deadline(&stuck, long), publisher.publish_with_deadline(&other, limit));
    }
    written.recv().await.unwrap().all(Outcome::Confirmed);
    let windows = answering(written, &[]);
    assert!(publisher.publish(&event()).await.unwrap().is_confirmed());
    assert!(!windows.lock().unwrap().is_empty());
}

#[tokio::test(start_paused = true)]
async fn the_breaker_refuses_new_events_after_three_failures_and_lets_them_in_again() {
    let (publisher, written) = publisher(|_| {});
    let failures = [Outcome::Unknown; 3];
    let windows = answering(written, &failures);
    let under_way = event();
    let (outcome, refused) = tokio::join!(publisher.publish(&under_way), async {
        while publisher.breaker() != BreakerState::Open {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        publisher.publish(&event()).await
    });
    assert!(refused.unwrap_err().is_breaker_open());
    assert!(outcome.unwrap().is_confirmed(), "what was under way is tried on");
    assert_eq!(publisher.breaker(), BreakerState::Closed);
    assert_eq!(windows.lock().unwrap().len(), 4);
}

#[tokio::test(start_paused = true)]
async fn closing_drains_and_says_what_is_left() {
    let (publisher, mut written) = publisher(|_| {});
    let event = event();
    let (outcome, report) = tokio::join!(publisher.publish(&event), async {
        tokio::time::sleep(Duration::from_millis(1)).await;
        publisher.close(Duration::from_secs(1)).await
    });
    assert_eq!((outcome.unwrap(), report.left), (Outcome::Unknown, vec![event.id()]));
    assert!(publisher.publish(&event).await.unwrap_err().is_closed());
    written.close();

    let (publisher, written) = self::publisher(|_| {});
    let _windows = answering(written, &[]);
    let outcomes = tokio::join!(publisher.publish(&event), async {
        tokio::task::yield_now().await;
        publisher.close(Duration::from_secs(1)).await
    });
    assert!(outcomes.0.unwrap().is_confirmed() && outcomes.1.left.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_stream_of_events_gives_outcomes_in_its_order() {
    let (publisher, written) = publisher(|_| {});
    let windows = answering(written, &[Outcome::Unknown]);
    let events: Vec<_> = (0..1_000).map(|_| event()).collect();
    let ids: Vec<_> = events.iter().map(Event::id).collect();
    let outcomes: Vec<_> = publisher.publish_all(futures_util::stream::iter(events)).collect().await;
    assert_eq!(outcomes.iter().map(|(id, _)| *id).collect::<Vec<_>>(), ids);
    assert!(outcomes.iter().all(|(_, outcome)| outcome.as_ref().unwrap().is_confirmed()));
    assert!(windows.lock().unwrap().len() < 20);
}
