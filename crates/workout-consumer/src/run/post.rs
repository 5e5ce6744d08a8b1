//! Where messages go that were not handled: to a delay queue, or to the dead letters.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinSet;
use workout_broker::{Broker, BrokerError, Outcome};
use workout_events::amqp::Message;

/// How many messages are published together.
const WINDOW: usize = 200;

/// How long an answer may take.
const LIMIT: Duration = Duration::from_secs(30);

/// What became of a message; an error says that it was certainly not taken.
pub(super) type Posted = Result<Outcome, BrokerError>;

/// Publishes what several handlers at once want to get rid of, together.
#[derive(Debug)]
pub(crate) struct Post {
    sender: mpsc::Sender<Letter>,
    /// Ends with it.
    _task: JoinSet<()>,
}

struct Letter {
    message: Arc<Message>,
    answer: oneshot::Sender<Posted>,
}

impl Post {
    pub(crate) fn new(broker: &Broker) -> Self {
        let (sender, letters) = mpsc::channel(WINDOW);
        let mut task = JoinSet::new();
        task.spawn(deliver(broker.clone(), letters));
        Self { sender, _task: task }
    }

    /// Publishes a message and waits for what becomes of it.
    pub(super) async fn publish(&self, message: Arc<Message>) -> Posted {
        let (answer, posted) = oneshot::channel();
        // The other side ends with this one only.
        let _ = self.sender.send(Letter { message, answer }).await;
        posted.await.unwrap_or(Ok(Outcome::Unknown))
    }
}

async fn deliver(broker: Broker, mut letters: mpsc::Receiver<Letter>) {
    let mut lane = broker.lane();
    let mut waiting = Vec::new();
    while letters.recv_many(&mut waiting, WINDOW).await > 0 {
        if let Ok(outcomes) = lane.window(&messages(&waiting), LIMIT).await {
            waiting.drain(..).zip(outcomes).for_each(|(letter, outcome)| letter.answer(Ok(outcome)));
        }
        // One that cannot be published is not to keep the others from it.
        for letter in waiting.drain(..) {
            let posted = lane.window(&[Arc::clone(&letter.message)], LIMIT).await;
            letter.answer(posted.map(|outcomes| outcomes.first().copied().unwrap_or(Outcome::Unknown)));
        }
    }
}

fn messages(letters: &[Letter]) -> Vec<Arc<Message>> {
    letters.iter().map(|letter| Arc::clone(&letter.message)).collect()
}

impl Letter {
    fn answer(self, posted: Posted) {
        // Who does not wait any more does not want to know.
        let _ = self.answer.send(posted);
    }
}
