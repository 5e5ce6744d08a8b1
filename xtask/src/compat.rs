//! The compatibility gate: the contract as it is now, against each release.

use std::fs;

use crate::Outcome;
use crate::cargo::{Workspace, cargo};
use crate::steps::Steps;

/// Where each release left its schemas and its corpus, in a folder of its own.
const RELEASED: &str = "tests/released";

/// Fails when a message or a reader of an earlier release would no longer work.
pub(crate) fn check(steps: &mut Steps) -> Outcome {
    let root = Workspace::load()?.root;
    let folder = root.join(RELEASED);
    let entries = fs::read_dir(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let mut releases = entries
        .map(|entry| entry.map(|entry| entry.path()).map_err(|error| format!("{}: {error}", folder.display())))
        .collect::<Outcome<Vec<_>>>()?;
    releases.sort();
    for release in releases {
        let mut command = cargo(["run", "--quiet", "-p", "workout-cli", "--", "schema", "check", "--against"]);
        let name = release.file_name().unwrap_or_default().to_string_lossy().into_owned();
        steps.run(&format!("compatible with {name}"), command.arg(&release).current_dir(&root))?;
    }
    Ok(())
}
