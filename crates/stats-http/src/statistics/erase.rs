//! A person who wants to be forgotten.

use axum::body::Bytes;
use axum::http::Method;
use schemars::JsonSchema;
use serde::Serialize;
use stats_store::Answer;
use workout_events::types::user::UserErased;

use crate::operation::{Nothing, Operation, Owner, change};
use crate::problem::Problem;

/// It is done.
#[derive(Debug, Serialize, JsonSchema)]
struct Erased {
    /// `true`.
    erased: bool,
}

pub(super) fn operations() -> Vec<Operation> {
    let summary = "Forgets a person: every workout and every figure, for ever.";
    vec![change(&Method::DELETE, "/v1/users/{user_id}", "erase", summary, None, erase)]
}

async fn erase(owner: Owner, _: Nothing, _: Bytes) -> Result<Answer<Erased>, Problem> {
    let as_of = owner.say(UserErased::new(owner.user())).await?;
    Ok(Answer::new(as_of, Erased { erased: true }))
}
