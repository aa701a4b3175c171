//! `/billing-keys`

use insta::{assert_json_snapshot, assert_snapshot};
use serde_json::{Value, json};

use crate::world::{APPROVED, GROUP, KPN, Line, REFUSED_BY_KPN, STOLEN, World, is_uuid, issue};

fn assert_key(value: &Value) {
    assert!(is_uuid(value.as_str().unwrap().strip_prefix("billing-key-").unwrap()), "{value}");
}

#[tokio::test]
async fn one_channel_issues_a_key() {
    let world = World::new().await;
    let reply = world.post("/billing-keys", &issue("channelKey", KPN, APPROVED)).await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    assert_key(&reply.json()["billingKeyInfo"]["billingKey"]);
    assert_json_snapshot!(reply.json(), @r#"
    {
      "billingKeyInfo": {
        "billingKey": "billing-key-01a1fb67-187d-7000-8000-000000030000",
        "channels": [
          {
            "key": "channel-key-kpn",
            "name": "KPN test",
            "pgMerchantId": "mid0001",
            "pgProvider": "KPN",
            "type": "TEST"
          }
        ],
        "issuedAt": "2026-11-21T00:00:00.125Z"
      }
    }
    "#);
}

#[tokio::test]
async fn sr_063_a_group_issue_always_names_channels_and_failures() {
    let world = World::new().await;
    let whole = world.post("/billing-keys", &issue("channelGroupId", GROUP, APPROVED)).await.json();
    assert_eq!(whole["billingKeyInfo"]["channels"].as_array().unwrap().len(), 2);
    assert_eq!(whole["channelSpecificFailures"], json!([]));
    let part = world.post("/billing-keys", &issue("channelGroupId", GROUP, REFUSED_BY_KPN)).await.json();
    assert_json_snapshot!(part, @r#"
    {
      "billingKeyInfo": {
        "billingKey": "billing-key-01a1fb67-187d-7000-8000-0000000b0000",
        "channels": [
          {
            "key": "channel-key-smartro",
            "name": "SMARTRO_V2 test",
            "pgMerchantId": "mid0001",
            "pgProvider": "SMARTRO_V2",
            "type": "TEST"
          }
        ],
        "issuedAt": "2026-11-21T00:00:00.125Z"
      },
      "channelSpecificFailures": [
        {
          "channel": {
            "key": "channel-key-kpn",
            "name": "KPN test",
            "pgMerchantId": "mid0001",
            "pgProvider": "KPN",
            "type": "TEST"
          },
          "message": "지원하지 않는 카드입니다 (KPN)",
          "pgCode": "K108",
          "pgMessage": "지원하지 않는 카드입니다 (KPN)",
          "type": "PG_PROVIDER"
        }
      ]
    }
    "#);
}

#[tokio::test]
async fn sr_065_a_key_tells_what_each_channel_answered() {
    let world = World::new().await;
    let key = world.issued(REFUSED_BY_KPN).await;
    let info = world.get(&format!("/billing-keys/{key}")).await.json();
    assert_json_snapshot!(info, @r#"
    {
      "billingKey": "billing-key-01a1fb67-187d-7000-8000-000000030000",
      "channelGroup": {
        "id": "channel-group-test-1",
        "isForTest": true,
        "name": "Cards"
      },
      "channels": [
        {
          "key": "channel-key-smartro",
          "name": "SMARTRO_V2 test",
          "pgMerchantId": "mid0001",
          "pgProvider": "SMARTRO_V2",
          "type": "TEST"
        }
      ],
      "customer": {
        "email": "port@example.com",
        "id": "customer1",
        "name": "Port Kim",
        "phoneNumber": "01000001234"
      },
      "issuedAt": "2026-11-21T00:00:00.125Z",
      "merchantId": "merchant-6a97192e-e1d4-8010-91b2-4d2811c8772c",
      "methods": [
        {
          "card": {
            "bin": "400000",
            "brand": "VISA",
            "issuer": "SHINHAN_CARD",
            "name": "신한카드",
            "number": "400000******0127",
            "ownerType": "PERSONAL",
            "publisher": "SHINHAN_CARD",
            "type": "CREDIT"
          },
          "type": "BillingKeyPaymentMethodCard"
        }
      ],
      "pgBillingKeyIssueResponses": [
        {
          "channel": {
            "key": "channel-key-smartro",
            "name": "SMARTRO_V2 test",
            "pgMerchantId": "mid0001",
            "pgProvider": "SMARTRO_V2",
            "type": "TEST"
          },
          "type": "ISSUED"
        },
        {
          "channel": {
            "key": "channel-key-kpn",
            "name": "KPN test",
            "pgMerchantId": "mid0001",
            "pgProvider": "KPN",
            "type": "TEST"
          },
          "failure": {
            "failedAt": "2026-11-21T00:00:00.125Z",
            "message": "지원하지 않는 카드입니다 (KPN)",
            "pgCode": "K108",
            "pgMessage": "지원하지 않는 카드입니다 (KPN)"
          },
          "type": "FAILED"
        }
      ],
      "requestedAt": "2026-11-21T00:00:00.125Z",
      "status": "ISSUED",
      "storeId": "store-test"
    }
    "#);
}

#[tokio::test]
async fn a_card_that_no_channel_takes() {
    let world = World::new().await;
    let all = world.post("/billing-keys", &issue("channelGroupId", GROUP, STOLEN)).await;
    assert_eq!(all.status, 502);
    assert_json_snapshot!(all.json(), @r#"
    {
      "failures": [
        {
          "channel": {
            "key": "channel-key-smartro",
            "name": "SMARTRO_V2 test",
            "pgMerchantId": "mid0001",
            "pgProvider": "SMARTRO_V2",
            "type": "TEST"
          },
          "message": "[스마트로] 분실 또는 도난 신고된 카드입니다",
          "pgCode": "S105",
          "pgMessage": "[스마트로] 분실 또는 도난 신고된 카드입니다",
          "type": "PG_PROVIDER"
        },
        {
          "channel": {
            "key": "channel-key-kpn",
            "name": "KPN test",
            "pgMerchantId": "mid0001",
            "pgProvider": "KPN",
            "type": "TEST"
          },
          "message": "분실 또는 도난 신고된 카드입니다 (KPN)",
          "pgCode": "K105",
          "pgMessage": "분실 또는 도난 신고된 카드입니다 (KPN)",
          "type": "PG_PROVIDER"
        }
      ],
      "message": "2 of 2 channels failed",
      "succeededChannels": [],
      "type": "CHANNEL_SPECIFIC"
    }
    "#);
    let one = world.post("/billing-keys", &issue("channelKey", KPN, STOLEN)).await;
    assert_eq!(one.error(), (502, "PG_PROVIDER".to_owned()));
    assert_eq!(one.json()["pgCode"], "K105");
}

#[tokio::test]
async fn pgs_that_cannot_be_reached_or_heard() {
    let world = World::new().await;
    world.wire.set(Line::Cut);
    let cut = world.post("/billing-keys", &issue("channelKey", KPN, APPROVED)).await;
    assert_eq!((cut.status, &cut.json()["pgCode"]), (502, &json!("UNAVAILABLE")));
    world.wire.set(Line::Dumb);
    let dumb = world.post("/billing-keys", &issue("channelKey", KPN, APPROVED)).await;
    assert_eq!((dumb.status, &dumb.json()["pgCode"]), (502, &json!("UNKNOWN_OUTCOME")));
    let unknown = world.post("/billing-keys", &issue("channelKey", "channel-key-none", APPROVED)).await;
    assert_eq!(unknown.error(), (404, "CHANNEL_NOT_FOUND".to_owned()));
}

#[tokio::test]
async fn a_key_is_deleted_once_and_stays_readable() {
    let world = World::new().await;
    let key = world.issued(APPROVED).await;
    let path = format!("/billing-keys/{key}");
    let refused = world.delete(&format!("{path}?skipWebhook=yes&requester=BUYER")).await;
    assert_snapshot!(refused.message(), @r"
    V2-INPUT requester: `BUYER` is no documented value; send one of CUSTOMER, ADMIN
    V2-INPUT skipWebhook: is neither true nor false; send one of them
    ");
    let reply = world.delete(&format!("{path}?reason=moved&requester=ADMIN&skipWebhook=true")).await;
    assert_eq!(reply.status, 200);
    assert_json_snapshot!(reply.json(), @r#"
    {
      "deletedAt": "2026-11-21T00:00:00.125Z"
    }
    "#);
    let again = world.delete(&path).await;
    assert_eq!(again.error(), (409, "BILLING_KEY_ALREADY_DELETED".to_owned()));
    let info = world.get(&path).await.json();
    assert_eq!(
        (&info["status"], &info["deletedAt"]),
        (&json!("DELETED"), &json!("2026-11-21T00:00:00.125Z"))
    );
    assert_eq!(info["channels"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn a_key_nobody_issued_is_not_found() {
    let world = World::new().await;
    for path in ["/billing-keys/billing-key-none", "/billing-keys/%20"] {
        assert_eq!(world.get(path).await.error(), (404, "BILLING_KEY_NOT_FOUND".to_owned()));
        assert_eq!(world.delete(path).await.error(), (404, "BILLING_KEY_NOT_FOUND".to_owned()));
    }
}

#[tokio::test]
async fn an_issue_is_read_strictly() {
    let world = World::new().await;
    let reply = world.post("/billing-keys", &json!({"method": {"crad": {}}})).await;
    assert_eq!(reply.error(), (400, "INVALID_REQUEST".to_owned()));
    assert_snapshot!(reply.message(), @r"
    SR-020 channelKey: is missing; send channelKey or channelGroupId
    V2-080 method.card: is missing; send an object with credential
    `method.crad` is unknown: did you mean `method.card`?
    ");
}
