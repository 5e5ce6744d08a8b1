use std::sync::{Arc, Mutex};

use workout_consumer::{Consumer, Context, Next, Verdict};
use workout_events::{Event, WorkoutDeleted};

use crate::support::{QUEUE, dead_letters, publish_many, server, start, until};

type Said = Arc<Mutex<Vec<String>>>;

fn say(context: &Context<Said>, what: &str) {
    context.state().lock().unwrap().push(what.to_owned());
}

#[tokio::test]
async fn what_is_around_a_handler_sees_its_verdict_and_may_answer_in_its_place() {
    let (server, broker) = server();
    let said = Said::default();
    let consumer = Consumer::with_state(QUEUE, Arc::clone(&said))
        .around(async |context: Context<Said>, next: Next<Said>| {
            say(&context, "outer begins");
            let verdict = next.run(context.clone()).await;
            say(&context, if matches!(verdict, Verdict::Done) { "outer: done" } else { "outer: failed" });
            verdict
        })
        .around(async |context: Context<Said>, next: Next<Said>| {
            say(&context, "inner begins");
            if said_before(&context) { Verdict::reject("once is enough") } else { next.run(context).await }
        })
        .on(async |_: Event<WorkoutDeleted>, context: Context<Said>| say(&context, "handler"));
    let running = start(&broker, consumer).await;
    publish_many(&broker, 2).await;
    until(|| server.waiting(&format!("{QUEUE}.dead")) == Some(1)).await;
    running.end().await;
    let want =
        ["outer begins", "inner begins", "handler", "outer: done", "outer begins", "inner begins", "outer: failed"];
    assert_eq!(*said.lock().unwrap(), want);
    assert_eq!(dead_letters(&server).await[0].error, "once is enough");
}

fn said_before(context: &Context<Said>) -> bool {
    context.state().lock().unwrap().iter().any(|said| said == "handler")
}
