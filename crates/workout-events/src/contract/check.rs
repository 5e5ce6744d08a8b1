//! Checks of values that already have their Rust type.
//!
//! A [`Check`] has two moods. The quick one only learns whether everything holds, and costs no allocation: it runs on
//! every event. The thorough one collects every broken rule with its pointer, and runs on refused events only; bounds
//! are then left to the diagnosis of the JSON form, which sees values that never got a Rust type.

use std::collections::HashSet;

use jiff::Timestamp;

use crate::contract::Contract;
use crate::contract::text::{self, Lines};
use crate::value::time::Moment;
use crate::violation::{Code, Violation};

/// Receives what a value says about itself: the bounds of its fields, and the rules between them.
#[derive(Debug)]
pub struct Check<'c> {
    holds: bool,
    now: Timestamp,
    found: Option<Found<'c>>,
}

#[derive(Debug)]
struct Found<'c> {
    pointer: String,
    /// Places whose value was replaced by a sample: rules that read them would judge the sample.
    replaced: &'c HashSet<String>,
    violations: &'c mut Vec<Violation>,
}

impl<'c> Check<'c> {
    pub(crate) fn quick(now: Timestamp) -> Self {
        Self { holds: true, now, found: None }
    }

    pub(crate) fn thorough(
        pointer: &str,
        now: Timestamp,
        replaced: &'c HashSet<String>,
        violations: &'c mut Vec<Violation>,
    ) -> Self {
        Self { holds: true, now, found: Some(Found { pointer: pointer.to_owned(), replaced, violations }) }
    }

    /// Whether nothing was broken so far.
    #[must_use]
    pub fn holds(&self) -> bool {
        self.holds
    }

    /// A bound of a single value.
    #[inline]
    pub fn bound(&mut self, holds: bool) {
        self.holds &= holds;
    }

    /// An integer between two others.
    #[inline]
    pub fn integer<N: Into<i128>>(&mut self, value: N, min: i64, max: i64) {
        let value = value.into();
        self.bound(i128::from(min) <= value && value <= i128::from(max));
    }

    /// The bounds and characters of a text.
    #[inline]
    pub fn text(&mut self, value: &str, min: usize, max: usize, lines: Lines) {
        self.bound(text::fits(value, min, max, lines));
    }

    /// A value with a contract of its own, in the field of this name.
    #[inline]
    pub fn nested<C: Contract>(&mut self, field: &'static str, value: &C) {
        match &mut self.found {
            None => value.check(self),
            Some(found) => {
                let length = found.pointer.len();
                found.pointer.push('/');
                found.pointer.push_str(field);
                value.check(self);
                self.shorten(length);
            }
        }
    }

    /// A list of values with contracts of their own, in the field of this name.
    #[inline]
    pub fn each<C: Contract>(&mut self, field: &'static str, values: &[C]) {
        for (index, value) in values.iter().enumerate() {
            match &mut self.found {
                None => value.check(self),
                Some(found) => {
                    let length = found.pointer.len();
                    found.pointer = format!("{}/{field}/{index}", found.pointer);
                    value.check(self);
                    self.shorten(length);
                }
            }
        }
    }

    /// A rule between fields. The violation points at the first of `fields`; the rule is not judged where one of them
    /// is itself refused, because its value is then unknown.
    #[inline]
    pub fn rule(&mut self, holds: bool, code: Code, fields: &[&str], message: &str) {
        self.holds &= holds;
        if !holds {
            self.report(code, fields, message);
        }
    }

    /// A moment that has happened already, or nearly: clocks may differ, but not by more than 24 hours.
    #[inline]
    pub fn not_in_future(&mut self, field: &'static str, moment: Moment) {
        let ahead = moment.timestamp().as_second() - self.now.as_second();
        self.rule(ahead <= 24 * 3600, Code::InFuture, &[field], "the time lies more than 24 hours in the future");
    }

    #[cold]
    fn report(&mut self, code: Code, fields: &[&str], message: &str) {
        let Some(found) = &mut self.found else { return };
        let pointers: Vec<_> = fields.iter().map(|field| format!("{}/{field}", found.pointer)).collect();
        let unknown = |pointer: &String| is_within_any(pointer, found.replaced);
        if pointers.iter().any(unknown) {
            return;
        }
        let pointer = pointers.into_iter().next().unwrap_or_else(|| found.pointer.clone());
        found.violations.push(Violation::new(code, pointer, message));
    }

    fn shorten(&mut self, length: usize) {
        if let Some(found) = &mut self.found {
            found.pointer.truncate(length);
        }
    }
}

/// Whether `pointer` names one of the places or something inside it.
fn is_within_any(pointer: &str, places: &HashSet<String>) -> bool {
    let parents = pointer.match_indices('/').map(|(end, _)| &pointer[..end]);
    parents.chain([pointer]).any(|place| places.contains(place))
}
