//! The broker with the dead letters, and being asked to end.

use std::time::Duration;

use tokio::sync::oneshot;
use tokio::{select, time};
use workout_broker::Broker;
use workout_consumer::DeadLetters;
use workout_consumer::dead_letters::{DeadLetterError, End, Report};

use crate::amqp::{self, Amqp};
use crate::dlq::meant::QueueName;
use crate::failure::Failure;
use crate::output::say;
use crate::signal::Requests;

/// How long the goodbye may take.
const GOODBYE: Duration = Duration::from_secs(5);

/// Someone who works on the dead letters of a queue.
pub(super) struct Site {
    broker: Broker,
    pub(super) dead: DeadLetters,
    requests: Requests,
}

impl Site {
    pub(super) async fn open(amqp: &Amqp, queue: &QueueName) -> Result<Self, Failure> {
        let builder = amqp.builder()?.declare_nothing();
        let mut requests = Requests::listen()?;
        let broker = select! {
            broker = amqp::connect(builder) => broker?,
            () = requests.next() => return Err(Failure::new("interrupted before the broker answered")),
        };
        let dead = DeadLetters::new(&broker, queue.as_str());
        Ok(Self { broker, dead, requests })
    }

    /// Does something that ends early when it is told to; a second request does not wait for that.
    pub(super) async fn until_asked<T, F>(&mut self, work: impl FnOnce(DeadLetters, Stop) -> F) -> Result<T, Failure>
    where
        F: Future<Output = Result<T, DeadLetterError>>,
    {
        let (stop, stopped) = oneshot::channel();
        let work = work(self.dead.clone(), Stop(stopped));
        let requests = &mut self.requests;
        let insisted = async {
            requests.next().await;
            say("interrupted: what is under way is waited for, everything else stays");
            let _ = stop.send(());
            requests.next().await;
        };
        select! {
            done = work => done.map_err(|error| failure(&error)),
            () = insisted => Err(Failure::new("interrupted: what was under way may be in both queues")),
        }
    }

    pub(super) async fn close(self) {
        // Everything is settled by now.
        let _ = time::timeout(GOODBYE, self.broker.close()).await;
    }
}

/// That it is time to end.
pub(super) struct Stop(oneshot::Receiver<()>);

impl Stop {
    pub(super) async fn asked(self) {
        // Nobody can ask any more when nobody listens for requests.
        if self.0.await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

pub(super) fn failure(error: &DeadLetterError) -> Failure {
    Failure::because("dead letters", error)
}

/// What a report says to somebody who believes to have seen everything.
pub(super) fn remind(report: &Report) {
    if matches!(report.end, End::Limit) {
        let Report { seen, waiting, .. } = report;
        say(format_args!("only {seen} of {waiting} letters were looked at: no more can be held at a time"));
    }
    if report.undated > 0 {
        let undated = report.undated;
        say(format_args!(
            "{undated} more may be meant, but nobody noted when they died: leave out --since and --until to see them"
        ));
    }
}
