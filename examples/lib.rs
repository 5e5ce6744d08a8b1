//! Reference services: each is an example of this package, and thin wiring of the published crates.
//!
//! | example | what it shows |
//! |---|---|
//! | `stats_service` | events in, statistics out: `cargo run --example stats_service` |
//! | `load` | how fast it is here: `cargo run --release --example load -- publish` |
