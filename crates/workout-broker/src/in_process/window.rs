//! A window under way: what was said of it so far.

use std::collections::{BTreeSet, VecDeque};
use std::task::Waker;

use workout_events::amqp::Message;

use crate::error::{BrokerError, Kind};
use crate::in_process::confirms::Told;
use crate::outcome::Outcome;

#[derive(Debug)]
pub(super) struct Window {
    pub(super) connection: u64,
    /// What the server holds back, or what is on its way.
    pub(super) told: VecDeque<Told>,
    /// `None` where nothing was said.
    answers: Vec<Option<Answered>>,
    unanswered: usize,
    returned: BTreeSet<usize>,
    ended: Option<End>,
    waker: Option<Waker>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Answered {
    Yes,
    No,
}

/// Why nothing more is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    NoSuchExchange,
    Lost,
}

impl Window {
    pub(super) fn new(connection: u64, messages: usize) -> Self {
        Self {
            connection,
            told: VecDeque::new(),
            answers: vec![None; messages],
            unanswered: messages,
            returned: BTreeSet::new(),
            ended: None,
            waker: None,
        }
    }

    /// Says what is held back, up to `limit` times, and how often it did.
    pub(super) fn tell(&mut self, limit: usize) -> usize {
        let mut said = 0;
        while said < limit
            && self.ended.is_none()
            && let Some(told) = self.told.pop_front()
        {
            said += 1;
            match told {
                Told::Returned(tag) => drop(self.returned.insert(tag)),
                Told::Confirmed { tag, multiple } => {
                    let first = if multiple { 0 } else { tag };
                    (first..=tag).for_each(|tag| self.answer(tag, Answered::Yes));
                }
                Told::Refused { tag } => self.answer(tag, Answered::No),
                Told::ChannelClosed => self.end(End::NoSuchExchange),
            }
        }
        if self.is_done() {
            self.wake();
        }
        said
    }

    fn answer(&mut self, tag: usize, answered: Answered) {
        if let Some(answer @ None) = self.answers.get_mut(tag) {
            *answer = Some(answered);
            self.unanswered -= 1;
        }
    }

    pub(super) fn end(&mut self, end: End) {
        self.ended.get_or_insert(end);
        self.wake();
    }

    fn wake(&mut self) {
        if let Some(waker) = self.waker.take() {
            waker.wake();
        }
    }

    pub(super) fn wait(&mut self, waker: &Waker) {
        self.waker = Some(waker.clone());
    }

    pub(super) fn is_done(&self) -> bool {
        self.unanswered == 0 || self.ended.is_some()
    }

    /// As a channel does it: an exchange that does not exist leaves the fate of the rest unknown, unless there was no rest.
    ///
    /// Messages with one id cannot be told apart when one of them comes back, because AMQP sends the message and no tag.
    pub(super) fn outcomes(&self, messages: &[Message]) -> Result<Vec<Outcome>, BrokerError> {
        if (self.ended, messages.len()) == (Some(End::NoSuchExchange), 1) {
            return Err(Kind::NotFound.into());
        }
        let id = |tag: usize| messages.get(tag).map(|message| message.properties.message_id.as_str());
        let returned: BTreeSet<_> = self.returned.iter().filter_map(|tag| id(*tag)).collect();
        let outcome = |(message, answer): (&Message, &Option<Answered>)| match answer {
            Some(Answered::No) => Outcome::Nacked,
            _ if returned.contains(message.properties.message_id.as_str()) => Outcome::Returned,
            Some(Answered::Yes) => Outcome::Confirmed,
            None => Outcome::Unknown,
        };
        Ok(messages.iter().zip(&self.answers).map(outcome).collect())
    }
}
