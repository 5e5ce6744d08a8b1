//! What stands in a page, as far as links are concerned.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// Of our own pages on the web, which are files here.
const OURS: [&str; 2] = [
    "https://raw.githubusercontent.com/workout-events/workout-events/main/",
    "https://github.com/workout-events/workout-events/blob/main/",
];

/// A page, without what stands in fences.
pub(crate) struct Page {
    pub(crate) path: PathBuf,
    text: String,
}

/// The root of the repository.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize().unwrap()
}

/// All pages of the repository, in the order of their paths.
pub(crate) fn pages() -> Vec<Page> {
    let mut paths = Vec::new();
    collect(&root(), &mut paths);
    paths.sort();
    paths.iter().map(|path| Page::read(path)).collect()
}

fn collect(folder: &Path, into: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy();
        if name.starts_with('.') || ["target", "node_modules"].contains(&&*name) {
            continue;
        }
        if path.is_dir() {
            collect(&path, into);
        } else if path.extension().is_some_and(|extension| extension == "md") {
            into.push(path);
        }
    }
}

impl Page {
    pub(crate) fn read(path: &Path) -> Self {
        Self::of(path, &fs::read_to_string(path).unwrap())
    }

    fn of(path: &Path, text: &str) -> Self {
        let mut is_code = false;
        let lines = text.lines().filter(|line| {
            let is_fence = line.trim_start().starts_with("```");
            is_code ^= is_fence;
            !is_code && !is_fence
        });
        Self { path: path.to_owned(), text: lines.collect::<Vec<_>>().join("\n") }
    }

    /// Where its links and pictures lead, as they are written.
    pub(crate) fn targets(&self) -> BTreeSet<&str> {
        let within = |open: &'static str, close: char| {
            self.text.split(open).skip(1).filter_map(move |rest| rest.split_once(close)).map(|(target, _)| target)
        };
        let links = within("](", ')').map(|target| target.split(' ').next().unwrap_or(target));
        let attributes = ["src=\"", "srcset=\"", "href=\""].into_iter().flat_map(|name| within(name, '"'));
        links.chain(attributes).collect()
    }

    /// The anchors that a forge makes of its headings.
    pub(crate) fn anchors(&self) -> BTreeSet<String> {
        let mut seen = BTreeMap::new();
        let headings = self.text.lines().filter(|line| line.starts_with('#'));
        headings
            .map(|heading| {
                let slug = slug(heading.trim_start_matches('#').trim());
                let before = seen.entry(slug.clone()).and_modify(|times| *times += 1).or_insert(0);
                if *before == 0 { slug } else { format!("{slug}-{before}") }
            })
            .collect()
    }

    /// The file and the anchor that a target means; nothing where it leads out of the repository.
    pub(crate) fn resolve<'t>(&self, target: &'t str) -> Option<(PathBuf, Option<&'t str>)> {
        let (file, anchor) = target.split_once('#').map_or((target, None), |(file, anchor)| (file, Some(anchor)));
        let path = if let Some(ours) = OURS.iter().find_map(|prefix| file.strip_prefix(prefix)) {
            root().join(ours)
        } else if file.contains("://") || file.starts_with("mailto:") {
            return None;
        } else if file.is_empty() {
            self.path.clone()
        } else {
            self.path.parent().unwrap().join(file)
        };
        Some((path, anchor))
    }
}

fn slug(heading: &str) -> String {
    // A link in a heading counts with its text.
    let heading = heading.split("](").enumerate().map(|(at, part)| match at {
        0 => part,
        _ => part.split_once(')').map_or(part, |(_, rest)| rest),
    });
    let letters = heading.flat_map(str::chars).flat_map(char::to_lowercase);
    letters
        .filter(|letter| letter.is_alphanumeric() || [' ', '-', '_'].contains(letter))
        .map(|letter| if letter == ' ' { '-' } else { letter })
        .collect()
}

#[test]
fn a_page_is_read_as_a_forge_shows_it() {
    let text = "# What is `here`, and why?\n## Twice\n## Twice\n## A [link](there.md)\n\
                [a](b.md#c \"title\") ![p](q.svg)\n<img src=\"r.png\">\n```sh\n# no heading\n[x](no.md)\n```\n[z](#twice)";
    let page = Page::of(Path::new("/docs/page.md"), text);
    let want = ["b.md#c", "q.svg", "r.png", "#twice", "there.md"];
    assert_eq!(page.targets(), want.into());
    let want = ["what-is-here-and-why", "twice", "twice-1", "a-link"].map(str::to_owned);
    assert_eq!(page.anchors(), want.into());
    assert_eq!(page.resolve("https://example.org/x.md"), None);
    assert_eq!(page.resolve("#twice"), Some(("/docs/page.md".into(), Some("twice"))));
    assert_eq!(page.resolve("../b.md"), Some(("/docs/../b.md".into(), None)));
}
