//! What the first difference of a queue means.

use crate::doctor::check::quoted;
use crate::doctor::code::Code;
use crate::doctor::report::Thing;

/// What a queue is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    Work,
    Dead,
    Delay,
}

/// From `its x-overflow is drop-head, and should be reject-publish`.
pub(super) fn judge(thing: &mut Thing, purpose: Purpose, reason: &str) {
    let (code, what) = meaning(purpose, difference(reason));
    let mut said = reason.to_owned();
    if let Some(first) = said.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    let mend = anew(&thing.name);
    thing.find(code, format!("{said}: {what}."), mend);
}

/// The argument, and what it is.
pub(super) fn difference(reason: &str) -> Option<(&str, &str)> {
    let (argument, rest) = reason.strip_prefix("its ")?.split_once(" is ")?;
    Some((argument, rest.split_once(", and should be ")?.0))
}

/// The virtual host is that of the URL, which need not be the one of the tool.
pub(super) fn anew(queue: &str) -> String {
    format!(
        "A queue cannot be changed: stop its services, let it run empty, `rabbitmqctl delete_queue -p VHOST {} --if-empty`, \
         and start them; they declare it as it should be.",
        quoted(queue)
    )
}

fn meaning(purpose: Purpose, difference: Option<(&str, &str)>) -> (Code, &'static str) {
    use Purpose::{Dead, Delay, Work};
    match (purpose, difference.unwrap_or_default()) {
        (_, ("x-queue-type", _)) => (Code::NotQuorum, "it is lost with the disk of one node"),
        (_, ("x-expires" | "durable" | "auto_delete" | "exclusive", _)) => {
            (Code::QueueVanishes, "it goes away by itself, with its messages")
        }
        (Work, ("x-delivery-limit", _)) => (Code::DeliveryLimitUnset, "what it means differs between versions"),
        (Dead, ("x-delivery-limit", _)) => {
            (Code::LettersLimited, "letters that were looked at a few times can be dropped")
        }
        (Work, ("x-dead-letter-exchange", "none")) => (Code::NoDeadLetters, "what is rejected is dropped"),
        (Work, ("x-dead-letter-exchange" | "x-dead-letter-routing-key", _)) => {
            (Code::DeadLettersElsewhere, "`workout dlq` looks elsewhere")
        }
        (Delay, ("x-dead-letter-exchange" | "x-dead-letter-routing-key", _)) => {
            (Code::DelayAstray, "after their wait messages do not come back")
        }
        (Work | Delay, ("x-dead-letter-strategy" | "x-overflow", _)) => {
            (Code::DeadLettersAtMostOnce, "a crash loses messages on their way to the next queue")
        }
        (Delay, ("x-message-ttl", "none")) => (Code::DelayEndless, "what is put there stays there"),
        (Delay, ("x-message-ttl", _)) => (Code::DelayOther, "that is in milliseconds, and not what its name says"),
        (_, ("x-message-ttl", _)) => (Code::MessageTtl, "messages are gone after so many milliseconds"),
        _ => (Code::QueueDiffers, "its service cannot declare it, and does not start"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_difference_of_a_queue_has_a_code() {
        #[track_caller]
        fn check(reason: &str, purpose: Purpose, want: Code) {
            let mut thing = Thing::new("queue", "q");
            judge(&mut thing, purpose, reason);
            assert_eq!(thing.codes(), [want.as_str()], "{reason}");
        }
        use Purpose::{Dead, Delay, Work};
        check("its x-queue-type is classic, and should be quorum", Work, Code::NotQuorum);
        check("its x-delivery-limit is none, and should be 20", Work, Code::DeliveryLimitUnset);
        check("its x-delivery-limit is 20, and should be 2147483647", Dead, Code::LettersLimited);
        check("its x-delivery-limit is 20, and should be 2147483647", Delay, Code::QueueDiffers);
        check("its x-dead-letter-exchange is none, and should be empty", Work, Code::NoDeadLetters);
        check("its x-dead-letter-exchange is x, and should be empty", Work, Code::DeadLettersElsewhere);
        check("its x-dead-letter-exchange is none, and should be empty", Delay, Code::DelayAstray);
        check("its x-dead-letter-strategy is none, and should be at-least-once", Work, Code::DeadLettersAtMostOnce);
        check("its x-overflow is drop-head, and should be reject-publish", Delay, Code::DeadLettersAtMostOnce);
        check("its x-message-ttl is none, and should be 5000", Delay, Code::DelayEndless);
        check("its x-message-ttl is 6000, and should be 5000", Delay, Code::DelayOther);
        check("its x-message-ttl is 5, and should be none", Dead, Code::MessageTtl);
        check("its durable is false, and should be true", Work, Code::QueueVanishes);
        check("its x-max-length is 5, and should be none", Work, Code::QueueDiffers);
        check("something else", Work, Code::QueueDiffers);
    }
}
