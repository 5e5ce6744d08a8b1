//! Charts, drawn as SVG by a few functions: bars for amounts, lines for levels, a heat map for presence.
//!
//! Whatever lies along the x axis is placed in percent of the width and what lies along the y axis in pixels, so that a chart
//! fits a phone and a desk without scaling its text. Each mark says its value in a `title`, and behind each chart stands a
//! table for those who cannot see it or want to copy it.

mod bars;
mod frame;
mod heat;
mod line;
mod scale;
mod split;

pub(crate) use bars::{Bar, bars};
pub(crate) use frame::{Chart, table};
pub(crate) use heat::{Cell, heat_map};
pub(crate) use line::{Spot, line};
pub(crate) use split::{Share, meter, split};
