//! Names that no other test, process or run uses.

use std::process;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

/// A name of lower-case letters, digits and `_`, so that it needs no quoting in SQL, in a URL or in a path.
///
/// The process id and the counter tell concurrent tests apart, the time tells runs apart that share a server.
pub(crate) fn name() -> String {
    static COUNTER: AtomicU32 = AtomicU32::new(0);
    let count = COUNTER.fetch_add(1, Ordering::Relaxed);
    let millis = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis());
    format!("test_{millis:x}_{pid:x}_{count:x}", pid = process::id())
}
