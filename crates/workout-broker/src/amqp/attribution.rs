//! Which message of a window came back.
//!
//! lapin hands a returned message to whichever confirmation completes next, so what a confirmation carries says little of
//! its own message. But RabbitMQ returns a message before it acknowledges it, and lapin hands out what was returned in
//! the order in which it came, one with each confirmation. So a confirmation that carries nothing proves that no return
//! was waiting, the own one included: that has been handed to an earlier confirmation, and its id is known. A
//! confirmation that carries another message proves that only once the whole window has been answered.

use std::collections::BTreeSet;

use lapin::Confirmation;
use lapin::message::BasicReturnMessage;
use lapin::types::ShortString;

use crate::outcome::Outcome;

/// What became of the messages of a window, in their order.
#[derive(Debug, PartialEq)]
pub(super) struct Attribution {
    pub(super) outcomes: Vec<Outcome>,
    /// Whether nothing is due any more on the channel, so that it can carry another window.
    pub(super) whole: bool,
}

/// `ids` are those of the messages, `answers` what was said to them: `None` where nothing was.
///
/// Messages of one window with the same id cannot be told apart when one of them comes back. Then all of them are called
/// returned: that is wrong at most in the harmless direction, because `Returned` is a reason to publish again.
pub(super) fn attribute(ids: &[&str], answers: &[Option<Confirmation>]) -> Attribution {
    let returned: Vec<_> = answers.iter().flatten().filter_map(carried).map(id_of).collect();
    // One by one in most windows, for nothing came back in them.
    let known: BTreeSet<_> = if returned.is_empty() { BTreeSet::new() } else { ids.iter().copied().collect() };
    let ours = returned.iter().all(|id| id.is_some_and(|id| known.contains(id)));
    let returned: BTreeSet<_> = returned.into_iter().flatten().collect();

    let answered = |answer: &Option<_>| matches!(answer, Some(Confirmation::Ack(_) | Confirmation::Nack(_)));
    let whole = ours && answers.iter().all(answered);
    let outcome = |(id, answer): (&&str, &Option<Confirmation>)| match answer {
        Some(Confirmation::Nack(_)) => Outcome::Nacked,
        _ if returned.contains(id) => Outcome::Returned,
        Some(Confirmation::Ack(None)) if ours => Outcome::Confirmed,
        Some(Confirmation::Ack(_)) if whole => Outcome::Confirmed,
        Some(Confirmation::Ack(_) | Confirmation::NotRequested) | None => Outcome::Unknown,
    };
    Attribution { outcomes: ids.iter().zip(answers).map(outcome).collect(), whole }
}

fn carried(confirmation: &Confirmation) -> Option<&BasicReturnMessage> {
    match confirmation {
        Confirmation::Ack(carried) | Confirmation::Nack(carried) => carried.as_ref(),
        Confirmation::NotRequested => None,
    }
}

fn id_of(returned: &BasicReturnMessage) -> Option<&str> {
    returned.properties.message_id().as_ref().map(ShortString::as_str)
}

#[cfg(test)]
mod tests {
    use lapin::BasicProperties;
    use lapin::message::Delivery;

    use super::*;

    fn returned(id: &str) -> BasicReturnMessage {
        let mut delivery = Delivery::mock(0, "".into(), "".into(), false, Vec::new());
        if !id.is_empty() {
            delivery.properties = BasicProperties::default().with_message_id(id.into());
        }
        BasicReturnMessage { delivery, reply_code: 312, reply_text: "NO_ROUTE".into() }
    }

    #[test]
    fn confirmed_is_never_said_of_what_came_back_was_refused_or_is_not_certain() {
        use Confirmation::{Ack, Nack, NotRequested};
        use Outcome::{Confirmed, Nacked, Returned, Unknown};

        #[track_caller]
        fn check<const N: usize>(said: [(&str, Option<Confirmation>); N], whole: bool, outcomes: [Outcome; N]) {
            let (ids, answers): (Vec<_>, Vec<_>) = said.into_iter().unzip();
            assert_eq!(attribute(&ids, &answers), Attribution { outcomes: outcomes.into(), whole });
        }
        check([], true, []);
        check([("a", Some(Ack(None)))], true, [Confirmed]);
        check([("a", Some(Ack(Some(returned("a")))))], true, [Returned]);
        check([("a", Some(Nack(None)))], true, [Nacked]);
        check([("a", Some(Nack(Some(returned("a")))))], true, [Nacked]);
        check([("a", Some(NotRequested))], false, [Unknown]);
        check([("a", None)], false, [Unknown]);

        // The trap: the return of one message with the confirmation of another.
        check([("a", Some(Ack(Some(returned("b"))))), ("b", Some(Ack(None)))], true, [Confirmed, Returned]);
        check([("a", Some(Nack(Some(returned("b"))))), ("b", Some(Ack(None)))], true, [Nacked, Returned]);

        // A broken window: what is still on its way could belong to whoever carries what is not its own.
        check([("a", Some(Ack(Some(returned("b"))))), ("b", None)], false, [Unknown, Returned]);
        check([("a", Some(Ack(None))), ("b", None)], false, [Confirmed, Unknown]);

        // A message of nobody: then nothing is certain.
        check([("a", Some(Ack(None))), ("b", Some(Ack(Some(returned("z")))))], false, [Unknown, Unknown]);
        check([("a", Some(Ack(None))), ("b", Some(Ack(Some(returned("")))))], false, [Unknown, Unknown]);

        // Twins.
        check([("a", Some(Ack(None))), ("a", Some(Ack(Some(returned("a")))))], true, [Returned, Returned]);
    }
}
