//! What a service makes at the broker before the first request, so that nothing is published that nobody hears.

use std::time::Duration;

use workout_broker::topology::{Found, HISTORY, Part, Step};
use workout_broker::{Broker, BrokerError, Queue, Topology};

/// How long the history goes back, where a service makes it.
const HISTORY_AGE: Duration = Duration::from_hours(30 * 24);

/// Makes these queues, and a history of all events: a service tells some of which nobody may want to hear, and what no queue
/// wants would come back to its outbox. A history that goes back further, or less, is that of an operator, and stays as it is.
///
/// # Errors
/// As for [`Broker::apply`].
pub async fn prepare(broker: &Broker, queues: impl IntoIterator<Item = Queue>) -> Result<(), BrokerError> {
    let topology = queues.into_iter().fold(Topology::new(), Topology::queue);
    let whole = topology.clone().history(HISTORY_AGE);
    let has_another = broker.plan(&whole).await?.steps.iter().any(is_another_history);
    broker.apply(if has_another { &topology } else { &whole }).await
}

fn is_another_history(Step { part, found, .. }: &Step) -> bool {
    matches!(part, Part::Queue(queue) if queue.name == HISTORY) && matches!(found, Found::Differs(_))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_history_is_made_once_and_that_of_an_operator_is_kept() {
        let broker = Broker::in_process();
        prepare(&broker, [Queue::new("one")]).await.expect("there is nothing yet");
        prepare(&broker, [Queue::new("two")]).await.expect("there is a history");
        assert_eq!(broker.depth(HISTORY).await.ok(), Some(0));

        let broker = Broker::in_process();
        let year = Topology::new().history(Duration::from_hours(8_760));
        broker.apply(&year).await.expect("an operator makes a history");
        prepare(&broker, [Queue::new("one")]).await.expect("there is another history");
        assert_eq!(broker.depth("one").await.ok(), Some(0));
        broker.check(&year).await.expect("it is still that of the operator");
    }
}
