//! What can be asked of the service, as data.
//!
//! An [`Operation`] is written once: method, path, input, output and handler. The router and the `OpenAPI` document are both
//! made of the list of them, and the types of input and output are those of the handler, so neither can disagree with
//! what happens.

mod input;
mod values;

mod owner;
mod person;
mod position;

mod reply;

mod answers;
mod change;
mod definition;
mod file;
mod stream;
mod written;

pub(crate) use answers::Answers;
pub(crate) use change::change;
pub(crate) use definition::{Access, Nothing, Operation, Output, about, bare, open};
pub(crate) use file::file;
pub(crate) use input::{read_pairs, split_query};
pub(crate) use owner::Owner;
pub(crate) use person::{Person, today};
pub(crate) use position::Positions;
pub(crate) use reply::{AsOf, Reply};
pub(crate) use stream::stream;
pub(crate) use values::{Date, Line, PageSize, Slug, Span};
pub(crate) use written::read_body;
