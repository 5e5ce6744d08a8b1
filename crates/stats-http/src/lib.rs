#![doc = include_str!("../README.md")]
//!
//! # Where to look
//!
//! | you want to | start at |
//! |---|---|
//! | serve statistics | [`Api`], [`router`] |
//! | show them to people | [`Dashboard`], [`Api::guarded`] |
//! | say who may see what | [`Jwt`], [`Grants`], [`loopback_only`], [`Authenticator`] |
//! | tell people what happens as it happens | [`Live`] |
//! | serve connections | [`serve`], [`Server`] |
//! | know what can be asked | [`openapi`](fn@openapi) |
//! | know what a problem means | [`Code`] |

mod problem;

mod auth;
mod limit;

mod settings;
mod state;

mod watch;

mod operation;

mod openapi;

mod goals;
mod health;
mod statistics;

mod export;
mod live;

mod dashboard;

mod session;

mod api;
mod serve;

pub use stats_store::{StatsReader, StatsWriter};

pub use crate::api::{Api, openapi, router};
pub use crate::auth::{Authenticator, Grants, Identity, Jwt, KeyError, Loopback, NoGrants, Refused, loopback_only};
pub use crate::dashboard::Dashboard;
pub use crate::limit::RateLimit;
pub use crate::live::Live;
pub use crate::problem::Code;
pub use crate::serve::{Server, serve};
