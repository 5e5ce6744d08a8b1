//! A file on its way.

use std::sync::Arc;

use axum::body::Body;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use stats_store::{Answer, Days, StatsReader, StoreError, Tries, WorkoutFilter};
use workout_events::UserId;
use workout_events::types::user::Units;
use workout_import::{DistanceUnit, WeightUnit, WorkoutWriter, preferences_line};

use super::encoder::{Encoder, SOURCE, Unwritable};
use super::format::Format;
use super::pages::{Next, PAGE, Pages};
use super::sender::{Taker, send};
use crate::statistics::Sums;

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
    pub(crate) async fn begin(
        self,
        reader: Arc<dyn StatsReader>,
        taker: Taker,
    ) -> Result<Answer<Download>, StoreError> {
        let filter = WorkoutFilter::new(PAGE).days(self.days);
        let mut tries = Tries::new();
        let (lifetime, sums, first) = loop {
            tries.again()?;
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
        let (as_of, next) = (lifetime.as_of, Next::Head(head, first));
        let pages = Pages { reader, user: self.user, filter, encoder, as_of, next };
        Ok(Answer::new(as_of, Download { format: self.format, body: send(pages, taker) }))
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
