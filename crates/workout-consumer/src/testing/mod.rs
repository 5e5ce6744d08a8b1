//! For tests: a consumer that can be started and ended, and the suite that holds on every transport.

pub mod contract;
mod running;

pub use running::Running;
