//! What all services share, in the order in which it happens.

mod program;

mod config_file;
mod setting;
mod settings;

mod redact;

mod logs;
mod shutdown;

mod problem;

pub mod perform;

pub use logs::exporter;
pub use problem::Problem;
pub use program::{Failure, Program, tell_url};
pub use setting::{AMQP_PLAINTEXT, AMQP_URL, Setting};
pub use settings::{Settings, WrongSetting};
pub use shutdown::Shutdown;
