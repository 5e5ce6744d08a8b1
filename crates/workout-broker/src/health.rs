//! Which part of the broker works.

use std::fmt;
use std::time::Instant;

/// What works and what does not, at the moment of the question. Made by [`Broker::health`](crate::Broker::health).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Health {
    /// The link that messages are published on.
    pub publishing: LinkHealth,
    /// The link that queues are read and declared on.
    pub consuming: LinkHealth,
}

/// How one link is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct LinkHealth {
    /// Whether it works.
    pub state: LinkState,
    /// Since when it has been so.
    pub since: Instant,
    /// How many connections there have been: 1 for the first.
    pub generation: u64,
}

/// Whether a link works.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum LinkState {
    /// It works.
    Up,
    /// It is there, but the broker is short of memory or disk and takes nothing in.
    Blocked,
    /// It is lost, and is being made again.
    Down,
    /// It has been closed for good, by [`Broker::close`](crate::Broker::close).
    Closed,
}

impl Health {
    /// How both links are, said by a transport.
    #[must_use]
    pub const fn new(publishing: LinkHealth, consuming: LinkHealth) -> Self {
        Self { publishing, consuming }
    }

    /// Whether all of it works.
    #[must_use]
    pub fn is_well(&self) -> bool {
        self.publishing.state == LinkState::Up && self.consuming.state == LinkState::Up
    }
}

/// One line that names what does not work, and since when.
impl fmt::Display for Health {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut separator = "";
        for (name, link) in [("publish", self.publishing), ("consume", self.consuming)] {
            let state = match link.state {
                LinkState::Up => continue,
                LinkState::Blocked => "blocked",
                LinkState::Down => "down",
                LinkState::Closed => "closed",
            };
            write!(f, "{separator}the {name} link has been {state} for {} s", link.since.elapsed().as_secs())?;
            separator = ", ";
        }
        if separator.is_empty() { f.write_str("all links work") } else { Ok(()) }
    }
}

impl LinkHealth {
    /// A link that is in this state since now.
    #[must_use]
    pub fn new(state: LinkState, generation: u64) -> Self {
        Self { state, since: Instant::now(), generation }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_names_the_dead_part() {
        #[track_caller]
        fn check(publishing: LinkState, consuming: LinkState, want: &str) {
            let [publishing, consuming] = [publishing, consuming].map(|state| LinkHealth::new(state, 1));
            let health = Health { publishing, consuming };
            assert_eq!(health.to_string(), want);
            assert_eq!(health.is_well(), want == "all links work");
        }
        check(LinkState::Up, LinkState::Up, "all links work");
        check(LinkState::Blocked, LinkState::Up, "the publish link has been blocked for 0 s");
        check(LinkState::Up, LinkState::Down, "the consume link has been down for 0 s");
        check(
            LinkState::Closed,
            LinkState::Down,
            "the publish link has been closed for 0 s, the consume link has been down for 0 s",
        );
    }
}
