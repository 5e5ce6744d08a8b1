//! Events cross to the CloudEvents package of another language and back.

use std::fs;

use serde_json::{Map, Value, json};
use tempfile::NamedTempFile;
use workout_events::jiff::Timestamp;
use workout_events::{
    ActivityType, Event, Exercise, Moment, Registry, Set, SetKind, Source, WorkoutDeleted, WorkoutPerformed, amqp,
};

use super::{clients, corpus};

#[test]
fn python_reads_the_attributes_and_the_data_that_we_wrote() {
    let cause = Event::new("/import", WorkoutDeleted::new("6f4a1c1e-8c55-4b8e-9d0a-3f8f5f2f7a10".parse().unwrap(), 1));
    let event = Event::builder("/coach?a=1&b=2", performed(3))
        .time("2026-03-28T18:00:00.25Z".parse().unwrap())
        .caused_by(&cause.unwrap())
        .traceparent("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")
        .tracestate("vendor=1")
        .build()
        .unwrap();
    let message = amqp::Message::of(&event).unwrap();
    let headers: Map<_, _> =
        message.headers.iter().map(|(name, value)| (String::from(&**name), header(value))).collect();
    let read = read_by_python(&[json!({
        "content_type": message.properties.content_type,
        "headers": headers,
        "body": String::from_utf8(message.body).unwrap(),
    })]);

    let attributes = &read[0]["attributes"];
    assert_eq!(attributes["specversion"], "1.0");
    assert_eq!(attributes["id"], json!(event.id()));
    assert_eq!(attributes["source"], event.source());
    assert_eq!(attributes["type"], "workout.performed");
    assert_eq!(attributes["time"], "2026-03-28T18:00:00.250000+00:00");
    assert_eq!(attributes["subject"], event.subject());
    assert_eq!(attributes["datacontenttype"], "application/json");
    assert_eq!(attributes["dataschema"], "urn:workout:schema:workout.performed:1#data");
    assert_eq!(attributes["dataversion"], 1);
    assert_eq!(attributes["correlationid"], json!(event.correlation_id()));
    assert_eq!(attributes["causationid"], json!(event.causation_id()));
    assert_eq!(attributes["traceparent"], json!(event.traceparent()));
    assert_eq!(attributes["tracestate"], json!(event.tracestate()));
    assert_eq!(read[0]["data"], json!(event.data()));
}

#[test]
fn python_reads_events_of_every_type() {
    let registry = Registry::workout();
    let written = corpus::valid(corpus::seed(), 5).into_iter().map(|message| registry.read(&message).unwrap().message);
    let written: Vec<_> = written.map(|message| String::from_utf8(message).unwrap()).collect();
    let messages: Vec<_> =
        written.iter().map(|body| json!({ "content_type": amqp::CONTENT_TYPE, "headers": {}, "body": body })).collect();

    for (body, mut read) in written.iter().zip(read_by_python(&messages)) {
        let mut want: Value = serde_json::from_str(body).unwrap();
        assert_eq!(read["data"], want["data"].take(), "{body}");
        // Python's clock counts microseconds.
        let [time, written] = [read["attributes"]["time"].take(), want["time"].take()]
            .map(|time| time.as_str().unwrap().parse::<Timestamp>().unwrap().as_microsecond());
        assert_eq!(time, written, "{body}");
        want.as_object_mut().unwrap().remove("data");
        assert_eq!(read["attributes"], want, "{body}");
    }
}

#[test]
fn events_that_python_builds_are_accepted_under_the_id_that_we_derive() {
    let printed = clients::python("build_events.py", [""; 0]);
    let messages: Vec<Value> = printed.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(messages.len(), 2);
    for (revision, message) in (1..).zip(&messages) {
        assert_eq!(message["content_type"], amqp::CONTENT_TYPE);
        let theirs = Event::<WorkoutPerformed>::decode(message["body"].as_str().unwrap().as_bytes()).unwrap();
        let ours = Event::new("/rust", performed(revision)).unwrap();
        assert_eq!(theirs.data(), ours.data());
        assert_eq!(theirs.id(), ours.id());
        assert_eq!(theirs.subject(), ours.subject());
        assert_eq!((theirs.source(), theirs.unknown_fields()), ("/python", 0));
    }
    let full = Event::<WorkoutPerformed>::decode(messages[1]["body"].as_str().unwrap().as_bytes()).unwrap();
    assert_eq!(full.time(), "2026-03-28T18:00:00.25Z".parse().unwrap());
    assert_eq!(full.correlation_id(), Some("import-7"));
    assert_eq!(full.traceparent(), Some("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"));
}

/// The same data that `build_events.py` builds.
pub(super) fn performed(revision: u32) -> WorkoutPerformed {
    let moment = |text: &str| text.parse::<Moment>().unwrap();
    let mut workout = WorkoutPerformed::in_zone(
        (
            "6f4a1c1e-8c55-4b8e-9d0a-3f8f5f2f7a10".parse().unwrap(),
            "0197a9f6-5d2c-7c55-9f0a-5a1f0e7f1f10".parse().unwrap(),
        ),
        Source::new("python"),
        ActivityType::Strength,
        (moment("2026-03-28T17:29:00+01:00"), moment("2026-03-28T18:29:00+01:00")),
        "Europe/Berlin".parse().unwrap(),
    );
    workout.revision = revision;
    workout.title = Some("Früh am Morgen 🏋️".to_owned());
    let mut squat = Set::new(0, SetKind::Normal);
    squat.reps = Some(5);
    squat.load_g = Some(100_000);
    let mut exercise = Exercise::new("back-squat", "Kniebeuge");
    exercise.sets = vec![squat];
    workout.exercises = vec![exercise];
    workout
}

fn header(value: &amqp::HeaderValue) -> Value {
    match value {
        amqp::HeaderValue::Text(text) => json!(text),
        amqp::HeaderValue::Integer(number) => json!(number),
        _ => unreachable!("AMQP headers of ours are texts and integers"),
    }
}

fn read_by_python(messages: &[Value]) -> Vec<Value> {
    let file = NamedTempFile::new().unwrap();
    let lines: Vec<_> = messages.iter().map(Value::to_string).collect();
    fs::write(file.path(), lines.join("\n")).unwrap();
    let read = clients::python("read_events.py", [file.path()]);
    let read: Vec<_> = read.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(read.len(), messages.len());
    read
}
