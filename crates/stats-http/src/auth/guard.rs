//! Routes of somebody else, behind the same door.

use axum::Router;
use axum::extract::{RawPathParams, Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;

use crate::problem::{Code, Problem};
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
    let viewer = shared.admit(&parts).await?;
    for (_, user) in path.iter().filter(|(name, _)| *name == "user_id") {
        let user = user.parse().map_err(|_| Code::InvalidUserId)?;
        shared.may_see(&viewer, user).await?;
    }
    request = Request::from_parts(parts, body);
    request.extensions_mut().insert(viewer);
    Ok(next.run(request).await)
}
