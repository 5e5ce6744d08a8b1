//! In which order a server says what became of messages.

use std::collections::VecDeque;

/// How a [`Server`](crate::in_process::Server) confirms the messages of a window. Whatever the order, a message that
/// comes back comes before its own confirm, as AMQP has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Confirms {
    /// One by one, in the order in which they were published.
    #[default]
    InOrder,
    /// One by one, in an order that the seed of the server decides. What comes back comes first.
    Shuffled,
    /// As few as possible, each for all messages up to its own (`multiple`).
    Multiple,
}

/// What the server says of a window. A tag is the place of a message in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Told {
    /// A message that nobody wants comes back. AMQP sends the message itself, and no tag.
    Returned(usize),
    Confirmed {
        tag: usize,
        multiple: bool,
    },
    Refused {
        tag: usize,
    },
    /// There is no such exchange: the channel ends, and with it whatever else would have been said.
    ChannelClosed,
}

impl Confirms {
    pub(super) fn arrange(self, told: Vec<Told>, random: &mut Random) -> VecDeque<Told> {
        match self {
            Self::InOrder => told.into(),
            Self::Shuffled => shuffled(told, random),
            Self::Multiple => multiple(told),
        }
    }
}

fn shuffled(told: Vec<Told>, random: &mut Random) -> VecDeque<Told> {
    let is_confirm = |one: &Told| matches!(one, Told::Confirmed { .. } | Told::Refused { .. });
    let (mut confirms, rest): (Vec<_>, Vec<_>) = told.into_iter().partition(is_confirm);
    random.shuffle(&mut confirms);
    let (returned, ends): (Vec<_>, Vec<_>) = rest.into_iter().partition(|one| matches!(one, Told::Returned(_)));
    returned.into_iter().chain(confirms).chain(ends).collect()
}

/// One confirm for all up to the first message that nothing is said of: a confirm behind that would cover it.
fn multiple(told: Vec<Told>) -> VecDeque<Told> {
    let mut arranged = VecDeque::new();
    let (mut last, mut expected, mut gap) = (None, 0, false);
    let covering = |tag| Told::Confirmed { tag, multiple: true };
    for one in told {
        if let Told::Confirmed { tag, .. } | Told::Refused { tag } = one {
            gap |= tag != expected;
            expected = tag + 1;
        }
        if gap || one == Told::ChannelClosed {
            arranged.extend(last.take().map(covering));
        }
        match one {
            Told::Confirmed { tag, .. } if !gap => last = Some(tag),
            other => arranged.push_back(other),
        }
    }
    arranged.extend(last.map(covering));
    arranged
}

/// Chance that can be repeated: `SplitMix64`.
#[derive(Debug, Default)]
pub(super) struct Random(pub(super) u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            let bound = u64::try_from(last).unwrap_or(u64::MAX).saturating_add(1);
            let other = usize::try_from(self.next() % bound).unwrap_or_default();
            items.swap(last, other);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Told::{ChannelClosed, Refused, Returned};
    use super::*;

    fn one(tag: usize) -> Told {
        Told::Confirmed { tag, multiple: false }
    }

    fn up_to(tag: usize) -> Told {
        Told::Confirmed { tag, multiple: true }
    }

    #[test]
    fn one_confirm_covers_many_but_nothing_that_was_lost() {
        #[track_caller]
        fn check<const N: usize>(told: impl Into<Vec<Told>>, want: [Told; N]) {
            assert_eq!(Confirms::Multiple.arrange(told.into(), &mut Random::default()), want);
        }
        check([], []);
        check([one(0), one(1), one(2)], [up_to(2)]);
        check([one(0), Returned(1), one(1), one(2)], [Returned(1), up_to(2)]);
        check([one(0), Refused { tag: 1 }, one(2)], [Refused { tag: 1 }, up_to(2)]);
        check([one(0), one(2), one(3)], [up_to(0), one(2), one(3)]);
        check([one(1), one(2)], [one(1), one(2)]);
        check([one(0), one(1), ChannelClosed], [up_to(1), ChannelClosed]);
    }

    #[test]
    fn a_shuffle_is_repeated_by_its_seed_and_keeps_what_amqp_promises() {
        let told: Vec<_> = (0..20).flat_map(|tag| [Returned(tag), one(tag)]).chain([ChannelClosed]).collect();
        let shuffled = |seed| Confirms::Shuffled.arrange(told.clone(), &mut Random(seed));
        assert_eq!(shuffled(1), shuffled(1));
        assert_ne!(shuffled(1), shuffled(2));
        let order = shuffled(3);
        let place = |wanted: Told| order.iter().position(|told| *told == wanted);
        assert!((0..20).all(|tag| place(Returned(tag)) < place(one(tag))), "{order:?}");
        assert_eq!((order.len(), order.back()), (told.len(), Some(&ChannelClosed)));
    }
}
