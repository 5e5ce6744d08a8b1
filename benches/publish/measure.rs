//! What is measured of a run, and how it is told.

/// A way to publish.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    /// The client library, as fast as it goes.
    Limit,
    /// The client library, as people use it.
    Loop,
    /// The client library, with so many callers on one channel who await each confirm.
    Tasks(usize),
    /// Our publisher, with so many callers who await each outcome.
    Ours(usize),
    /// Our publisher, given all events as a stream.
    OursAll,
}

impl Way {
    /// What the command line calls it.
    pub(crate) fn name(self) -> String {
        match self {
            Self::Limit => "limit".to_owned(),
            Self::Loop => "loop".to_owned(),
            Self::Tasks(tasks) => format!("lapin-{tasks}"),
            Self::Ours(tasks) => format!("ours-{tasks}"),
            Self::OursAll => "ours-all".to_owned(),
        }
    }

    /// How much slower than others it is by nature: so many times fewer events are enough to measure it.
    pub(crate) const fn slowness(self) -> usize {
        match self {
            Self::Tasks(1) | Self::Ours(1) => 10,
            Self::Tasks(8) | Self::Ours(8) => 2,
            _ => 1,
        }
    }

    fn what(self) -> String {
        match self {
            Self::Limit => "lapin, 64 polled together, window 1000".to_owned(),
            Self::Loop => "lapin, publish-await loop, window 1000 (what people write)".to_owned(),
            Self::Tasks(1) => "lapin, 1 task awaiting each confirm".to_owned(),
            Self::Tasks(tasks) => format!("lapin, {tasks} tasks awaiting each confirm"),
            Self::Ours(1) => "workout-publisher, 1 task awaiting each outcome".to_owned(),
            Self::Ours(tasks) => format!("workout-publisher, {tasks} tasks awaiting each outcome"),
            Self::OursAll => "workout-publisher, publish_all".to_owned(),
        }
    }
}

/// One run of one way.
pub(crate) type Run = workout_benches::Run<Way>;

/// Prints the medians and their ratios to the limit.
pub(crate) fn report(ways: &[Way], runs: &[Run]) {
    let limit = Run::medians(runs, Way::Limit);
    println!("{:10} {:58} {:>9} {:>6} {:>11} {:>6}", "way", "", "events/s", "ratio", "CPU s/100k", "ratio");
    for way in ways {
        let (rate, cpu) = Run::medians(runs, *way);
        let ratios = (rate / limit.0, cpu / limit.1);
        let (name, what) = (way.name(), way.what());
        println!("{name:10} {what:58} {rate:>9.0} {:>6.2} {cpu:>11.2} {:>6.2}", ratios.0, ratios.1);
    }
}
