//! From a window that was written to what is said of it.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;
use workout_events::amqp::Message;

use crate::error::{BrokerError, Kind};
use crate::in_process::confirms::Told;
use crate::in_process::links::Side;
use crate::in_process::script::Fate;
use crate::in_process::state::State;
use crate::in_process::window::{End, Window};
use crate::outcome::Outcome;

/// What a blocked server has not read yet.
#[derive(Debug)]
pub(super) struct Unread {
    connection: u64,
    window: u64,
    messages: Vec<Arc<Message>>,
}

impl State {
    /// Takes a window from a connection; its number.
    pub(super) fn write(&mut self, connection: u64, messages: &[Arc<Message>]) -> Result<u64, BrokerError> {
        if self.is_down(Side::Publishing) {
            return Err(Kind::Down.into());
        }
        let number = self.number();
        self.windows.insert(number, Window::new(connection, messages));
        self.watchers.retain(|watcher| {
            let ids = messages.iter().map(|message| message.properties.message_id.clone());
            watcher.send(ids.collect()).is_ok()
        });
        if self.blocked {
            self.unread.push_back(Unread { connection, window: number, messages: messages.to_vec() });
        } else {
            self.take(number, messages);
        }
        Ok(number)
    }

    fn take(&mut self, number: u64, messages: &[Arc<Message>]) {
        let mut told = Vec::with_capacity(messages.len());
        for (tag, message) in messages.iter().enumerate() {
            let Ok((outcome, is_told)) = self.fate_of(message) else {
                told.push(Told::ChannelClosed);
                break;
            };
            told.extend((outcome == Outcome::Returned).then_some(Told::Returned(tag)));
            told.extend(is_told.then_some(match outcome {
                Outcome::Nacked => Told::Refused { tag },
                Outcome::Confirmed | Outcome::Returned | Outcome::Unknown | Outcome::Spilled => {
                    Told::Confirmed { tag, multiple: false }
                }
            }));
        }
        let told = self.script.confirms.arrange(told, &mut self.script.random);
        // Nobody waits any more for what was written to a server that stayed blocked.
        if let Some(window) = self.windows.get_mut(&number) {
            window.told = told;
        }
        if self.latency.is_zero() {
            self.tell(number);
        }
    }

    /// Says what there is to say of a window, unless that is held back.
    pub(super) fn tell(&mut self, number: u64) {
        if let Some(window) = self.windows.get_mut(&number).filter(|_| !self.script.held) {
            window.tell(usize::MAX);
        }
    }

    /// What becomes of a message, and whether its publisher is told.
    fn fate_of(&mut self, message: &Arc<Message>) -> Result<(Outcome, bool), BrokerError> {
        Ok(match self.script.next() {
            Fate::Routed => (self.route(message)?, true),
            Fate::RoutedTwice => {
                let outcome = self.route(message)?;
                let _again = self.route(message)?;
                (outcome, true)
            }
            Fate::Unconfirmed => (self.route(message)?, false),
            Fate::Lost => (Outcome::Unknown, false),
            Fate::Nacked => (Outcome::Nacked, true),
            Fate::Returned => (Outcome::Returned, true),
        })
    }

    pub(super) fn window(&mut self, number: u64) -> Option<&mut Window> {
        self.windows.get_mut(&number)
    }

    pub(super) fn forget(&mut self, number: u64) {
        self.windows.remove(&number);
    }

    pub(super) fn latency(&self) -> Duration {
        self.latency
    }

    pub(super) fn watch(&mut self) -> mpsc::UnboundedReceiver<Vec<String>> {
        let (sender, receiver) = mpsc::unbounded_channel();
        self.watchers.push(sender);
        receiver
    }

    pub(super) fn set_blocked(&mut self, blocked: bool) {
        self.blocked = blocked;
        while !self.blocked
            && let Some(Unread { window, messages, .. }) = self.unread.pop_front()
        {
            self.take(window, &messages);
        }
        self.tell_health();
    }

    /// Says so many of the things that are held back or on their way, from the oldest window on.
    pub(super) fn release(&mut self, mut limit: usize) {
        for window in self.windows.values_mut() {
            limit -= window.tell(limit);
        }
    }

    /// Nothing more is said of what is under way, and what was not read is lost: on all connections, or on one.
    pub(super) fn end_windows(&mut self, connection: Option<u64>) {
        let meant = |other: u64| connection.is_none_or(|connection| connection == other);
        self.unread.retain(|unread| !meant(unread.connection));
        for window in self.windows.values_mut().filter(|window| meant(window.connection)) {
            window.end(End::Lost);
        }
    }
}
