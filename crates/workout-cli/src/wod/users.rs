//! Users, as arguments and files name them.

use std::collections::HashSet;
use std::path::Path;

use workout_events::UserId;

use crate::failure::Failure;
use crate::input::{self, Input, read_line};

/// Each of them once, in the order in which they were named.
pub(super) fn read(named: &[UserId], file: Option<&Path>) -> Result<Vec<UserId>, Failure> {
    let mut seen: HashSet<_> = HashSet::new();
    let mut users: Vec<_> = named.iter().copied().filter(|user| seen.insert(*user)).collect();
    let Some(path) = file else { return Ok(users) };
    let mut from = Input::open(path)?.from;
    let mut line = Vec::new();
    for number in 1_u64.. {
        let more = read_line(&mut from, &mut line).map_err(|cause| input::failure(path, cause))?;
        let text = line.trim_ascii();
        if !text.is_empty() {
            let user = std::str::from_utf8(text).ok().and_then(|text| text.parse().ok());
            let Some(user) = user else {
                return Err(Failure::new(format!(
                    "{}, line {number}: it is no UUID; nothing was sent",
                    path.display()
                )));
            };
            if seen.insert(user) {
                users.push(user);
            }
        }
        if !more {
            break;
        }
    }
    Ok(users)
}
