//! Parameters of path and query, read strictly: what is unknown, repeated or misspelt is refused and named.

use std::borrow::Cow;
use std::cell::Cell;
use std::fmt;

use percent_encoding::percent_decode_str;
use serde::de::value::StrDeserializer;
use serde::de::{self, DeserializeOwned, DeserializeSeed, Deserializer, IntoDeserializer, MapAccess, Visitor};
use serde::forward_to_deserialize_any;

use crate::problem::{Code, Problem};

/// The pairs of a query, decoded.
pub(crate) fn split_query(query: &str) -> Result<Vec<(String, String)>, Problem> {
    let pieces = query.split('&').filter(|piece| !piece.is_empty());
    pieces
        .map(|piece| {
            let (name, value) = piece.split_once('=').unwrap_or((piece, ""));
            let name = decode(name).ok_or(Code::UnknownParameter)?;
            let value = decode(value).ok_or_else(|| Problem::parameter(Code::InvalidParameter, name.as_str()))?;
            Ok((name, value))
        })
        .collect()
}

fn decode(text: &str) -> Option<String> {
    let text = if text.contains('+') { Cow::Owned(text.replace('+', " ")) } else { Cow::Borrowed(text) };
    percent_decode_str(&text).decode_utf8().ok().map(Cow::into_owned)
}

/// Reads pairs as the fields of a struct.
pub(crate) fn read_pairs<T: DeserializeOwned>(pairs: &[(String, String)]) -> Result<T, Problem> {
    let at = Cell::new("");
    T::deserialize(Pairs { pairs, at: &at }).map_err(|refused| match refused {
        Refused::Missing(name) => Problem::parameter(Code::MissingParameter, name),
        Refused::Repeated(name) => Problem::parameter(Code::RepeatedParameter, name),
        // Its name is whatever the client made up, so it is not repeated.
        Refused::Unknown => Code::UnknownParameter.into(),
        Refused::Invalid => Problem::parameter(Code::InvalidParameter, at.get()),
    })
}

/// Why pairs are not the fields of a struct.
#[derive(Debug)]
enum Refused {
    Missing(&'static str),
    Repeated(&'static str),
    Unknown,
    Invalid,
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the parameters are not those of the operation")
    }
}

impl std::error::Error for Refused {}

impl de::Error for Refused {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self::Invalid
    }

    fn missing_field(field: &'static str) -> Self {
        Self::Missing(field)
    }

    fn duplicate_field(field: &'static str) -> Self {
        Self::Repeated(field)
    }

    fn unknown_field(_: &str, _: &'static [&'static str]) -> Self {
        Self::Unknown
    }
}

struct Pairs<'p> {
    pairs: &'p [(String, String)],
    /// Which one is being read.
    at: &'p Cell<&'p str>,
}

impl<'de> Deserializer<'de> for Pairs<'_> {
    type Error = Refused;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refused> {
        visitor.visit_map(self)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 u8 u16 u32 u64 f32 f64 char str string bytes byte_buf option unit unit_struct newtype_struct seq
        tuple tuple_struct map struct enum identifier ignored_any
    }
}

impl<'de> MapAccess<'de> for Pairs<'_> {
    type Error = Refused;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Refused> {
        let Some((name, _)) = self.pairs.first() else { return Ok(None) };
        self.at.set(name);
        let name: StrDeserializer<'_, Refused> = name.as_str().into_deserializer();
        seed.deserialize(name).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Refused> {
        let Some(((_, value), rest)) = self.pairs.split_first() else { return Err(Refused::Invalid) };
        self.pairs = rest;
        seed.deserialize(Value(value))
    }
}

/// Text, or what it spells.
struct Value<'p>(&'p str);

macro_rules! spelt {
    ($($deserialize:ident $visit:ident)*) => {$(
        fn $deserialize<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refused> {
            visitor.$visit(self.0.parse().map_err(|_| Refused::Invalid)?)
        }
    )*};
}

impl<'de> Deserializer<'de> for Value<'_> {
    type Error = Refused;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refused> {
        visitor.visit_str(self.0)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refused> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Refused> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Refused> {
        let text: StrDeserializer<'_, Refused> = self.0.into_deserializer();
        text.deserialize_enum(name, variants, visitor)
    }

    spelt! {
        deserialize_bool visit_bool deserialize_i64 visit_i64 deserialize_u16 visit_u16 deserialize_u32 visit_u32
        deserialize_u64 visit_u64
    }

    forward_to_deserialize_any! {
        i8 i16 i32 u8 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple tuple_struct map struct identifier
        ignored_any
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize, PartialEq)]
    #[serde(deny_unknown_fields)]
    struct Wanted {
        from: String,
        limit: Option<u16>,
    }

    #[track_caller]
    fn check(query: &str, want: Result<(&str, Option<u16>), Code>) {
        let got = split_query(query).and_then(|pairs| read_pairs::<Wanted>(&pairs));
        let want = want.map(|(from, limit)| Wanted { from: from.to_owned(), limit });
        assert_eq!(got.map_err(|problem| problem.code()), want, "{query}");
    }

    #[test]
    fn a_query_is_read_as_it_is_meant_or_refused() {
        check("from=a&limit=3", Ok(("a", Some(3))));
        check("&&from=a%20b+c&", Ok(("a b c", None)));
        check("from=%F0%9F%8F%8B", Ok(("🏋", None)));
        check("from", Ok(("", None)));
        check("", Err(Code::MissingParameter));
        check("from=a&from=b", Err(Code::RepeatedParameter));
        check("from=a&form=b", Err(Code::UnknownParameter));
        check("from=a&limit=-1", Err(Code::InvalidParameter));
        check("from=a&limit=1000000000", Err(Code::InvalidParameter));
        check("from=a&limit=", Err(Code::InvalidParameter));
        check("from=%ff", Err(Code::InvalidParameter));
        check("%ff=a", Err(Code::UnknownParameter));
        check("from=%zz", Ok(("%zz", None)));
    }
}
