//! What the page shows, read once and of one moment.

use stats_store::{
    AsOf, Day, DaySums, Days, GoalStanding, Lifetime, MonthSums, Period, Record, Schedule, Streaks, Tally, Tries,
    WholeWorkout, WorkoutFilter,
};
use workout_events::ActivityType;
use workout_events::types::user::WeekStart;

use crate::dashboard::visit::{Failure, Visit, of_one_moment};

/// Enough days for a year of whole weeks, and for four weeks beside the four before.
const WINDOW: i32 = 53 * 7;

/// The length of the stretch that the four figures are over.
pub(super) const STRETCH: i32 = 28;

/// So many records are looked at: the first ones of a beginner beat nothing.
const RECORDS: u16 = 60;

/// Everything the page is made of.
pub(super) struct Overview {
    pub(super) as_of: AsOf,
    pub(super) lifetime: Lifetime,
    pub(super) today: Day,
    pub(super) week_start: WeekStart,
    /// The last 53 weeks.
    pub(super) days: Vec<DaySums>,
    pub(super) months: Vec<MonthSums>,
    pub(super) streaks: Streaks,
    /// What was beaten, the last one first; of one workout and one thing side by side.
    pub(super) records: Vec<Record>,
    pub(super) goals: Vec<GoalStanding>,
    pub(super) last: Option<WholeWorkout>,
}

impl Overview {
    /// A write between two answers would tear the page, so that it begins anew then.
    pub(super) async fn read(visit: &Visit) -> Result<Self, Failure> {
        let mut tries = Tries::new();
        loop {
            tries.again()?;
            if let Some(overview) = Self::read_once(visit).await? {
                return Ok(overview);
            }
        }
    }

    async fn read_once(visit: &Visit) -> Result<Option<Self>, Failure> {
        let (reader, user, viewer) = (visit.reader(), visit.user, &visit.site.viewer);
        let lifetime = reader.lifetime(user).await?;
        let preferences = &lifetime.value.preferences;
        let (today, week_start) = (visit.today(preferences), viewer.week_start(preferences));
        let days = reader.days(user, Days::new(today.plus(-WINDOW), today)).await?;
        let months = reader.months(user, Days::new(Day::MIN, today)).await?;
        let streaks = reader.streaks(user, today, week_start, Schedule::DAILY).await?;
        let records = reader.latest_records(user, RECORDS).await?;
        let goals = reader.goals(user, today).await?;
        let last = reader.whole_workouts(user, &WorkoutFilter::new(1)).await?;
        let as_of = lifetime.as_of;
        let moments = [as_of, days.as_of, months.as_of, streaks.as_of, records.as_of, goals.as_of, last.as_of];
        Ok(of_one_moment(&moments).then(|| Self {
            as_of,
            lifetime: lifetime.value,
            today,
            week_start,
            days: days.value,
            months: months.value,
            streaks: streaks.value,
            records: beaten(records.value),
            goals: goals.value,
            last: last.value.into_iter().next(),
        }))
    }

    /// The days of the week that today is in.
    pub(super) fn this_week(&self) -> Days {
        let first = Period::Week(self.week_start).first_day(self.today);
        Days::new(first, first.plus(6))
    }

    pub(super) fn sum(&self, days: Days) -> Tally {
        let within = self.days.iter().filter(|sums| days.has(sums.day));
        within.fold(Tally::default(), |total, sums| total.plus(&sums.sums))
    }

    /// The sums of each day that has any, in order.
    pub(super) fn by_day(&self) -> Vec<(Day, Tally)> {
        let together = self.days.chunk_by(|one, two| one.day == two.day);
        together
            .filter_map(|sums| {
                let total = sums.iter().fold(Tally::default(), |total, sums| total.plus(&sums.sums));
                Some((sums.first()?.day, total))
            })
            .collect()
    }

    /// The sums of each activity over these days, the longest first.
    pub(super) fn by_activity(&self, days: Days) -> Vec<(ActivityType, Tally)> {
        let mut activities = Vec::<(ActivityType, Tally)>::new();
        for sums in self.days.iter().filter(|sums| days.has(sums.day)) {
            match activities.iter_mut().find(|(activity, _)| *activity == sums.activity) {
                Some((_, total)) => *total = total.plus(&sums.sums),
                None => activities.push((sums.activity, sums.sums)),
            }
        }
        activities.sort_by_key(|(_, sums)| std::cmp::Reverse(sums.duration_s));
        activities
    }
}

fn beaten(mut records: Vec<Record>) -> Vec<Record> {
    records.retain(|record| record.previous.is_some());
    records.sort_by(|one, two| (two.started_at, &one.of, one.kind).cmp(&(one.started_at, &two.of, two.kind)));
    records
}
