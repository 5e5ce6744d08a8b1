//! Which moment the figures are of, for a page that wants to know whether it is the newest.

use axum::response::{IntoResponse, Response};

use crate::dashboard::visit::{Failure, Visit};

pub(in crate::dashboard) async fn get(visit: Visit) -> Response {
    match visit.reader().lifetime(visit.user).await {
        Ok(answer) => answer.as_of.version.to_string().into_response(),
        Err(error) => visit.site.fail(&Failure::Store(error)),
    }
}
