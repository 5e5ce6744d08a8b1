//! Whom the coach knows: those who performed or asked, and those who registered anywhere; and who is to be forgotten.

use tracing::info;
use workout_consumer::{Consumer, Context, Failure};
use workout_events::Event;
use workout_events::types::user::{UserErased, UserRegistered};

use crate::store::{DatabaseError, Store};

const QUEUE: &str = "coach.people";

pub(crate) fn consumer(store: Store) -> Consumer<Store> {
    Consumer::with_state(QUEUE, store).on(registered).on(erased)
}

async fn registered(event: Event<UserRegistered>, context: Context<Store>) -> Result<(), Failure> {
    context.state().meet(event.data().user_id).await.map_err(DatabaseError::failure)
}

async fn erased(event: Event<UserErased>, context: Context<Store>) -> Result<(), Failure> {
    let user_id = event.data().user_id;
    context.state().erase(user_id).await.map_err(DatabaseError::failure)?;
    info!(%user_id, "a person was erased");
    Ok(())
}
