//! Who is asking, and whose statistics they may see.

mod identity;

mod authenticator;
mod jwt;
mod loopback;

mod grants;
mod guard;
mod sender;

pub use authenticator::{Authenticator, Refused};
pub use grants::{Grants, NoGrants};
pub(crate) use guard::guard;
pub use identity::Identity;
pub use jwt::{Jwt, KeyError};
pub(crate) use loopback::is_at_home;
pub use loopback::{Loopback, loopback_only};
pub(crate) use sender::Sender;
