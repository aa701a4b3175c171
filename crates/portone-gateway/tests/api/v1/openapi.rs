//! The V1 operations of `/openapi.json`: every example works.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::Shop;
use crate::http::Call;

/// The operations in an order in which they work, each with what its path names; `IMP` is the payment's `imp_uid`.
const STORY: &[(&str, &[&str])] = &[
    ("v1.getToken", &[]),
    ("v1.getPgSettingList", &[]),
    ("v1.preparePayment", &[]),
    ("v1.editPreparePayment", &[]),
    ("v1.getPaymentPrepareByMerchantUid", &["order1"]),
    ("v1.getPaymentByImpUid", &["IMP"]),
    ("v1.getPaymentListByImpUid", &[]),
    ("v1.getPaymentByMerchantUid", &["order1", "paid"]),
    ("v1.getPaymentByMerchantUidAlone", &["order1"]),
    ("v1.getAllPaymentsByMerchantUid", &["order1", "paid"]),
    ("v1.getAllPaymentsByMerchantUidAlone", &["order1"]),
    ("v1.getPaymentsByStatus", &["paid"]),
    ("v1.balanceByImpUid", &["IMP"]),
    ("v1.cancelPayment", &[]),
    ("v1.onetime", &[]),
    ("v1.customer_save", &["gildong_0001_1234"]),
    ("v1.customer_view_multiple", &[]),
    ("v1.customer_view", &["gildong_0001_1234"]),
    ("v1.again", &[]),
    ("v1.customer_payments", &["gildong_0001_1234"]),
    ("v1.schedule", &[]),
    ("v1.findSchedulesByRange", &[]),
    ("v1.findSchedulesByCustomer", &["gildong_0001_1234"]),
    ("v1.findSchedulesByCustomerUid", &["gildong_0001_1234"]),
    ("v1.getScheduleByMid", &["order4"]),
    ("v1.updateScheduleByMid", &["order4"]),
    ("v1.unschedule", &[]),
    ("v1.rescheduleByMid", &["order4"]),
    ("v1.unschedule", &[]),
    ("v1.retryScheduleByMid", &["order4"]),
    ("v1.customer_delete", &["gildong_0001_1234"]),
    ("v1.allCardCodes", &[]),
    ("v1.cardCodes", &["366"]),
    ("v1.allBankCodes", &[]),
    ("v1.bankCodes", &["088"]),
];
/// What no PG here tells.
const REFUSED: [&str; 1] = ["v1.balanceByImpUid"];

#[tokio::test]
async fn every_example_works() {
    let shop = Shop::new().await;
    let document: Value =
        serde_json::from_str(&shop.world.send(Call::new("GET", "/openapi.json")).await.text).unwrap();
    let mut operations = std::collections::BTreeMap::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            let id = operation["operationId"].as_str().unwrap();
            if id.starts_with("v1.") {
                operations.insert(id, (method.to_uppercase(), path.as_str(), operation));
            }
        }
    }
    let told: BTreeSet<&str> = STORY.iter().map(|(id, _)| *id).collect();
    assert_eq!(told, operations.keys().copied().collect(), "every operation is in the story");
    let mut imp_uid = String::new();
    for (id, subjects) in STORY {
        if *id == "v1.getPaymentByImpUid" {
            imp_uid = shop.paid("order1").await;
        }
        let (method, path, operation) = &operations[id];
        let mut subjects = subjects.iter();
        let parts = path.strip_prefix("/v1").unwrap().split('/').map(|part| {
            if part.starts_with('{') {
                subjects.next().unwrap().replace("IMP", &imp_uid)
            } else {
                part.to_owned()
            }
        });
        let mut path = parts.collect::<Vec<_>>().join("/");
        for parameter in operation["parameters"].as_array().unwrap().iter().filter(|it| it["in"] == "query") {
            let example = parameter["example"].as_str().unwrap().replace("imp_000000000001", &imp_uid);
            let mark = if path.contains('?') { '&' } else { '?' };
            path = format!("{path}{mark}{}={example}", parameter["name"].as_str().unwrap());
        }
        let example = &operation["requestBody"]["content"]["application/json"]["example"];
        let mut body = Some(example.clone()).filter(|example| !example.is_null());
        if *id == "v1.getToken" {
            body = Some(json!({"imp_key": "imp-store-test", "imp_secret": crate::world::V1_SECRET}));
        }
        let reply = shop.send(method, &path, body.as_ref()).await;
        let is_done = reply.status == 200 && reply.body["code"] == 0;
        assert_eq!(is_done, !REFUSED.contains(id), "{id}: {}", reply.reply.text);
    }
}
