//! Identities: one newtype for each kind of thing, so that a user is never mistaken for a workout.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use uuid::Uuid;

use crate::contract::Check;
use crate::contract::Contract;
use crate::contract::shape::{Format, Shape};
use crate::value::time::formatted;
use crate::violation::Code;

/// The namespace of ids that this crate derives, and the root of those for foreign ids.
///
/// It is itself the version 5 UUID of the URL `urn:workout-events` in the URL namespace of RFC 9562, so that any
/// language can compute it: in Python, `uuid.uuid5(uuid.NAMESPACE_URL, "urn:workout-events")`.
pub const NAMESPACE: Uuid = Uuid::from_u128(0x166ba403_001d_5bcd_85d5_59dafe79b5ac);

/// The shape of every id.
pub(crate) const UUID: &Shape = &Shape::Formatted(&Format {
    name: "UUID",
    pattern: r"^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$",
    format: Some("uuid"),
    max_chars: None,
    excludes: Some("00000000-0000-0000-0000-000000000000"),
    beyond_pattern: None,
    sample: "6f4a1c1e-8c55-4b8e-9d0a-3f8f5f2f7a10",
    check: |text| parse(text).map(|_| ()).map_err(IdError::code),
});

/// Why a text is not an id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{}", .0.describe())]
pub struct IdError(Code);

impl IdError {
    /// The stable code of the broken rule.
    #[must_use]
    pub fn code(self) -> Code {
        self.0
    }
}

/// Reads the hyphenated form in either case, and no other form.
fn parse(text: &str) -> Result<Uuid, IdError> {
    if text.len() != 36 {
        return Err(IdError(Code::InvalidUuid));
    }
    let uuid = Uuid::try_parse(text).map_err(|_| IdError(Code::InvalidUuid))?;
    if uuid.is_nil() { Err(IdError(Code::NilUuid)) } else { Ok(uuid) }
}

/// Derives an id from the id of another system; see [`UserId::from_foreign`].
fn foreign(kind: &str, system: &str, id: &str) -> Uuid {
    // The length keeps ("a", "b:c") and ("a:b", "c") apart.
    Uuid::new_v5(&NAMESPACE, format!("{kind}:{}:{system}:{id}", system.len()).as_bytes())
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident $kind:literal)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(Uuid);

        impl $name {
            /// Wraps a UUID.
            ///
            /// # Errors
            /// When the UUID is nil.
            pub fn new(uuid: Uuid) -> Result<Self, IdError> {
                if uuid.is_nil() { Err(IdError(Code::NilUuid)) } else { Ok(Self(uuid)) }
            }

            /// A fresh id: a version 7 UUID, which sorts by the time it was made.
            #[must_use]
            pub fn generate() -> Self {
                Self(Uuid::now_v7())
            }

            /// The id that stands for `id` of another `system`, which names its things in its own way.
            ///
            /// The same pair gives the same id on every machine: the version 5 UUID in [`NAMESPACE`] of the text
            #[doc = concat!("`", $kind, ":{length of system in bytes}:{system}:{id}`.")]
            #[must_use]
            pub fn from_foreign(system: &str, id: &str) -> Self {
                Self(foreign($kind, system, id))
            }

            /// The UUID.
            #[must_use]
            pub fn as_uuid(&self) -> &Uuid {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.as_hyphenated().fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, IdError> {
                parse(text).map(Self)
            }
        }

        impl From<$name> for Uuid {
            fn from(id: $name) -> Uuid {
                id.0
            }
        }

        formatted!($name, UUID, "a UUID in its hyphenated form", |text| parse(text).map($name));
    )*};
}

ids! {
    /// The identity of an event: two messages with one id are one event.
    EventId "event"
    /// Something of a kind that this crate has no name for; for the fields of other families.
    EntityId "entity"
    /// A person.
    UserId "user"
    /// A workout, across all its revisions.
    WorkoutId "workout"
    /// A live session that may become a workout.
    SessionId "session"
    /// A goal that a user has set.
    GoalId "goal"
    /// A workout of the day.
    WodId "wod"
    /// A request for a workout of the day.
    WodRequestId "wod-request"
    /// A session that several people train in together.
    GroupSessionId "group-session"
    /// A record in the ledger of records.
    RecordId "record"
    /// A notification to a user.
    NotificationId "notification"
    /// One run of an import.
    ImportId "import"
}

impl EventId {
    /// The id that follows from the parts of a fact, for facts that must be one event whoever says them: the version
    /// 5 UUID in [`NAMESPACE`] of the type and the parts, joined by `:`.
    #[must_use]
    pub fn derived(event_type: &str, parts: &[&dyn fmt::Display]) -> Self {
        use fmt::Write;
        let mut name = event_type.to_owned();
        for part in parts {
            // Writing to a String does not fail.
            let _ = write!(name, ":{part}");
        }
        Self(Uuid::new_v5(&NAMESPACE, name.as_bytes()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_namespace_can_be_computed_by_anyone() {
        assert_eq!(NAMESPACE, Uuid::new_v5(&Uuid::NAMESPACE_URL, b"urn:workout-events"));
    }

    #[test]
    fn only_the_hyphenated_form_is_read_and_case_is_folded() {
        let id: UserId = "6F4A1C1E-8C55-4B8E-9D0A-3F8F5F2F7A10".parse().expect("upper case is read");
        assert_eq!(id.to_string(), "6f4a1c1e-8c55-4b8e-9d0a-3f8f5f2f7a10");
        for text in [
            "",
            "6f4a1c1e8c554b8e9d0a3f8f5f2f7a10",
            "{6f4a1c1e-8c55-4b8e-9d0a-3f8f5f2f7a10}",
            "6f4a1c1e-8c55-4b8e-9d0a-3f8f5f2f7a1g",
        ] {
            assert_eq!(text.parse::<UserId>(), Err(IdError(Code::InvalidUuid)), "{text}");
        }
        assert_eq!(Uuid::nil().to_string().parse::<UserId>(), Err(IdError(Code::NilUuid)));
    }

    #[test]
    fn foreign_ids_are_stable_and_do_not_run_into_each_other() {
        assert_eq!(UserId::from_foreign("hevy", "42").to_string(), "6a7f6f1a-1514-5196-b23d-3b785b8cd827");
        assert_ne!(UserId::from_foreign("a", "b:c"), UserId::from_foreign("a:b", "c"));
        assert_ne!(UserId::from_foreign("hevy", "42").as_uuid(), WorkoutId::from_foreign("hevy", "42").as_uuid());
    }
}
