//! What a contract is: its shape as constant data, the traits, and the checks of typed values.

mod check;
pub mod shape;
pub(crate) mod text;
mod traits;

pub use check::Check;
pub(crate) use traits::ANY_MESSAGE;
pub use traits::{Contract, EventType, TOPIC_EXCHANGE, message_fields};
