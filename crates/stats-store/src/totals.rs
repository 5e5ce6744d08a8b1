//! What is known of all workouts of a user together.

use crate::error::{Kind, StoreError};

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

    /// From the columns of a database, where there is a row.
    pub(crate) fn from_columns(columns: Option<(i64, i64, i64, i64)>) -> Result<Self, StoreError> {
        let Some((workouts, duration_s, energy_kcal, energy_workouts)) = columns else {
            return Ok(Self::default());
        };
        let count = |value: i64, name| u64::try_from(value).map_err(|_| StoreError::from(Kind::Corrupt(name)));
        let energy_kcal = count(energy_kcal, "energy_kcal")?;
        Ok(Self {
            total_workouts: count(workouts, "workouts")?,
            total_duration: count(duration_s, "duration_s")?,
            total_calories_burned: (count(energy_workouts, "energy_workouts")? > 0).then_some(energy_kcal),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_not_zero() {
        assert_eq!(Totals::from_columns(None).expect("no row is fine"), Totals::new(0, 0, None));
        assert_eq!(Totals::default().average_session_duration(), None);
        let unreported = Totals::from_columns(Some((2, 90, 0, 0))).expect("fine");
        assert_eq!((unreported.total_calories_burned, unreported.average_session_duration()), (None, Some(45.0)));
        let zero = Totals::from_columns(Some((2, 90, 0, 1))).expect("fine");
        assert_eq!(zero.total_calories_burned, Some(0));
        assert!(Totals::from_columns(Some((-1, 0, 0, 0))).is_err());
    }
}
