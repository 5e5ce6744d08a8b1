//! Who we are to the broker, and who listens.

use crate::doctor::code::Code;
use crate::doctor::place::Place;
use crate::doctor::report::Thing;

/// The user whom every RabbitMQ is installed with, and his password.
const GUEST: &str = "guest";

const OWN_USER: &str = "Give the services a user of their own, `rabbitmqctl add_user NAME` and `set_permissions`; `rabbitmqctl \
                        delete_user guest` when nobody needs it.";

/// From the URL of the broker, and the tags of its user where they are known.
pub(in crate::doctor) fn user(place: &Place, has_password_file: bool, tags: Option<&[String]>) -> Thing {
    let name = place.user.as_deref().unwrap_or(GUEST);
    let mut thing = Thing::new("user", name);
    let default = name == GUEST && !has_password_file && place.password.as_deref().unwrap_or(GUEST) == GUEST;
    if default && !place.is_this_machine() {
        thing.find(
            Code::GuestRemote,
            "Everybody who reaches the broker knows this user and the password, and can empty every queue.",
            OWN_USER,
        );
    } else if default {
        thing.find(
            Code::Guest,
            "It is the user that every RabbitMQ is installed with: fit for one's own machine only.",
            OWN_USER,
        );
    } else {
        thing.pass("a user of its own");
    }
    if tags.is_some_and(|tags| tags.iter().any(|tag| tag == "administrator")) {
        thing.find(
            Code::Administrator,
            "The services work as an administrator: a mistake in one of them can delete the queues of all.",
            "Give them a user of their own without tags: `rabbitmqctl add_user NAME`, `rabbitmqctl set_permissions`.",
        );
    } else if tags.is_some() {
        thing.pass("no administrator");
    }
    if place.scheme == "amqp" && !place.is_this_machine() {
        thing.find(
            Code::Plaintext,
            "Password and events cross the network in the clear: whoever listens can read and write them.",
            "Set up TLS in RabbitMQ (https://www.rabbitmq.com/docs/ssl) and write amqps:// in the URL.",
        );
    } else {
        thing.pass("nothing in the clear");
    }
    thing
}
