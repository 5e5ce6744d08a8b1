//! Where the reading of a stream begins.

use jiff::Timestamp;

/// With which message of a stream a reader begins. See [`Broker::consume_from`](crate::Broker::consume_from).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Start {
    /// The oldest that the stream has.
    First,
    /// The first one that is published from now on.
    Next,
    /// The one with this [offset](crate::Delivery::offset). If the stream has forgotten it, the oldest that it has; if it
    /// has not come to it yet, it is waited for.
    Offset(u64),
    /// The first one that the broker wrote at this time or later, by its clock: none that was published since is left out.
    /// Some before it may come as well, because RabbitMQ knows the time of what it wrote together, and looks at whole
    /// seconds. A time to come is that of the call.
    Time(Timestamp),
}
