//! `cargo xtask crates`: how many crates a user of the contract gets.

use std::collections::BTreeSet;

use crate::Outcome;
use crate::cargo::{cargo, output};
use crate::steps::Steps;

/// The crate that every product depends on.
const PACKAGE: &str = "workout-events";

/// With default features, itself not counted. Each crate is one more to audit, to compile and to keep up to date in
/// every product, so that a higher number needs a reason in the change that raises it.
const LIMIT: usize = 22;

/// Counts, and fails above the limit with the list.
pub(crate) fn check(steps: &mut Steps) -> Outcome {
    steps.time("crates", || {
        let tree = output(cargo(["tree", "--package", PACKAGE, "--edges", "normal,build", "--prefix", "none"]))?;
        let crates = dependencies(&tree);
        if crates.len() > LIMIT {
            let list = crates.into_iter().collect::<Vec<_>>();
            return Err(format!("{PACKAGE} brings {} crates, {LIMIT} are allowed: {}", list.len(), list.join(", ")));
        }
        println!("{PACKAGE} brings {} crates, {LIMIT} are allowed", crates.len());
        Ok(())
    })
}

/// The names and versions in the output of `cargo tree`, whose first line is the package itself.
fn dependencies(tree: &str) -> BTreeSet<String> {
    let name_and_version = |line: &str| line.split_whitespace().take(2).collect::<Vec<_>>().join(" ");
    let mut lines = tree.lines().filter(|line| !line.is_empty()).map(name_and_version);
    let package = lines.next();
    lines.filter(|line| package.as_ref() != Some(line)).collect()
}

#[cfg(test)]
mod tests {
    use super::dependencies;

    #[test]
    fn a_crate_counts_once_for_each_version() {
        let tree =
            "me v1.0.0 (/here)\na v1.0.0\nb v1.0.0 (proc-macro)\na v1.0.0 (*)\na v2.0.0\n\nme v1.0.0 (/here) (*)\n";
        assert_eq!(dependencies(tree).into_iter().collect::<Vec<_>>(), ["a v1.0.0", "a v2.0.0", "b v1.0.0"]);
    }
}
