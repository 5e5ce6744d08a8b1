//! Style, script and icon. Their names have the hash of what is in them, so that a browser may keep them for ever.

use std::sync::LazyLock;

use axum::extract::Path;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

/// A file that comes with the program.
#[derive(Debug)]
pub(crate) struct Asset {
    name: String,
    kind: &'static str,
    content: &'static str,
}

pub(super) static STYLE: LazyLock<Asset> =
    LazyLock::new(|| Asset::new("css", "text/css; charset=utf-8", include_str!("asset/style.css")));
pub(super) static SCRIPT: LazyLock<Asset> =
    LazyLock::new(|| Asset::new("js", "text/javascript; charset=utf-8", include_str!("asset/script.js")));
pub(super) static ICON: LazyLock<Asset> =
    LazyLock::new(|| Asset::new("svg", "image/svg+xml", include_str!("asset/icon.svg")));

impl Asset {
    fn new(extension: &str, kind: &'static str, content: &'static str) -> Self {
        Self { name: format!("{:016x}.{extension}", hash(content.as_bytes())), kind, content }
    }

    /// Its address.
    pub(super) fn link(&self, base: &str) -> String {
        format!("{base}/assets/{}", self.name)
    }
}

/// FNV-1a: it only has to differ when the content does.
fn hash(content: &[u8]) -> u64 {
    content.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}

pub(crate) async fn get(Path(name): Path<String>) -> Response {
    let Some(asset) = [&STYLE, &SCRIPT, &ICON].into_iter().find(|asset| asset.name == name) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let headers = [(header::CONTENT_TYPE, asset.kind), (header::CACHE_CONTROL, "public, max-age=31536000, immutable")];
    (headers, asset.content).into_response()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    /// The colours of a theme, by their names: relative luminances as WCAG defines them.
    fn theme(begin: &str) -> BTreeMap<&'static str, f64> {
        let rest = STYLE.content.split_once(begin).expect("the theme is there").1;
        let rules = rest.split_once('}').expect("it has an end").0;
        let colour = |line: &'static str| {
            let (name, value) = line.trim().strip_prefix("--")?.split_once(": #")?;
            let channel = |from: usize| {
                let value = f64::from(u8::from_str_radix(value.get(from..from + 2)?, 16).ok()?) / 255.0;
                Some(if value <= 0.040_45 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) })
            };
            Some((name, 0.2126 * channel(0)? + 0.7152 * channel(2)? + 0.0722 * channel(4)?))
        };
        rules.lines().filter_map(colour).collect()
    }

    #[test]
    fn both_themes_have_enough_contrast() {
        let light = theme(":root {");
        let dark = theme(":root:not([data-theme=\"light\"]) {");
        assert_eq!(dark, theme(":root[data-theme=\"dark\"] {"), "dark is dark, however it was chosen");
        for theme in [light, dark] {
            let contrast = |one: &str, two: &str| {
                let (one, two) = (theme[one] + 0.05, theme[two] + 0.05);
                one.max(two) / one.min(two)
            };
            for text in ["text", "quiet", "accent", "warm"] {
                for ground in ["page", "card"] {
                    assert!(contrast(text, ground) >= 4.5, "{text} on {ground}: {}", contrast(text, ground));
                }
            }
            // What is drawn, down to the lightest day of the year.
            for mark in ["accent", "open", "edge", "l1", "l2", "l3", "l4"] {
                assert!(contrast(mark, "card") >= 3.0, "{mark}: {}", contrast(mark, "card"));
            }
            // A little training is no rest.
            assert!(contrast("l0", "l1") >= 1.5);
        }
    }
}
