//! What became of a published message.

/// What the broker made of a message. A value and not an error, because only the publisher knows what each means to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[must_use = "only `Confirmed` means that the broker has the message"]
#[non_exhaustive]
pub enum Outcome {
    /// Every queue that wants the message has it, and answers for it.
    Confirmed,
    /// No queue wants the message, so nobody has it.
    Returned,
    /// A queue refused the message, usually because it is full. Another queue may have it.
    Nacked,
    /// The link was lost, or the broker stayed silent, before it answered: it may or may not have the message.
    ///
    /// Publishing the same event again is safe, because readers know it by its id.
    Unknown,
    /// The broker did not take the message in time, and something else keeps it until it does: the outbox of the
    /// publisher. No broker says this.
    Spilled,
}

impl Outcome {
    /// Whether the broker answers for the message from now on.
    #[must_use]
    pub const fn is_confirmed(self) -> bool {
        matches!(self, Self::Confirmed)
    }
}
