use std::fmt;

/// The clause of the contract that a change violates.
///
/// The codes of [`as_str`](Self::as_str) are stable: scripts and dashboards may match on them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Rule {
    /// A field that the released schema describes is described no more.
    RemovedField,
    /// A field that old messages may leave out has become required.
    NewlyRequiredField,
    /// A field that old readers rely on may now be left out.
    NoLongerRequiredField,
    /// A bound excludes values that old messages may carry.
    NarrowedBound,
    /// A bound admits values that old readers refuse.
    WidenedBound,
    /// The set of JSON types of a value differs.
    ChangedType,
    /// A value that old messages may carry has left the enumeration.
    RemovedEnumValue,
    /// A value that old readers refuse has joined the enumeration.
    AddedEnumValue,
    /// A constant has another value, has appeared or has vanished.
    ChangedConst,
    /// The regular expression of a string differs, has appeared or has vanished.
    ChangedPattern,
    /// The format of a string differs, has appeared or has vanished.
    ChangedFormat,
    /// The schema of an array's items has appeared or has vanished.
    ChangedItems,
    /// Unknown fields that were accepted are refused or restricted.
    TightenedAdditionalProperties,
    /// A keyword that the gate cannot reason about has appeared or differs.
    AddedConstraint,
    /// A keyword that the gate cannot reason about has vanished.
    RemovedConstraint,
    /// A released schema has no counterpart any more.
    RemovedSchema,
}

impl Rule {
    /// The stable code, in `snake_case`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::RemovedField => "removed_field",
            Self::NewlyRequiredField => "newly_required_field",
            Self::NoLongerRequiredField => "no_longer_required_field",
            Self::NarrowedBound => "narrowed_bound",
            Self::WidenedBound => "widened_bound",
            Self::ChangedType => "changed_type",
            Self::RemovedEnumValue => "removed_enum_value",
            Self::AddedEnumValue => "added_enum_value",
            Self::ChangedConst => "changed_const",
            Self::ChangedPattern => "changed_pattern",
            Self::ChangedFormat => "changed_format",
            Self::ChangedItems => "changed_items",
            Self::TightenedAdditionalProperties => "tightened_additional_properties",
            Self::AddedConstraint => "added_constraint",
            Self::RemovedConstraint => "removed_constraint",
            Self::RemovedSchema => "removed_schema",
        }
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
