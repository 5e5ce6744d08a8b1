//! The dashboard: pages for people, made on the server.
//!
//! | file or folder | holds |
//! |---|---|
//! | `board.rs` | [`Dashboard`] and its routes |
//! | `visit.rs`, `viewer.rs` | who asks for what, and in which units, theme and weeks |
//! | `frame.rs`, `guard.rs`, `asset/` | what is around every page: head, navigation, headers, style and script |
//! | `overview/` | the first page, a file for each of its parts |
//! | `page/` | the other pages |
//! | `own.rs`, `form/` | who changes something, and what they fill in |
//! | `chart/` | charts as SVG |
//! | `format/` | numbers as people say them |
//!
//! There is no script in a page and no style in an attribute, nothing is loaded from elsewhere, and every page works without
//! its script. What people wrote is escaped by the template engine, which has no other way to put a text into a page.

mod board;
mod people;

mod own;
mod upload;
mod viewer;
mod visit;

pub(crate) mod asset;
mod frame;
mod guard;

mod chart;
mod format;

mod figure;
mod form;
mod goal;
mod overview;
mod page;

pub use board::Dashboard;
pub(crate) use frame::{Page, of_nobody};
pub(crate) use guard::{protect, protected};
pub(crate) use visit::Site;
