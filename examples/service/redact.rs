//! Secrets, as far as they may be shown.

/// Of a URL what tells whether it is the right one: scheme, host and path. Of anything else nothing.
pub(super) fn redacted(secret: &str) -> String {
    let Some((scheme, rest)) = secret.split_once("://") else {
        return "***".to_owned();
    };
    // What comes before the last @ may be a password that nobody has escaped.
    let (who, place) = rest.rsplit_once('@').map_or(("", rest), |(_, place)| ("***@", place));
    let place = place.split(['?', '#']).next().unwrap_or_default();
    format!("{scheme}://{who}{place}")
}

#[cfg(test)]
mod tests {
    use super::redacted;

    #[track_caller]
    fn check(secret: &str, want: &str) {
        assert_eq!(redacted(secret), want);
    }

    #[test]
    fn of_a_url_the_place_is_shown_and_never_who() {
        check("amqp://coach:hunter2@rabbit:5672/%2f", "amqp://***@rabbit:5672/%2f");
        check("postgres://u:p@ss/w?rd@db/stats?password=hunter2", "postgres://***@db/stats");
        check("postgres://db/stats?user=u&password=hunter2#x", "postgres://db/stats");
        check("hunter2", "***");
    }
}
