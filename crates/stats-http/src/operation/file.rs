//! Questions about a person whose answer is a file.

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodFilter, on};
use schemars::{JsonSchema, SchemaGenerator};
use serde::de::DeserializeOwned;
use stats_store::Answer;
use tokio::time::timeout;

use super::definition::{Asked, PathPairs, seen};
use super::{Operation, Output, Person, Reply, read_pairs};
use crate::limit::Tag;
use crate::problem::{Code, Problem};
use crate::state::Shared;

/// A question whose answer is sent while it is made: JSON with the moment that it is of, or one of these texts.
pub(crate) fn file<Q, J, F, Fut>(
    path: &'static str,
    id: &'static str,
    summary: &'static str,
    texts: &'static [&'static str],
    answer: F,
) -> Operation
where
    Q: DeserializeOwned + JsonSchema + Send + 'static,
    J: JsonSchema + 'static,
    F: Fn(Person, Parts, Q) -> Fut + Clone + Send + Sync + 'static,
    Fut: Future<Output = Result<Answer<crate::export::Download>, Problem>> + Send + 'static,
{
    let handler = async move |State(shared): State<Shared>, path: PathPairs, request: Request| {
        let limit = shared.settings.answer_within;
        timeout(limit, Box::pin(ask(shared, path, request, answer)))
            .await
            .unwrap_or_else(|_| Err(Code::TimedOut.into()))
    };
    let output = Output::File(SchemaGenerator::subschema_for::<Reply<J>>, texts);
    seen(path, id, summary, Q::json_schema, output, on(MethodFilter::GET, handler))
}

async fn ask<Q, F, Fut>(shared: Shared, path: PathPairs, request: Request, answer: F) -> Result<Response, Problem>
where
    Q: DeserializeOwned,
    F: Fn(Person, Parts, Q) -> Fut,
    Fut: Future<Output = Result<Answer<crate::export::Download>, Problem>>,
{
    let (request, _) = request.into_parts();
    let asked = Asked::read(path, &request)?;
    let person = Person::seen_by(&shared, &request, &asked.user, asked.min_position).await?;
    let input = read_pairs(&asked.pairs)?;
    let tag = Tag::new(&request.uri, person.today);
    if tag.is_known(&request.headers, person.lifetime.as_of) {
        return Ok((StatusCode::NOT_MODIFIED, tag.headers(person.lifetime.as_of)).into_response());
    }
    let answer = answer(person, request, input).await?;
    Ok((tag.headers(answer.as_of), answer.value).into_response())
}
