//! The delays between attempts, as settings write them.

use std::str::FromStr;
use std::time::Duration;

use workout_consumer::Retries;
use workout_events::jiff::SignedDuration;

/// How often "at once" is, after the first attempt.
const AT_ONCE: u32 = 2;

/// Delays as in `1s,5s,30s,5m`, each longer than the one before it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Ladder(Vec<Duration>);

impl Ladder {
    pub(crate) fn retries(self) -> Retries {
        Retries::none().at_once(AT_ONCE).ladder(self.0)
    }
}

impl FromStr for Ladder {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let delay = |text: &str| text.trim().parse::<SignedDuration>().ok().and_then(|delay| delay.try_into().ok());
        let delays: Option<Vec<Duration>> = text.split(',').map(delay).collect();
        let delays = delays.ok_or("delays are written as 500ms,1s,5m")?;
        let grow = delays.windows(2).all(|pair| pair[0] < pair[1]);
        if grow { Ok(Self(delays)) } else { Err("each delay has to be longer than the one before it") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delays_are_read_as_they_are_written_and_have_to_grow() {
        let want = [Duration::from_millis(500), Duration::from_secs(1), Duration::from_mins(5)];
        assert_eq!("500ms, 1s,5m".parse(), Ok(Ladder(want.to_vec())));
        for wrong in ["", "1", "-1s", "5s,1s", "1s,1s", "1s,"] {
            assert!(wrong.parse::<Ladder>().is_err(), "{wrong}");
        }
    }
}
