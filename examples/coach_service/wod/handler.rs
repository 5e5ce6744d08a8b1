//! What is done with a message that asks for a workout of the day.

use tracing::{info, warn};
use workout_consumer::{Consumer, Context, Failure, Retries};
use workout_events::Event;
use workout_events::types::wod::WodRequested;

use crate::figures;
use crate::store::{DatabaseError, Store};
use crate::wod::attempts::Attempt;
use crate::wod::failures::Failures;
use crate::wod::making::{Making, Reason};

/// All instances share it.
pub(crate) const QUEUE: &str = "coach.wods";

/// How many requests are worked on at once.
const AT_ONCE: usize = 8;

/// What handlers share.
pub(crate) struct Workshop {
    pub(crate) store: Store,
    pub(crate) failures: Failures,
}

/// Makes a workout of each request, however often it comes.
pub(crate) fn consumer(workshop: Workshop, retries: Retries) -> Consumer<Workshop> {
    Consumer::with_state(QUEUE, workshop).retries(retries).concurrency(AT_ONCE).on(handle)
}

async fn handle(asked: Event<WodRequested>, context: Context<Workshop>) -> Result<(), Failure> {
    let request_id = asked.data().request_id;
    let Workshop { store, failures } = context.state();
    let making = Making { failures: *failures, next: context.next_attempt() };
    let attempt = store.attempt(asked, making).await.map_err(DatabaseError::failure)?;
    figures::attempted(&attempt);
    match attempt {
        Attempt::Generated { wod, attempt } => info!(%request_id, attempt, wod_id = %wod, "a workout was generated"),
        Attempt::Known => info!(%request_id, "the workout is there already"),
        Attempt::Erased => info!(%request_id, "the person was erased, so there is no workout"),
        Attempt::Failed { attempt } => {
            warn!(%request_id, attempt, next = ?making.next, "generation failed, and will be tried again");
            return Err(Failure::retry(Reason::Failed.as_str()));
        }
        Attempt::GivenUp { reason, attempt } => {
            warn!(%request_id, attempt, reason = reason.as_str(), "a request was given up");
            return match reason {
                // Nobody needs it any more, and no replay would change that.
                Reason::DeadlinePassed => Ok(()),
                Reason::Failed => Err(Failure::retry(reason.as_str())),
                Reason::NothingFits => Err(Failure::reject(reason.as_str())),
            };
        }
        Attempt::Differs => {
            warn!(%request_id, "two requests have one id and ask for different things");
            return Err(Failure::reject("request_id_reused"));
        }
    }
    Ok(())
}
