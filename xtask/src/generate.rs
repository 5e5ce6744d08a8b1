//! `cargo xtask generate`: files that a program of this workspace writes and that are checked in.
//!
//! They are checked in because their readers have no Rust, and because a change of them has to be seen in review.

use std::collections::BTreeSet;
use std::path::PathBuf;

use tempfile::TempDir;

use crate::Outcome;
use crate::cargo::{Workspace, cargo};
use crate::diff::{self, Difference};
use crate::steps::Steps;

/// A run of a generator.
#[derive(Debug)]
struct Generated {
    /// What is written, for the table.
    what: &'static str,
    /// The arguments of cargo, where `{out}` stands for the folder to write into.
    command: &'static [&'static str],
    /// That folder, seen from the root of the workspace. It may be shared by generators, and holds nothing else: a file
    /// in it that no generator writes is out of date.
    into: &'static str,
}

/// Everything that is generated.
const GENERATED: &[Generated] = &[
    Generated {
        what: "schemas",
        command: &["run", "--quiet", "-p", "workout-cli", "--", "schema", "export", "--out", "{out}"],
        into: "schemas",
    },
    Generated {
        what: "the OpenAPI document",
        command: &["run", "--quiet", "-p", "stats-http", "--example", "openapi", "--", "{out}"],
        into: "schemas",
    },
];

/// Writes what has changed and removes what is no longer generated.
pub(crate) fn write(steps: &mut Steps) -> Outcome {
    let fresh = Fresh::generate(steps)?;
    for difference in fresh.differences()? {
        difference.resolve(fresh.folder.path(), &fresh.root).map_err(|error| format!("{difference}: {error}"))?;
        println!("brought up to date: {difference}");
    }
    Ok(())
}

/// Fails with the list of the files that [`write()`] would change.
pub(crate) fn check(steps: &mut Steps) -> Outcome {
    let differences = Fresh::generate(steps)?.differences()?;
    for difference in &differences {
        println!("{difference}");
    }
    match differences.len() {
        0 => Ok(()),
        count => Err(format!("generated files are out of date ({count}): run `cargo xtask generate`")),
    }
}

/// What the generators write now, in a temporary folder with the layout of the workspace.
#[derive(Debug)]
struct Fresh {
    folder: TempDir,
    root: PathBuf,
}

impl Fresh {
    fn generate(steps: &mut Steps) -> Outcome<Self> {
        let root = Workspace::load()?.root;
        let folder = tempfile::tempdir().map_err(|error| format!("no temporary folder: {error}"))?;
        for Generated { what, command, into } in GENERATED {
            let out = folder.path().join(into);
            std::fs::create_dir_all(&out).map_err(|error| format!("{}: {error}", out.display()))?;
            let out = out.to_str().ok_or("the path of the temporary folder is not UTF-8")?;
            let command = command.iter().map(|argument| if *argument == "{out}" { out } else { argument });
            steps.run(&format!("generate {what}"), cargo(command).current_dir(&root))?;
        }
        Ok(Self { folder, root })
    }

    fn differences(&self) -> Outcome<Vec<Difference>> {
        let folders = GENERATED.iter().map(|generated| generated.into).collect::<BTreeSet<_>>();
        let mut differences = Vec::new();
        for folder in folders {
            let found = diff::compare(self.folder.path(), &self.root, folder.as_ref());
            differences.extend(found.map_err(|error| format!("{folder}: {error}"))?);
        }
        Ok(differences)
    }
}
