//! A queue of our own, read until somebody has seen enough.

use std::time::Duration;

use tokio::select;
use tokio::time::timeout;
use workout_broker::{Broker, BrokerError, Deliveries, Delivery, Prefetch, Queue};
use workout_events::TOPIC_EXCHANGE;

use crate::amqp;
use crate::failure::Failure;
use crate::output::{Output, say};
use crate::signal::Requests;
use crate::tail::Arguments;
use crate::tail::line::{Line, Lines};

/// The beginning of the name of the queue, for whoever looks at the broker meanwhile.
const QUEUE: &str = "workout.tail";

/// How long the goodbye may take.
const GOODBYE: Duration = Duration::from_secs(2);

pub(super) async fn events(arguments: &Arguments) -> Result<(), Failure> {
    let mut requests = Requests::listen()?;
    let work = async {
        let broker = amqp::connect(arguments.amqp.builder()?).await?;
        let shown = show(&broker, arguments).await;
        let _ = timeout(GOODBYE, broker.close()).await;
        shown
    };
    select! {
        shown = work => shown,
        () = requests.next() => Ok(()),
    }
}

async fn show(broker: &Broker, arguments: &Arguments) -> Result<(), Failure> {
    let patterns = if arguments.types.is_empty() { vec!["#".to_owned()] } else { arguments.types.clone() };
    let queue =
        patterns.into_iter().fold(Queue::temporary(QUEUE), |queue, pattern| queue.bind(TOPIC_EXCHANGE, pattern));
    let mut deliveries = open(broker, &queue).await.map_err(|error| amqp::failure(&error))?;
    let lines = Lines::new(arguments);
    let mut output = Output::new();
    let mut left = arguments.count.unwrap_or(u64::MAX);
    while left > 0 {
        let delivery = match deliveries.next().await {
            Some(Ok(delivery)) => delivery,
            // A server that was started again does not know it any more, and somebody may have deleted it.
            Some(Err(error)) if !error.is_refused() && !error.is_closed() => {
                say("the queue was gone and is there again; events of the time between are not shown");
                deliveries = open(broker, &queue).await.map_err(|error| amqp::failure(&error))?;
                continue;
            }
            Some(Err(error)) => return Err(amqp::failure(&error)),
            None => return Ok(()),
        };
        match lines.of(&delivery) {
            None => {}
            Some(Line::Shown(line)) => {
                output.bytes(&line)?;
                output.flush()?;
                left -= 1;
            }
            Some(Line::Said(text)) => {
                say(text);
                left -= 1;
            }
        }
        settle(delivery).await;
    }
    let _ = timeout(GOODBYE, deliveries.close()).await;
    Ok(())
}

async fn open(broker: &Broker, queue: &Queue) -> Result<Deliveries, BrokerError> {
    broker.declare(queue).await?;
    broker.consume(queue.name(), Prefetch::default()).await
}

/// What was not settled comes again on the next link, and is then shown twice: no reason to end.
async fn settle(delivery: Delivery) {
    let _ = delivery.ack().await;
}
