//! Headers as they came: what is not as it should be is absent.

use std::borrow::Cow;

use workout_events::Moment;
use workout_events::amqp::{HeaderValue, Message};
use workout_events::jiff::Timestamp;

/// The longest name that AMQP can say, in bytes.
const MAX_NAME: usize = 255;

/// The headers of a message that anybody may have written.
#[derive(Clone, Copy)]
pub(super) struct Headers<'m>(&'m [(Cow<'static, str>, HeaderValue)]);

impl<'m> Headers<'m> {
    pub(super) fn of(message: &'m Message) -> Self {
        Self(&message.headers)
    }

    pub(super) fn text(self, name: &str) -> Option<&'m str> {
        match self.get(name)? {
            HeaderValue::Text(text) => Some(text),
            _ => None,
        }
    }

    /// A name in AMQP.
    pub(super) fn name(self, name: &str) -> Option<&'m str> {
        self.text(name).filter(|text| text.len() <= MAX_NAME)
    }

    /// A number that counts something, brought within its bounds.
    pub(super) fn count(self, name: &str, most: u32) -> u32 {
        match self.get(name) {
            Some(HeaderValue::Integer(count)) => u32::try_from((*count).clamp(0, most.into())).unwrap_or_default(),
            _ => 0,
        }
    }

    pub(super) fn time(self, name: &str) -> Option<Timestamp> {
        Moment::parse(self.text(name)?).ok().map(Moment::timestamp)
    }

    fn get(self, name: &str) -> Option<&'m HeaderValue> {
        self.0.iter().find(|(other, _)| other == name).map(|(_, value)| value)
    }
}
