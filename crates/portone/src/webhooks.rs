//! `portone webhooks`: prints or forwards a store's webhooks as they are sent. It asks the gateway's admin face, so that a
//! shop on a developer's machine needs no tunnel; where the gateway is away it goes on asking.

use std::{collections::BTreeSet, time::Duration};

use portone_core::{Secret, WebhookMessage, WebhookSender as _};
use portone_http::{HttpWebhookSender, WebhookConfig};
use reqwest::{Client, StatusCode};
use serde::Deserialize;

use crate::cli::WebhooksArgs;
use crate::serve::configuration;
use crate::system::{Failure, stop_on_signal};

/// How many are listed at once: as many as the admin face lists.
const PAGE_LENGTH: usize = 200;
/// How many that were not tried yet are remembered; of more the oldest are left out.
const UNTRIED_COUNT_MAX: usize = 1_000;
/// How soon after it was sent a webhook is seen.
const PAUSE: Duration = Duration::from_millis(300);
/// How soon a gateway that is away is asked again.
const AWAY_PAUSE: Duration = Duration::from_secs(1);
/// How long the gateway may take.
const DEADLINE: Duration = Duration::from_secs(10);
/// The headers a webhook is sent with that are its own, not its connection's.
const HEADERS: [&str; 4] = ["content-type", "webhook-id", "webhook-timestamp", "webhook-signature"];

/// Runs until it is told to stop.
pub(crate) async fn run(args: WebhooksArgs) -> Result<(), Failure> {
    let stop = stop_on_signal();
    let sender = HttpWebhookSender::new(WebhookConfig { private_targets: true, ..WebhookConfig::default() })?;
    let log = DeliveryLog::of(&args)?;
    let sink = match args.forward {
        Some(url) => Sink::Forward { sender, url },
        None => Sink::Print,
    };
    tokio::select! {
        result = follow(&log, &sink, args.after) => result,
        () = stop.cancelled() => Ok(()),
    }
}

/// Hands over what is sent from now on, or after a number, until the gateway refuses.
async fn follow(log: &DeliveryLog, sink: &Sink, after: Option<u64>) -> Result<(), Failure> {
    let mut place = None;
    let mut is_away = false;
    loop {
        let result = match &mut place {
            None => begin(log, after).await.map(|begun| place = Some(begun)),
            Some(place) => step(log, sink, place).await,
        };
        let pause = match result {
            Ok(()) => {
                if std::mem::take(&mut is_away) {
                    eprintln!("portone: the gateway is back");
                }
                PAUSE
            }
            Err(Trouble::Refused(why)) => return Err(why.into()),
            Err(Trouble::Away(why)) => {
                if !std::mem::replace(&mut is_away, true) {
                    eprintln!("portone: the gateway at {} is away ({why}); asking again", log.url);
                }
                AWAY_PAUSE
            }
        };
        tokio::time::sleep(pause).await;
    }
}

/// How far the log was read, and what was there but not sent.
#[derive(Debug, Default, PartialEq, Eq)]
struct Place {
    after: u64,
    untried: BTreeSet<u64>,
}

/// The place behind everything there is, unless another is asked for. Numbers grow, so the last one is found by halves.
async fn begin(log: &DeliveryLog, after: Option<u64>) -> Result<Place, Trouble> {
    if let Some(after) = after {
        return Ok(Place { after, untried: BTreeSet::new() });
    }
    let mut known = 0;
    let mut step = 1;
    while let Some(next) = log.list(known + step, 1).await?.first() {
        known = next.number;
        step *= 2;
    }
    while step > 0 {
        match log.list(known + step - 1, 1).await?.first() {
            Some(next) => known = next.number,
            None => step /= 2,
        }
    }
    Ok(Place { after: known, untried: BTreeSet::new() })
}

/// Hands over everything that was sent since the last step, in its order.
async fn step(log: &DeliveryLog, sink: &Sink, place: &mut Place) -> Result<(), Trouble> {
    let mut from = place.untried.first().map_or(place.after, |first| first - 1);
    loop {
        let page = log.list(from, PAGE_LENGTH).await?;
        for logged in &page {
            from = logged.number;
            let is_new = logged.number > place.after;
            place.after = place.after.max(logged.number);
            if !is_new && !place.untried.remove(&logged.number) {
                continue;
            }
            match &logged.request {
                Some(request) => sink.take(logged, request).await,
                None => {
                    place.untried.insert(logged.number);
                }
            }
        }
        while place.untried.len() > UNTRIED_COUNT_MAX {
            place.untried.pop_first();
        }
        if page.len() < PAGE_LENGTH {
            return Ok(());
        }
    }
}

/// The gateway's log of webhooks, of one store.
struct DeliveryLog {
    client: Client,
    url: String,
    token: Secret<String>,
    store: String,
}

/// Why the log cannot be read.
#[derive(Debug)]
enum Trouble {
    /// It may be read later.
    Away(String),
    /// It cannot, whenever it is asked.
    Refused(String),
}

#[derive(Deserialize)]
struct Page {
    items: Vec<Logged>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Logged {
    number: u64,
    #[serde(rename = "type")]
    kind: String,
    payment_id: Option<String>,
    billing_key: Option<String>,
    request: Option<Sent>,
}

#[derive(Debug, Deserialize)]
struct Sent {
    header: String,
    body: String,
}

impl DeliveryLog {
    fn of(args: &WebhooksArgs) -> Result<Self, Failure> {
        let (url, token) = match (&args.gateway, &args.admin_token) {
            (Some(url), Some(token)) => (url.clone(), token.as_str().into()),
            (url, token) => {
                let config = configuration(&args.serve)?;
                let url = url.clone().unwrap_or_else(|| format!("http://{}", config.listen));
                (url, token.as_deref().map_or(config.admin_token, Secret::from))
            }
        };
        let client = Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .timeout(DEADLINE)
            .build()?;
        Ok(Self { client, url: url.trim_end_matches('/').to_owned(), token, store: args.store.clone() })
    }

    /// Up to `count_max` webhooks after a number, in the order they were made.
    async fn list(&self, after: u64, count_max: usize) -> Result<Vec<Logged>, Trouble> {
        let away = |error: reqwest::Error| Trouble::Away(error.without_url().to_string());
        let query = [("after", after.to_string()), ("limit", count_max.to_string())];
        let request =
            self.client.get(format!("{}/admin/webhooks", self.url)).bearer_auth(self.token.expose());
        let reply = request.query(&[("storeId", &self.store)]).query(&query).send().await.map_err(away)?;
        match reply.status() {
            StatusCode::OK => {
                let page: Page = reply.json().await.map_err(away)?;
                Ok(page.items)
            }
            status if status.is_client_error() => {
                let text = reply.text().await.map_err(away)?;
                Err(Trouble::Refused(format!("the gateway answered {status}: {text}")))
            }
            status => Err(Trouble::Away(format!("it answered {status}"))),
        }
    }
}

/// Where webhooks go.
enum Sink {
    Print,
    Forward { sender: HttpWebhookSender, url: String },
}

impl Sink {
    async fn take(&self, logged: &Logged, sent: &Sent) {
        let subject = logged.payment_id.as_deref().or(logged.billing_key.as_deref()).unwrap_or_default();
        let title = format!("{} {} {subject}", logged.number, logged.kind);
        match self {
            Self::Print => println!("{title}\n{}\n\n{}\n", sent.header, sent.body),
            Self::Forward { sender, url } => match sender.send(&message(url, sent)).await {
                Ok(reply) => println!("{title}: {}", reply.status),
                Err(problem) => println!("{title}: {}", problem.0),
            },
        }
    }
}

/// A webhook as it was sent, to another URL.
fn message(url: &str, sent: &Sent) -> WebhookMessage {
    let lines = sent.header.lines().filter_map(|line| line.split_once(": "));
    let own = lines.filter_map(|(name, value)| {
        let name = HEADERS.into_iter().find(|own| own.eq_ignore_ascii_case(name))?;
        Some((name, value.to_owned()))
    });
    WebhookMessage {
        url: url.to_owned(),
        headers: own.collect(),
        body: sent.body.clone().into_bytes(),
        deadline: None,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use axum::extract::{Query, State};
    use axum::http::HeaderMap;
    use axum::routing::{get, post};
    use axum::{Json, Router};
    use serde_json::{Value, json};
    use tokio::net::TcpListener;

    use super::*;

    /// The log of a gateway, and what a shop received: its id, its signature and its body.
    #[derive(Clone, Default)]
    struct World {
        log: Arc<Mutex<Vec<Value>>>,
        received: Arc<Mutex<Vec<[String; 3]>>>,
    }

    impl World {
        fn add(&self, number: u64, is_sent: bool) {
            let mut logged = json!({"number": number, "type": "Transaction.Paid", "paymentId": "p"});
            if is_sent {
                logged["request"] = sent(number);
            }
            self.log.lock().unwrap().push(logged);
        }

        fn send(&self, number: u64) {
            let mut log = self.log.lock().unwrap();
            let logged = log.iter_mut().find(|logged| logged["number"] == number).unwrap();
            logged["request"] = sent(number);
        }

        fn ids(&self) -> Vec<String> {
            self.received.lock().unwrap().iter().map(|[id, ..]| id.clone()).collect()
        }
    }

    /// One of V1's, which nobody signed: its form arrives as it was sent.
    #[test]
    fn an_unsigned_form_is_forwarded_as_it_was_sent() {
        let sent = Sent {
            header: "host: shop.example.com\ncontent-type: application/x-www-form-urlencoded".to_owned(),
            body: "imp_uid=imp_448280090638&merchant_uid=order1&status=paid".to_owned(),
        };
        let message = message("http://127.0.0.1:3000/hook", &sent);
        let form = "application/x-www-form-urlencoded".to_owned();
        assert_eq!(message.headers, [("content-type", form)]);
        assert_eq!(message.body, sent.body.into_bytes());
    }

    fn sent(number: u64) -> Value {
        json!({"header": format!("host: shop.example.com\ncontent-type: application/json\nwebhook-id: msg-{number}\n\
            webhook-timestamp: 1\nwebhook-signature: v1,abc="), "body": "{\"a\": 1}"})
    }

    async fn list(State(world): State<World>, Query(query): Query<Vec<(String, String)>>) -> Json<Value> {
        let of = |name: &str| query.iter().find(|(known, _)| known == name).unwrap().1.clone();
        let (after, limit): (u64, usize) = (of("after").parse().unwrap(), of("limit").parse().unwrap());
        let log = world.log.lock().unwrap();
        let items = log.iter().filter(|logged| logged["number"].as_u64() > Some(after)).take(limit);
        Json(json!({"items": items.collect::<Vec<_>>()}))
    }

    async fn receive(State(world): State<World>, headers: HeaderMap, body: String) {
        let of = |name: &str| headers[name].to_str().unwrap().to_owned();
        world.received.lock().unwrap().push([of("webhook-id"), of("webhook-signature"), body]);
    }

    async fn start() -> (World, DeliveryLog, Sink) {
        let world = World::default();
        let routes = Router::new().route("/admin/webhooks", get(list)).route("/hook", post(receive));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let state = world.clone();
        tokio::spawn(async move { axum::serve(listener, routes.with_state(state)).await });
        let config = WebhookConfig { private_targets: true, ..WebhookConfig::default() };
        let sender = HttpWebhookSender::new(config).unwrap();
        let sink = Sink::Forward { sender, url: format!("{url}/hook") };
        let client = Client::builder().no_proxy().build().unwrap();
        (world, DeliveryLog { client, url, token: "token".into(), store: "store".to_owned() }, sink)
    }

    #[tokio::test]
    async fn a_walk_begins_behind_the_last_one() {
        let (world, log, _) = start().await;
        assert_eq!(begin(&log, None).await.unwrap().after, 0);
        for number in [1, 2, 5, 9, 100, 101, 230] {
            world.add(number, true);
            assert_eq!(begin(&log, None).await.unwrap().after, number);
        }
        assert_eq!(begin(&log, Some(7)).await.unwrap().after, 7);
    }

    #[tokio::test]
    async fn each_is_forwarded_once_as_it_was_sent() {
        let (world, log, sink) = start().await;
        world.add(1, true);
        let mut place = begin(&log, None).await.unwrap();
        for number in 2..=450 {
            world.add(number, number != 3);
        }
        step(&log, &sink, &mut place).await.unwrap();
        step(&log, &sink, &mut place).await.unwrap();
        assert_eq!(world.ids().len(), 448);
        assert!(!world.ids().contains(&"msg-3".to_owned()));
        world.send(3);
        world.add(451, true);
        step(&log, &sink, &mut place).await.unwrap();
        assert_eq!(world.ids()[448..], ["msg-3", "msg-451"]);
        let last = world.received.lock().unwrap().last().unwrap().clone();
        assert_eq!(last[1..], ["v1,abc=", "{\"a\": 1}"]);
        assert_eq!(place, Place { after: 451, untried: BTreeSet::new() });
    }

    #[tokio::test]
    async fn a_gateway_that_is_away_is_asked_again_and_one_that_refuses_is_not() {
        let (_, log, _) = start().await;
        let nobody = DeliveryLog { url: "http://127.0.0.1:1".to_owned(), ..log };
        assert!(matches!(nobody.list(0, 1).await, Err(Trouble::Away(_))));
        let (_, log, sink) = start().await;
        let elsewhere = DeliveryLog { url: format!("{}/elsewhere", log.url), ..log };
        let refused = follow(&elsewhere, &sink, None).await.unwrap_err().to_string();
        assert!(refused.contains("404"), "{refused}");
    }
}
