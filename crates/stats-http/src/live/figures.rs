//! Figures about streams.

/// How many are open.
pub(super) fn open(streams: usize) {
    metrics::gauge!("stats_http_live_streams").set(u32::try_from(streams).unwrap_or(u32::MAX));
}

/// Something was told.
pub(super) fn told(event: &'static str) {
    metrics::counter!("stats_http_live_events_total", "event" => event).increment(1);
}

/// A stream could not look at the store.
pub(super) fn failed() {
    metrics::counter!("stats_http_live_failed_looks_total").increment(1);
}

/// A stream has ended.
pub(super) fn ended(reason: &'static str) {
    metrics::counter!("stats_http_live_ended_total", "reason" => reason).increment(1);
}
