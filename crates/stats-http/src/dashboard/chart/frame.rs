//! What is around every chart: the axis, the value under the pointer, and the table behind it.

use maud::{Markup, Render, html};

use super::scale::Scale;

/// The height of the part where marks are, and of the labels under it.
pub(super) const HEIGHT: f64 = 168.0;
pub(super) const LABELS: f64 = 24.0;
/// Above the top line, so that its number is not cut.
pub(super) const ABOVE: f64 = 12.0;

/// What a chart says about itself.
pub(crate) struct Chart<'t> {
    /// The name of the chart on its page.
    pub(crate) id: &'t str,
    /// What can be seen, in a sentence.
    pub(crate) summary: String,
    /// The unit of the axis.
    pub(crate) unit: &'t str,
    /// What the last mark says, which is what is looked at first.
    pub(crate) last: String,
    /// The table behind it.
    pub(crate) table: Markup,
}

impl Chart<'_> {
    /// Marks over an axis with round numbers. The unit stands once, at the top.
    pub(super) fn draw(&self, scale: &Scale, marks: &Markup) -> Markup {
        let height = HEIGHT + ABOVE + LABELS;
        let last = scale.ticks.len().saturating_sub(1);
        html! {
            figure class="chart" {
                div class="plot" {
                    svg class="axis" aria-hidden="true" width="48" height=(height) {
                        @for (place, tick) in scale.ticks.iter().enumerate() {
                            text x="42" y=(y(scale, *tick) + 4.0) {
                                (Scale::say(*tick)) @if place == last && !self.unit.is_empty() { " " (self.unit) }
                            }
                        }
                    }
                    svg class="marks" role="img" tabindex="0" aria-label=(self.summary) width="100%" height=(height) {
                        @for tick in &scale.ticks {
                            line class="grid" x1="0" x2="100%" y1=(y(scale, *tick)) y2=(y(scale, *tick)) {}
                        }
                        (marks)
                    }
                }
                (behind(self.id, &self.last, &self.table))
            }
        }
    }
}

/// The value that is looked at, and the table.
pub(super) fn behind(id: &str, last: &str, table: &Markup) -> Markup {
    html! {
        p class="readout" role="status" { (last) }
        details class="data" id={ "table-" (id) } {
            summary { "Table" }
            div class="scroll" tabindex="0" role="region" aria-label={ "Table: " (id) } { (table) }
        }
    }
}

/// A table of these columns. The first cell of a row is its heading.
pub(crate) fn table<C: Render>(caption: &str, columns: &[&str], rows: impl IntoIterator<Item = Vec<C>>) -> Markup {
    html! {
        table {
            caption class="quiet" { (caption) }
            thead { tr { @for column in columns { th scope="col" { (column) } } } }
            tbody {
                @for row in rows {
                    tr {
                        @for (place, cell) in row.iter().enumerate() {
                            @if place == 0 { th scope="row" { (cell) } } @else { td { (cell) } }
                        }
                    }
                }
            }
        }
    }
}

pub(super) fn y(scale: &Scale, value: f64) -> f64 {
    ((ABOVE + HEIGHT * (1.0 - scale.share(value))) * 10.0).round() / 10.0
}
