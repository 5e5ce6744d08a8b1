//! What is measured of a run, and how it is told.

/// Events of a batch, which one acknowledgement settles.
pub(crate) const BATCH: usize = 500;

/// What a reader of batches may have out.
pub(crate) const BATCH_PREFETCH: u16 = 1_000;

/// A way to consume.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    /// The client library, which acknowledges many with one word.
    LapinBatch { decodes: bool },
    /// Our broker, without a consumer on it.
    BrokerBatch,
    /// Our consumer, with a handler of batches that does nothing.
    OursBatch,
    /// The client library, which acknowledges each.
    LapinEach { prefetch: u16, decodes: bool },
    /// Our consumer, with a handler of single events that does nothing.
    Ours { prefetch: u16, handlers: usize },
}

impl Way {
    /// All of them, in the order of the table.
    pub(crate) const ALL: [Self; 12] = [
        Self::LapinBatch { decodes: false },
        Self::LapinBatch { decodes: true },
        Self::BrokerBatch,
        Self::OursBatch,
        Self::LapinEach { prefetch: 100, decodes: false },
        Self::LapinEach { prefetch: 100, decodes: true },
        Self::Ours { prefetch: 100, handlers: 1 },
        Self::Ours { prefetch: 100, handlers: 16 },
        Self::LapinEach { prefetch: 1_000, decodes: false },
        Self::LapinEach { prefetch: 1_000, decodes: true },
        Self::Ours { prefetch: 1_000, handlers: 1 },
        Self::Ours { prefetch: 1_000, handlers: 16 },
    ];

    /// What the command line calls it.
    pub(crate) fn name(self) -> String {
        let decoding = |decodes| if decodes { "-decode" } else { "" };
        match self {
            Self::LapinBatch { decodes } => format!("lapin-batch{}", decoding(decodes)),
            Self::BrokerBatch => "broker-batch".to_owned(),
            Self::OursBatch => "ours-batch".to_owned(),
            Self::LapinEach { prefetch, decodes } => format!("lapin-{prefetch}{}", decoding(decodes)),
            Self::Ours { prefetch, handlers } => format!("ours-{prefetch}-{handlers}"),
        }
    }

    fn what(self) -> String {
        let decoding = |decodes| if decodes { ", Event::decode" } else { "" };
        match self {
            Self::LapinBatch { decodes } => format!("lapin, one ack for {BATCH}{}", decoding(decodes)),
            Self::BrokerBatch => format!("workout-broker, one ack for {BATCH}"),
            Self::OursBatch => format!("Batches::of({BATCH})"),
            Self::LapinEach { prefetch, decodes } => {
                format!("lapin, an ack each, prefetch {prefetch}{}", decoding(decodes))
            }
            Self::Ours { prefetch, handlers: 1 } => format!("Consumer::on, prefetch {prefetch}"),
            Self::Ours { prefetch, handlers } => format!("Consumer::on, prefetch {prefetch}, {handlers} at once"),
        }
    }

    /// The client library alone, which does the same.
    fn limit(self, decodes: bool) -> Self {
        match self {
            Self::LapinBatch { .. } | Self::BrokerBatch | Self::OursBatch => Self::LapinBatch { decodes },
            Self::LapinEach { prefetch, .. } | Self::Ours { prefetch, .. } => Self::LapinEach { prefetch, decodes },
        }
    }
}

/// One run of one way.
pub(crate) type Run = workout_benches::Run<Way>;

/// Prints the medians, and their ratios to the client library without and with the decoding.
pub(crate) fn report(ways: &[Way], runs: &[Run]) {
    let of = |way: Way| Run::medians(runs, way);
    let columns = ("events/s", "of lapin", "of fair", "CPU s/100k", "of fair");
    println!(
        "{:18} {:46} {:>9} {:>8} {:>8} {:>11} {:>8}",
        "way", "", columns.0, columns.1, columns.2, columns.3, columns.4
    );
    for way in ways {
        let (rate, cpu) = of(*way);
        let (raw, fair) = (of(way.limit(false)), of(way.limit(true)));
        let (name, what) = (way.name(), way.what());
        println!(
            "{name:18} {what:46} {rate:>9.0} {:>8.2} {:>8.2} {cpu:>11.2} {:>8.2}",
            rate / raw.0,
            rate / fair.0,
            cpu / fair.1
        );
    }
}
