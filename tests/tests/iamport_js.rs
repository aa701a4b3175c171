//! The V1 client that shops use, npm's `iamport`, unmodified, against the demo: `tests/js-v1`.

use portone_tests::{Demo, Node};

#[tokio::test]
async fn the_v1_client_pays_stores_cards_schedules_and_cancels() {
    let Some(node) = Node::prepare("js-v1", "iamport").await else { return };
    let mut demo = Demo::start().await;
    let passed = node
        .test(&[
            ("PORTONE_TEST_URL", &demo.url),
            ("PORTONE_TEST_SANDBOX_URL", &demo.sandbox_url),
            ("PORTONE_TEST_V1_KEY", Demo::V1_KEY),
            ("PORTONE_TEST_V1_SECRET", Demo::V1_SECRET),
            ("PORTONE_TEST_SECRET", Demo::API_SECRET),
        ])
        .await;
    demo.check_running();
    assert!(passed, "the client's tests failed, as told above");
    demo.stop().await;
}
