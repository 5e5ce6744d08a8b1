//! Writes the `OpenAPI` document into a file: `cargo run -p stats-http --example openapi -- FOLDER`.

use std::{env, fs, io};

fn main() -> io::Result<()> {
    let folder = env::args_os().nth(1).ok_or_else(|| io::Error::other("a folder is missing"))?;
    let mut text = serde_json::to_string_pretty(&stats_http::openapi())?;
    text.push('\n');
    fs::write(std::path::Path::new(&folder).join("openapi.json"), text)
}
