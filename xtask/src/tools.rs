//! Programs that a check needs and a newcomer may lack.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::Outcome;
use crate::cargo::{Workspace, cargo, clean};
use crate::steps::Steps;

/// A cargo subcommand from the registry.
#[derive(Debug)]
pub(crate) struct Tool {
    name: &'static str,
    /// The version that is installed where there is none.
    version: &'static str,
    /// Installed without optimisation, which halves the time that it takes.
    debug: bool,
}

pub(crate) const HACK: Tool = Tool { name: "cargo-hack", version: "0.6.46", debug: false };
pub(crate) const DENY: Tool = Tool { name: "cargo-deny", version: "0.20.2", debug: true };

impl Tool {
    /// The tool from `PATH` or from the target folder, which it is installed into if it is in neither: a check leaves
    /// nothing in its user's home.
    pub(crate) fn command(&self, steps: &mut Steps, workspace: &Workspace) -> Outcome<Command> {
        let own = workspace.target.join("tools");
        let path = env::var_os("PATH").unwrap_or_default();
        let mut folders = env::split_paths(&path).chain([own.join("bin")]);
        let found = folders.find_map(|folder| is_file(folder.join(self.name)));
        let program = if let Some(found) = found {
            found
        } else {
            self.install(steps, &own)?;
            own.join("bin").join(self.name)
        };
        let mut command = clean(Command::new(program));
        // Called by its path it does not get the name that cargo gives to a subcommand.
        command.arg(self.name.trim_start_matches("cargo-")).current_dir(&workspace.root);
        Ok(command)
    }

    fn install(&self, steps: &mut Steps, own: &Path) -> Outcome {
        let mut install = cargo(["install", "--quiet", "--locked", "--version", self.version, self.name, "--root"]);
        install.arg(own);
        if self.debug {
            install.arg("--debug");
        }
        steps.run(&format!("install {}", self.name), &mut install)
    }
}

fn is_file(path: PathBuf) -> Option<PathBuf> {
    path.is_file().then_some(path)
}
