//! What a client has seen, in the id of an event.

use std::fmt;
use std::str::FromStr;

use workout_events::jiff::Timestamp;

/// A moment of a person's statistics, with enough to know it again when it is counted anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Mark {
    pub(super) version: i64,
    /// When the last write was, in microseconds since 1970.
    pub(super) changed_us: i64,
    /// How many stretches of goals were missed: no fact says so, so they are not found again by counting. Which ones is in the digest.
    pub(super) missed: usize,
    /// Of all that news are made of.
    pub(super) digest: u64,
}

/// Where a client was when it went away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// It had been told everything until then.
    At(Mark),
    /// It had been told so many of the news from the first of these moments to the second.
    Between(Mark, Mark, usize),
}

/// Longer ones are none of ours.
const LONGEST: usize = 200;

impl Mark {
    pub(super) fn changed_at(&self) -> Option<Timestamp> {
        Timestamp::from_microsecond(self.changed_us).ok()
    }
}

impl fmt::Display for Mark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { version, changed_us, missed, digest } = self;
        write!(f, "{version}.{changed_us}.{missed}.{digest:016x}")
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::At(mark) => mark.fmt(f),
            Self::Between(from, to, told) => write!(f, "{from}/{to}/{told}"),
        }
    }
}

/// What we have not written is not read, whatever it says.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Unknown;

impl FromStr for Mark {
    type Err = Unknown;

    fn from_str(text: &str) -> Result<Self, Unknown> {
        let mut parts = text.split('.');
        let mut part = || parts.next().ok_or(Unknown);
        let version = part()?.parse().map_err(|_| Unknown)?;
        let changed_us = part()?.parse().map_err(|_| Unknown)?;
        let missed = part()?.parse().map_err(|_| Unknown)?;
        let digest = u64::from_str_radix(part()?, 16).map_err(|_| Unknown)?;
        let mark = Self { version, changed_us, missed, digest };
        // There are several spellings of a number, and we use one.
        if mark.to_string() == text && version >= 0 { Ok(mark) } else { Err(Unknown) }
    }
}

impl FromStr for Place {
    type Err = Unknown;

    fn from_str(text: &str) -> Result<Self, Unknown> {
        if text.len() > LONGEST {
            return Err(Unknown);
        }
        match text.split('/').collect::<Vec<_>>()[..] {
            [mark] => Ok(Self::At(mark.parse()?)),
            [from, to, told] => {
                let place = Self::Between(from.parse()?, to.parse()?, told.parse().map_err(|_| Unknown)?);
                if place.to_string() == text { Ok(place) } else { Err(Unknown) }
            }
            _ => Err(Unknown),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_read_as_it_is_written_and_nothing_else_is() {
        let mark = Mark { version: 17, changed_us: 1_774_000_000_000_000, missed: 2, digest: 0xabc };
        for place in [Place::At(mark), Place::Between(mark, Mark { version: 18, ..mark }, 3)] {
            assert_eq!(place.to_string().parse(), Ok(place));
        }
        let long = "9".repeat(LONGEST + 1);
        let written = mark.to_string();
        let padded = format!("0{written}");
        let half = format!("{written}/{written}");
        for text in ["", "17", "-1.0.0.0000000000000000", "x", "1.2.3.4", "1.2.3.g", &long, &padded, &half] {
            assert_eq!(text.parse::<Place>(), Err(Unknown), "{text}");
        }
    }
}
