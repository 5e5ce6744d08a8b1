#![doc = include_str!("../README.md")]
//!
//! # Where to look
//!
//! | you want to | start at |
//! |---|---|
//! | serve statistics | [`Api`], [`router`] |
//! | show them to people | [`Dashboard`], [`Api::guarded`] |
//! | say who may see what | [`Authenticator`], [`Grants`], [`loopback_only`] |
//! | serve connections | [`serve`], [`Server`] |
//! | know what can be asked | [`openapi`](fn@openapi) |
//! | know what a problem means | [`Code`] |

mod problem;

mod auth;
mod limit;

mod settings;
mod state;

mod operation;

mod openapi;

mod health;
mod statistics;

mod dashboard;

mod api;
mod serve;

pub use stats_store::StatsReader;

pub use crate::api::{Api, openapi, router};
pub use crate::auth::{Authenticator, Grants, Identity, Loopback, NoGrants, Refused, loopback_only};
pub use crate::dashboard::Dashboard;
pub use crate::problem::Code;
pub use crate::serve::{Server, serve};
