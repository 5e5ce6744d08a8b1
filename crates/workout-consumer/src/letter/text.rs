//! Texts that are safe to carry: of a bounded length, on one line.

use std::error::Error;
use std::fmt::{self, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// The longest text of an error, in bytes.
pub(super) const MAX_ERROR: usize = 2 * 1024;

/// The longest code, and the longest pointer into a message.
pub(super) const MAX_CODE: usize = 100;
pub(super) const MAX_POINTER: usize = 1024;

/// How many causes of an error are told. A chain may be a circle.
const CAUSES: usize = 32;

/// The sign that there was more.
const MORE: char = '…';

/// An error and what led to it, joined by ": ", on one line of at most 2 KiB. Others have written how it is told, so that
/// may panic; a message is not lost over that.
pub(crate) fn error_chain(error: &dyn Error) -> String {
    catch_unwind(AssertUnwindSafe(|| chain(error)))
        .unwrap_or_else(|_| "an error that panics when it is told".to_owned())
}

fn chain(error: &dyn Error) -> String {
    let mut line = Line::new(MAX_ERROR);
    let mut next = Some(error);
    for _ in 0..CAUSES {
        let Some(error) = next else { break };
        let mut said = Line::new(MAX_ERROR);
        // An error that cannot be written is told as far as it could.
        let _ = write!(said, "{error}");
        let said = said.finish();
        // Some libraries repeat the cause in their own text.
        if line.text.is_empty() {
            let _ = line.write_str(&said);
        } else if !line.text.ends_with(&said) {
            let _ = write!(line, ": {said}");
        }
        next = error.source();
    }
    line.finish()
}

/// The text on one line of at most so many bytes.
pub(super) fn on_one_line(text: &str, limit: usize) -> String {
    let mut line = Line::new(limit);
    let _ = line.write_str(text);
    line.finish()
}

/// A text that takes no more than it has room for, so that an error of a gigabyte is never whole in memory.
struct Line {
    text: String,
    limit: usize,
    is_cut: bool,
}

impl Line {
    fn new(limit: usize) -> Self {
        Self { text: String::new(), limit, is_cut: false }
    }

    fn finish(mut self) -> String {
        if self.is_cut {
            while self.text.len() + MORE.len_utf8() > self.limit {
                self.text.pop();
            }
            self.text.push(MORE);
        }
        self.text
    }
}

impl Write for Line {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for char in text.chars() {
            // Control characters would break the line, or do worse to the terminal that shows it.
            let char = if char.is_control() { ' ' } else { char };
            if self.is_cut || self.text.len() + char.len_utf8() > self.limit {
                self.is_cut = true;
                return Err(fmt::Error);
            }
            self.text.push(char);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("{0}")]
    struct Said(String, #[source] Option<Box<Said>>);

    #[derive(Debug)]
    struct Circle;

    impl fmt::Display for Circle {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("round")
        }
    }

    impl Error for Circle {
        fn source(&self) -> Option<&(dyn Error + 'static)> {
            Some(&Circle)
        }
    }

    #[track_caller]
    fn check(texts: &[&str], want: &str) {
        let chain = texts.iter().rev().fold(None, |source, text| Some(Box::new(Said((*text).to_owned(), source))));
        assert_eq!(error_chain(&*chain.unwrap()), want);
    }

    #[test]
    fn a_chain_is_told_once_and_on_one_line() {
        check(&["cannot store", "the link is lost", "reset"], "cannot store: the link is lost: reset");
        check(&["cannot store: reset", "reset"], "cannot store: reset");
        check(&["two\nlines", "\u{1b}[31mred"], "two lines:  [31mred");
        check(&[""], "");
    }

    #[test]
    fn a_long_chain_is_cut_between_two_characters() {
        let long = "ä".repeat(5_000);
        let told = error_chain(&Said(long.clone(), Some(Box::new(Said(long, None)))));
        assert!(told.len() <= MAX_ERROR && told.len() > MAX_ERROR - 4, "{}", told.len());
        assert!(told.ends_with("ä…"));
        // One that just fits is whole.
        assert_eq!(on_one_line(&"a".repeat(7), 7), "aaaaaaa");
        assert_eq!(on_one_line(&"a".repeat(8), 7), "aaaa…");
        assert_eq!(on_one_line("äää", 5), "ä…");
    }

    #[test]
    fn a_circle_of_causes_ends() {
        assert_eq!(error_chain(&Circle), "round");
    }
}
