//! The envelope and the mapping to AMQP.

use workout_events::amqp::{self, HeaderValue};
use workout_events::jiff::Zoned;
use workout_events::{
    ActivityType, Code, Event, EventId, Exercise, Set, SetKind, Source, UserId, WorkoutDeleted, WorkoutId,
    WorkoutPerformed,
};

fn performed() -> WorkoutPerformed {
    let zoned = |text: &str| text.parse::<Zoned>().unwrap();
    WorkoutPerformed::new(
        "5b0d6a2e-7c1b-4a6e-9d3f-2b8f0c9e4d11".parse().unwrap(),
        UserId::from_foreign("hevy", "42"),
        Source::new("coach"),
        ActivityType::Strength,
        &zoned("2026-03-28T17:29:00[Europe/Berlin]"),
        &zoned("2026-03-28T18:29:00[Europe/Berlin]"),
    )
}

#[test]
fn the_same_fact_is_the_same_event() {
    let first = Event::new("/coach", performed()).unwrap();
    let again = Event::new("/monolith", performed().energy_kcal(1)).unwrap();
    let edited = Event::new("/coach", performed().revision(2)).unwrap();
    assert_eq!(first.id(), again.id());
    assert_ne!(first.id(), edited.id());
    // Anyone can compute it: a version 5 UUID of "workout.performed:{workout_id}:{revision}" in the namespace.
    assert_eq!(first.id().to_string(), "2b5bf2a8-7af1-5200-b5b5-1e42b4869461");
    let deleted = Event::new("/coach", WorkoutDeleted::new(first.data().workout_id, 1)).unwrap();
    assert_ne!(deleted.id(), first.id());
}

#[test]
fn local_time_and_zone_are_kept() {
    let event = Event::new("/coach", performed()).unwrap();
    assert_eq!(event.data().started_at.to_string(), "2026-03-28T17:29:00+01:00");
    assert_eq!(event.data().time_zone.as_str(), "Europe/Berlin");
    assert_eq!((event.data().elapsed_s(), event.data().duration_s()), (3_600, 3_600));
    assert_eq!(performed().active_s(3_000).duration_s(), 3_000);
}

#[test]
fn the_envelope_is_checked_like_the_data() {
    let violations = Event::builder("not a source", performed().energy_kcal(20_001))
        .traceparent("nonsense")
        .correlation_id("")
        .build()
        .unwrap_err();
    let got: Vec<_> = violations.iter().map(|v| (v.code, v.pointer.as_str())).collect();
    assert_eq!(
        got,
        [
            (Code::InvalidReference, "/source"),
            (Code::InvalidReference, "/correlationid"),
            (Code::InvalidTraceparent, "/traceparent"),
            (Code::AboveMaximum, "/data/energy_kcal"),
        ]
    );
}

#[test]
fn a_chain_of_events_keeps_its_correlation_and_trace() {
    let trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    let first = Event::builder("/coach", performed()).traceparent(trace).build().unwrap();
    let second = Event::builder("/stats", performed().revision(2)).caused_by(&first).build().unwrap();
    let third = Event::builder("/alerts", performed().revision(3)).caused_by(&second).build().unwrap();
    assert_eq!(second.causation_id(), Some(first.id().to_string().as_str()));
    assert_eq!(third.causation_id(), Some(second.id().to_string().as_str()));
    assert_eq!(third.correlation_id(), Some(first.id().to_string().as_str()));
    assert_eq!(third.traceparent(), Some(trace));
}

#[test]
fn an_event_says_how_it_travels() {
    let event = Event::builder("/coach", performed()).correlation_id("c-7").build().unwrap();
    let message = amqp::Message::of(&event).unwrap();
    assert_eq!((&*message.exchange, &*message.routing_key), ("workout.performed", "workout.performed"));
    let properties = &message.properties;
    assert_eq!((&*properties.content_type, properties.delivery_mode), ("application/cloudevents+json", 2));
    assert_eq!(properties.message_id, event.id().to_string());
    assert_eq!((&*properties.kind, properties.app_id.as_str()), ("workout.performed", "/coach"));
    assert_eq!(i64::try_from(properties.timestamp), Ok(event.time().as_second()));
    assert_eq!(properties.correlation_id.as_deref(), Some("c-7"));
    assert_eq!(message.headers, [("cloudEvents:dataversion".into(), HeaderValue::Integer(1))]);
    assert_eq!(Event::<WorkoutPerformed>::decode(&message.body).unwrap(), event);
    let deleted = Event::new("/coach", WorkoutDeleted::new(WorkoutId::generate(), 2)).unwrap();
    assert_eq!(amqp::Message::of(&deleted).unwrap().exchange, "workout.events");
}

#[test]
fn what_no_reader_would_take_is_not_published() {
    let heavy = Set::new(0, SetKind::Normal)
        .reps(5)
        .entered(workout_events::Entered::new("1", workout_events::EnteredUnit::Kg));
    let sets = std::iter::repeat_n(heavy.completed_at("2026-03-28T17:29:00.123456789+01:00".parse().unwrap()), 5);
    let exercises = (0..100).map(|_| Exercise::new("a".repeat(64), "🏋".repeat(120)).sets(sets.clone()));
    let event = Event::new("/coach", performed().notes("🏋".repeat(4_000)).exercises(exercises)).unwrap();
    // The largest workout that the contract allows fits into a message.
    assert!(event.encode().len() < 256 * 1024, "{}", event.encode().len());
    assert!(amqp::Message::of(&event).is_ok());
}

#[test]
fn a_stored_message_goes_on_its_way_again() {
    let event = Event::new("/coach", performed()).unwrap();
    let message = amqp::Message::of(&event).unwrap();
    let mut properties = amqp::Properties::new(String::from("workout.performed"), event.id().to_string());
    properties.timestamp = message.properties.timestamp;
    properties.app_id = "/coach".to_owned();
    let mut again =
        amqp::Message::new(String::from("workout.performed"), "workout.performed", properties, message.body.clone());
    again.headers = message.headers.clone();
    assert_eq!(again, message);
}

#[test]
fn a_message_says_its_type_without_being_read() {
    let event = Event::new("/coach", performed()).unwrap();
    assert_eq!(workout_events::type_of(&event.encode()).as_deref(), Some("workout.performed"));
    assert_eq!(workout_events::type_of(br#"{"event_type": "user.created"}"#).as_deref(), Some("user.created"));
    assert_eq!(workout_events::type_of(b"[]"), None);
}

#[test]
fn data_without_an_envelope_is_read_as_strictly() {
    let read = |text: &str| workout_events::Decoder::new().decode_data::<WorkoutPerformed>(text.as_bytes());
    let data = serde_json::to_string(&performed()).unwrap();
    assert_eq!(read(&data), Ok(performed()));
    let check = |text: &str, want: &[(Code, &str)]| {
        let violations = read(text).unwrap_err();
        let got: Vec<_> = violations.iter().map(|v| (v.code, v.pointer.as_str())).collect();
        assert_eq!(got, want, "{text}");
    };
    check("", &[(Code::Empty, "")]);
    check("[]", &[(Code::WrongType, "")]);
    check("{", &[(Code::Truncated, "")]);
    check(&data.replace("\"revision\":1", "\"revision\":1,\"revision\":1"), &[(Code::DuplicateKey, "/revision")]);
    check(
        &data.replace("\"revision\":1", "\"revision\":0,\"avg_hr\":150,\"max_hr\":140"),
        &[(Code::BelowMinimum, "/revision"), (Code::AverageAboveMaximum, "/avg_hr")],
    );
}

#[test]
fn fresh_ids_sort_by_time() {
    let ids: Vec<_> = (0..100).map(|_| EventId::generate()).collect();
    assert!(ids.is_sorted());
}
