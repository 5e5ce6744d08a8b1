//! Which message came back.
//!
//! lapin hands a returned message to whichever confirmation completes next, so what a confirmation carries says little of
//! its own message. But RabbitMQ returns a message before it acknowledges it, and lapin hands out what was returned in
//! the order in which it came, one with each confirmation. From that follows what can be known:
//!
//! * A confirmation that carries **nothing** proves that no return was waiting when it completed, so the return of its own
//!   message, if there was one, had been handed to a confirmation that completed **before**. Whoever has looked at all
//!   that is under way after seeing it has seen that one too.
//! * A confirmation that carries **another** message proves nothing of its own, whose return may still be waiting. It is
//!   certain once a confirmation that completed later carries nothing, or once all is answered: there are never more
//!   returns waiting than messages that have come back and not been answered.
//!
//! So nothing has to wait for its neighbours as long as nothing comes back, and messages can follow one another without a
//! gap.

use std::collections::VecDeque;
use std::mem;
use std::sync::Arc;

use lapin::Confirmation;
use lapin::message::BasicReturnMessage;
use lapin::types::ShortString;
use workout_events::amqp::Message;

use crate::outcome::Outcome;

/// How many ends of batches are watched, at most. Each may cause a look at all that is under way.
const WATCHED_ENDS: usize = 8;

/// Up to so many messages under way each is watched: a single caller shall not wait for a neighbour's answer.
const WATCH_ALL: usize = 8;

/// The messages under way on a channel, in the order in which they were sent. `P` is what knows the answer to one.
pub(super) struct UnderWay<P> {
    sent: VecDeque<Sent<P>>,
    /// The number of the first of them.
    first: u64,
    /// How many of them are not settled.
    unsettled: usize,
    /// How many of those have no answer.
    unanswered: usize,
    /// The ends of batches whose answer is waited for, by number.
    ends: VecDeque<u64>,
    /// Numbers the looks.
    look: u64,
    /// A message came back that nobody sent.
    foreign: bool,
    /// What is no longer needed, to be used again.
    spare: Vec<P>,
}

struct Sent<P> {
    token: u64,
    message: Arc<Message>,
    stage: Stage<P>,
    came_back: bool,
}

enum Stage<P> {
    Unanswered {
        pending: P,
        watched: bool,
    },
    /// Acknowledged with nothing, and seen in this look. `late`: in its second round, so that others were looked at before
    /// it and not after.
    Clean {
        look: u64,
        late: bool,
    },
    /// Acknowledged with another message, and seen in this look.
    Carrying {
        look: u64,
    },
    Nacked,
    Failed(lapin::Error),
    Settled,
}

/// What was said to a message.
#[derive(Debug)]
pub(super) enum Said {
    Ack(Carried),
    Nack(Carried),
    /// No more will be said on this channel.
    Failed(lapin::Error),
}

/// What came with an answer.
#[derive(Debug)]
pub(super) enum Carried {
    Nothing,
    /// A message that came back, by its id if it has one.
    Message(Option<String>),
}

/// What became of a message that was sent.
#[derive(Debug)]
pub(super) struct Settled {
    pub(super) token: u64,
    pub(super) fate: Fate,
}

#[derive(Debug)]
pub(super) enum Fate {
    Known(Outcome),
    /// The channel ended before there was an answer.
    Failed {
        error: lapin::Error,
        /// There was no other message that the channel may have ended for.
        alone: bool,
    },
}

impl<P> Default for UnderWay<P> {
    fn default() -> Self {
        Self {
            sent: VecDeque::new(),
            first: 0,
            unsettled: 0,
            unanswered: 0,
            ends: VecDeque::new(),
            look: 0,
            foreign: false,
            spare: Vec::new(),
        }
    }
}

impl<P> UnderWay<P> {
    /// How many messages are not settled.
    pub(super) fn len(&self) -> usize {
        self.unsettled
    }

    /// Whether each message is to be watched.
    pub(super) fn watches_all(&self) -> bool {
        self.unanswered < WATCH_ALL
    }

    /// What was used before.
    pub(super) fn spare(&mut self) -> Option<P> {
        self.spare.pop()
    }

    /// A message has been sent; and answered at once, if there is something `said`.
    pub(super) fn push(&mut self, token: u64, message: Arc<Message>, pending: P, said: Option<Said>) {
        let stage = Stage::Unanswered { pending, watched: self.watches_all() };
        self.sent.push_back(Sent { token, message, stage, came_back: false });
        self.unsettled += 1;
        self.unanswered += 1;
        if let Some(said) = said {
            self.answered(self.sent.len() - 1, said, true);
        }
    }

    /// Nothing more will be sent for the moment: the last message is watched from now on. Says whether it has an answer.
    pub(super) fn end_of_batch(&mut self, watch: impl FnOnce(&mut P) -> Option<Said>) -> bool {
        let Some(last) = self.sent.len().checked_sub(1) else { return false };
        let Some(Sent { stage: Stage::Unanswered { pending, watched }, .. }) = self.sent.get_mut(last) else {
            return false;
        };
        if !*watched {
            *watched = true;
            if let Some(said) = watch(pending) {
                self.answered(last, said, true);
                return true;
            }
        }
        while let Some(&end) = self.ends.front()
            && !matches!(self.stage_of(end), Some(Stage::Unanswered { .. }))
        {
            self.ends.pop_front();
        }
        // With too many ends, the last but one is given up: the front is watched in any case.
        if self.ends.len() == WATCHED_ENDS
            && let Some(given_up) = self.ends.pop_back()
            && let Some(Stage::Unanswered { watched, .. }) = self.stage_of(given_up)
        {
            *watched = false;
        }
        self.ends.push_back(self.first + last as u64);
        false
    }

    /// The token of the oldest message that is not settled.
    pub(super) fn oldest(&self) -> Option<u64> {
        let mut left = self.sent.iter().filter(|sent| !matches!(sent.stage, Stage::Settled));
        left.next().map(|sent| sent.token)
    }

    fn stage_of(&mut self, number: u64) -> Option<&mut Stage<P>> {
        let index = usize::try_from(number.checked_sub(self.first)?).ok()?;
        self.sent.get_mut(index).map(|sent| &mut sent.stage)
    }

    /// Looks at everything that has no answer yet, and settles what is certain. `look` takes the answer, if it is there;
    /// it is told whether it has to be called again when the answer comes.
    ///
    /// Says whether another look may settle more without anything being said in between.
    pub(super) fn look(
        &mut self,
        mut look: impl FnMut(&mut P, bool) -> Option<Said>,
        settled: &mut Vec<Settled>,
    ) -> bool {
        self.look += 1;
        // What stands before the last that has an answer was looked at before it, so it is looked at again.
        let last = self.round(usize::MAX, false, &mut look);
        let late = last.and_then(|last| self.round(last, true, &mut look)).is_some();
        self.settle(settled);
        late && self.unanswered > 0
    }

    /// Looks at what stands before `end`, and says which was the last that had an answer. The oldest that has none is
    /// watched in any case.
    fn round(&mut self, end: usize, late: bool, look: &mut impl FnMut(&mut P, bool) -> Option<Said>) -> Option<usize> {
        let (mut last, mut is_oldest) = (None, true);
        for index in 0..end.min(self.sent.len()) {
            let Some(Sent { stage: Stage::Unanswered { pending, watched }, .. }) = self.sent.get_mut(index) else {
                continue;
            };
            match look(pending, *watched || is_oldest) {
                Some(said) => {
                    self.answered(index, said, late);
                    last = Some(index);
                }
                None => is_oldest = false,
            }
        }
        last
    }

    fn answered(&mut self, index: usize, said: Said, late: bool) {
        let (stage, carried) = match said {
            Said::Ack(Carried::Nothing) => (Stage::Clean { look: self.look, late }, Carried::Nothing),
            Said::Ack(carried) => (Stage::Carrying { look: self.look + u64::from(late) }, carried),
            Said::Nack(carried) => (Stage::Nacked, carried),
            Said::Failed(error) => (Stage::Failed(error), Carried::Nothing),
        };
        if let Some(sent) = self.sent.get_mut(index)
            && let Stage::Unanswered { pending, .. } = mem::replace(&mut sent.stage, stage)
        {
            self.spare.push(pending);
            self.unanswered -= 1;
        }
        if let Carried::Message(id) = carried {
            self.came_back(id.as_deref());
        }
    }

    /// Messages with the same id cannot be told apart when one of them comes back. Then all of them are called returned:
    /// that is wrong at most in the harmless direction, because `Returned` is a reason to publish again.
    fn came_back(&mut self, id: Option<&str>) {
        let mut found = false;
        for sent in self.sent.iter_mut().filter(|sent| !matches!(sent.stage, Stage::Settled)) {
            if id == Some(sent.message.properties.message_id.as_str()) {
                sent.came_back = true;
                found = true;
            }
        }
        self.foreign |= !found;
    }

    fn settle(&mut self, settled: &mut Vec<Settled>) {
        let now = self.look;
        let certain = |look: u64, late: bool| !late || look < now;
        let latest = self.sent.iter().filter_map(|sent| match sent.stage {
            Stage::Clean { look, late } if certain(look, late) => Some(look),
            _ => None,
        });
        let latest = latest.max().unwrap_or_default();
        let all_answered = self.unanswered == 0;
        let failed = self.sent.iter().filter(|sent| matches!(sent.stage, Stage::Failed(_))).count();
        for sent in &mut self.sent {
            let fate = match &sent.stage {
                Stage::Unanswered { .. } | Stage::Settled => continue,
                Stage::Nacked => Fate::Known(Outcome::Nacked),
                _ if sent.came_back => Fate::Known(Outcome::Returned),
                Stage::Failed(error) => Fate::Failed { error: error.clone(), alone: all_answered && failed == 1 },
                Stage::Clean { .. } | Stage::Carrying { .. } if self.foreign => Fate::Known(Outcome::Unknown),
                Stage::Clean { look, late } if all_answered || certain(*look, *late) => Fate::Known(Outcome::Confirmed),
                Stage::Carrying { look } if all_answered && failed == 0 || latest > *look => {
                    Fate::Known(Outcome::Confirmed)
                }
                Stage::Carrying { .. } if all_answered => Fate::Known(Outcome::Unknown),
                Stage::Clean { .. } | Stage::Carrying { .. } => continue,
            };
            sent.stage = Stage::Settled;
            self.unsettled -= 1;
            settled.push(Settled { token: sent.token, fate });
        }
        self.forget();
    }

    /// Nothing more will be said: what is not settled is of unknown fate.
    pub(super) fn abandon(&mut self, settled: &mut Vec<Settled>) {
        for sent in self.sent.drain(..) {
            let outcome = match sent.stage {
                Stage::Settled => continue,
                _ if sent.came_back => Outcome::Returned,
                _ => Outcome::Unknown,
            };
            settled.push(Settled { token: sent.token, fate: Fate::Known(outcome) });
        }
        *self = Self { spare: mem::take(&mut self.spare), ..Self::default() };
    }

    /// Whether a message came back that nobody sent, so that no answer can be believed any more.
    pub(super) fn is_broken(&self) -> bool {
        self.foreign
    }

    /// Lets go of what is settled: the oldest first, and what is among others when it is more than they are.
    fn forget(&mut self) {
        while matches!(self.sent.front(), Some(Sent { stage: Stage::Settled, .. })) {
            self.sent.pop_front();
            self.first += 1;
        }
        if self.sent.len() > 2 * self.unsettled + 64 {
            self.sent.retain(|sent| !matches!(sent.stage, Stage::Settled));
            self.ends.clear();
            self.first = 0;
        }
    }
}

impl From<lapin::Result<Confirmation>> for Said {
    fn from(answer: lapin::Result<Confirmation>) -> Self {
        let carried = |message: Option<BasicReturnMessage>| match message {
            None => Carried::Nothing,
            Some(message) => Carried::Message(id_of(&message)),
        };
        match answer {
            Ok(Confirmation::Ack(message)) => Self::Ack(carried(message)),
            Ok(Confirmation::Nack(message)) => Self::Nack(carried(message)),
            Ok(Confirmation::NotRequested) => Self::Failed(lapin::ErrorKind::FutureCompleted.into()),
            Err(error) => Self::Failed(error),
        }
    }
}

fn id_of(returned: &BasicReturnMessage) -> Option<String> {
    returned.properties.message_id().as_ref().map(ShortString::to_string)
}
