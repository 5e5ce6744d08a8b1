//! Operations that change something.

use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodFilter, on};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Serialize;
use serde::de::DeserializeOwned;
use stats_store::Answer;
use tokio::time::timeout;

use super::definition::{Asked, PathPairs};
use super::{Access, Operation, Output, Owner, Reply, read_pairs};
use crate::limit::{IdempotencyKey, Replay};
use crate::problem::{Code, Problem};
use crate::state::Shared;

/// What a change takes beside what is in the path.
pub(crate) type BodySchema = fn(&mut SchemaGenerator) -> Schema;

/// A change of what is known of a person, with the answer that says when it is known.
pub(crate) fn change<Q, A, F, Fut>(
    method: &Method,
    path: &'static str,
    id: &'static str,
    summary: &'static str,
    body: Option<BodySchema>,
    change: F,
) -> Operation
where
    Q: DeserializeOwned + JsonSchema + Send + 'static,
    A: Serialize + JsonSchema + 'static,
    F: Fn(Owner, Q, Bytes) -> Fut + Clone + Send + Sync + 'static,
    Fut: Future<Output = Result<Answer<A>, Problem>> + Send + 'static,
{
    let takes_body = body.is_some();
    let handler = async move |State(shared): State<Shared>, path: PathPairs, request: Request| {
        let limit = shared.settings.answer_within;
        let changed = Box::pin(ask(shared, path, request, takes_body, change));
        timeout(limit, changed).await.unwrap_or_else(|_| Err(Code::TimedOut.into()))
    };
    let filter = MethodFilter::try_from(method.clone()).unwrap_or(MethodFilter::POST);
    Operation {
        method: method.clone(),
        path,
        id,
        summary,
        access: Access::Owner,
        input: Q::json_schema,
        body,
        output: Output::Json(SchemaGenerator::subschema_for::<Reply<A>>),
        problems: &[],
        route: on(filter, handler),
    }
}

async fn ask<Q, A, F, Fut>(
    shared: Shared,
    path: PathPairs,
    request: Request,
    takes_body: bool,
    change: F,
) -> Result<Response, Problem>
where
    Q: DeserializeOwned,
    A: Serialize,
    F: Fn(Owner, Q, Bytes) -> Fut,
    Fut: Future<Output = Result<Answer<A>, Problem>>,
{
    let (request, body) = request.into_parts();
    let asked = Asked::read(path, &request)?;
    let key = IdempotencyKey::of(&request.headers)?;
    let owner = Owner::asking(&shared, &request, &asked.user, key.clone()).await?;
    let input = read_pairs(&asked.pairs)?;
    let body = if takes_body { read(&shared, &request.headers, body).await? } else { Bytes::new() };

    let what = [request.method.as_str().as_bytes(), request.uri.path().as_bytes(), &body];
    let first = match key {
        None => None,
        Some(key) => match shared.replays.begin((owner.person.viewer.user_id(), owner.user()), key, &what)? {
            Replay::First(first) => Some(first),
            Replay::Again(answer) => return Ok(sent(answer)),
        },
    };
    let answer = change(owner, input, body).await?;
    let body = serde_json::to_vec(&Reply::new(answer.as_of, answer.value)).map_err(|_| Code::Internal)?;
    let answer = Bytes::from(body);
    if let Some(first) = first {
        first.answered(answer.clone());
    }
    Ok(sent(answer))
}

fn sent(answer: Bytes) -> Response {
    let headers = [(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "no-store")];
    (StatusCode::OK, headers, answer).into_response()
}

/// The body, if it is short and comes in time.
async fn read(shared: &Shared, headers: &HeaderMap, body: Body) -> Result<Bytes, Problem> {
    // A page of a stranger can make a browser send other types here, but not this one.
    let said = headers.get(header::CONTENT_TYPE).and_then(|said| said.to_str().ok()).unwrap_or_default();
    if !said.split(';').next().is_some_and(|said| said.trim().eq_ignore_ascii_case("application/json")) {
        return Err(Code::UnsupportedMediaType.into());
    }
    let most = shared.settings.body_bytes;
    let length = headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    if length.is_some_and(|length| length > most) {
        return Err(Code::BodyTooLarge.into());
    }
    match timeout(shared.settings.body_within, Limited::new(body, most).collect()).await {
        Err(_) => Err(Code::BodyTooSlow.into()),
        Ok(Err(failed)) if failed.is::<LengthLimitError>() => Err(Code::BodyTooLarge.into()),
        Ok(Err(_)) => Err(Code::InvalidBody.into()),
        Ok(Ok(body)) => Ok(body.to_bytes()),
    }
}
