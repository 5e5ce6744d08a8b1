//! The plain envelope of services that have not moved yet.

use serde_json::{Value, json};
use workout_events::{Code, DecodeError, Decoder, Event, Registry, UserId, contract, event};

/// A user was created, as an older service says it.
#[event(type = "user.created", version = 1, subject = user_id)]
pub struct UserCreated {
    /// The user.
    pub user_id: UserId,
    /// What the user does.
    pub role: Role,
}

/// What a user does.
#[contract]
pub enum Role {
    /// Learns.
    Student,
    /// Teaches.
    Supervisor,
}

fn message() -> Value {
    json!({
        "event_type": "user.created",
        "payload": {"user_id": "9A1C3E5F-0B2D-4F6A-8C9E-1D3F5A7B9C0D", "role": "student"},
        "service": "auth-service",
        "timestamp": "2026-01-02T03:04:05.678901",
        "version": "1.0",
    })
}

fn decode(message: &Value) -> Result<Event<UserCreated>, DecodeError> {
    Decoder::new().accept_plain_envelope().decode(message.to_string().as_bytes())
}

#[track_caller]
fn check(change: impl FnOnce(&mut Value), code: Code, pointer: &str) {
    let mut message = message();
    change(&mut message);
    let error = decode(&message).unwrap_err();
    let violations: Vec<_> = error.violations().iter().map(|v| (v.code, v.pointer.as_str())).collect();
    assert_eq!(violations, [(code, pointer)]);
}

#[test]
fn a_plain_message_becomes_an_event() {
    let event = decode(&message()).unwrap();
    assert_eq!(event.source(), "auth-service");
    assert_eq!(event.time().to_string(), "2026-01-02T03:04:05.678901Z");
    assert_eq!(event.data().role, Role::Student);
    assert_eq!(event.subject(), "9a1c3e5f-0b2d-4f6a-8c9e-1d3f5a7b9c0d");
}

#[test]
fn the_same_message_is_the_same_event() {
    assert_eq!(decode(&message()).unwrap().id(), decode(&message()).unwrap().id());
    let mut later = message();
    later["timestamp"] = json!("2026-01-02T03:04:05.678902");
    assert_ne!(decode(&message()).unwrap().id(), decode(&later).unwrap().id());
}

#[test]
fn it_is_refused_unless_asked_for() {
    let error = Event::<UserCreated>::decode(message().to_string().as_bytes()).unwrap_err();
    assert!(error.violations().iter().any(|v| v.code == Code::Missing && v.pointer == "/specversion"));
}

#[test]
fn cloudevents_are_still_read() {
    let event = Event::new("/auth", UserCreated::new(UserId::generate(), Role::Supervisor)).unwrap();
    let read = Decoder::new().accept_plain_envelope().decode::<UserCreated>(&event.encode()).unwrap();
    assert_eq!(read, event);
}

#[test]
fn places_are_named_as_the_sender_knows_them() {
    check(|m| m["payload"]["role"] = json!("king"), Code::UnknownChoice, "/payload/role");
    check(|m| m["payload"] = json!([]), Code::WrongType, "/payload");
    check(|m| drop(m.as_object_mut().unwrap().remove("service")), Code::Missing, "/service");
    check(|m| m["timestamp"] = json!("yesterday"), Code::InvalidTime, "/timestamp");
    check(|m| m["timestamp"] = json!(7), Code::WrongType, "/timestamp");
    check(|m| m["version"] = json!("one"), Code::UnknownVersion, "/version");
    check(|m| m["version"] = json!("0.9"), Code::UnknownVersion, "/version");
    check(|m| m["version"] = json!("2.0"), Code::UnknownVersion, "/version");
    check(|m| m["event_type"] = json!("user.juggled"), Code::UnknownType, "/event_type");
    check(|m| m["timestamp"] = json!("2199-01-01T00:00:00"), Code::InFuture, "/timestamp");
}

#[test]
fn strictness_is_the_same() {
    let text = message().to_string().replace("\"role\":\"student\"", "\"role\":\"student\",\"role\":\"student\"");
    let error = Decoder::new().accept_plain_envelope().decode::<UserCreated>(text.as_bytes()).unwrap_err();
    assert_eq!(error.violations().first().code, Code::DuplicateKey);
    assert_eq!(error.violations().first().pointer, "/payload/role");
    let text = message().to_string().replace("student", "\\u0000");
    let error = Decoder::new().accept_plain_envelope().decode::<UserCreated>(text.as_bytes()).unwrap_err();
    assert_eq!(error.violations().first().code, Code::NulCharacter);
}

#[test]
fn what_is_forwarded_is_a_cloud_event() {
    let registry = Registry::new().with::<UserCreated>().decoder(Decoder::new().accept_plain_envelope());
    let event = decode(&message()).unwrap();
    let (id, message) = registry.forward(message().to_string().as_bytes()).unwrap();
    assert_eq!((id, Event::<UserCreated>::decode(&message.body)), (event.id(), Ok(event)));
}
