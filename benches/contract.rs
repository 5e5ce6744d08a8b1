//! Encoding and strict decoding, beside plain `serde_json` on the same structs.
//!
//! `cargo bench --bench contract` prints criterion's figures and, last, the ratios of a paired measurement.
#![expect(clippy::print_stdout, reason = "a bench prints what it measured")]

use std::borrow::Cow;
use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group};
use serde::{Deserialize, Serialize};
use workout_benches::ratio;
use workout_events::jiff::{SignedDuration, Zoned};
use workout_events::{
    ActivityType, Event, EventId, Exercise, Moment, Set, SetKind, Source, UserId, WorkoutId, WorkoutPerformed,
};

/// What people write by hand: the same fields, no checks.
#[derive(Serialize, Deserialize)]
struct Plain<'m> {
    #[serde(borrow)]
    specversion: Cow<'m, str>,
    id: EventId,
    source: String,
    #[serde(borrow)]
    r#type: Cow<'m, str>,
    time: Moment,
    subject: String,
    #[serde(borrow)]
    datacontenttype: Cow<'m, str>,
    #[serde(borrow)]
    dataschema: Cow<'m, str>,
    dataversion: u32,
    data: WorkoutPerformed,
}

fn performed() -> WorkoutPerformed {
    let started: Zoned = "2026-03-28T17:29:00[Europe/Berlin]".parse().expect("a time");
    let ended = started.checked_add(SignedDuration::from_mins(61)).expect("a time");
    let source = Source::new("coach").external_id("w-20260328-1729");
    WorkoutPerformed::new(WorkoutId::generate(), UserId::generate(), source, ActivityType::Running, &started, &ended)
        .energy_kcal(612)
        .distance_m(10_210)
}

/// About 0.7 kB.
fn small() -> Event<WorkoutPerformed> {
    Event::new("/coach", performed()).expect("valid")
}

/// About 50 kB: 100 exercises with 5 sets each.
fn large() -> Event<WorkoutPerformed> {
    let sets = (0..5).map(|index| Set::new(index, SetKind::Normal).reps(8).load_g(82_500).rest_s(120).rpe_x10(80));
    let exercises =
        (0..100).map(|n| Exercise::new(format!("exercise-{n}"), format!("Exercise {n}")).sets(sets.clone()));
    Event::new("/coach", performed().notes("Felt good.\nMore next time.").exercises(exercises)).expect("valid")
}

fn contract(c: &mut Criterion) {
    for (name, event) in [("small", small()), ("large", large())] {
        let bytes = event.encode();
        let plain: Plain<'_> = serde_json::from_slice(&bytes).expect("JSON");
        let mut group = c.benchmark_group(name);
        group.throughput(Throughput::Bytes(bytes.len() as u64));
        group.bench_function("encode", |b| b.iter(|| event.encode()));
        group.bench_function("encode, plain serde_json", |b| b.iter(|| serde_json::to_vec(&plain)));
        group.bench_function("build + validate + encode", |b| {
            b.iter(|| Event::new("/coach", event.data().clone()).map(|event| event.encode()));
        });
        group.bench_function("decode + validate", |b| b.iter(|| Event::<WorkoutPerformed>::decode(black_box(&bytes))));
        group.bench_function("decode, plain serde_json", |b| {
            b.iter(|| serde_json::from_slice::<Plain<'_>>(black_box(&bytes)));
        });
        group.finish();
    }
}

criterion_group!(benches, contract);

fn main() {
    benches();
    Criterion::default().configure_from_args().final_summary();
    for (name, event) in [("small", small()), ("large", large())] {
        let bytes = event.encode();
        let plain: Plain<'_> = serde_json::from_slice(&bytes).expect("JSON");
        println!("{name}: {} bytes", bytes.len());
        ratio(&format!("{name}/encode"), || event.encode(), || serde_json::to_vec(&plain));
        ratio(
            &format!("{name}/decode+validate"),
            || Event::<WorkoutPerformed>::decode(black_box(&bytes)),
            || serde_json::from_slice::<Plain<'_>>(black_box(&bytes)),
        );
        ratio(
            &format!("{name}/encode+validate+decode"),
            || {
                let event = Event::new("/coach", event.data().clone()).expect("valid");
                Event::<WorkoutPerformed>::decode(&event.encode())
            },
            || {
                let bytes = serde_json::to_vec(&plain_of(&plain)).expect("JSON");
                serde_json::from_slice::<Plain<'_>>(&bytes).map(|plain| plain.data)
            },
        );
    }
}

/// The envelope anew, as the other side builds it anew.
fn plain_of<'m>(plain: &Plain<'m>) -> Plain<'m> {
    Plain {
        specversion: plain.specversion.clone(),
        id: plain.id,
        source: plain.source.clone(),
        r#type: plain.r#type.clone(),
        time: plain.time,
        subject: plain.subject.clone(),
        datacontenttype: plain.datacontenttype.clone(),
        dataschema: plain.dataschema.clone(),
        dataversion: plain.dataversion,
        data: plain.data.clone(),
    }
}
