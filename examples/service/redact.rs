//! Secrets, as far as they may be shown.

/// Of a URL what tells whether it is the right one: scheme, host and path. Of anything else nothing.
pub(super) fn redacted(secret: &str) -> String {
    let Some((scheme, rest)) = secret.split_once("://") else {
        return "***".to_owned();
    };
    // Nobody can tell a question mark in a password that was not escaped from the one before a query, nor the @ in either
    // from the one before a host. So what is shown comes after the last @ and before the next question mark; and nothing is
    // where the last @ may be in a query.
    let (who, place) = match rest.rsplit_once('@') {
        Some((who, _)) if who.contains(['?', '#']) => return format!("{scheme}://***"),
        Some((_, place)) => ("***@", place),
        None => ("", rest),
    };
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
        check("postgres://u:p@ss/word@db/stats?password=hunter2", "postgres://***@db/stats");
        check("postgres://u:p?ssword@db/stats", "postgres://***");
        check("postgres://db/x?password=hun@ter2", "postgres://***");
        check("postgres://db/stats?user=u&password=hunter2#x", "postgres://db/stats");
        check("hunter2", "***");
    }
}
