//! Files that somebody has sent and not yet said yes to.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::body::Bytes;
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

/// The files that wait, of this process.
#[derive(Debug, Default)]
pub(crate) struct Uploads(Mutex<VecDeque<(Instant, Arc<Upload>)>>);

impl Uploads {
    /// Keeps a file until it is asked for, or for a quarter of an hour. Of each person the last one.
    pub(crate) fn keep(&self, upload: Arc<Upload>, now: Instant) {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.retain(|(since, other)| other.user != upload.user && now.saturating_duration_since(*since) < KEPT);
        waiting.push_back((now, upload));
        let bytes = |waiting: &VecDeque<(Instant, Arc<Upload>)>| -> usize {
            waiting.iter().map(|(_, upload)| upload.bytes.len()).sum()
        };
        while bytes(&waiting) > MOST && waiting.len() > 1 {
            waiting.pop_front();
        }
    }

    /// The file of this person under this id, if it still waits.
    pub(crate) fn find(&self, user: UserId, id: Uuid, now: Instant) -> Option<Arc<Upload>> {
        let waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let fresh = waiting.iter().filter(|(since, _)| now.saturating_duration_since(*since) < KEPT);
        fresh.map(|(_, upload)| upload).find(|upload| upload.user == user && upload.id == id).cloned()
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

    #[test]
    fn a_file_waits_for_its_person_and_not_for_ever() {
        let (uploads, now) = (Uploads::default(), Instant::now());
        let (ada, grace) = (UserId::generate(), UserId::generate());
        let file = upload(ada, 1);
        uploads.keep(Arc::clone(&file), now);
        assert!(uploads.find(ada, file.id, now).is_some());
        assert!(uploads.find(grace, file.id, now).is_none());
        assert!(uploads.find(ada, file.id, now + KEPT).is_none());
        uploads.keep(upload(ada, 1), now);
        assert!(uploads.find(ada, file.id, now).is_none(), "the next file takes the place of the one before");
    }

    #[test]
    fn files_that_nobody_says_yes_to_do_not_fill_the_memory() {
        let (uploads, now) = (Uploads::default(), Instant::now());
        let files: Vec<_> = (0..10).map(|_| upload(UserId::generate(), MOST / 4)).collect();
        for file in &files {
            uploads.keep(Arc::clone(file), now);
        }
        let kept = files.iter().filter(|file| uploads.find(file.user, file.id, now).is_some()).count();
        assert_eq!(kept, 4);
    }
}
