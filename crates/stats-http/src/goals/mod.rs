//! Goals: how they stand, and changing them.

mod change;
mod list;

pub(crate) use change::MOST;

use crate::operation::Operation;

/// All of them.
pub(crate) fn operations() -> Vec<Operation> {
    [list::operations(), change::operations()].into_iter().flatten().collect()
}
