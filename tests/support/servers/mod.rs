//! Where the servers come from, and how they end.
//!
//! A need is met by the first of these that applies, so that a developer's own server wins and nothing is installed
//! that is not needed:
//!
//! 1. the environment already names a server: it is used, and left alone;
//! 2. a Docker engine answers and has an image (none is ever pulled): a container;
//! 3. the server's programs are on this machine: a private instance on free ports in a temporary folder;
//! 4. this is Debian or a relative and we are root: its packages are installed, then as above;
//! 5. otherwise one line says what to install.

mod docker;
pub(crate) mod family;
mod local;
mod orphans;
pub(crate) mod postgres;
pub(crate) mod process;
pub(crate) mod programs;
mod provide;
pub(crate) mod rabbitmq;

pub use orphans::{adopt_orphans, end_orphans};
pub use provide::{Need, Servers, provide};
