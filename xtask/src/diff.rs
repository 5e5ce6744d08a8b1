//! Comparing two folders file by file.

use std::collections::BTreeSet;
use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// A file that is not the same in both folders.
#[derive(Debug, PartialEq)]
pub(crate) struct Difference {
    /// Seen from the root.
    file: PathBuf,
    kind: Kind,
}

#[derive(Debug, PartialEq)]
enum Kind {
    /// The file is generated and not checked in.
    Missing,
    /// The file is checked in and not generated.
    Surplus,
    /// Both exist, and this line is the first that differs.
    Changed { line: usize },
}

/// Compares `folder` under the root `fresh` with the one of that name under the root `checked_in`.
pub(crate) fn compare(fresh: &Path, checked_in: &Path, folder: &Path) -> io::Result<Vec<Difference>> {
    let (fresh_files, old_files) = (files(fresh, folder)?, files(checked_in, folder)?);
    let mut differences = Vec::new();
    for file in fresh_files.union(&old_files) {
        let kind = if !old_files.contains(file) {
            Some(Kind::Missing)
        } else if !fresh_files.contains(file) {
            Some(Kind::Surplus)
        } else {
            first_changed_line(&fs::read(fresh.join(file))?, &fs::read(checked_in.join(file))?)
                .map(|line| Kind::Changed { line })
        };
        differences.extend(kind.map(|kind| Difference { file: file.clone(), kind }));
    }
    Ok(differences)
}

impl Difference {
    /// Makes the file under the root `checked_in` what it is under the root `fresh`.
    pub(crate) fn resolve(&self, fresh: &Path, checked_in: &Path) -> io::Result<()> {
        let target = checked_in.join(&self.file);
        match self.kind {
            Kind::Surplus => fs::remove_file(target),
            Kind::Missing | Kind::Changed { .. } => {
                target.parent().map_or(Ok(()), fs::create_dir_all)?;
                // Not a copy, which would also take over the permissions of the temporary file.
                fs::write(target, fs::read(fresh.join(&self.file))?)
            }
        }
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let file = self.file.display();
        match self.kind {
            Kind::Missing => write!(f, "{file}: is generated, but not checked in"),
            Kind::Surplus => write!(f, "{file}: is checked in, but no longer generated"),
            Kind::Changed { line } => write!(f, "{file}: differs from line {line} on"),
        }
    }
}

/// All files of a folder and of those in it, seen from the root. A folder that does not exist has none.
fn files(root: &Path, folder: &Path) -> io::Result<BTreeSet<PathBuf>> {
    let entries = match fs::read_dir(root.join(folder)) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(BTreeSet::new()),
        Err(error) => return Err(error),
    };
    let mut found = BTreeSet::new();
    for entry in entries {
        let entry = entry?;
        let path = folder.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            found.append(&mut files(root, &path)?);
        } else {
            found.insert(path);
        }
    }
    Ok(found)
}

/// `None` where the texts are equal.
fn first_changed_line(a: &[u8], b: &[u8]) -> Option<usize> {
    if a == b {
        return None;
    }
    let same = a.iter().zip(b).take_while(|(a, b)| a == b).count();
    Some(a[..same].split(|byte| *byte == b'\n').count())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_difference_is_found_and_resolved() {
        let (fresh, checked_in) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let (fresh, checked_in) = (fresh.path(), checked_in.path());
        write(fresh, &[("out/same", "x\n"), ("out/deep/new", "x\n"), ("out/changed", "one\ntwo\n")]);
        write(
            checked_in,
            &[("out/same", "x\n"), ("out/deep/old", "x\n"), ("out/changed", "one\n2\n"), ("other", "x\n")],
        );

        let differences = compare(fresh, checked_in, "out".as_ref()).unwrap();

        let said = differences.iter().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(
            said,
            [
                "out/changed: differs from line 2 on",
                "out/deep/new: is generated, but not checked in",
                "out/deep/old: is checked in, but no longer generated",
            ]
        );
        for difference in differences {
            difference.resolve(fresh, checked_in).unwrap();
        }
        assert_eq!(compare(fresh, checked_in, "out".as_ref()).unwrap(), []);
        assert!(checked_in.join("other").exists());
    }

    #[test]
    fn a_folder_that_is_not_checked_in_yet_lacks_every_file() {
        let (fresh, checked_in) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        write(fresh.path(), &[("out/new", "")]);
        assert_eq!(compare(fresh.path(), checked_in.path(), "out".as_ref()).unwrap().len(), 1);
    }

    fn write(root: &Path, files: &[(&str, &str)]) {
        for (file, text) in files {
            let path = root.join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
    }
}
