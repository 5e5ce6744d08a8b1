//! What happens, for a page that renews itself.

use axum::extract::Request;
use axum::response::{IntoResponse, Response};

use crate::dashboard::visit::Visit;

pub(in crate::dashboard) async fn get(visit: Visit, request: Request) -> Response {
    let (request, _) = request.into_parts();
    visit.listen(&request).into_response()
}
