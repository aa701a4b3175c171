//! The V1 face, over the same world: what it answers is held against the published V1 description. A test that begins with
//! a rule's id proves that rule.

mod access;
mod bodies;
mod cancel;
mod lists;
mod mount;
mod openapi;
mod payments;
mod prepare;
mod subscribe;
mod tables;

use portone_core::Command;
use portone_engine::ledger::Face;
use portone_engine::request::{Caller, Extras, PayInstantlyRequest, Selector};
use portone_testkit::samples::{self, Secrets};
use serde_json::{Value, json};

use crate::http::{Call, Reply};
use crate::world::{APPROVED, KPN, SMARTRO, STORE, V1_SECRET, World, card_payment, key_payment, with};

/// A shop that speaks V1: a world, and the token of its store's key.
pub(crate) struct Shop {
    pub(crate) world: World,
    token: String,
}

impl Shop {
    pub(crate) async fn new() -> Self {
        Self::of(World::new().await).await
    }

    pub(crate) async fn of(world: World) -> Self {
        let token = token(&world, STORE).await;
        Self { world, token }
    }

    pub(crate) async fn send(&self, method: &str, path: &str, body: Option<&Value>) -> V1Reply {
        let call = Call::new(method, &format!("/v1{path}")).header("authorization", &self.fresh().await);
        V1Reply::from(self.world.send(if let Some(body) = body { call.json(body) } else { call }).await)
    }

    /// A token that is good now: tests move the clock beyond the end of the first one.
    async fn fresh(&self) -> String {
        token(&self.world, STORE).await
    }

    pub(crate) async fn get(&self, path: &str) -> V1Reply {
        self.send("GET", path, None).await
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> V1Reply {
        self.send("POST", path, Some(body)).await
    }

    /// A form instead of JSON.
    pub(crate) async fn form(&self, method: &str, path: &str, form: &str) -> V1Reply {
        let call = Call::new(method, &format!("/v1{path}"))
            .header("authorization", &self.fresh().await)
            .header("content-type", "application/x-www-form-urlencoded; charset=utf-8");
        V1Reply::from(self.world.send(call.body(form)).await)
    }

    /// A payment of 8900 won made through V2, and what V1 calls it.
    pub(crate) async fn paid(&self, id: &str) -> String {
        self.world.paid(id).await;
        self.imp_uid(id).await
    }

    /// A payment that failed.
    pub(crate) async fn failed(&self, id: &str, number: &str) -> String {
        let reply = self.world.post(&format!("/payments/{id}/instant"), &card_payment(KPN, number)).await;
        assert_eq!(reply.status, 502, "{}", reply.text);
        self.imp_uid(id).await
    }

    /// A payment of 20 dollars.
    pub(crate) async fn paid_in_dollars(&self, id: &str) -> String {
        let key = self.world.issued(APPROVED).await;
        let body = with(key_payment(&key), "/channelKey", json!(SMARTRO));
        let body = with(with(body, "/currency", json!("USD")), "/amount", json!({"total": 2000}));
        let reply = self.world.post(&format!("/payments/{id}/billing-key"), &body).await;
        assert_eq!(reply.status, 200, "{}", reply.text);
        self.imp_uid(id).await
    }

    /// What V1 calls the latest attempt at a payment.
    pub(crate) async fn imp_uid(&self, id: &str) -> String {
        let payment = self.world.engine.payment(&STORE.parse().unwrap(), &id.parse().unwrap()).await.unwrap();
        payment.imp_uid.to_string()
    }

    /// A payment made through the V1 face, by the engine: its id is the samples' own.
    pub(crate) async fn paid_through_v1(&self) -> String {
        let Command::PayInstantly(mut pay) = samples::pay_card(Secrets::ONE) else { panic!("a payment") };
        pay.order.payment_id = "orderofv1".parse().unwrap();
        let caller = Caller {
            store_id: STORE.parse().unwrap(),
            ip: "203.0.113.10".to_owned(),
            face: Face::V1,
            operation: None,
        };
        let selector = Selector::Channel(KPN.parse().unwrap());
        let extras = Extras { custom_data: Some(r#"{"a":1}"#.to_owned()), ..Extras::default() };
        let request = PayInstantlyRequest { caller, selector, pay, extras };
        Box::pin(self.world.engine.pay_instantly(request)).await.unwrap();
        self.imp_uid("orderofv1").await
    }
}

/// The answer to an asking for a token.
pub(crate) async fn ask_token(world: &World, body: &Value) -> V1Reply {
    V1Reply::from(world.send(Call::new("POST", "/v1/users/getToken").json(body)).await)
}

/// The token of a store's key.
pub(crate) async fn token(world: &World, store: &str) -> String {
    let body = json!({"imp_key": format!("imp-{store}"), "imp_secret": V1_SECRET});
    let reply = ask_token(world, &body).await;
    reply.response()["access_token"].as_str().unwrap().to_owned()
}

/// An answer in its envelope.
pub(crate) struct V1Reply {
    pub(crate) status: u16,
    pub(crate) body: Value,
    pub(crate) reply: Reply,
}

impl From<Reply> for V1Reply {
    fn from(reply: Reply) -> Self {
        assert_eq!(reply.header("content-type"), Some("application/json"), "{}", reply.text);
        let body = serde_json::from_str(&reply.text).unwrap();
        Self { status: reply.status, body, reply }
    }
}

impl V1Reply {
    /// The response of a success.
    pub(crate) fn response(&self) -> &Value {
        assert_eq!(self.body["code"], 0, "{}", self.reply.text);
        &self.body["response"]
    }

    /// Status, code and message of a refusal.
    pub(crate) fn refusal(&self) -> (u16, i64, &str) {
        let message = self.body["message"].as_str().unwrap_or_else(|| panic!("{}", self.reply.text));
        (self.status, self.body["code"].as_i64().unwrap(), message)
    }
}
