//! Signing in and out.

use axum::Router;
use axum::body::Body;
use axum::extract::{OriginalUri, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::middleware::map_response;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use http_body_util::{BodyExt, Limited};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;
use tokio::time::timeout;

use super::keeper::with_token;
use super::{cookie, page};
use crate::auth::Sender;
use crate::dashboard::{asset, protect, protected};
use crate::operation::{read_pairs, split_query};
use crate::problem::{Code, Problem};
use crate::state::Shared;

/// A token, and what is around it.
const MOST_BODY: usize = 16 * 1_024;

/// Where somebody signs out, for pages that offer it.
#[derive(Debug, Clone)]
pub(crate) struct At(pub(crate) String);

impl At {
    /// Nothing for whoever has not signed in here.
    pub(crate) fn of(request: &Parts) -> Option<Self> {
        cookie::token(request).map(|_| Self(format!("{}/session/end", prefix(request))))
    }
}

/// Where to go on.
#[derive(Debug, Deserialize)]
struct Asked {
    back: Option<String>,
}

/// The routes that are open to those who have not signed in yet.
pub(crate) fn routes(shared: Shared) -> Router {
    Router::new()
        .route("/session", get(show).post(begin))
        .route("/session/end", post(end))
        .route("/session/assets/{name}", get(asset::get))
        // Here and not around everything: what is merged keeps its own answer to other methods.
        .method_not_allowed_fallback(async || Code::MethodNotAllowed)
        .layer(map_response(protect))
        .with_state(shared)
}

/// For somebody who asks for a page without having signed in: the way to the door, and back.
pub(crate) fn enter(request: &Parts) -> Option<Response> {
    if !wants_page(request) {
        return None;
    }
    let here = request.extensions.get::<OriginalUri>().map_or(&request.uri, |OriginalUri(uri)| uri);
    // What was sent in a form is not sent again by itself.
    let back = here.path_and_query().filter(|_| request.method == Method::GET);
    let back = back.map(|back| format!("?back={}", utf8_percent_encode(back.as_str(), NON_ALPHANUMERIC)));
    Some(to(&format!("{}/session{}", prefix(request), back.unwrap_or_default())))
}

/// For somebody who asks for a page of somebody else: what a program is told by a code, said to a person.
pub(crate) fn nothing(request: &Parts, problem: &Problem) -> Option<Response> {
    let is_missing = wants_page(request) && problem.code() == Code::NotFound;
    is_missing.then(|| protected((StatusCode::NOT_FOUND, page::nothing(request)).into_response()))
}

fn wants_page(request: &Parts) -> bool {
    let accepted = request.headers.get_all(header::ACCEPT).iter().filter_map(|accepted| accepted.to_str().ok());
    accepted.into_iter().any(|accepted| accepted.contains("text/html"))
}

/// Where the host has put these routes.
pub(crate) fn prefix(request: &Parts) -> &str {
    let whole = request.extensions.get::<OriginalUri>().map_or(request.uri.path(), |OriginalUri(uri)| uri.path());
    whole.strip_suffix(request.uri.path()).unwrap_or_default()
}

async fn show(State(shared): State<Shared>, request: Request) -> Response {
    let (request, _) = request.into_parts();
    let asked = split_query(request.uri.query().unwrap_or_default()).and_then(|pairs| read_pairs::<Asked>(&pairs));
    let asked = match asked {
        Ok(asked) => asked,
        Err(problem) => return problem.into_response(),
    };
    let is_known = cookie::token(&request).is_some() && shared.authenticator.authenticate(&request).await.is_ok();
    page::render(&request, &back(&request, asked.back), is_known, None).into_response()
}

async fn begin(State(shared): State<Shared>, request: Request) -> Response {
    let (request, body) = request.into_parts();
    // A page of somebody else could sign people in as somebody else.
    let by_program = request.headers.contains_key(header::AUTHORIZATION);
    if Sender::of(&request) != Sender::Ours && !(by_program && Sender::of(&request) == Sender::Unknown) {
        return Code::ForeignOrigin.into_response();
    }
    if by_program {
        return match signed_in(&shared, &request, None).await {
            Ok(cookie) => (StatusCode::NO_CONTENT, [(header::SET_COOKIE, cookie)]).into_response(),
            Err(problem) => problem.into_response(),
        };
    }
    let (token, back) = match read(&shared, body).await {
        Ok((token, asked)) => (token, back(&request, asked)),
        Err(problem) => return problem.into_response(),
    };
    match signed_in(&shared, &request, Some(&token)).await {
        Ok(cookie) => ([(header::SET_COOKIE, cookie)], to(&back)).into_response(),
        Err(problem) => {
            let status = problem.clone().into_response().status();
            (status, page::render(&request, &back, false, Some(problem.code()))).into_response()
        }
    }
}

async fn end(State(shared): State<Shared>, request: Request) -> Response {
    let (request, _) = request.into_parts();
    if Sender::of(&request) != Sender::Ours {
        return Code::ForeignOrigin.into_response();
    }
    if let Some(token) = cookie::token(&request) {
        shared.live.sign_out(token);
    }
    ([(header::SET_COOKIE, cookie::forget(&request))], to(&format!("{}/session", prefix(&request)))).into_response()
}

/// The cookie for this token, or for the one in the header, if it is believed.
async fn signed_in(shared: &Shared, request: &Parts, token: Option<&str>) -> Result<HeaderValue, Problem> {
    let request = match token {
        Some(token) => with_token(request, token).map_err(Code::from)?,
        None => request.clone(),
    };
    let known = shared.admit(&request).await?;
    let said = request.headers.get(header::AUTHORIZATION).and_then(|said| said.to_str().ok()).unwrap_or_default();
    let token = said.split_once(' ').map_or("", |(_, token)| token.trim());
    let cookie = cookie::keep(&request, token, known.expires_at()).ok_or(Code::InvalidToken)?;
    HeaderValue::try_from(cookie).map_err(|_| Code::InvalidToken.into())
}

/// The token of the form, and where to go on.
async fn read(shared: &Shared, body: Body) -> Result<(String, Option<String>), Problem> {
    let body = timeout(shared.settings.body_within, Limited::new(body, MOST_BODY).collect()).await;
    let body = body.map_err(|_| Code::BodyTooSlow)?.map_err(|_| Code::BodyTooLarge)?.to_bytes();
    let pairs = split_query(std::str::from_utf8(&body).map_err(|_| Code::InvalidBody)?)?;
    let field = |name: &str| pairs.iter().find(|(field, _)| field == name).map(|(_, value)| value.trim().to_owned());
    // Whoever copies the whole header means its token.
    let token = field("token").unwrap_or_default();
    let token = token.strip_prefix("Bearer ").unwrap_or(&token).trim().to_owned();
    Ok((token, field("back")))
}

/// Only to a page of ours: whoever makes up a link sends nobody away.
fn back(request: &Parts, asked: Option<String>) -> String {
    let dashboard = || format!("{}/dashboard", prefix(request));
    let is_ours = |back: &String| {
        let is_path = back.starts_with('/') && !back.starts_with("//");
        is_path && back.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\')
    };
    asked.filter(is_ours).unwrap_or_else(dashboard)
}

fn to(place: &str) -> Response {
    let place = HeaderValue::try_from(place).unwrap_or(HeaderValue::from_static("/"));
    let headers = [(header::LOCATION, place), (header::CACHE_CONTROL, HeaderValue::from_static("no-store"))];
    (StatusCode::SEE_OTHER, headers).into_response()
}
