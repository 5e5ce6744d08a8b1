//! What a broker has of what is to exist.

use std::fmt;

use crate::topology::Part;

/// What a broker has of a topology. Made by [`Broker::plan`](crate::Broker::plan), which changes nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Plan {
    /// Each part, in the order in which they have to be made.
    pub steps: Vec<Step>,
}

/// One part, and what there is of it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Step {
    /// What is to exist.
    pub part: Part,
    /// What does.
    pub found: Found,
}

/// What there is of a part.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Found {
    /// It is not there.
    Missing,
    /// It is there, as it should be.
    Same,
    /// It is there and is another, for this reason. Nobody but an operator can mend that.
    Differs(String),
    /// The broker cannot be asked, for this reason.
    Unseen(&'static str),
}

impl Plan {
    /// From what was found of each part. A binding of what is not there is not there either.
    pub(crate) fn new(parts: Vec<Part>, found: Vec<Found>) -> Self {
        let missing: Vec<String> = parts.iter().zip(&found).filter_map(|(part, found)| missing(part, found)).collect();
        let step = |(part, found): (Part, Found)| {
            let gone = ends(&part).iter().any(|end| missing.iter().any(|name| name == end));
            Step { found: if gone { Found::Missing } else { found }, part }
        };
        Self { steps: parts.into_iter().zip(found).map(step).collect() }
    }

    /// Whether all that can be seen is as it should be.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.steps.iter().all(|step| matches!(step.found, Found::Same | Found::Unseen(_)))
    }

    /// Whether it can be applied: nothing is there that is another.
    #[must_use]
    pub fn is_possible(&self) -> bool {
        !self.steps.iter().any(|step| matches!(step.found, Found::Differs(_)))
    }
}

/// The kind tells an exchange from a queue of the same name.
fn missing(part: &Part, found: &Found) -> Option<String> {
    match part {
        Part::Exchange { name, .. } if *found == Found::Missing => Some(format!("exchange {name}")),
        Part::Queue(queue) if *found == Found::Missing => Some(format!("queue {}", queue.name)),
        _ => None,
    }
}

fn ends(part: &Part) -> Vec<String> {
    match part {
        Part::ExchangeBinding { source, destination, .. } => {
            vec![format!("exchange {source}"), format!("exchange {destination}")]
        }
        Part::Binding { queue, binding } => vec![format!("exchange {}", binding.exchange), format!("queue {queue}")],
        Part::Alternate { .. } | Part::Exchange { .. } | Part::Queue(_) => Vec::new(),
    }
}

/// One line for each part.
impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut separator = "";
        for step in &self.steps {
            write!(f, "{separator}{step}")?;
            separator = "\n";
        }
        Ok(())
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { part, found } = self;
        match found {
            Found::Missing => write!(f, "missing  {part}"),
            Found::Same => write!(f, "there    {part}"),
            Found::Differs(reason) => write!(f, "differs  {part}: {reason}"),
            Found::Unseen(reason) => write!(f, "unseen   {part}: {reason}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::topology::{Queue, Topology};

    #[test]
    fn a_binding_of_what_is_missing_is_missing() {
        let parts = Topology::new().queue(Queue::new("mine").bind("workout.events", "#")).parts();
        let found = |gone: &str| {
            let found = |part: &Part| match part {
                Part::Exchange { name, .. } if name == gone => Found::Missing,
                Part::Queue(queue) if queue.name == gone => Found::Missing,
                Part::Exchange { .. } | Part::Queue(_) => Found::Same,
                _ => Found::Unseen("AMQP"),
            };
            let found = parts.iter().map(found).collect();
            Plan::new(parts.clone(), found)
        };
        let missing = |plan: &Plan| plan.steps.iter().filter(|step| step.found == Found::Missing).count();
        assert_eq!([missing(&found("")), missing(&found("mine"))], [0, 2]);
        // It, the binding to the other exchange, and that of the queue.
        assert_eq!(missing(&found("workout.events")), 3);
        assert!(found("").is_complete() && !found("mine").is_complete() && found("mine").is_possible());
    }
}
