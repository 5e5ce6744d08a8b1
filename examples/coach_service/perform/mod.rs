//! `POST /workout/{id}/perform`: the status of the workout is stored, and told.

mod http;
mod store;

pub(crate) use http::routes;
