//! Python with packages from the Python Package Index, for tests of what other languages make of our schemas and events.

use std::path::PathBuf;
use std::process::Command;

use crate::cache;

/// A Python interpreter that has exactly these packages, each with its version: `&["jsonschema==4.26.0"]`.
///
/// The virtual environment is kept under the target folder, one for each list. pip takes its settings from its own
/// configuration and environment.
///
/// # Panics
///
/// When the environment cannot be made, with what Python or pip said.
#[must_use]
#[track_caller]
pub fn venv(requirements: &[&str]) -> PathBuf {
    let folder = cache::folder("venv", requirements, |folder| {
        cache::run(Command::new("python3").args(["-m", "venv"]).arg(folder))?;
        if requirements.is_empty() {
            return Ok(());
        }
        let mut pip = Command::new(folder.join("bin/python"));
        pip.args(["-m", "pip", "install", "--quiet", "--no-input", "--disable-pip-version-check"]).args(requirements);
        cache::run(&mut pip)
    });
    folder.join("bin/python")
}
