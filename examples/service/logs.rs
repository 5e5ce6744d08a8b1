//! What a service says of itself: lines for people, figures for programs.

use std::error::Error;
use std::io::{IsTerminal, stderr};
use std::time::Duration;

use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use tokio::time::sleep;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use super::program::Failure;

/// Lines on standard error, of what is worth knowing; with colours where somebody sees them.
pub(super) fn start() {
    // lapin logs returned messages with all that is in them, as a warning; and as an error every question that the broker
    // refuses to answer a user with few rights. Who asked says what that means, if it means something.
    let targets = Targets::new()
        .with_default(LevelFilter::INFO)
        .with_target("lapin", LevelFilter::ERROR)
        .with_target("lapin::channel", LevelFilter::OFF);
    let lines = tracing_subscriber::fmt::layer().with_writer(stderr).with_ansi(stderr().is_terminal());
    tracing_subscriber::registry().with(lines).with(targets).init();
}

/// What was measured is summed up this often, whether anybody asks for it or not.
const SUM_UP_EVERY: Duration = Duration::from_secs(5);

/// Collects figures from now on, and sums them up now and then. The handle renders them for Prometheus.
///
/// # Errors
/// When something else collects them already.
///
/// # Panics
/// Outside of a runtime.
pub fn exporter() -> Result<PrometheusHandle, Failure> {
    let figures = PrometheusBuilder::new().install_recorder()?;
    let summed = figures.clone();
    // It has nothing to finish, and ends with the process.
    tokio::spawn(async move {
        loop {
            summed.run_upkeep();
            sleep(SUM_UP_EVERY).await;
        }
    });
    Ok(figures)
}

/// An error in one line, with what caused it.
#[must_use]
pub fn with_causes(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}
