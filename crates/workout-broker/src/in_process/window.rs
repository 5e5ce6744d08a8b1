//! A window under way: what was said of it so far.

use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;
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
    /// The ids of the messages, and those that more than one has.
    ids: Vec<String>,
    twins: BTreeSet<String>,
    /// `None` where nothing was said.
    answers: Vec<Option<Answered>>,
    /// What the publisher was told.
    known: Vec<bool>,
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
    pub(super) fn new(connection: u64, messages: &[Arc<Message>]) -> Self {
        let ids: Vec<_> = messages.iter().map(|message| message.properties.message_id.clone()).collect();
        let mut seen = BTreeSet::new();
        let twins = ids.iter().filter(|id| !seen.insert(*id)).cloned().collect();
        Self {
            connection,
            told: VecDeque::new(),
            answers: vec![None; ids.len()],
            known: vec![false; ids.len()],
            unanswered: ids.len(),
            ids,
            twins,
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
        if said > 0 {
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

    /// What became known since the last time, by tag; and whether the channel may have ended for this message.
    ///
    /// As a channel does it: an exchange that does not exist leaves the fate of what came after unknown, unless there was
    /// nothing. Messages with one id cannot be told apart when one of them comes back, because AMQP sends the message and
    /// no tag: they wait for one another.
    pub(super) fn news(&mut self) -> Vec<(usize, Result<Outcome, BrokerError>, bool)> {
        let returned: BTreeSet<_> = self.returned.iter().filter_map(|tag| self.ids.get(*tag)).collect();
        let done = self.is_done();
        let alone = self.ended == Some(End::NoSuchExchange) && self.unanswered == 1;
        let mut news = Vec::new();
        for (tag, (id, (answer, told))) in self.ids.iter().zip(self.answers.iter().zip(&mut self.known)).enumerate() {
            if *told || !done && (answer.is_none() || self.twins.contains(id)) {
                continue;
            }
            *told = true;
            let outcome = match answer {
                Some(Answered::No) => Ok(Outcome::Nacked),
                _ if returned.contains(id) => Ok(Outcome::Returned),
                Some(Answered::Yes) => Ok(Outcome::Confirmed),
                None if alone => Err(Kind::NotFound.into()),
                None => Ok(Outcome::Unknown),
            };
            let suspect = answer.is_none() && !alone && self.ended == Some(End::NoSuchExchange);
            news.push((tag, outcome, suspect));
        }
        news
    }
}
