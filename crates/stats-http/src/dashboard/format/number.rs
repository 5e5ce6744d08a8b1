//! Plain numbers.

/// Between groups of three digits, and between a number and its unit: neither breaks at the end of a line.
const NARROW: char = '\u{202f}';
pub(super) const SPACE: char = '\u{a0}';

/// `12345` in groups of three digits.
pub(crate) fn grouped(value: i64) -> String {
    let digits = value.unsigned_abs().to_string();
    let mut text = String::new();
    if value < 0 {
        text.push('\u{2212}');
    }
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(NARROW);
        }
        text.push(digit);
    }
    text
}

/// `value / unit` with at most so many decimals, half upwards, without zeros at the end.
pub(super) fn decimal(value: i64, unit: i64, decimals: u32) -> String {
    let power = 10_i64.pow(decimals);
    let scaled = (i128::from(value.unsigned_abs()) * i128::from(power) * 2 + i128::from(unit)) / (i128::from(unit) * 2);
    let scaled = i64::try_from(scaled).unwrap_or(i64::MAX);
    let fraction = format!("{:0width$}", scaled % power, width = usize::try_from(decimals).unwrap_or(0));
    let whole = grouped(if value < 0 { -(scaled / power) } else { scaled / power });
    match fraction.trim_end_matches('0') {
        "" => whole,
        _ if decimals == 0 => whole,
        fraction => format!("{whole}.{fraction}"),
    }
}

/// For drawing, where a hair's breadth does not matter.
#[expect(clippy::cast_precision_loss, reason = "exact up to 2^53, and only pixels follow from it")]
pub(crate) fn real(value: i64) -> f64 {
    value as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_stand_in_threes() {
        for (value, want) in [(0, "0"), (999, "999"), (1_000, "1 000"), (-1_234_567, "−1 234 567")] {
            assert_eq!(grouped(value).replace(NARROW, " "), want);
        }
    }

    #[test]
    fn a_fraction_is_rounded_once_and_has_no_idle_zeros() {
        for (value, unit, decimals, want) in
            [(102_500, 1_000, 1, "102.5"), (100_000, 1_000, 1, "100"), (12_449, 1_000, 1, "12.4"), (5, 10, 0, "1")]
        {
            assert_eq!(decimal(value, unit, decimals), want);
        }
    }
}
