//! What a queue gives up, and where that goes.

use std::borrow::Cow;

use tokio::time::Instant;
use workout_events::amqp::{HeaderValue, Message};

use crate::delivery::Death;
use crate::in_process::queue::{GivenUp, QueueState, Stored};
use crate::in_process::state::State;
use crate::in_process::subscriber::Subscriber;

impl State {
    /// What time has done since the last look: queues that nobody has read for too long are gone, and messages whose delay
    /// is over have moved on. It is looked at when it matters, so that no task has to.
    pub(super) fn pass_time(&mut self) {
        self.queues.retain(|_, queue| !queue.has_expired());
        self.queues.values_mut().for_each(QueueState::forget);
        let now = Instant::now();
        while let Some((due, name)) = self.next_due()
            && due <= now
        {
            let name = name.to_owned();
            if let Some(queue) = self.queues.get_mut(&name) {
                queue.give_up_first();
            }
            self.move_on(&name);
        }
    }

    /// When a message moves on by itself, and from which queue.
    pub(super) fn next_due(&self) -> Option<(Instant, &str)> {
        let due = |(name, queue): (_, &QueueState)| Some((queue.due()?, name));
        self.queues.iter().filter_map(due).min().map(|(due, name): (_, &String)| (due, name.as_str()))
    }

    pub(super) fn put_back(&mut self, queue: &str, mut stored: Stored) {
        stored.returns += 1;
        let Some(state) = self.queues.get_mut(queue).filter(|queue| queue.log.is_none()) else { return };
        if state.gives_up(stored.returns) {
            state.give_up(stored.message, "delivery_limit");
            self.move_on(queue);
        } else {
            state.put_back(stored);
        }
    }

    pub(super) fn reject(&mut self, queue: &str, stored: Stored) {
        if let Some(state) = self.queues.get_mut(queue) {
            state.give_up(stored.message, "rejected");
            self.move_on(queue);
        }
    }

    /// Moves what a queue has given up to where that goes, with the headers that say why. It stays as long as there is no
    /// such queue. A dead-letter queue names none, so what it gives up is gone: someone looked and said so.
    pub(super) fn move_on(&mut self, name: &str) {
        let Some(queue) = self.queues.get_mut(name) else { return };
        let given_up = std::mem::take(&mut queue.given_up);
        let Some(to) = queue.spec.dead_letters.clone() else { return };
        let Some(target) = self.queues.get_mut(&to) else {
            if let Some(queue) = self.queues.get_mut(name) {
                queue.given_up = given_up;
            }
            return;
        };
        let mut begins_a_delay = false;
        for GivenUp { message, reason } in given_up {
            let mut message = Message::clone(&message);
            say_of_what_it_died(&mut message, name, reason);
            message.exchange = Cow::Borrowed("");
            message.routing_key = Cow::Owned(to.clone());
            begins_a_delay |= target.put(message.into());
        }
        target.hand_out(&mut self.readers, self.latency);
        if begins_a_delay {
            self.tell_of_a_delay();
        }
    }

    /// To those who had given up because their queue was not there.
    pub(super) fn move_on_to(&mut self, queue: &str) {
        let leads_here = |other: &QueueState| other.spec.dead_letters.as_deref() == Some(queue);
        let names = self.queues.iter().filter(|(_, other)| leads_here(other));
        for name in names.map(|(name, _)| name.clone()).collect::<Vec<_>>() {
            self.move_on(&name);
        }
    }

    /// Whoever waits for a message also waits for the end of the next delay, and there may be a new one.
    pub(super) fn tell_of_a_delay(&mut self) {
        self.readers.values_mut().for_each(Subscriber::wake);
    }
}

const FIRST_DEATH: [&str; 3] = ["x-first-death-exchange", "x-first-death-queue", "x-first-death-reason"];
const LAST_DEATH: [&str; 3] = ["x-last-death-exchange", "x-last-death-queue", "x-last-death-reason"];

/// The first death is told once, the last one is always the last.
fn say_of_what_it_died(message: &mut Message, queue: &str, reason: &str) {
    message.headers.retain(|(name, _)| !LAST_DEATH.contains(&&**name));
    let mut names = vec![LAST_DEATH];
    if !message.headers.iter().any(|(name, _)| name == FIRST_DEATH[1]) {
        names.push(FIRST_DEATH);
    }
    let values = [message.exchange.to_string(), queue.to_owned(), reason.to_owned()];
    for names in names {
        let text = |value: &String| HeaderValue::Text(value.clone());
        message.headers.extend(names.into_iter().map(Cow::Borrowed).zip(values.iter().map(text)));
    }
}

/// The last one, if there was any.
pub(super) fn death(message: &Message) -> Option<Death> {
    let text = |name: &str| match message.headers.iter().find(|(other, _)| other == name) {
        Some((_, HeaderValue::Text(text))) => Some(text.clone()),
        _ => None,
    };
    Some(Death::new(text(LAST_DEATH[1])?, text(LAST_DEATH[2])?))
}
