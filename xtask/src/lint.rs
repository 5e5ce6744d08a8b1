//! `cargo xtask lint`: everything that is checked without running a test.

use crate::cargo::{Workspace, cargo};
use crate::steps::Steps;
use crate::tools::{DENY, HACK};
use crate::{Outcome, crates};

/// Runs the checks, the quick ones first.
pub(crate) fn run(steps: &mut Steps) -> Outcome {
    let workspace = Workspace::load()?;
    steps.run("format", &mut cargo(["fmt", "--all", "--check"]))?;
    crates::check(steps)?;
    steps.run(
        "clippy",
        &mut cargo(["clippy", "--workspace", "--all-targets", "--all-features", "--", "-D", "warnings"]),
    )?;
    steps.run(
        "documentation",
        cargo(["doc", "--workspace", "--no-deps", "--all-features"]).env("RUSTDOCFLAGS", "-D warnings"),
    )?;
    features(steps, &workspace)?;
    dependencies(steps, &workspace)?;
    packages(steps, &workspace)
}

/// Every combination of features of what is published builds.
///
/// Without cargo-hack's `--no-dev-deps`, which rewrites the manifests while it runs: this workspace's resolver does not
/// let development dependencies add features to a build that has none of them. `default` is left out because it only
/// stands for others, each of which is there by itself.
fn features(steps: &mut Steps, workspace: &Workspace) -> Outcome {
    let mut hack = HACK.command(steps, workspace)?;
    hack.args(["check", "--feature-powerset", "--exclude-features", "default"]);
    for package in &workspace.published {
        hack.args(["--package", package]);
    }
    steps.run("feature combinations", &mut hack)
}

/// Bans, licences and sources. Known vulnerabilities are another matter: their list is on the network and changes
/// without us, so that a check of it belongs in a scheduled run and not in front of a change.
fn dependencies(steps: &mut Steps, workspace: &Workspace) -> Outcome {
    let mut deny = DENY.command(steps, workspace)?;
    steps.run("dependencies", deny.args(["check", "bans", "licenses", "sources"]))?;
    println!("(advisories are not checked here, as their list is on the network: cargo deny check advisories)");
    Ok(())
}

/// What is published builds from its package: its manifest is complete, and no file that it includes is left out.
///
/// In a folder of its own each time: cargo remembers unpacked packages by the folder of the registry that it makes up for
/// this, and by their version, which does not change with every commit. A second run in one folder would build one
/// crate against another's old sources.
fn packages(steps: &mut Steps, workspace: &Workspace) -> Outcome {
    let folder = tempfile::Builder::new()
        .prefix("package-")
        .tempdir_in(&workspace.target)
        .map_err(|error| format!("no folder to package in: {error}"))?;
    let mut package = cargo(["package", "--workspace", "--allow-dirty"]);
    package.arg("--target-dir").arg(folder.path());
    for member in &workspace.unpublished {
        package.args(["--exclude", member]);
    }
    steps.run("packages", &mut package)
}
