//! How far a command is, where somebody watches.

use std::io::{self, IsTerminal};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

/// A bar for an input of so many bytes, where standard error is a terminal and it takes a while.
pub(crate) fn bar(size: Option<u64>) -> ProgressBar {
    match size {
        Some(size) if size > 1024 * 1024 && io::stderr().is_terminal() => {
            ProgressBar::new(size).with_style(style("{bar:40} {bytes}/{total_bytes} {eta} {msg}"))
        }
        _ => ProgressBar::hidden(),
    }
}

/// Like [`bar`], and something that moves where nobody knows how much is to come.
pub(crate) fn bar_or_spinner(size: Option<u64>) -> ProgressBar {
    if size.is_some() || !io::stderr().is_terminal() {
        return bar(size);
    }
    let spinner = ProgressBar::new_spinner().with_style(style("{spinner} {bytes} {elapsed} {msg}"));
    spinner.enable_steady_tick(Duration::from_millis(200));
    spinner
}

/// A bar for so many messages, where standard error is a terminal and it takes a while.
pub(crate) fn count(messages: u64) -> ProgressBar {
    if messages > 500 && io::stderr().is_terminal() {
        ProgressBar::new(messages).with_style(style("{bar:40} {pos}/{len} {eta} {msg}"))
    } else {
        ProgressBar::hidden()
    }
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}
