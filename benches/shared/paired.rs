//! Two calls in turns.

use std::hint::black_box;
use std::time::{Duration, Instant};

use crate::median;

/// Rounds of a paired measurement; each round runs both sides.
const ROUNDS: usize = 61;

/// How long one side runs within a round.
const SLICE: Duration = Duration::from_millis(8);

/// Runs `ours` and `limit` in turns and prints how many times as fast `ours` is: 1.00 is the same speed.
#[expect(clippy::print_stdout, reason = "a bench prints what it measured")]
pub fn ratio<A, B>(name: &str, mut ours: impl FnMut() -> A, mut limit: impl FnMut() -> B) -> f64 {
    let (mut our_times, mut limit_times, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    for round in 0..ROUNDS {
        // Whoever goes first finds the caches of the other: take turns in that as well.
        let (our, their) = if round % 2 == 0 {
            let our = time(&mut ours);
            (our, time(&mut limit))
        } else {
            let their = time(&mut limit);
            (time(&mut ours), their)
        };
        our_times.push(our);
        limit_times.push(their);
        ratios.push(their / our);
    }
    let (our, their, ratio) = (median(our_times), median(limit_times), median(ratios));
    println!("RATIO {name:32} {ratio:.2}   (ours {:.2} us, limit {:.2} us)", our * 1e6, their * 1e6);
    ratio
}

/// Seconds for one call.
fn time<T>(call: &mut impl FnMut() -> T) -> f64 {
    let start = Instant::now();
    let mut calls = 0_u32;
    loop {
        black_box(call());
        calls += 1;
        let elapsed = start.elapsed();
        if elapsed >= SLICE {
            return elapsed.as_secs_f64() / f64::from(calls);
        }
    }
}
