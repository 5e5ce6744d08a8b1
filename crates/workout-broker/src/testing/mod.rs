//! For those who write a transport: the suite that every one has to pass.

pub mod contract;
