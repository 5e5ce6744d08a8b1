//! Files beside a store (feature `store`): what it knows of their workouts, and how their person counts.

mod known;
mod preferences;

pub use known::{Compared, Known};
pub use preferences::preferences_line;
