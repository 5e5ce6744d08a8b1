//! Dead letters: looked at, replayed, thrown away.

mod discard;
mod look;
mod replay;
mod site;
