//! One thing that can be asked.

use axum::body::Bytes;
use axum::extract::path::ErrorKind;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, Request, State};
use axum::http::request::Parts;
use axum::http::{Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodFilter, MethodRouter, on};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use stats_store::Answer;
use tokio::time::timeout;

use super::answers::Question;
use super::{Person, Reply, read_pairs, split_query};
use crate::limit::Tag;
use crate::problem::{Code, Problem};
use crate::state::Shared;

/// What is known of an operation: enough to route to it and to document it.
#[derive(Debug)]
pub(crate) struct Operation {
    pub(crate) method: Method,
    pub(crate) path: &'static str,
    /// What programs call it.
    pub(crate) id: &'static str,
    /// What it answers, as a sentence.
    pub(crate) summary: &'static str,
    pub(crate) access: Access,
    /// The fields of path and query, each by its name.
    pub(crate) input: fn(&mut SchemaGenerator) -> Schema,
    /// The body that it takes, if any.
    pub(crate) body: Option<fn(&mut SchemaGenerator) -> Schema>,
    pub(crate) output: Output,
    /// What may go wrong beside what may go wrong everywhere.
    pub(crate) problems: &'static [Code],
    pub(crate) route: MethodRouter<Shared>,
}

/// Who may ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Access {
    /// Everybody: nothing of it is about a person.
    Open,
    /// The person, those to whom they granted it, and admins.
    Viewer,
    /// Everybody who is let in.
    Known,
    /// The person and admins.
    Owner,
}

/// What an answer is.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Output {
    Json(fn(&mut SchemaGenerator) -> Schema),
    Text(&'static str),
    /// JSON or one of these, as it was asked for.
    File(fn(&mut SchemaGenerator) -> Schema, &'static [&'static str]),
    /// A stream of events.
    Events,
}

impl Operation {
    /// The names in the path, in their order.
    pub(crate) fn path_names(&self) -> impl Iterator<Item = &'static str> {
        self.path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
    }

    /// Under which heading it is documented.
    pub(crate) fn tag(&self) -> &'static str {
        if self.access == Access::Open { "service" } else { "statistics" }
    }

    /// With what else may go wrong.
    pub(crate) fn may(self, problems: &'static [Code]) -> Self {
        Self { problems, ..self }
    }
}

/// A question that everybody may ask, answered by a handler of its own.
pub(crate) fn open(
    path: &'static str,
    id: &'static str,
    summary: &'static str,
    output: Output,
    route: MethodRouter<Shared>,
) -> Operation {
    let (method, access) = (Method::GET, Access::Open);
    Operation {
        method,
        path,
        id,
        summary,
        access,
        input: Nothing::json_schema,
        body: None,
        output,
        problems: &[],
        route,
    }
}

/// A question about a person, answered by a handler of its own to whoever may see the person.
pub(super) fn seen(
    path: &'static str,
    id: &'static str,
    summary: &'static str,
    input: fn(&mut SchemaGenerator) -> Schema,
    output: Output,
    route: MethodRouter<Shared>,
) -> Operation {
    Operation { access: Access::Viewer, input, ..open(path, id, summary, output, route) }
}

/// A question about a person: the answer comes with the moment that it is of.
pub(crate) fn about<Q, A, F, Fut>(path: &'static str, id: &'static str, summary: &'static str, answer: F) -> Operation
where
    Q: DeserializeOwned + JsonSchema + Send + 'static,
    A: Serialize + JsonSchema + 'static,
    F: Fn(Person, Q) -> Fut + Clone + Send + Sync + 'static,
    Fut: Future<Output = Result<Answer<A>, Problem>> + Send + 'static,
{
    bare(path, id, summary, answer, |answer| Reply::new(answer.as_of, answer.value))
}

/// The same, where what is sent is made of the answer by `wrap`.
pub(crate) fn bare<Q, A, W, F, Fut>(
    path: &'static str,
    id: &'static str,
    summary: &'static str,
    answer: F,
    wrap: fn(Answer<A>) -> W,
) -> Operation
where
    Q: DeserializeOwned + JsonSchema + Send + 'static,
    A: 'static,
    W: Serialize + JsonSchema + 'static,
    F: Fn(Person, Q) -> Fut + Clone + Send + Sync + 'static,
    Fut: Future<Output = Result<Answer<A>, Problem>> + Send + 'static,
{
    let handler = async move |State(shared): State<Shared>, path: PathPairs, request: Request| {
        let limit = shared.settings.answer_within;
        let asked = ask(shared, path, request, answer, wrap);
        timeout(limit, asked).await.unwrap_or_else(|_| Err(Code::TimedOut.into()))
    };
    let output = Output::Json(SchemaGenerator::subschema_for::<W>);
    seen(path, id, summary, Q::json_schema, output, on(MethodFilter::GET, handler))
}

async fn ask<Q, A, W, F, Fut>(
    shared: Shared,
    path: PathPairs,
    request: Request,
    answer: F,
    wrap: fn(Answer<A>) -> W,
) -> Result<Response, Problem>
where
    Q: DeserializeOwned,
    W: Serialize,
    F: Fn(Person, Q) -> Fut,
    Fut: Future<Output = Result<Answer<A>, Problem>>,
{
    let (request, _) = request.into_parts();
    let asked = Asked::read(path, &request)?;
    let person = Person::seen_by(&shared, &request, &asked.user, asked.min_position).await?;
    let input = read_pairs(&asked.pairs)?;
    let tag = Tag::new(&request.uri, person.today);
    if tag.is_known(&request.headers, person.lifetime.as_of) {
        return Ok((StatusCode::NOT_MODIFIED, tag.headers(person.lifetime.as_of)).into_response());
    }
    let (question, now) = (Question::new(&request.uri, person.today), person.lifetime.as_of);
    let (as_of, body) = if let Some(body) = shared.answers.find(&question, now) {
        (now, body)
    } else {
        let answer = answer(person, input).await?;
        let as_of = answer.as_of;
        let body = Bytes::from(serde_json::to_vec(&wrap(answer)).map_err(|_| Code::Internal)?);
        shared.answers.keep(question, as_of, body.clone());
        (as_of, body)
    };
    if Tag::is_any(&request.headers) {
        return Ok((StatusCode::NOT_MODIFIED, tag.headers(as_of)).into_response());
    }
    let content_type = [(header::CONTENT_TYPE, "application/json")];
    Ok((content_type, tag.headers(as_of), body).into_response())
}

pub(super) type PathPairs = Result<Path<Vec<(String, String)>>, PathRejection>;

/// What a request about a person names.
pub(super) struct Asked {
    pub(super) user: String,
    pub(super) min_position: Option<i64>,
    /// The rest, of path and query.
    pub(super) pairs: Vec<(String, String)>,
}

impl Asked {
    pub(super) fn read(path: PathPairs, request: &Parts) -> Result<Self, Problem> {
        let Path(mut pairs) = path.map_err(not_text)?;
        let at = pairs.iter().position(|(name, _)| name == "user_id").ok_or(Code::Internal)?;
        let (_, user) = pairs.remove(at);
        let mut query = split_query(request.uri.query().unwrap_or_default())?;
        let min_position = match query.iter().position(|(name, _)| name == "min_position") {
            None => None,
            Some(at) => {
                let position = query.remove(at).1.parse().ok().filter(|position| *position >= 0);
                Some(position.ok_or_else(|| Problem::parameter(Code::InvalidParameter, "min_position"))?)
            }
        };
        pairs.append(&mut query);
        Ok(Self { user, min_position, pairs })
    }
}

/// A path that is not UTF-8 names nothing that there is.
fn not_text(rejected: PathRejection) -> Problem {
    let PathRejection::FailedToDeserializePathParams(failed) = rejected else { return Code::Internal.into() };
    match failed.kind() {
        ErrorKind::InvalidUtf8InPathParam { key } if key == "user_id" => Code::InvalidUserId.into(),
        ErrorKind::InvalidUtf8InPathParam { key } => Problem::parameter(Code::InvalidParameter, key),
        _ => Code::Internal.into(),
    }
}

/// What an operation without parameters takes.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Nothing {}
