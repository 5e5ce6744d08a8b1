//! What all services share, in the order in which it happens.

mod program;

mod config_file;
mod setting;
mod settings;

mod redact;

mod logs;
mod shutdown;

pub mod database;
mod topology;

mod problem;

pub mod names;
pub mod perform;

pub mod health;

pub use logs::{exporter, with_causes};
pub use problem::Problem;
pub use program::{Failure, Program, tell_url};
pub use setting::{AMQP_PLAINTEXT, AMQP_URL, Setting};
pub use settings::{Settings, WrongSetting};
pub use shutdown::Shutdown;
pub use topology::prepare;
