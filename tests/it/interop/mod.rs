//! Proof with clients that nobody here wrote: what Python and Node.js packages make of our schemas and events.
//!
//! The packages stand with their versions in [`clients`]; the scripts beside this file are what a stranger would write
//! with them on the first day.

mod clients;
mod documents;

mod agreement;
mod corpus;
mod judges;

mod cloudevents;

mod scripts;

mod javascript;
mod services;
