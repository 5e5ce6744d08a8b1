use std::cell::Cell;
use std::future;
use std::panic::AssertUnwindSafe;
use std::time::Duration;

use support::wait;

#[tokio::test]
async fn a_condition_that_comes_true_ends_the_wait() {
    let looks = Cell::new(0);
    wait::until("the fifth look", Duration::from_secs(10), || {
        looks.set(looks.get() + 1);
        future::ready(looks.get() == 5)
    })
    .await;
    assert_eq!(looks.get(), 5);
}

#[tokio::test]
async fn a_value_that_is_there_needs_no_wait() {
    assert_eq!(wait::value("a value", Duration::ZERO, || future::ready(Some(7))).await, 7);
}

#[test]
fn a_condition_that_stays_false_panics_with_the_reason_and_the_place() {
    let message = panic_of(|| future::ready(false));
    assert!(message.contains("the impossible") && message.contains("wait.rs"), "{message}");
}

#[test]
fn a_condition_that_hangs_is_cut_off() {
    let message = panic_of(future::pending);
    assert!(message.contains("the impossible"), "{message}");
}

fn panic_of<Fut: Future<Output = bool>>(condition: impl Fn() -> Fut) -> String {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let wait = || runtime.block_on(wait::until("the impossible", Duration::from_millis(30), &condition));
    let panic = std::panic::catch_unwind(AssertUnwindSafe(wait)).unwrap_err();
    panic.downcast_ref::<String>().unwrap().clone()
}
