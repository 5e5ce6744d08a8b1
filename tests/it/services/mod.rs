//! The reference services as processes, as an operator runs them.

mod tour;
