//! What a wallet or one PG has alone: its request is read as its document says, what it names is looked up, and what is of
//! another PG, or what no document describes, is refused by the name of what is missing.

use portone_testkit::contract_v1::ContractV1;
use serde_json::{Value, json};

use super::{Shop, V1Reply};
use crate::http::Call;
use crate::world::KPN;

/// An operation as the description has it, and how its example is refused.
pub(crate) struct Refused {
    pub(crate) id: &'static str,
    method: &'static str,
    path: &'static str,
    /// Its status and its code.
    refusal: (u16, i64),
    /// What its message names.
    names: &'static str,
}

impl Refused {
    /// Whether its wallet is asked for it, where the payment is of that wallet.
    pub(crate) fn is_asked(&self) -> bool {
        self.path.contains("naver") || self.path.contains("payco")
    }

    /// Its method and path.
    pub(crate) fn operation(&self) -> String {
        format!("{} {}", self.method, self.path)
    }
}

const fn refused(
    id: &'static str,
    operation: (&'static str, &'static str),
    refusal: (u16, i64),
    names: &'static str,
) -> Refused {
    Refused { id, method: operation.0, path: operation.1, refusal, names }
}

const NAVER: &str = "KPN-CAP imp_uid: is at `kpn`, and this operation is of Naver Pay's order type alone; name one at `naverco`";
const NAVER_PAY: &str = "name one at `naverpay`";
const BENEPIA: &str = "Benepia, through NHN KCP alone; name one at `kcp`";
const KCP: &str = "name one at `kcp_quick`";

#[rustfmt::skip]
pub(crate) const OPERATIONS: [Refused; 33] = [
    refused("v1.naverCancelProductOrder", ("POST", "/payments/{imp_uid}/naver/cancel"), (200, 1), NAVER),
    refused("v1.naverApproveCancelProductOrder", ("POST", "/payments/{imp_uid}/naver/approve-cancel"), (200, 1), NAVER),
    refused("v1.naverShipProductOrder", ("POST", "/payments/{imp_uid}/naver/ship"), (400, 1), NAVER),
    refused("v1.naverReshipProductOrder", ("POST", "/payments/{imp_uid}/naver/ship-exchanged"), (400, 1), NAVER),
    refused("v1.naverCollectProductOrder", ("POST", "/payments/{imp_uid}/naver/collect-exchanged"), (200, 1), NAVER),
    refused("v1.naverPlaceProductOrder", ("POST", "/payments/{imp_uid}/naver/place"), (200, 1), NAVER),
    refused("v1.naverRequestReturnProductOrder", ("POST", "/payments/{imp_uid}/naver/request-return"), (400, 1), NAVER),
    refused("v1.naverApproveReturnProductOrder", ("POST", "/payments/{imp_uid}/naver/approve-return"), (200, 1), NAVER),
    refused("v1.naverRejectReturnProductOrder", ("POST", "/payments/{imp_uid}/naver/reject-return"), (400, 1), NAVER),
    refused("v1.naverWithholdReturnProductOrder", ("POST", "/payments/{imp_uid}/naver/withhold-return"), (400, 1), NAVER),
    refused("v1.naverResolveReturnProductOrder", ("POST", "/payments/{imp_uid}/naver/resolve-return"), (200, 1), NAVER),
    refused("v1.getProductOrders", ("GET", "/payments/{imp_uid}/naver/product-orders"), (200, 1), NAVER),
    refused("v1.getProductOrderSingle", ("GET", "/naver/product-orders/{product_order_id}"), (404, 404), "Naver Pay"),
    refused("v1.getReviews", ("GET", "/naver/reviews"), (400, 1), "KPN-CAP channel_key"),
    refused("v1.naverDepositPoint", ("POST", "/payments/{imp_uid}/naver/point"), (200, 1), NAVER_PAY),
    refused("v1.naverConfirmPayment", ("POST", "/payments/{imp_uid}/naver/confirm"), (200, 1), NAVER_PAY),
    refused("v1.queryCashAmount", ("GET", "/payments/{imp_uid}/naver/cash-amount"), (400, 1), NAVER_PAY),
    refused("v1.changeOrderStatus", ("POST", "/payco/orders/status/{imp_uid}"), (200, 1), "PAYCO alone; name one at `payco`"),
    refused("v1.member_delete", ("DELETE", "/kcpquick/members/{member_id}"), (404, 404), "NHN KCP"),
    refused("v1.releaseFido", ("POST", "/kcpquick/members/{member_id}/fido/release"), (400, 1), KCP),
    refused("v1.prepare_create", ("POST", "/kcpquick/prepare/{merchant_uid}"), (200, 1), "NHN KCP"),
    refused("v1.prepare_update", ("PUT", "/kcpquick/prepare/{merchant_uid}"), (404, 404), "NHN KCP"),
    refused("v1.payWithMoney", ("POST", "/kcpquick/payment/money"), (200, 1), KCP),
    refused("v1.payWithAutoPaymentKey", ("POST", "/kcpquick/payment/autopay"), (200, 1), KCP),
    refused("v1.deleteAutoPayKey", ("DELETE", "/kcpquick/autopay/{customer_uid}"), (200, 1), KCP),
    refused("v1.queryBenepiaPoint", ("POST", "/benepia/point"), (200, 1), BENEPIA),
    refused("v1.payBenepiaPoint", ("POST", "/benepia/payment"), (200, 1), BENEPIA),
    refused("v1.getCertification", ("GET", "/certifications/{imp_uid}"), (404, 404), "Danal"),
    refused("v1.deleteCertification", ("DELETE", "/certifications/{imp_uid}"), (404, 404), "Danal"),
    refused("v1.requestOTP", ("POST", "/certifications/otp/request"), (400, 1), "name one at `danal` or `kcp_v2`"),
    refused("v1.confirmOTP", ("POST", "/certifications/otp/confirm/{imp_uid}"), (404, 404), "Danal"),
    refused("v1.issueCvsPayment", ("POST", "/cvs"), (200, 1), "name one at `galaxia`"),
    refused("v1.revokeCvsPayment", ("DELETE", "/cvs/{imp_uid}"), (200, 1), "name one at `galaxia`"),
];

/// The description's examples, by operation: a body, and a query.
async fn examples(shop: &Shop) -> std::collections::BTreeMap<String, (Option<Value>, String)> {
    let document = shop.world.send(Call::new("GET", "/openapi.json")).await;
    let document: Value = serde_json::from_str(&document.text).unwrap();
    let mut found = std::collections::BTreeMap::new();
    for operation in
        document["paths"].as_object().unwrap().values().flat_map(|it| it.as_object().unwrap().values())
    {
        let body = &operation["requestBody"]["content"]["application/json"]["example"];
        let query = operation["parameters"].as_array().unwrap().iter().filter(|it| it["in"] == "query");
        let query: Vec<String> = query
            .map(|it| {
                format!("{}={}", it["name"].as_str().unwrap(), it["example"].as_str().unwrap_or_default())
            })
            .collect();
        let body = Some(body.clone()).filter(|body| !body.is_null());
        found.insert(operation["operationId"].as_str().unwrap().to_owned(), (body, query.join("&")));
    }
    found
}

async fn send(shop: &Shop, operation: &Refused, path: &str, body: Option<&Value>, query: &str) -> V1Reply {
    let path = if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") };
    shop.send(operation.method, &path, body).await
}

#[tokio::test]
async fn each_is_read_and_refused_with_what_is_missing() {
    let shop = Shop::new().await;
    let imp_uid = shop.paid("order1").await;
    let card = json!({"channel_key": KPN, "card_number": "4242-4242-4242-4242", "expiry": "2030-12",
        "birth": "900101", "pwd_2digit": "00", "customer_name": "Port Kim"});
    shop.post("/subscribe/customers/gildong_0001_1234", &card).await.response();
    let examples = examples(&shop).await;
    let sent = shop.world.wire.sent_count();
    for operation in &OPERATIONS {
        let path =
            operation.path.replace("{imp_uid}", &imp_uid).replace("{customer_uid}", "gildong_0001_1234");
        let path = path.replace(['{', '}'], "");
        let (body, query) = &examples[operation.id];
        let reply = send(&shop, operation, &path, body.as_ref(), query).await;
        let (status, code, message) = reply.refusal();
        assert_eq!((status, code), operation.refusal, "{}: {message}", operation.id);
        assert!(message.contains(operation.names), "{}: {message}", operation.id);
    }
    assert_eq!(shop.world.wire.sent_count(), sent, "no PG is asked");
}

/// What a document demands is demanded: of each operation with a body or a query, an empty one is refused for it.
#[tokio::test]
async fn each_demands_what_its_document_demands() {
    let shop = Shop::new().await;
    let imp_uid = shop.paid("order1").await;
    let Some(contract) = ContractV1::get() else { return };
    for operation in &OPERATIONS {
        let needed: Vec<String> = contract.needed(operation.method, operation.path);
        let path = operation.path.replace("{imp_uid}", &imp_uid).replace(['{', '}'], "");
        let reply = send(&shop, operation, &path, Some(&json!({})), "").await;
        let message = reply.refusal().2;
        for name in &needed {
            let is_told = message.lines().next().unwrap().contains(name.as_str());
            assert!(message.starts_with("파라미터 누락: ") && is_told, "{} {name}: {message}", operation.id);
        }
        assert_eq!(message.starts_with("파라미터 누락: "), !needed.is_empty(), "{}: {message}", operation.id);
    }
}

#[tokio::test]
async fn a_payment_that_is_not_there_is_404_where_the_document_has_it() {
    let shop = Shop::new().await;
    let ship = json!({"delivery_method": "DELIVERY", "dispatched_at": 1_893_456_000});
    let path = |name: &str| format!("/payments/imp_000000000001/naver/{name}");
    let message = shop.post(&path("ship"), &ship).await;
    assert!(
        message.refusal().2.starts_with("파라미터 누락: delivery_company, tracking_number"),
        "{}",
        message.refusal().2
    );
    let ship = json!({"delivery_method": "VISIT_RECEIPT", "dispatched_at": 1_893_456_000});
    assert_eq!(shop.post(&path("ship"), &ship).await.refusal(), (404, 404, "존재하지 않는 결제정보입니다."));
    assert_eq!(shop.get(&path("cash-amount")).await.refusal().0, 200);
    let wrong = shop.post(&path("ship"), &json!({"delivery_method": "BOAT", "dispatched_at": 1})).await;
    assert!(wrong.refusal().0 == 400 && wrong.refusal().2.contains("delivery_method: `BOAT`"));
    let key = shop.send("DELETE", "/kcpquick/autopay/nobody", None).await;
    assert_eq!(key.refusal().0, 404);
    let channel = json!({"benepia_user": "u", "benepia_password": "p", "channel_key": "channel-key-none"});
    let reply = shop.post("/benepia/point", &channel).await;
    assert!(reply.refusal().2.contains("channel_key: is no channel"), "{}", reply.refusal().2);
}
