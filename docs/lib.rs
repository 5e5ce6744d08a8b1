//! The pages of the guide, so that `cargo test --doc` compiles and runs every snippet of Rust in them.
//!
//! Start reading at `README.md` in this folder. The tests beside this file see to it that every page is here and in the
//! contents, and that every link leads somewhere.
#![expect(clippy::doc_markdown, reason = "these are pages for people, in which a product is called by its name")]

macro_rules! pages {
    ($($name:ident $file:literal)*) => {
        $(#[doc = include_str!($file)] pub mod $name {})*
    };
}

pages! {
    readme "../README.md"
    contents "README.md"

    start "start.md"
    tour "tour.md"

    publishing "publishing.md"
    outbox "outbox.md"
    consuming "consuming.md"
    storing "storing.md"
    http "http.md"
    own_events "own-events.md"
    other_languages "other-languages.md"
    migrating "migrating.md"
    importing "importing.md"
    wod "wod.md"

    operations "operations.md"
    deploying "deploying.md"
    settings "settings.md"
    observability "observability.md"
    doctor "doctor.md"
    partitioning "partitioning.md"

    reliability "reliability.md"
    store_faults "store-faults.md"
    security "security.md"
    faq "faq.md"
}
