//! Calling cargo, and what it says of the workspace.

use std::env;
use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;

use crate::Outcome;

/// `cargo` with these arguments, in the environment that we were started from.
pub(crate) fn cargo<'a>(arguments: impl IntoIterator<Item = &'a str>) -> Command {
    let mut command = clean(Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into())));
    command.args(arguments);
    command
}

/// Without what `cargo run` has told us about ourselves: some build scripts look at it, and would run again each time
/// that a build is started from here and from the shell in turn.
pub(crate) fn clean(mut command: Command) -> Command {
    for (name, _) in env::vars_os() {
        let bytes = name.as_encoded_bytes();
        if bytes.starts_with(b"CARGO_PKG_") || bytes.starts_with(b"CARGO_MANIFEST_") {
            command.env_remove(name);
        }
    }
    command
}

/// What a command prints, which is all that we want of it.
pub(crate) fn output(mut command: Command) -> Outcome<String> {
    let output = command.output().map_err(|error| format!("cargo cannot be run: {error}"))?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).trim().to_owned());
    }
    String::from_utf8(output.stdout).map_err(|error| format!("cargo printed no text: {error}"))
}

/// The workspace, as `cargo metadata` describes it.
#[derive(Debug)]
pub(crate) struct Workspace {
    /// The folder of the workspace.
    pub(crate) root: PathBuf,
    /// Where cargo builds.
    pub(crate) target: PathBuf,
    /// The members that go to the registry.
    pub(crate) published: Vec<String>,
    /// The members that stay here.
    pub(crate) unpublished: Vec<String>,
}

impl Workspace {
    /// Asks cargo.
    pub(crate) fn load() -> Outcome<Self> {
        let text = output(cargo(["metadata", "--format-version=1", "--no-deps"]))?;
        let metadata = serde_json::from_str::<Value>(&text).map_err(|error| format!("cargo metadata: {error}"))?;
        Self::from_metadata(&metadata).ok_or_else(|| "cargo metadata lacks what is needed here".to_owned())
    }

    fn from_metadata(metadata: &Value) -> Option<Self> {
        // `publish` is null without a limit, and otherwise the list of the registries that are allowed.
        let stays = |package: &&Value| package["publish"].as_array().is_some_and(Vec::is_empty);
        let name = |package: &Value| package["name"].as_str().map(str::to_owned);
        let (unpublished, published) = metadata["packages"].as_array()?.iter().partition::<Vec<_>, _>(stays);
        Some(Self {
            root: metadata["workspace_root"].as_str()?.into(),
            target: metadata["target_directory"].as_str()?.into(),
            published: published.into_iter().map(name).collect::<Option<_>>()?,
            unpublished: unpublished.into_iter().map(name).collect::<Option<_>>()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::Workspace;

    #[test]
    fn a_package_goes_to_the_registry_unless_it_allows_none() {
        let metadata = json!({
            "workspace_root": "/w", "target_directory": "/t",
            "packages": [
                { "name": "free", "publish": null },
                { "name": "ours", "publish": ["internal"] },
                { "name": "stays", "publish": [] },
            ],
        });
        let workspace = Workspace::from_metadata(&metadata).unwrap();
        assert_eq!(
            (workspace.published, workspace.unpublished),
            (vec!["free".into(), "ours".into()], vec!["stays".into()])
        );
    }
}
