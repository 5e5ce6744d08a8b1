//! What the callers were told, and what is true.

#![expect(clippy::print_stdout, reason = "figures, and what to start from when a test has failed")]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::time::{Duration, Instant};

use workout_events::EventId;
use workout_publisher::Outcome;

use super::callers::Call;
use super::fault::Fault;

/// How long publishing may take to resume once the broker is back.
pub(super) const BACK: Duration = Duration::from_secs(5);

/// How much later than its deadline a call may end.
const LATE: Duration = Duration::from_secs(1);

/// How long after the fault something may still go through.
const LAST_GASP: Duration = Duration::from_secs(1);

pub(super) struct Account {
    pub(super) fault: Fault,
    pub(super) seed: u64,
    /// When the fault began to be made, and when it was.
    pub(super) striking: Instant,
    pub(super) struck: Instant,
    /// When it began to be mended, and when the broker was of use to others again.
    pub(super) mending: Instant,
    pub(super) back: Instant,
    pub(super) calls: Vec<Call>,
    /// What the publisher had not finished when it was closed.
    pub(super) left: Vec<EventId>,
    /// How often each id was in the queue.
    pub(super) queued: BTreeMap<String, usize>,
}

impl Account {
    /// Every rule is looked at, whatever becomes of the others.
    #[track_caller]
    pub(super) fn judge(&self) {
        println!("{self}");
        let mut broken = Vec::new();
        let mut never = |rule: &str, breaks: &dyn Fn(&Call) -> bool| {
            let breaking: Vec<_> = self.calls.iter().filter(|call| breaks(call)).collect();
            if let Some(first) = breaking.first() {
                broken.push(format!("{} calls, such as that {}: {rule}", breaking.len(), self.tell(first)));
            }
        };
        never("it hangs", &|call| call.became.is_none());
        never("it ended later than its deadline", &|call| call.late() > LATE);
        never("it was confirmed, and is not in the queue", &|call| {
            call.was(Outcome::Confirmed) && !self.has(call) && !self.went_with_the_queue(call)
        });
        never("it was certainly not published, and is in the queue", &|call| {
            matches!(call.became, Some(Err(_))) && self.has(call)
        });
        never("it was returned, and is in the queue", &|call| call.was(Outcome::Returned) && self.has(call));
        never("it was returned, although there was always a queue for it", &|call| {
            call.was(Outcome::Returned) && self.fault.leaves_the_route()
        });
        never("it went through while the fault lasted, which shows nothing then", &|call| {
            call.was(Outcome::Confirmed) && call.begun > self.struck + LAST_GASP && call.ended < self.mending
        });
        never(
            "an error for good, of what is about to be mended",
            &|call| matches!(&call.became, Some(Err(error)) if error.is_closed() || error.is_too_large()),
        );
        match self.resumed() {
            Some(resumed) if resumed < BACK => {}
            resumed => broken.push(format!("publishing resumed after {resumed:?} for the last of the callers")),
        }
        if self.calls.iter().map(|call| call.id).collect::<BTreeSet<_>>().len() != self.calls.len() {
            broken.push("an event was published by two calls, so the account shows nothing".to_owned());
        }
        let withdrawn = |call: &Call| matches!(&call.became, Some(Err(error)) if error.is_withdrawn());
        if self.fault.holds_events_back() && !self.calls.iter().any(withdrawn) {
            broken.push("no event was withdrawn, so the account shows nothing of it".to_owned());
        }
        if !self.left.is_empty() {
            broken.push(format!("{} events are left although their calls have ended", self.left.len()));
        }
        assert!(broken.is_empty(), "{self}\n{}", broken.join("\n"));
    }

    fn has(&self, call: &Call) -> bool {
        self.queued.contains_key(&call.id.to_string())
    }

    /// What a queue has confirmed is gone with it.
    fn went_with_the_queue(&self, call: &Call) -> bool {
        self.fault == Fault::QueueDeleted && call.begun < self.struck
    }

    /// How long it took after the broker was back until each caller had an event confirmed.
    fn resumed(&self) -> Option<Duration> {
        let mut first = BTreeMap::new();
        for call in &self.calls {
            let first = first.entry(call.caller).or_insert(None);
            if call.was(Outcome::Confirmed) && call.ended > self.back {
                *first = Some(first.map_or(call.ended, |first: Instant| first.min(call.ended)));
            }
        }
        let last = first.into_values().collect::<Option<Vec<_>>>()?.into_iter().max()?;
        Some(last.duration_since(self.back))
    }

    fn tell(&self, call: &Call) -> String {
        let since = |moment: Instant| {
            if moment < self.striking {
                format!("{:.3?} before the fault", self.striking.duration_since(moment))
            } else {
                format!("{:.3?} into the fault", moment.duration_since(self.striking))
            }
        };
        let Call { id, limit, became, .. } = call;
        format!("of {id} from {} until {}, limit {limit:?}: {became:?}", since(call.begun), since(call.ended))
    }
}

impl fmt::Display for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut kinds = BTreeMap::new();
        for call in &self.calls {
            let kind = match &call.became {
                Some(Ok(outcome)) => format!("{outcome:?}"),
                Some(Err(error)) => error.to_string(),
                None => "hangs".to_owned(),
            };
            *kinds.entry(kind).or_insert(0_usize) += 1;
        }
        let late = self.calls.iter().map(Call::late).max().unwrap_or_default();
        let copies: usize = self.queued.values().map(|times| times - 1).sum();
        write!(f, "{:?}, seed {:#x}: {} calls", self.fault, self.seed, self.calls.len())?;
        for (kind, times) in kinds {
            write!(f, ", {times} × {kind}")?;
        }
        write!(f, "; at most {late:.3?} after the deadline; {} in the queue and {copies} copies", self.queued.len())?;
        let [made, lasted, mended] = [
            self.struck.duration_since(self.striking),
            self.mending.duration_since(self.struck),
            self.back.duration_since(self.mending),
        ];
        write!(
            f,
            "; made in {made:.1?}, lasted {lasted:.1?}, mended in {mended:.1?}, resumed {:.3?} after",
            self.resumed()
        )
    }
}
