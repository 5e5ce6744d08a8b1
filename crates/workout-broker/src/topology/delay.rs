//! How long a message waits before it is tried again.

use std::time::Duration;

/// The longest time that RabbitMQ lets a message wait: ten years.
pub(crate) const LONGEST: Duration = Duration::from_hours(24 * 3_650);

/// The delays of a consumer that names none: a moment, a restart, a deployment, an outage.
pub const RETRIES: [Duration; 4] =
    [Duration::from_secs(1), Duration::from_secs(5), Duration::from_secs(30), Duration::from_mins(5)];

/// As people write it, in the largest unit that says it exactly: `500ms`, `1s`, `90s`, `5m`, `2h`.
pub(super) fn spelled(delay: Duration) -> String {
    let milliseconds = delay.as_millis();
    let exact = |(unit, _): &(u128, _)| milliseconds >= *unit && milliseconds.is_multiple_of(*unit);
    let (unit, name) = UNITS.into_iter().find(exact).unwrap_or((1, "ms"));
    format!("{}{name}", milliseconds / unit)
}

/// Whether a broker can keep it. What is shorter than a millisecond it would cut off.
pub(super) fn is_possible(delay: Duration) -> bool {
    !delay.is_zero() && delay <= LONGEST && delay.subsec_nanos().is_multiple_of(1_000_000)
}

const UNITS: [(u128, &str); 3] = [(3_600_000, "h"), (60_000, "m"), (1_000, "s")];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_delay_is_spelled_in_its_largest_unit() {
        #[track_caller]
        fn check(milliseconds: u64, want: &str) {
            assert_eq!(spelled(Duration::from_millis(milliseconds)), want);
        }
        check(0, "0ms");
        check(1, "1ms");
        check(500, "500ms");
        check(1_000, "1s");
        check(1_500, "1500ms");
        check(90_000, "90s");
        check(300_000, "5m");
        check(7_200_000, "2h");
        check(86_400_000, "24h");
        check(315_360_000_000, "87600h");
    }
}
