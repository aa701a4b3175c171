//! `portone webhooks`: prints a store's webhooks as they were sent, and forwards them to where no tunnel is needed.

use portone_tests::{ADMIN_TOKEN, KPN, PATIENCE, Process, Receiver, STORE, Shop, command, eventually};
use serde_json::{Value, json};

#[tokio::test]
async fn webhooks_are_printed_and_forwarded_as_they_were_sent() {
    let shop = Shop::start_with_webhooks().await;
    pay(&shop, "before").await;
    let receiver = Receiver::open().await;
    let print = webhooks(&shop, "print", &["--print", "--after", "0"]);
    let mut forward = webhooks(&shop, "forward", &["--forward", &receiver.url, "--after", "0"]);
    pay(&shop, "while").await;
    let printed = eventually("both are printed", PATIENCE, async || {
        let printed = print.printed();
        (printed.matches("webhook-signature: v1,").count() == 2 && printed.ends_with("}\n\n"))
            .then_some(printed)
    })
    .await;
    let received = eventually("both are forwarded", PATIENCE, async || {
        let received = receiver.received();
        (received.len() == 2).then_some(received)
    })
    .await;
    for (request, payment) in received.iter().zip(["before", "while"]) {
        let (head, body) = request.split_once("\r\n\r\n").expect("a head and a body");
        assert!(head.starts_with("POST /hook HTTP/1.1\r\n"), "{head}");
        let event: Value = serde_json::from_str(body).expect("JSON");
        assert_eq!(
            (&event["type"], &event["data"]["paymentId"]),
            (&json!("Transaction.Paid"), &json!(payment))
        );
        assert!(printed.contains(&format!("Transaction.Paid {payment}\n")), "{printed}");
        assert!(printed.contains(body), "the body is the one that was sent: {body}\n{printed}");
        for name in ["webhook-id", "webhook-timestamp", "webhook-signature"] {
            let line = head.lines().find(|line| line.starts_with(&format!("{name}: ")));
            let line = line.unwrap_or_else(|| panic!("{name} is missing: {head}"));
            assert!(printed.contains(line), "{line} is not what was sent:\n{printed}");
        }
    }
    let told = forward.printed();
    assert!(
        told.contains("Transaction.Paid before: 204") && told.contains("Transaction.Paid while: 204"),
        "{told}"
    );
    forward.terminate().await;
    assert!(forward.wait_ended().await.success());
}

#[tokio::test]
async fn a_wrong_token_ends_it_with_the_reason() {
    let shop = Shop::start().await;
    let mut arguments = command(shop.folder());
    arguments.args(["webhooks", "--store", STORE, "--print", "--gateway", &shop.gateway.url]);
    arguments.args(["--admin-token", "nobody"]);
    let mut process = Process::spawn(arguments, shop.folder(), "refused");
    assert!(!process.wait_ended().await.success());
    assert!(process.log().contains("401"), "{}", process.log());
}

fn webhooks(shop: &Shop, name: &str, arguments: &[&str]) -> Process {
    let mut command = command(shop.folder());
    command.args(["webhooks", "--store", STORE, "--gateway", &shop.gateway.url]);
    command.args(["--admin-token", ADMIN_TOKEN]).args(arguments);
    Process::spawn(command, shop.folder(), name)
}

async fn pay(shop: &Shop, id: &str) {
    let credential = json!({"number": "4242424242424242", "expiryYear": "29", "expiryMonth": "12",
        "birthOrBusinessRegistrationNumber": "900101", "passwordTwoDigits": "00"});
    let body = json!({"channelKey": KPN, "method": {"card": {"credential": credential}}, "orderName": "Monthly pass",
        "amount": {"total": 8_900}, "currency": "KRW", "customer": {"name": {"full": "Kim Port"}}});
    shop.api().post(&format!("/payments/{id}/instant"), &body).await.ok();
}
