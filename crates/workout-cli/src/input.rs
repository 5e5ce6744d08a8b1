//! Messages from a file or standard input.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

use workout_events::MAX_MESSAGE_BYTES;

use crate::failure::Failure;

/// Where messages come from, and how many bytes there are, if that is known.
pub(crate) struct Input {
    pub(crate) from: Box<dyn BufRead + Send>,
    pub(crate) size: Option<u64>,
}

impl Input {
    /// Opens a file, or standard input where the name is `-`.
    pub(crate) fn open(path: &Path) -> Result<Self, Failure> {
        if is_stdin(path) {
            return Ok(Self { from: Box::new(BufReader::new(io::stdin())), size: None });
        }
        let file = File::open(path).map_err(|cause| Failure::at(path, cause))?;
        let size = file.metadata().map_err(|cause| Failure::at(path, cause))?.len();
        Ok(Self { from: Box::new(BufReader::with_capacity(64 * 1024, file)), size: Some(size) })
    }
}

/// What cannot be read any further.
pub(crate) fn failure(path: &Path, cause: io::Error) -> Failure {
    if is_stdin(path) { Failure::from(cause) } else { Failure::at(path, cause) }
}

fn is_stdin(path: &Path) -> bool {
    path.as_os_str() == "-"
}

/// Reads up to the end of the line, which is left out; what no message may hold is skipped. Says whether a line end was
/// found, so that a file with a final line end has no empty last line.
pub(crate) fn read_line(input: &mut impl BufRead, line: &mut Vec<u8>) -> io::Result<bool> {
    line.clear();
    let limit = MAX_MESSAGE_BYTES + 2;
    input.take(limit as u64).read_until(b'\n', line)?;
    if line.last() == Some(&b'\n') {
        line.pop();
        return Ok(true);
    }
    if line.len() < limit {
        return Ok(false);
    }
    input.skip_until(b'\n')?;
    Ok(true)
}
