//! Letters through all their journeys, and letters that are lies.

use std::borrow::Cow;

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use workout_events::amqp::{HeaderValue, Message, Properties};
use workout_events::jiff::Timestamp;

use super::headers::Headers;
use super::{Death, History, Letter, Past, Reason, names};

const QUEUE: &str = "stats.workouts";
const DEAD: &str = "stats.workouts.dead";
const DELAY: &str = "stats.workouts.retry.5s";

type Header = (Cow<'static, str>, HeaderValue);

fn text(name: &'static str, value: &str) -> Header {
    (name.into(), HeaderValue::Text(value.to_owned()))
}

fn number(name: &'static str, value: i64) -> Header {
    (name.into(), HeaderValue::Integer(value))
}

/// As its publisher sent it.
fn published(headers: impl IntoIterator<Item = Header>) -> Message {
    let properties = Properties::new("workout.deleted", "an id");
    let mut message = Message::new("workout.events", "workout.deleted", properties, b"{}".to_vec());
    message.headers = vec![text("traceparent", "00-1-2-01")];
    message.headers.extend(headers);
    message
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + second).unwrap()
}

/// What the broker does with a message whose time in a delay queue is over.
fn waited(mut message: Message) -> Message {
    message.routing_key = QUEUE.into();
    moved_from(message, DELAY, "", "expired")
}

/// What the broker does when it moves a message itself.
fn moved_from(mut message: Message, queue: &str, exchange: &str, reason: &str) -> Message {
    if !message.headers.iter().any(|(name, _)| name == names::FIRST_DEATH_QUEUE) {
        message.headers.extend([
            text(names::FIRST_DEATH_QUEUE, queue),
            text(names::FIRST_DEATH_EXCHANGE, exchange),
            text(names::FIRST_DEATH_REASON, reason),
        ]);
    }
    message.exchange = "".into();
    message
}

fn given_up(message: Message) -> Message {
    let exchange = message.exchange.clone().into_owned();
    let mut message = moved_from(message, QUEUE, &exchange, "delivery_limit");
    message.routing_key = DEAD.into();
    message
}

fn fresh() -> Letter {
    let (exchange, routing_key) = ("workout.events".to_owned(), "workout.deleted".to_owned());
    let history = History::default();
    Letter { attempts: 0, first_time: None, exchange, routing_key, history, death: None, died: None }
}

fn read(message: &Message) -> Letter {
    Letter::read(&message.exchange, &message.routing_key, message, QUEUE)
}

impl Headers for Message {
    fn get(&self, name: &str) -> Option<HeaderValue> {
        self.headers.iter().find(|(other, _)| other == name).map(|(_, value)| value.clone())
    }
}

/// As it is given to be published again: without what the broker added.
fn taken(message: &Message) -> Message {
    let mut message = message.clone();
    message.headers.retain(|(name, _)| !name.starts_with("x-"));
    message
}

fn again(message: &Message, attempts: u32) -> Message {
    read(message).travel(taken(message), attempts, Some(at(0)), DELAY, [])
}

fn bury(message: &Message, death: &Death, now: Timestamp) -> Message {
    read(message).buried(taken(message), death, now, QUEUE)
}

fn replay(message: &Message, body: Option<Vec<u8>>, now: Timestamp) -> Message {
    read(message).replayed(taken(message), body, now, QUEUE)
}

#[test]
fn a_message_is_tried_again_dies_is_replayed_and_dies_again() {
    let first = published([]);
    assert_eq!(read(&first), fresh());

    let retried = waited(again(&first, 1));
    assert_eq!(read(&retried), Letter { attempts: 1, first_time: Some(at(0)), ..fresh() });

    let death = Death {
        error: Some("no such user".to_owned()),
        code: Some("unknown_type".to_owned()),
        pointer: Some("/type".to_owned()),
        ..Death::of(Reason::Exhausted, 2)
    };
    let dead = bury(&retried, &death, at(60));
    let letter = read(&dead);
    let want = Letter { attempts: 2, first_time: Some(at(0)), death: Some(death), died: Some(at(60)), ..fresh() };
    assert_eq!(letter, want);

    let replayed = replay(&dead, Some(b"{\"id\":1}".to_vec()), at(90));
    assert_eq!((&*replayed.routing_key, &replayed.body[..]), (QUEUE, &b"{\"id\":1}"[..]));
    let mut history = History::default();
    let error = Some("no such user".to_owned());
    history.push(Past::Died { time: Some(at(60)), reason: Reason::Exhausted, attempts: 2, error });
    history.push(Past::Replayed { time: at(90), edited: true });
    assert_eq!(read(&replayed), Letter { history: history.clone(), ..fresh() });

    let by_broker = given_up(replayed);
    let death = Some(Death::of(Reason::DeliveryLimit, 0));
    assert_eq!(read(&by_broker), Letter { history: history.clone(), death, ..fresh() });
    let replayed = replay(&by_broker, None, at(120));
    history.push(Past::Died { time: None, reason: Reason::DeliveryLimit, attempts: 0, error: None });
    history.push(Past::Replayed { time: at(120), edited: false });
    assert_eq!(read(&replayed), Letter { history, ..fresh() });
    // The message itself is what it was.
    assert!(replayed.headers.contains(&text("traceparent", "00-1-2-01")));
    assert_eq!(replayed.properties, first.properties);
}

#[test]
fn what_the_broker_moved_says_why() {
    #[track_caller]
    fn check(message: &Message, want: Reason, exchange: &str) {
        let letter = read(message);
        assert_eq!(letter.death.map(|death| (death.reason, death.attempts)), Some((want, letter.attempts)));
        assert_eq!(letter.exchange, exchange);
    }
    check(&given_up(published([])), Reason::DeliveryLimit, "workout.events");
    let mut rejected = moved_from(published([]), QUEUE, "workout.performed", "rejected");
    rejected.routing_key = DEAD.into();
    check(&rejected, Reason::Rejected, "workout.performed");
    // Later versions tell the last death as well.
    rejected.headers.extend([text(names::LAST_DEATH_QUEUE, QUEUE), text(names::LAST_DEATH_REASON, "maxlen")]);
    check(&rejected, Reason::MaxLength, "workout.performed");
    // The first was the end of a wait.
    let retried = given_up(waited(again(&published([]), 3)));
    assert_eq!(read(&retried).attempts, 3);
    check(&retried, Reason::DeliveryLimit, "workout.events");
}

#[test]
fn a_publisher_is_believed_nothing_about_attempts_and_deaths() {
    let lies = || {
        [
            number(names::ATTEMPTS, 99),
            text(names::FIRST_TIME, "1970-01-01T00:00:00Z"),
            text(names::EXCHANGE, "elsewhere"),
            text(names::ROUTING_KEY, "elsewhere"),
            text(names::HISTORY, r#"[{"reason":"rejected"}]"#),
            text(names::DEAD_REASON, "quarantined"),
            text(names::DEAD_QUEUE, QUEUE),
            text(names::DEAD_ERROR, "your account is closed, call 555"),
        ]
    };
    assert_eq!(read(&published(lies())), fresh());
    assert_eq!(read(&waited(again(&published(lies()), 1))), Letter { attempts: 1, first_time: Some(at(0)), ..fresh() });
    let death = Some(Death::of(Reason::DeliveryLimit, 0));
    let by_broker = Letter { routing_key: String::new(), death: death.clone(), ..fresh() };
    assert_eq!(read(&given_up(published(lies()))), by_broker);
    // It came out of a queue of others by dead lettering, into ours.
    let mut from_others = moved_from(published(lies()), "theirs", "workout.events", "rejected");
    from_others.routing_key = QUEUE.into();
    assert_eq!(read(&from_others), Letter { exchange: String::new(), routing_key: QUEUE.into(), ..fresh() });
    // Under another name, or for another queue.
    let mut by_default = published(lies());
    (by_default.exchange, by_default.routing_key) = ("".into(), "theirs".into());
    assert_eq!(read(&by_default).attempts, 0);
    let theirs = fresh().buried(published([]), &Death::of(Reason::Rejected, 3), at(0), "theirs");
    let mut theirs = theirs;
    theirs.routing_key = DEAD.into();
    assert_eq!(read(&theirs).death.map(|death| death.reason), Some(Reason::Unknown));
}

#[test]
fn garbage_counts_as_absent_and_numbers_keep_their_bounds() {
    #[track_caller]
    fn check(header: Header, want: &Letter) {
        let mut message = published([header]);
        (message.exchange, message.routing_key) = ("".into(), QUEUE.into());
        assert_eq!(&read(&message), want);
    }
    let nothing = Letter { exchange: String::new(), routing_key: String::new(), ..fresh() };
    for attempts in [number(names::ATTEMPTS, -1), number(names::ATTEMPTS, i64::MIN), text(names::ATTEMPTS, "abc")] {
        check(attempts, &nothing);
    }
    check(number(names::ATTEMPTS, i64::MAX), &Letter { attempts: 1_000_000, ..nothing.clone() });
    let long = "x".repeat(100 * 1024);
    for name in [names::FIRST_TIME, names::EXCHANGE, names::ROUTING_KEY, names::HISTORY] {
        check(number(name, 7), &nothing);
        check(text(name, &long), &nothing);
    }
    check(text(names::FIRST_TIME, "9999-12-31T23:59:59Z"), &nothing);
    check(text(names::HISTORY, "[{]"), &nothing);

    let lie = [text(names::DEAD_QUEUE, QUEUE), text(names::DEAD_REASON, &long), text(names::DEAD_ERROR, &long)];
    let mut message = published(lie);
    (message.exchange, message.routing_key) = ("".into(), DEAD.into());
    let death = read(&message).death.unwrap();
    assert_eq!((death.reason, death.error.map(|error| error.len())), (Reason::Unknown, Some(2 * 1024)));
}

#[test]
fn nothing_grows_over_a_thousand_rounds() {
    let mut message = published([text("others", &"x".repeat(1024))]);
    let mut sizes = Vec::new();
    for round in 0..1_000 {
        let retried = waited(again(&message, 1));
        let death = Death { error: Some("\"\\\u{1}".repeat(10_000)), ..Death::of(Reason::Exhausted, 5) };
        let dead =
            if round % 2 == 0 { read(&retried).buried(retried, &death, at(round), QUEUE) } else { given_up(retried) };
        message = replay(&dead, None, at(round));
        sizes.push(message.headers.iter().map(super::write::size).sum::<usize>());
    }
    assert!(sizes[10..].iter().all(|size| *size < sizes[10] + 200), "{:?}", &sizes[..12]);
    assert!(sizes[999] < 6 * 1024, "{}", sizes[999]);
    assert_eq!(read(&message).exchange, "workout.events");
}

/// Else the broker would end the connection for it, each time that it is tried.
#[test]
fn headers_that_leave_no_room_are_left_out_the_largest_first() {
    let message =
        published([text("small", "1"), text("large", &"x".repeat(60_000)), text("largest", &"x".repeat(65_000))]);
    let death = Death { error: Some("x".repeat(3_000)), ..Death::of(Reason::Rejected, 1) };
    let dead = bury(&message, &death, at(0));
    let names: Vec<_> = dead.headers.iter().map(|(name, _)| &**name).collect();
    assert_eq!(names[..3], ["traceparent", "small", "large"]);
    assert!(dead.headers.iter().map(super::write::size).sum::<usize>() <= 120 * 1024);
    assert_eq!(read(&dead).death.unwrap().reason, Reason::Rejected);
}

fn value() -> impl Strategy<Value = HeaderValue> {
    prop_oneof![any::<i64>().prop_map(HeaderValue::Integer), any::<String>().prop_map(HeaderValue::Text)]
}

fn any_message() -> impl Strategy<Value = Message> {
    let known = prop::sample::select(vec![
        names::ATTEMPTS,
        names::FIRST_TIME,
        names::HISTORY,
        names::DEAD_REASON,
        names::DEAD_TIME,
        names::DEAD_QUEUE,
        names::FIRST_DEATH_QUEUE,
        names::FIRST_DEATH_REASON,
        names::LAST_DEATH_QUEUE,
    ]);
    let named = prop_oneof![Just(QUEUE), Just(DEAD), Just(DELAY), Just("rejected")];
    let value = prop_oneof![value(), named.prop_map(|name| HeaderValue::Text(name.to_owned()))];
    let key = prop_oneof![Just(QUEUE), Just(DEAD), Just("workout.deleted")];
    (vec((known, value), 0..6), key).prop_map(|(headers, key)| {
        let mut message = published(headers.into_iter().map(|(name, value)| (name.into(), value)));
        (message.exchange, message.routing_key) = ("".into(), key.into());
        message
    })
}

proptest! {
    #[test]
    fn whatever_stands_in_the_headers_what_we_write_is_read(
        message in any_message(),
        attempts in 0_u32..1_000,
        error in option::of("\\PC{0,40}"),
        reason in prop::sample::select(Reason::ALL),
    ) {
        let letter = read(&message);
        prop_assert!(letter.attempts <= 1_000_000);

        let retried = read(&waited(letter.travel(taken(&message), attempts, Some(at(0)), DELAY, [])));
        let want = Letter { attempts, first_time: Some(at(0)), death: None, died: None, ..letter.clone() };
        prop_assert_eq!(&retried, &want);

        let death = Death { error, ..Death::of(reason, attempts) };
        let dead = bury(&message, &death, at(1));
        let read = read(&dead);
        prop_assert_eq!(read.death, Some(death));
        prop_assert_eq!((read.died, read.attempts, read.history), (Some(at(1)), attempts, letter.history));
    }
}
