//! Headers as they came: what is not as it should be is absent.

use workout_broker::Delivery;
use workout_events::Moment;
use workout_events::amqp::HeaderValue;
use workout_events::jiff::Timestamp;

/// The longest name that AMQP can say, in bytes.
const MAX_NAME: usize = 255;

/// Where headers are looked up, which anybody may have written.
pub(super) trait Headers {
    fn get(&self, name: &str) -> Option<HeaderValue>;

    fn text(&self, name: &str) -> Option<String> {
        match self.get(name)? {
            HeaderValue::Text(text) => Some(text),
            _ => None,
        }
    }

    /// A name in AMQP.
    fn name(&self, name: &str) -> Option<String> {
        self.text(name).filter(|text| text.len() <= MAX_NAME)
    }

    /// A number that counts something, brought within its bounds.
    fn count(&self, name: &str, most: u32) -> u32 {
        match self.get(name) {
            Some(HeaderValue::Integer(count)) => u32::try_from(count.clamp(0, most.into())).unwrap_or_default(),
            _ => 0,
        }
    }

    fn time(&self, name: &str) -> Option<Timestamp> {
        Moment::parse(&self.text(name)?).ok().map(Moment::timestamp)
    }
}

impl Headers for Delivery {
    fn get(&self, name: &str) -> Option<HeaderValue> {
        self.header(name)
    }
}
