//! The shape of a contract as plain, constant data.
//!
//! A [`Shape`] is written once, by the [`contract`](crate::contract) and [`event`](crate::event) attributes, and
//! read by everything that needs to know what a message looks like: the scanner that counts unknown fields, the
//! diagnosis that names every violation, the JSON Schemas, the AsyncAPI document and the generators of test data. They
//! cannot disagree, because there is nothing else to read.

pub use crate::contract::text::Lines;
use crate::violation::Code;

/// What a JSON value must look like.
#[derive(Debug)]
#[non_exhaustive]
pub enum Shape {
    /// Anything at all: the data of a type that the reader does not know.
    Any,
    /// `true` or `false`.
    Boolean,
    /// An integer, written without fraction or exponent.
    Integer {
        /// The smallest allowed.
        min: i64,
        /// The largest allowed.
        max: i64,
    },
    /// Free text, measured in Unicode code points as JSON Schema does.
    Text {
        /// The fewest characters allowed.
        min: usize,
        /// The most characters allowed.
        max: usize,
        /// Whether line breaks and tabs may occur.
        lines: Lines,
    },
    /// Text of a fixed grammar.
    Formatted(&'static Format),
    /// Exactly this text.
    Constant(&'static str),
    /// Exactly this integer.
    Version(u32),
    /// One of these texts.
    Choice(&'static [&'static str]),
    /// A list of values of one shape.
    List {
        /// The fewest items allowed.
        min: usize,
        /// The most items allowed.
        max: usize,
        /// The shape of each item.
        of: &'static Shape,
    },
    /// An object with named fields. Unknown fields are accepted and counted.
    Object(&'static Object),
}

/// An object: its name, its fields, and the rules between them.
#[derive(Debug)]
pub struct Object {
    /// The name of the type, as in the code.
    pub name: &'static str,
    /// What it stands for.
    pub doc: &'static str,
    /// The known fields, at most 64.
    pub fields: &'static [Field],
    /// Where this is not empty, at least one of these optional fields must be present.
    pub any_of: &'static [&'static str],
    /// The rules between fields, in words. JSON Schema cannot express them.
    pub rules: &'static [&'static str],
}

/// One field of an [`Object`].
#[derive(Debug)]
pub struct Field {
    /// The name on the wire, and in the code.
    pub name: &'static str,
    /// What it means.
    pub doc: &'static str,
    /// Whether a message without it is refused.
    pub required: bool,
    /// A value that fits together with the examples of the other fields, where the sample of the shape would not.
    pub example: Option<&'static str>,
    /// What its value must look like.
    pub shape: &'static Shape,
}

/// Text of a fixed grammar: how to check it, and how to tell others.
#[derive(Debug)]
pub struct Format {
    /// A short name for people.
    pub name: &'static str,
    /// A regular expression that every accepted text matches, in the dialect that ECMA-262, Python and Rust share.
    pub pattern: &'static str,
    /// The JSON Schema `format`, where there is one.
    pub format: Option<&'static str>,
    /// The most characters, where the pattern does not limit them.
    pub max_chars: Option<usize>,
    /// A text that matches the pattern and is refused all the same.
    pub excludes: Option<&'static str>,
    /// What the pattern cannot say, in words.
    pub beyond_pattern: Option<&'static str>,
    /// A text that is accepted.
    pub sample: &'static str,
    /// Says which rule a text breaks, if any.
    pub check: fn(&str) -> Result<(), Code>,
}

impl Object {
    /// The object in the field `data`, if this is a message.
    pub(crate) fn data(&self) -> Option<&'static Self> {
        match self.fields.iter().find(|field| field.name == "data")?.shape {
            Shape::Object(object) => Some(object),
            _ => None,
        }
    }

    /// The field of this name. Looks at `expected` first: fields mostly arrive in the order in which they are declared.
    pub(crate) fn find(&self, name: &str, expected: usize) -> Option<usize> {
        if self.fields.get(expected).is_some_and(|field| field.name == name) {
            return Some(expected);
        }
        self.fields.iter().position(|field| field.name == name)
    }
}
