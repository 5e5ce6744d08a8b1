//! The dashboard in a real browser: Chromium by its `WebDriver`, as somebody without a mouse, without sight, or with a phone
//! would meet it.
//!
//! Screenshots are kept under `target/browser`, for somebody to look at.

mod driver;
mod session;
mod site;

mod access;
mod choices;
mod goals;
mod live;
mod pages;
mod print;
mod renewal;
mod sign_in;
mod speed;
mod transfer;
