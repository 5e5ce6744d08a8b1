//! Whatever is asked, the answer is no defect.

use std::fmt::Write;
use std::net::SocketAddr;

use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::Request;
use proptest::prelude::{any, prop, proptest};
use proptest::test_runner::Config;
use stats_http::Api;
use stats_store::StatsStore;
use tokio::runtime;
use tower::ServiceExt;

const NAMES: [&str; 8] = ["from", "to", "cursor", "limit", "period", "activity", "min_position", "with_from"];

const PLACES: [&str; 7] = ["totals", "series", "workouts", "compare", "exercises/{}/trend", "workouts/{}", "goals/{}"];

fn encoded(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "%{byte:02X}");
        text
    })
}

proptest! {
    #![proptest_config(Config { cases: 300, failure_persistence: None, ..Config::default() })]

    #[test]
    fn bytes_text_and_lengths_of_any_kind_are_no_defect(
        user in prop::collection::vec(any::<u8>(), 0..40),
        with_user in any::<bool>(),
        place in 0..PLACES.len(),
        text in "\\PC{0,40}",
        pairs in prop::collection::vec((0..NAMES.len(), prop::collection::vec(any::<u8>(), 0..60)), 0..5),
        times in 1_usize..200,
    ) {
        let user = if with_user { "6f4a1c1e-8c55-4b8e-9d0a-3f8f5f2f7a10".to_owned() } else { encoded(&user) };
        let place = PLACES[place].replace("{}", &encoded(text.as_bytes()));
        let query: Vec<_> = pairs.iter().map(|(name, value)| format!("{}={}", NAMES[*name], encoded(value))).collect();
        let query = query.join("&").repeat(times);
        let path = format!("/v1/users/{user}/{place}?{query}");
        if let Ok(mut request) = Request::get(&path).header("host", "localhost").body(Body::empty()) {
            request.extensions_mut().insert(ConnectInfo(SocketAddr::from(([127, 0, 0, 1], 1))));
            let store = StatsStore::memory();
            let router = Api::new(store.reader()).writer(store.writer()).router();
            let runtime = runtime::Builder::new_current_thread().enable_all().build().unwrap();
            let status = runtime.block_on(router.oneshot(request)).unwrap().status();
            assert!(status.as_u16() < 500, "{path}: {status}");
        }
    }
}
