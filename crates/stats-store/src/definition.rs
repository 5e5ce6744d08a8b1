//! Which definition all that is kept is kept by.

use crate::{goal, projection, record};

/// The version of all that is kept: it only ever grows.
pub(crate) fn definition() -> i64 {
    let projections: i64 = projection::ALL.iter().map(|projection| projection.version).sum();
    projections + record::VERSION + goal::VERSION
}
