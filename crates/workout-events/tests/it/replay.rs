//! The corpus of the fuzz target, replayed: the golden messages, and each of them damaged at every few bytes.

use workout_events::schema::golden::{ACCEPTED, REFUSED, lines};

use crate::reader;

/// Bytes that mean something to a JSON reader, and some that do not.
const DAMAGE: &[u8] = b"\"\\{}[]:,0-9eE.unft \x00\x1f\x7f\x80\xc3\xed\xff";

#[test]
fn the_golden_messages_are_read_without_a_contradiction() {
    for (_, message) in lines(ACCEPTED).chain(lines(REFUSED)) {
        reader::check(message);
    }
}

#[test]
fn damaged_messages_are_read_without_a_contradiction() {
    let mut damage = DAMAGE.iter().cycle();
    let mut count = 0;
    for (line, message) in lines(ACCEPTED) {
        for at in (line % 7..message.len()).step_by(7) {
            let mut damaged = message.to_vec();
            damaged[at] = *damage.next().expect("the damage does not end");
            reader::check(&damaged);
            damaged.remove(at);
            reader::check(&damaged);
            reader::check(&message[..at]);
            count += 3;
        }
    }
    assert!(count > 10_000, "{count}");
}
