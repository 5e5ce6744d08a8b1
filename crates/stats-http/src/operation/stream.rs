//! A question that is answered as long as the client listens.

use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::response::Response;
use axum::routing::{MethodFilter, on};
use schemars::JsonSchema;
use tokio::time::timeout;

use super::definition::{Asked, PathPairs, seen};
use super::{Nothing, Operation, Output, Person, read_pairs};
use crate::problem::{Code, Problem};
use crate::state::Shared;

/// A stream of events about a person. Opening it takes as long as an answer may take, and what comes then has no end.
pub(crate) fn stream<F, Fut>(path: &'static str, id: &'static str, summary: &'static str, open: F) -> Operation
where
    F: Fn(Person, Parts) -> Fut + Clone + Send + Sync + 'static,
    Fut: Future<Output = Result<Response, Problem>> + Send + 'static,
{
    let handler = async move |State(shared): State<Shared>, path: PathPairs, request: Request| {
        let limit = shared.settings.answer_within;
        let opened = ask(shared, path, request, open);
        timeout(limit, opened).await.unwrap_or_else(|_| Err(Code::TimedOut.into()))
    };
    seen(path, id, summary, Nothing::json_schema, Output::Events, on(MethodFilter::GET, handler))
}

async fn ask<F, Fut>(shared: Shared, path: PathPairs, request: Request, open: F) -> Result<Response, Problem>
where
    F: Fn(Person, Parts) -> Fut,
    Fut: Future<Output = Result<Response, Problem>>,
{
    let (request, _) = request.into_parts();
    let asked = Asked::read(path, &request)?;
    let person = Person::seen_by(&shared, &request, &asked.user, None).await?;
    let Nothing {} = read_pairs(&asked.pairs)?;
    open(person, request).await
}
