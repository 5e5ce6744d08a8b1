//! The first page, as somebody follows it.

use std::fs;
use std::path::Path;

use serde_json::Value;
use support::service;

const HERE: &str = "http://127.0.0.1:8080";

#[tokio::test(flavor = "multi_thread")]
async fn what_the_first_page_has_people_send_is_answered_as_it_says() {
    let page = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/start.md")).unwrap();
    let between = |from: &str, to: &str| {
        let begin = page.find(from).unwrap() + from.len();
        &page[begin..begin + page[begin..].find(to).unwrap()]
    };
    let performed: Value = serde_json::from_str(between("-d '", "'")).unwrap();
    let perform = between(&format!("curl -X POST {HERE}"), " ");
    let ask = between(&format!("curl {HERE}"), "\n");

    let mut stats = service::example("stats_service").start().await;
    for effect in ["applied", "duplicate"] {
        let answer = stats.post(perform, &performed).await.unwrap();
        assert!((200..300).contains(&answer.status) && answer.json()["effect"] == effect, "{answer:?}");
        assert!(page.contains(&format!("`{effect}`")), "{answer:?}");
        assert_eq!(stats.get(ask).await.unwrap().text.trim(), between("```json\n", "\n"));
    }
    let mut wrong = performed.clone();
    wrong["ended_at"] = "yesterday".into();
    let answer = stats.post(perform, &wrong).await.unwrap();
    assert_eq!(answer.status, 422, "{answer:?}");
    assert!(answer.text.contains("ended_at") && answer.text.contains("invalid_time"), "{answer:?}");
    stats.stop().await;
}
