//! Publishing: a window of messages at a time, with the exact outcome of each.
//!
//! All messages of a window are handed to the client before the first answer is awaited, so that they leave together.
//! The next window begins on the same channel when every answer to this one has come, and not before: an answer that is
//! still due could be taken for one to the next (`attribution.rs` says why that would be wrong). So a channel on which
//! anything unusual has happened, or whose caller has gone away halfway, is not used again.

use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use lapin::options::{BasicPublishOptions, ConfirmSelectOptions};
use lapin::{Channel, Confirmation, ErrorKind};
use tokio::time::{Instant, timeout};
use tracing::warn;
use workout_events::amqp::Message;

use crate::amqp::attribution::{Attribution, attribute};
use crate::amqp::broker::{Amqp, answer};
use crate::amqp::properties::properties;
use crate::error::{BrokerError, Kind, of_client};
use crate::outcome::Outcome;

/// One window at a time, on a channel of its own.
#[derive(Default)]
pub(crate) struct Track {
    /// `None` before the first window, during each, and after one that has broken.
    idle: Option<Channel>,
}

impl Track {
    /// The outcomes, in the order of the messages. An error means that certainly none of them was taken.
    pub(crate) async fn window(
        &mut self,
        link: &Amqp,
        messages: &[Message],
        limit: Duration,
    ) -> Result<Vec<Outcome>, BrokerError> {
        let start = Instant::now();
        let channel = match self.idle.take() {
            Some(channel) if channel.status().connected() => channel,
            _ => timeout(limit, link.confirming_channel()).await.map_err(|_| Kind::Silent)??,
        };
        let answers = publish_on(&channel, messages, limit.saturating_sub(start.elapsed())).await;
        if let Some(error) = nothing_was_taken(&answers) {
            return Err(error);
        }
        let failure = answers.iter().find_map(|answer| answer.as_ref()?.as_ref().err().cloned());
        let ids: Vec<_> = messages.iter().map(|message| message.properties.message_id.as_str()).collect();
        let answers: Vec<_> = answers.into_iter().map(|answer| answer?.ok()).collect();
        let Attribution { outcomes, whole } = attribute(&ids, &answers);
        if whole {
            self.idle = Some(channel);
        } else {
            let unknown = outcomes.iter().filter(|outcome| **outcome == Outcome::Unknown).count();
            let error = failure.map_or_else(|| Kind::Silent.into(), of_client);
            warn!(unknown, of = ids.len(), error = &error as &dyn std::error::Error, "the fate of messages is unknown");
        }
        Ok(outcomes)
    }
}

impl Amqp {
    async fn confirming_channel(&self) -> Result<Channel, BrokerError> {
        let channel = self.publishing_channel().await?;
        answer(channel.confirm_select(ConfirmSelectOptions::default())).await?;
        Ok(channel)
    }
}

type Answer = lapin::Result<Confirmation>;

/// What the channel says to each message, `None` where it says nothing in time.
async fn publish_on(channel: &Channel, messages: &[Message], limit: Duration) -> Vec<Option<Answer>> {
    let mut pending: Vec<_> = messages.iter().map(|message| Box::pin(publish(channel, message))).collect();
    let mut answers: Vec<_> = messages.iter().map(|_| None).collect();

    // The first look hands a message over. Nobody needs to be woken for it: each is looked at again.
    look(&mut pending, &mut answers);
    // From the last to the first: when the last has its answer most of the others have theirs, so that the task wakes
    // up a few times for a window and not once for each message.
    let all = async {
        for (pending, answer) in pending.iter_mut().zip(&mut answers).rev() {
            if answer.is_none() {
                *answer = Some(poll_fn(|context| pending.as_mut().poll(context)).await);
            }
        }
    };
    if timeout(limit, all).await.is_err() {
        look(&mut pending, &mut answers);
    }
    answers
}

async fn publish(channel: &Channel, message: &Message) -> Answer {
    let (exchange, routing_key) = ((&*message.exchange).into(), (&*message.routing_key).into());
    let options = BasicPublishOptions { mandatory: true, ..BasicPublishOptions::default() };
    channel.basic_publish(exchange, routing_key, options, &message.body, properties(message)).await?.await
}

/// Takes what is there.
fn look<F: Future>(pending: &mut [Pin<Box<F>>], answers: &mut [Option<F::Output>]) {
    let mut context = Context::from_waker(Waker::noop());
    for (pending, answer) in pending.iter_mut().zip(answers).filter(|(_, answer)| answer.is_none()) {
        if let Poll::Ready(ready) = pending.as_mut().poll(&mut context) {
            *answer = Some(ready);
        }
    }
}

/// Why certainly no message of the window was taken, if that is so.
fn nothing_was_taken(answers: &[Option<Answer>]) -> Option<BrokerError> {
    match answers {
        // The only message on this channel was the one that the broker closed the channel for.
        [Some(Err(error))] if error.is_amqp_soft_error() => Some(of_client(error.clone())),
        answers => {
            let refused = |answer: &Option<Answer>| match answer {
                Some(Err(error)) if was_not_written(error) => Some(error.clone()),
                _ => None,
            };
            let refused: Option<Vec<_>> = answers.iter().map(refused).collect();
            refused?.pop().map(of_client)
        }
    }
}

/// The client looks at the state of the channel before it takes a message.
fn was_not_written(error: &lapin::Error) -> bool {
    matches!(error.kind(), ErrorKind::InvalidChannelState(_, "basic.publish"))
}
