//! What is known of all workouts of a user together.

use super::tally::Tally;

/// The lifetime totals of a user: of the workouts that count now, which are neither outdated nor deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Totals {
    /// How many workouts there are.
    pub total_workouts: u64,
    /// Seconds of training.
    pub total_duration: u64,
    /// Kilocalories of the workouts that report them; `None` when none does, which is not 0.
    pub total_calories_burned: Option<u64>,
}

impl Totals {
    /// Totals of these workouts.
    #[must_use]
    pub fn new(total_workouts: u64, total_duration: u64, total_calories_burned: Option<u64>) -> Self {
        Self { total_workouts, total_duration, total_calories_burned }
    }

    /// Seconds of training of a workout on average; `None` when there is no workout.
    #[must_use]
    #[expect(
        clippy::cast_precision_loss,
        reason = "exact up to 2^53 seconds, which is 285 million years; an average is a fraction anyway"
    )]
    pub fn average_session_duration(&self) -> Option<f64> {
        (self.total_workouts > 0).then(|| self.total_duration as f64 / self.total_workouts as f64)
    }
}

/// No sum of counted workouts is negative; a store that has one is corrupt, and says so before it gets here.
impl From<&Tally> for Totals {
    fn from(tally: &Tally) -> Self {
        let count = |value: i64| u64::try_from(value).unwrap_or(0);
        Self::new(count(tally.workouts), count(tally.duration_s), tally.energy().map(count))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_not_zero() {
        assert_eq!(Totals::from(&Tally::default()), Totals::new(0, 0, None));
        assert_eq!(Totals::default().average_session_duration(), None);
        let mut tally = Tally { workouts: 2, duration_s: 90, ..Tally::default() };
        let unreported = Totals::from(&tally);
        assert_eq!((unreported.total_calories_burned, unreported.average_session_duration()), (None, Some(45.0)));
        tally.energy_workouts = 1;
        assert_eq!(Totals::from(&tally).total_calories_burned, Some(0));
    }
}
