//! The person whom a request is about.

use axum::http::request::Parts;
use stats_store::{Answer, Day, Lifetime, Preferences, StatsReader};
use tokio::time::Instant;
use workout_events::jiff::tz::TimeZone;
use workout_events::jiff::{Timestamp, ToSpan};
use workout_events::types::user::WeekStart;
use workout_events::{UserId, ZoneName};

use crate::auth::Identity;
use crate::problem::{Code, Problem};
use crate::state::Shared;

/// A person, whom whoever is asking may see, as of the moment when the request came.
#[derive(Debug, Clone)]
pub(crate) struct Person {
    pub(crate) shared: Shared,
    pub(crate) viewer: Identity,
    pub(crate) user: UserId,
    /// The sums over everything, and how the person counts.
    pub(crate) lifetime: Answer<Lifetime>,
    /// What the person calls today.
    pub(crate) today: Day,
}

impl Person {
    /// Looks the person up for whoever sends this request, and waits for the position that it names.
    pub(crate) async fn seen_by(
        shared: &Shared,
        request: &Parts,
        user: &str,
        min_position: Option<i64>,
    ) -> Result<Self, Problem> {
        let viewer = shared.admit(request).await?;
        let user: UserId = user.parse().map_err(|_| Code::InvalidUserId)?;
        shared.may_see(&viewer, user).await?;
        let lifetime = lifetime(shared, user, min_position).await?;
        let today = today((shared.settings.now)(), &lifetime.value.preferences);
        Ok(Self { shared: shared.clone(), viewer, user, lifetime, today })
    }

    /// The same person as of now.
    pub(crate) async fn again(&self) -> Result<Self, Problem> {
        let lifetime = lifetime(&self.shared, self.user, None).await?;
        Ok(Self { today: today((self.shared.settings.now)(), &lifetime.value.preferences), lifetime, ..self.clone() })
    }

    pub(crate) fn reader(&self) -> &dyn StatsReader {
        &*self.shared.reader
    }

    /// The first day of the person's week, unless the request names another one.
    pub(crate) fn week_start(&self, asked: Option<WeekStart>) -> WeekStart {
        asked.or(self.lifetime.value.preferences.week_start).unwrap_or(WeekStart::Monday)
    }
}

/// Of at least this position, if one is named.
async fn lifetime(shared: &Shared, user: UserId, min_position: Option<i64>) -> Result<Answer<Lifetime>, Problem> {
    let Some(position) = min_position else { return Ok(shared.reader.lifetime(user).await?) };
    let end = Instant::now() + shared.settings.wait_at_most;
    let reached = shared.positions.wait(&*shared.reader, user, position, end).await?;
    reached.ok_or_else(|| Problem::from(Code::Stale).retry_after(1))
}

/// By the clocks where the person lives, and by the hour at which the person's day begins.
pub(crate) fn today(now: Timestamp, preferences: &Preferences) -> Day {
    let zone = preferences.time_zone.map_or(TimeZone::UTC, ZoneName::zone);
    let clock = zone.to_datetime(now);
    let hours = i64::from(preferences.day_start_hour).hours();
    Day::new(clock.checked_sub(hours).unwrap_or(clock).date())
}
