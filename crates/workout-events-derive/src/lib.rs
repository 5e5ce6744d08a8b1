#![doc = include_str!("../README.md")]

mod attributes;
mod choice;
mod field;
mod record;

use proc_macro::TokenStream;
use syn::{Data, DeriveInput, Error, parse_macro_input};

use crate::attributes::Arguments;

/// Makes a struct the data of an event: `#[event(type = "stage.accepted", version = 1, subject = stage_id)]`.
///
/// Everything that `#[contract]` does, and `EventType`. The arguments:
///
/// | argument | meaning |
/// |---|---|
/// | `type = "..."` | the name on the wire; required |
/// | `version = 1` | the version of the data; required |
/// | `subject = field` | the field that names the entity; required |
/// | `exchange = "..."` | the exchange, where it is not `workout.events` |
/// | `id = method` | a method `fn(&self) -> EventId` that derives the id from the data |
/// | `previous = Type` | the version before this one; needs `From<Type>` |
/// | `any_of(a, b)`, `rules("...")`, `no_new` | as for `#[contract]` |
#[proc_macro_attribute]
pub fn event(arguments: TokenStream, item: TokenStream) -> TokenStream {
    expand(arguments, item, true)
}

/// Makes a struct with named fields, or an enum without data, part of a contract.
///
/// The type gets `Debug`, `Clone`, `PartialEq`, `Eq`, its JSON form, `Contract`, and for a struct also `new` with the
/// required fields and a setter for each optional one. It is `#[non_exhaustive]`: optional fields may come later.
///
/// Fields are required unless they are an `Option` or a `Vec` that may be empty. Their bounds stand in `#[field(...)]`:
///
/// | argument | for | meaning |
/// |---|---|---|
/// | `range = 0..=100` | integers | the allowed values |
/// | `chars = 1..=200` | texts | the allowed number of characters; required |
/// | `lines` | texts | line breaks and tabs are allowed |
/// | `format = PATH` | texts | a `Format` instead of `chars` |
/// | `items = 0..=50` | lists | the allowed number of items; required |
/// | `example = "..."` | texts | a value for the samples in schemas and documents |
/// | `private` | all | `Debug` does not show the value |
/// | `default = EXPR` | required fields | what `new` puts there; the field gets a setter instead |
///
/// Arguments of the attribute itself: `any_of(a, b)` says that one of these optional fields must be present;
/// `rules("sentence", ...)` calls the method `fn rules(&self, check: &mut Check<'_>)` and documents what it checks;
/// `no_new` leaves `new` to be written by hand.
#[proc_macro_attribute]
pub fn contract(arguments: TokenStream, item: TokenStream) -> TokenStream {
    expand(arguments, item, false)
}

fn expand(arguments: TokenStream, item: TokenStream, is_event: bool) -> TokenStream {
    let input = parse_macro_input!(item as DeriveInput);
    let expanded = Arguments::parse(arguments.into(), is_event).and_then(|arguments| match &input.data {
        Data::Struct(data) => record::expand(&input, data, &arguments),
        Data::Enum(data) if !is_event => choice::expand(&input, data),
        Data::Enum(_) | Data::Union(_) => {
            Err(Error::new_spanned(&input.ident, "the data of an event is a struct with named fields"))
        }
    });
    expanded.unwrap_or_else(|error| error.to_compile_error()).into()
}
