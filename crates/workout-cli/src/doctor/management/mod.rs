//! RabbitMQ's management API: asked, and what it answers.

mod client;

mod answers;
mod ask;

#[cfg(test)]
pub(super) use answers::Node;
pub(super) use answers::{Answers, Exchange, Queue, Version};
pub(super) use ask::ask;
