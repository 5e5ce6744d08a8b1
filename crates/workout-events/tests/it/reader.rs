//! What holds for every reading of every sequence of bytes: shared by the fuzz target and by the replay.

use serde_json::Value;
use workout_events::{Code, DecodeError, Decoder, Event, Registry, WorkoutPerformed};

/// Reads the bytes in every way there is and checks what must hold.
pub(crate) fn check(message: &[u8]) {
    let registry = Registry::workout();
    if let Ok(accepted) = registry.read(message) {
        let again = registry.read(&accepted.message).expect("the canonical form is accepted");
        assert_eq!(again.message, accepted.message, "the canonical form is a fixed point");
        assert_eq!((again.id, again.unknown_fields), (accepted.id, 0));
        serde_json::from_slice::<Value>(message).expect("what is accepted is JSON");
    }

    let plain = Decoder::new().accept_plain_envelope();
    let results = [Event::<WorkoutPerformed>::decode(message), plain.decode(message)];
    for result in results {
        match result {
            Ok(event) => {
                let again = Event::<WorkoutPerformed>::decode(&event.encode()).expect("what was written can be read");
                assert_eq!(again, event);
            }
            Err(error) => check_refusal(message, &error),
        }
    }
}

fn check_refusal(message: &[u8], error: &DecodeError) {
    let violations = error.violations().as_slice();
    assert!(!violations.is_empty());
    for violation in violations {
        // These two would mean that the quick way refused what the diagnosis finds nothing wrong with.
        assert_ne!(violation.message, "the message does not fit its type");
        assert!(!violation.message.starts_with("the data does not fit"), "{violation}");
    }
    let syntax =
        [Code::Empty, Code::NotUtf8, Code::ByteOrderMark, Code::Truncated, Code::InvalidJson, Code::TrailingBytes];
    if serde_json::from_slice::<Value>(message).is_ok() {
        assert!(!violations.iter().any(|violation| syntax.contains(&violation.code)), "this is JSON: {violations:?}");
    }
}
