//! What happens to the broker.

use std::time::Duration;

/// A fault that is made and mended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// `kill -9`.
    Killed,
    /// SIGSTOP: the sockets stay open, and nobody answers.
    Held,
    /// `stop_app`.
    Stopped,
    ConnectionsClosed,
    NoMemory,
    NoDisk,
    QueueDeleted,
    ExchangeDeleted,
    /// Channels are closed.
    MayNotWrite,
    /// Subscriptions are refused.
    MayNotRead,
    /// Connections are refused.
    MayNotConnect,
}

impl Fault {
    /// How long it is left alone.
    pub(crate) const fn lasts(self) -> Duration {
        match self {
            Self::Held => Duration::from_secs(90),
            // Longer than the deadline of what was written when it began, and of some that came after it.
            Self::NoMemory | Self::NoDisk => Duration::from_secs(12),
            // Long enough for the pauses between attempts to grow.
            Self::MayNotConnect => Duration::from_secs(8),
            Self::Killed
            | Self::Stopped
            | Self::QueueDeleted
            | Self::ExchangeDeleted
            | Self::MayNotWrite
            | Self::MayNotRead => Duration::from_secs(3),
            Self::ConnectionsClosed => Duration::ZERO,
        }
    }

    /// Whether it would stop the tests that share a server.
    pub(crate) const fn needs_a_server(self) -> bool {
        match self {
            Self::Killed | Self::Held | Self::Stopped | Self::NoMemory | Self::NoDisk => true,
            Self::ConnectionsClosed
            | Self::QueueDeleted
            | Self::ExchangeDeleted
            | Self::MayNotWrite
            | Self::MayNotRead
            | Self::MayNotConnect => false,
        }
    }

    /// Whether what has not been written waits until its deadline.
    pub(crate) const fn holds_events_back(self) -> bool {
        matches!(self, Self::NoMemory | Self::NoDisk)
    }

    /// Whether there is always a queue that wants the events.
    pub(crate) const fn leaves_the_route(self) -> bool {
        !matches!(self, Self::QueueDeleted | Self::ExchangeDeleted)
    }

    /// Whether a consumer has no subscription until it is over.
    pub(crate) const fn keeps_consumers_out(self) -> bool {
        matches!(self, Self::Killed | Self::Held | Self::Stopped | Self::MayNotRead | Self::MayNotConnect)
    }
}
