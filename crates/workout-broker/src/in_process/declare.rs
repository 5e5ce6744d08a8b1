//! What exists on the server. The exchanges of the contract always do, and are never another.

use crate::error::BrokerError;
use crate::in_process::queue::QueueState;
use crate::in_process::routing;
use crate::in_process::state::State;
use crate::topology::{EXCHANGE_BINDING, Found, LANDING, Part};

impl State {
    pub(super) fn declare(&mut self, parts: &[Part]) -> Result<(), BrokerError> {
        self.pass_time();
        for part in parts {
            match self.look_at(part) {
                Found::Differs(reason) => return Err(BrokerError::different(reason).about(part)),
                Found::Missing => self.make(part).map_err(|error| error.about(part))?,
                Found::Same | Found::Unseen(_) => self.use_again(part),
            }
        }
        Ok(())
    }

    fn use_again(&mut self, part: &Part) {
        if let Part::Queue(spec) = part
            && let Some(queue) = self.queues.get_mut(&spec.name)
        {
            queue.is_used();
        }
    }

    pub(super) fn look(&mut self, parts: &[Part]) -> Vec<Found> {
        self.pass_time();
        parts.iter().map(|part| self.look_at(part)).collect()
    }

    fn look_at(&self, part: &Part) -> Found {
        let there = |there: bool| if there { Found::Same } else { Found::Missing };
        match part {
            Part::Exchange { name, kind } => match routing::kind(name) {
                Ok(found) if found == *kind => Found::Same,
                Ok(found) => Found::Differs(format!("its type is {}, and should be {}", found.as_str(), kind.as_str())),
                Err(_) => Found::Missing,
            },
            Part::ExchangeBinding { source, destination, pattern } => {
                there((&**source, &**destination, &**pattern) == EXCHANGE_BINDING)
            }
            Part::Queue(spec) => match self.queues.get(&spec.name).map(|queue| &queue.spec) {
                Some(found) if found == spec => Found::Same,
                Some(found) => Found::Differs(format!("it is the {}", Part::Queue(found.clone()))),
                None => Found::Missing,
            },
            Part::Binding { queue, binding } => {
                there(self.queues.get(queue).is_some_and(|queue| queue.bindings.contains(binding)))
            }
            Part::Alternate { to, .. } => there(self.landing.as_ref() == Some(to)),
        }
    }

    fn make(&mut self, part: &Part) -> Result<(), BrokerError> {
        match part {
            Part::Queue(spec) => {
                self.queues.insert(spec.name.clone(), QueueState::new(spec.clone()));
                self.move_on_to(&spec.name);
            }
            Part::Binding { queue, binding } => {
                routing::kind(&binding.exchange)?;
                let queue = self.queues.get_mut(queue).ok_or_else(BrokerError::not_found)?;
                queue.bindings.insert(binding.clone());
            }
            Part::Alternate { to, .. } if to == LANDING => self.landing = Some(to.clone()),
            Part::Exchange { .. } | Part::ExchangeBinding { .. } | Part::Alternate { .. } => {
                return Err(BrokerError::refused(
                    "the broker inside the process has the exchanges of the contract only",
                ));
            }
        }
        Ok(())
    }
}
