//! Streams of what happens.

mod bounds;
mod client;
mod resumed;
mod seen;
mod told;
