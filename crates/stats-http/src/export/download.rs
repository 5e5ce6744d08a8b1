//! A file on its way.

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use stats_store::{Answer, Days, StatsReader, StoreError, WholeWorkout, WorkoutFilter};
use tokio::time::timeout;
use tracing::error;
use workout_events::UserId;
use workout_events::types::user::Units;
use workout_import::{DistanceUnit, WeightUnit, WorkoutWriter, preferences_line};

use super::encoder::{Encoder, SOURCE, Unwritable};
use super::format::Format;
use crate::statistics::Sums;

/// Whole workouts are long, so few of them are in memory.
const PAGE: u16 = 200;

/// How long the store may take for a page.
const PAGE_WITHIN: Duration = Duration::from_secs(30);

/// Which file.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Order {
    pub(crate) user: UserId,
    pub(crate) days: Days,
    pub(crate) format: Format,
    /// Of loads and distances, in the forms of other apps. Nothing means: those that the person reads.
    pub(crate) units: Option<Units>,
}

/// A file that is made while it is sent.
#[derive(Debug)]
pub(crate) struct Download {
    format: Format,
    body: Body,
}

impl Order {
    /// Begins the file. What fails later than this cuts it off, so that nobody takes a part of it for the whole.
    pub(crate) async fn begin(self, reader: Arc<dyn StatsReader>) -> Result<Answer<Download>, StoreError> {
        let filter = WorkoutFilter::new(PAGE).days(self.days);
        let (lifetime, sums, first) = loop {
            let lifetime = reader.lifetime(self.user).await?;
            let sums = reader.total(self.user, self.days, None).await?;
            let first = reader.whole_workouts(self.user, &filter).await?;
            if lifetime.as_of == sums.as_of && sums.as_of == first.as_of {
                break (lifetime, sums.value, first.value);
            }
        };
        let units = self.units.or(lifetime.value.preferences.units).unwrap_or(Units::Metric);
        let person = preferences_line(SOURCE, self.user, &lifetime).map_err(StoreError::other)?;
        let mut encoder = encoder(self.format, units).map_err(StoreError::other)?;
        let head = encoder.begin(lifetime.as_of, &Sums::from(sums), person).map_err(StoreError::other)?;
        let pages = Pages { reader, user: self.user, filter, encoder, next: Next::Head(head, first) };
        let body = Body::from_stream(stream::try_unfold(pages, Pages::next));
        Ok(Answer::new(lifetime.as_of, Download { format: self.format, body }))
    }
}

impl IntoResponse for Download {
    fn into_response(self) -> Response {
        let name = HeaderValue::try_from(format!("attachment; filename=\"{}\"", self.format.file_name()));
        let headers = [
            (header::CONTENT_TYPE, HeaderValue::from_static(self.format.media_type())),
            (header::CONTENT_DISPOSITION, name.unwrap_or(HeaderValue::from_static("attachment"))),
            (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        ];
        (headers, self.body).into_response()
    }
}

fn encoder(format: Format, units: Units) -> Result<Encoder, Unwritable> {
    let units = match units {
        Units::Imperial => workout_import::Units { weight: WeightUnit::Lb, distance: DistanceUnit::Mi },
        _ => workout_import::Units::default(),
    };
    let app = |format: workout_import::Format| -> Result<WorkoutWriter<Vec<u8>>, Unwritable> {
        Ok(format.writer(Vec::new(), units)?)
    };
    Ok(match format {
        Format::Csv => Encoder::Table,
        Format::Json => Encoder::Json { is_first: true },
        Format::Jsonl => Encoder::Events,
        Format::Hevy => Encoder::App(Box::new(app(workout_import::Format::Hevy)?)),
        Format::Strong => Encoder::App(Box::new(app(workout_import::Format::Strong)?)),
    })
}

/// What is still to be sent.
struct Pages {
    reader: Arc<dyn StatsReader>,
    user: UserId,
    filter: WorkoutFilter,
    encoder: Encoder,
    next: Next,
}

enum Next {
    /// What stands before the workouts, and the first of them.
    Head(Vec<u8>, Vec<WholeWorkout>),
    Page,
    Nothing,
}

impl Pages {
    async fn next(mut self) -> Result<Option<(Bytes, Self)>, Failed> {
        let (mut text, page) = match std::mem::replace(&mut self.next, Next::Page) {
            Next::Nothing => return Ok(None),
            Next::Head(head, first) => (head, first),
            Next::Page => {
                let page = timeout(PAGE_WITHIN, self.reader.whole_workouts(self.user, &self.filter));
                (Vec::new(), page.await.map_err(Failed::because)?.map_err(Failed::because)?.value)
            }
        };
        match page.last().filter(|_| page.len() == usize::from(PAGE)) {
            Some(last) => self.filter = self.filter.after(&last.brief),
            None => self.next = Next::Nothing,
        }
        text.extend(self.encoder.page(page).map_err(Failed::because)?);
        if matches!(self.next, Next::Nothing) {
            text.extend(self.encoder.end());
        }
        Ok(Some((text.into(), self)))
    }
}

/// The file ends before its end. The client sees that it does, and the log has the reason.
#[derive(Debug, thiserror::Error)]
#[error("the rest of the file cannot be made")]
struct Failed;

impl Failed {
    fn because(cause: impl Error + 'static) -> Self {
        error!(error = &cause as &dyn Error, "an export was cut off");
        Self
    }
}
