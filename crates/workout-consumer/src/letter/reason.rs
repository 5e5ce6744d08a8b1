//! Why a message is dead.

use std::fmt;
use std::str::FromStr;

/// Declares [`Reason`]: the variant, its stable name and the sentence that documents it, once.
macro_rules! reasons {
    ($($variant:ident $name:literal $doc:literal)*) => {
        /// Why a message went to the dead letters.
        ///
        /// The names are part of the format of dead letters: programs match on them, so a released one keeps its meaning.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Reason {
            $(#[doc = $doc] $variant,)*
        }

        impl Reason {
            /// Every reason, those of the broker last.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The stable name, in `snake_case`.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }
        }
    };
}

reasons! {
    Rejected "rejected" "Its handler said that trying again would not help, or another reader of the queue rejected it."
    Exhausted "exhausted" "It failed as often, or for as long, as is allowed."
    Crashed "crashed" "The process ended too often while it was handled."
    Quarantined "quarantined" "It breaks the contract: no version of this reader will accept it."
    Parked "parked" "Its type or version is not known here: a newer reader may accept it."
    DeliveryLimit "delivery_limit" "The broker moved it: it came back to its queue too often without having been settled."
    Expired "expired" "The broker moved it: it waited for too long."
    MaxLength "maxlen" "The broker moved it: the queue was full."
    Unknown "unknown" "Nothing says why: a stranger put it there, or its headers cannot be read."
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The text names no [`Reason`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("there is no such reason; there are {}", list())]
pub struct UnknownReason;

fn list() -> String {
    Reason::ALL.iter().map(|reason| reason.as_str()).collect::<Vec<_>>().join(", ")
}

impl FromStr for Reason {
    type Err = UnknownReason;

    fn from_str(name: &str) -> Result<Self, UnknownReason> {
        Self::ALL.iter().copied().find(|reason| reason.as_str() == name).ok_or(UnknownReason)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reason_is_read_as_it_is_written() {
        for reason in Reason::ALL {
            assert_eq!(reason.to_string().parse(), Ok(*reason));
        }
        assert_eq!("Rejected".parse::<Reason>(), Err(UnknownReason));
        assert!(UnknownReason.to_string().ends_with("delivery_limit, expired, maxlen, unknown"), "{UnknownReason}");
    }
}
