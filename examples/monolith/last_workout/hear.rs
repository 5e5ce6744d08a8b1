//! What is heard, from everybody who performs workouts.

use tracing::info;
use workout_consumer::{Consumer, Context, Failure};
use workout_events::types::user::UserErased;
use workout_events::{Event, WorkoutDeleted, WorkoutPerformed};

use crate::database::{Database, DatabaseError};
use crate::last_workout::heard::Heard;

const QUEUE: &str = "monolith.last-workout";

pub(crate) fn consumer(database: Database) -> Consumer<Database> {
    Consumer::with_state(QUEUE, database).on(performed).on(deleted).on(erased)
}

async fn performed(event: Event<WorkoutPerformed>, context: Context<Database>) -> Result<(), Failure> {
    context.state().hear(Heard::performed(event.data())).await.map_err(DatabaseError::failure)
}

async fn deleted(event: Event<WorkoutDeleted>, context: Context<Database>) -> Result<(), Failure> {
    context.state().hear(Heard::deleted(event.data())).await.map_err(DatabaseError::failure)
}

async fn erased(event: Event<UserErased>, context: Context<Database>) -> Result<(), Failure> {
    context.state().erase(event.data().user_id).await.map_err(DatabaseError::failure)?;
    info!(event_id = %event.id(), "a person was erased");
    Ok(())
}
