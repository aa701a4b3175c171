//! The official JavaScript SDK, unmodified, against a gateway and its sandbox: `tests/js`.

use portone_tests::{ADMIN_TOKEN, API_SECRET, GROUP, KPN, Node, PROMOTION, SMARTRO, Shop, WEBHOOK_SECRET};

#[tokio::test]
async fn the_official_sdk_pays_cancels_and_hears_of_errors() {
    let Some(node) = Node::prepare("js", "@portone/server-sdk").await else { return };
    let mut shop = Shop::start_with_webhooks().await;
    let passed = node
        .test(&[
            ("PORTONE_TEST_URL", &shop.gateway.url),
            ("PORTONE_TEST_SECRET", API_SECRET),
            ("PORTONE_TEST_WEBHOOK_SECRET", WEBHOOK_SECRET),
            ("PORTONE_TEST_ADMIN_TOKEN", ADMIN_TOKEN),
            ("PORTONE_TEST_PROMOTION", PROMOTION),
            ("PORTONE_TEST_SANDBOX_URL", &shop.sandbox.url),
            ("PORTONE_TEST_GROUP", GROUP),
            ("PORTONE_TEST_SMARTRO", SMARTRO),
            ("PORTONE_TEST_KPN", KPN),
        ])
        .await;
    shop.check_running();
    assert!(passed, "the SDK's tests failed, as told above");
}
