use workout_broker::Broker;

#[tokio::test]
async fn a_url_that_cannot_work_is_refused_without_being_repeated() {
    for url in ["", "hunter2", "http://user:hunter2@localhost", "amqp://user:hunter2@[/", "amqps://user:hunter2@"] {
        let error = Broker::connect(url).await.unwrap_err();
        assert!(error.is_invalid() && !error.is_transient(), "{url}: {error:?}");
        assert!(!format!("{error} {error:?}").contains("hunter2"), "{error:?}");
    }
}

#[tokio::test]
async fn nobody_who_listens_is_worth_another_try() {
    // Bound and then given up, so that nobody listens there.
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let error = Broker::connect(&format!("amqp://user:hunter2@127.0.0.1:{port}/%2f")).await.unwrap_err();
    assert!(error.is_transient(), "{error:?}");
    assert!(!format!("{error} {error:?}").contains("hunter2"), "{error:?}");
}
