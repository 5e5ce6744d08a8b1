//! How somebody likes to read: units, theme, first day of the week. Kept in cookies of this path, which a store need not
//! know.

use axum::Form;
use axum::extract::OriginalUri;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{AppendHeaders, IntoResponse, Response};
use serde::Deserialize;
use stats_store::Preferences;
use workout_events::ZoneName;
use workout_events::types::user::{self, WeekStart};

use super::format::Units;

/// Which colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Theme {
    /// Those of the machine.
    #[default]
    Auto,
    Light,
    Dark,
}

/// What one reader has chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Viewer {
    pub(crate) units: Units,
    pub(crate) theme: Theme,
    /// The units were chosen here, and do not just follow from a language.
    chose_units: bool,
    week_start: Option<WeekStart>,
    zone: Option<ZoneName>,
}

/// A year: who has not come for so long may choose again.
const KEPT_S: u32 = 31_536_000;

impl Viewer {
    /// From the cookies. What is not understood is not chosen.
    pub(crate) fn of(headers: &HeaderMap) -> Self {
        let mut viewer = Self { units: units_of_language(headers), ..Self::default() };
        let cookies = headers.get_all(header::COOKIE).iter().filter_map(|line| line.to_str().ok());
        for (name, value) in cookies.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('=')) {
            match (name, value) {
                ("board_units", "metric") => (viewer.units, viewer.chose_units) = (Units::Metric, true),
                ("board_units", "imperial") => (viewer.units, viewer.chose_units) = (Units::Imperial, true),
                ("board_theme", "light") => viewer.theme = Theme::Light,
                ("board_theme", "dark") => viewer.theme = Theme::Dark,
                ("board_week", "monday") => viewer.week_start = Some(WeekStart::Monday),
                ("board_week", "sunday") => viewer.week_start = Some(WeekStart::Sunday),
                ("board_week", "saturday") => viewer.week_start = Some(WeekStart::Saturday),
                ("board_zone", zone) => viewer.zone = ZoneName::new(&zone.replace("%2F", "/")).ok(),
                _ => {}
            }
        }
        viewer
    }

    /// The same, in the units that the user has told the service, unless others were chosen here.
    pub(crate) fn of_user(self, preferences: &Preferences) -> Self {
        let told = match preferences.units {
            Some(user::Units::Imperial) => Units::Imperial,
            Some(_) => Units::Metric,
            None => self.units,
        };
        Self { units: if self.chose_units { self.units } else { told }, ..self }
    }

    /// What was chosen here, else what the user has told the service.
    pub(crate) fn week_start(&self, preferences: &Preferences) -> WeekStart {
        self.week_start.or(preferences.week_start).unwrap_or(WeekStart::Monday)
    }

    /// What was chosen here, by its name.
    pub(crate) fn chosen_week(&self) -> Option<&'static str> {
        self.week_start.map(WeekStart::as_str)
    }

    /// Where "today" is: what the user has told the service, else where the browser is.
    pub(crate) fn zone(&self, preferences: &Preferences) -> ZoneName {
        preferences.time_zone.or(self.zone).unwrap_or_else(ZoneName::utc)
    }
}

/// The countries that measure in miles say so in the first language of their browsers.
fn units_of_language(headers: &HeaderMap) -> Units {
    let languages = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    match languages.split([',', ';']).next() {
        Some("en-US" | "en-LR" | "es-US") => Units::Imperial,
        _ => Units::Metric,
    }
}

/// One choice, and the page it was made on.
#[derive(Deserialize)]
pub(super) struct Choice {
    units: Option<String>,
    theme: Option<String>,
    week: Option<String>,
    back: Option<String>,
}

/// Keeps a choice and goes back.
pub(super) async fn change(OriginalUri(uri): OriginalUri, Form(choice): Form<Choice>) -> Response {
    let base = uri.path().strip_suffix("/settings").unwrap_or("/dashboard");
    let one_of =
        |value: Option<String>, known: [&'static str; 3]| known.into_iter().find(|one| value.as_deref() == Some(one));
    let chosen = [
        ("board_units", one_of(choice.units, ["metric", "imperial", "metric"])),
        ("board_theme", one_of(choice.theme, ["auto", "light", "dark"])),
        ("board_week", one_of(choice.week, ["monday", "sunday", "saturday"])),
    ];
    let cookies = chosen.into_iter().filter_map(|(name, value)| {
        let cookie = format!("{name}={}; Path={base}; Max-Age={KEPT_S}; SameSite=Lax; HttpOnly", value?);
        Some((header::SET_COOKIE, cookie))
    });
    // Only to pages of ours: whoever makes up a form elsewhere sends nobody away.
    let back = choice.back.filter(|back| is_ours(back, base)).unwrap_or_else(|| base.to_owned());
    (StatusCode::SEE_OTHER, AppendHeaders(cookies.collect::<Vec<_>>()), [(header::LOCATION, back)]).into_response()
}

/// Forgets what was chosen here and is told the service now.
pub(super) fn forget(base: &str) -> [(header::HeaderName, String); 2] {
    ["board_units", "board_week"]
        .map(|name| (header::SET_COOKIE, format!("{name}=; Path={base}; Max-Age=0; SameSite=Lax; HttpOnly")))
}

fn is_ours(back: &str, base: &str) -> bool {
    let rest = back.strip_prefix(base);
    let is_below = rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '?']));
    is_below && back.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\')
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn of(cookie: &'static str) -> Viewer {
        Viewer::of(&HeaderMap::from_iter([(header::COOKIE, HeaderValue::from_static(cookie))]))
    }

    #[test]
    fn cookies_that_are_not_understood_choose_nothing() {
        let viewer = of("board_units=imperial; other=1; board_theme=pink; board_zone=Europe%2FBerlin; board_week");
        assert_eq!((viewer.units, viewer.theme, viewer.week_start), (Units::Imperial, Theme::Auto, None));
        assert_eq!(viewer.zone(&Preferences::default()).to_string(), "Europe/Berlin");
    }

    #[test]
    fn who_reads_american_english_reads_miles_until_told_otherwise() {
        let american = (header::ACCEPT_LANGUAGE, HeaderValue::from_static("en-US,en;q=0.9"));
        assert_eq!(Viewer::of(&HeaderMap::from_iter([american.clone()])).units, Units::Imperial);
        let chosen = (header::COOKIE, HeaderValue::from_static("board_units=metric"));
        assert_eq!(Viewer::of(&HeaderMap::from_iter([american, chosen])).units, Units::Metric);
    }

    #[test]
    fn what_was_chosen_here_comes_before_what_the_service_was_told() {
        let mut told = Preferences::default();
        told.units = Some(user::Units::Imperial);
        assert_eq!(of("").of_user(&told).units, Units::Imperial);
        assert_eq!(of("board_units=metric").of_user(&told).units, Units::Metric);
    }

    #[test]
    fn nobody_is_sent_elsewhere() {
        for (back, want) in [
            ("/dashboard", true),
            ("/dashboard/1?by=week", true),
            ("/dashboards", false),
            ("//elsewhere.example", false),
            ("/dashboard\\elsewhere", false),
            ("/dashboard/\r\nset-cookie: x", false),
        ] {
            assert_eq!(is_ours(back, "/dashboard"), want, "{back}");
        }
    }
}
