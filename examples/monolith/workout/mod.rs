//! Workouts: `POST /workout/{id}/perform` marks one as performed and tells it, `GET /workout/{id}` says what is known of it.

mod perform;
mod status;

mod http;

pub(crate) use http::routes;
pub(crate) use perform::{Performed, record};
