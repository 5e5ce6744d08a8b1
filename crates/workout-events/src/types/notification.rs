//! Messages to people: requested, delivered, or failed.

use super::SLUG;
use crate::{Moment, NotificationId, UserId, contract, event};

/// A person is to be told something.
#[event(type = "notification.requested", version = 1, subject = notification_id)]
pub struct NotificationRequested {
    /// The notification.
    pub notification_id: NotificationId,
    /// Who is to be told.
    pub user_id: UserId,
    /// The way to reach the person.
    pub channel: NotificationChannel,
    /// What it is about, as a name that programs can compare.
    #[field(format = SLUG)]
    pub topic: String,
    /// What it says in one line. Never logged.
    #[field(chars = 1..=200, private)]
    pub title: String,
    /// What it says in full. Never logged.
    #[field(chars = 1..=4_000, lines, private)]
    pub body: Option<String>,
    /// After this moment nobody needs it any more.
    pub expires_at: Option<Moment>,
}

/// A person was told.
#[event(type = "notification.delivered", version = 1, subject = notification_id)]
pub struct NotificationDelivered {
    /// The notification.
    pub notification_id: NotificationId,
    /// Who was told.
    pub user_id: UserId,
    /// The way it took.
    pub channel: NotificationChannel,
    /// When.
    pub delivered_at: Moment,
}

/// A person could not be told.
#[event(type = "notification.failed", version = 1, subject = notification_id)]
pub struct NotificationFailed {
    /// The notification.
    pub notification_id: NotificationId,
    /// Who was to be told.
    pub user_id: UserId,
    /// The way that failed.
    pub channel: NotificationChannel,
    /// Why, as a name that programs can compare.
    #[field(format = SLUG)]
    pub reason: String,
    /// Whether it will not be tried again.
    pub is_final: bool,
}

/// A way to reach a person.
#[contract]
pub enum NotificationChannel {
    /// Inside the app.
    InApp,
    /// A push message to a device.
    Push,
    /// An e-mail.
    Email,
    /// A text message.
    Sms,
    /// A request to an address that the person named.
    Webhook,
}
