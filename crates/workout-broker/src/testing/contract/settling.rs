//! What becomes of a message that came out of a queue.

use workout_events::amqp::{HeaderValue, Message};

use super::FreshServer;
use super::kit::{ack, close, consume, declare, drain, message, next, nothing_comes, publish, take, window};
use crate::delivery::{Death, Delivery};
use crate::outcome::Outcome;
use crate::topology::{DELIVERY_LIMIT, Queue};

/// It counts how often it has come back, and goes to the dead letters as it was.
pub async fn a_message_that_is_put_back_comes_again_until_it_is_dead(server: &impl FreshServer) {
    let broker = server.connect().await;
    let queue = declare(&broker, "limit", &["wanted"]).await;
    let poison = message("wanted");
    let neighbour = message("wanted");
    assert_eq!(window(&broker, &[poison.clone(), neighbour.clone()]).await, [Outcome::Confirmed; 2]);

    let mut deliveries = consume(&broker, &queue, 1).await;
    for returns in 0..=DELIVERY_LIMIT {
        let delivery = next(&mut deliveries).await;
        assert_eq!((delivery.body(), delivery.redelivered()), (&poison.body[..], returns > 0));
        assert_eq!(delivery.returns(), returns);
        delivery.requeue().await.expect("the message is put back");
    }
    let delivery = next(&mut deliveries).await;
    assert_eq!((delivery.body(), delivery.returns()), (&neighbour.body[..], 0), "poison harms no neighbour");
    ack(delivery).await;
    nothing_comes(&mut deliveries).await;
    close(deliveries).await;
    is_dead(server, "limit", &poison, "delivery_limit").await;
}

/// And its neighbours go on.
pub async fn a_rejected_message_is_dead_at_once(server: &impl FreshServer) {
    let broker = server.connect().await;
    let queue = declare(&broker, "rejected", &["wanted"]).await;
    let (mut poison, neighbour) = (message("wanted"), message("wanted"));
    poison.body = b"not an event".to_vec();
    assert_eq!(window(&broker, &[poison.clone(), neighbour.clone()]).await, [Outcome::Confirmed; 2]);
    let mut deliveries = consume(&broker, &queue, 10).await;
    let mut out = take(&mut deliveries, 2).await;
    out.remove(0).reject().await.expect("the message is rejected");
    assert_eq!(out[0].body(), neighbour.body);
    ack(out.remove(0)).await;
    nothing_comes(&mut deliveries).await;
    close(deliveries).await;
    is_dead(server, "rejected", &poison, "rejected").await;
}

/// Dead letters are as they were published, and say where they died and of what.
async fn is_dead(server: &impl FreshServer, queue: &str, message: &Message, reason: &str) {
    let broker = server.connect().await;
    let dead = Queue::new(queue).dead_letter_name();
    let mut deliveries = consume(&broker, &dead, 10).await;
    let delivery = next(&mut deliveries).await;
    // How often it had come back is not asked: RabbitMQ 4 counts on.
    assert_eq!(delivery.body(), message.body);
    assert_eq!((delivery.exchange(), delivery.routing_key()), ("", dead.as_str()));
    let mut letter = delivery.message();
    letter.headers.sort_by(|one, other| one.0.cmp(&other.0));
    assert_eq!((&letter.properties, &letter.headers), (&message.properties, &message.headers));
    let text = |text: &str| Some(HeaderValue::Text(text.to_owned()));
    for (name, value) in &message.headers {
        assert_eq!(delivery.header(name).as_ref(), Some(value), "{name}");
    }
    assert_eq!(delivery.header("x-first-death-exchange"), text(&message.exchange));
    assert_eq!(delivery.header("x-first-death-queue"), text(queue));
    assert_eq!(delivery.header("x-first-death-reason"), text(reason));
    assert_eq!(delivery.death(), Some(Death::new(queue, reason)));
    // Nothing behind it would take what it gives up.
    delivery.reject().await.expect("the message is rejected");
    nothing_comes(&mut deliveries).await;
    close(deliveries).await;
}

/// What a broker adds on the way stays behind when the message is published again: it comes back as often as any other,
/// and dies of what it dies of then.
pub async fn a_dead_letter_that_is_published_again_begins_anew(server: &impl FreshServer) {
    let broker = server.connect().await;
    let queue = declare(&broker, "replayed", &["wanted"]).await;
    let poison = message("wanted");
    assert_eq!(window(&broker, std::slice::from_ref(&poison)).await, [Outcome::Confirmed]);
    let mut deliveries = consume(&broker, &queue, 1).await;
    next(&mut deliveries).await.requeue().await.expect("the message is put back");
    let again = next(&mut deliveries).await;
    assert_eq!((again.returns(), again.message().headers.len()), (1, poison.headers.len()));
    again.reject().await.expect("the message is rejected");

    let mut dead = consume(&broker, &Queue::new(&queue).dead_letter_name(), 1).await;
    let letter = next(&mut dead).await;
    let mut message = letter.message();
    (message.exchange, message.routing_key) = ("".into(), queue.clone().into());
    assert_eq!(window(&broker, std::slice::from_ref(&message)).await, [Outcome::Confirmed]);
    ack(letter).await;
    close(dead).await;
    for returns in 0..=DELIVERY_LIMIT {
        let delivery = next(&mut deliveries).await;
        assert_eq!((delivery.returns(), delivery.message().headers.len()), (returns, poison.headers.len()));
        assert_eq!(delivery.header("x-first-death-reason"), None);
        delivery.requeue().await.expect("the message is put back");
    }
    close(deliveries).await;
    is_dead(server, &queue, &message, "delivery_limit").await;
}

/// Those before it that were taken, and no later one. Settling one of them again is a mistake that harms nothing.
pub async fn one_acknowledgement_settles_all_before_it(server: &impl FreshServer) {
    let broker = server.connect().await;
    let queue = declare(&broker, "through", &["wanted"]).await;
    let ids = publish(&broker, 10, "wanted").await;
    let mut deliveries = consume(&broker, &queue, 10).await;
    let mut out = take(&mut deliveries, 6).await;
    ack(out.remove(1)).await;
    // The fourth of the queue: the first and the third are settled with it.
    out.remove(2).ack_through().await.expect("the messages are settled");
    let error = out.remove(0).ack().await.expect_err("it was settled before");
    assert!(error.is_invalid() && !error.is_not_settled(), "{error:?}");
    // The channel is none the worse for it.
    ack(out.remove(1)).await;
    close(deliveries).await;
    let mut want = ids[4..].to_vec();
    want.remove(0);
    assert_eq!(drain(&broker, &queue, 5).await, want);
}

/// It comes again, and whoever settles it is told that this did nothing.
pub async fn what_came_on_an_ended_subscription_cannot_be_settled(server: &impl FreshServer) {
    let broker = server.connect().await;
    let queue = declare(&broker, "stale", &["wanted"]).await;
    let ids = publish(&broker, 3, "wanted").await;
    let mut deliveries = consume(&broker, &queue, 10).await;
    let out = take(&mut deliveries, 3).await;
    assert!(!out.iter().any(Delivery::is_lost), "they can be settled");
    close(deliveries).await;
    assert!(out.iter().all(Delivery::is_lost), "they come again");
    let [one, two, three] = <[_; 3]>::try_from(out).expect("they are three");
    let errors = [
        one.ack().await.expect_err("the subscription has ended"),
        two.requeue().await.expect_err("the subscription has ended"),
        three.reject().await.expect_err("the subscription has ended"),
    ];
    assert!(errors.iter().all(|error| error.is_not_settled() && error.is_transient()), "{errors:?}");
    assert_eq!(drain(&broker, &queue, 3).await, ids);
}
