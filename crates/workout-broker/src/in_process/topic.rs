//! The patterns of a topic exchange.

/// Whether the routing key has the form of the pattern: `*` is one word, `#` any number of words, dots separate words.
pub(crate) fn matches(pattern: &str, routing_key: &str) -> bool {
    let pattern: Vec<_> = pattern.split('.').collect();
    let words: Vec<_> = if routing_key.is_empty() { Vec::new() } else { routing_key.split('.').collect() };

    // `fits[n]`: the part of the pattern that has been read so far matches the first n words.
    let mut fits: Vec<bool> = (0..=words.len()).map(|n| n == 0).collect();
    for part in pattern {
        if part == "#" {
            let mut any = false;
            for fit in &mut fits {
                any |= *fit;
                *fit = any;
            }
        } else {
            for n in (1..fits.len()).rev() {
                fits[n] = fits[n - 1] && (part == "*" || part == words[n - 1]);
            }
            fits[0] = false;
        }
    }
    fits[words.len()]
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn patterns_match_as_in_rabbitmq() {
        #[track_caller]
        fn check(pattern: &str, routing_key: &str, want: bool) {
            assert_eq!(matches(pattern, routing_key), want, "{pattern} {routing_key}");
        }
        check("workout.performed", "workout.performed", true);
        check("workout.performed", "workout.deleted", false);
        check("workout", "workout.performed", false);
        check("workout.performed", "workout", false);
        check("workout.*", "workout.performed", true);
        check("*.*", "workout.performed", true);
        check("*", "workout.performed", false);
        check("workout.*", "workout", false);
        check("#", "workout.performed", true);
        check("#", "", true);
        check("workout.#", "workout", true);
        check("workout.#", "workout.a.b", true);
        check("#.performed", "workout.performed", true);
        check("#.performed", "performed", true);
        check("#.a.#", "x.a.y", true);
        check("#.a.#", "x.b.y", false);
        check("*.#.*", "a", false);
        check("*.#.*", "a.b", true);
        check("work*", "workout", false);
    }

    /// A pattern of a stranger must not take exponential time.
    #[test]
    fn many_wildcards_are_matched_in_no_time() {
        let (pattern, key) = ("#.a.".repeat(60), "a.".repeat(120));
        assert!(!matches(&format!("{pattern}b"), &format!("{key}c")));
    }
}
