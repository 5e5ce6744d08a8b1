//! What to type next.

use std::io::Write;

use serde_json::json;
use workout_events::{UserId, WorkoutId};
use workout_examples::tell_url;

/// The URL, two commands to try, and the page to look at.
pub(crate) fn greet(url: &str, embedded: bool) {
    tell_url(url);
    let (user, workout) = (UserId::generate(), WorkoutId::generate());
    let first = if embedded {
        let body = json!({
            "user_id": user,
            "source": { "name": "curl" },
            "activity_type": "running",
            "started_at": "2026-03-28T17:00:00+01:00",
            "ended_at": "2026-03-28T17:45:00+01:00",
            "time_zone": "Europe/Berlin",
            "energy_kcal": 480,
        });
        format!("curl -X POST {url}/workout/{workout}/perform -H 'content-type: application/json' -d '{body}'")
    } else {
        format!("curl {url}/readyz")
    };
    let lines = format!("{first}\ncurl {url}/users/{user}/statistics\n{url}/dashboard\n");
    // Nothing breaks when nobody reads it.
    let _ = std::io::stdout().lock().write_all(lines.as_bytes());
}
