//! Numbers with a fraction, without floating point: what 62.5 kg is in grams must not depend on how a float rounds.

use crate::reason::Reason;

/// Digits of a number, before and after its point together.
const MOST_DIGITS: usize = 24;

/// A number as it was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Decimal {
    pub(crate) is_negative: bool,
    digits: u128,
    /// How many of them stand after the point.
    scale: u32,
}

impl Decimal {
    /// Reads `62`, `62.5`, `-20` and, with a decimal comma, `62,5`.
    ///
    /// Where commas also separate columns, `1,000` could be a thousand or one, and nobody can tell.
    pub(crate) fn parse(text: &str, column: &'static str, comma_is_decimal: bool) -> Result<Self, Reason> {
        let text = text.trim();
        let (is_negative, unsigned) = match text.strip_prefix(['-', '\u{2212}']) {
            Some(rest) => (true, rest),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        let (whole, fraction) = match (unsigned.rfind('.'), unsigned.rfind(',')) {
            (Some(_), Some(_)) => return Err(Reason::AmbiguousNumber(column)),
            (Some(at), None) | (None, Some(at)) => (&unsigned[..at], &unsigned[at + 1..]),
            (None, None) => (unsigned, ""),
        };
        let is_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        if whole.len() + fraction.len() > MOST_DIGITS
            || whole.is_empty() && fraction.is_empty()
            || !is_digits(whole)
            || !is_digits(fraction)
        {
            return Err(Reason::NotANumber(column));
        }
        if !comma_is_decimal && unsigned.contains(',') && fraction.len() == 3 {
            return Err(Reason::AmbiguousNumber(column));
        }
        let digits = whole.bytes().chain(fraction.bytes()).fold(0, |sum, byte| sum * 10 + u128::from(byte - b'0'));
        let scale = u32::try_from(fraction.len()).map_err(|_| Reason::NotANumber(column))?;
        Ok(Self { is_negative, digits, scale })
    }

    pub(crate) fn is_zero(self) -> bool {
        self.digits == 0
    }

    /// The size times this ratio, rounded half upwards; `None` where it is larger than anything that is measured.
    pub(crate) fn scaled(self, (numerator, denominator): (u128, u128)) -> Option<u32> {
        let denominator = denominator * 10_u128.pow(self.scale);
        let rounded = (2 * self.digits * numerator + denominator) / (2 * denominator);
        u32::try_from(rounded).ok()
    }

    /// The number, where it has no fraction.
    pub(crate) fn whole(self) -> Option<u32> {
        self.tenths().filter(|tenths| tenths.is_multiple_of(10)).map(|tenths| tenths / 10)
    }

    /// Ten times the number, where that has no fraction.
    pub(crate) fn tenths(self) -> Option<u32> {
        let unit = 10_u128.pow(self.scale);
        let tenths = self.digits * 10;
        if tenths.is_multiple_of(unit) && !self.is_negative { u32::try_from(tenths / unit).ok() } else { None }
    }
}

/// The shortest number that this ratio brings back to `value`.
pub(crate) fn shortest(value: u32, (numerator, denominator): (u128, u128)) -> String {
    for scale in 0..9 {
        let unit = 10_u128.pow(scale);
        let digits = (2 * u128::from(value) * denominator * unit + numerator) / (2 * numerator);
        let decimal = Decimal { is_negative: false, digits, scale };
        if decimal.scaled((numerator, denominator)) == Some(value) {
            return text(digits, scale as usize);
        }
    }
    value.to_string()
}

fn text(digits: u128, scale: usize) -> String {
    let digits = format!("{digits:0>width$}", width = scale + 1);
    let (whole, fraction) = digits.split_at(digits.len() - scale);
    if fraction.is_empty() { whole.to_owned() } else { format!("{whole}.{fraction}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KG: (u128, u128) = (1_000, 1);
    const LB: (u128, u128) = (45_359_237, 100_000);

    #[test]
    fn numbers_are_read_to_the_last_digit() {
        #[track_caller]
        fn check(text: &str, ratio: (u128, u128), want: u32) {
            assert_eq!(Decimal::parse(text, "weight", true).ok().and_then(|it| it.scaled(ratio)), Some(want), "{text}");
        }
        check("62.5", KG, 62_500);
        check("62,5", KG, 62_500);
        check(" 0.1 ", KG, 100);
        check("1,000", KG, 1_000);
        check("22.679618500000003", KG, 22_680);
        check("0.0005", KG, 1);
        check("0.00049999", KG, 0);
        check("100", LB, 45_359);
        check(".5", KG, 500);
        check("5.", KG, 5_000);
        check("-20", KG, 20_000);
    }

    #[test]
    fn what_is_no_number_is_refused() {
        for text in ["", "-", ".", "1e3", "1.2.3", "ten", "0x10", "NaN", "inf", "½", "１", &"9".repeat(25)] {
            assert_eq!(Decimal::parse(text, "reps", false), Err(Reason::NotANumber("reps")), "{text}");
        }
        for text in ["1,000", "12,500", "1.000,5", "1,000.5"] {
            assert_eq!(Decimal::parse(text, "reps", false), Err(Reason::AmbiguousNumber("reps")), "{text}");
        }
    }

    #[test]
    fn fractions_are_not_rounded_away_where_there_are_none() {
        let parse = |text| Decimal::parse(text, "reps", false).expect("a number");
        assert_eq!(parse("20.0").whole(), Some(20));
        assert_eq!(parse("20.5").whole(), None);
        assert_eq!(parse("-1").whole(), None);
        assert_eq!(parse("8.5").tenths(), Some(85));
        assert_eq!(parse("8.25").tenths(), None);
    }

    #[test]
    fn every_gram_comes_back_from_pounds_and_every_metre_from_miles() {
        const MILES: (u128, u128) = (1_609_344, 1_000);
        for value in (0..3_000).chain(1_499_000..=1_500_000) {
            for ratio in [KG, LB, MILES] {
                let text = shortest(value, ratio);
                let back = Decimal::parse(&text, "x", false).expect("a number").scaled(ratio);
                assert_eq!(back, Some(value), "{text}");
            }
        }
        assert_eq!(shortest(45_359, LB), "100");
        assert_eq!(shortest(62_500, KG), "62.5");
        assert_eq!(shortest(2_060, MILES), "1.28");
    }
}
