//! Keys in a file, which is read again when it changes.

use std::error::Error;
use std::fs;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

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
    /// What the file said when it was last read. Neither its length nor its time tells that it says the same.
    text: Vec<u8>,
    looked_at: Instant,
}

impl KeyFile {
    pub(super) fn open(path: PathBuf) -> Result<Self, KeyError> {
        let text = fs::read(&path).map_err(Kind::File)?;
        let keys = Key::set(&text)?.into();
        Ok(Self { path, state: Mutex::new(State { keys, text, looked_at: Instant::now() }) })
    }

    /// The keys that hold now. A file that cannot be read leaves those that were there: a half-written one would lock
    /// everybody out. Taking a key out of the file takes it back, within two seconds, the last one too.
    pub(super) fn keys(&self) -> Arc<[Key]> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.looked_at.elapsed() >= LOOK_EVERY {
            state.looked_at = Instant::now();
            match fs::read(&self.path) {
                Ok(text) if text == state.text => {}
                Ok(text) => state.take(text),
                Err(error) => {
                    warn!(error = &error as &dyn Error, "the file of keys cannot be read; the keys stay as they are");
                }
            }
        }
        Arc::clone(&state.keys)
    }
}

impl State {
    fn take(&mut self, text: Vec<u8>) {
        match Key::set(&text) {
            Ok(keys) => {
                info!(keys = keys.len(), "the file of keys was read again");
                (self.keys, self.text) = (keys.into(), text);
            }
            Err(error) if error.is_empty() => {
                error!("the file of keys has none that can be used, so nobody is let in");
                (self.keys, self.text) = ([].into(), text);
            }
            Err(error) => {
                warn!(error = &error as &dyn Error, "the file of keys cannot be used; the keys stay as they are");
            }
        }
    }
}
