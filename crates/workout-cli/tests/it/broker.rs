//! What every command says about a broker that it cannot use. What it does with one that works: `publish.rs`, `tail.rs` and `dlq.rs`.

use crate::command::{command, feed};

/// Expects one line that names the mend and does not repeat the password.
#[track_caller]
fn check(url: &str, mend: &str) {
    let commands: [&[&str]; 5] =
        [&["topology", "apply"], &["publish", "-"], &["tail"], &["dlq", "list", "service"], &["doctor"]];
    for arguments in commands {
        let by_option = feed(command().args(arguments).args(["--amqp", url]), &[], 0);
        let by_variable = feed(command().args(arguments).env("AMQP_URL", url), &[], 0);
        for run in [by_option, by_variable] {
            assert_eq!((run.code, run.stdout.as_str(), run.stderr.lines().count()), (Some(2), "", 1), "{run:?}");
            assert!(run.stderr.contains(mend) && !run.stderr.contains("hunter2"), "{run:?}");
        }
    }
}

#[test]
fn a_broker_that_cannot_be_used_is_one_line_without_the_password() {
    check("", "AMQP_URL");
    check("hunter2", "amqps://user:password@host/vhost");
    check("http://a:hunter2@localhost/", "amqps://user:password@host/vhost");
    check("amqp://a:hunter2@rabbitmq/", "amqps://");
    check("amqp://a:hunter2@localhost/?hartbeat=5", "heartbeat");
    check("amqp://a:hunter2@localhost/?heartbeat=0", "heartbeat");
    // Bound and then given up, so that nobody listens there.
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    check(&format!("amqp://a:hunter2@127.0.0.1:{port}/"), "refused");
}

#[test]
fn the_help_does_not_show_what_the_variable_holds() {
    let run = feed(command().args(["topology", "apply", "--help"]).env("AMQP_URL", "amqp://a:hunter2@b"), &[], 0);
    assert!(run.code == Some(0) && run.stdout.contains("AMQP_URL") && !run.stdout.contains("hunter2"), "{run:?}");
}
