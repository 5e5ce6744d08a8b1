//! Browsers, which cannot send a token by themselves: a person signs in with one at `/session`, and the browser keeps it in a
//! cookie.
//!
//! The cookie carries the token itself, so that there is nothing to keep here and nothing more to trust: each request is judged
//! as if it had the token in its header, by the same authenticator. Scripts cannot read it. A page of somebody else can make a
//! browser send it, so with a cookie nothing is changed unless a page of ours asks.

mod cookie;

mod keeper;

mod page;
mod routes;

pub(crate) use cookie::token;
pub(crate) use keeper::Keeper;
pub(crate) use routes::{At, enter, nothing, routes};
