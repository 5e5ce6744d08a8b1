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
//! The client answers from one thread, and wakes whoever waits for an answer right after it is there. So whoever sees an
//! answer, and then looks at all that has woken him by then, has looked at everything that was answered before it.
//!
//! So nothing has to wait for its neighbours as long as nothing comes back, messages can follow one another without a
//! gap, and each is looked at only when there is something to see.

use std::collections::VecDeque;
use std::mem;
use std::sync::Arc;

use lapin::Confirmation;
use lapin::message::BasicReturnMessage;
use lapin::types::ShortString;
use workout_events::amqp::Message;

use crate::outcome::Outcome;

/// The messages under way on a channel, in the order in which they were sent. `P` is what knows the answer to one.
pub(super) struct UnderWay<P> {
    sent: VecDeque<Sent<P>>,
    /// The number of the first of them.
    first: u64,
    unsettled: usize,
    unanswered: usize,
    /// Sent, and not asked yet to wake anybody: by number.
    fresh: Vec<u64>,
    /// Answered, and not certain yet: by number.
    uncertain: Vec<u64>,
    /// Numbers the looks.
    look: u64,
    /// The last look that saw a certain answer which carried nothing.
    clean: u64,
    /// How many were not answered because the channel ended.
    failed: usize,
    /// A message came back that nobody sent.
    foreign: bool,
    /// What is no longer needed, to be used again.
    spare: Vec<P>,
}

struct Sent<P> {
    token: u64,
    /// Not kept longer than its id is needed: what is settled may stand behind what is not.
    message: Option<Arc<Message>>,
    stage: Stage<P>,
    came_back: bool,
}

enum Stage<P> {
    Unanswered(P),
    /// Acknowledged with nothing, and certain from this look on.
    Clean {
        look: u64,
    },
    /// Acknowledged with another message, and certain when a look after this one sees something clean.
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
pub(super) struct Attributed {
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
            fresh: Vec::new(),
            uncertain: Vec::new(),
            look: 0,
            clean: 0,
            failed: 0,
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

    /// Whether a message came back that nobody sent, so that no answer can be believed any more.
    pub(super) fn is_broken(&self) -> bool {
        self.foreign
    }

    /// The token of the oldest message that is not settled.
    pub(super) fn oldest(&self) -> Option<u64> {
        let mut left = self.sent.iter().filter(|sent| !matches!(sent.stage, Stage::Settled));
        left.next().map(|sent| sent.token)
    }

    /// What was used before.
    pub(super) fn spare(&mut self) -> Option<P> {
        self.spare.pop()
    }

    /// The number of the next message.
    pub(super) fn next(&self) -> u64 {
        self.first + self.sent.len() as u64
    }

    /// A message has been sent; and answered at once, if there is something `said`.
    pub(super) fn push(&mut self, token: u64, message: Arc<Message>, pending: P, said: Option<Said>) {
        let number = self.next();
        self.sent.push_back(Sent {
            token,
            message: Some(message),
            stage: Stage::Unanswered(pending),
            came_back: false,
        });
        self.unsettled += 1;
        self.unanswered += 1;
        match said {
            Some(said) => self.answered(number, said, true),
            None => self.fresh.push(number),
        }
    }

    /// Asks the first and the last of the messages that were not asked yet: when one of them has something to say, so
    /// may the others. Says whether that is so now.
    pub(super) fn ask_ends(&mut self, mut ask: impl FnMut(&mut P) -> Option<Said>) -> bool {
        let last = self.fresh.pop();
        let first = if self.fresh.is_empty() { None } else { Some(self.fresh.swap_remove(0)) };
        let mut answered = false;
        for number in [first, last].into_iter().flatten() {
            answered |= self.ask(number, true, &mut ask);
        }
        answered
    }

    /// Asks what was not asked yet and what has `woken` us, and settles what is certain.
    ///
    /// Says whether another look may settle more without anything being said in between.
    pub(super) fn look(
        &mut self,
        woken: impl Fn(&mut Vec<u64>),
        mut ask: impl FnMut(&mut P) -> Option<Said>,
        settled: &mut Vec<Attributed>,
    ) -> bool {
        self.look += 1;
        let mut late = false;
        for round in [false, true] {
            let mut numbers = mem::take(&mut self.fresh);
            woken(&mut numbers);
            for number in numbers.drain(..) {
                late |= self.ask(number, round, &mut ask) && round;
            }
            // Keep the room.
            self.fresh = numbers;
        }
        self.settle(settled);
        late
    }

    /// `late`: others that woke us before may not have been asked since.
    fn ask(&mut self, number: u64, late: bool, ask: &mut impl FnMut(&mut P) -> Option<Said>) -> bool {
        let Some(Sent { stage: Stage::Unanswered(pending), .. }) = self.numbered(number) else { return false };
        let said = ask(pending);
        let is_said = said.is_some();
        if let Some(said) = said {
            self.answered(number, said, late);
        }
        is_said
    }

    fn numbered(&mut self, number: u64) -> Option<&mut Sent<P>> {
        let index = usize::try_from(number.checked_sub(self.first)?).ok()?;
        self.sent.get_mut(index)
    }

    fn answered(&mut self, number: u64, said: Said, late: bool) {
        let (stage, carried) = match said {
            // What is seen late is as if it were seen in the next look.
            Said::Ack(Carried::Nothing) => (Stage::Clean { look: self.look + u64::from(late) }, Carried::Nothing),
            // What was answered before this is seen as late as in the next look.
            Said::Ack(carried) => (Stage::Carrying { look: self.look + 1 }, carried),
            Said::Nack(carried) => (Stage::Nacked, carried),
            Said::Failed(error) => {
                self.failed += 1;
                (Stage::Failed(error), Carried::Nothing)
            }
        };
        if let Some(sent) = self.numbered(number)
            && let Stage::Unanswered(pending) = mem::replace(&mut sent.stage, stage)
        {
            self.spare.push(pending);
            self.unanswered -= 1;
            self.uncertain.push(number);
        }
        if let Carried::Message(id) = carried {
            self.came_back(id.as_deref());
        }
    }

    /// Messages with the same id cannot be told apart when one of them comes back. Then all of them are called returned:
    /// that is wrong at most in the harmless direction, because `Returned` is a reason to publish again.
    fn came_back(&mut self, id: Option<&str>) {
        let mut found = false;
        for sent in &mut self.sent {
            if let Some(message) = &sent.message
                && id == Some(message.properties.message_id.as_str())
            {
                sent.came_back = true;
                found = true;
            }
        }
        self.foreign |= !found;
    }

    fn settle(&mut self, settled: &mut Vec<Attributed>) {
        let mut uncertain = mem::take(&mut self.uncertain);
        for number in &uncertain {
            if let Some(Sent { stage: Stage::Clean { look }, .. }) = self.numbered(*number) {
                let look = *look;
                if look <= self.look {
                    self.clean = self.clean.max(look);
                }
            }
        }
        let (now, clean, foreign) = (self.look, self.clean, self.foreign);
        let all_answered = self.unanswered == 0;
        let is_one = self.failed == 1;
        let certainly_over = all_answered && self.failed == 0;
        uncertain.retain(|number| {
            let Some(sent) = self.numbered(*number) else { return false };
            let fate = match &sent.stage {
                Stage::Unanswered(_) | Stage::Settled => return false,
                Stage::Nacked => Fate::Known(Outcome::Nacked),
                _ if sent.came_back => Fate::Known(Outcome::Returned),
                Stage::Failed(error) => Fate::Failed { error: error.clone(), alone: all_answered && is_one },
                Stage::Clean { .. } | Stage::Carrying { .. } if foreign => Fate::Known(Outcome::Unknown),
                Stage::Clean { look } if *look <= now || certainly_over => Fate::Known(Outcome::Confirmed),
                Stage::Carrying { look } if clean > *look || certainly_over => Fate::Known(Outcome::Confirmed),
                Stage::Carrying { .. } if all_answered => Fate::Known(Outcome::Unknown),
                Stage::Clean { .. } | Stage::Carrying { .. } => return true,
            };
            sent.stage = Stage::Settled;
            sent.message = None;
            let token = sent.token;
            self.unsettled -= 1;
            settled.push(Attributed { token, fate });
            false
        });
        self.uncertain = uncertain;
        while matches!(self.sent.front(), Some(Sent { stage: Stage::Settled, .. })) {
            self.sent.pop_front();
            self.first += 1;
        }
    }

    /// Nothing more is listened to: what is not settled is of unknown fate. Gives what has no answer.
    pub(super) fn abandon(&mut self, settled: &mut Vec<Attributed>) -> Vec<P> {
        let mut unanswered = Vec::new();
        for sent in self.sent.drain(..) {
            let outcome = if sent.came_back { Outcome::Returned } else { Outcome::Unknown };
            match sent.stage {
                Stage::Settled => continue,
                Stage::Unanswered(pending) => unanswered.push(pending),
                Stage::Clean { .. } | Stage::Carrying { .. } | Stage::Nacked | Stage::Failed(_) => {}
            }
            settled.push(Attributed { token: sent.token, fate: Fate::Known(outcome) });
        }
        *self = Self { spare: mem::take(&mut self.spare), ..Self::default() };
        unanswered
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

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::collections::{BTreeMap, BTreeSet};

    use workout_events::amqp::Properties;

    use super::*;

    /// The client and the broker behind it, as far as they matter here: what is said, to whom, and in which order.
    struct Client {
        chance: u64,
        /// Whether somebody wants the messages, by number.
        wanted: Vec<bool>,
        /// Came back, and not handed out yet.
        waiting: VecDeque<usize>,
        returned: BTreeSet<usize>,
        /// Confirmed by the broker, and not told yet by the client: in an order of its own.
        confirmed: Vec<usize>,
        told: BTreeMap<usize, Option<usize>>,
        unconfirmed: BTreeSet<usize>,
        asked: BTreeSet<usize>,
        rung: Vec<u64>,
    }

    impl Client {
        fn new(seed: u64) -> Self {
            Self {
                chance: seed,
                wanted: Vec::new(),
                waiting: VecDeque::new(),
                returned: BTreeSet::new(),
                confirmed: Vec::new(),
                told: BTreeMap::new(),
                unconfirmed: BTreeSet::new(),
                asked: BTreeSet::new(),
                rung: Vec::new(),
            }
        }

        fn dice(&mut self, sides: usize) -> usize {
            self.chance = self.chance.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            usize::try_from(self.chance >> 33).unwrap() % sides
        }

        fn send(&mut self) -> usize {
            let wanted = self.dice(4) > 0;
            self.wanted.push(wanted);
            self.unconfirmed.insert(self.wanted.len() - 1);
            self.wanted.len() - 1
        }

        /// One thing happens, if there is any left to happen.
        fn step(&mut self) -> bool {
            if let Some(last) = self.confirmed.len().checked_sub(1) {
                // A confirm of many is told in no order.
                let index = self.dice(last + 1);
                let number = self.confirmed.swap_remove(index);
                let carried = self.waiting.pop_front();
                self.told.insert(number, carried);
                if self.asked.remove(&number) {
                    self.rung.push(number as u64);
                }
                return true;
            }
            let Some(index) = self.unconfirmed.len().checked_sub(1) else { return false };
            let index = self.dice(index + 1);
            let number = *self.unconfirmed.iter().nth(index).unwrap();
            let many = self.dice(2) == 0;
            // A message comes back before it is confirmed.
            let meant: Vec<_> =
                self.unconfirmed.iter().copied().filter(|n| if many { *n <= number } else { *n == number }).collect();
            let missing = meant.iter().find(|n| !self.wanted[**n] && !self.returned.contains(n));
            if let Some(missing) = missing.copied() {
                self.returned.insert(missing);
                self.waiting.push_back(missing);
            } else {
                self.unconfirmed.retain(|number| !meant.contains(number));
                self.confirmed = meant;
            }
            true
        }

        fn ask(&mut self, number: usize) -> Option<Said> {
            for _ in 0..self.dice(3) {
                self.step();
            }
            let Some(carried) = self.told.remove(&number) else {
                self.asked.insert(number);
                return None;
            };
            Some(Said::Ack(carried.map_or(Carried::Nothing, |number| Carried::Message(Some(number.to_string())))))
        }

        fn take(&mut self, woken: &mut Vec<u64>) {
            for _ in 0..self.dice(3) {
                self.step();
            }
            woken.append(&mut self.rung);
            // The client also wakes when a message has been written.
            let written = self.dice(8);
            woken.extend(self.asked.iter().rev().take(written).map(|number| *number as u64));
        }
    }

    fn look(under_way: &mut UnderWay<usize>, client: &RefCell<Client>, settled: &mut Vec<Attributed>) {
        while under_way.look(
            |woken| client.borrow_mut().take(woken),
            |number| client.borrow_mut().ask(*number),
            settled,
        ) {}
    }

    fn message(number: usize) -> Arc<Message> {
        Arc::new(Message::new("", "", Properties::new("", number.to_string()), Vec::new()))
    }

    #[test]
    fn whatever_the_order_exactly_what_came_back_is_called_returned() {
        for seed in 0..3_000 {
            let client = RefCell::new(Client::new(seed));
            let mut under_way = UnderWay::default();
            let mut settled = Vec::new();
            for _ in 0..8 {
                let batch = client.borrow_mut().dice(8);
                for _ in 0..batch {
                    let number = client.borrow_mut().send();
                    under_way.push(number as u64, message(number), number, None);
                }
                under_way.ask_ends(|number| client.borrow_mut().ask(*number));
                look(&mut under_way, &client, &mut settled);
            }
            while client.borrow_mut().step() {}
            look(&mut under_way, &client, &mut settled);
            let client = client.into_inner();
            assert_eq!((under_way.len(), settled.len()), (0, client.wanted.len()), "seed {seed}");
            for Attributed { token, fate } in settled {
                let want =
                    if client.wanted[usize::try_from(token).unwrap()] { Outcome::Confirmed } else { Outcome::Returned };
                assert!(matches!(fate, Fate::Known(outcome) if outcome == want), "seed {seed}: {token} {fate:?}");
            }
        }
    }

    /// Tells these things to as many messages, and then abandons the rest.
    fn told<const N: usize>(said: [Option<Said>; N]) -> [(u64, Fate); N] {
        let mut under_way = UnderWay::default();
        (0..).zip(&said).for_each(|(number, _)| under_way.push(number as u64, message(number), number, None));
        let (mut said, mut settled) = (said, Vec::new());
        while under_way.look(|_| {}, |number| said[*number].take(), &mut settled) {}
        under_way.abandon(&mut settled);
        settled.sort_by_key(|attributed| attributed.token);
        let fates: Vec<_> = settled.into_iter().map(|Attributed { token, fate }| (token, fate)).collect();
        fates.try_into().unwrap()
    }

    #[test]
    fn what_is_not_certain_is_unknown() {
        use Outcome::{Confirmed, Nacked, Returned, Unknown};
        #[track_caller]
        fn check<const N: usize>(said: [Option<Said>; N], want: [Outcome; N]) {
            let outcomes = told(said).map(|(_, fate)| match fate {
                Fate::Known(outcome) => outcome,
                Fate::Failed { .. } => Unknown,
            });
            assert_eq!(outcomes, want);
        }
        let came = |id: &str| Carried::Message(Some(id.to_owned()));
        let clean = || Some(Said::Ack(Carried::Nothing));
        let lost = || Some(Said::Failed(lapin::ErrorKind::MissingHeartbeatError.into()));
        check([clean()], [Confirmed]);
        check([Some(Said::Ack(came("0")))], [Returned]);
        check([Some(Said::Nack(Carried::Nothing))], [Nacked]);
        check([Some(Said::Nack(came("1"))), clean()], [Nacked, Returned]);
        check([None], [Unknown]);
        check([clean(), None], [Confirmed, Unknown]);
        // What is still on its way could belong to whoever carries what is not its own.
        check([Some(Said::Ack(came("1"))), clean()], [Confirmed, Returned]);
        check([Some(Said::Ack(came("1"))), None], [Unknown, Returned]);
        check([Some(Said::Ack(came("1"))), lost()], [Unknown, Returned]);
        check([clean(), lost()], [Confirmed, Unknown]);
        // A message of nobody: then nothing is certain.
        check([clean(), Some(Said::Ack(came("7")))], [Unknown, Unknown]);
        check([clean(), Some(Said::Ack(Carried::Message(None)))], [Unknown, Unknown]);
    }

    #[test]
    fn messages_with_one_id_are_all_called_returned() {
        let mut under_way = UnderWay::default();
        let mut said = [Some(Said::Ack(Carried::Message(Some("7".to_owned())))), Some(Said::Ack(Carried::Nothing))];
        for number in [0, 1] {
            under_way.push(number as u64, message(7), number, None);
        }
        let mut settled = Vec::new();
        under_way.look(|_| {}, |number: &mut usize| said[*number].take(), &mut settled);
        assert!(settled.iter().all(|one| matches!(one.fate, Fate::Known(Outcome::Returned))), "{settled:?}");
        assert_eq!(settled.len(), 2);
    }

    #[test]
    fn a_message_is_the_reason_for_the_end_of_a_channel_only_if_no_other_can_be() {
        let lost = || Some(Said::Failed(lapin::ErrorKind::MissingHeartbeatError.into()));
        let clean = || Some(Said::Ack(Carried::Nothing));
        let is_alone = |fate: &Fate| matches!(fate, Fate::Failed { alone: true, .. });
        assert!(is_alone(&told([lost()])[0].1));
        assert!(is_alone(&told([clean(), lost()])[1].1));
        assert!(!told([lost(), lost()]).iter().any(|(_, fate)| is_alone(fate)));
        assert!(!is_alone(&told([lost(), None])[0].1));
    }

    /// Not only when the last has one: that may be written, or answered, much later.
    #[test]
    fn an_answer_in_the_middle_is_seen_when_the_first_has_been_written() {
        let said: RefCell<BTreeMap<usize, Said>> = RefCell::default();
        let ask = |number: &mut usize| said.borrow_mut().remove(number);
        let asked: RefCell<BTreeSet<usize>> = RefCell::default();
        let mut under_way = UnderWay::default();
        for number in 0..4_usize {
            under_way.push(number as u64, message(number), number, None);
        }
        assert!(!under_way.ask_ends(|number| {
            asked.borrow_mut().insert(*number);
            None
        }));
        assert_eq!(*asked.borrow(), BTreeSet::from([0, 3]), "both ring the bell");
        said.borrow_mut().insert(1, Said::Ack(Carried::Nothing));
        let mut settled = Vec::new();
        under_way.look(|woken| woken.push(0), ask, &mut settled);
        assert_eq!(settled.iter().map(|one| one.token).collect::<Vec<_>>(), [1]);
    }

    #[test]
    fn what_is_settled_behind_others_keeps_no_message() {
        let mut under_way = UnderWay::default();
        let mut settled = Vec::new();
        let mut messages = Vec::new();
        for number in 0..1_000_usize {
            let message = message(number);
            messages.push(Arc::downgrade(&message));
            under_way.push(number as u64, message, number, None);
        }
        let answer = |number: &mut usize| (*number > 0).then_some(Said::Ack(Carried::Nothing));
        under_way.look(|_| {}, answer, &mut settled);
        let kept = messages.iter().filter(|message| message.strong_count() > 0).count();
        assert_eq!((under_way.len(), settled.len(), kept), (1, 999, 1));
    }
}
