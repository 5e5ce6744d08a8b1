//! Keys in a file, which is read again when it changes.

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use tracing::{error, info, warn};

use super::keys::{Key, KeyError, Kind};

/// How long keys are used before the file is looked at again.
const LOOK_EVERY: Duration = Duration::from_secs(2);

/// The keys of a file.
#[derive(Debug)]
pub(super) struct KeyFile {
    path: PathBuf,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    keys: Arc<[Key]>,
    of: Option<Stamp>,
    looked_at: Instant,
}

/// By what a changed file is known.
type Stamp = (Option<SystemTime>, u64);

impl KeyFile {
    pub(super) fn open(path: PathBuf) -> Result<Self, KeyError> {
        let of = stamp(&path);
        let keys = read(&path)?;
        Ok(Self { path, state: Mutex::new(State { keys, of, looked_at: Instant::now() }) })
    }

    /// The keys that hold now. A file that cannot be read leaves those that were there: a half-written one would lock
    /// everybody out. Taking a key out of the file takes it back, within two seconds, the last one too.
    pub(super) fn keys(&self) -> Arc<[Key]> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.looked_at.elapsed() >= LOOK_EVERY {
            state.looked_at = Instant::now();
            let of = stamp(&self.path);
            if of != state.of {
                match read(&self.path) {
                    Ok(keys) => {
                        info!(keys = keys.len(), "the file of keys was read again");
                        (state.keys, state.of) = (keys, of);
                    }
                    Err(error) if error.is_empty() => {
                        error!("the file of keys has none that can be used, so nobody is let in");
                        (state.keys, state.of) = ([].into(), of);
                    }
                    Err(error) => {
                        warn!(
                            error = &error as &dyn Error,
                            "the file of keys cannot be used; the keys stay as they are"
                        );
                    }
                }
            }
        }
        Arc::clone(&state.keys)
    }
}

fn stamp(path: &Path) -> Option<Stamp> {
    let metadata = fs::metadata(path).ok()?;
    Some((metadata.modified().ok(), metadata.len()))
}

fn read(path: &Path) -> Result<Arc<[Key]>, KeyError> {
    let text = fs::read(path).map_err(Kind::File)?;
    Ok(Key::set(&text)?.into())
}
