//! Names that follow from what a file says, the same on every machine and with every import.

use uuid::Uuid;
use workout_events::jiff::civil::DateTime;
use workout_events::{NAMESPACE, UserId, WorkoutId};

/// The longest id of an exercise.
const LONGEST: usize = 64;

/// How many digits stand for what an id cannot say.
const DIGITS: usize = 12;

/// The id of a workout of another app: that of [`WorkoutId::from_foreign`] for the system `source` and the id
/// `{user}:{external_id}`, so that two people who import the same file have workouts of their own.
#[must_use]
pub fn workout_id(user: UserId, source: &str, external_id: &str) -> WorkoutId {
    WorkoutId::from_foreign(source, &format!("{user}:{external_id}"))
}

/// What a workout is called in another app that gives it no name: when it began by the clock on the wall, and a hash of
/// its title. The title itself stays out of it: it is private, and the name of a workout is not.
pub(crate) fn external_id(title: &str, started: DateTime) -> String {
    format!("{started}/{}", Uuid::new_v5(&NAMESPACE, title.as_bytes()).simple())
}

/// The id of an exercise, which follows from its title: `Bench Press (Barbell)` is `bench-press-barbell`.
///
/// Lower-case Latin letters and digits stay, and all that stands between them becomes a hyphen. Where a title has letters of
/// other alphabets or is too long, twelve digits are appended, which stand for the whole title: the start of the version 5
/// UUID in [`NAMESPACE`] of `exercise:` and the title in lower case.
#[must_use]
pub fn exercise_id(title: &str) -> String {
    let title = title.trim().to_lowercase();
    let mut id = String::new();
    let (mut is_whole, mut is_apart) = (true, false);
    for c in title.chars() {
        match c {
            'a'..='z' | '0'..='9' => {
                if is_apart && !id.is_empty() {
                    id.push('-');
                }
                id.push(c);
                is_apart = false;
            }
            // A letter, or a mark on the one before it.
            c if c.is_alphanumeric() || ('\u{300}'..='\u{36f}').contains(&c) => is_whole = false,
            _ => is_apart = true,
        }
    }
    if is_whole && !id.is_empty() && id.len() <= LONGEST {
        return id;
    }
    id.truncate(LONGEST - DIGITS - 1);
    let id = if id.is_empty() { "exercise" } else { id.trim_end_matches('-') };
    let hash = Uuid::new_v5(&NAMESPACE, format!("exercise:{title}").as_bytes()).simple().to_string();
    format!("{id}-{}", &hash[..DIGITS])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_exercise_keeps_its_id_for_ever() {
        #[track_caller]
        fn check(title: &str, want: &str) {
            assert_eq!(exercise_id(title), want, "{title}");
        }
        check("Bench Press (Barbell)", "bench-press-barbell");
        check(" 21s  Bicep-Curl ", "21s-bicep-curl");
        check("SQUAT", "squat");
        check("Squat 💪", "squat");
    }

    #[test]
    fn titles_that_latin_letters_cannot_tell_apart_have_ids_of_their_own() {
        let titles =
            ["Приседания", "Жим лёжа", "スクワット", "💪", "!", "Bankdrücken", "Bankdrcken", "Für", "Fu\u{308}r"];
        let mut ids: Vec<_> = titles.into_iter().map(exercise_id).collect();
        let long = |last: char| exercise_id(&("press ".repeat(20) + &last.to_string()));
        ids.extend([long('a'), long('b')]);
        for id in &ids {
            assert!((workout_events::types::SLUG.check)(id).is_ok(), "{id}");
        }
        let count = ids.len();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), count, "{ids:?}");
        assert_eq!(exercise_id("Bankdrücken"), exercise_id("BANKDRÜCKEN"));
    }

    #[test]
    fn a_workout_can_be_named_by_anyone() {
        let user: UserId = "6f4a1c1e-8c55-4b8e-9d0a-3f8f5f2f7a10".parse().expect("a UUID");
        let name = format!("workout:4:hevy:{user}:2025-03-28T17:29:00/x");
        let id = workout_id(user, "hevy", "2025-03-28T17:29:00/x");
        assert_eq!(*id.as_uuid(), Uuid::new_v5(&NAMESPACE, name.as_bytes()));
    }
}
