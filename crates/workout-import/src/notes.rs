//! Notes on exercises, which the contract has no field for: they stand in the notes of the workout, where people can read
//! them, and a writer finds them again.
//!
//! ```text
//! What the person wrote about the workout.
//! [1. Bench Press (Barbell)] elbows in
//! [3. Squat] slower
//! ```

/// Puts notes on exercises after what was written about the workout. `notes` are places from 0, titles and notes.
pub(crate) fn join<'n>(description: &str, notes: impl Iterator<Item = (usize, &'n str, &'n str)>) -> Option<String> {
    let mut text = description.to_owned();
    for (place, title, note) in notes {
        if !text.is_empty() {
            text.push('\n');
        }
        text.push_str(&head(place, title));
        text.push_str(note);
    }
    (!text.is_empty()).then_some(text)
}

/// Takes them apart again: what was written about the workout, and the note on each exercise.
pub(crate) fn split(text: &str, titles: &[&str]) -> (String, Vec<String>) {
    let mut notes = vec![String::new(); titles.len()];
    let mut description = String::new();
    let mut next = 0;
    let mut into = None;
    for line in text.split_inclusive('\n') {
        let found =
            (next..titles.len()).find_map(|place| Some((place, line.strip_prefix(&head(place, titles[place]))?)));
        let line = match found {
            None => line,
            Some((place, rest)) => {
                // The line break before a note belongs to neither.
                drop_line_break(into.map_or(&mut description, |before: usize| &mut notes[before]));
                (into, next) = (Some(place), place + 1);
                rest
            }
        };
        into.map_or(&mut description, |place: usize| &mut notes[place]).push_str(line);
    }
    (description, notes)
}

fn head(place: usize, title: &str) -> String {
    format!("[{}. {title}] ", place + 1)
}

fn drop_line_break(text: &mut String) {
    if text.ends_with('\n') {
        text.pop();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notes_come_back_to_their_exercises() {
        #[track_caller]
        fn check(description: &str, notes: [&str; 3]) {
            let titles = ["Squat", "Bench", "Squat"];
            let given = (0..3).map(|place| (place, titles[place], notes[place])).filter(|note| !note.2.is_empty());
            let text = join(description, given).unwrap_or_default();
            assert_eq!(split(&text, &titles), (description.to_owned(), notes.map(str::to_owned).to_vec()), "{text}");
        }
        check("", ["", "", ""]);
        check("a\nb\n", ["", "", ""]);
        check("", ["x", "", "y\nz\n"]);
        check("a\n", ["\n", "x", ""]);
        check("[2. Squat] a", ["", "x", ""]);
    }
}
