//! A file that is there when it is whole, or standard output.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use crate::failure::Failure;

pub(super) struct Target {
    output: BufWriter<Box<dyn Write>>,
    /// The file, and what it is called until it is whole.
    names: Option<(PathBuf, PathBuf)>,
}

impl Target {
    pub(super) fn open(file: Option<&Path>) -> Result<Self, Failure> {
        let Some(file) = file else {
            return Ok(Self { output: BufWriter::new(Box::new(io::stdout().lock())), names: None });
        };
        let mut part = file.as_os_str().to_owned();
        part.push(".part");
        let part = PathBuf::from(part);
        let output = File::create(&part).map_err(|cause| Failure::at(&part, cause))?;
        Ok(Self { output: BufWriter::new(Box::new(output)), names: Some((file.to_owned(), part)) })
    }

    /// What it will be called.
    pub(super) fn name(&self) -> Option<&Path> {
        self.names.as_ref().map(|(file, _)| file.as_path())
    }

    pub(super) fn finish(mut self) -> io::Result<()> {
        self.output.flush()?;
        match &self.names {
            Some((file, part)) => fs::rename(part, file),
            None => Ok(()),
        }
    }
}

impl Write for Target {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.output.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.output.flush()
    }
}
