//! Weights, distances and times with their units, as whole grams, metres and milliseconds.

use workout_events::{Entered, EnteredUnit};

use super::decimal::{Decimal, shortest};
use crate::reason::Reason;

/// What one of a unit is, in grams, metres or milliseconds, as a fraction.
fn ratio(unit: EnteredUnit) -> (u128, u128) {
    match unit {
        EnteredUnit::Kg | EnteredUnit::Km | EnteredUnit::S => (1_000, 1),
        EnteredUnit::Lb => (45_359_237, 100_000),
        EnteredUnit::Mi => (1_609_344, 1_000),
        EnteredUnit::Yd => (9_144, 10_000),
        EnteredUnit::Min => (60_000, 1),
        // Metres, and whatever the contract may learn later, which nobody has written into a file then.
        _ => (1, 1),
    }
}

/// How much a number of this unit is, and how the person typed it.
///
/// Digits that no person types, such as those of 22.679618500000003, are what a program has made of it: only the measure
/// stays.
pub(crate) fn measure(
    text: &str,
    number: Decimal,
    unit: EnteredUnit,
    column: &'static str,
) -> Result<(u32, Option<Entered>), Reason> {
    let value = number.scaled(ratio(unit)).ok_or(Reason::TooLarge(column))?;
    let text = text.trim();
    let entered = (text.chars().count() <= 16).then(|| Entered::new(text, unit));
    Ok((value, entered))
}

/// The number to write into a column of this unit: as the person typed it if it was in that unit, else the shortest that
/// comes back as the same measure. Decimal commas become points.
pub(crate) fn measure_text(value: u32, entered: Option<&Entered>, unit: EnteredUnit) -> String {
    entered_text(value, entered, unit).unwrap_or_else(|| shortest(value, ratio(unit)))
}

/// What the person typed, if it is this measure. What is no number stays out of a file, whoever has put it there.
pub(crate) fn entered_text(value: u32, entered: Option<&Entered>, unit: EnteredUnit) -> Option<String> {
    let entered = entered.filter(|entered| entered.unit == unit)?;
    let is_plain = entered.value.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'-' | b'.' | b','));
    let number = Decimal::parse(&entered.value, "", true).ok().filter(|_| is_plain)?;
    (number.scaled(ratio(unit)) == Some(value)).then(|| entered.value.replace(',', "."))
}
