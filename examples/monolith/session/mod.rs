//! Sessions: somebody trains right now. When a session ends, a workout has come of it.

mod start;

mod calories;
mod end;

mod http;

pub(crate) use http::routes;
