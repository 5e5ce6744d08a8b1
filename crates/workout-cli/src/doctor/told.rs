//! What the operator says of the consumers.

use std::time::Duration;

use workout_broker::topology::RETRIES;

use crate::doctor::arguments::Arguments;

#[derive(Debug, Default, Clone)]
pub(super) struct Told {
    /// The queues to look at. If there are none, all work queues that can be recognised.
    pub(super) queues: Vec<String>,
    pub(super) handler_time: Option<Duration>,
    pub(super) consumer_timeout: Option<Duration>,
    /// The waits between attempts. Empty where they were not said.
    pub(super) ladder: Vec<Duration>,
}

impl Told {
    /// The waits between attempts, said or not.
    pub(super) fn waits(&self) -> &[Duration] {
        if self.ladder.is_empty() { &RETRIES } else { &self.ladder }
    }

    /// How often an event has to be able to come: once for each attempt, and once for a consumer that ended.
    pub(super) fn least_limit(&self) -> u32 {
        u32::try_from(self.waits().len()).unwrap_or(u32::MAX).saturating_add(1).max(2)
    }
}

impl From<&Arguments> for Told {
    fn from(arguments: &Arguments) -> Self {
        Self {
            queues: arguments.queues.clone(),
            handler_time: arguments.handler_time,
            consumer_timeout: arguments.consumer_timeout,
            ladder: arguments.ladder.clone(),
        }
    }
}
