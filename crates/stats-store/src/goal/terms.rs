//! What a goal comes to for its person: which stretches of days, and how much.

use workout_events::jiff::Timestamp;
use workout_events::types::goal::{GoalMetric, GoalPeriod};
use workout_events::types::user::WeekStart;
use workout_events::{ActivityType, Moment, ZoneName};

use super::spoken::Spoken;
use crate::number::{Day, clock};
use crate::person::Preferences;
use crate::query::{Days, Period};

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Terms {
    pub(crate) metric: GoalMetric,
    pub(crate) activity: Option<ActivityType>,
    pub(crate) exercise: Option<String>,
    pub(crate) period: GoalPeriod,
    pub(crate) title: Option<String>,
    /// From the first day to the last one: the day on which it is due, or on which the person gave it up.
    pub(crate) days: Days,
    pub(crate) cancelled: Option<Day>,
    /// The day on which it was set.
    pub(crate) set_on: Day,
    /// From which day on how much is wanted, in that order.
    pub(crate) targets: Vec<(Day, i64)>,
    week_start: WeekStart,
    zone: ZoneName,
}

impl Terms {
    /// Nothing before the goal was set, or where it was changed without ever having been.
    pub(crate) fn new(spoken: &Spoken, person: Preferences) -> Option<Self> {
        let (set, period) = (spoken.set.as_ref()?, spoken.period.as_ref()?);
        let zone = person.time_zone.unwrap_or_else(ZoneName::utc);
        let day_of = |us: i64| day_of(us, zone, person.day_start_hour);
        let cancelled = spoken.cancelled.as_ref().map(|said| day_of(said.us()));
        let first = set.value().starts.map_or_else(|| day_of(set.us()), by_its_offset);
        let last = spoken.due.as_ref().map_or(Day::MAX, |due| by_its_offset(*due.value()));
        let targets = spoken.targets.iter().map(|said| (day_of(said.us()), (*said.value()).into())).collect();
        let measured = set.value().clone();
        Some(Self {
            metric: measured.metric,
            activity: measured.activity,
            exercise: measured.exercise,
            period: *period.value(),
            title: spoken.title.as_ref().map(|said| said.value().clone()),
            days: Days::new(first, last.min(cancelled.unwrap_or(Day::MAX))),
            cancelled,
            set_on: day_of(set.us()),
            targets,
            week_start: person.week_start.unwrap_or(WeekStart::Monday),
            zone,
        })
    }

    /// The stretch that this day belongs to. A stretch is whole: who sets a goal for the week on a Wednesday has trained for
    /// it on Monday.
    pub(crate) fn stretch(&self, day: Day) -> Option<Days> {
        let stretch = match self.period {
            GoalPeriod::Daily => Period::Day.days(day),
            GoalPeriod::Weekly => Period::Week(self.week_start).days(day),
            GoalPeriod::Monthly => Period::Month.days(day),
            GoalPeriod::Yearly => Period::Year.days(day),
            _ => self.days,
        };
        let counts =
            self.days.first <= stretch.last && stretch.first <= self.days.last && self.days.first <= self.days.last;
        (counts && stretch.has(day)).then_some(stretch)
    }

    /// All days of all stretches.
    pub(crate) fn whole(&self) -> Days {
        let first = self.stretch(self.days.first).map_or(self.days.first, |stretch| stretch.first);
        let last = self.stretch(self.days.last).map_or(self.days.last, |stretch| stretch.last);
        Days::new(first, last)
    }

    /// The first midnight of a stretch where the person lives; nothing where no event can say so.
    pub(crate) fn beginning(&self, stretch: Days) -> Option<Moment> {
        let midnight = stretch.first.date().to_zoned(self.zone.zone()).ok()?;
        said_in_events(Moment::from(&midnight))
    }

    /// The first day of the stretch in which the goal was set: what was over then is neither told nor missed.
    pub(crate) fn begun(&self) -> Day {
        let whole = self.whole();
        match self.stretch(self.set_on) {
            Some(stretch) => stretch.first,
            None if self.set_on > whole.last => whole.last.plus(1),
            None => whole.first,
        }
    }

    /// Whether the person gave the goal up in this stretch.
    pub(crate) fn is_given_up(&self, stretch: Days) -> bool {
        self.cancelled.is_some_and(|day| stretch.has(day))
    }

    /// What is wanted of this stretch: what was said last before its end.
    pub(crate) fn target(&self, stretch: Days) -> i64 {
        let in_time = self.targets.iter().take_while(|(day, _)| *day <= stretch.last).last();
        in_time.or(self.targets.first()).map_or(i64::MAX, |(_, target)| *target)
    }
}

/// A moment in the years that events have.
pub(crate) fn said_in_events(moment: Moment) -> Option<Moment> {
    (1970..=2199).contains(&moment.offset().to_datetime(moment.timestamp()).year()).then_some(moment)
}

/// A moment that somebody wrote with an offset is on the day that it shows.
fn by_its_offset(moment: Moment) -> Day {
    Day::new(moment.offset().to_datetime(moment.timestamp()).date())
}

fn day_of(us: i64, zone: ZoneName, day_start_hour: u8) -> Day {
    Timestamp::from_microsecond(us).map_or(Day::MIN, |at| Day::of_clock(clock(at, zone), day_start_hour))
}
