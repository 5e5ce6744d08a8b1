//! Why a file, or something in it, cannot be taken.

use std::io;

use workout_events::{Violation, ZoneName};

/// A workout that could not be taken, and the first line that is to blame.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Rejected {
    /// The line of the file, from 1.
    pub line: u64,
    /// What is wrong with it.
    pub reason: Reason,
}

/// What is wrong with a line. It names columns and never repeats what people wrote.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Reason {
    /// The line was cut off, or something in it is not quoted.
    #[error("it has {found} cells and not {wanted}")]
    Cells {
        /// How many there are.
        found: usize,
        /// How many columns the file has.
        wanted: usize,
    },
    /// All that follows is one text.
    #[error("a quotation mark is not closed: what follows could not be read")]
    OpenQuotation,
    /// Some bytes are no text.
    #[error("it is not UTF-8")]
    NotUtf8,
    /// Nothing stands where something has to.
    #[error("{0} is empty")]
    Empty(&'static str),
    /// The text is not a number.
    #[error("{0} is not a number")]
    NotANumber(&'static str),
    /// Nobody can tell what the comma means.
    #[error("{0} has a comma that may stand before thousandths or after thousands")]
    AmbiguousNumber(&'static str),
    /// There is no half of it.
    #[error("{0} is not a whole number")]
    NotWhole(&'static str),
    /// It cannot be less than nothing.
    #[error("{0} is negative")]
    Negative(&'static str),
    /// It is more than anything that is measured.
    #[error("{0} is too large")]
    TooLarge(&'static str),
    /// An RPE has at most one decimal place.
    #[error("{0} has more than one decimal place")]
    NotTenths(&'static str),
    /// The text is not a date and a time.
    #[error("{0} is not a date and a time, or names a day that does not exist")]
    NotATime(&'static str),
    /// The contract of events begins in 1970.
    #[error("{0} is not within the years 1970 to 2199")]
    Year(&'static str),
    /// Nobody can tell the day from the month.
    #[error("{0} is a date of which the day cannot be told from the month")]
    AmbiguousDate(&'static str),
    /// The clocks were put forward over it.
    #[error("{column} did not exist in {zone}, where the clocks were put forward: was it another zone?")]
    NoSuchTime {
        /// The column.
        column: &'static str,
        /// The zone.
        zone: ZoneName,
    },
    /// The text is not a length of time.
    #[error("{0} is not a length of time")]
    NotADuration(&'static str),
    /// The text is not one of those that the app writes.
    #[error("{0} is not one of the values that the app writes")]
    Unknown(&'static str),
    /// The rows of one workout contradict one another.
    #[error("{0} differs from that of the other rows of the workout")]
    Differs(&'static str),
    /// The workout would break the contract of events.
    #[error("the workout is refused: {0}")]
    Refused(Violation),
}

/// Why a file cannot be read at all.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FileError {
    /// The input ended with a failure.
    #[error("it cannot be read")]
    Io(#[source] io::Error),
    /// There is nothing in it.
    #[error("it is empty")]
    Empty,
    /// It is something else than text.
    #[error("it is not UTF-8 text: save it as CSV in UTF-8")]
    NotText,
    /// It is text, and another.
    #[error("it is no CSV export of {app}: the column {missing:?} is missing")]
    Columns {
        /// Whose export it was to be.
        app: &'static str,
        /// The first column that is missing.
        missing: &'static str,
    },
}

#[cfg(test)]
mod tests {
    use std::error::Error;

    use super::*;

    #[test]
    fn a_text_never_repeats_its_cause() {
        let error = FileError::Io(io::Error::other("the cause"));
        assert!(error.source().is_some() && !error.to_string().contains("the cause"));
    }
}
