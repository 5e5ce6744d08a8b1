//! People beside one another: those who want to be.

use serde::Serialize;
use workout_events::types::user::WeekStart;
use workout_events::{ActivityType, UserId};

use super::Period;
use crate::number::Day;

/// Over which stretch people are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Span {
    /// A week, which begins on Monday for everybody.
    Week,
    /// A month of the calendar.
    Month,
    /// A year of the calendar.
    Year,
    /// From the beginning.
    Ever,
}

/// What people are compared by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum RankedBy {
    /// Number of workouts.
    Workouts,
    /// Seconds.
    DurationS,
    /// Kilocalories.
    EnergyKcal,
    /// Metres.
    DistanceM,
    /// Metres climbed.
    ElevationGainM,
    /// Grams times repetitions.
    VolumeG,
}

/// Which leaderboard.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[must_use = "a board ranks nobody by itself"]
pub struct Board {
    pub(crate) span: Span,
    pub(crate) day: Day,
    pub(crate) by: RankedBy,
    pub(crate) activity: Option<ActivityType>,
    pub(crate) limit: u16,
}

/// A person on a leaderboard.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Ranked {
    /// The place, from 1 on. People with equal values share one.
    pub rank: u32,
    /// The person.
    pub user_id: UserId,
    /// What the person is called where others see it.
    pub display_name: Option<String>,
    /// How much it is.
    pub value: i64,
}

impl Board {
    /// The most people on a board.
    pub const MAX: u16 = 500;

    /// The first ten of the week, month or year that this day is in.
    pub fn new(span: Span, day: Day, by: RankedBy) -> Self {
        Self { span, day, by, activity: None, limit: 10 }
    }

    /// Only by this activity.
    pub fn activity(self, activity: ActivityType) -> Self {
        Self { activity: Some(activity), ..self }
    }

    /// So many people, at most [`MAX`](Self::MAX).
    pub fn limit(self, limit: u16) -> Self {
        Self { limit: limit.min(Self::MAX), ..self }
    }
}

impl Span {
    pub(crate) const ALL: [Self; 4] = [Self::Week, Self::Month, Self::Year, Self::Ever];

    /// As it stands in a table.
    pub(crate) fn number(self) -> i64 {
        match self {
            Self::Week => 1,
            Self::Month => 2,
            Self::Year => 3,
            Self::Ever => 4,
        }
    }

    pub(crate) fn period(self) -> Option<Period> {
        match self {
            Self::Week => Some(Period::Week(WeekStart::Monday)),
            Self::Month => Some(Period::Month),
            Self::Year => Some(Period::Year),
            Self::Ever => None,
        }
    }
}

impl RankedBy {
    /// The column of a tally.
    pub(crate) fn column(self) -> &'static str {
        match self {
            Self::Workouts => "workouts",
            Self::DurationS => "duration_s",
            Self::EnergyKcal => "energy_kcal",
            Self::DistanceM => "distance_m",
            Self::ElevationGainM => "elevation_gain_m",
            Self::VolumeG => "volume_g",
        }
    }
}

/// Gives places to people who come in the order of their values.
pub(crate) fn ranked(people: Vec<(UserId, Option<String>, i64)>) -> Vec<Ranked> {
    let mut ranked: Vec<Ranked> = Vec::with_capacity(people.len());
    for (at, (user_id, display_name, value)) in (1..).zip(people) {
        let rank = ranked.last().filter(|last| last.value == value).map_or(at, |last| last.rank);
        ranked.push(Ranked { rank, user_id, display_name, value });
    }
    ranked
}
