//! Files that somebody has sent and not yet said yes to.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use axum::body::Bytes;
use tokio::time::{Instant, sleep_until};
use uuid::Uuid;
use workout_events::UserId;
use workout_import::{Format, Imported, Options};

/// How long a file waits.
const KEPT: Duration = Duration::from_mins(15);

/// How many bytes wait. The oldest file makes room.
const MOST: usize = 64 * 1_024 * 1_024;

/// A file, and how it is meant.
#[derive(Debug, Clone)]
pub(crate) struct Upload {
    pub(crate) id: Uuid,
    pub(crate) user: UserId,
    pub(crate) name: String,
    /// Those that it may be of, in the order in which they are tried.
    pub(crate) formats: Vec<Format>,
    pub(crate) options: Options,
    pub(crate) bytes: Bytes,
}

/// What is in a file, and whose it is.
pub(crate) type Read = (Format, Imported);

impl Upload {
    /// Reads the file; what is said to whoever sent it otherwise.
    pub(crate) fn read(&self) -> Result<Read, String> {
        let mut first = None;
        for format in &self.formats {
            match format.read(&*self.bytes, &self.options) {
                Ok(imported) => return Ok((*format, imported)),
                Err(refused) => drop(first.get_or_insert_with(|| refused.to_string())),
            }
        }
        Err(match (first, self.formats.len()) {
            (Some(why), 1) => why,
            _ => "it is neither an export of Hevy nor one of Strong".to_owned(),
        })
    }
}

/// The files that wait, in the memory of this process: another one, or the same one after it began anew, knows nothing of them,
/// and whoever says yes there is told to send the file again.
#[derive(Debug, Default)]
pub(crate) struct Uploads(Arc<Mutex<Waiting>>);

#[derive(Debug, Default)]
struct Waiting {
    files: VecDeque<(Instant, Arc<Upload>)>,
    /// Whether a task takes out those whose time is over.
    is_swept: bool,
}

impl Uploads {
    /// Keeps a file until it is taken, or for a quarter of an hour. Of each person the last one.
    pub(crate) fn keep(&self, upload: Arc<Upload>) {
        let mut waiting = lock(&self.0);
        waiting.forget();
        waiting.files.retain(|(_, other)| other.user != upload.user);
        waiting.files.push_back((Instant::now(), upload));
        while waiting.bytes() > MOST && waiting.files.len() > 1 {
            waiting.files.pop_front();
        }
        if !std::mem::replace(&mut waiting.is_swept, true) {
            tokio::spawn(sweep(Arc::downgrade(&self.0), Instant::now() + KEPT));
        }
    }

    /// The file of this person under this id, if it still waits. It is not there afterwards.
    pub(crate) fn take(&self, user: UserId, id: Uuid) -> Option<Arc<Upload>> {
        let mut waiting = lock(&self.0);
        waiting.forget();
        let at = waiting.files.iter().position(|(_, upload)| upload.user == user && upload.id == id)?;
        waiting.files.remove(at).map(|(_, upload)| upload)
    }
}

impl Waiting {
    /// What somebody has sent is not here for longer than they were told.
    fn forget(&mut self) {
        self.files.retain(|(since, _)| since.elapsed() < KEPT);
    }

    fn bytes(&self) -> usize {
        self.files.iter().map(|(_, upload)| upload.bytes.len()).sum()
    }
}

fn lock(waiting: &Mutex<Waiting>) -> MutexGuard<'_, Waiting> {
    waiting.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Forgets files when their time is over, until there are none. Nobody may come by whose question would do it.
async fn sweep(waiting: Weak<Mutex<Waiting>>, mut next: Instant) {
    loop {
        sleep_until(next).await;
        let Some(waiting) = waiting.upgrade() else { return };
        let mut waiting = lock(&waiting);
        waiting.forget();
        let Some(oldest) = waiting.files.front().map(|(since, _)| *since) else {
            waiting.is_swept = false;
            return;
        };
        next = oldest + KEPT;
    }
}

#[cfg(test)]
mod tests {
    use workout_events::ZoneName;

    use super::*;

    fn upload(user: UserId, bytes: usize) -> Arc<Upload> {
        let options = Options::new(user, ZoneName::utc());
        let (id, name) = (Uuid::now_v7(), String::new());
        Arc::new(Upload { id, user, name, formats: vec![Format::Hevy], options, bytes: vec![0; bytes].into() })
    }

    #[tokio::test(start_paused = true)]
    async fn a_file_waits_for_its_person_and_is_taken_once() {
        let uploads = Uploads::default();
        let (ada, grace) = (UserId::generate(), UserId::generate());
        let file = upload(ada, 1);
        uploads.keep(Arc::clone(&file));
        assert!(uploads.take(grace, file.id).is_none());
        assert!(uploads.take(ada, file.id).is_some());
        assert!(uploads.take(ada, file.id).is_none());
        uploads.keep(Arc::clone(&file));
        uploads.keep(upload(ada, 1));
        assert!(uploads.take(ada, file.id).is_none(), "the next file takes the place of the one before");
    }

    #[tokio::test(start_paused = true)]
    async fn a_file_is_gone_when_its_time_is_over_though_nobody_asks() {
        let uploads = Uploads::default();
        let files = [(); 2].map(|()| upload(UserId::generate(), 1));
        for file in &files {
            uploads.keep(Arc::clone(file));
            tokio::time::sleep(KEPT / 2).await;
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
        let held = || files.each_ref().map(|file| Arc::strong_count(file) > 1);
        assert_eq!(held(), [false, true]);
        tokio::time::sleep(KEPT / 2).await;
        assert_eq!(held(), [false, false]);
        // The next file is looked after as the first one was.
        uploads.keep(Arc::clone(&files[0]));
        tokio::time::sleep(KEPT + Duration::from_secs(1)).await;
        assert_eq!(held(), [false, false]);
    }

    #[tokio::test(start_paused = true)]
    async fn files_that_nobody_says_yes_to_do_not_fill_the_memory() {
        let uploads = Uploads::default();
        let files: Vec<_> = (0..10).map(|_| upload(UserId::generate(), MOST / 4)).collect();
        for file in &files {
            uploads.keep(Arc::clone(file));
        }
        assert_eq!(files.iter().filter(|file| uploads.take(file.user, file.id).is_some()).count(), 4);
    }
}
