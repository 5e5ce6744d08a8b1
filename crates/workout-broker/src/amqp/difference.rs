//! What the broker says when something is there and is another, in plain words.

/// From `PRECONDITION_FAILED - inequivalent arg 'x-expires' for queue 'q' in vhost '/': received none but current is the
/// value '60000' of type 'signedint'`, if it is of this form. The broker names one difference, where there may be more.
pub(crate) fn difference(said: &str) -> Option<String> {
    let (_, rest) = said.split_once("inequivalent arg '")?;
    let (argument, rest) = rest.split_once('\'')?;
    let (_, rest) = rest.split_once(": received ")?;
    let (ours, theirs) = rest.split_once(" but current is ")?;
    Some(format!("its {argument} is {}, and should be {}", value(theirs), value(ours)))
}

fn value(said: &str) -> &str {
    let said = said.strip_prefix("the value ").unwrap_or(said);
    let quoted = said.strip_prefix('\'').and_then(|rest| rest.split_once('\''));
    match quoted {
        Some(("", _)) => "empty",
        Some((value, _)) => value,
        None => said,
    }
}

#[cfg(test)]
mod tests {
    use super::difference;

    #[test]
    fn what_is_different_is_named() {
        #[track_caller]
        fn check(said: &str, want: &str) {
            assert_eq!(difference(said).as_deref(), Some(want));
        }
        check(
            "PRECONDITION_FAILED - inequivalent arg 'x-max-length' for queue 'q' in vhost '/': received the value '5' of \
             type 'unsignedint' but current is none",
            "its x-max-length is none, and should be 5",
        );
        check(
            "PRECONDITION_FAILED - inequivalent arg 'type' for exchange 'workout.events' in vhost 'v': received 'topic' \
             but current is 'fanout'",
            "its type is fanout, and should be topic",
        );
        check(
            "PRECONDITION_FAILED - inequivalent arg 'x-dead-letter-exchange' for queue 'q' in vhost '/': received none but \
             current is the value '' of type 'longstr'",
            "its x-dead-letter-exchange is empty, and should be none",
        );
        assert_eq!(difference("PRECONDITION_FAILED - unknown delivery tag 7"), None);
    }
}
