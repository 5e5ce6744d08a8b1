//! Passwords that change while a link is up.

use std::fs;
use std::io;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::json;
use support::rabbitmq::{self, Vhost};
use support::wait;
use tokio::time::timeout;
use workout_broker::{Broker, BrokerBuilder, Credentials, LinkState, Outcome, Queue};

use super::{WANTED, close_both_connections, message};

const LIMIT: Duration = Duration::from_secs(30);

#[tokio::test(flavor = "multi_thread")]
async fn a_password_that_was_changed_is_read_again_from_its_file() {
    let vhost = rabbitmq::vhost().await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("password");
    let set = |password: &str| fs::write(&file, format!("{password}\n")).unwrap();
    let builder = Broker::builder(url(&vhost, vhost.name())).password_file(&file);
    comes_back_with_the_new_password(&vhost, builder, set).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_password_that_was_changed_is_asked_for_again() {
    let vhost = rabbitmq::vhost().await;
    let known = Arc::new(Mutex::new(String::new()));
    let asked = Arc::clone(&known);
    let user = vhost.name().to_owned();
    let ask = move || Ok::<_, io::Error>(Credentials::new(&*user, &**asked.lock().unwrap()));
    let builder = Broker::builder(url(&vhost, "")).credentials(ask);
    comes_back_with_the_new_password(&vhost, builder, |password| password.clone_into(&mut known.lock().unwrap())).await;
}

async fn comes_back_with_the_new_password(vhost: &Vhost, builder: BrokerBuilder, set: impl Fn(&str)) {
    let user = User::create(vhost, "first-secret").await;
    set("first-secret");
    assert!(!format!("{builder:?}").contains("secret"));
    let broker = builder.connect().await.unwrap();
    broker.declare(&Queue::new("broker.credentials").bind("workout.events", WANTED)).await.unwrap();

    user.change("second-secret").await;
    close_both_connections(vhost).await;
    wait::until("the old password is of no use", LIMIT, || async {
        let health = broker.health();
        (health.publishing.state, health.consuming.state) == (LinkState::Down, LinkState::Down)
    })
    .await;
    assert!(timeout(Duration::from_secs(1), broker.well()).await.is_err());
    set("second-secret");
    timeout(LIMIT, broker.well()).await.unwrap().unwrap();
    assert_eq!(broker.publish(message(WANTED)).await.unwrap(), Outcome::Confirmed);
    broker.close().await.unwrap();
    user.delete().await;
}

/// With this user, and with no password.
fn url(vhost: &Vhost, user: &str) -> String {
    let url = vhost.amqp_url();
    let (_, host) = url.rsplit_once('@').unwrap();
    format!("amqp://{}{host}", if user.is_empty() { String::new() } else { format!("{user}@") })
}

/// Of the name of its virtual host.
struct User<'v>(&'v Vhost);

impl<'v> User<'v> {
    async fn create(vhost: &'v Vhost, password: &str) -> Self {
        let user = Self(vhost);
        user.change(password).await;
        let all = json!({ "configure": ".*", "write": ".*", "read": ".*" });
        vhost.management().put(&format!("permissions/{0}/{0}", vhost.name()), all).await.unwrap();
        user
    }

    async fn change(&self, password: &str) {
        let user = json!({ "password": password, "tags": "" });
        self.0.management().put(&format!("users/{}", self.0.name()), user).await.unwrap();
    }

    async fn delete(self) {
        self.0.management().delete(&format!("users/{}", self.0.name())).await.unwrap();
    }
}
