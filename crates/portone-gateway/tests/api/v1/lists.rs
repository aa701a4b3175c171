//! Several payments at once: by name, by order, by state.

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::Shop;
use crate::http::Call;
use crate::world::OVER_LIMIT;

fn uids(list: &Value) -> Vec<&str> {
    list.as_array().unwrap().iter().map(|payment| payment["imp_uid"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn v1_044_several_are_read_by_either_name() {
    let shop = Shop::new().await;
    let (one, two) = (shop.paid("order1").await, shop.paid("order2").await);
    let reply = shop.get(&format!("/payments?imp_uid[]={one}&merchant_uid%5B%5D=order2")).await;
    assert_eq!((reply.status, uids(reply.response())), (200, vec![one.as_str(), &two]));
    let reply =
        shop.get(&format!("/payments?imp_uid[]={one}&imp_uid[]=imp_000000000001&merchant_uid[]=none")).await;
    assert_eq!((reply.status, uids(reply.response())), (207, vec![one.as_str()]));
    assert_eq!(shop.get("/payments?imp_uid[]=imp_000000000001").await.refusal().0, 404);
    let reply = shop.get(&format!("/payments?imp_uid[]={one}&merchant_uid[]=order1")).await;
    assert_eq!((reply.status, uids(reply.response()).len()), (200, 1), "one payment is told once");
    let many: Vec<String> = (0..101).map(|at| format!("merchant_uid[]=order{at}")).collect();
    let reply = shop.get(&format!("/payments?{}", many.join("&"))).await;
    assert!(reply.refusal().2.contains("V1-044 imp_uid[]: are 101"), "{}", reply.reply.text);
    assert!(shop.get("/payments").await.refusal().2.starts_with("파라미터 누락: imp_uid[]"));
    let hundred: Vec<String> = (0..100).map(|at| format!("merchant_uid[]=order{at}")).collect();
    assert_eq!(shop.get(&format!("/payments?{}", hundred.join("&"))).await.status, 207);
}

/// A search of V2 finds a payment of V1 by what it is shown as, before it is in a block of the index and when it is.
#[tokio::test]
async fn v2_054_v2_finds_a_payment_of_v1_by_its_imp_uid() {
    let shop = Shop::new().await;
    let of_v1 = shop.paid_through_v1().await;
    let of_v2 = shop.paid("order2").await;
    let shown = shop.world.get("/payments/orderofv1").await.json();
    assert_eq!((&shown["version"], &shown["transactionId"]), (&json!("V1"), &json!(of_v1)));
    let filter = |text: &str| json!({"filter": {"textSearch": [{"field": "TX_ID", "value": text}]}});
    let found = async |text: &str| {
        let call = Call::new("GET", "/payments").shop().json(&filter(text));
        let listed = shop.world.send(call).await.json();
        let items = listed["items"].as_array().unwrap();
        items.iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    for is_indexed in [false, true] {
        assert_eq!(found(&of_v1).await, ["orderofv1"], "in a block: {is_indexed}");
        assert_eq!(found(&of_v2).await, [""; 0], "one of V2 has another id");
        let id = shop.world.get("/payments/order2").await.json()["transactionId"].clone();
        assert_eq!(found(id.as_str().unwrap()).await, ["order2"]);
        // A block is written when 128 have come to rest.
        if !is_indexed {
            for at in 0..128 {
                shop.world.paid(&format!("filler{at}")).await;
            }
            shop.world.advance(TimeDelta::days(1));
            shop.world.engine.verify_paid(200).await.unwrap();
            shop.world.advance(TimeDelta::days(1));
            assert!(shop.world.engine.index_records(128).await.unwrap() > 0, "a block is written");
        }
    }
}

#[tokio::test]
async fn v1_045_the_first_of_an_order_is_found() {
    let shop = Shop::new().await;
    let failed = shop.failed("order1", OVER_LIMIT).await;
    shop.world.advance(TimeDelta::seconds(1));
    let again = shop.failed("order1", OVER_LIMIT).await;
    shop.world.advance(TimeDelta::seconds(1));
    let paid = shop.paid("order1").await;
    let found = async |path: &str| {
        let reply = shop.get(&format!("/payments/find/order1{path}")).await;
        reply.response()["imp_uid"].as_str().unwrap().to_owned()
    };
    assert_eq!(found("").await, paid);
    // The official Node client sends this for no state.
    assert_eq!(found("/undefined").await, paid);
    assert_eq!(found("/paid").await, paid);
    assert_eq!(found("/failed").await, again);
    assert_eq!(found("/failed?sorting=started").await, failed);
    assert_eq!(found("?sorting=updated").await, failed);
    assert_eq!(found("?sorting=-paid").await, paid);
    assert_eq!(found("?sorting=paid").await, failed, "what was never paid is before what was");
    assert_eq!(shop.get("/payments/find/order1/cancelled").await.refusal().0, 404);
    assert_eq!(shop.get("/payments/find/order2").await.refusal().0, 404);
    let reply = shop.get("/payments/find/order1/paied?sorting=up").await;
    let message = reply.refusal().2;
    assert!(
        message.contains("V1-045 payment_status: `paied` is no documented value; did you mean `paid`?"),
        "{message}"
    );
    assert!(message.contains("V1-045 sorting"), "{message}");
}

#[tokio::test]
async fn v1_046_pages_tell_what_is_around_them() {
    let shop = Shop::new().await;
    let mut all = Vec::new();
    for _ in 0..3 {
        all.push(shop.failed("order1", OVER_LIMIT).await);
        shop.world.advance(TimeDelta::seconds(1));
    }
    let page =
        async |number: usize| shop.get(&format!("/payments/findAll/order1?limit=2&page={number}")).await;
    let first = page(1).await;
    let around = |reply: &super::V1Reply| {
        let page = reply.response();
        (page["total"].clone(), page["previous"].clone(), page["next"].clone())
    };
    assert_eq!(around(&first), (json!(3), json!(0), json!(2)));
    assert_eq!(uids(&first.response()["list"]), [all[2].as_str(), &all[1]]);
    let second = page(2).await;
    assert_eq!(around(&second), (json!(3), json!(1), json!(0)));
    assert_eq!(uids(&second.response()["list"]), [all[0].as_str()]);
    assert_eq!(page(3).await.refusal().0, 400);
    for (query, problem) in
        [("page=0", "page: is 0"), ("limit=0", "limit: is 0"), ("limit=1001", "limit: is 1001")]
    {
        let reply = shop.get(&format!("/payments/findAll/order1/failed?{query}")).await;
        let (status, _, message) = reply.refusal();
        assert!(status == 400 && message.contains(&format!("V1-046 {problem}")), "{message}");
    }
    assert_eq!(shop.get("/payments/findAll/order1/failed?limit=1000").await.response()["total"], 3);
    assert_eq!(shop.get("/payments/findAll/order1/paid").await.refusal().0, 404);
}

#[tokio::test]
async fn v1_047_payments_are_listed_by_state_and_time() {
    let shop = Shop::new().await;
    let failed = shop.failed("order1", OVER_LIMIT).await;
    shop.world.advance(TimeDelta::seconds(10));
    let paid = shop.paid("order1").await;
    let other = shop.paid("order2").await;
    shop.post("/payments/cancel", &json!({"merchant_uid": "order2", "amount": 100})).await.response();
    let listed = async |path: &str| {
        let reply = shop.get(&format!("/payments/status/{path}")).await;
        let list = uids(&reply.response()["list"]).into_iter().map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(reply.response()["total"], list.len(), "{path}");
        list
    };
    assert_eq!(
        listed("all").await,
        [other.as_str(), paid.as_str(), failed.as_str()],
        "each attempt by itself"
    );
    for (number, uid) in (1..).zip([&other, &paid, &failed]) {
        let reply = shop.get(&format!("/payments/status/all?limit=1&page={number}")).await;
        assert_eq!(
            (uids(&reply.response()["list"]), &reply.response()["total"]),
            (vec![uid.as_str()], &json!(3))
        );
    }
    assert_eq!(listed("all?sorting=started").await, [failed.as_str(), paid.as_str(), other.as_str()]);
    assert_eq!(listed("all?sorting=-paid").await.last(), Some(&failed));
    assert_eq!(listed("paid").await, [paid.as_str()]);
    assert_eq!(listed("failed").await, [failed.as_str()], "though its payment is paid");
    assert_eq!(listed("cancelled").await, [other.as_str()]);
    assert_eq!(listed("ready").await, Vec::<&str>::new());
    let now = shop.get("/payments/find/order1").await.response()["paid_at"].as_i64().unwrap();
    assert_eq!(listed(&format!("paid?from={now}&to={now}")).await, [paid.as_str()], "both ends count");
    assert_eq!(listed(&format!("paid?to={}", now - 1)).await, Vec::<&str>::new());
    assert_eq!(listed(&format!("all?from={}&to={}", now - 10, now - 1)).await, [failed.as_str()]);
}

#[tokio::test]
async fn v1_047_a_list_of_states_has_its_limits() {
    let shop = Shop::new().await;
    shop.paid("order1").await;
    let day = 24 * 60 * 60;
    let now = shop.world.engine.now().timestamp();
    for (path, problem) in [
        ("payed".to_owned(), "V1-047 payment_status: `payed`"),
        (format!("all?from={}&to={now}", now - 90 * day - 1), "V1-047 from: is more than 90 days"),
        (format!("all?from={now}&to={}", now - 1), "V1-047 from: is later"),
        ("all?page=2".to_owned(), "V1-046 page: is 2, beyond the 1 payments"),
        ("all?from=x".to_owned(), "V1-047 from: is not a whole number"),
    ] {
        let reply = shop.get(&format!("/payments/status/{path}")).await;
        let (status, _, message) = reply.refusal();
        assert!(status == 400 && message.contains(problem), "{path}: {message}");
    }
    assert_eq!(shop.get(&format!("/payments/status/all?from={}", now - 90 * day)).await.status, 200);
    assert_eq!(shop.get("/payments/status/failed").await.response()["list"], json!([]));
}
