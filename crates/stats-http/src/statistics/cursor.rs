//! Where a page of workouts ended.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use stats_store::After;
use uuid::Uuid;
use workout_events::WorkoutId;
use workout_events::jiff::Timestamp;

use crate::limit::fnv;

/// As text that says nothing to a client. It belongs to one list of one person with one set of filters, which `list` is:
/// with others, or changed, it is refused and does not silently begin elsewhere.
pub(super) fn write(after: After, list: u64) -> String {
    let mut bytes = Vec::with_capacity(LENGTH);
    bytes.extend(after.started_at.as_microsecond().to_be_bytes());
    bytes.extend(after.workout_id.as_uuid().as_bytes());
    bytes.extend(seal(&bytes, list));
    URL_SAFE_NO_PAD.encode(bytes)
}

/// The place that a cursor of this list names.
pub(super) fn read(text: &str, list: u64) -> Option<After> {
    let bytes = URL_SAFE_NO_PAD.decode(text).ok().filter(|bytes| bytes.len() == LENGTH)?;
    let (place, sealed) = bytes.split_at(LENGTH - 8);
    if seal(place, list) != sealed {
        return None;
    }
    let (started_at, workout_id) = place.split_at(8);
    let started_at = Timestamp::from_microsecond(i64::from_be_bytes(started_at.try_into().ok()?)).ok()?;
    let workout_id = WorkoutId::new(Uuid::from_slice(workout_id).ok()?).ok()?;
    Some(After { started_at, workout_id })
}

const LENGTH: usize = 8 + 16 + 8;

/// Without a secret: a cursor grants nothing, so a forged one shows its maker their own workouts from elsewhere on.
fn seal(place: &[u8], list: u64) -> [u8; 8] {
    fnv(&[place, &list.to_be_bytes(), b"workouts 1"]).to_be_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_read_as_written_or_not_at_all() {
        let started_at = Timestamp::from_microsecond(1_775_000_000_123_456).expect("a time");
        let after = After { started_at, workout_id: WorkoutId::generate() };
        let text = write(after, 7);
        assert_eq!(read(&text, 7), Some(after));
        assert_eq!(read(&text, 8), None);
        for at in 0..text.len() {
            let other = if text.as_bytes()[at] == b'A' { "B" } else { "A" };
            let mut tampered = text.clone();
            tampered.replace_range(at..=at, other);
            assert_eq!(read(&tampered, 7), None, "{tampered}");
            assert_eq!(read(&text[..at], 7), None);
        }
        assert_eq!(read(&format!("{text}A"), 7), None);
    }
}
