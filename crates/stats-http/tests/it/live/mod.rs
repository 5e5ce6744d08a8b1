//! Streams of what happens.

mod bounds;
mod client;
mod load;
mod resumed;
mod seen;
mod told;
