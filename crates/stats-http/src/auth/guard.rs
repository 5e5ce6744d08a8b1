//! Routes of somebody else, behind the same door.

use axum::Router;
use axum::extract::{RawPathParams, Request, State};
use axum::http::StatusCode;
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};

use crate::live::Door;
use crate::problem::{Code, Problem};
use crate::session;
use crate::state::Shared;

/// The same routes, each of which asks who is there first.
pub(crate) fn guard(routes: Router, shared: Shared) -> Router {
    // Without a route there is nothing to guard, and nothing that a layer could be put on.
    if routes.has_routes() { routes.route_layer(from_fn_with_state(shared, admit)) } else { routes }
}

async fn admit(
    State(shared): State<Shared>,
    path: RawPathParams,
    mut request: Request,
    next: Next,
) -> Result<Response, Problem> {
    let (parts, body) = request.into_parts();
    let viewer = match shared.admit(&parts).await {
        Ok(viewer) => viewer,
        Err(problem) => {
            let refused = problem.into_response();
            let is_outside = shared.has_sessions && refused.status() == StatusCode::UNAUTHORIZED;
            return Ok(if is_outside { session::enter(&parts).unwrap_or(refused) } else { refused });
        }
    };
    let mut seen = None;
    for (_, user) in path.iter().filter(|(name, _)| *name == "user_id") {
        let user = user.parse().map_err(|_| Code::InvalidUserId)?;
        if let Err(problem) = shared.may_see(&viewer, user).await {
            let page = shared.has_sessions.then(|| session::nothing(&parts, &problem)).flatten();
            return Ok(page.unwrap_or_else(|| problem.into_response()));
        }
        seen = Some(user);
    }
    let at = shared.has_sessions.then(|| session::At::of(&parts));
    // What lasts longer than a request asks again.
    let door = seen.map(|user| Door::new(shared, parts.clone(), viewer.clone(), user));
    request = Request::from_parts(parts, body);
    request.extensions_mut().insert(viewer);
    if let Some(at) = at.flatten() {
        request.extensions_mut().insert(at);
    }
    if let Some(door) = door {
        request.extensions_mut().insert(door);
    }
    Ok(next.run(request).await)
}
