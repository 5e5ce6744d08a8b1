//! Figures that are printed.

/// Of an odd number of figures; not a number when there is none.
#[must_use]
pub fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures.get(figures.len() / 2).copied().unwrap_or(f64::NAN)
}

/// A count as a figure.
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "it is printed")]
pub fn figure(count: usize) -> f64 {
    count as f64
}
