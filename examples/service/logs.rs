//! What a service says of itself: lines for people, figures for programs.

use std::error::Error;
use std::io::{IsTerminal, stderr};

use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
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

/// Collects figures from now on. The handle renders them for Prometheus; its `run_upkeep` wants to be called now and then.
///
/// # Errors
/// When something else collects them already.
pub fn exporter() -> Result<PrometheusHandle, Failure> {
    Ok(PrometheusBuilder::new().install_recorder()?)
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
