//! What every request goes through: its id, its span, its figures, and what no request may have.

mod figures;
mod request;

mod around;

pub(crate) use around::around;
