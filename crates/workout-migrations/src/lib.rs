#![doc = include_str!("../README.md")]
//!
//! # Features
//!
//! | feature | brings |
//! |---|---|
//! | `postgres` | [`Migrations`] of a schema, and the advisory lock |
//! | `sqlite` | [`Migrations`] of tables with a prefix |
#![cfg_attr(not(any(feature = "postgres", feature = "sqlite")), expect(dead_code, reason = "no database, no use"))]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod error;
mod migration;
mod transient;

#[cfg(any(feature = "postgres", feature = "sqlite"))]
mod plan;

#[cfg(feature = "postgres")]
mod postgres;
#[cfg(feature = "sqlite")]
mod sqlite;
#[cfg(any(feature = "postgres", feature = "sqlite"))]
mod standing;

pub use crate::error::MigrationError;
pub use crate::migration::{Migration, Migrations, Report};
#[cfg(any(feature = "postgres", feature = "sqlite"))]
pub use crate::standing::Standing;
pub use crate::transient::is_transient;
