//! The questions.

use std::time::Duration;

use crate::doctor::arguments::Arguments;
use crate::doctor::management::answers::{Answers, Queue, User};
use crate::doctor::management::client::{Answer, Client};
use crate::doctor::place::encoded;
use crate::failure::Failure;

/// Columns of a queue. All of them would be several times as much.
const QUEUE: &str = "name,type,durable,auto_delete,exclusive,arguments,policy,operator_policy,\
                     effective_policy_definition,messages,messages_ready,members,online";

/// Between two looks at queues whose statistics are not there yet.
const PAUSE: Duration = Duration::from_secs(1);

/// Asks all of it, if the API is to be asked: about this virtual host, and this user of the AMQP link. Blocks.
pub(in crate::doctor) fn ask(arguments: &Arguments, vhost: &str, amqp_user: &str) -> Result<Option<Answers>, Failure> {
    let Some(client) = Client::new(arguments)? else {
        return Ok(None);
    };
    let us: User = said(client.get("whoami")?, "it does not accept the user or the password")?;
    let skew = client.skew()?;
    let overview = said(client.get("overview")?, NOT_ENOUGH)?;
    let path = encoded(vhost);
    let place = "there is no such virtual host, or this user has no permission in it";
    let mut answers = Answers {
        vhost: vhost.to_owned(),
        overview,
        skew,
        nodes: known(client.get("nodes")?),
        flags: known(client.get("feature-flags")?),
        tags: tags(&client, us, amqp_user)?,
        exchanges: said(client.get(&format!("exchanges/{path}"))?, place)?,
        queues: queues(&client, &path)?,
        bindings: said(client.get(&format!("bindings/{path}?columns=source,destination,destination_type"))?, place)?,
        consumers: said(client.get(&format!("consumers/{path}"))?, place)?,
    };
    // A queue has no statistics in its first seconds, and its policies are a part of them.
    let is_new = |answers: &Answers| answers.queues.iter().any(|queue| queue.effective_policy_definition.is_none());
    while is_new(&answers) && !answers.overview.disable_stats && client.pause(PAUSE) {
        answers.queues = queues(&client, &path)?;
    }
    Ok(Some(answers))
}

const NOT_ENOUGH: &str =
    "this user may not ask; it needs the tag `monitoring`: rabbitmqctl set_user_tags USER monitoring";

fn queues(client: &Client, vhost: &str) -> Result<Vec<Queue>, Failure> {
    said(client.get(&format!("queues/{vhost}?columns={QUEUE}"))?, NOT_ENOUGH)
}

/// Those of another user only an administrator is told.
fn tags(client: &Client, us: User, amqp_user: &str) -> Result<Option<Vec<String>>, Failure> {
    if us.name == amqp_user {
        return Ok(Some(us.tags));
    }
    let answer: Answer<User> = client.get(&format!("users/{}", encoded(amqp_user)))?;
    Ok(known(answer).map(|user| user.tags))
}

fn said<T>(answer: Answer<T>, refused: &str) -> Result<T, Failure> {
    known(answer).ok_or_else(|| Failure::new(format!("management: {refused}")))
}

fn known<T>(answer: Answer<T>) -> Option<T> {
    match answer {
        Answer::Said(said) => Some(said),
        Answer::Forbidden | Answer::Missing => None,
    }
}
